"""What is compared: the generic space, what transforms make of it, and encoders that read every text anew."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from core.encoders import Encoder
from core.evidence.benchmark.data import Facet
from core.labels import encode_names, label_phrases, suggest
from core.utils import Progress

MethodKind = Literal["generic", "guided", "gstransform", "encoder"]
Picking = Literal["random", "suggested"]
ROUND = 10
"""Texts that are suggested at a time, before their labels are seen."""
FIXED_TASK = "clustering"
"""What an encoder of fixed tasks is asked for."""


@dataclass(frozen=True)
class Method:
    """One way from texts to vectors.

    Attributes
    ----------
    kind : "generic", "guided", "gstransform" or "encoder"
    encoder : str, of kind "encoder": its name, for `load_encoder`
    labels : int, of transforms: how many texts are labelled
    picking : "random" or "suggested", of transforms: how these are picked
    """

    kind: MethodKind
    encoder: str = ""
    labels: int = 0
    picking: Picking = "random"

    @property
    def learns(self) -> bool:
        """Whether it needs labels of some texts."""
        return self.kind in ("guided", "gstransform")

    @property
    def title(self) -> str:
        """How reports call it."""
        names = {"generic": "generic", "guided": "GuidedTransform", "gstransform": "GSTransform"}
        learned = f", {self.labels:,} {self.picking}" if self.learns else ""
        return names.get(self.kind, self.encoder) + learned


def make_methods(
    names: Iterable[str], labels: Iterable[int] = (40,), picking: Iterable[Picking] = ("random",)
) -> list[Method]:
    """Return methods by their names: "generic", "guided", "gstransform", or any name of an encoder."""
    ways = [(n, way) for n in labels for way in picking]
    methods: list[Method] = []
    for name in names:
        if name in ("guided", "gstransform"):
            methods += [Method(name, labels=n, picking=way) for n, way in ways]
        else:
            methods.append(Method("generic") if name == "generic" else Method("encoder", name))
    return list(dict.fromkeys(methods))


def pick(facet: Facet, vectors: np.ndarray, n: int, picking: Picking, seed: int) -> np.ndarray:
    """Return rows that get their labels, at least two different ones.

    Parameters
    ----------
    facet : Facet
    vectors : ndarray of shape (n_texts, n_dims)
        Generic space.
    n : int
        At most as many as texts are labelled.
    picking : "random" or "suggested"
        Suggested ones come ten at a time, as in the app; texts without a label are no choice.
    seed : int

    Returns
    -------
    ndarray of int64, the first pick first; fewer than n where no more different texts are suggested
    """
    rows = facet.labelled
    shuffled = np.random.default_rng(seed).permutation(rows)
    if picking == "random":
        picked = shuffled[:n]
    else:
        y = np.full(len(rows), -1)
        order: list[int] = []
        while len(order) < n:
            named = suggest(vectors[rows], y, min(ROUND, n - len(order)), random_state=seed)
            if not len(named):
                break
            y[named] = facet.codes[rows[named]]
            order += named.tolist()
        picked = rows[order]
    if len(np.unique(facet.codes[picked])) < 2:
        another = shuffled[facet.codes[shuffled] != facet.codes[picked[0]]]
        picked = np.append(picked[:-1], another[0]) if len(picked) > 1 else np.append(picked, another[0])
    return picked.astype(np.int64)


def reshape(
    method: Method,
    vectors: np.ndarray,
    y: np.ndarray,
    label_vectors: np.ndarray | None,
    seed: int,
    progress: Progress | None = None,
) -> np.ndarray:
    """Return what a transform makes of the generic space, float32 (n_texts, n_components).

    Parameters
    ----------
    method : Method
        One that learns.
    vectors : ndarray of shape (n_texts, n_dims)
    y : ndarray of int, shape (n_texts,)
        Class codes; -1 where unlabelled.
    label_vectors : ndarray of shape (n_labels, n_dims), or None
        Of the labels' names; only GuidedTransform reads them.
    seed : int
    progress : callable, optional
    """
    from core.transforms import GSTransform, GuidedTransform

    if method.kind == "guided":
        guided = GuidedTransform(random_state=seed)
        return guided.fit_transform(vectors, y, label_vectors=label_vectors)
    return GSTransform(random_state=seed).fit(vectors, y, progress=progress).transform(vectors)


def name_vectors(encoder: Encoder, facet: Facet) -> np.ndarray:
    """Directions of label names (n_labels, n_dims), as a Fit makes them."""
    return encode_names(encoder, label_phrases(facet.instruction or "", list(facet.labels)))


def instruction_for(encoder: Encoder, instruction: str) -> str | None:
    """What an encoder is told: the instruction, a task of its own list, or nothing."""
    if encoder.follows_instructions == "free text":
        return instruction or None
    if instruction in encoder.tasks:
        return instruction
    return FIXED_TASK if FIXED_TASK in encoder.tasks else None
