"""What an import found: labels by text, and what was passed over for which reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ...errors import LabelError
from ...utils import normal_text

LONGEST_LABEL = 60
"""Characters: a longer label fits no button and no legend."""

MAX_LABEL_NAMES = 1_000
"""Different labels: a column with more holds values such as dates or ids."""

MOST_EXAMPLES = 200
"""Passed-over texts that are kept to be shown."""


class Reason(StrEnum):
    """Why an entry gives no label."""

    UNKNOWN = "not in this corpus"
    SECOND = "another label than an earlier entry of this text"
    REJECTED = "rejected in annotation"
    SKIPPED = "skipped or discarded in annotation"
    SEVERAL = "several labels"
    NONE = "no label"
    REMOVED = "label taken away"


@dataclass(frozen=True)
class FoundLabels:
    """Labels of texts of a corpus.

    Attributes
    ----------
    labels : dict of int to str
        Label name of each text, by row; no two names differ only in letter case.
    removed : tuple of int
        Rows whose latest entry takes the label away; none of them is in `labels`.
    passed_over : dict of Reason to int
        Entries that give no label.
    examples : tuple of (Reason, str)
        The first passed-over texts, without those of `Reason.NONE`.
    matched_by : tuple of str
        What the entries were matched by, the most frequent first: "row", "source_row", the name of a column
        of ids, "text".
    text_column, label_column : str
        Where the texts and labels were found; "" where it is not a column of a table.
    notes : tuple of str
        One sentence for each guess and each thing that looks wrong.
    """

    labels: dict[int, str]
    removed: tuple[int, ...] = ()
    passed_over: Mapping[Reason, int] = field(default_factory=dict)
    examples: tuple[tuple[Reason, str], ...] = ()
    matched_by: tuple[str, ...] = ()
    text_column: str = ""
    label_column: str = ""
    notes: tuple[str, ...] = ()

    @property
    def n_unknown(self) -> int:
        """Number of labelled entries whose text is not in the corpus."""
        return self.passed_over.get(Reason.UNKNOWN, 0)

    @property
    def n_conflicting(self) -> int:
        """Number of entries that give a text another label than an earlier one, which is kept."""
        return self.passed_over.get(Reason.SECOND, 0)


def name_key(name: str) -> str:
    """Return what label names are compared by: letter case, Unicode form and blanks make no difference."""
    return normal_text(normal_text(name).casefold())


def known_names(names: Iterable[str], in_use: Iterable[str]) -> dict[str, str]:
    """Return for each name the label in use that is equal by `name_key`, else the name itself."""
    known = {name_key(label): label for label in in_use}
    return {name: known.get(name_key(name), normal_text(name)) for name in dict.fromkeys(names)}


def spell_alike(labels: Mapping[int, str]) -> dict[int, str]:
    """Spell names that are equal by `name_key` in the most frequent way, the first of equals."""
    spelled: dict[str, Counter[str]] = {}
    for name, n in Counter(labels.values()).items():
        spelled.setdefault(name_key(name), Counter())[name] += n
    chosen = {name: names.most_common(1)[0][0] for names in spelled.values() for name in names}
    return {row: chosen[name] for row, name in labels.items()}


def check_names(names: Iterable[str]) -> None:
    """Raise LabelError for too many different labels, or one that is too long."""
    different = set(names)
    if len(different) > MAX_LABEL_NAMES:
        raise LabelError(
            f"There are {len(different):,} different labels, at most {MAX_LABEL_NAMES:,} can be used: choose "
            "a column with fewer values, or merge some."
        )
    longest = max(different, key=len, default="")
    if len(longest) > LONGEST_LABEL:
        raise LabelError(
            f"The label “{longest[:LONGEST_LABEL]}…” has {len(longest)} characters, at most "
            f"{LONGEST_LABEL} fit: choose another column, or shorten it."
        )
