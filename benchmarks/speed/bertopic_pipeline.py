"""BERTopic's pipeline, for comparison: from given vectors to topics with words, and places to draw them.

UMAP, HDBSCAN and c-TF-IDF with the settings that BERTopic has by default; then a UMAP to two numbers, as its
`visualize_documents` makes. A Fit in Refract ends with the same: a map, clusters, their words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.common import timed


def measure_bertopic(texts: Sequence[str], vectors: np.ndarray) -> dict[str, float]:
    """Return the seconds until BERTopic has topics with their words, and until it has a map too.

    Raises
    ------
    ModuleNotFoundError
        Where it is not installed: it is in requirements-dev.txt.
    """
    from bertopic import BERTopic
    from umap import UMAP

    BERTopic(embedding_model=None).fit(list(texts[:500]), vectors[:500])  # compiles
    seconds_topics = timed(lambda: BERTopic(embedding_model=None).fit(list(texts), vectors))[1]
    seconds_map = timed(
        lambda: UMAP(n_neighbors=10, n_components=2, min_dist=0.0, metric="cosine").fit(vectors)
    )[1]
    return {"bertopic_topics_s": seconds_topics, "bertopic_s": seconds_topics + seconds_map}
