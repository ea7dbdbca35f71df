"""The protocol of child processes, with lines that are no messages between."""

import io

from core.utils.messages import read_messages


def test_what_is_no_message_is_left_out():
    lines = ['{"a": 1}', "Loading weights: 10 %", "[1]", "3", "", "[" * 100_000, '{"a"', '{"b": "\\u0000"}']
    whole = "".join(f"{line}\n" for line in lines)
    assert list(read_messages(io.StringIO(whole + '{"c": 2'))) == [{"a": 1}, {"b": "\0"}]
