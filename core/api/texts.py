"""Texts that were read, before they are encoded."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from ..corpus import Corpus
from ..encoders import DEFAULT_ENCODER, as_precomputed
from ..errors import EncoderUnavailable
from ..storage import save_precomputed
from ..tasks import TASKS
from ..utils import ProgressLine
from .encoded_texts import EncodedTexts
from .workspace import Workspace


class Texts:
    """Texts with their metadata.

    Attributes
    ----------
    corpus : Corpus
        The object that the app works with.
    """

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus

    def __len__(self) -> int:
        return len(self.corpus.texts)

    def __repr__(self) -> str:
        return f"Texts({self.corpus.name}: {len(self):,} texts of the column {self.corpus.text_column!r})"

    @property
    def metadata(self) -> pd.DataFrame:
        """The other columns; row i is of text i."""
        return self.corpus.metadata

    def encode(
        self,
        encoder: str | np.ndarray = DEFAULT_ENCODER,
        *,
        home: str | os.PathLike[str] | None = None,
    ) -> EncodedTexts:
        """Encode the texts, find their neighbours, and draw the generic map.

        Cost is that of the encoder, some hundred texts a second on a laptop, and of UMAP, a minute for 20,000
        texts. Progress is written to a terminal.

        Parameters
        ----------
        encoder : str or array of shape (n_texts, n_dims)
            As `core.encoders.load_encoder` takes; or vectors that were computed elsewhere, of any length.
        home : path, optional
            Folder in which corpus and results are kept, so that they are not computed a second time; the app
            shows those of `~/.refract`. Where it is left out they last as long as the object.

        Raises
        ------
        EncoderUnavailable
            When the encoder cannot be loaded, or the vectors are not one for each text.
        StoreError
            When the folder cannot be written.
        """
        workspace = Workspace(None if home is None else Path(home).expanduser())
        store, key = workspace.store, self.corpus.key
        store.add_corpus(self.corpus)
        name = encoder if isinstance(encoder, str) else self._keep(workspace, encoder)
        entry = store.corpus_entry(key)
        if entry.embedding_key is None or entry.encoder != name:
            with ProgressLine() as line:
                TASKS["prepare"](store, line.show, corpus_key=key, encoder=name)
        return EncodedTexts(workspace, key)

    def _keep(self, workspace: Workspace, vectors: np.ndarray) -> str:
        vectors = np.asarray(vectors)
        if vectors.ndim != 2 or len(vectors) != len(self):
            raise EncoderUnavailable(
                f"Vectors of shape {vectors.shape} found: give one row for each of the {len(self):,} texts."
            )
        kept = as_precomputed("vectors", vectors, "rows")
        return save_precomputed(workspace.store.results(self.corpus.key), self.corpus.key, "vectors", kept)
