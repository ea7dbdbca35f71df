"""Ready vectors are put beside the right texts, or refused with the reason."""

import io
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from core.encoders import read_precomputed
from core.errors import EncoderUnavailable

VECTORS = np.array([[3, 4], [0, 2], [-1, 0]], dtype=np.float64)
UNIT = np.array([[0.6, 0.8], [0, 1], [-1, 0]], dtype=np.float32)


def npy(array):
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return io.BytesIO(file.getvalue())


def npz(**arrays):
    file = io.BytesIO()
    np.savez(file, **arrays)
    return io.BytesIO(file.getvalue())


def parquet(kind=None, **columns):
    file = io.BytesIO()
    kind = kind or pa.list_(pa.float32())
    columns = {
        name: pa.array(list(values), type=kind) if np.ndim(values[0]) else pa.array(values)
        for name, values in columns.items()
    }
    pa.parquet.write_table(pa.table(columns), file)
    return io.BytesIO(file.getvalue())


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.npy", npy(VECTORS)),
        ("a.NPY", npy(VECTORS.astype(np.float16))),
        ("a.npy", npy(VECTORS.astype(np.int8))),
        ("a.npz", npz(anything=VECTORS)),
        ("a.npz", npz(other=np.ones((3, 5)), embeddings=VECTORS)),
        ("a.parquet", parquet(text=["x", "y", "z"], v=VECTORS)),
        ("a.parquet", parquet(pa.large_list(pa.float64()), vectors=VECTORS, w=VECTORS * 2)),
        ("a.parquet", parquet(pa.list_(pa.float32(), 2), v=VECTORS)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_vectors_are_read_in_order_and_made_of_length_one(name, file):
    found = read_precomputed(name, file, 3)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(found.vectors, UNIT, atol=1e-6)
    assert found.matched_by == "order"


@pytest.mark.parametrize(
    ("name", "file", "columns"),
    [
        ("a.npz", lambda: npz(vectors=VECTORS, ids=np.array(["7", "b", "c"])), {}),
        ("a.parquet", lambda: parquet(id=["7", "b", "c"], v=VECTORS), {}),
        ("a.parquet", lambda: parquet(key=["7", "b", "c"], v=VECTORS), {"column": "v", "id_column": "key"}),
    ],
)
def test_ids_decide_over_the_order(name, file, columns):
    found = read_precomputed(name, file(), 2, ids=["c", 7.0], **columns)
    np.testing.assert_allclose(found.vectors, UNIT[[2, 0]], atol=1e-6)
    assert found.matched_by == "ids"
    with pytest.raises(EncoderUnavailable, match=r"no vector for 2 of 3 texts \(the first has the id d\)"):
        read_precomputed(name, file(), 3, ids=["b", "d", "e"], **columns)


def test_the_key_follows_the_vectors():
    keys = [read_precomputed("a.npy", npy(array), 3).key for array in (VECTORS, VECTORS * 2, VECTORS[::-1])]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize(
    ("name", "file", "options", "message"),
    [
        ("a.csv", io.BytesIO(b"1,2"), {}, "is no file of vectors"),
        ("a.npy", npy(VECTORS[:2]), {}, "2 vectors and the corpus 3 texts"),
        ("a.npy", npy(np.array([{"code": "runs"}], dtype=object)), {}, "cannot be read as NumPy arrays"),
        ("a.npy", io.BytesIO(b"damaged"), {}, "cannot be read as NumPy arrays"),
        ("a.npy", npy(np.arange(3.0)), {}, "a table of numbers is needed"),
        ("a.npy", npy(np.array([["a", "b"]] * 3)), {}, "a table of numbers is needed"),
        ("a.npy", npy(np.where(VECTORS == 2, np.nan, VECTORS)), {}, "1 vectors of .+ text 2"),
        ("a.npz", npz(a=VECTORS, b=VECTORS), {}, "2 arrays of vectors: choose one of a, b"),
        ("a.npz", npz(a=VECTORS), {"column": "z"}, "no array “z”: choose one of a"),
        ("a.npz", npz(a=VECTORS, ids=np.array([1, 1, 2])), {"ids": [1, 2, 3]}, "id 1 is more than once"),
        ("a.npz", npz(a=VECTORS, ids=np.array([1, 2])), {"ids": [1, 2, 3]}, "3 vectors and 2 ids"),
        ("a.parquet", parquet(x=[1, 2, 3]), {}, "0 list columns of vectors: choose one of x"),
        ("a.parquet", parquet(x=[1, 2, 3]), {"column": "x"}, "holds int64: a list of numbers"),
        ("a.parquet", parquet(v=[[1, 2], [1], [1, 2]]), {}, "Row 2 of “v” in .+ has 1 numbers .+ row 2:"),
        ("a.parquet", parquet(v=[[1, 2], None, [1, 2]]), {}, "Row 2 of “v”"),
        ("a.parquet", parquet(v=VECTORS), {"id_column": "k"}, "no column “k”: choose one of v"),
        ("a.parquet", io.BytesIO(b"damaged"), {}, "not a readable Parquet file"),
    ],
)
def test_what_does_not_fit_is_refused(name, file, options, message):
    with pytest.raises(EncoderUnavailable, match=message) as caught:
        read_precomputed(name, file, 3, **options)
    assert "\n" not in str(caught.value)


def test_zeros_stay_zeros():
    assert read_precomputed("a.npy", npy(np.zeros((3, 2))), 3).vectors.any() == np.False_


def test_an_archive_with_more_than_arrays():
    file = io.BytesIO()
    np.savez(file, vectors=VECTORS)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("readme.txt", "no array")
        archive.writestr("../x.npy", b"")
    found = read_precomputed("x.npz", io.BytesIO(file.getvalue()), len(VECTORS))
    assert len(found.vectors) == len(VECTORS)
