import json
import struct
from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load, save

from core.corpus import Partition
from core.encoders import vectors_source
from core.errors import StoreError
from core.export import build_text_model, read_text_model, text_model_to_bytes
from core.maps import Fit, Space
from core.neighbours import build_graph, unit_rows
from core.transforms import GSTransform, GuidedTransform, Method, transform_alone

NAMES = ["sad", "glad", "unused", "angry"]
CLASSES = [0, 1, 3]
INSTRUCTOR = "hkunlp/instructor-base"  # never loaded here


@pytest.fixture
def blobs():
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), 40)
    X = unit_rows(2 * rng.standard_normal((3, 8))[codes] + rng.standard_normal((120, 8)))
    return X, codes


def space_of(vectors, views=()):
    return Space(vectors, build_graph(vectors, 5), np.zeros((len(vectors), 2), np.float32), views)


def fit_of(kind, generic, codes):
    """A Fit of every fifth text's class, and the transform that predicts."""
    classes = np.array(CLASSES)[codes]
    given = np.where(np.arange(len(codes)) % 5 == 0, classes, -1)
    network, space = None, generic
    if kind == "gstransform":
        network = GSTransform(max_epochs=3).fit(generic.vectors, given)
        space = space_of(unit_rows(network.transform(generic.vectors)))
    transform = GuidedTransform().fit(space.vectors, given, views=space.views, graph=space.graph)
    if kind == "guided":
        space = space_of(unit_rows(transform.embedding_))
    fit = Fit(
        space=space,
        space_key="key",
        method=Method(kind, INSTRUCTOR if kind == "reencode" else ""),
        instruction="by feeling",
        labels=NAMES,
        label_ids=[],
        phrases=[[name] for name in NAMES],
        classes=CLASSES,
        given=given,
        probabilities=transform.probabilities_,
        label_vectors=None,
        classifier=transform.to_arrays(),
        network=None if network is None else network.to_arrays(),
    )
    return fit, transform


@pytest.mark.parametrize("kind", ["guided", "gstransform", "reencode"])
def test_the_file_predicts_as_the_unsmoothed_transform(blobs, kind):
    X, codes = blobs
    views = [X[:, ::-1].astype(np.float16), X[:, :4].astype(np.float16)] if kind == "guided" else []
    generic = space_of(X, views)
    fit, transform = fit_of(kind, generic, codes)
    model = build_text_model(fit, generic, None, encoder="words")
    again = read_text_model(text_model_to_bytes(model), "a.safetensors")
    base = fit.space.vectors if kind == "gstransform" else X
    expected = transform_alone(transform, base, views)
    found = again.predictor().predict(X, views)
    np.testing.assert_allclose(found.probabilities, expected.probabilities, atol=1e-6)
    np.testing.assert_allclose(found.fits_none, expected.fits_none, atol=1e-6)
    vectors = unit_rows(expected.vectors) if kind == "guided" else base
    np.testing.assert_allclose(found.vectors, vectors, atol=1e-5)
    assert found.vectors.shape[1] == again.n_reshaped
    assert again.classes == ("sad", "glad", "angry") and again.instruction == "by feeling"
    assert again.label_agreement > 0.9


def test_the_nearest_cluster_is_that_of_the_corpus(blobs):
    X, codes = blobs
    generic = space_of(X)
    fit, _ = fit_of("guided", generic, codes)
    named = Partition(
        np.where(np.arange(120) % 10 == 3, -1, codes), {2: "late", 0: "people", 1: "price", 5: "none"}
    )
    model = build_text_model(fit, generic, named, encoder="words")
    assert model.clusters == ("late", "people", "price")  # of the last no text is left
    found = model.predictor().predict(X)
    assert (
        np.array(model.clusters)[found.clusters] == np.array(["people", "price", "late"])[codes]
    ).mean() > 0.95
    inside = named.codes >= 0
    own = np.array(["people", "price", "late"])[codes]
    share = (np.array(model.clusters)[found.clusters] == own)[inside].mean()
    assert model.cluster_agreement == pytest.approx(share)


def test_a_fit_without_predictions_gives_clusters_alone(blobs):
    X, codes = blobs
    generic = space_of(X)
    fit, _ = fit_of("reencode", generic, codes)
    fit = replace(fit, classes=[], probabilities=np.empty((120, 0), np.float32), classifier=None)
    model = build_text_model(fit, generic, Partition(codes, {0: "a", 1: "b", 2: "c"}), encoder="other")
    found = model.predictor().predict(X)
    assert found.probabilities.shape == (120, 0) and model.label_agreement is None
    assert model.encoder == INSTRUCTOR and model.prompted == "by feeling"
    assert (found.clusters == codes).mean() > 0.95


def test_a_fit_of_an_earlier_version_is_to_be_made_again(blobs):
    X, codes = blobs
    fit, _ = fit_of("guided", space_of(X), codes)
    with pytest.raises(StoreError, match="earlier version"):
        build_text_model(replace(fit, classifier=None), space_of(X), None, encoder="words")


def test_the_file_says_what_it_is_without_refract(blobs):
    X, codes = blobs
    fit, _ = fit_of("guided", space_of(X), codes)
    content = text_model_to_bytes(build_text_model(fit, space_of(X), None, encoder="words"))
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["refract"])
    assert header["about"].startswith("Unsmoothed") and header["classes"] == ["sad", "glad", "angry"]
    assert header["source"] == vectors_source("words")
    n_labelled = (fit.given >= 0).sum()
    assert load(content)["classifier.examples"].shape == (n_labelled, 8)


def test_other_files_are_refused_in_one_sentence(blobs):
    X, codes = blobs
    fit, _ = fit_of("guided", space_of(X), codes)
    content = text_model_to_bytes(build_text_model(fit, space_of(X), None, encoder="words"))
    claim, nested = struct.pack("<Q", 2**40) + b"{}", struct.pack("<Q", 10**5) + b"[" * 10**5
    kept = save({"a": X}), save({"a": X}, metadata={"refract": "[]"})
    for other in (b"", b"PAR1 and more", claim, nested, *kept):
        with pytest.raises(StoreError, match="no exported analysis"):
            read_text_model(other, "x")
    with pytest.raises(StoreError, match="damaged"):
        read_text_model(content[:-100], "x")
    later = content.replace(b'\\"format\\": 1', b'\\"format\\": 9')
    with pytest.raises(StoreError, match="format 9"):
        read_text_model(later, "x")
