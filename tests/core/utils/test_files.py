import errno

import pytest

from core.errors import StoreError
from core.utils import write_atomically


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
