"""How well clusters are named: `make bench-names`, or `make bench-names DATA=FOLDER`.

The true classes of each facet serve as clusters. A name is right when, among the names of all classes of the
facet, the nearest one by embedding is that of its own class. The folder is that of `make bench-labels`.

Compared are the app's names, class-based TF-IDF (Grootendorst 2022, BERTopic), the same with a stop list, the
phrases nearest to the centre of the cluster (Grootendorst 2020, KeyBERT), and the product of the last two.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer

from benchmarks.common import DEMO, RESULTS, ROOT, write_figures
from benchmarks.labelled_spaces import MOST_TEXTS, encode, read_spaces
from core.corpus import read_words, table_words
from core.encoders import DEFAULT_ENCODER, Encoder, load_encoder
from core.maps.clusters import name_clusters
from core.neighbours import unit_rows

CACHE = ROOT / "build" / "bench-names"
NAME_WORDS = 3
CANDIDATES = 100
"""Words and phrases of a cluster, by TF-IDF, that are compared with its centre."""


@dataclass(frozen=True, eq=False)
class Clusters:
    """Texts in the true classes of a facet.

    Attributes
    ----------
    texts : list of n str
    codes : int array (n,), a class each
    vectors : float32 array (n, d), unit rows
    n_classes : int
    encoder : Encoder
    """

    texts: list[str]
    codes: np.ndarray
    vectors: np.ndarray
    n_classes: int
    encoder: Encoder


def main(arguments: Sequence[str] | None = None) -> dict[str, float]:
    """Print, write and return the share of right names of each method, by facet and of all, in percent."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--texts", type=int, default=MOST_TEXTS, help="texts of a file, sampled")
    parser.add_argument("--out", type=Path, default=RESULTS / "names.json")
    options = parser.parse_args(arguments)
    encoder = load_encoder(DEFAULT_ENCODER)
    found: dict[str, list[bool]] = {name: [] for name in METHODS}
    figures: dict[str, float] = {}
    for space in read_spaces([options.folder], CACHE, options.texts):
        rows = space.facet.labelled
        clusters = Clusters(
            [space.texts[row] for row in rows],
            space.facet.codes[rows],
            space.vectors[rows],
            len(space.facet.labels),
            encoder,
        )
        classes = encode([label.replace("_", " ") for label in space.facet.labels], encoder, CACHE)
        for name, method in METHODS.items():
            right = are_right(encoder.encode(method(clusters)), classes)
            figures[f"{space.corpus}, {space.facet.name}: {name}"] = 100 * float(np.mean(right))
            found[name] += right.tolist()
    figures |= {f"all names: {name}": 100 * float(np.mean(right)) for name, right in found.items()}
    write_figures(options.out, figures)
    return figures


def are_right(names: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Return for each name whether the nearest class is its own: bool array (n_classes,).

    Both are arrays of unit rows (n_classes, d), a row for each class.
    """
    return np.argmax(names @ classes.T, axis=1) == np.arange(len(classes))


def own_names(clusters: Clusters) -> list[str]:
    """Name clusters as the app does."""
    names = name_clusters(table_words(read_words(clusters.texts), len(clusters.texts)), clusters.codes)
    return [names[code] for code in range(clusters.n_classes)]


def tfidf_names(clusters: Clusters, stop_words: str | None = None) -> list[str]:
    """Name clusters by the words of the largest class-based TF-IDF."""
    weights, words = _class_tfidf(clusters, stop_words)
    return [_join(words[_best(row)]) for row in weights]


def central_names(clusters: Clusters, *, weighted: bool = False) -> list[str]:
    """Name clusters by the words and pairs nearest to their centre; `weighted` by class-based TF-IDF too."""
    weights, words = _class_tfidf(clusters, "english", longest=2)
    best = [_best(row)[:CANDIDATES] for row in weights]
    used = np.unique(np.concatenate(best))
    vectors = dict(zip(used.tolist(), clusters.encoder.encode(words[used].tolist()), strict=True))
    names = []
    for code, candidates in enumerate(best):
        centre = unit_rows(clusters.vectors[clusters.codes == code].mean(axis=0, keepdims=True))[0]
        score = np.array([vectors[word] @ centre for word in candidates.tolist()])
        if weighted:
            score = score * weights[code, candidates]
        names.append(_join(words[candidates[np.argsort(-score, kind="stable")]]))
    return names


def _class_tfidf(
    clusters: Clusters, stop_words: str | None, longest: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """Return the class-based TF-IDF of each word in each class (n_classes, n_words), and the words.

    A class whose words are all stop words has 0 for every word.
    """
    counter = CountVectorizer(stop_words=stop_words, ngram_range=(1, longest), max_features=20_000)
    counts = counter.fit_transform(clusters.texts)
    sums = np.vstack([counts[clusters.codes == code].sum(axis=0).A1 for code in range(clusters.n_classes)])
    totals = sums.sum(axis=1, keepdims=True)
    frequencies = sums / np.maximum(totals, 1)
    return frequencies * np.log1p(totals.mean() / sums.sum(axis=0)), counter.get_feature_names_out()


def _best(weights: np.ndarray) -> np.ndarray:
    """Return the positions of the words of a class, best first."""
    order = np.argsort(-weights, kind="stable")
    return order[weights[order] > 0]


def _join(words: np.ndarray) -> str:
    return " · ".join(words[:NAME_WORDS])


METHODS: dict[str, Callable[[Clusters], list[str]]] = {
    "Refract": own_names,
    "class TF-IDF": tfidf_names,
    "class TF-IDF, stop list": lambda clusters: tfidf_names(clusters, "english"),
    "nearest to the centre": central_names,
    "centre and TF-IDF": lambda clusters: central_names(clusters, weighted=True),
}


if __name__ == "__main__":
    main()
