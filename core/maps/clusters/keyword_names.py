"""Name clusters by their keywords (class-based TF-IDF), in any language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain, count, pairwise
from typing import TYPE_CHECKING

import numpy as np

from ...corpus import WordTable, echo_each_other, is_unspaced
from .name_parts import LEADING_CHARACTERS, beginning, repeats_label

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

MIN_FREQUENCY_RATIO = 2.0
"""A word names a cluster from this many times the frequency that it has elsewhere."""

MIN_CLUSTER_SHARE = 0.01
"""A word names a cluster from this share of its texts: on noisy texts, rarer words are chance."""

FUNCTION_WORD_EVENNESS = 0.35
"""A word is a function word from this evenness, plus half the share of the cluster. Measured on four English
corpora: "the", "is", "to" and "can" reach 0.5 to 1, words of a subject 0.02 to 0.2."""

MIN_UNEVENNESS = 1e-3
"""Least that 1 - evenness counts: a cluster without another word is named by one that is spread evenly."""

MAX_BLOCKS = 64
"""Most parts of the map, equal in size, over which the evenness of a word is measured."""

TEXTS_PER_BLOCK = 12
"""Fewest texts in each part."""

NAME_NEIGHBOURS = 3
"""Nearest clusters on the map that a name must distinguish a cluster from."""

MAX_CANDIDATES = 12
"""Most words of a cluster from which its name is chosen."""

MAX_NAME_PARTS = 3
"""Most words or phrases in a name, unless a further one makes it unique."""

MIN_PHRASE_SHARE = 0.5
"""Two words are a phrase when they stand side by side in this share of the texts with the rarer one, and in
half this share of those with the other."""

MIN_PART_WEIGHT = 0.2
"""A further word joins a name from this share of the weight of the first."""

LEAST_STEM = 4
"""Fewest letters of the plain form that a phrase shows in place of a longer one."""

PLAIN_FORM_RATIO = 2.0
"""A phrase shows the plain form of a word from this many times the frequency of the longer form."""

MIN_NEAR_FACTOR = 0.1
"""Factor on the weight of a word that is no more frequent here than in the nearest clusters."""

PART_SEPARATOR = " · "

LABEL_SEPARATOR = ": "
"""Between the label that leads a name and its words."""


def name_clusters(
    table: WordTable,
    clusters: np.ndarray,
    points: np.ndarray | None = None,
    *,
    evenness: np.ndarray | None = None,
    taken: Collection[str] = (),
    labels: Mapping[int, str] | None = None,
    quote: Callable[[np.ndarray], list[str]] | None = None,
) -> dict[int, str]:
    """Return a name for each cluster: up to three words or phrases, frequent in it and rare elsewhere.

    Where a label leads, it is the first of the three, and words that only repeat it are left out. A cluster
    without a word of its own is named by its label alone, or else by the first words of a text.

    The weight of a word is its class-based TF-IDF, times the logarithms of how many times more frequent it is
    here than elsewhere and than in the nearest clusters on the map (the geometric mean of the two). There is
    no list of stop words: words spread evenly over the corpus are function words. Of the spellings of a word
    the most frequent is shown, and forms of one word (bag, bags) stand in a name only once. Cost: linear in
    the number of words; 0.1 s for 200,000 short texts in 150 clusters.

    Parameters
    ----------
    table : WordTable of n texts
    clusters : int array (n,)
        -1 for noise, which has no name.
    points : array of shape (n, 2), optional
        Places on the map; without them no clusters count as near.
    evenness : float array (n_words,), optional
        From `spread_evenly`; else that over these clusters.
    taken : collection of str
        Names not to be given.
    labels : mapping of int to str, optional
        Label that leads the name of a cluster, from `leading_labels`; a long one is cut.
    quote : callable, optional
        Takes the texts of a cluster and returns names made of single texts, the best first; see
        `first_words`. Called only for clusters without a word.

    Returns
    -------
    dict of int to str
        A different name for each cluster, ascending; "cluster 3" for number 2 with nothing to name it by.

    References
    ----------
    Grootendorst (2022). BERTopic: Neural topic modeling with a class-based TF-IDF procedure.
    arXiv:2203.05794.
    """
    clusters = np.asarray(clusters)
    numbers, position = np.unique(clusters[clusters >= 0], return_inverse=True)
    if not len(numbers):
        return {}
    positions = np.full(len(clusters), len(numbers))  # noise comes last
    positions[clusters >= 0] = position
    sizes = np.bincount(positions, minlength=len(numbers) + 1)
    counts = table.counts(positions, len(sizes))
    if evenness is None:
        evenness = _evenness(counts[:-1], sizes[:-1], len(table.shown))
    near = None if points is None else nearest_groups(np.asarray(points), clusters, numbers)
    best = _best_words(counts, sizes, len(table.shown), evenness, near)
    phrases = _phrases(table, counts, best)
    frequency = np.asarray(counts.sum(axis=0)).ravel()
    names: dict[int, str] = {}
    used = {name.casefold() for name in taken}
    used_words: set[tuple[str, frozenset[int]]] = set()
    for number, weights, pairs in zip(numbers.tolist(), best, phrases, strict=True):
        label = (labels or {}).get(number, "")
        parts = _distinct_parts(table, _name_parts(table, weights, pairs), label)
        spelt = {part: _without_ending(table, frequency, part) for part in parts}
        label = beginning(label, LEADING_CHARACTERS)
        name = _join_parts(table, parts, spelt, weights, label, used_words, used)
        if not name:
            quotes = quote(np.flatnonzero(clusters == number)) if quote is not None else []
            name = _wordless_name(number, label, quotes, used)
        names[number] = name
        used.add(name.casefold())
    return names


def spread_evenly(table: WordTable, leaves: np.ndarray) -> np.ndarray | None:
    """Return the evenness of each word over the parts of a map: 0 in one only, 1 equally frequent in all.

    It recognises function words in any language. The clusters may be too few for that, so the map is cut into
    up to `MAX_BLOCKS` runs of neighbours.

    Parameters
    ----------
    leaves : int array (n,)
        From `Hierarchy.leaves`: neighbours follow one another.

    Returns
    -------
    float64 array (n_words,) or None
        None for too few texts.
    """
    n_blocks = min(MAX_BLOCKS, len(leaves) // TEXTS_PER_BLOCK)
    if n_blocks < 4:
        return None
    block = np.empty(len(leaves), dtype=np.int64)
    block[leaves] = np.arange(len(leaves)) * n_blocks // len(leaves)
    return _evenness(table.counts(block, n_blocks), np.bincount(block), len(table.shown))


def nearest_groups(points: np.ndarray, codes: np.ndarray, groups: Sequence[int] | np.ndarray) -> np.ndarray:
    """Return the groups with the nearest centroids, of points (n, 2) with group codes (n,).

    Texts of groups not in `groups`, ascending, do not count.

    Returns
    -------
    int array (n_groups, min(`NAME_NEIGHBOURS`, n_groups - 1))
        Positions in `groups`, nearest first.
    """
    n_groups = len(groups)
    inside = np.isin(codes, groups)
    positions = np.searchsorted(groups, np.asarray(codes)[inside])
    sizes = np.maximum(np.bincount(positions, minlength=n_groups), 1)
    centroids = [np.bincount(positions, points[inside, axis], n_groups) / sizes for axis in range(2)]
    distances = np.hypot(*(centroid[:, None] - centroid for centroid in centroids))
    np.fill_diagonal(distances, np.inf)
    return np.argsort(distances, axis=1)[:, : min(NAME_NEIGHBOURS, n_groups - 1)]


def _evenness(counts: csr_matrix, sizes: np.ndarray, n_words: int) -> np.ndarray:
    """Return the evenness of words (n_words,) over groups, from the number of texts with each word.

    Simpson's index, the chance that two texts with the word are of one group, is unbiased also for rare words
    (Simpson 1949, Measurement of diversity).
    """
    if len(sizes) < 2:
        return np.zeros(n_words)
    counts = counts[:, :n_words].tocoo()
    values = counts.data.astype(np.float64)
    overall = np.bincount(counts.col, values, minlength=n_words)
    share = sizes / max(sizes.sum(), 1)
    pairs = np.bincount(counts.col, values * (values - 1) / share[counts.row], minlength=n_words)
    index = pairs / np.maximum(overall * (overall - 1), 1)  # 1 when spread like the texts themselves
    spread = 1 / np.maximum(index, 1)
    return np.where(overall > 1, (spread * len(sizes) - 1) / (len(sizes) - 1), 0).clip(0, 1)


def _best_words(
    counts: csr_matrix, sizes: np.ndarray, n_words: int, evenness: np.ndarray, near: np.ndarray | None
) -> list[dict[int, float]]:
    """Return the best words of each cluster with their weights, best first."""
    n_groups = len(sizes) - 1
    table = counts[:, :n_words].tocoo()
    overall = np.bincount(table.col, table.data, minlength=n_words)
    in_clusters = table.row < n_groups
    row, word, inside = table.row[in_clusters], table.col[in_clusters], table.data[in_clusters]
    in_all = np.bincount(word, inside, minlength=n_words)
    total = np.bincount(row, inside, minlength=n_groups)
    rarity = np.log1p(total.sum() / n_groups / np.maximum(in_all, 1))
    n_outside = sizes.sum() - sizes[:-1]
    is_single = n_outside.min() == 0  # one cluster holds all texts: no word is rarer elsewhere
    ratio = _frequency_ratio(inside, sizes[row], overall[word] - inside, n_outside[row])
    # A word that is frequent all over a large cluster is spread over as large a part of the corpus.
    allowed = evenness[word] < FUNCTION_WORD_EVENNESS + sizes[row] / sizes.sum() / 2
    least = np.maximum(np.minimum(2, sizes[row]), MIN_CLUSTER_SHARE * sizes[row])
    allowed &= (inside >= least) & (is_single | (ratio >= MIN_FREQUENCY_RATIO))
    # A cluster without a distinctive word is named by words frequent in it and rare over all texts.
    has_word = np.bincount(row[allowed], minlength=n_groups) > 0
    weak = ~has_word[row] & (inside >= least)
    allowed |= weak
    row, word, inside, ratio, weak = (part[allowed] for part in (row, word, inside, ratio, weak))
    weight = inside / total[row] * rarity[word] * np.maximum(1 - evenness[word], MIN_UNEVENNESS) ** 2
    if not is_single:
        factor = np.where(weak, 1.0, np.log(ratio))
        if near is not None and near.shape[1]:
            beside = _counts_in_neighbours(counts, near, row, word)
            n_beside = sizes[:-1][near].sum(axis=1)
            near_factor = np.log(_frequency_ratio(inside, sizes[row], beside, n_beside[row]))
            factor = np.sqrt(factor * near_factor.clip(MIN_NEAR_FACTOR * factor, factor))
        weight = weight * factor
    order = np.lexsort((word, -weight, row))
    order = order[weight[order] > 0]
    starts = np.searchsorted(row[order], np.arange(n_groups + 1))
    best = [order[start : min(start + MAX_CANDIDATES, end)] for start, end in pairwise(starts)]
    return [dict(zip(word[each].tolist(), weight[each].tolist(), strict=True)) for each in best]


def _frequency_ratio(
    inside: np.ndarray, n_inside: np.ndarray, outside: np.ndarray, n_outside: np.ndarray
) -> np.ndarray:
    """Return the frequency of words inside over that outside, each count plus half a text against zeros."""
    return (inside + 0.5) * (n_outside + 0.5) / (outside + 0.5) / (n_inside + 0.5)


def _counts_in_neighbours(
    counts: csr_matrix, near: np.ndarray, row: np.ndarray, word: np.ndarray
) -> np.ndarray:
    """Return the number of texts with each word in the nearest groups of the group in its row."""
    from scipy.sparse import csr_matrix

    entries = np.ones(near.size, np.int32), near.ravel(), np.arange(0, near.size + 1, near.shape[1])
    beside = csr_matrix(entries, shape=(len(near), counts.shape[0])) @ counts
    beside.sort_indices()  # or each look-up searches a whole row
    return _cells(beside, row, word)


def _cells(matrix: csr_matrix, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Return single cells of a sparse matrix."""
    return np.asarray(matrix[rows, columns]).ravel() if len(rows) else np.zeros(0)


