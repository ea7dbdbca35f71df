"""An analysis as one file that labels and reshapes any text: for corpora beyond one machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np

from ..corpus import Partition
from ..encoders import recorded_commit, vectors_source
from ..errors import StoreError
from ..maps import Fit, Space
from ..neighbours import unit_rows
from ..transforms import (
    GSTransform,
    MethodKind,
    Unsmoothed,
    transform_alone,
    unsmoothed_transform,
    without_fitted_texts,
)

FORMAT = 1
"""Raise it when a file of this version could not be read as before."""

HEADER = "refract"
"""Name of the header in the metadata of the safetensors file."""

UNSMOOTHED = (
    "Unsmoothed: each text counts alone. In Refract, probabilities and vectors are also blended with those "
    "of a text's neighbours, which needs the corpus."
)

MOST_OF_A_CLUSTER = 1_000
"""Texts of a cluster, evenly over it, whose mean is its centre."""

MOST_COMPARED = 20_000
"""Texts, evenly over the corpus, whose label is compared with the one in Refract."""


class Predicted(NamedTuple):
    """What a `TextModel` says of n texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n, n_reshaped)
        Reshaped unit vectors.
    probabilities : ndarray of float32, shape (n, n_classes)
        Columns as in `TextModel.classes`; no columns where the analysis predicts no labels.
    fits_none : ndarray of float32, shape (n,)
        Probability that none of the labels fits; 0 where `TextModel.judges_fit` is false.
    clusters : ndarray of int32, shape (n,)
        Cluster with the nearest centre by cosine, positions in `TextModel.clusters`; -1 without clusters.
    similarities : ndarray of float32, shape (n,)
        Cosine to that centre; 0 without clusters.
    """

    vectors: np.ndarray
    probabilities: np.ndarray
    fits_none: np.ndarray
    clusters: np.ndarray
    similarities: np.ndarray


@dataclass(frozen=True)
class TextModel:
    """What an analysis learned, without the texts that it learned from.

    Attributes
    ----------
    method : str
        Value of `MethodKind`.
    instruction : str
        Of the analysis.
    encoder : str
        Name of the encoder whose vectors it takes.
    template, prompted : str
        Wording and instruction that this encoder is given; "" for none.
    source : str
        `core.encoders.vectors_source` of these vectors.
    n_dims, n_views : int
        Length of a vector, and the number of hidden layers it needs beside it.
    classes : tuple of str
        Names of the labels that it predicts.
    judges_fit : bool
        Whether the labels were enough to say that a text fits none of them.
    clusters : tuple of str
        Names of the clusters of the analysis.
    label_agreement : float or None
        Share of the texts of the corpus whose most probable label is the one in Refract.
    cluster_agreement : float or None
        Share of the clustered texts of the corpus that are nearest to the centre of their own cluster.
    encoder_commit : str
        `core.encoders.recorded_commit` when the model was built.
    arrays : dict of str to ndarray
        Estimators, by "classifier.NAME" and "network.NAME", and "cluster_centres" (n_clusters, n_reshaped).
    """

    method: str
    instruction: str
    encoder: str
    template: str
    prompted: str
    source: str
    n_dims: int
    n_views: int
    classes: tuple[str, ...]
    judges_fit: bool
    clusters: tuple[str, ...] = ()
    label_agreement: float | None = None
    cluster_agreement: float | None = None
    encoder_commit: str = ""
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict, repr=False)

    @property
    def n_reshaped(self) -> int:
        """Length of a reshaped vector."""
        if self.method == MethodKind.GUIDED:
            n_mixed = len(self.arrays["classifier.directions"])
            return 2 * len(self.classes) + n_mixed
        return (
            self.arrays["network.output"].shape[1] if self.method == MethodKind.GSTRANSFORM else self.n_dims
        )

    def predictor(self) -> Predictor:
        """Return what applies it to vectors."""
        return Predictor(self)


class Predictor:
    """A `TextModel` with its estimators built."""

    def __init__(self, model: TextModel) -> None:
        self._guided = model.method == MethodKind.GUIDED
        network = _parts(model.arrays, "network.")
        self._network = GSTransform.from_arrays(network) if network else None
        classifier = _parts(model.arrays, "classifier.")
        n_base = model.n_dims if self._guided else model.n_reshaped
        self._classifier = unsmoothed_transform(classifier, n_base) if classifier else None
        self._centres = model.arrays.get("cluster_centres")
        self._n_views = model.n_views

    def predict(self, X: np.ndarray, views: Sequence[np.ndarray] = ()) -> Predicted:
        """Predict from vectors of n texts, n above 0. Cost O(n x n_dims x (n_examples + n_dims)).

        Parameters
        ----------
        X : array of shape (n, n_dims)
            From the encoder of the model, of any length.
        views : sequence of n_views arrays of shape (n, n_hidden)
        """
        vectors, probabilities, fits_none = self._reshape(unit_rows(X), views)
        if self._centres is None:
            clusters, similarities = np.full(len(vectors), -1, np.int32), np.zeros(len(vectors), np.float32)
        else:
            cosines = vectors @ self._centres.T
            clusters, similarities = cosines.argmax(axis=1).astype(np.int32), cosines.max(axis=1)
        return Predicted(vectors, probabilities, fits_none, clusters, similarities)

    def _reshape(self, unit: np.ndarray, views: Sequence[np.ndarray]) -> Unsmoothed:
        if not self._guided and self._network is not None:
            unit = unit_rows(self._network.transform(unit))
        if self._classifier is None:
            nothing = np.empty((len(unit), 0), dtype=np.float32)
            return Unsmoothed(unit, nothing, np.zeros(len(unit), dtype=np.float32))
        found = transform_alone(self._classifier, unit, views if self._n_views else ())
        return found._replace(vectors=unit_rows(found.vectors) if self._guided else unit)


def build_text_model(fit: Fit, generic: Space, clusters: Partition | None, *, encoder: str) -> TextModel:
    """Return what a Fit learned as a model of its own, with the centres of its clusters.

    Cost as of `Predictor.predict` for at most `MOST_COMPARED` texts and `MOST_OF_A_CLUSTER` of each cluster.

    Parameters
    ----------
    fit : Fit
        With estimators.
    clusters : Partition or None
        Of the texts, on the map of the Fit.
    encoder : str
        Name of the encoder of the generic space.

    Raises
    ------
    StoreError
        When the Fit is of an earlier version, which stored no estimators.
    """
    if not fit.has_estimators:
        raise StoreError(
            "This analysis was reshaped by an earlier version, which kept no estimators: reshape it again."
        )
    prompted, template = "", ""
    if fit.method.reencodes:
        encoder, template, prompted = fit.method.encoder, fit.method.template, fit.instruction
    base = fit.space if fit.method.reencodes else generic
    arrays: dict[str, np.ndarray] = {}
    if fit.classifier is not None:
        arrays |= {f"classifier.{name}": each for name, each in without_fitted_texts(fit.classifier).items()}
    if fit.network is not None:
        arrays |= {f"network.{name}": np.asarray(each) for name, each in fit.network.items()}
    guided = unsmoothed_transform(fit.classifier, 1) if fit.classifier is not None else None
    model = TextModel(
        method=str(fit.method.kind),
        instruction=fit.instruction,
        encoder=encoder,
        template=template,
        prompted=prompted,
        source=vectors_source(encoder, prompted or None, template),
        n_dims=base.vectors.shape[1],
        n_views=fit.n_views,
        classes=tuple(fit.labels[code] for code in fit.classes),
        judges_fit=guided is not None and guided.judges_fit_,
        encoder_commit=recorded_commit(encoder),
        arrays=arrays,
    )
    return _with_agreement(_with_clusters(model, base, clusters), base, fit)


def text_model_to_bytes(model: TextModel) -> bytes:
    """Write a model as safetensors, readable without Refract: arrays, and a header in JSON.

    The header is the metadata "refract": "format", "about", and the attributes of `TextModel` but for arrays.
    """
    from safetensors.numpy import save

    header = {name: value for name, value in vars(model).items() if name != "arrays"}
    document = {"format": FORMAT, "about": UNSMOOTHED, **header}
    arrays = {name: np.asarray(array, order="C") for name, array in model.arrays.items()}
    return save(arrays, metadata={HEADER: json.dumps(document, ensure_ascii=False)})


def read_text_model(content: bytes, name: str) -> TextModel:
    """Read what `text_model_to_bytes` wrote.

    Parameters
    ----------
    name : str
        Of the file, for messages.

    Raises
    ------
    StoreError
        When it is another file, damaged, or of a later version.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        length = int.from_bytes(content[:8], "little")
        header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][HEADER])
        found_format = header.pop("format")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise StoreError(f"“{name}” is no exported analysis: export one, and name its file.") from error
    if found_format != FORMAT:
        raise StoreError(
            f"“{name}” was exported by another version of Refract (format {found_format}, not {FORMAT}): "
            "export the analysis again."
        )
    try:
        header.pop("about", None)
        listed = {each: tuple(header[each]) for each in ("classes", "clusters")}
        model = TextModel(**header | listed, arrays=load(content))
        model.predictor()
    except (SafetensorError, KeyError, TypeError, ValueError, IndexError) as error:
        raise StoreError(f"“{name}” is damaged: export the analysis again.") from error
    return model


