"""Files of vectors that say, or unpack to, more than a machine has."""

import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import EncoderUnavailable
from core.tasks.imports import read_vectors, vectors
from core.utils import Limits, peak_bytes
from tests.conftest import make_frame
from tests.support.bombs import npy_header, npz_of_zeros

MEGABYTE = 2**20


def refusal(name, content):
    corpus, before = build_corpus(Table("t", make_frame(6), None), "text"), peak_bytes()
    with pytest.raises(EncoderUnavailable) as raised:
        read_vectors(name, content, corpus, lambda *progress: None)
    assert peak_bytes() - before < 100 * MEGABYTE
    return str(raised.value)


def test_an_array_that_says_it_has_a_terabyte_is_refused_in_the_page():
    assert "more numbers than there is memory for" in refusal("x.npy", npy_header((2**38, 1)) + bytes(64))
    assert "cannot be read" in refusal("x.npy", npy_header((2**20, 4)) + bytes(64))


@pytest.mark.model
def test_an_archive_that_unpacks_to_more_than_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(vectors, "limits_for", lambda n_bytes: Limits(150 * MEGABYTE, 4))
    assert "“x.npz” takes more than" in refusal("x.npz", npz_of_zeros(2_000))
