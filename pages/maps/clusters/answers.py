"""The most frequent answers of a language model about the texts of a cluster."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.corpus import Partition
from core.maps.clusters import explain_clusters
from core.utils import content_key, cut, percent
from pages.common import cache, markdown
from pages.maps.view import MapView, Side

ANSWERS_LISTED = 3  # of a cluster
ANSWER_LENGTH = 60  # characters
ANSWERS_HELP = (
    "The most frequent answers of the model to the instruction, about the texts of this cluster, "
    "with their share of its answered texts. Answers that differ only in case or a final stop count as one. "
    "Where generating takes much longer than encoding, only a random sample of texts has answers in words."
)


@dataclass(frozen=True)
class ClusterAnswers:
    """Answers about the texts of one cluster.

    Attributes
    ----------
    commonest : the most frequent answers, never empty, with how many texts got each
    n_answered : texts with any answer
    """

    commonest: list[tuple[str, int]]
    n_answered: int

    def summary(self, *, most: int = ANSWERS_LISTED, bold: bool = True) -> str:
        """Return the most frequent answers with their shares, as markdown or, if not bold, as plain text."""
        first, count = self.commonest[0]
        if count == 1 < self.n_answered:
            return f"all different, such as {_written(first, bold=bold)}"
        shares = [
            f"{_written(answer, bold=bold)} {small_percent(count / self.n_answered)}"
            for answer, count in self.commonest[:most]
        ]
        return " · ".join(shares)


def answers_of(view: MapView, side: Side) -> list[str] | None:
    """Return the answer about each text, "" where there is none; None where no model answers."""
    return None if side.fit is None else cache.answers(view.corpus.key, side.fit.space_key)


def cluster_answers(view: MapView, side: Side, partition: Partition) -> dict[int, ClusterAnswers]:
    """Return the answers by cluster, where the model gave any."""
    answers = answers_of(view, side)
    if answers is None:
        return {}
    return _cluster_answers(side.fit.space_key, content_key(partition.codes), answers, partition.codes)


def small_percent(share: float) -> str:
    """Return a share in whole per cent; "< 1 %" for a small one, not "0 %"."""
    return percent(share) if share >= 0.01 else "< 1 %"


@cache.kept(max_entries=24, show_spinner=False)
def _cluster_answers(
    space_key: str, codes_key: str, _answers: list[str], _codes: np.ndarray
) -> dict[int, ClusterAnswers]:
    codes = np.asarray(_codes)
    answered = np.fromiter((bool(answer.strip(" .!")) for answer in _answers), bool, len(codes))
    counts = np.bincount(codes[answered & (codes >= 0)], minlength=int(codes.max(initial=-1)) + 1)
    found = explain_clusters(_answers, codes, most=ANSWERS_LISTED)
    return {code: ClusterAnswers(common, int(counts[code])) for code, common in found.items() if common}


def _written(answer: str, *, bold: bool) -> str:
    """Return an answer, cut, as bold markdown or as plain text."""
    answer = cut(answer, ANSWER_LENGTH)
    return f"**{markdown(answer)}**" if bold else answer
