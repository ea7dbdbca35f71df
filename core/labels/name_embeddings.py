"""Embeddings of label names."""

from __future__ import annotations

import numpy as np

from core.encoders import Encoder
from core.neighbours import unit_rows


def label_phrases(instruction: str, names: list[str]) -> list[list[str]]:
    """Return the phrases that are encoded for each label name.

    These are the bare name and, with an instruction, the name after it. Both together classify best (nine
    facets, names only: 58.3 %, against 56.8 % with bare names and 57.8 % with the instruction before them).
    """
    plain = [" ".join(name.replace("_", " ").split()) or name for name in names]
    instruction = " ".join(instruction.split())
    return [[name, f"{instruction}: {name}"] if instruction else [name] for name in plain]


def encode_names(encoder: Encoder, phrases: list[list[str]], instruction: str = "") -> np.ndarray:
    """Encode label names: the mean direction of the phrases of each label.

    Parameters
    ----------
    encoder : Encoder
    phrases : list of lists of str
        One or more for each label, as from `label_phrases`.
    instruction : str
        The encoder's instruction for the texts, "" for none.

    Returns
    -------
    ndarray of float32, shape (n_labels, n_dims)
    """
    encoded = encoder.encode([phrase for each in phrases for phrase in each], instruction=instruction or None)
    owner = np.repeat(np.arange(len(phrases)), [len(each) for each in phrases])
    return np.stack([unit_rows(encoded[owner == label]).mean(axis=0) for label in range(len(phrases))])
