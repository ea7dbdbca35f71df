"""What the name of an encoder says: of which kind it is, where its files are, which output is taken.

A name is `kind:source#output`, and mostly only a source: `all-MiniLM-L6-v2`, `~/models/mine`,
`instructor:~/models/mine`, `BrandonZYW/opt-1.3b-InBedder#avg_gen_layer_24`. Two kinds are always said, and
are no folders: `endpoint:ADDRESS#MODEL` is a model on a server, `vectors:FILE#KEY` are vectors of one corpus,
read from a file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

Kind = Literal["sentence", "instructor", "inbedder", "endpoint", "vectors"]
KINDS: tuple[Kind, ...] = get_args(Kind)
NOWHERE = Path("/nowhere/at/all")
"""Folder of a model that is not here, of which its name alone tells."""

INPUT = "{input}"
"""Where a text goes in a prompt that is shown."""


@dataclass(frozen=True)
class EncoderName:
    """A name taken apart.

    Attributes
    ----------
    kind : one of `KINDS`, or None where the name leaves it open
    source : str, for `model_folder`; of an endpoint its address, of vectors their file
    output : str, which of its vectors an InBedder gives, "" for its usual one; of an endpoint the model, of
        vectors their key
    """

    kind: Kind | None
    source: str
    output: str = ""


def split_name(name: str) -> EncoderName:
    """Take a name apart; a folder that is called so goes before any other reading."""
    name = name.strip()
    before, colon, after = name.partition(":")
    kind = next((kind for kind in KINDS if colon and kind == before.strip().lower()), None)
    if kind == "vectors":  # the file's name may hold any sign
        source, _, output = after.rpartition("#")
        return EncoderName(kind, source, output.strip())
    if is_folder(name):
        return EncoderName(None, name)
    source = after.strip() if kind else name
    if kind != "endpoint" and is_folder(source):
        return EncoderName(kind, source)
    source, _, output = source.partition("#")
    return EncoderName(kind, source.strip(), output.strip())


def is_folder(name: str) -> bool:
    """Whether a name is that of a folder on this machine."""
    try:
        return bool(name) and Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long for a file's name, or of nobody's home
        return False


def find_kind(name: EncoderName, folder: Path) -> Kind:
    """Return of which kind an encoder is: as named, else by its own name and what its folder holds.

    INSTRUCTOR models cannot be told from others of their architecture (GTR) by their files, unless these say
    that the instruction is left out of the mean. A model that writes text, without a recipe for sentences, is
    taken for an InBedder: the mean of its states means little. One that fills masks must be called so.
    """
    if name.kind is not None:
        return name.kind
    called = Path(name.source).name.lower()
    if "inbedder" in called or (not (folder / "modules.json").is_file() and writes_text(folder)):
        return "inbedder"
    if "instructor" in called or leaves_prompt_out(folder):
        return "instructor"
    return "sentence"


def writes_text(folder: Path) -> bool:
    """Whether a model is a causal language model."""
    architectures = read_settings(folder / "config.json").get("architectures") or [""]
    return str(architectures[0]).endswith("ForCausalLM")


def leaves_prompt_out(folder: Path) -> bool:
    """Whether a model's files say that an instruction's tokens are left out of the mean."""
    files = folder.glob("*_Pooling/config.json")
    return any(read_settings(file).get("include_prompt") is False for file in files)


def read_settings(file: Path) -> dict:
    """Return a JSON object from a file; an empty one where there is none."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
