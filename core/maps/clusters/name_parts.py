"""Parts of cluster names besides keywords: the label that most texts have, and the first words of a text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np

from ...corpus import echo_each_other, is_unspaced, split_words
from .algorithms import typical_rows

LEADING_PERCENT = 80
"""A label leads the name of a cluster from this share of its texts, in percent."""

LEADING_CHARACTERS = 28
"""Most characters of a label that leads a name: a map shows about 40 characters of a name."""

QUOTED_CHARACTERS = 40
"""Most characters of a text that names a cluster without a word."""

QUOTED_TEXTS = 3
"""Most texts of a cluster that are tried for a name that no other cluster has."""


def leading_labels(clusters: np.ndarray, predicted: np.ndarray, labels: Sequence[str]) -> dict[int, str]:
    """Return the label of each cluster of which at least `LEADING_PERCENT` of the texts have it.

    Parameters
    ----------
    clusters : int array (n,), -1 for noise
    predicted : int array (n,), positions in `labels`, -1 for texts without a label
    """
    clusters, predicted = np.asarray(clusters), np.asarray(predicted)
    names = list(dict.fromkeys(labels))  # labels that were merged have one name
    renumbered = np.array([*map(names.index, labels), -1], dtype=np.int64)
    labels, predicted = names, renumbered[predicted]
    inside = clusters >= 0
    sizes = np.bincount(clusters[inside], minlength=1)
    has_label = inside & (predicted >= 0)
    cells = clusters[has_label].astype(np.int64) * len(labels) + predicted[has_label]
    counts = np.bincount(cells, minlength=len(sizes) * len(labels)).reshape(len(sizes), len(labels))
    leads = (100 * counts >= LEADING_PERCENT * sizes[:, None]) & (counts > 0)
    return {int(cluster): labels[label] for cluster, label in np.argwhere(leads) if labels[label].strip()}


def repeats_label(word: str, label: str) -> bool:
    """Return whether a word says what a label says: a form of one of its words."""
    if is_unspaced(word):  # words of one character in common are often unrelated
        return word in label
    spaced = [other for other in split_words(label) if not is_unspaced(other)]
    return word.casefold() == label.casefold() or any(echo_each_other(word, other) for other in spaced)


def first_words(texts: Sequence[str], vectors: np.ndarray, rows: np.ndarray) -> list[str]:
    """Return the first words of the most typical of some texts, in quotation marks, most typical first.

    Texts without visible characters are left out. Cost: linear in the number of rows; vectors of
    `TYPICAL_SAMPLE` texts are read.
    """
    visible = np.array([row for row in rows.tolist() if _is_visible(str(texts[row]))], dtype=np.int64)
    if not len(visible):
        return []
    typical = typical_rows(vectors, visible, QUOTED_TEXTS)
    return [f"“{beginning(str(texts[row]), QUOTED_CHARACTERS)}”" for row in typical]


def _is_visible(text: str) -> bool:
    """Return whether a text has a letter, a digit, a punctuation mark or a symbol."""
    return any(unicodedata.category(sign)[0] in "LNPS" for sign in text)


def beginning(text: str, longest: int) -> str:
    """Return a text on one line of at most `longest` characters, cut after a word where one ends late enough.

    A text that is cut ends with an ellipsis.
    """
    text = " ".join(text[: 50 * longest].split())
    if len(text) <= longest:
        return text
    cut = text[:longest]  # the ellipsis takes the place of the last space or character
    words = cut.rpartition(" ")[0].rstrip(" ,;:.!?–-")
    return f"{words if 2 * len(words) >= longest else cut[:-1]}…"
