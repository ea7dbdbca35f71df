"""An analysis: texts in the space of an instruction."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from ..batch import find_analysis
from ..encoders import encode_like_corpus, split_precomputed
from ..errors import EncoderUnavailable, StoreError
from ..evidence import Evidence, Verdict, judge_fit
from ..export import (
    ExportSource,
    File,
    Predicted,
    TextModel,
    build_text_model,
    export_files,
    source_table,
)
from ..maps import Fit
from ..maps.clusters import K_MEANS, ClusterChoice
from ..storage import Analysis, ArtifactStore, Store, has_fit, load_finding, load_fit
from ..storage.analysis_file import ENDING, save_analysis
from ..storage.analysis_file import open_analysis as open_analysis_file
from ..tasks import TASKS, analysis_clusters, load_warm_encoder
from ..utils import ProgressLine, data_home, write_atomically
from .export_source import read_export_source
from .shown import Page, cluster_table, page_of
from .workspace import Workspace


class ReshapedTexts:
    """Texts in a space that follows an instruction.

    Attributes
    ----------
    id : int
        Number of the analysis in its data folder.
    source : ExportSource
        Corpus, generic space, `Fit`, clusters and findings: the objects that the app works with.
    """

    def __init__(self, workspace: Workspace, analysis_id: int) -> None:
        self._workspace = workspace
        self.id = analysis_id
        found = self._analysis.fit_key
        if found is None:
            raise StoreError("This analysis has no map of its own yet: reshape the map first.")
        self._fit_key = found

    def __len__(self) -> int:
        return len(self.source.corpus.texts)

    def __repr__(self) -> str:
        fit = self._fit
        n_given = int((np.asarray(fit.given) >= 0).sum())
        said = f"{fit.instruction or 'untitled'}, {n_given:,} labels"
        return f"ReshapedTexts({said}; {self.verdict.sentence})"

    @property
    def instruction(self) -> str:
        """What the labels are about; "" for none."""
        return self._fit.instruction

    @property
    def vectors(self) -> np.ndarray:
        """Reshaped unit vectors: float32 (n, n_reshaped)."""
        return self._fit.space.vectors

    @property
    def map(self) -> np.ndarray:
        """Places on the reshaped map: float32 (n, 2)."""
        return self._fit.space.map

    @property
    def labels(self) -> list[str]:
        """Names of the labels."""
        return list(self._fit.labels)

    @property
    def definitions(self) -> dict[str, str]:
        """What the labels mean; without those that nobody defined."""
        return dict(self.source.definitions)

    @property
    def verdict(self) -> Verdict:
        """Whether it helps, in words, with what to do next."""
        verdict = judge_fit(self._fit, self.evidence(), self._fit.labels)
        assert verdict is not None  # the evidence is measured by now
        return verdict

    @cached_property
    def source(self) -> ExportSource:
        """What the app exports of this analysis."""
        return read_export_source(self._workspace.store, self._analysis.corpus_key, self.id)

    def evidence(self) -> Evidence:
        """Return the accuracy on held-out labels, generic and reshaped; measured at the first call."""
        if not (np.asarray(self._fit.given) >= 0).any():
            return Evidence(0, 0, 0)
        self._measure(["evidence"])
        evidence = load_finding(self._results, self._fit_key, "evidence")
        if evidence is None:
            raise StoreError("This analysis was reshaped again since it was opened: open it again.")
        return evidence

    def clusters(self, k: int | None = None) -> pd.DataFrame:
        """Return the clusters of the reshaped map, with names, sizes and a typical text of each.

        Parameters
        ----------
        k : int, optional
            Number of clusters, by k-means; as the app shows them when not given.
        """
        choice = None if k is None else ClusterChoice(K_MEANS, k=k)
        _, clusters = analysis_clusters(self._workspace.store, self.id, choice)
        return cluster_table(self.source.corpus, self._fit.space, clusters)

    def to_pandas(self) -> pd.DataFrame:
        """Return every text with its columns, labels, clusters, and places on both maps."""
        return source_table(self.source)

    def show(self) -> Page:
        """Return both maps, linked, with evidence, clusters and texts: a notebook shows them."""
        return page_of(self.files())

    def predict(self, texts: Sequence[str]) -> np.ndarray:
        """Return the most probable label of other texts: object array (n,) of names.

        Raises
        ------
        EncoderUnavailable
            When the texts cannot be encoded: the vectors of the corpus came from elsewhere.
        StoreError
            When the analysis predicts no labels.
        """
        return self.predict_proba(texts).idxmax(axis=1).to_numpy(dtype=object)

    def predict_proba(self, texts: Sequence[str]) -> pd.DataFrame:
        """Return the probability of each label for other texts: n rows, a column for each label."""
        if not self._model.classes:
            raise StoreError("This analysis predicts no labels: give texts labels of two kinds first.")
        return pd.DataFrame(self._predicted(texts).probabilities, columns=list(self._model.classes))

    def place(self, texts: Sequence[str]) -> pd.DataFrame:
        """Return label, probability, fits_none and nearest cluster of other texts, where there are such."""
        found, model = self._predicted(texts), self._model
        table = pd.DataFrame(index=range(len(texts)))
        if model.classes:
            table["label"] = np.asarray(model.classes, dtype=object)[found.probabilities.argmax(axis=1)]
            table["probability"] = found.probabilities.max(axis=1)
        if model.judges_fit:
            table["fits_none"] = found.fits_none
        if model.clusters:
            table["cluster"] = np.asarray(model.clusters, dtype=object)[found.clusters]
        return table

    def transform(self, texts: Sequence[str]) -> np.ndarray:
        """Return the reshaped unit vectors of other texts: float32 (n, n_reshaped)."""
        return self._predicted(texts).vectors

    def files(self) -> list[File]:
        """Return the files that this analysis can become; those of the Export page."""
        self._measure(["evidence", "change", "linear", "linear_evidence"])
        self.__dict__.pop("source", None)  # it held the findings of before
        return export_files(self.source, source_table(self.source))

    def export(self, kind: str, path: str | os.PathLike[str]) -> None:
        """Write one of `files`, by its kind, such as "csv" or "evidence".

        Raises
        ------
        StoreError
            When there is no such kind, or the file cannot be written.
        """
        found = {file.kind: file for file in self.files()}
        if kind not in found:
            raise StoreError(f"There is no file of the kind “{kind}”: choose one of {', '.join(found)}.")
        write_atomically(Path(path).expanduser(), found[kind].write)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a folder with the reshaped encoder, or a file with the analysis.

        `SentenceTransformer(folder)` loads the folder without Refract. A file that ends in ".refract" holds
        texts, vectors, labels, maps and clusters; `refract.open` and the app open it.

        Raises
        ------
        EncoderUnavailable
            When the encoder is no sentence-transformers model, or every text was encoded again.
        StoreError
            When there is a folder of this name that is not empty, or the file cannot be written.
        """
        path = Path(path).expanduser()
        if path.suffix == ENDING:
            save_analysis(self._workspace.store, self.id, path.absolute())
        else:
            self._save_encoder(path)

    def _save_encoder(self, path: Path) -> None:
        found = next((file for file in self.files() if file.kind == "encoder"), None)
        if found is None:
            raise EncoderUnavailable(
                "Behind this encoder no layer can follow: export the table, or the vectors."
            )
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise StoreError(f"There is something at “{path}” already: name another folder.")
        with tempfile.TemporaryFile() as packed:
            found.write(packed)
            with zipfile.ZipFile(packed) as archive:
                for entry in archive.infolist():
                    target = path / entry.filename.partition("/")[2]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    with archive.open(entry) as read, target.open("wb") as written:
                        shutil.copyfileobj(read, written)

    @property
    def _analysis(self) -> Analysis:
        return self._workspace.store.analysis(self.id)

    @property
    def _results(self) -> ArtifactStore:
        return self._workspace.store.results(self._analysis.corpus_key)

    @property
    def _fit(self) -> Fit:
        assert self.source.fit is not None  # checked when this was made
        return self.source.fit

    @cached_property
    def _model(self) -> TextModel:
        source = self.source
        return build_text_model(self._fit, source.generic, source.fit_clusters, encoder=source.encoder)

    def _measure(self, findings: Sequence[str]) -> None:
        arguments = {"analysis_id": self.id, "fit_key": self._fit_key, "only": findings}
        with ProgressLine() as line:
            TASKS["measure"](self._workspace.store, line.show, **arguments)

    def _predicted(self, texts: Sequence[str]) -> Predicted:
        model = self._model
        if split_precomputed(model.encoder) is not None:
            raise EncoderUnavailable(
                "The vectors of this analysis came from elsewhere, so no other text can be encoded like them."
            )
        encoder = load_warm_encoder(model.encoder, model.template)
        vectors, views = encode_like_corpus(encoder, list(texts), instruction=model.prompted or None)
        return model.predictor().predict(vectors, views if model.n_views else ())


