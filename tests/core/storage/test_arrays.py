import json

import numpy as np
import pytest

from core.errors import StoreError
from core.storage import ArtifactStore


def test_arrays_and_documents_come_back_as_they_were(tmp_path):
    results = ArtifactStore(tmp_path / "results")
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    results.save_array("k.map", array)
    results.save_document("k.names", {"größe": [1, None]})
    assert results.has_array("k.map") and results.has_document("k.names")
    loaded = results.load_array("k.map")
    np.testing.assert_array_equal(loaded, array)
    assert loaded.dtype == np.float32 and not loaded.flags.writeable
    assert results.load_document("k.names") == {"größe": [1, None]}


def test_delete_removes_the_parts_of_one_key_only(tmp_path):
    results = ArtifactStore(tmp_path)
    for key in ("a.map", "a.vectors", "ab.map"):
        results.save_array(key, np.zeros(1))
    results.delete("a")
    assert [results.has_array(key) for key in ("a.map", "a.vectors", "ab.map")] == [False, False, True]


def test_a_missing_result_is_an_error(tmp_path):
    with pytest.raises(StoreError, match="encode the corpus"):
        ArtifactStore(tmp_path).load_array("nothing")
    with pytest.raises(StoreError, match="encode the corpus"):
        ArtifactStore(tmp_path).load_document("nothing")


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"not an array at all"])
def test_a_damaged_array_is_set_aside(tmp_path, content):
    results = ArtifactStore(tmp_path)
    results.save_array("k", np.zeros(3))
    (tmp_path / "k.npy").write_bytes(content)
    with pytest.raises(StoreError, match="damaged"):
        results.load_array("k")
    assert not results.has_array("k")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [content]


def test_an_array_cut_short_is_damaged(tmp_path):
    results = ArtifactStore(tmp_path)
    results.save_array("k", np.zeros(1000))
    path = tmp_path / "k.npy"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(StoreError, match="was damaged"):
        results.load_array("k")


def test_a_damaged_document_is_set_aside(tmp_path):
    results = ArtifactStore(tmp_path)
    (tmp_path / "k.json").write_text(json.dumps({"a": 1})[:-1])
    with pytest.raises(StoreError, match="was damaged"):
        results.load_document("k")
    assert not results.has_document("k")


def test_arrays_of_python_objects_are_never_loaded(tmp_path):
    np.save(tmp_path / "k.npy", np.asarray([{"code": "runs"}], dtype=object), allow_pickle=True)
    with pytest.raises(StoreError):
        ArtifactStore(tmp_path).load_array("k")


@pytest.mark.parametrize("shape", [(5, 3), (2, 5, 3), (0, 3)])
def test_pieces_in_memory_order_make_one_array(tmp_path, shape):
    results, array = ArtifactStore(tmp_path), np.arange(np.prod(shape)).reshape(shape).astype(np.float16)
    rows = array.reshape(-1, 3)
    results.save_pieces(
        "a.x", shape, array.dtype, (rows[first : first + 2] for first in range(0, len(rows), 2))
    )
    found = results.load_array("a.x")
    assert found.dtype == np.float16 and found.shape == shape
    np.testing.assert_array_equal(found, array)


def test_pieces_that_cannot_be_made_leave_the_array_as_it_was(tmp_path):
    results = ArtifactStore(tmp_path)
    results.save_array("a.x", np.ones(2))

    def pieces():
        yield np.zeros(1)
        raise MemoryError

    with pytest.raises(MemoryError):
        results.save_pieces("a.x", (2,), np.dtype(float), pieces())
    assert results.load_array("a.x").tolist() == [1, 1]
    assert [path.name for path in tmp_path.iterdir()] == ["a.x.npy"]
