"""All families of encoders, the suggested encoders, and the functions that take an encoder by its name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..errors import EncoderUnavailable
from ..utils import Progress, content_key
from ..utils.server_rules import check_endpoint, check_model
from .base import Encoder, EncoderFacts, EncoderFamily
from .inbedder import InBedderFamily
from .instructor import InstructorFamily
from .legibility import Legibility
from .model_files import (
    COMMIT,
    PACKAGED_COMMIT,
    PACKAGED_MODEL,
    commit_of,
    find_folder,
    is_model,
    is_packaged,
    model_folder,
    model_key,
    repository_of,
)
from .openai_endpoint import EndpointFamily
from .precomputed import PrecomputedFamily
from .prompts import FollowsInstructions
from .sentence_transformer import SentenceFamily
from .spec import EncoderSpec, Kind, is_folder
from .static import StaticFamily, static_name

FAMILIES: tuple[type[EncoderFamily], ...] = (
    PrecomputedFamily,
    EndpointFamily,
    StaticFamily,
    InBedderFamily,
    InstructorFamily,
    SentenceFamily,
)
"""In the order in which a model is recognised; the last takes any."""

DEFAULT_ENCODER = PACKAGED_MODEL
PREVIEW_ENCODER = static_name()
"""Of a quick preview: encodes thousands of texts a second."""


def _entry(
    name: str,
    kind: Kind,
    max_tokens: int,
    n_dims: int,
    gigabytes: float,
    follows: FollowsInstructions,
    description: str,
    *,
    licence: str = "Apache 2.0",
    languages: str = "English",
) -> EncoderFacts:
    """Facts of a suggested encoder, known without its files."""
    return EncoderFacts(
        name,
        kind,
        description=description,
        licence=licence,
        languages=languages,
        gigabytes=gigabytes,
        max_tokens=max_tokens,
        n_dims=n_dims,
        follows_instructions=follows,
        needs_instruction=kind == Kind.INBEDDER,
    )


# fmt: off
GENERIC = (
    _entry(DEFAULT_ENCODER, Kind.SENTENCE, 256, 384, 0.1, "no",
           "English, fast; comes with Refract and needs no network."),
    _entry(PREVIEW_ENCODER, Kind.STATIC, 512, 256, 0.02, "no",
           "A quick preview, to look and not to conclude: thousands of texts a second, by their words "
           "without order; made here from the packaged encoder, once, in about a minute."),
    _entry("all-mpnet-base-v2", Kind.SENTENCE, 384, 768, 0.4, "no",
           "English, more exact and about 8 times slower; downloaded once (0.4 GB)."),
    _entry("paraphrase-multilingual-MiniLM-L12-v2", Kind.SENTENCE, 128, 384, 0.5, "no",
           "About 50 languages, cuts texts at 128 tokens; downloaded once (0.5 GB).", languages="about 50"),
)
INSTRUCTED = (
    _entry("hkunlp/instructor-base", Kind.INSTRUCTOR, 512, 768, 0.4, "free text",
           "INSTRUCTOR, the smallest: encodes every text under any instruction."),
    _entry("hkunlp/instructor-large", Kind.INSTRUCTOR, 512, 768, 1.3, "free text",
           "INSTRUCTOR, the usual size in comparisons; about 3 times slower than base."),
    _entry("hkunlp/instructor-xl", Kind.INSTRUCTOR, 512, 768, 5.0, "free text",
           "INSTRUCTOR, the largest; needs a graphics card."),
    _entry("BrandonZYW/roberta-large-InBedder", Kind.INBEDDER, 512, 1024, 1.4, "free text",
           "InBedder, the smallest: answers a question about each text.", licence="MIT"),
    _entry("BrandonZYW/opt-1.3b-InBedder", Kind.INBEDDER, 512, 2048, 5.3, "free text",
           "InBedder that writes its answers; nearly an hour for 1,000 texts without a graphics card.",
           licence="MIT; OPT licence (research only)"),
    _entry("BrandonZYW/opt-2.7b-InBedder", Kind.INBEDDER, 512, 2560, 10.6, "free text",
           "InBedder that writes its answers; needs a graphics card.",
           licence="MIT; OPT licence (research only)"),
    _entry("BrandonZYW/llama-2-7b-InBedder", Kind.INBEDDER, 512, 4096, 13.5, "free text",
           "InBedder, the most exact; only with a graphics card.", licence="MIT; Llama 2 licence"),
    _entry("Qwen/Qwen3-Embedding-0.6B", Kind.SENTENCE, 8_192, 1024, 1.2, "free text",
           "Follows any instruction, takes long texts; slow without a graphics card.", languages="over 100"),
    _entry("intfloat/multilingual-e5-large-instruct", Kind.SENTENCE, 512, 1024, 1.1, "free text",
           "Follows any instruction.", licence="MIT", languages="about 100"),
    _entry("google/embeddinggemma-300m", Kind.SENTENCE, 2_048, 768, 1.2, "fixed tasks",
           "Follows fixed tasks, such as clustering; its terms must be accepted on its page first.",
           licence="Gemma terms", languages="over 100"),
    _entry("nomic-ai/nomic-embed-text-v1.5", Kind.SENTENCE, 8_192, 768, 0.5, "fixed tasks",
           "Follows fixed tasks, such as clustering; takes long texts."),
)
# fmt: on


def available_encoders() -> list[EncoderFacts]:
    """Return the generic encoders, the default first; `load_encoder` takes other names and folders too."""
    return list(GENERIC)


def instructed_encoders() -> list[EncoderFacts]:
    """Return the encoders whose vectors depend on an instruction."""
    return list(INSTRUCTED)


def find_entry(name: str) -> EncoderFacts | None:
    """Return the entry of a suggested encoder, by its name with or without the owner; None for others."""
    wanted = _identity(name)
    return next((each for each in (*GENERIC, *INSTRUCTED) if _identity(each.name) == wanted), None)


def _identity(name: str) -> tuple[str, bool]:
    """Repository of an encoder, and whether it is the static one made from it."""
    spec = EncoderSpec.parse(name)
    return repository_of(spec.source), spec.is_static


def family_of(spec: EncoderSpec, folder: Path | None) -> type[EncoderFamily]:
    """Return the family of an encoder: as named, else the first that recognises name and files."""
    if spec.kind is not None:
        return next(family for family in FAMILIES if family.kind == spec.kind)
    return next(family for family in FAMILIES if family.recognises(spec.source, folder))


def find_encoder(name: str) -> EncoderFamily:
    """Return an encoder that is not loaded; nothing is downloaded or sent."""
    spec = EncoderSpec.parse(name)
    if not spec.is_local:
        return family_of(spec, None)(spec)
    folder, problem = None, ""
    try:
        check_allowed(spec)
        folder = find_folder(spec.source, spec.revision)
    except EncoderUnavailable as error:
        problem = str(error)
    return family_of(spec, folder)(spec, folder, find_entry(name), problem)


def check_allowed(spec: EncoderSpec) -> None:
    """Raise EncoderUnavailable where the rules of a shared server do not allow an encoder."""
    if spec.kind == Kind.ENDPOINT:
        check_endpoint(spec.source, EncoderUnavailable)
    elif spec.kind != Kind.VECTORS:
        check_model(spec.source)


def load_encoder(name: str, *, template: str | None = None) -> Encoder:
    """Load an encoder, in a few seconds; large ones take longer.

    Parameters
    ----------
    name : str
        The default encoder's name, a folder, the name of a model on the Hugging Face hub that is on this
        machine (see `download_model`), with "@REVISION" behind it where wanted, or
        "endpoint:ADDRESS#MODEL", whose server gets one word. INSTRUCTOR and InBedder models are
        recognised, or named by a prefix: "instructor:FOLDER", "inbedder:FOLDER#avg_gen" (see
        `core.encoders.spec`).
    template : str, optional
        Wording around an instruction, with "{instruction}" in it, in place of the model's own. InBedder
        models have one wording only and ignore it.

    Raises
    ------
    EncoderUnavailable
        When it is not on this machine, or cannot be trusted or loaded, or the name is that of precomputed
        vectors.
    """
    spec = EncoderSpec.parse(name)
    check_allowed(spec)
    folder = model_folder(spec.source, spec.revision) if spec.is_local else None
    return family_of(spec, folder)(spec, folder).load(template or "")


def make_encoder(name: str, progress: Progress | None = None) -> None:
    """Make what an encoder needs at its first use on this machine; most need nothing.

    Parameters
    ----------
    progress : callable, optional
        Called with (done, all); may raise `Cancelled`.

    Raises
    ------
    EncoderUnavailable
        As `load_encoder`.
    """
    spec = EncoderSpec.parse(name)
    check_allowed(spec)
    if spec.is_static:
        StaticFamily(spec, model_folder(spec.source, spec.revision)).make(progress)


def describe_encoder(name: str) -> EncoderFacts:
    """Return what is known of an encoder before it is loaded, for any name that a person may type."""
    return find_encoder(name).describe()


def sentence_folder(name: str) -> Path | None:
    """Return the folder of a sentence-transformers model on this machine; None for every other encoder."""
    family = find_encoder(name)
    return family.folder if isinstance(family, SentenceFamily) and family.kind == Kind.SENTENCE else None


def pinned_name(name: str) -> str:
    """Return a name that stands for the same files for ever, as far as that is possible.

    The commit of a model on the hub is added where it is on this machine. Other names stay: the packaged
    model has one content only, a folder and a server have no revisions.
    """
    spec = EncoderSpec.parse(name)
    if not spec.is_local or is_packaged(spec.source, spec.revision) or COMMIT.fullmatch(spec.revision):
        return name
    try:
        folder = find_folder(spec.source, spec.revision)
    except EncoderUnavailable:
        return name
    commit = commit_of(folder) if folder is not None else ""
    return spec.at(commit) if commit else name


def commit_in(name: str) -> str:
    """Return the commit that a name stands for; "" for a folder, a server, and a name without a commit."""
    spec = EncoderSpec.parse(name)
    if spec.is_local and is_packaged(spec.source, spec.revision):
        return PACKAGED_COMMIT
    return spec.revision if COMMIT.fullmatch(spec.revision) else ""


def recorded_commit(name: str) -> str:
    """Return what an export records of an encoder's version: its commit, or "files:KEY" for a folder.

    The key is of the content of all files of the folder, as they are now. "" for a server, a file of vectors,
    and a model that is not on this machine. Cost: a second a gigabyte for a folder, once.
    """
    spec = EncoderSpec.parse(name)
    commit = commit_in(name)
    if commit or not spec.is_local or not is_folder(spec.source):
        return commit
    folder = Path(spec.source).expanduser()
    return f"files:{model_key(folder)}" if is_model(folder) else ""


def preview_prompt(name: str, instruction: str | None, template: str = "") -> str:
    """Return the string that a model gets, with "{input}" in place of each text; no library is loaded.

    Of a model that is not on this machine, the name alone decides.

    Raises
    ------
    EncoderUnavailable
        When the encoder does not follow this instruction, needs one, or cannot be used.
    """
    return find_encoder(name).preview_prompt(instruction, template)


def default_template(name: str) -> str:
    """Return the wording that an encoder puts around an instruction, with "{instruction}" in it.

    "" where it cannot be chosen (InBedder, fixed tasks, precomputed vectors), and where none is known.
    """
    return find_encoder(name).default_template()


def vectors_source(name: str, instruction: str | None = None, template: str = "") -> str:
    """Return a key of what vectors are made from: the content of the model and the prompt, not the machine.

    Vectors of different number formats and devices share it, where `Encoder.key` may differ: their cosine is
    0.9999 or more, so what was learned from some holds for the others. Nothing is loaded or downloaded; of a
    model that is not on this machine, the name stands for the content. Cost: a second a gigabyte, once.

    Raises
    ------
    EncoderUnavailable
        When the encoder does not follow this instruction, needs one, or cannot be used.
    """
    encoder = find_encoder(name)
    spec = encoder.spec
    if spec.kind == Kind.VECTORS:
        return content_key("vectors of", name)
    content = model_key(encoder.folder) if encoder.folder else f"{spec.source}@{spec.revision}".rstrip("@")
    prompt = encoder.preview_prompt(instruction, template)
    return content_key("vectors of", encoder.kind, content, spec.output, prompt)


def title_of(name: str) -> str:
    """Return the short name of an encoder: "instructor-base", "MODEL at HOST", "vectors of FILE"."""
    spec = EncoderSpec.parse(name)
    return family_of(spec, None)(spec).title


def count_too_long(texts: Sequence[str], name: str = DEFAULT_ENCODER) -> tuple[int, int]:
    """Return how many texts an encoder would cut, and at how many tokens; torch is not loaded.

    Raises
    ------
    EncoderUnavailable
        When the model's files are not on this machine, or its tokens cannot be counted without loading it.
    """
    return find_encoder(name).count_too_long(texts)


def check_legibility(texts: Sequence[str], name: str = DEFAULT_ENCODER) -> Legibility | None:
    """Return whether an encoder can read texts, by its tokeniser; torch is not loaded, nothing is downloaded.

    None where that is not known before loading: a server, or a model that is not on this machine.
    """
    return find_encoder(name).check_legibility(texts)
