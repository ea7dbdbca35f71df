"""What a language model answered about the texts, as the panels of the maps show it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from core.corpus import Partition
from core.maps.clusters import explain_clusters
from core.utils import content_key
from pages.common import cache, markdown
from pages.maps.view import MapView, Side

LISTED = 3  # answers of a cluster
LONGEST = 60  # characters of an answer
HELP = (
    "What the model wrote when it was asked the instruction about each text; the commonest answers in this "
    "cluster, with their share of its texts that got an answer. Answers that differ in case or in the last "
    "stop alone count as one. Where writing takes much longer than reading, only a part of the texts, drawn "
    "at random, is answered in words."
)


@dataclass(frozen=True)
class ClusterAnswers:
    """Answers about the texts of one cluster.

    Attributes
    ----------
    commonest : list of (str, int), with how many texts got each; never empty
    n_answered : int, texts with any answer
    """

    commonest: list[tuple[str, int]]
    n_answered: int

    def said(self, *, most: int = LISTED, bold: bool = True) -> str:
        """The commonest answers with their shares; as markdown where some words may be bold."""
        first, count = self.commonest[0]
        if count == 1 < self.n_answered:
            return f"all different, such as {_written(first, bold=bold)}"
        shares = [
            f"{_written(answer, bold=bold)} {percent(count / self.n_answered)}"
            for answer, count in self.commonest[:most]
        ]
        return " · ".join(shares)


def answers_of(view: MapView, side: Side) -> list[str] | None:
    """What a model answered about each text, "" where it wrote nothing; None where no model was asked."""
    return None if side.fit is None else cache.answers(view.corpus.key, side.fit.space_key)


def cluster_answers(view: MapView, side: Side, partition: Partition) -> dict[int, ClusterAnswers]:
    """Answers by cluster; those without any are left out."""
    answers = answers_of(view, side)
    if answers is None:
        return {}
    return _cluster_answers(side.fit.space_key, content_key(partition.codes), answers, partition.codes)


def percent(share: float) -> str:
    """A share in whole percent; a small one is not called none."""
    return f"{share:.0%}" if share >= 0.01 else "< 1%"


@st.cache_resource(max_entries=24, show_spinner=False)
def _cluster_answers(
    space_key: str, codes_key: str, _answers: list[str], _codes: np.ndarray
) -> dict[int, ClusterAnswers]:
    codes = np.asarray(_codes)
    answered = np.fromiter((bool(answer.strip(" .!")) for answer in _answers), bool, len(codes))
    counts = np.bincount(codes[answered & (codes >= 0)], minlength=int(codes.max(initial=-1)) + 1)
    found = explain_clusters(_answers, codes, most=LISTED)
    return {code: ClusterAnswers(common, int(counts[code])) for code, common in found.items() if common}


def _written(answer: str, *, bold: bool) -> str:
    answer = answer if len(answer) <= LONGEST else answer[: LONGEST - 1] + "…"
    return f"**{markdown(answer)}**" if bold else answer
