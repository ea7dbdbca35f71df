"""GuidedTransform for scikit-learn pipelines: texts and string labels in."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ..encoders import DEFAULT_ENCODER, encode_like_corpus
from ..errors import CorpusError
from ..labels import encode_names_like_corpus, label_phrases
from ..neighbours import unit_rows
from ..tasks import load_warm_encoder
from ..transforms import GuidedTransform
from .labels import read_labels


class ReshapeVectorizer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Turn texts into vectors that follow labels.

    Texts are encoded, and their space is reshaped by `GuidedTransform`. Texts without a label take part in
    the fit, so all texts at hand are worth giving. The names of the labels count too.

    Parameters
    ----------
    encoder : str, default="all-MiniLM-L6-v2"
        As `core.encoders.load_encoder` takes. It stays in memory for other objects with the same one.
    instruction : str, default=""
        What the labels are about, such as "by what the customer feels"; it words the names of the labels.

    Attributes
    ----------
    classes_ : object array (n_classes,) of str
        Names of the labels, sorted; numbers are written as text.
    transform_ : GuidedTransform
        Fitted to the encoded texts.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> make_pipeline(ReshapeVectorizer(), LogisticRegression())  # doctest: +SKIP
    """

    def __init__(self, encoder: str = DEFAULT_ENCODER, *, instruction: str = "") -> None:
        self.encoder = encoder
        self.instruction = instruction

    def fit(self, X: Iterable[str], y: Iterable[object]) -> ReshapeVectorizer:
        """Fit to texts, of which some or all are labelled.

        Parameters
        ----------
        X : iterable of n str
        y : iterable of n labels
            None, NaN and "" are gaps.

        Raises
        ------
        LabelError
            When there are fewer than two labels, or another number than of texts.
        EncoderUnavailable
            When the encoder cannot be loaded.
        """
        self._fit(X, y)
        return self

    def fit_transform(self, X: Iterable[str], y: Iterable[object]) -> np.ndarray:
        """Fit, and return the vectors of the same texts: float32 (n, n_reshaped), of length 1."""
        self._fit(X, y)
        return unit_rows(self.transform_.embedding_)

    def transform(self, X: Iterable[str]) -> np.ndarray:
        """Return the vectors of texts: float32 (n, n_reshaped), of length 1.

        Cost beside encoding O(n x n_fitted x n_dims).
        """
        vectors, views = self._encode(X)
        return unit_rows(self.transform_.transform(vectors, views=views))

    def predict_proba(self, X: Iterable[str]) -> np.ndarray:
        """Return the probability of each label: float32 (n, n_classes), columns as in `classes_`."""
        vectors, views = self._encode(X)
        return self.transform_.predict_proba(vectors, views=views)

    def predict(self, X: Iterable[str]) -> np.ndarray:
        """Return the most probable label of each text: object array (n,) of str."""
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    @property
    def _n_features_out(self) -> int:
        return self.transform_.embedding_.shape[1]

    def _fit(self, X: Iterable[str], y: Iterable[object]) -> None:
        texts = _read_texts(X)
        values = y.tolist() if isinstance(y, (pd.Series, np.ndarray)) else list(y)
        given = read_labels(values, len(texts))
        self.classes_ = np.array(sorted(set(given.values())), dtype=object)
        codes = np.full(len(texts), -1)
        codes[list(given)] = np.searchsorted(self.classes_.astype(str), list(given.values()))
        encoder = load_warm_encoder(self.encoder)
        vectors, views = encode_like_corpus(encoder, texts)
        phrases = label_phrases(self.instruction, self.classes_.tolist())
        names, name_views = encode_names_like_corpus(encoder, phrases) if phrases else (None, [])
        self.transform_ = GuidedTransform().fit(
            vectors, codes, views=views, label_vectors=names, label_views=name_views
        )

    def _encode(self, X: Iterable[str]) -> tuple[np.ndarray, list[np.ndarray]]:
        check_is_fitted(self, "transform_")
        vectors, views = encode_like_corpus(load_warm_encoder(self.encoder), _read_texts(X))
        return vectors, list(views)


def _read_texts(X: Iterable[str]) -> list[str]:
    texts = X.tolist() if isinstance(X, (pd.Series, np.ndarray)) else list(X)
    wrong = [type(each).__name__ for each in texts if not isinstance(each, str)]
    if wrong:
        raise CorpusError(f"{wrong[0]} found among the texts: give a list of str.")
    return texts
