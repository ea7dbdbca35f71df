"""The protocol of child processes, with lines that are no messages between."""

import errno
import io
import sqlite3

import pytest

from core.utils.messages import explain_error, read_messages


def test_what_is_no_message_is_left_out():
    lines = ['{"a": 1}', "Loading weights: 10 %", "[1]", "3", "", "[" * 100_000, '{"a"', '{"b": "\\u0000"}']
    whole = "".join(f"{line}\n" for line in lines)
    assert list(read_messages(io.StringIO(whole + '{"c": 2'))) == [{"a": 1}, {"b": "\0"}]


@pytest.mark.parametrize(
    ("number", "way_on"),
    [
        (errno.ENOSPC, "free some space"),
        (errno.EMFILE, "close other programs"),
        (errno.EROFS, "make it writable"),
        (errno.EACCES, "change the rights"),
        (errno.EIO, "back the data folder up"),
    ],
)
def test_what_the_system_refused_is_said_with_a_way_on_and_no_file_name(
    number, way_on, tmp_path, monkeypatch
):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
    said = explain_error(OSError(number, "refused", "Mrs Canary"), "a test")
    assert way_on in said and "try again" in said and "Canary" not in said and "unexpected" not in said


def test_a_full_database_is_a_full_disk():
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("CREATE TABLE t (x)")
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    assert "disk is full" in explain_error(raised.value, "a test")
