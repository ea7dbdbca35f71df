"""Stratified folds that depend on the texts and their labels, not on row or class numbers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd


def natural_order(unit: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Order the labelled texts by class, independently of row and class numbers.

    Classes are sorted by size, then by the mean cosine of their texts to all texts; texts by that cosine. The
    order also survives a rotation of the space. A draw along it with one seed is the same for the same texts
    and labels, however they are numbered.

    Takes unit rows (n_labelled, n_dims) and their classes 0..n_classes-1 (n_labelled,); returns positions
    (n_labelled,).
    """
    rows = unit.astype(np.float64)
    closeness = rows @ rows.sum(axis=0)
    sizes = np.bincount(codes)
    return np.lexsort((closeness, (np.bincount(codes, closeness) / sizes)[codes], sizes[codes]))


def stratified_parts(
    unit: np.ndarray, codes: np.ndarray, folds: int, repeats: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Split the labelled texts into stratified folds, several times.

    Each class is spread evenly over the folds. The next class continues at the next fold, so that folds have
    equal sizes. A class of one text is never held out; no fold holds a whole class.

    Parameters
    ----------
    unit : ndarray of shape (n_labelled, n_dims)
        Unit rows.
    codes : ndarray of int, shape (n_labelled,)
        Classes 0..n_classes-1.
    folds : int
        At least 2.

    Returns
    -------
    list of ndarray of bool, shape (n_labelled,)
        Texts held out together, split after split.
    """
    order = natural_order(unit, codes)
    parts = []
    for _ in range(repeats):
        permuted = permute_within_classes(order, codes, rng)
        permuted = permuted[np.bincount(codes)[codes[permuted]] >= 2]
        fold = np.full(len(codes), -1)
        fold[permuted] = np.arange(len(permuted)) % folds
        parts += [fold == number for number in range(min(folds, len(permuted)))]
    return parts


def permute_within_classes(order: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Permute the texts within each class of `order`, in which classes are contiguous."""
    first = np.zeros(codes.max() + 1, dtype=np.int64)
    first[codes[order[::-1]]] = np.arange(len(order))[::-1]
    permuted = rng.permutation(order)
    return permuted[np.argsort(first[codes[permuted]], kind="stable")]


def shares_of_classes(
    order: np.ndarray, codes: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> list[np.ndarray]:
    """Return nested subsets: these shares of each class, at least one text of it.

    Parameters
    ----------
    order : ndarray of int
        Texts to draw from, classes contiguous (see `natural_order`).
    codes : ndarray of int, shape (n_labelled,)
        Classes of all texts.
    shares : sequence of float
        0 to 1, ascending.

    Returns
    -------
    list of ndarray of bool, shape (n_labelled,)
        Each contains the ones before it.
    """
    permuted = permute_within_classes(order, codes, rng)
    sizes = np.bincount(codes[order], minlength=codes.max() + 1)
    place = pd.Series(permuted).groupby(codes[permuted]).cumcount().to_numpy()
    parts = []
    for share in shares:
        part = np.zeros(len(codes), dtype=bool)
        part[permuted[place < np.ceil(share * sizes[codes[permuted]])]] = True
        parts.append(part)
    return parts