def _parts(arrays: Mapping[str, np.ndarray], prefix: str) -> dict[str, np.ndarray]:
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


def _with_clusters(model: TextModel, base: Space, clusters: Partition | None) -> TextModel:
    """Return a model with the centres of the clusters, and how many texts are nearest to their own."""
    if clusters is None or not clusters.names:
        return model
    codes = np.asarray(clusters.codes)
    members = [np.flatnonzero(codes == code) for code in clusters.names]
    some = [rows[:: -(-len(rows) // MOST_OF_A_CLUSTER) or 1] for rows in members]
    kept = [place for place, rows in enumerate(some) if len(rows)]
    if not kept:
        return model
    own = np.repeat(np.arange(len(kept)), [len(some[place]) for place in kept])
    vectors = _predict(model, base, np.concatenate([some[place] for place in kept])).vectors
    centres = unit_rows(np.stack([vectors[own == place].mean(axis=0) for place in range(len(kept))]))
    nearest = (vectors @ centres.T).argmax(axis=1)
    # A large cluster counts by its size, not by the texts that were taken of it.
    sizes = [len(members[place]) for place in kept]
    agreement = np.average(
        [(nearest[own == place] == place).mean() for place in range(len(kept))], weights=sizes
    )
    names = list(clusters.names.values())
    return replace(
        model,
        clusters=tuple(names[place] for place in kept),
        cluster_agreement=float(agreement),
        arrays={**model.arrays, "cluster_centres": centres.astype(np.float32)},
    )


def _with_agreement(model: TextModel, base: Space, fit: Fit) -> TextModel:
    """Return a model with the share of texts whose most probable label is the one of the Fit."""
    if not model.classes:
        return model
    rows = np.arange(0, len(fit.probabilities), -(-len(fit.probabilities) // MOST_COMPARED))
    found = _predict(model, base, rows).probabilities.argmax(axis=1)
    return replace(model, label_agreement=float((found == fit.probabilities[rows].argmax(axis=1)).mean()))


def _predict(model: TextModel, base: Space, rows: np.ndarray) -> Predicted:
    """Predict for texts of the corpus, the vectors of a Fit that re-encodes being its own."""
    views = [view[rows] for view in base.views] if model.n_views else []
    return model.predictor().predict(np.asarray(base.vectors[rows]), views)
