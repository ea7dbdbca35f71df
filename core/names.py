"""Names for clusters, made of the words that set each apart, in whatever language the texts are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from core.words import Words, count_texts, echo_each_other, is_unspaced, read_words

DISTINCTIVE = 2.0
"""A word fits a name when it is at least this many times as frequent in the cluster as elsewhere."""

EVERYWHERE = 0.6
"""A frequent word is a function word when it is spread as evenly as over this share of the clusters."""

CANDIDATES = 12
"""Best words of a cluster, from which its name is chosen."""

PARTS = 3
"""Words or phrases in a name."""

PHRASE_SHARE = 0.5
"""Two words are a phrase when they stand side by side in this share of the texts that hold the rarer one, and
in half this share of those that hold the other."""

WEAK = 0.2
"""A further word joins a name when it weighs at least this share of the first."""

JOINER = " · "


def name_clusters(texts: Sequence[str], clusters: np.ndarray) -> dict[int, str]:
    """Return a name for each cluster: up to three words or phrases, frequent in it and rare elsewhere.

    Words are weighed by class-based TF-IDF (Grootendorst 2022, BERTopic: Neural topic modeling with a
    class-based TF-IDF procedure, arXiv:2203.05794), each counted once a text. There is no list of stop words:
    a word spread evenly over the clusters is a function word, and a word hardly more frequent in
    a cluster than elsewhere does not name it. Addresses, @mentions and numbers are left out. Chinese and
    Japanese count in pairs of characters. Of a word's spellings the most frequent is shown, and forms of
    one word (bag, bags) stand in a name only once. Cost: linear in the length of the texts.

    Parameters
    ----------
    texts : sequence of str, length n_texts
    clusters : array of int, shape (n_texts,)
        -1 for noise, which has no name.

    Returns
    -------
    dict of int to str
        A different name for each cluster, ascending; "cluster 3" for number 2 where no word is fit.

    Raises
    ------
    ValueError
        When texts and clusters differ in number.
    """
    clusters = np.asarray(clusters)
    if len(texts) != len(clusters):
        raise ValueError(
            f"{len(texts)} texts and {len(clusters)} cluster numbers found; one per text is needed."
        )
    numbers = np.unique(clusters[clusters >= 0])
    if not len(numbers):
        return {}
    place = np.where(clusters < 0, len(numbers), np.searchsorted(numbers, clusters))  # noise comes last
    words = read_words(texts).ordered(place)
    counts = count_texts(words, place, len(numbers) + 1)
    weights = _weigh(counts, np.bincount(place, minlength=len(numbers) + 1))
    ends = np.searchsorted(place[words.rows], np.arange(len(numbers) + 1))
    names: dict[int, str] = {}
    taken: set[frozenset[int]] = set()
    for position, (number, weight) in enumerate(zip(numbers, weights, strict=True)):
        best = [int(term) for term in np.argsort(-weight, kind="stable")[:CANDIDATES] if weight[term] > 0]
        phrases = _phrases(words, slice(ends[position], ends[position + 1]), best, counts[position])
        parts = _parts(words, best, phrases)
        names[int(number)] = _name(words, parts, weight, taken) or f"cluster {number + 1}"
    return names


def _weigh(counts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Weight of each term as a name of each cluster, 0 where it does not fit: (n_clusters, n_terms).

    Class-based TF-IDF, times the logarithm of how many times more frequent the term is here than elsewhere,
    less what the term is spread over all clusters.
    """
    inside, overall = counts[:-1], counts.sum(axis=0)
    n_inside = sizes[:-1, None]
    frequency = inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)
    rarity = np.log1p(inside.sum() / len(inside) / np.maximum(inside.sum(axis=0), 1))
    weights = frequency * rarity * (inside >= np.minimum(2, n_inside))
    n_outside = sizes.sum() - n_inside
    if n_outside.min() == 0:  # one cluster holds everything: nothing can set it apart
        return weights
    # Half a text more on both sides, so that a word found nowhere else is not infinitely distinctive.
    ratio = (inside + 0.5) * (n_outside + 0.5) / (overall - inside + 0.5) / (n_inside + 0.5)
    evenness = _evenness(inside / n_inside)
    weights *= np.log(np.maximum(ratio, 1)) * (1 - evenness) ** 2
    return weights * (ratio >= DISTINCTIVE) * (evenness < EVERYWHERE)


def _evenness(share: np.ndarray) -> np.ndarray:
    """How evenly terms are spread, from their share of each cluster's texts: 0 in one alone, 1 in all."""
    if len(share) == 1:
        return np.zeros(share.shape[1])
    part = share / np.maximum(share.sum(axis=0), 1e-12)
    entropy = -(part * np.log(np.maximum(part, 1e-12))).sum(axis=0)
    return (np.exp(entropy) - 1) / (len(share) - 1)


def _phrases(words: Words, here: slice, best: list[int], counts: np.ndarray) -> dict[tuple[int, int], int]:
    """Pairs of the best terms that mostly stand side by side in a cluster, with how many texts they do in."""
    terms, rows = words.terms[here], words.rows[here]
    wanted = np.isin(terms, best)
    beside = wanted[:-1] & wanted[1:] & (rows[:-1] == rows[1:])
    seen = {
        *zip(rows[:-1][beside].tolist(), terms[:-1][beside].tolist(), terms[1:][beside].tolist(), strict=True)
    }
    together = Counter((first, second) for _, first, second in seen)
    phrases = {}
    for pair, count in together.items():
        rarer, other = sorted(counts[list(pair)])
        together_enough = count >= max(2, PHRASE_SHARE * rarer, PHRASE_SHARE / 2 * other)
        if together_enough and not echo_each_other(words.shown[pair[0]], words.shown[pair[1]]):
            phrases[pair] = count
    return phrases


def _parts(words: Words, best: list[int], phrases: dict[tuple[int, int], int]) -> list[tuple[int, ...]]:
    """Words and phrases for a name, best first, none a form of one before it."""
    parts: list[tuple[int, ...]] = []
    used: list[int] = []
    for term in best:
        free = [pair for pair in phrases if term in pair and not set(pair) & set(used)]
        part = max(free, key=lambda pair: (phrases[pair], pair), default=(term,))
        if not any(echo_each_other(words.shown[new], words.shown[old]) for new in part for old in used):
            parts.append(part)
            used.extend(part)
    return parts


def _name(words: Words, parts: list[tuple[int, ...]], weight: np.ndarray, taken: set[frozenset[int]]) -> str:
    """Join the first parts to a name that is not taken, and take it; "" when there is none."""
    strength = [max(weight[term] for term in part) for part in parts]
    strong = [part for part, value in zip(parts, strength, strict=True) if value >= WEAK * strength[0]][
        :PARTS
    ]
    for last in range(len(strong), len(parts) + 1):
        chosen = [*strong, *parts[len(strong) : last]]
        terms = frozenset(term for part in chosen for term in part)
        if terms and terms not in taken:
            taken.add(terms)
            return JOINER.join(_spell(words, part) for part in chosen)
    return ""


def _spell(words: Words, part: tuple[int, ...]) -> str:
    shown = [words.shown[term] for term in part]
    if len(shown) == 2 and is_unspaced(shown[0]) and is_unspaced(shown[1]):
        # Neighbouring pairs of characters share the middle one.
        return shown[0] + (shown[1][1:] if shown[0][-1] == shown[1][0] else shown[1])
    return " ".join(shown)
