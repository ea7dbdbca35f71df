"""Names of encoders: the family, where the model is, which of its outputs is used.

A name is `kind:source@revision#output`, and mostly only a source: `all-MiniLM-L6-v2`, `~/models/mine`,
`instructor:~/models/mine`, `BrandonZYW/opt-1.3b-InBedder#avg_gen_layer_24`. The revision is a branch, tag or
commit of a model on the hub, as in `hkunlp/instructor-base@v1`. Two kinds are always named and have no
folder: `endpoint:ADDRESS#MODEL` is a model on a server, `vectors:FILE#KEY` are precomputed vectors of one
corpus.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

INPUT = "{input}"
"""Stands for the text in a prompt that is shown."""


class Kind(StrEnum):
    """Family of an encoder; the value is the prefix of its name."""

    SENTENCE = "sentence"
    INSTRUCTOR = "instructor"
    INBEDDER = "inbedder"
    ENDPOINT = "endpoint"
    VECTORS = "vectors"
    STATIC = "static"


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
    revision : str
        Of a name on the hub; "" for the main branch.
    """

    kind: Kind | None
    source: str
    output: str = ""
    name: str = field(default="", compare=False)
    revision: str = ""

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
        revision = ""
        if kind != Kind.ENDPOINT and not _is_path(source):
            source, _, revision = source.partition("@")
        return cls(kind, source.strip(), output.strip(), name, revision.strip())

    def at(self, commit: str) -> str:
        """Return the name with a commit as its revision."""
        named = f"{self.kind}:{self.source}" if self.kind else self.source
        return f"{named}@{commit}" + (f"#{self.output}" if self.output else "")

    @property
    def is_static(self) -> bool:
        """Whether the encoder is a static one, made from another."""
        return self.kind == Kind.STATIC

    @property
    def is_local(self) -> bool:
        """Whether the encoder is a model with files in a folder."""
        return self.kind not in (Kind.ENDPOINT, Kind.VECTORS)


def _is_path(source: str) -> bool:
    """Whether a source is a folder, here or not, whose name may hold an @."""
    return source.lstrip().startswith((".", "/", "~")) or "\\" in source or is_folder(source.strip())


def is_folder(name: str) -> bool:
    """Return whether a name is that of a folder on this machine."""
    try:
        return bool(name) and Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long for a file name, or an unknown user's home
        return False
