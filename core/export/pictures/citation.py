"""How to cite Refract and the methods that an analysis used: the facts of `CITATION.cff`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...encoders import describe_encoder
from ...utils import app_folder
from ..source import ExportSource

FILE = "CITATION.cff"
METHODS = {"gstransform": "GSTransform", "inbedder": "InBedder", "instructor": "INSTRUCTOR"}
"""Kinds of methods and of encoders that the notes of the file name."""


@dataclass(frozen=True)
class Work:
    """A software or a paper; the year and the identifier are "" where the file has none."""

    authors: str
    title: str
    version: str = ""
    year: str = ""
    identifier: str = ""
    method: str = ""

    @property
    def sentence(self) -> str:
        """The work as a line of references."""
        year = f" ({self.year})" if self.year else ""
        parts = [f"{self.authors}{year}", self.title, f"Version {self.version}" if self.version else ""]
        return " ".join(f"{part}." for part in [*parts, self.identifier] if part)

    @property
    def bibtex(self) -> str:
        """The work as an entry of BibTeX."""
        kind = "software" if self.version else "misc"
        key = (self.method or re.sub(r"\W.*", "", self.title)).lower()
        fields = {
            "author": f"{{{self.authors}}}",
            "title": f"{{{self.title}}}",
            "version": self.version,
            "year": self.year,
            "note": self.identifier,
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
        return f"@{kind}{{{key},\n" + ",\n".join(lines) + "\n}"


def works_of(source: ExportSource, folder: Path | None = None) -> list[Work]:
    """Return what to cite: Refract first, then the papers whose methods a source used.

    Parameters
    ----------
    folder : Path, optional
        Of `CITATION.cff`; by default that of the app.
    """
    import yaml

    text = ((folder or app_folder()) / FILE).read_text(encoding="utf-8")
    document = yaml.safe_load(text)
    used = {METHODS[kind] for kind in _kinds(source) if kind in METHODS}
    papers = [_work(entry) for entry in document["references"]]
    return [_work(document), *(paper for paper in papers if paper.method in used)]


def _kinds(source: ExportSource) -> set[str]:
    kinds = {describe_encoder(name).kind.value for name in source.encoders.values()}
    return kinds if source.fit is None else kinds | {source.fit.method.kind.value}


def _work(entry: Mapping[str, object]) -> Work:
    authors, found = entry["authors"], entry.get("identifiers")
    assert isinstance(authors, list)
    identifier = found[0]["value"] if isinstance(found, list) and found else ""
    return Work(
        authors=", ".join(author["name"] for author in authors),
        title=str(entry["title"]),
        version=str(entry.get("version", "")),
        year=str(entry.get("year", "")),
        identifier=identifier,
        method=str(entry.get("notes", "")),
    )
