"""What an import of labels did, in words."""

from __future__ import annotations

from dataclasses import dataclass

from core.labels import FoundLabels, Reason

PASSED_OVER = {
    Reason.UNKNOWN: "texts of it are not in this corpus",
    Reason.SECOND: "entries give a text another label than an earlier one",
    Reason.REJECTED: "entries were rejected in annotation",
    Reason.SKIPPED: "entries were skipped or discarded in annotation",
    Reason.SEVERAL: "texts have several labels",
}


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


def headline(found: FoundLabels, outcome: Outcome) -> str:
    """Return the result in a few words."""
    n = n_passed_over(found)
    return f"{outcome.n_given:,} labels imported" + (f", {n:,} entries passed over" if n else "")


def describe(found: FoundLabels, outcome: Outcome, source: str, name: str) -> str:
    """Return the result in full: what was given, changed and passed over, and which guesses were made."""
    by = ", ".join(found.matched_by)
    parts = [f"{outcome.n_given:,} labels imported from {source} {name}{f', matched by {by}' if by else ''}."]
    if outcome.n_same:
        parts.append(f"{outcome.n_same:,} texts had their label already.")
    if outcome.n_changed:
        parts.append(f"{outcome.n_changed:,} texts had another label, which was replaced.")
    if outcome.n_removed:
        parts.append(f"{outcome.n_removed:,} labels were taken away, as the file says.")
    passed = [
        f"{found.passed_over[reason]:,} {why}"
        for reason, why in PASSED_OVER.items()
        if found.passed_over.get(reason)
    ]
    if passed:
        parts.append(f"{'; '.join(passed)} and were passed over.")
    if found.passed_over.get(Reason.NONE):
        parts.append(f"{found.passed_over[Reason.NONE]:,} rows of the file have no label.")
    parts += found.notes
    if outcome.n_changed or outcome.n_removed:
        parts.append("Undo brings the earlier labels back.")
    elif outcome.n_given:
        parts.append("Undo removes them all.")
    return " ".join(parts)


def n_passed_over(found: FoundLabels) -> int:
    """Return the number of entries with a label that was not taken."""
    return sum(n for reason, n in found.passed_over.items() if reason is not Reason.NONE)
