"""The systems of a comparison, their titles, and the texts that they are measured on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...encoders import split_precomputed, title_of
from ...transforms import Method, MethodKind
from .result import System

Encoders = Sequence[Sequence[str]]
"""(encoder, template) of each system that re-encodes every text, as for `core.encoders.load_encoder`."""

TRANSFORMS = {
    MethodKind.GENERIC: "Generic",
    MethodKind.GUIDED: "Reshape",
    MethodKind.GSTRANSFORM: "GSTransform",
}
"""Titles of the systems that are part of every comparison."""


def list_systems(encoders: Encoders) -> tuple[System, ...]:
    """Return the generic space, both transforms, and a system for each encoder, in this order."""
    reencoding = [
        System(Method(MethodKind.REENCODE, encoder, template), title_among((encoder, template), encoders))
        for encoder, template in encoders
    ]
    return (*(System(Method(kind), title) for kind, title in TRANSFORMS.items()), *reencoding)


def title_among(chosen: Sequence[str], encoders: Encoders) -> str:
    """Return the title of an encoder, with as much of its name as distinguishes it from the others."""
    encoder, template = chosen
    title = title_of(encoder)
    alike = [(other, how) for other, how in encoders if title_of(other) == title]
    others = [other.replace("\\", "/") for other, _ in alike if other != encoder]
    if others:
        parts = encoder.replace("\\", "/").split("/")
        ends = ["/".join(parts[-length:]) for length in range(2, len(parts) + 1)]
        title = next((end for end in ends if not any(other.endswith(end) for other in others)), encoder)
    again = template and any(other == encoder and how != template for other, how in alike)
    return f"{title}, “{template}”" if again else title


def sample_rows(given: np.ndarray, n_texts: int) -> np.ndarray:
    """Return at most n_texts rows to compare on, ascending: labelled ones first, then others, both at random.

    Takes the label of each text, int64 (n_all,), -1 where unlabelled.
    """
    order = np.random.default_rng(0).permutation(len(given))
    order = order[np.argsort(given[order] < 0, kind="stable")]
    return np.sort(order[:n_texts])


def find_refusal(method: Method, instruction: str, n_names: int, n_classes: int) -> str:
    """Return why a system cannot be measured, in one sentence; "" when it can.

    Takes the number of label names, and of different labels that texts of the sample have.
    """
    if method.reencodes and not instruction and split_precomputed(method.encoder) is None:
        return "There is no instruction to encode under: type one first."
    # Without an encoder for the names, a comparison by the labelled texts alone is still possible.
    match method.lacks_labels(n_names, n_classes, names_encoded=True):
        case "names" if method.kind == MethodKind.GUIDED:
            return "Two labels are needed to tell texts apart: name them first."
        case "names" | "labelled texts":
            return "Texts with two different labels are needed: its names alone do not count."
        case _:
            return ""
