"""What an import of labels did, in words."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from core.labels import FoundLabels, Reason

MANY = 100  # labels, from which the report says how many of each
MOST_COUNTED = 5
PASSED_OVER = {
    Reason.UNKNOWN: ("text of it is not in this corpus", "texts of it are not in this corpus"),
    Reason.SECOND: (
        "entry gives a text another label than an earlier one",
        "entries give a text another label than an earlier one",
    ),
    Reason.REJECTED: ("entry was rejected in annotation", "entries were rejected in annotation"),
    Reason.SKIPPED: (
        "entry was skipped or discarded in annotation",
        "entries were skipped or discarded in annotation",
    ),
    Reason.SEVERAL: ("text has several labels", "texts have several labels"),
}
"""What was passed over: of one, and of several."""


@dataclass(frozen=True)
class Outcome:
    """What an import changed.

    Attributes
    ----------
    n_given : int, texts that were given a label
    n_same : int, texts that had it already
    n_changed : int, those of `n_given` that had another label
    n_removed : int, texts whose label was taken away
    """

    n_given: int
    n_same: int
    n_changed: int
    n_removed: int


def headline(found: FoundLabels, outcome: Outcome, name: str) -> str:
    """Return the result in a few words; `name` is that of the file or column."""
    n = n_passed_over(found)
    passed = f", {entries(n)} passed over" if n else ""
    return f"{labels(outcome.n_given)} imported from “{name}”{passed}"


def labels(n: int) -> str:
    """Write a number of labels: "1 label", "150 labels"."""
    return f"{n:,} {'label' if n == 1 else 'labels'}"


def entries(n: int) -> str:
    """Write a number of entries of a file."""
    return f"{n:,} {'entry' if n == 1 else 'entries'}"


def describe(found: FoundLabels, outcome: Outcome, source: str, name: str) -> str:
    """Return the result in full: what was given, changed and passed over, and which guesses were made."""
    by = ", ".join(found.matched_by)
    n = outcome.n_given
    parts = [f"{labels(n)} imported from {source} “{name}”{f', matched by {by}' if by else ''}."]
    if n >= MANY:
        counts = Counter(found.labels.values()).most_common()
        most = ", ".join(f"{label} {number:,}" for label, number in counts[:MOST_COUNTED])
        parts.append(f"They are {most}{' and others' if len(counts) > MOST_COUNTED else ''}.")
    if outcome.n_same:
        parts.append(_said(outcome.n_same, "text had its label already.", "texts had their label already."))
    if outcome.n_changed:
        parts.append(
            _said(
                outcome.n_changed,
                "text had another label, which was replaced.",
                "texts had another label, which was replaced.",
            )
        )
    if outcome.n_removed:
        parts.append(
            _said(
                outcome.n_removed,
                "label was taken away, as the file says.",
                "labels were taken away, as the file says.",
            )
        )
    passed = [
        _said(found.passed_over[reason], *why)
        for reason, why in PASSED_OVER.items()
        if found.passed_over.get(reason)
    ]
    if passed:
        alone = n_passed_over(found) == 1
        parts.append(f"{'; '.join(passed)} and {'was' if alone else 'were'} passed over.")
    if found.passed_over.get(Reason.NONE):
        parts.append(
            _said(
                found.passed_over[Reason.NONE],
                "row of the file has no label.",
                "rows of the file have no label.",
            )
        )
    parts += found.notes
    if outcome.n_changed or outcome.n_removed:
        parts.append("Undo brings the earlier labels back.")
    elif outcome.n_given:
        parts.append("Undo removes it." if outcome.n_given == 1 else "Undo removes them all.")
    return " ".join(parts)


def _said(n: int, of_one: str, of_several: str) -> str:
    return f"{n:,} {of_one if n == 1 else of_several}"


def n_passed_over(found: FoundLabels) -> int:
    """Return the number of entries with a label that was not taken."""
    return sum(n for reason, n in found.passed_over.items() if reason is not Reason.NONE)
