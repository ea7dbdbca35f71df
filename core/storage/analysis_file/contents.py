"""What an analysis file holds: its members, which of them are about what, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..corpus_files import COLUMNS, LEFT_OUT, TABLE

FORMAT, VERSION = "refract-analysis", 2
"""Version 1 had no definitions of labels."""

ENDING = ".refract"
MANIFEST, ABOUT, CLUSTERS, README = "manifest.json", "analysis.json", "clusters.json", "README.txt"
RECORDS = ("labels", "label_events", "undone_events", "check_labels", "undone_check_labels")
CORPUS_FILES = {f"corpus/{name}": name for name in (TABLE, COLUMNS, LEFT_OUT)}
TEXTS, VECTORS = "texts", "vectors"
"""What may be left out."""

GENERIC, RESHAPED, REENCODED, WORDS = GROUPS = ("generic", "reshaped", "reencoded", "words")
"""Folders of computed results: of the generic space, of the Fit, of the re-encoded texts, of all words."""

SPACE = r"vectors|neighbours|similarities|map|leaves|merges|near|k-means-\d+|views(-\d+)+"
FIT = (
    r"given|probabilities|label_vectors|label_views|fits_none|change|linear_weights|linear_intercept"
    r"|(classifier|network)\.[A-Za-z0-9_]+"
)
FINDINGS = "evidence|control|curve|linear|words|map_quality|linear_evidence"
RESULT = {
    GENERIC: re.compile(rf"(({SPACE})\.npy|(views|layout|distinct|answers|map_quality)\.json)"),
    RESHAPED: re.compile(
        rf"(({SPACE}|{FIT})\.npy|({FINDINGS}|labels|estimators|layout|distinct|answers)\.json)"
    ),
    REENCODED: re.compile(rf"(({SPACE})\.npy|(layout|distinct|answers)\.json)"),
    WORDS: re.compile(r"words\d+(\.json|\.(starts|entries|pairs)\.npy)"),
}
"""Names of results in each folder. Others, such as parts of an interrupted run, are no part of a file."""

OF_TEXTS = re.compile(r"words/.*|\w+/(answers|words)\.json|corpus/.*")
OF_VECTORS = re.compile(r"\w+/(vectors|views(-\d+)+)\.npy")

FIT_DOCUMENT = "reshaped/labels.json"

READ_ME = """This file is one analysis of a text corpus, saved by Refract. Refract opens it; other programs
can, too: it is a zip archive of JSON, JSON Lines, Parquet and NumPy files.

manifest.json           versions, the machine, what was left out, size and SHA-256 of each member
analysis.json           the corpus, the instruction, the method with its parameters and seed
corpus/                 the texts with their columns, 0, 1, ...; columns.parquet says how they are called
labels.jsonl            the labels with their definitions, also those that were merged or deleted
label_events.jsonl      who gave which text which label, when and how; "row" counts texts from 0
check_labels.jsonl      answers to the check sample
undone_....jsonl        what was undone, and can be redone
clusters.json           how the maps are cut, and the names and edits of clusters by people and models
generic/, reshaped/     vectors, neighbours, coordinates (map.npy), predictions, findings; a row is a text
"""


@dataclass(frozen=True)
class Keys:
    """The keys under which a data folder keeps the results of one analysis.

    Attributes
    ----------
    corpus, embedding : str
    fit : str or None
        None where there is no Fit that can be shown.
    space : str or None
        Of the Fit's space: its own key, or that of the re-encoded texts.
    """

    corpus: str
    embedding: str | None
    fit: str | None
    space: str | None

    def groups(self) -> dict[str, str]:
        """Return the key of each group of results that there is."""
        found = {GENERIC: self.embedding, RESHAPED: self.fit, WORDS: self.corpus}
        if self.space != self.fit:
            found[REENCODED] = self.space
        return {group: key for group, key in found.items() if key is not None}

    def members(self, results: Path) -> Iterator[tuple[str, Path]]:
        """Yield the results in a folder that are part of a file: the name of the member, and its path."""
        for group, key in self.groups().items():
            for path in sorted(results.glob(f"{key}.*")):
                if RESULT[group].fullmatch(path.name.removeprefix(f"{key}.")):
                    yield f"{group}/{path.name.removeprefix(f'{key}.')}", path

    def file_name(self, member: str) -> str:
        """Return the name in the folder of results of a member."""
        group, _, name = member.partition("/")
        return f"{self.groups()[group]}.{name}"


def is_left_out(member: str, left_out: tuple[str, ...]) -> bool:
    """Whether a member is about something that is left out."""
    return bool(
        (TEXTS in left_out and OF_TEXTS.fullmatch(member))
        or (VECTORS in left_out and OF_VECTORS.fullmatch(member))
    )


def is_known(member: str) -> bool:
    """Whether a member may be in a file, by its name."""
    group, _, name = member.partition("/")
    fixed = {ABOUT, CLUSTERS, README, *CORPUS_FILES, *(f"{record}.jsonl" for record in RECORDS)}
    return member in fixed or (group in GROUPS and bool(RESULT[group].fullmatch(name)))
