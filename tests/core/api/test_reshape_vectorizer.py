"""The vectorizer in pipelines of scikit-learn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from core import GuidedTransform, ReshapeVectorizer
from core.errors import CorpusError, LabelError
from tests.conftest import make_frame


@pytest.fixture
def frame(home):
    return make_frame()


def test_gaps_are_predicted_and_vectors_have_length_one(frame):
    labels = frame["feeling"].where(frame.index < 24)
    vectorizer = ReshapeVectorizer("words", instruction="by feeling")
    vectors = vectorizer.fit_transform(frame["text"], labels)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(vectorizer.transform(frame["text"]), vectors, atol=1e-5)
    assert vectorizer.classes_.tolist() == ["angry", "pleased"]
    assert (vectorizer.predict(frame["text"]) == frame["feeling"]).mean() > 0.9
    assert vectorizer.predict(["furious shouting", "lovely thanks"]).tolist() == ["angry", "pleased"]


def test_it_is_the_transform_of_the_encoded_texts(frame):
    vectorizer = ReshapeVectorizer("words").fit(frame["text"], frame["feeling"])
    codes = (frame["feeling"] == "pleased").to_numpy().astype(int)
    given = vectorizer.transform_
    assert isinstance(given, GuidedTransform) and given.classes_.tolist() == [0, 1]
    assert given.probabilities_.argmax(axis=1).tolist() == codes.tolist()


def test_it_works_in_a_pipeline_and_in_cross_validation(frame):
    pipeline = make_pipeline(ReshapeVectorizer("words"), LogisticRegression())
    scores = cross_val_score(pipeline, frame["text"].to_numpy(dtype=object), frame["feeling"], cv=3)
    assert scores.mean() > 0.9


def test_parameters_names_of_features_and_output(frame):
    vectorizer = clone(ReshapeVectorizer("words", instruction="by feeling")).set_output(transform="pandas")
    assert vectorizer.get_params() == {"encoder": "words", "instruction": "by feeling"}
    vectors = vectorizer.fit_transform(frame["text"].tolist(), frame["feeling"].tolist())
    assert isinstance(vectors, pd.DataFrame)
    assert list(vectors) == vectorizer.get_feature_names_out().tolist()
    assert next(iter(vectors)) == "reshapevectorizer0"


def test_hidden_layers_count(frame):
    vectorizer = ReshapeVectorizer("viewing").fit(frame["text"], frame["feeling"])
    assert len(vectorizer.transform_.strengths_["views"]) == 3  # the final vectors and two layers
    assert vectorizer.predict(["furious shouting", "lovely thanks"]).tolist() == ["angry", "pleased"]


@pytest.mark.parametrize(
    ("texts", "labels", "error", "said"),
    [
        (["a", "b"], ["x"], LabelError, "1 labels found for 2 texts"),
        (["a b", "b c", "c d"], [None, "", float("nan")], LabelError, "."),
        (["a", None], ["x", "y"], CorpusError, "NoneType found among the texts"),
    ],
)
def test_what_cannot_be_fitted_is_said(home, texts, labels, error, said):
    with pytest.raises(error, match=said):
        ReshapeVectorizer("words").fit(texts, labels)
