"""Tables that both spaces show in the same form."""

from __future__ import annotations

import pandas as pd

from ..corpus import Corpus, Partition
from ..export import ExportSource, source_table
from ..maps import Space
from ..maps.clusters import typical_rows


def cluster_table(corpus: Corpus, space: Space, clusters: Partition) -> pd.DataFrame:
    """Return clusters, the largest first: index code; name, n_texts, typical."""
    sizes = clusters.sizes()
    rows = [
        {
            "cluster": code,
            "name": name,
            "n_texts": sizes[code],
            "typical": corpus.texts[typical_rows(space.vectors, clusters.rows(code), 1)[0]],
        }
        for code, name in clusters.names.items()
    ]
    table = pd.DataFrame(rows, columns=["cluster", "name", "n_texts", "typical"])
    return table.sort_values("n_texts", ascending=False, kind="stable").set_index("cluster")


def table_of(source: ExportSource) -> pd.DataFrame:
    """Return the exported table; row i is of text i."""
    return source_table(source)
