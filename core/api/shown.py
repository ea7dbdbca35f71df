"""Tables, and maps to look at, that both spaces show in the same form."""

from __future__ import annotations

import html
import io
import os
from pathlib import Path

import pandas as pd

from ..corpus import Corpus, Partition
from ..export import File
from ..maps import Space
from ..maps.clusters import typical_rows
from ..utils import write_atomically

REPORT = "report"
"""Kind of the file that `Page` shows."""
HEIGHT = 720
"""Pixels of a page in a notebook."""


class Page:
    """A web page without a network: a notebook shows it, `save` writes it as a file for any browser.

    Attributes
    ----------
    content : str
        HTML.
    """

    def __init__(self, content: str) -> None:
        self.content = content

    def __repr__(self) -> str:
        return f"Page({len(self.content):,} characters: a notebook shows it, save() writes it as a file)"

    def _repr_html_(self) -> str:
        # Its scripts run in a frame of their own, which cannot reach the notebook.
        return (
            f'<iframe srcdoc="{html.escape(self.content)}" sandbox="allow-scripts" '
            f'style="width: 100%; height: {HEIGHT}px; border: 0" title="Linked maps"></iframe>'
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the page as a file; raise StoreError where that fails."""
        write_atomically(Path(path).expanduser(), lambda file: file.write(self.content.encode()))


def page_of(files: list[File]) -> Page:
    """Return the report among exported files."""
    content = io.BytesIO()
    next(file for file in files if file.kind == REPORT).write(content)
    return Page(content.getvalue().decode())


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
