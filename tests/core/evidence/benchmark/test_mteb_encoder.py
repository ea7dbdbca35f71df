import sys
import types

import numpy as np
import pytest

from core.errors import EncoderUnavailable
from core.evidence.benchmark import MtebEncoder
from core.transforms import GuidedTransform
from tests.conftest import ViewingEncoder
from tests.support.facets import FacetEncoder, at_angles


class Doubling:
    """A transform that keeps every second dimension."""

    def transform(self, X):
        return X[:, ::2].astype(np.float64)


def batches(*groups):
    """What mteb's data loader yields."""
    return [{"text": list(group), "id": ["x"] * len(group)} for group in groups]


def encode(model, prompt=None, prompt_type=None):
    return model.encode(
        batches(["a/x", "b/x"], ["c/y"]),
        task_metadata=types.SimpleNamespace(name="t", prompt=prompt),
        hf_split="test",
        hf_subset="default",
        prompt_type=prompt_type,
        batch_size=32,
        show_progress_bar=False,
    )


def test_mteb_gets_the_reshaped_vectors_of_all_batches_in_order():
    encoder = FacetEncoder("no")
    plain = encode(MtebEncoder(encoder))
    assert np.array_equal(plain, encoder.encode(["a/x", "b/x", "c/y"]))
    reshaped = encode(MtebEncoder(encoder, transform=Doubling()))
    assert reshaped.dtype == np.float32
    assert np.array_equal(reshaped, plain[:, ::2])


def test_mteb_instructions_reach_encoders_that_follow_them():
    query = types.SimpleNamespace(value="query")
    for given, follows, prompt, prompt_type, asked in [
        (None, "free text", "Which topic?", None, "Which topic?"),
        (None, "free text", {"query": "Which feeling?"}, query, "Which feeling?"),
        (None, "free text", {"document": "d"}, query, None),
        (None, "free text", None, None, None),
        (None, "no", "Which topic?", None, None),
        (None, "fixed tasks", "Which topic?", None, None),
        ("Mine?", "free text", "Which topic?", None, "Mine?"),
    ]:
        encoder = FacetEncoder(follows)
        encode(MtebEncoder(encoder, instruction=given), prompt, prompt_type)
        assert encoder.asked == [asked]


@pytest.mark.model
def test_mteb_similarities_are_cosines():
    torch = pytest.importorskip("torch")
    model = MtebEncoder(FacetEncoder())
    first, second = at_angles(0, 90) * 3, at_angles(0, 60)
    assert model.similarity(first, torch.tensor(second)).numpy() == pytest.approx(
        np.array([[1, 0.5], [0, np.sqrt(0.75)]]), abs=1e-6
    )
    assert model.similarity_pairwise(first, second).numpy() == pytest.approx([1, np.sqrt(0.75)], abs=1e-6)
    assert model.similarity(first[0], second[1]).shape == (1, 1)


def test_mteb_results_are_filed_under_what_the_vectors_follow_from(monkeypatch):
    class ModelMeta:
        @classmethod
        def create_empty(cls, overwrites=None):
            return types.SimpleNamespace(**overwrites)

    fake = types.ModuleType("mteb.models.model_meta")
    fake.ModelMeta = ModelMeta
    for name, module in [
        ("mteb", types.ModuleType("mteb")),
        ("mteb.models", types.ModuleType("mteb.models")),
    ]:
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "mteb.models.model_meta", fake)
    encoder = FacetEncoder()
    models = [
        MtebEncoder(encoder),
        MtebEncoder(encoder, instruction="Which?"),
        MtebEncoder(encoder, transform=Doubling()),
    ]
    assert len({model.mteb_model_meta.revision for model in models}) == 3
    assert models[0].mteb_model_meta.revision == MtebEncoder(encoder).mteb_model_meta.revision
    assert {model.mteb_model_meta.name for model in models} == {"refract/facets"}
    encoder.name = "/home/me/a model"
    assert MtebEncoder(encoder).mteb_model_meta.name == "refract/home-me-a model"


def test_without_mteb_one_sentence_says_so(monkeypatch):
    for name in ("mteb", "mteb.models", "mteb.models.model_meta"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EncoderUnavailable, match="pip install mteb"):
        _ = MtebEncoder(FacetEncoder()).mteb_model_meta


@pytest.mark.model
def test_a_transform_that_was_fitted_to_views_gets_those_of_new_texts():
    encoder = ViewingEncoder()
    texts = [f"{word} {number}" for number in range(10) for word in ("red", "blue")]
    vectors, views = encoder.encode_with_views(texts)
    fitted = GuidedTransform().fit(vectors, np.arange(20) % 2, views=list(views))
    new, new_views = encoder.encode_with_views(["a/x", "b/x", "c/y"])
    for transform in (fitted, fitted.linear_):
        model = MtebEncoder(encoder, transform=transform)
        expected = transform.transform(new, views=list(new_views))
        np.testing.assert_allclose(encode(model), expected, atol=1e-5)
        assert model._revision() == MtebEncoder(encoder, transform=transform)._revision()
    plain = GuidedTransform().fit(vectors, np.arange(20) % 2)
    np.testing.assert_allclose(encode(MtebEncoder(encoder, transform=plain)), plain.transform(new), atol=1e-5)
