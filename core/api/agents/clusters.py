"""The clusters of a map: names, sizes, typical texts."""

from __future__ import annotations

import numpy as np

from ...maps import Fit
from ...maps.clusters import typical_rows
from ...utils import cut
from .answer import LONGEST_EXAMPLE, LONGEST_NAME, NOTICE, Json, page, rounded, show_text
from .opened import Map, Opened, Reader

TYPICAL = 3  # texts shown of a cluster
MOST_PREDICTED = 3  # labels shown of a cluster


def clusters(reader: Reader, opened: Opened, *, generic: bool, offset: int, limit: int) -> Json:
    """Return the clusters of a map, the largest first. Raises StoreError before the texts are encoded."""
    if opened.entry.embedding_key is None:
        reader.store.encoded_corpus(opened.entry.key)  # says what is missing
    shown = reader.open_map(opened, generic=generic)
    sizes = shown.clusters.sizes()
    order = sorted(sizes, key=lambda code: (-sizes[code], code))
    return {
        "notice": NOTICE,
        "map": shown.kind,
        "texts": len(opened.corpus.texts),
        "texts_in_no_cluster": int((np.asarray(shown.clusters.codes) < 0).sum()),
        **page(len(order), offset, limit),
        "clusters": [describe_cluster(opened, shown, code) for code in order[offset : offset + limit]],
    }


def describe_cluster(opened: Opened, shown: Map, code: int) -> Json:
    """Return the name and size of a cluster, its commonest predicted labels and typical texts."""
    rows = shown.clusters.rows(code)
    typical = typical_rows(shown.space.vectors, rows, TYPICAL)
    answer: Json = {
        "cluster": code,
        "name": cut(shown.clusters.names[code], LONGEST_NAME),
        "size": len(rows),
    }
    if opened.fit is not None and opened.fit.has_predictions:
        answer["predicted_labels"] = label_shares(opened.fit, rows)
    texts = opened.corpus.texts
    answer["typical"] = [{"row": row, **show_text(str(texts[row]), LONGEST_EXAMPLE)} for row in typical]
    return answer


def label_shares(fit: Fit, rows: np.ndarray) -> dict[str, float | None]:
    """Return the commonest predicted labels of some texts, each with its share of them, 0 to 1."""
    codes, counts = np.unique(fit.fitting_labels[rows], return_counts=True)
    found = sorted(zip(counts.tolist(), codes.tolist(), strict=True), reverse=True)
    labelled = [(fit.labels[code], rounded(count / len(rows), 2)) for count, code in found if code >= 0]
    return dict(labelled[:MOST_PREDICTED])