def _phrases(
    table: WordTable, counts: csr_matrix, best: list[dict[int, float]]
) -> list[dict[tuple[int, int], int]]:
    """Return the phrases of each cluster, pairs of its best words, with the number of texts with each."""
    n_words, width = len(table.shown), counts.shape[1]
    candidates = [group * width + word for group, words in enumerate(best) for word in words]
    entries = counts.tocoo()
    is_pair = entries.col >= n_words
    pairs = np.asarray(table.pairs)[entries.col[is_pair] - n_words]
    groups, together = entries.row[is_pair].astype(np.int64), entries.data[is_pair]
    for side in range(2):
        wanted = np.isin(groups * width + pairs[:, side], candidates)
        pairs, groups, together = pairs[wanted], groups[wanted], together[wanted]
    each = [_cells(counts, groups, pairs[:, side]) for side in range(2)]
    rarer, other = np.minimum(*each), np.maximum(*each)
    mostly = together >= np.maximum(2, np.maximum(MIN_PHRASE_SHARE * rarer, MIN_PHRASE_SHARE / 2 * other))
    phrases: list[dict[tuple[int, int], int]] = [{} for _ in best]
    found = (groups[mostly].tolist(), pairs[mostly].tolist(), together[mostly].tolist())
    for group, (first, second), n_texts in zip(*found, strict=True):
        if not echo_each_other(table.shown[first], table.shown[second]):
            phrases[group][first, second] = n_texts
    return phrases


