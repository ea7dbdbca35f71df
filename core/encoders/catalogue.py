"""Which encoders there are, and loading one."""

from __future__ import annotations

from dataclasses import dataclass

from core.encoders.base import Encoder, FollowsInstructions
from core.encoders.model_files import PACKAGED_NAME, model_folder, repository_of
from core.encoders.openai_endpoint import EndpointEncoder
from core.encoders.precomputed import ready_refusal
from core.encoders.prompts import chosen_wording
from core.encoders.spec import EncoderName, Kind, find_kind, split_name
from core.errors import EncoderUnavailable

DEFAULT_ENCODER = PACKAGED_NAME


@dataclass(frozen=True)
class EncoderChoice:
    """An encoder that can be suggested.

    Attributes
    ----------
    name : str, for `load_encoder`
    description : str, one sentence for the person who chooses
    max_tokens : int, read of a text, the instruction's included
    n_dims : int
    kind : "sentence", "instructor" or "inbedder"
    licence : str
    gigabytes : float, to fetch, and about what it takes in memory
    languages : str
    follows_instructions : "free text", "fixed tasks" or "no"
    needs_instruction : bool, whether it reads nothing without one
    """

    name: str
    description: str
    max_tokens: int
    n_dims: int
    kind: Kind = "sentence"
    licence: str = "Apache 2.0"
    gigabytes: float = 0.1
    languages: str = "English"
    follows_instructions: FollowsInstructions = "no"
    needs_instruction: bool = False


GENERIC = (
    EncoderChoice(DEFAULT_ENCODER, "English, fast; comes with Refract and needs no network.", 256, 384),
    EncoderChoice(
        "all-mpnet-base-v2",
        "English, finer and some 8 times slower; fetched once (0.4 GB).",
        384,
        768,
        gigabytes=0.4,
    ),
    EncoderChoice(
        "paraphrase-multilingual-MiniLM-L12-v2",
        "Some 50 languages, reads 128 tokens; fetched once (0.5 GB).",
        128,
        384,
        gigabytes=0.5,
        languages="about 50",
    ),
)


def _instructor(size: str, gigabytes: float, description: str) -> EncoderChoice:
    return EncoderChoice(
        f"hkunlp/instructor-{size}",
        description,
        512,
        768,
        kind="instructor",
        gigabytes=gigabytes,
        follows_instructions="free text",
    )


def _inbedder(size: str, n_dims: int, gigabytes: float, licence: str, description: str) -> EncoderChoice:
    return EncoderChoice(
        f"BrandonZYW/{size}-InBedder",
        description,
        512,
        n_dims,
        kind="inbedder",
        licence=licence,
        gigabytes=gigabytes,
        follows_instructions="free text",
        needs_instruction=True,
    )


INSTRUCTED = (
    _instructor("base", 0.4, "INSTRUCTOR, the smallest: reads every text anew under any instruction."),
    _instructor("large", 1.3, "INSTRUCTOR, as usually compared with; some 3 times slower than base."),
    _instructor("xl", 5.0, "INSTRUCTOR, the largest; wants a graphics card."),
    _inbedder(
        "roberta-large", 1024, 1.4, "MIT", "InBedder, the smallest: answers a question about each text."
    ),
    _inbedder(
        "opt-1.3b",
        2048,
        5.3,
        "MIT; OPT licence (research only)",
        "InBedder that writes its answers; most of an hour for 1,000 texts without a graphics card.",
    ),
    _inbedder(
        "opt-2.7b",
        2560,
        10.6,
        "MIT; OPT licence (research only)",
        "InBedder that writes its answers; wants a graphics card.",
    ),
    _inbedder(
        "llama-2-7b",
        4096,
        13.5,
        "MIT; Llama 2 licence",
        "InBedder, the best of them; only with a graphics card.",
    ),
    EncoderChoice(
        "Qwen/Qwen3-Embedding-0.6B",
        "Follows any instruction; reads long texts, and is slow without a graphics card.",
        8_192,
        1024,
        gigabytes=1.2,
        languages="over 100",
        follows_instructions="free text",
    ),
    EncoderChoice(
        "intfloat/multilingual-e5-large-instruct",
        "Follows any instruction.",
        512,
        1024,
        licence="MIT",
        gigabytes=1.1,
        languages="about 100",
        follows_instructions="free text",
    ),
    EncoderChoice(
        "google/embeddinggemma-300m",
        "Knows fixed tasks, such as clustering; its terms must be accepted on its page first.",
        2_048,
        768,
        licence="Gemma terms",
        gigabytes=1.2,
        languages="over 100",
        follows_instructions="fixed tasks",
    ),
    EncoderChoice(
        "nomic-ai/nomic-embed-text-v1.5",
        "Knows fixed tasks, such as clustering; reads long texts.",
        8_192,
        768,
        gigabytes=0.5,
        follows_instructions="fixed tasks",
    ),
)


def available_encoders() -> list[EncoderChoice]:
    """Generic encoders, the default first; `load_encoder` takes other names and folders as well."""
    return list(GENERIC)


def instructed_encoders() -> list[EncoderChoice]:
    """Encoders that read texts differently under an instruction."""
    return list(INSTRUCTED)


def find_choice(source: str) -> EncoderChoice | None:
    """Entry of an encoder in the registry, by its name with or without the owner; None for others."""
    wanted = repository_of(source)
    return next((each for each in (*GENERIC, *INSTRUCTED) if repository_of(each.name) == wanted), None)


def check_output(named: EncoderName, kind: Kind) -> None:
    """Refuse an output of an encoder that has one only.

    Raises
    ------
    EncoderUnavailable
    """
    if named.output and kind != "inbedder":
        raise EncoderUnavailable(
            f"The encoder {named.source} has one output only: leave “#{named.output}” out of its name."
        )


def load_encoder(name: str, *, template: str | None = None) -> Encoder:
    """Load an encoder, in a few seconds; large ones take longer.

    Parameters
    ----------
    name : str
        The default encoder's name, the folder of a model, a name on the Hugging Face hub, which can need the
        network the first time, or "endpoint:ADDRESS#MODEL", whose server is asked to read one word. Whether
        a model is an INSTRUCTOR or an InBedder is found out, and can be said: "instructor:FOLDER",
        "inbedder:FOLDER#avg_gen" (see `core.encoders.spec`).
    template : str, optional
        How an instruction is worded before a text, with "{instruction}" in it, in place of the model's own
        way; an InBedder has one only, and takes no notice.

    Raises
    ------
    EncoderUnavailable
        When it cannot be found, fetched, trusted or read, or the name stands for vectors of a file.
    """
    named = split_name(name)
    if named.kind == "vectors":
        raise EncoderUnavailable(ready_refusal(named.source))
    if named.kind == "endpoint":
        return EndpointEncoder(name, template=template or "")
    folder = model_folder(named.source)
    kind = find_kind(named, folder)
    check_output(named, kind)
    if kind == "inbedder":
        from core.encoders.inbedder import InBedderEncoder

        return InBedderEncoder(
            named.source, folder, output=named.output, load_reader=lambda: load_encoder(DEFAULT_ENCODER)
        )
    wording = chosen_wording(template) if template else None
    if kind == "instructor":
        from core.encoders.instructor import TEMPLATE, InstructorEncoder

        return InstructorEncoder(named.source, folder, template or TEMPLATE)
    from core.encoders.sentence_transformer import SentenceEncoder

    return SentenceEncoder(named.source, folder, wording)
