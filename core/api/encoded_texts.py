"""Texts in their generic space: suggestions, clusters, and the start of an analysis."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from ..corpus import Corpus
from ..errors import LabelError, StoreError
from ..export import export_files, source_table
from ..labels import known_names, suggest
from ..maps import Space
from ..storage import load_space
from ..tasks import TASKS
from ..transforms import Method, MethodKind
from ..utils import ProgressLine, data_home
from .export_source import read_export_source
from .labels import read_labels
from .reshaped_texts import ReshapedTexts
from .shown import Page, cluster_table, page_of
from .workspace import Workspace


class EncodedTexts:
    """Texts in the space of an encoder, without an instruction.

    Attributes
    ----------
    corpus : Corpus of n texts
    encoder : str
        Its name.
    space : Space
        Vectors, neighbour graph and map, as the app has them.
    """

    def __init__(self, workspace: Workspace, key: str) -> None:
        self._workspace = workspace
        store = workspace.store
        entry = store.encoded_corpus(key)
        self.corpus: Corpus = store.load_corpus(key)
        self.encoder = entry.encoder
        self.space: Space = load_space(store.results(key), entry.embedding_key)

    def __len__(self) -> int:
        return len(self.corpus.texts)

    def __repr__(self) -> str:
        n_dims = self.vectors.shape[1]
        return f"EncodedTexts({self.corpus.name}: {len(self):,} texts, {self.encoder}, {n_dims} dimensions)"

    @property
    def metadata(self) -> pd.DataFrame:
        """The columns beside the texts; row i is of text i."""
        return self.corpus.metadata

    @property
    def vectors(self) -> np.ndarray:
        """Unit vectors: float32 (n, n_dims)."""
        return self.space.vectors

    @property
    def map(self) -> np.ndarray:
        """Places on the generic map: float32 (n, 2)."""
        return self.space.map

    def suggest(
        self, n: int = 40, labels: Mapping[int, str] | pd.Series | Iterable[object] = ()
    ) -> list[int]:
        """Return the rows to label next, the most useful first; see `core.labels.suggest`.

        Parameters
        ----------
        n : int, default=40
        labels : mapping, Series or iterable
            What is labelled already, as for `reshape`.
        """
        y = np.full(len(self), -1)
        known = read_labels(labels, len(self))
        codes = {name: code for code, name in enumerate(sorted(set(known.values())))}
        for row, name in known.items():
            y[row] = codes[name]
        return suggest(np.asarray(self.vectors), y, n, views=self.space.views).tolist()

    def reshape(
        self,
        labels: Mapping[int, str] | pd.Series | Iterable[object] = (),
        *,
        instruction: str = "",
        names: Iterable[str] = (),
        definitions: Mapping[str, str] | None = None,
        method: str | Method = "guided",
    ) -> ReshapedTexts:
        """Reshape the space by labels, and check on held-out ones whether it helps.

        Cost as of `GuidedTransform`, about a second for a thousand texts, and of 25 such fits for the check.

        Parameters
        ----------
        labels : mapping, Series or iterable
            Rows, from 0, with their labels: `{row: "angry"}`; a Series whose index holds the rows; or a value
            for each text, with None for a gap. Where no text is labelled, `names` alone count.
        instruction : str
            What the labels are about, such as "by what the customer feels".
        names : iterable of str
            Labels that no text has yet.
        definitions : mapping of str to str, optional
            What some of the labels mean, at most 500 characters each; the map does not learn from it.
        method : str or Method
            "guided"; "gstransform"; or a `Method` that encodes the texts again under the instruction.

        Raises
        ------
        LabelError
            When there are fewer than two labels, rows that do not exist, or a definition of no label.
        EncoderUnavailable
            When an encoder that is needed cannot be loaded.
        """
        given = read_labels(labels, len(self))
        store = self._workspace.store
        analysis = store.add_analysis(self.corpus.key, instruction)
        try:
            store.set_method(analysis, method if isinstance(method, Method) else Method(MethodKind(method)))
            for name in names:
                store.label_names.add(analysis, name)
            store.labels.give(analysis, given, "Python", source="file", source_name="Python", add_names=True)
            self._define(analysis, definitions or {})
            with ProgressLine() as line:
                TASKS["fit"](store, line.show, analysis_id=analysis)
            reshaped = ReshapedTexts(self._workspace, analysis)
            reshaped.evidence()  # at once: whether it helps is what its repr says
        except BaseException:
            store.delete_analysis(analysis)
            raise
        return reshaped

    def _define(self, analysis: int, definitions: Mapping[str, str]) -> None:
        names = self._workspace.store.label_names
        known = names.current(analysis)
        for given, name in known_names(definitions, known).items():
            if name not in known:
                raise LabelError(
                    f"A definition of “{given}” found, which is none of the labels "
                    f"({', '.join(known) or 'there are none'}): add it to `names`, or leave it out."
                )
            names.define(analysis, name, definitions[given])

    def clusters(self) -> pd.DataFrame:
        """Return the clusters of the generic map, with names, sizes and a typical text of each."""
        source = read_export_source(self._workspace.store, self.corpus.key)
        return cluster_table(self.corpus, self.space, source.generic_clusters)

    def show(self) -> Page:
        """Return the generic map with clusters and texts: a notebook shows it."""
        source = read_export_source(self._workspace.store, self.corpus.key)
        return page_of(export_files(source, source_table(source)))

    def to_pandas(self) -> pd.DataFrame:
        """Return every text with its columns, its cluster and its place on the map."""
        return source_table(read_export_source(self._workspace.store, self.corpus.key))


def open_corpus(name: str, *, home: str | os.PathLike[str] | None = None) -> EncodedTexts:
    """Open an encoded corpus of a data folder.

    Parameters
    ----------
    name : str
        As it is listed; of several with this name, the one opened last.
    home : path, optional
        Data folder; that of the app where it is left out.

    Raises
    ------
    StoreError
        When there is none of this name.
    """
    workspace = Workspace(data_home() if home is None else Path(home).expanduser())
    encoded = [entry for entry in workspace.store.corpora() if entry.embedding_key is not None]
    for entry in encoded:
        if entry.name.casefold() == name.strip().casefold():
            return EncodedTexts(workspace, entry.key)
    if not encoded:
        raise StoreError(f"No corpus in {workspace.store.home} is encoded yet: encode a file first.")
    names = dict.fromkeys(entry.name for entry in encoded)
    raise StoreError(f"There is no encoded corpus “{name}”: name one of {', '.join(names)}.")
