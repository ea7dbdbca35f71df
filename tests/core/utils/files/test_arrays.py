"""Arrays whose file another program cuts short: the system ends who reads behind its end through a map."""

import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from core.utils import DamagedFile, is_whole, map_array, open_array, write_array
from core.utils.files import arrays
from tests.conftest import ROOT

ARRAY = np.arange(30_000, dtype=np.float32).reshape(-1, 3)
USE = f"""
import os, sys
from pathlib import Path
from core.utils import {{opened}}
array = {{opened}}(Path(sys.argv[1]))
os.truncate(sys.argv[1], 1_000)
assert array.sum(dtype=float) == {ARRAY.sum(dtype=float)}
"""

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no mapped file")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.npy"
    write_array(path, [ARRAY], ARRAY.shape, ARRAY.dtype)
    return path


@pytest.fixture
def small_limit(monkeypatch):
    """Arrays of a few pages count as large."""
    monkeypatch.setattr(arrays, "MOST_READ", 4_096)


def use(file, opened):
    child = [sys.executable, "-c", USE.format(opened=opened), str(file)]
    return subprocess.run(child, cwd=ROOT, capture_output=True, timeout=60).returncode


@needs_signals
def test_an_array_in_memory_outlives_its_file_and_a_mapped_one_ends_the_process(file):
    assert use(file, "open_array") == 0
    write_array(file, [ARRAY], ARRAY.shape, ARRAY.dtype)
    assert use(file, "map_array") == -signal.SIGBUS


@pytest.mark.parametrize("order", "CF")
def test_small_arrays_are_read_and_large_ones_mapped(tmp_path, monkeypatch, order):
    kept = np.asarray(ARRAY, order=order)
    np.save(tmp_path / "x.npy", kept)
    read, mapped = open_array(tmp_path / "x.npy"), map_array(tmp_path / "x.npy")
    monkeypatch.setattr(arrays, "MOST_READ", ARRAY.nbytes - 1)
    for array, is_map in ((read, False), (mapped, True), (open_array(tmp_path / "x.npy"), True)):
        assert isinstance(array, np.memmap) == is_map and not array.flags.writeable
        assert array.flags.f_contiguous == kept.flags.f_contiguous
        np.testing.assert_array_equal(array, kept)


def test_a_file_that_is_cut_while_it_is_read_is_damaged(file, monkeypatch):
    real = np.fromfile

    def cut_before(path, *how, **known):
        os.truncate(path, 1_000)
        return real(path, *how, **known)

    monkeypatch.setattr(np, "fromfile", cut_before)
    with pytest.raises(DamagedFile):
        open_array(file)


@needs_signals
def test_views_and_plain_arrays_of_a_map_are_seen_to_be_cut(file, small_limit):
    mapped = open_array(file)
    views = [mapped, mapped[5:], np.asarray(mapped), np.asarray(mapped)[::2].T, list(mapped)[-1]]
    in_memory = [np.array(mapped), mapped[[1, 2]], ARRAY[3:], None]
    assert is_whole(*views, *in_memory)
    os.truncate(file, file.stat().st_size - 17)  # the line of the checksum alone
    assert is_whole(*views)
    os.truncate(file, mapped.nbytes)  # without the last bytes of the array
    assert not any(map(is_whole, views)) and is_whole(*in_memory)
    assert not is_whole(*in_memory, mapped)


def test_a_file_that_is_replaced_stays_as_it_was_where_it_is_mapped(file, small_limit):
    mapped = open_array(file)
    write_array(file, [ARRAY[:2]], (2, 3), ARRAY.dtype)
    assert is_whole(mapped)
    np.testing.assert_array_equal(mapped, ARRAY)
