import errno
import os
import stat
import subprocess
import sys
import time

import pytest

from core.errors import StoreError
from core.utils import find_leftovers, remove_leftovers, write_atomically


def fail_with(code):
    def write(file):
        file.write(b"half")
        raise OSError(code, "made to fail")

    return write


def test_a_failed_write_leaves_the_old_file_only(tmp_path):
    path = tmp_path / "labels.bin"
    write_atomically(path, lambda file: file.write(b"old"))
    with pytest.raises(StoreError, match="is full: nothing was lost"):
        write_atomically(path, fail_with(errno.ENOSPC))
    assert path.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["labels.bin"]


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match=r"cannot be written.*REFRACT_HOME"):
        write_atomically(tmp_path / "file" / "deeper", lambda file: None)


def test_an_interrupted_write_leaves_no_file(tmp_path):
    def interrupt(file):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "x", interrupt)
    assert list(tmp_path.iterdir()) == []


WRITER = """
import sys, time
from pathlib import Path
from core.utils import write_atomically

def write(file):
    file.write(b"half")
    file.flush()
    print("writing", flush=True)
    time.sleep(60)

write_atomically(Path(sys.argv[1]), write)
"""


def start_writer(path):
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
    assert writer.stdout.readline() == b"writing\n"
    return writer


@pytest.mark.model
def test_what_a_killed_writer_left_is_removed_and_what_another_writes_is_not(tmp_path):
    writers = [start_writer(tmp_path / name) for name in ("killed", "alive")]
    try:
        assert len(find_leftovers(tmp_path)) == 2
        writers[0].kill()
        writers[0].wait()
        remove_leftovers(tmp_path)
        assert len(find_leftovers(tmp_path)) == 1
        assert not (tmp_path / "killed").exists()
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    remove_leftovers(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_first_write_in_a_folder_removes_leftovers(tmp_path):
    (tmp_path / ".refract-abcd1234.part").write_bytes(b"half")
    (tmp_path / "someone's download.part").write_bytes(b"half")
    write_atomically(tmp_path / "x", lambda file: file.write(b"whole"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["someone's download.part", "x"]


def test_leftovers_of_earlier_versions_are_removed_after_a_day(tmp_path):
    old, new = tmp_path / "k.map.npyabcd1234.part", tmp_path / "k.map.npyabcd1235.part"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * 86_400,) * 2)
    remove_leftovers(tmp_path)
    assert old.exists()
    remove_leftovers(tmp_path, of_earlier_versions=True)
    assert [path.name for path in tmp_path.iterdir()] == [new.name]


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be flushed")
def test_the_name_is_on_disk_too(tmp_path, monkeypatch):
    flushed = []

    def fsync(descriptor):
        found = os.fstat(descriptor)
        flushed.append("folder" if stat.S_ISDIR(found.st_mode) else "file")

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(tmp_path / "new" / "x", lambda file: file.write(b"whole"))
    assert flushed == ["folder", "file", "folder"]
