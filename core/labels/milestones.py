"""How far the labels of an analysis reach: to a first map, to a check, to a solid check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

LEAST_LABELS = 10
"""Texts that can be held out, below which a check gives no verdict."""

SOLID_LABELS = 100
"""Labels whose check is exact to about ± 10 points.

The 95 % interval of a share has a margin of at most 1.96 · √(0.25 / n): 10 points for n = 96, rounded up. The
gain between two spaces, a difference of paired answers, has about the same variance: checks of real labels
gave ± 29 points with 26 labels and ± 24 with 20, which is ± 10 to 15 with 100."""

SOLID_OF_EACH = 5
"""Texts of each label, so that each of the five folds of a check holds one out
(see `core.evidence.cross_validate`)."""


class Step(StrEnum):
    """What labels are enough for."""

    FIRST_MAP = "first map"
    CHECKABLE = "can be checked"
    SOLID = "solid"


@dataclass(frozen=True)
class Milestone:
    """Whether the labels reach a step.

    Attributes
    ----------
    step : Step
    missing : int
        Labels that are missing at least, or label names for a first map of names; 0 where it is reached.
    weakest : str
        Label with the fewest texts, where it needs more of them for this step; "" where none does.
    weakest_needs : int
        Texts that this label needs.
    """

    step: Step
    missing: int
    weakest: str = ""
    weakest_needs: int = 0

    @property
    def reached(self) -> bool:
        """Whether nothing is missing."""
        return self.missing == 0


def milestones(counts: Mapping[str, int], *, names_count: bool) -> tuple[Milestone, ...]:
    """Return the steps in their order, with what each still needs.

    Parameters
    ----------
    counts : mapping of str to int
        Number of texts of each label, of those without texts too.
    names_count : bool
        Whether two label names are enough for a first map; otherwise texts of two labels are needed.
    """
    n_used = len(counts) if names_count else sum(n > 0 for n in counts.values())
    return (
        Milestone(Step.FIRST_MAP, max(0, 2 - n_used)),
        Milestone(Step.CHECKABLE, _missing_to_check(list(counts.values()))),
        _solid(counts),
    )


def _missing_to_check(counts: list[int]) -> int:
    """Return how many labels, given where they count most, let `LEAST_LABELS` texts be held out.

    They have two labels or more. A text can be held out where another has its label, so a second text of a
    label counts twice.
    """
    counts = counts + [0] * (2 - len(counts))
    added = 0
    while True:
        pairs = [n for n in counts if n >= 2]
        if len(pairs) >= 2 and sum(pairs) >= LEAST_LABELS:
            return added
        single = [place for place, n in enumerate(counts) if n == 1]
        unused = [place for place, n in enumerate(counts) if n == 0]
        if single:
            place = single[0]
        elif len(pairs) < 2 and unused:
            place = unused[0]
        else:
            place = counts.index(max(counts))
        counts[place] += 1
        added += 1


def _solid(counts: Mapping[str, int]) -> Milestone:
    missing = max(
        SOLID_LABELS - sum(counts.values()), sum(max(0, SOLID_OF_EACH - n) for n in counts.values())
    )
    weakest = min(counts, key=lambda name: counts[name], default="")
    needs = max(0, SOLID_OF_EACH - counts.get(weakest, SOLID_OF_EACH))
    return Milestone(Step.SOLID, max(0, missing), weakest if needs else "", needs)
