"""Whatever bytes a file has, a reader gives a table or says in a sentence why not."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.corpus.tables import Table, read_table, unique_names
from core.errors import CorpusError
from core.labels import read_label_file
from tests.core.corpus.tables.spreadsheets.workbooks import ROWS, ods, xls, xlsx

FILES = {
    ".csv": b'text,n\n"late, again",1\nfine,2\n',
    ".tsv": b"text\tn\nlate\t1\n",
    ".txt": b"late\nfine\n",
    ".json": b'[{"text": "late", "more": {"a": [1, 2]}}, {"text": "fine"}]',
    ".jsonl": b'{"text": "late"}\n{"text": "\\ud800", "n": 1e999}\n',
    ".xlsx": xlsx(ROWS),
    ".xls": xls(ROWS),
    ".ods": ods(ROWS),
}
unhurried = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def read(name, content):
    try:
        assert isinstance(read_table(name, content), Table)
    except CorpusError as error:
        assert ": " in str(error)


@unhurried
@given(ending=st.sampled_from([*FILES, ".parquet", ".xlsb", ".csv.gz"]), content=st.binary(max_size=300))
def test_random_bytes(ending, content):
    read(f"x{ending}", content)


@unhurried
@given(
    ending=st.sampled_from(list(FILES)),
    edits=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4), st.integers(0, 30)), max_size=4),
)
def test_a_valid_file_with_bytes_changed(ending, edits):
    content = FILES[ending]
    for where, inserted, n_gone in edits:
        place = int(where * len(content))
        content = content[:place] + inserted + content[place + n_gone :]
    read(f"x{ending}", content)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@unhurried
@given(
    document=values, records=st.lists(st.dictionaries(st.text(max_size=4), values, max_size=4), max_size=4)
)
def test_json_of_any_shape(document, records):
    read("x.json", json.dumps([*records, document]).encode())
    read("x.jsonl", "\n".join(map(json.dumps, [document, *records])).encode())
    try:
        read_label_file("x.json", json.dumps(document).encode())
        read_label_file("x.jsonl", "\n".join(map(json.dumps, records)).encode())
    except CorpusError as error:
        assert ": " in str(error)


@pytest.mark.parametrize("depth", [100, 330, 490, 990, 5_000, 100_000])
@pytest.mark.parametrize("brackets", ["[]", '{"a":}', '[{"a":}]'])
def test_nesting_is_no_crash(depth, brackets):
    half = len(brackets) - len(brackets.lstrip('[{"a:'))
    opened, closed = brackets[:half], brackets[half:]
    content = f'[{{"text": "late", "more": {opened * depth}1{closed * depth}}}]'.encode()
    read("x.json", content)
    read("x.jsonl", content[1:-1])
    try:
        read_label_file("x.json", content)
    except CorpusError as error:
        assert ": " in str(error)


@pytest.mark.parametrize(
    "content",
    [
        b'{"text": "\\ud800 half"}\n{"text": "whole"}',
        b'{"\\udc00": "late"}\n{"\\udc00": "fine"}',
        b'{"text": "a\\u0000b"}\n{"text": "\\u202eright to left\\u200b"}',
    ],
)
def test_halves_of_characters_reach_no_table(content):
    frame = read_table("x.jsonl", content).frame
    assert len(frame) == 2
    for text in [*frame.columns, *frame.iloc[:, 0]]:
        str(text).encode("utf-8")


def test_a_line_of_ten_megabytes_is_a_text():
    assert read_table("x.csv", b"text,n\n" + b"late " * 2_000_000 + b",1\n").frame.shape == (1, 2)


def test_many_columns_of_one_name_get_names_in_no_time():
    names, notes = unique_names(["a"] * 20_000 + ["a (7)"])
    assert len(set(names)) == 20_001 and names[:3] == ["a", "a (2)", "a (3)"] and names[-1] == "a (7)"
    assert len(notes) == 1
