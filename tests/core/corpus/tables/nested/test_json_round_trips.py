"""Tables that pandas writes as JSON come back equal, and any document is read or refused in a sentence."""

import json

import hypothesis.strategies as some
import pandas as pd
import pytest
from hypothesis import given, settings

from core.corpus.tables import read_table
from core.errors import CorpusError

SCALARS = {
    "text": some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    "n": some.none() | some.integers(-(2**63), 2**63 - 1),
    "real": some.none()
    | some.floats(allow_nan=False, allow_infinity=False).filter(lambda x: not x.is_integer()),
    "yes": some.none() | some.booleans(),
    "user": some.fixed_dictionaries({"name": some.text("abcdé", min_size=1), "age": some.integers(0, 99)}),
}
TABLES = some.lists(some.fixed_dictionaries(SCALARS), min_size=3, max_size=6)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(records=TABLES)
@pytest.mark.parametrize("orient", ["records", "index", "columns", "split", "table", "lines"])
def test_tables_of_pandas_come_back_equal(orient, records):
    frame = pd.DataFrame(records, dtype=object)
    how = {"orient": "records", "lines": True} if orient == "lines" else {"orient": orient}
    content = frame.to_json(**how, double_precision=15).encode()
    read = read_table("x.jsonl" if orient == "lines" else "x.json", content).frame
    for record, row in zip(records, read.to_dict("records"), strict=True):
        assert row["text"] == record["text"]
        assert same(row["n"], record["n"]) and same(row["yes"], record["yes"])
        assert same(row["real"], record["real"], exact=False)
        assert (row["user.name"], row["user.age"]) == (record["user"]["name"], record["user"]["age"])


def same(found, expected, *, exact=True):
    if expected is None:
        return pd.isna(found)
    return found == expected if exact else found == pytest.approx(expected, rel=1e-12, abs=1e-14)


KEYS = some.sampled_from(
    ["text", "data", "columns", "index", "schema", "fields", "rows", "0", "1", "from", "", "a.b"]
)
VALUES = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
DOCUMENTS = some.recursive(
    VALUES,
    lambda inner: some.lists(inner, max_size=5) | some.dictionaries(KEYS, inner, max_size=5),
    max_leaves=30,
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(document=DOCUMENTS)
def test_any_document_is_read_or_refused_in_a_sentence(document):
    try:
        table = read_table("x.json", json.dumps(document).encode())
    except CorpusError as error:
        assert str(error).endswith(".")
    else:
        assert len(table.frame) > 0 and table.frame.columns.is_unique
        assert all(len(vectors) == len(table.frame) for vectors in table.vectors.values())