def _name_parts(
    table: WordTable, best: dict[int, float], phrases: dict[tuple[int, int], int]
) -> list[tuple[int, ...]]:
    """Return words and phrases for a name, best first, none a form of one before it."""
    parts: list[tuple[int, ...]] = []
    used: list[int] = []
    for word in best:
        free = [pair for pair in phrases if word in pair and not set(pair) & set(used)]
        part = max(free, key=lambda pair: (phrases[pair], pair), default=(word,))
        if not any(echo_each_other(table.shown[new], table.shown[old]) for new in part for old in used):
            parts.append(part)
            used.extend(part)
    return parts


def _distinct_parts(table: WordTable, parts: list[tuple[int, ...]], label: str) -> list[tuple[int, ...]]:
    """Return the parts of a name without what its label says already."""
    if not label:
        return parts
    distinct = []
    for part in parts:
        if len(_spell(table, part)) < sum(len(table.shown[word]) for word in part):
            words = part  # pairs of characters that share one: half of them is no word
        else:
            words = tuple(word for word in part if not repeats_label(table.shown[word], label))
        if words and not repeats_label(_spell(table, words), label):
            distinct.append(words)
    return distinct


def _join_parts(
    table: WordTable,
    parts: list[tuple[int, ...]],
    spelt: Mapping[tuple[int, ...], tuple[int, ...]],
    weights: dict[int, float],
    label: str,
    used_words: set[tuple[str, frozenset[int]]],
    used: Collection[str],
) -> str:
    """Join the label and the first parts, as `spelt`, to an unused name; "" when there is none.

    Its words are added to `used_words`: no two clusters of one label have the same.
    """
    parts = sorted(parts, key=lambda part: -max(weights[word] for word in part))
    least = MIN_PART_WEIGHT * max(weights.values(), default=0)
    most = MAX_NAME_PARTS - bool(label)
    n_strong = sum(max(weights[word] for word in part) >= least for part in parts[:most])
    for n_parts in range(n_strong, len(parts) + 1):
        words = frozenset(word for part in parts[:n_parts] for word in part)
        keywords = PART_SEPARATOR.join(_spell(table, spelt[part]) for part in parts[:n_parts])
        name = LABEL_SEPARATOR.join(filter(None, [label, keywords]))
        if name and (label, words) not in used_words and name.casefold() not in used:
            used_words.add((label, words))
            return name
    return ""


