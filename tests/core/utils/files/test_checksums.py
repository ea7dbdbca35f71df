import json
import os

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.errors import StoreError
from core.utils import (
    DamagedFile,
    check_file,
    has_checksum,
    open_array,
    read_checked,
    read_parquet,
    write_array,
    write_checked,
    write_parquet,
)

DOCUMENT = json.dumps({"größe": list(range(200))}, ensure_ascii=False).encode()
ARRAY = np.random.default_rng(0).normal(size=(50, 7)).astype(np.float32)
FRAME = pd.DataFrame({"0": [f"text {number}" for number in range(200)], "1": np.arange(200)})


def write_document(path):
    write_checked(path, lambda file: file.write(DOCUMENT))


def write_numbers(path):
    write_array(path, [ARRAY[:20], ARRAY[20:]], ARRAY.shape, ARRAY.dtype)


KINDS = {
    "document": (write_document, lambda path: json.loads(read_checked(path)), json.loads(DOCUMENT).__eq__),
    "array": (write_numbers, open_array, lambda found: np.array_equal(found, ARRAY)),
    "parquet": (lambda path: write_parquet(path, FRAME), read_parquet, FRAME.equals),
}


def states_nothing_else(read, path, as_written):
    """Whether a file is refused, or read as it was written."""
    try:
        return as_written(read(path))
    except ValueError:
        return True


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_comes_back_as_it_was_written(tmp_path, kind):
    write, read, as_written = KINDS[kind]
    path = tmp_path / "größe mit Leerzeichen" / "x"
    write(path)
    assert as_written(read(path))


@pytest.mark.parametrize("kind", KINDS)
def test_no_flipped_bit_gives_other_content(tmp_path, kind):
    write, read, as_written = KINDS[kind]
    path, rng = tmp_path / "x", np.random.default_rng(0)
    write(path)
    content = path.read_bytes()
    places = np.unique([*rng.integers(len(content), size=200), *range(len(content) - 40, len(content))])
    for place in places.tolist():
        flipped = bytearray(content)
        flipped[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(flipped)
        assert states_nothing_else(read, path, as_written), place


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("harm", ["cut", "zeros", "doubled", "shifted"])
def test_no_other_damage_gives_other_content(tmp_path, kind, harm):
    write, read, as_written = KINDS[kind]
    path = tmp_path / "x"
    write(path)
    content = path.read_bytes()
    half = len(content) // 2
    harmed = {
        "cut": content[:half],
        "zeros": content[:half] + bytes(100) + content[half + 100 :],
        "doubled": content + content,
        "shifted": content[1:],
    }
    path.write_bytes(harmed[harm])
    assert states_nothing_else(read, path, as_written)


def test_files_of_earlier_versions_are_read(tmp_path):
    path = tmp_path / "x"
    path.write_bytes(DOCUMENT)
    assert read_checked(path) == DOCUMENT and check_file(path) == len(DOCUMENT) and not has_checksum(path)
    with path.open("wb") as file:
        np.save(file, ARRAY)
    np.testing.assert_array_equal(open_array(path), ARRAY)
    FRAME.to_parquet(path)
    assert read_parquet(path).equals(FRAME)


def test_other_programs_read_the_same(tmp_path):
    path = tmp_path / "x.npy"
    write_numbers(path)
    assert has_checksum(path)
    np.testing.assert_array_equal(np.load(path), ARRAY)
    write_parquet(path, FRAME)
    assert pq.read_table(path).to_pandas().equals(FRAME)


@pytest.mark.parametrize(
    "array",
    [
        np.empty((0, 3), np.float16),
        np.array(5),
        np.array(["é", "long"]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.asfortranarray(ARRAY),
    ],
    ids=["empty", "scalar", "strings", "dates", "columns first"],
)
def test_arrays_of_all_kinds(tmp_path, array):
    write_array(tmp_path / "x", [array], array.shape, array.dtype)
    found = open_array(tmp_path / "x")
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


def test_pieces_of_another_shape_leave_the_old_array(tmp_path):
    path = tmp_path / "x"
    write_numbers(path)
    with pytest.raises(ValueError, match="no array of the shape"):
        write_array(path, [ARRAY[:20]], ARRAY.shape, ARRAY.dtype)
    with pytest.raises(ValueError, match="Python objects"):
        write_array(path, [np.array([{}])], (1,), np.dtype(object))
    np.testing.assert_array_equal(open_array(path), ARRAY)


def test_a_file_is_compared_again_only_when_it_was_changed(tmp_path, monkeypatch):
    path = tmp_path / "x"
    write_document(path)
    content = path.read_bytes()
    os.utime(path, (1_000_000_000,) * 2)
    assert check_file(path) == len(DOCUMENT)
    path.write_bytes(content.replace(b"7", b"8"))
    os.utime(path, (1_000_000_000,) * 2)
    assert check_file(path) == len(DOCUMENT)
    os.utime(path, (1_000_000_001,) * 2)
    with pytest.raises(DamagedFile):
        check_file(path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be written"):
        write_parquet(tmp_path / "file" / "x", FRAME)
