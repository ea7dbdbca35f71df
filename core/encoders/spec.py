"""Names of encoders: the family, where the model is, which of its outputs is used.

A name is `kind:source#output`, and mostly only a source: `all-MiniLM-L6-v2`, `~/models/mine`,
`instructor:~/models/mine`, `BrandonZYW/opt-1.3b-InBedder#avg_gen_layer_24`. Two kinds are always named and
have no folder: `endpoint:ADDRESS#MODEL` is a model on a server, `vectors:FILE#KEY` are precomputed vectors of
one corpus.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from core.errors import EncoderUnavailable
from core.utils import host_in, is_web_address

INPUT = "{input}"
"""Stands for the text in a prompt that is shown."""

KEY_VARIABLE = "REFRACT_EMBEDDINGS_KEY"
"""Environment variable with the server's key, if it needs one; never stored or shown."""

ENDPOINT_EXAMPLE = "endpoint:http://127.0.0.1:11434/v1#nomic-embed-text"


class Kind(StrEnum):
    """Family of an encoder; the value is the prefix of its name."""

    SENTENCE = "sentence"
    INSTRUCTOR = "instructor"
    INBEDDER = "inbedder"
    ENDPOINT = "endpoint"
    VECTORS = "vectors"


NOT_LOCAL = (Kind.ENDPOINT, Kind.VECTORS)
"""Families without a folder of files."""


@dataclass(frozen=True)
class EncoderSpec:
    """The parts of an encoder's name.

    Attributes
    ----------
    kind : Kind or None
        None where the name leaves it open.
    source : str
        Folder or name on the hub; of an endpoint the address, of precomputed vectors the file.
    output : str
        Which vectors of an InBedder are used, "" for the default; of an endpoint the model, of precomputed
        vectors their key.
    name : str
        The whole name.
    """

    kind: Kind | None
    source: str
    output: str = ""
    name: str = field(default="", compare=False)

    @classmethod
    def parse(cls, name: str) -> EncoderSpec:
        """Split a name into its parts; a folder of exactly this name goes first."""
        bare = name.strip()
        before, colon, after = bare.partition(":")
        kind = next((kind for kind in Kind if colon and kind == before.strip().lower()), None)
        if kind == Kind.VECTORS:  # a file name may hold any character
            source, _, output = after.rpartition("#")
            return cls(kind, source, output.strip(), name)
        if is_folder(bare):
            return cls(None, bare, name=name)
        source = after.strip() if kind else bare
        if kind != Kind.ENDPOINT and is_folder(source):
            return cls(kind, source, name=name)
        source, _, output = source.partition("#")
        return cls(kind, source.strip(), output.strip(), name)

    @property
    def is_local(self) -> bool:
        """Whether the encoder is a model with files in a folder."""
        return self.kind not in NOT_LOCAL


def is_folder(name: str) -> bool:
    """Return whether a name is that of a folder on this machine."""
    try:
        return bool(name) and Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long for a file name, or an unknown user's home
        return False


def split_endpoint(name: str) -> tuple[str, str]:
    """Return the address and the model of an encoder on a server.

    Raises
    ------
    EncoderUnavailable
        When the address is not a web address, has parts that it must not have, or no model is named.
    """
    spec = EncoderSpec.parse(name)
    url, model = spec.source.rstrip("/"), spec.output
    if "@" in url:
        raise EncoderUnavailable(
            f"The address of the server holds a name or a password: take it out, and set "
            f"{KEY_VARIABLE} instead."
        )
    if not is_web_address(url) or "?" in url or any(map(str.isspace, url)):
        raise EncoderUnavailable(
            f"“{url}” is no address of an embeddings server: give one that begins with http:// or https:// "
            f"and usually ends in /v1, then # and the model, such as {ENDPOINT_EXAMPLE}."
        )
    if not model:
        raise EncoderUnavailable(
            f"“{name}” names no model of the server: add # and its name, such as {ENDPOINT_EXAMPLE}."
        )
    return url, model


def host_of(name: str) -> str | None:
    """Return the server that gets the texts, such as "127.0.0.1:11434"; None for those without a server."""
    if EncoderSpec.parse(name).kind != Kind.ENDPOINT:
        return None
    try:
        return host_in(split_endpoint(name)[0])
    except EncoderUnavailable:
        return None


def endpoint_title(model: str, host: str) -> str:
    """Return the short name of a model on a server."""
    return f"{model} at {host}"


def read_settings(file: Path) -> dict:
    """Return the JSON object in a file; an empty one where there is none."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return settings if isinstance(settings, dict) else {}
