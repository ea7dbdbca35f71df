"""Views kept beside the vectors of a corpus: in parts, through resume, with copies, added later."""

import numpy as np
import pytest

from core.errors import Cancelled
from core.storage import ArtifactStore, embeddings, encode_corpus, has_views, lacks_views, load_views
from tests.conftest import ViewingEncoder, WordEncoder

TEXTS = [f"angry van number {number % 7}" for number in (3, 0, 5, 3, 6, 1, 2, 0, 4, 6, 3)]  # four copies


class Counting(ViewingEncoder):
    def __init__(self):
        self.encoded = []

    def encode_with_views(self, texts, *, instruction=None, progress=None):
        self.encoded.append(list(texts))
        return super().encode_with_views(texts, instruction=instruction, progress=progress)


@pytest.fixture
def results(tmp_path):
    return ArtifactStore(tmp_path)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(embeddings, "LARGE_PART_SIZE", 2)
    monkeypatch.setattr("core.utils.files.arrays.MOST_READ", 0)


def stop_at(number):
    def stop(done, total):
        if done == number:
            raise Cancelled("Stopped.")

    return stop


def check_kept(results):
    vectors, views = ViewingEncoder().encode_with_views(TEXTS)
    np.testing.assert_array_equal(results.load_array("k.vectors"), vectors)
    found = load_views(results, "k")
    assert [view.dtype for view in found] == [np.float16] * 2
    assert all(isinstance(view, np.memmap) for view in found)  # large ones are
    np.testing.assert_array_equal(np.stack(found), views)
    assert has_views(results, "k") and not lacks_views(results, "k")
    assert not list(results.folder.glob("*.part*"))


def test_views_are_kept_row_by_row_with_copies_and_in_parts(results):
    encoder = Counting()
    encode_corpus(results, "k", TEXTS, encoder)
    check_kept(results)
    assert [len(part) for part in encoder.encoded] == [2, 2, 2, 1]
    encode_corpus(results, "k", TEXTS, encoder)
    assert len(encoder.encoded) == 4


@pytest.mark.parametrize("done", range(1, 8))
def test_views_are_kept_through_a_cancel(results, done):
    with pytest.raises(Cancelled):
        encode_corpus(results, "k", TEXTS, Counting(), stop_at(done))
    assert lacks_views(results, "k") and not has_views(results, "k")
    encoder = Counting()
    encode_corpus(results, "k", TEXTS, encoder)
    check_kept(results)
    assert sum(map(len, encoder.encoded)) == 7 - (done - 1) // 2 * 2


def test_a_corpus_of_an_earlier_version_gets_views_and_keeps_its_vectors(results):
    vectors = WordEncoder().encode(TEXTS)
    results.save_array("k.vectors", vectors)
    before = (results.folder / "k.vectors.npy").stat()
    assert lacks_views(results, "k") and not has_views(results, "k") and load_views(results, "k") == []
    with pytest.raises(Cancelled):
        encode_corpus(results, "k", TEXTS, Counting(), stop_at(5))
    assert lacks_views(results, "k")
    encoder = Counting()
    encode_corpus(results, "k", TEXTS, encoder)
    assert [len(part) for part in encoder.encoded] == [2, 1]
    check_kept(results)
    after = (results.folder / "k.vectors.npy").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_parts_of_an_earlier_version_get_views_too(results):
    """Its encoding was cancelled, and goes on in this version."""
    with pytest.raises(Cancelled):
        encode_corpus(results, "k", TEXTS, WordEncoder(), stop_at(5))
    encode_corpus(results, "k", TEXTS, Counting())
    check_kept(results)


@pytest.mark.parametrize("name", ["views-3-4", "vectors"])
def test_a_crash_between_two_joins_loses_nothing(results, monkeypatch, name):
    real = results.save_pieces

    def crash(key, *how):
        if key == f"k.{name}":
            raise MemoryError
        real(key, *how)

    monkeypatch.setattr(results, "save_pieces", crash)
    with pytest.raises(MemoryError):
        encode_corpus(results, "k", TEXTS, Counting())
    monkeypatch.setattr(results, "save_pieces", real)
    encoder = Counting()
    encode_corpus(results, "k", TEXTS, encoder)
    assert encoder.encoded == []
    check_kept(results)


def test_views_of_other_layers_take_the_place_of_those_kept(results):
    class Deeper(Counting):
        view_layers = (5, 6)

    encode_corpus(results, "k", TEXTS, Counting())
    with pytest.raises(Cancelled):
        encode_corpus(results, "k", TEXTS, Deeper(), stop_at(5))
    before = [view.tobytes() for view in load_views(results, "k")]
    encode_corpus(results, "k", TEXTS, Deeper())
    assert len(load_views(results, "k")) == 2
    assert [view.tobytes() for view in load_views(results, "k")] != before


def test_lost_views_are_made_again(results):
    encode_corpus(results, "k", TEXTS, Counting())
    (results.folder / "k.views-3-4.npy").unlink()
    assert lacks_views(results, "k") and load_views(results, "k") == []
    encode_corpus(results, "k", TEXTS, Counting())
    check_kept(results)


def test_an_encoder_without_views_is_not_asked_for_them_again(results):
    assert lacks_views(results, "k")
    encode_corpus(results, "k", TEXTS, WordEncoder())
    assert not has_views(results, "k") and not lacks_views(results, "k") and load_views(results, "k") == []
