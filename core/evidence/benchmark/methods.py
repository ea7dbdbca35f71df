"""Methods with the labels that they learn from, as the benchmark compares them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from ...encoders import Encoder
from ...labels import encode_names_like_corpus, label_phrases, suggest
from ...transforms import Method, MethodKind
from .data import Facet

Picking = Literal["random", "suggested"]
SUGGESTED_AT_ONCE = 10
"""Texts that are suggested before the next labels are given, as in the app."""
TITLES = {
    MethodKind.GENERIC: "generic",
    MethodKind.GUIDED: "GuidedTransform",
    MethodKind.GSTRANSFORM: "GSTransform",
}


@dataclass(frozen=True)
class Setting:
    """A method, and how many labels it learns from.

    Attributes
    ----------
    labels : int
        Texts that are labelled; 0 for a method that does not learn.
    picking : "random" or "suggested"
        How these texts are picked.
    """

    method: Method = field(default_factory=lambda: Method(MethodKind.GENERIC))
    labels: int = 0
    picking: Picking = "random"

    @property
    def title(self) -> str:
        """Name in reports."""
        learned = f", {self.labels:,} {self.picking}" if self.method.learns else ""
        return TITLES.get(self.method.kind, self.method.encoder) + learned


def make_settings(
    names: Iterable[str], labels: Iterable[int] = (40,), picking: Iterable[Picking] = ("random",)
) -> list[Setting]:
    """Return settings by the names of methods: "generic", "guided", "gstransform", or an encoder's name."""
    ways = [(n, way) for n in labels for way in picking]
    settings: list[Setting] = []
    for name in names:
        if name in (MethodKind.GUIDED, MethodKind.GSTRANSFORM):
            settings += [Setting(Method(MethodKind(name)), n, way) for n, way in ways]
        elif name == MethodKind.GENERIC:
            settings.append(Setting())
        else:
            settings.append(Setting(Method(MethodKind.REENCODE, name)))
    return list(dict.fromkeys(settings))


def pick(
    facet: Facet,
    vectors: np.ndarray,
    n: int,
    picking: Picking,
    seed: int,
    views: Sequence[np.ndarray] = (),
) -> np.ndarray:
    """Return the rows that get their labels, int64, first pick first, with at least two different labels.

    Suggested texts come ten at a time, as in the app; fewer than n where no more different texts are
    suggested. Only labelled texts are candidates, and n is at most their number.

    Parameters
    ----------
    vectors : ndarray of float32, shape (n_texts, n_dims)
    views : sequence of arrays of shape (n_texts, n_dims of the view)
        Hidden layers, where the encoder gives them; suggestions use them too.
    """
    rows = facet.labelled
    permuted = np.random.default_rng(seed).permutation(rows)
    if picking == "random":
        picked = permuted[:n]
    else:
        candidates, some = vectors[rows], [view[rows] for view in views]
        y = np.full(len(rows), -1)
        order: list[int] = []
        while len(order) < n:
            left = min(SUGGESTED_AT_ONCE, n - len(order))
            suggested = suggest(candidates, y, left, views=some, random_state=seed)
            if not len(suggested):
                break
            y[suggested] = facet.codes[rows[suggested]]
            order += suggested.tolist()
        picked = rows[order]
    if len(np.unique(facet.codes[picked])) < 2:
        another = permuted[facet.codes[permuted] != facet.codes[picked[0]]]
        picked = np.append(picked[:-1], another[0]) if len(picked) > 1 else np.append(picked, another[0])
    return picked.astype(np.int64)


def name_vectors(encoder: Encoder, facet: Facet) -> tuple[np.ndarray, list[np.ndarray]]:
    """Return the encoded label names (n_labels, n_dims) and their views, as a Fit makes them."""
    return encode_names_like_corpus(encoder, label_phrases(facet.instruction or "", list(facet.labels)))


def shown_codes(facet: Facet, picked: np.ndarray) -> np.ndarray:
    """Return the class codes that a method is shown, int64 (n_texts,): those of picked rows, -1 elsewhere."""
    codes = np.full(len(facet.codes), -1)
    codes[picked] = facet.codes[picked]
    return codes