def _without_ending(table: WordTable, frequency: np.ndarray, part: tuple[int, ...]) -> tuple[int, ...]:
    """Return a phrase with the plain form of its second word, where that is usual and stands there too.

    For words with something glued to them: "cancelled flightled" where "cancelled flight" is said as well.
    """
    if len(part) != 2 or is_unspaced(table.shown[part[1]]):
        return part
    first, second = part
    word = table.shown[second].casefold()
    beside = np.asarray(table.pairs)[:, 1][np.asarray(table.pairs)[:, 0] == first].tolist()
    for other in sorted(beside, key=lambda each: -frequency[each]):
        plain = table.shown[other].casefold()
        glued = word.startswith(plain) and len(plain) >= LEAST_STEM and 2 <= len(word) - len(plain) <= 4
        if glued and frequency[other] >= PLAIN_FORM_RATIO * frequency[second]:
            return first, other
    return part


def _wordless_name(number: int, label: str, quotes: list[str], used: Collection[str]) -> str:
    """Return an unused name without keywords: the first words of a text, else the label or the number."""
    led = [LABEL_SEPARATOR.join(filter(None, [label, text])) for text in quotes]
    base = next(iter(led), label)
    more = (f"{base} ({free})" if base else f"cluster {free}" for free in count(2 if base else number + 1))
    return next(name for name in chain(led, [base], more) if name and name.casefold() not in used)


def _spell(table: WordTable, part: tuple[int, ...]) -> str:
    shown = [table.shown[word] for word in part]
    if len(shown) == 2 and is_unspaced(shown[0]) and is_unspaced(shown[1]):
        # Neighbouring pairs of characters share the middle one.
        return shown[0] + (shown[1][1:] if shown[0][-1] == shown[1][0] else shown[1])
    return " ".join(shown)
