"""Apply an exported analysis to the vectors or texts of a file: labels, nearest cluster, reshaped vectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ..encoders import split_precomputed
from ..errors import CorpusError, EncoderUnavailable
from ..export import Predicted, TextModel, read_text_model
from ..utils import content_key
from .columns import (
    VECTOR,
    check_column,
    check_texts,
    is_vectors,
    name_column,
    number_column,
    read_texts,
    read_vectors,
    vector_column,
    vector_type,
)
from .encode import ENCODE, TextEncoder, view_name
from .one_file import read_metadata

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class ApplyJob:
    """Apply an exported analysis.

    Attributes
    ----------
    model : bytes
        Of `core.export.text_model_to_bytes`: it travels with the job to other machines.
    text : str or None
        Column of texts to encode; None where the files hold the vectors of `EncodeJob`.
    id : str or None
        Column of the ids; None for row numbers.
    vectors : bool
        Whether the reshaped vectors are written too.
    dtype : str
        "float32" or "float16", of these.
    """

    model: bytes = field(repr=False)
    text: str | None = None
    id: str | None = None
    vectors: bool = True
    dtype: str = "float32"

    def describe(self) -> dict[str, object]:
        """Return what the results depend on."""
        own: dict[str, object] = {
            "text": self.text,
            "id": self.id,
            "vectors": self.vectors,
            "dtype": self.dtype,
        }
        return {"kind": "apply", "analysis": content_key(self.model)} | own

    def load(self) -> ApplyStep:
        """Load the analysis, and its encoder where there are texts to encode."""
        return ApplyStep(self)


class ApplyStep:
    """A loaded `ApplyJob`."""

    def __init__(self, job: ApplyJob) -> None:
        self._job = job
        self._model = read_text_model(job.model, "analysis")
        self._predictor = self._model.predictor()
        self._encoder = _load_encoder(self._model) if job.text is not None else None
        self._views: list[str] = []

    def columns(self, schema: pa.Schema, name: str) -> list[str]:
        """Return the column of the texts, or those of the vectors and views."""
        if self._job.text is not None:
            check_texts(schema, self._job.text, name)
            return [self._job.text]
        kind = check_column(schema, VECTOR, name).type
        if not is_vectors(kind):
            raise CorpusError(f"The column “{VECTOR}” of “{name}” holds {kind}: lists of numbers are needed.")
        self._views = _check_source(self._model, read_metadata(schema), name)
        return [VECTOR, *self._views]

    def fields(self) -> list[pa.Field]:
        """Return the columns of the results; labels and clusters only where the analysis has some."""
        import pyarrow as pa

        names, number, model = pa.dictionary(pa.int32(), pa.string()), pa.float32(), self._model
        found = (
            [pa.field(VECTOR, vector_type(model.n_reshaped, self._job.dtype))] if self._job.vectors else []
        )
        if model.classes:
            found += [pa.field("label", names), pa.field("probability", number)]
            found += [pa.field("probabilities", vector_type(len(model.classes), "float32"))]
        if model.judges_fit:
            found += [pa.field("fits_none", number)]
        if model.clusters:
            found += [pa.field("cluster", names), pa.field("cluster_similarity", number)]
        return found

    def metadata(self) -> dict[str, object]:
        """Return what the columns mean."""
        model = self._model
        return {
            "encoder": model.encoder,
            "encoder_commit": model.encoder_commit,
            "instruction": model.instruction,
            "labels": list(model.classes),
            "clusters": list(model.clusters),
            "smoothed": False,
            "dtype": self._job.dtype,
        }

    def run(self, batch: pa.RecordBatch, name: str) -> list[pa.Array]:
        """Predict for the rows of a batch; those without a text or vector get null."""
        vectors, views, filled = self._read(batch, name)
        found = self._predictor.predict(vectors, views) if len(vectors) else _nothing(self._model)
        return self._as_columns(found, filled)

    def _read(self, batch: pa.RecordBatch, name: str) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
        if self._encoder is not None and self._job.text is not None:
            texts, filled = read_texts(batch, self._job.text)
            vectors, views = self._encoder.encode(texts) if texts else (np.empty((0, 0)), [])
            return vectors, views, filled
        vectors, filled = read_vectors(batch, VECTOR, name)
        if len(vectors) and vectors.shape[1] != self._model.n_dims:
            raise CorpusError(
                f"The vectors of “{name}” have {vectors.shape[1]:,} numbers, and the analysis needs "
                f"{self._model.n_dims:,}: encode its texts with {self._model.encoder}."
            )
        return vectors, [read_vectors(batch, view, name)[0] for view in self._views], filled

    def _as_columns(self, found: Predicted, filled: np.ndarray) -> list[pa.Array]:
        model, columns = self._model, []
        types = {each.name: each.type for each in self.fields()}
        if self._job.vectors:
            columns.append(vector_column(found.vectors, filled, types[VECTOR]))
        if model.classes:
            best = found.probabilities.argmax(axis=1)
            columns.append(name_column(best, filled, model.classes))
            columns.append(number_column(found.probabilities.max(axis=1), filled))
            columns.append(vector_column(found.probabilities, filled, types["probabilities"]))
        if model.judges_fit:
            columns.append(number_column(found.fits_none, filled))
        if model.clusters:
            columns.append(name_column(found.clusters, filled, model.clusters))
            columns.append(number_column(found.similarities, filled))
        return columns


def _load_encoder(model: TextModel) -> TextEncoder:
    """Load the encoder of an analysis; refuse one of other files than those it was made with."""
    if split_precomputed(model.encoder) is not None:
        raise EncoderUnavailable(
            "The vectors of this analysis came from a file, so its texts cannot be encoded: give vectors of "
            "the same model in the column “vector”, and leave --text out."
        )
    encoder = TextEncoder(model.encoder, model.prompted, model.template, views=model.n_views > 0)
    if encoder.source != model.source:
        raise EncoderUnavailable(
            f"The encoder {model.encoder} here has other files than that of the analysis: install the same "
            "version, or make the analysis again."
        )
    return encoder


def _check_source(model: TextModel, metadata: dict, name: str) -> list[str]:
    """Return the columns of the views; refuse vectors of another encoder."""
    if split_precomputed(model.encoder) is not None:
        return []  # from a file: nobody can say which model made them
    made_by = metadata.get("encoder")
    if (metadata.get("job") or {}).get("kind") != ENCODE or not made_by:
        raise CorpusError(
            f"“{name}” does not say which encoder made its vectors: encode its texts by batch encode with "
            f"{model.encoder}, or name their column by --text."
        )
    if metadata.get("source") != model.source:
        asked = f" under “{metadata['instruction']}”" if metadata.get("instruction") else ""
        needed = f" under “{model.prompted}”" if model.prompted else ""
        raise CorpusError(
            f"The vectors of “{name}” are of {made_by}{asked}, and the analysis needs those of "
            f"{model.encoder}{needed}: encode its texts with that."
        )
    layers = metadata.get("view_layers") or []
    if not model.n_views:
        return []
    if len(layers) != model.n_views:
        raise CorpusError(
            f"“{name}” holds {len(layers)} views of hidden layers, and the analysis needs {model.n_views}: "
            "encode its texts with --views, or name their column by --text."
        )
    return [view_name(layer) for layer in layers]


def _nothing(model: TextModel) -> Predicted:
    """Return the predictions for no text."""
    none = np.empty(0, dtype=np.float32)
    shapes = (0, model.n_reshaped), (0, len(model.classes))
    vectors, probabilities = (np.empty(shape, dtype=np.float32) for shape in shapes)
    return Predicted(vectors, probabilities, none, none.astype(np.int32), none)
