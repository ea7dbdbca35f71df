"""Run a method: from a sample of texts to their vectors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..encoders import Encoder
from ..neighbours import Graph
from ..transforms import GSTransform, GuidedTransform, Method, MethodKind
from ..utils import Progress

NEUTRAL_TASK = "clustering"
"""Task of an encoder with fixed tasks, where the instruction is none of them."""


@dataclass(frozen=True)
class MethodInput:
    """What a method may use of a sample of texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_texts, n_dims)
        Generic embeddings.
    given : ndarray of int, shape (n_texts,)
        Class codes; -1 where unlabelled. Only transforms use them.
    label_vectors : ndarray of shape (n_labels, n_dims), optional
        Encoded label names. Only `GuidedTransform` uses them.
    views : sequence of arrays of shape (n_texts, n_dims of the view)
        Hidden layers of the texts. Only `GuidedTransform` uses them.
    label_views : sequence of arrays of shape (n_labels, n_dims of the view)
        The same hidden layers of the label names.
    graph : Graph, optional
        Nearest neighbours of `vectors`; built where `GuidedTransform` needs it and it is not given.
    texts : sequence of n_texts str
        Only re-encoding uses them.
    instruction : str, optional
        For re-encoding, as returned by `instruction_for`.
    """

    vectors: np.ndarray
    given: np.ndarray
    label_vectors: np.ndarray | None = None
    graph: Graph | None = None
    views: Sequence[np.ndarray] = ()
    label_views: Sequence[np.ndarray] = ()
    texts: Sequence[str] = ()
    instruction: str | None = None


def run_method(
    method: Method,
    sample: MethodInput,
    *,
    encoder: Encoder | None = None,
    seed: int = 0,
    progress: Progress | None = None,
) -> np.ndarray:
    """Return the vectors of a sample by a method, float32 (n_texts, n_components).

    Parameters
    ----------
    encoder : Encoder, optional
        Needed by re-encoding.
    seed : int
        Seed of a transform.
    progress : callable, optional
        Called with (done, total) by re-encoding and by `GSTransform`.

    Raises
    ------
    LabelError
        When a transform has too few labels.
    ValueError
        When re-encoding is given no encoder.
    """
    match method.kind:
        case MethodKind.GENERIC:
            return sample.vectors
        case MethodKind.GUIDED:
            guided = GuidedTransform(random_state=seed)
            return guided.fit_transform(
                sample.vectors,
                sample.given,
                views=sample.views,
                graph=sample.graph,
                label_vectors=sample.label_vectors,
                label_views=sample.label_views,
            )
        case MethodKind.GSTRANSFORM:
            published = GSTransform(random_state=seed)
            return published.fit(sample.vectors, sample.given, progress=progress).transform(sample.vectors)
        case _:
            if encoder is None:
                raise ValueError("Re-encoding needs an encoder.")
            return encoder.encode(list(sample.texts), instruction=sample.instruction, progress=progress)


def instruction_for(encoder: Encoder, instruction: str) -> tuple[str | None, str]:
    """Return what an encoder is given as instruction, and a sentence where that is not the instruction.

    An encoder of fixed tasks that does not know the instruction gets a neutral task.
    """
    if encoder.follows_instructions == "no":
        note = "It follows no instruction, and encoded the texts without one." if instruction else ""
        return None, note
    if encoder.follows_instructions == "free text" or instruction in encoder.tasks:
        return instruction or None, ""
    task = NEUTRAL_TASK if NEUTRAL_TASK in encoder.tasks else encoder.tasks[0]
    return task, f"It follows fixed tasks only, and encoded the texts for “{task}”."