def open_analysis(name: str | int, *, home: str | os.PathLike[str] | None = None) -> ReshapedTexts:
    """Open an analysis that was made in the app, or one that was saved as a file.

    Parameters
    ----------
    name : str or int
        Its instruction, its number, or the path of a file that ends in ".refract".
    home : path, optional
        Data folder. Where it is left out, that of the app, and a temporary one for a file.

    Raises
    ------
    StoreError
        When there is none of this name, or several, or the file cannot be read.
    """
    if str(name).endswith(ENDING):
        workspace = Workspace(None if home is None else Path(home).expanduser())
        opened = open_analysis_file(workspace.store, Path(str(name)).expanduser())
        return ReshapedTexts(workspace, opened.analysis_id)
    workspace = Workspace(data_home() if home is None else Path(home).expanduser())
    return ReshapedTexts(workspace, find_analysis(workspace.store, str(name)).id)


def latest_verdict(store: Store, analysis: Analysis) -> str | None:
    """Return the verdict on an analysis as it was measured last; None before that."""
    results, key = store.results(analysis.corpus_key), analysis.fit_key
    if key is None or not has_fit(results, key):
        return None
    fit = load_fit(results, key)
    verdict = judge_fit(fit, load_finding(results, key, "evidence"), fit.labels)
    return None if verdict is None else verdict.state
