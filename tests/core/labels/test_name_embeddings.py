"""Embeddings of label names: the mean of their phrases, of vectors and views alike."""

import numpy as np

from core.labels import encode_names, encode_names_like_corpus, label_phrases
from tests.conftest import ViewingEncoder, WordEncoder

NAMES = ["very_angry", "pleased", "worried"]


def test_views_of_a_label_are_the_mean_over_its_phrases():
    encoder, phrases = ViewingEncoder(), label_phrases("by feeling", NAMES)
    vectors, views = encode_names_like_corpus(encoder, phrases)
    np.testing.assert_array_equal(vectors, encode_names(WordEncoder(), phrases))
    assert [view.shape for view in views] == [(3, 24)] * 2
    for place, view in enumerate(views):
        of_phrases = [encoder.encode_with_views(each)[1][place].astype(np.float32) for each in phrases]
        np.testing.assert_allclose(view, [each.mean(axis=0) for each in of_phrases], atol=1e-6)


def test_phrases_may_differ_in_number():
    _, views = encode_names_like_corpus(ViewingEncoder(), [["angry"], ["pleased", "glad", "fine"]])
    alone = ViewingEncoder().encode_with_views(["angry"])[1]
    np.testing.assert_array_equal(views[0][0], alone[0, 0])


def test_an_encoder_without_views_gives_the_vectors_alone():
    phrases = label_phrases("", NAMES)
    vectors, views = encode_names_like_corpus(WordEncoder(), phrases)
    np.testing.assert_array_equal(vectors, encode_names(WordEncoder(), phrases))
    assert vectors.dtype == np.float32 and views == []
