"""What is known of an encoder before it is loaded: of one in the registry, a folder, a server or a file."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from core.encoders.base import FollowsInstructions
from core.encoders.catalogue import EncoderChoice, check_output, find_choice
from core.encoders.endpoint_address import endpoint_title, endpoint_wording, host_of, split_endpoint
from core.encoders.inbedder import CAUSAL_OUTPUTS, MASKED_OUTPUTS, inbedder_prompt, read_question
from core.encoders.instructor import TEMPLATE, instructor_prompt
from core.encoders.model_files import READ_ENDINGS, find_folder
from core.encoders.precomputed import ready_refusal
from core.encoders.prompts import Wording, chosen_wording, known_wording, saved_prompts
from core.encoders.spec import INPUT, NOWHERE, EncoderName, Kind, find_kind, read_settings, split_name
from core.encoders.token_limits import fills_masks, max_tokens_of
from core.errors import EncoderUnavailable
from core.utils import is_local

USUAL_MASK = "<mask>"
LICENCE = re.compile(r"^license:\s*[\"']?([^\s\"'\[\]]+)", re.MULTILINE)
READ_OF_CARD = 4_000  # characters, where a model's card begins with what machines read


@dataclass(frozen=True)
class EncoderFacts:
    """What can be told of any encoder that a person may name.

    Attributes
    ----------
    name : str, as for `load_encoder`
    title : str, short, for people
    kind : "sentence", "instructor", "inbedder", "endpoint" or "vectors"
    description : str, one sentence; "" for encoders that are not in the registry
    licence, languages : str, "" when unknown
    gigabytes : float or None, of the files that are read, or would be fetched; None when unknown
    max_tokens : int or None, read of a text, the instruction's included; None when unknown
    n_dims : int or None, None when unknown
    follows_instructions : "free text", "fixed tasks" or "no"
    tasks : tuple of str, the instructions of an encoder of fixed tasks
    outputs : tuple of str, the vectors that an InBedder can give, its usual one first
    needs_instruction : bool, whether it reads nothing without one
    takes_template : bool, whether a person may word how it is given an instruction; one that follows none by
        itself may learn nothing from it
    on_this_machine : bool, whether its files, or its server, are here
    host : str or None, where texts are sent; None when they stay here
    problem : str, a sentence where it cannot be used, as far as can be told; else ""
    """

    name: str
    title: str
    kind: Kind
    description: str = ""
    licence: str = ""
    languages: str = ""
    gigabytes: float | None = None
    max_tokens: int | None = None
    n_dims: int | None = None
    follows_instructions: FollowsInstructions = "no"
    tasks: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    needs_instruction: bool = False
    takes_template: bool = False
    on_this_machine: bool = False
    host: str | None = None
    problem: str = ""


def describe_encoder(name: str) -> EncoderFacts:
    """Tell what is known of an encoder without loading it, for any name that a person may type.

    Nothing is fetched or sent. Takes milliseconds, for the packaged encoder a fifth of a second once.

    Parameters
    ----------
    name : str
        As for `load_encoder`.
    """
    named = split_name(name)
    title = title_of(name)
    if named.kind == "vectors":
        return EncoderFacts(name, title, "vectors", on_this_machine=True)
    if named.kind == "endpoint":
        return _describe_endpoint(name, title)
    folder, problem = _look_for(named)
    kind = find_kind(named, folder or NOWHERE)
    choice = find_choice(named.source)
    wording = _wording(named, kind, folder)
    if not problem:
        problem = _sentence_of(check_output, named, kind)
    return EncoderFacts(
        name,
        title,
        kind,
        description=choice.description if choice else "",
        licence=choice.licence if choice else _licence(folder),
        languages=choice.languages if choice else "",
        gigabytes=_gigabytes(folder) if folder else choice.gigabytes if choice else None,
        max_tokens=_max_tokens(kind, folder, choice),
        n_dims=choice.n_dims if choice else None,
        follows_instructions="free text" if kind == "inbedder" else wording.follows,
        tasks=() if wording.template else tuple(wording.tasks),
        outputs=_outputs(named, folder) if kind == "inbedder" else (),
        needs_instruction=kind == "inbedder",
        takes_template=kind != "inbedder" and wording.follows != "fixed tasks",
        on_this_machine=folder is not None,
        problem=problem,
    )


def preview_prompt(name: str, instruction: str | None, template: str = "") -> str:
    """Return the exact string that an encoder would be given, with "{input}" where each text goes.

    Parameters
    ----------
    name : str
        As for `load_encoder`; nothing is fetched, and no library loaded. Of a model that is not here yet,
        what its name tells.
    instruction : str or None
    template : str, optional
        As for `load_encoder`.

    Raises
    ------
    EncoderUnavailable
        When the encoder does not follow this instruction, or needs one, or is not what it should be.
    """
    named = split_name(name)
    if named.kind == "vectors":
        raise EncoderUnavailable(ready_refusal(named.source))
    if named.kind == "endpoint":
        _, model = split_endpoint(name)
        return endpoint_wording(model, template).prompt_for(instruction, title_of(name)) + INPUT
    folder = find_folder(named.source)
    kind = find_kind(named, folder or NOWHERE)
    check_output(named, kind)
    if kind == "inbedder":
        question = read_question(instruction, named.source)
        return inbedder_prompt(INPUT, question, _mask(folder) if _is_masked(named, folder) else "")
    if template:
        chosen_wording(template)
    if kind == "instructor":
        return instructor_prompt(instruction, template or TEMPLATE) + INPUT
    wording = Wording(template) if template else _wording(named, kind, folder)
    own = saved_prompts(folder)[1] if folder else ""
    return (wording.prompt_for(instruction, named.source) or own) + INPUT


def default_template(name: str) -> str:
    """Return how an encoder is given an instruction, with "{instruction}" in it.

    "" where that cannot be chosen (an InBedder, fixed tasks, ready vectors), and where no way is known.
    """
    named = split_name(name)
    if named.kind == "vectors":
        return ""
    if named.kind == "endpoint":
        return endpoint_wording(named.output).template
    folder, _ = _look_for(named)
    kind = find_kind(named, folder or NOWHERE)
    return "" if kind == "inbedder" else _wording(named, kind, folder).template


def title_of(name: str) -> str:
    """Return what people call an encoder: "instructor-base", "MODEL at HOST", "vectors of FILE"."""
    named = split_name(name)
    if named.kind == "vectors":
        return f"vectors of {named.source or named.output}"
    if named.kind == "endpoint":
        where = host_of(name) or named.source
        return endpoint_title(named.output, where) if named.output else where
    called = named.source.replace("\\", "/").rstrip("/").rpartition("/")[2] or named.source
    return f"{called} ({named.output})" if named.output else called


def _describe_endpoint(name: str, title: str) -> EncoderFacts:
    host = host_of(name)
    wording = endpoint_wording(split_name(name).output)
    return EncoderFacts(
        name,
        title,
        "endpoint",
        follows_instructions=wording.follows,
        tasks=() if wording.template else tuple(wording.tasks),
        takes_template=wording.follows != "fixed tasks",
        on_this_machine=host is not None and is_local(host),
        host=host,
        problem=_sentence_of(split_endpoint, name),
    )


def _look_for(named: EncoderName) -> tuple[Path | None, str]:
    """Folder of a model where it is here, and what is wrong with it."""
    try:
        return find_folder(named.source), ""
    except EncoderUnavailable as error:
        return None, str(error)


def _sentence_of(check: object, *given: object) -> str:
    try:
        check(*given)
    except EncoderUnavailable as error:
        return str(error)
    return ""


def _wording(named: EncoderName, kind: Kind, folder: Path | None) -> Wording:
    if kind == "instructor":
        return Wording(TEMPLATE)
    return known_wording(named.source, saved_prompts(folder)[0] if folder else {})


def _max_tokens(kind: Kind, folder: Path | None, choice: EncoderChoice | None) -> int | None:
    if folder is not None:
        return max_tokens_of(kind, folder)
    return choice.max_tokens if choice else None


def _is_masked(named: EncoderName, folder: Path | None) -> bool:
    return fills_masks(folder) if folder else "bert" in Path(named.source).name.lower()


def _outputs(named: EncoderName, folder: Path | None) -> tuple[str, ...]:
    return MASKED_OUTPUTS if _is_masked(named, folder) else CAUSAL_OUTPUTS


def _mask(folder: Path | None) -> str:
    """Mask token as a tokenizer's files name it."""
    files = ("tokenizer_config.json", "special_tokens_map.json") if folder else ()
    for file in files:
        token = read_settings(folder / file).get("mask_token")
        token = token.get("content") if isinstance(token, dict) else token
        if isinstance(token, str) and token:
            return token
    return USUAL_MASK


def _gigabytes(folder: Path) -> float:
    """Size of the files that are read; where weights are there twice, those without pickles."""
    files = [path for path in folder.rglob("*") if path.suffix in READ_ENDINGS and path.is_file()]
    safe = {path.parent for path in files if path.suffix == ".safetensors"}
    read = [path for path in files if path.suffix != ".bin" or path.parent not in safe]
    return sum(path.stat().st_size for path in read) / 1e9


def _licence(folder: Path | None) -> str:
    """Licence that a model's card names."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")[:READ_OF_CARD] if folder else ""
    except (OSError, ValueError):
        return ""
    found = LICENCE.search(card.split("\n---", 1)[0]) if card.startswith("---") else None
    return found[1] if found else ""
