"""Dealing labels into folds, in ways that depend on what the texts are and not on how they are numbered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def natural_order(unit: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return the labelled texts class by class, in an order that neither row nor class numbers decide.

    Classes follow by size, then by how close their texts are to all; texts by how close they are to all. Only
    cosines count, so the order survives a rotation of the space too: what is drawn along it with one seed is
    the same for the same texts and labels, however they are numbered.

    Parameters
    ----------
    unit : ndarray of shape (n_labelled, n_dims)
        Unit rows.
    codes : ndarray of int, shape (n_labelled,)
        Classes 0..n_classes-1.

    Returns
    -------
    ndarray of int, shape (n_labelled,)
    """
    rows = unit.astype(np.float64)
    closeness = rows @ rows.sum(axis=0)
    sizes = np.bincount(codes)
    return np.lexsort((closeness, (np.bincount(codes, closeness) / sizes)[codes], sizes[codes]))


def deal_parts(
    unit: np.ndarray, codes: np.ndarray, folds: int, repeats: int, rng: np.random.Generator
) -> list[np.ndarray]:
    """Return which texts to hide together, dealt into folds several times over.

    Each class is spread as evenly as it can be, and dealing goes on from class to class, so that the folds
    fill evenly too. A class with one text only is never hidden; no part holds the whole of a class.

    Parameters
    ----------
    unit : ndarray of shape (n_labelled, n_dims)
        Unit rows.
    codes : ndarray of int, shape (n_labelled,)
        Classes 0..n_classes-1.
    folds : int
        At least 2.
    repeats : int
    rng : numpy Generator

    Returns
    -------
    list of ndarray of bool, shape (n_labelled,)
        Dealing after dealing.
    """
    order = natural_order(unit, codes)
    parts = []
    for _ in range(repeats):
        dealt = shuffle_within_classes(order, codes, rng)
        dealt = dealt[np.bincount(codes)[codes[dealt]] >= 2]
        fold = np.full(len(codes), -1)
        fold[dealt] = np.arange(len(dealt)) % folds
        parts += [fold == number for number in range(min(folds, len(dealt)))]
    return parts


def shuffle_within_classes(order: np.ndarray, codes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return `order`, in which classes stand together, with the texts of each class shuffled."""
    first = np.zeros(codes.max() + 1, dtype=np.int64)
    first[codes[order[::-1]]] = np.arange(len(order))[::-1]
    shuffled = rng.permutation(order)
    return shuffled[np.argsort(first[codes[shuffled]], kind="stable")]


def shares_of_classes(
    order: np.ndarray, codes: np.ndarray, shares: Sequence[float], rng: np.random.Generator
) -> list[np.ndarray]:
    """Return growing parts of the texts: these shares of each class, at least one text of it.

    Parameters
    ----------
    order : ndarray of int
        The texts to take from, classes together (see `natural_order`).
    codes : ndarray of int, shape (n_labelled,)
        Classes of all texts.
    shares : sequence of float
        0 to 1, ascending.
    rng : numpy Generator

    Returns
    -------
    list of ndarray of bool, shape (n_labelled,)
        Each holds the ones before it.
    """
    shuffled = shuffle_within_classes(order, codes, rng)
    sizes = np.bincount(codes[order], minlength=codes.max() + 1)
    starts = np.concatenate([[True], np.diff(codes[shuffled]) != 0])
    place = np.arange(len(shuffled)) - np.maximum.accumulate(np.where(starts, np.arange(len(shuffled)), 0))
    parts = []
    for share in shares:
        part = np.zeros(len(codes), dtype=bool)
        part[shuffled[place < np.ceil(share * sizes[codes[shuffled]])]] = True
        parts.append(part)
    return parts
