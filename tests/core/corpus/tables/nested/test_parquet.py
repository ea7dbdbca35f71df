"""Parquet of many writers: nested types, repeated names, indexes, vectors."""

import datetime as dt
import decimal
import io
import json
import uuid

import hypothesis.strategies as some
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from core.corpus.tables import read_table
from core.errors import CorpusError

TEXTS = ["The parcel came late.", "Great bread!", "I was charged twice."]


def read(table):
    file = io.BytesIO()
    if isinstance(table, pd.DataFrame):
        table.to_parquet(file)
    else:
        pq.write_table(table, file)
    return read_table("x.parquet", file.getvalue())


def column(values, kind):
    """One column beside the texts, read."""
    return read(pa.table({"text": TEXTS, "x": pa.array(values, kind)})).frame["x"]


def test_two_columns_may_have_one_name():
    table = read(
        pa.table([pa.array(TEXTS), pa.array([1, 2, 3]), pa.array(["a", "b", "c"])], names=["text", "x", "x"])
    )
    assert table.frame.columns.tolist() == ["text", "x", "x (2)"]
    assert table.frame["x (2)"].tolist() == ["a", "b", "c"]
    assert "“x (2)”" in table.notes[0]


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        (["a", None, "b"], pa.dictionary(pa.int8(), pa.string()), ["a", None, "b"]),
        ([5, None, 6], pa.dictionary(pa.int8(), pa.int64()), [5, pd.NA, 6]),
        (["a", None, "b"], pa.large_string(), ["a", None, "b"]),
        (["a", None, "b"], pa.string_view(), ["a", None, "b"]),
        ([b"caf\xc3\xa9", None, b"b"], pa.binary(), ["café", None, "b"]),
        ([["x", "y"], [], None], pa.list_(pa.string()), ['["x", "y"]', "[]", None]),
        ([[1, 2], [3], None], pa.list_(pa.int64()), ["[1, 2]", "[3]", None]),
        ([True, None, False], pa.bool_(), [True, pd.NA, False]),
        ([10**18 + 1, None, 3], pa.int64(), [10**18 + 1, pd.NA, 3]),
        ([2**64 - 1, None, 3], pa.uint64(), ["18446744073709551615", None, "3"]),
        ([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")], pa.decimal128(10, 2), [1.5, None, 2.25]),
        (
            [decimal.Decimal(10**17 + 1), None, decimal.Decimal(2)],
            pa.decimal128(38, 0),
            [10**17 + 1, pd.NA, 2],
        ),
        (
            [decimal.Decimal("1234567890123456789.5"), None, None],
            pa.decimal128(38, 1),
            ["1234567890123456789.5", None, None],
        ),
        ([0.5, None, 1.5], pa.float16(), [0.5, None, 1.5]),
        ([None, None, None], pa.null(), [None, None, None]),
    ],
)
def test_types_keep_their_values(values, kind, expected):
    found = column(values, kind).tolist()
    assert len(found) == 3
    for got, wanted in zip(found, expected, strict=True):
        assert (pd.isna(got) and pd.isna(wanted)) or got == wanted


def test_dates_are_dates():
    day = dt.date(2024, 3, 1)
    for kind in (pa.date32(), pa.date64()):
        found = column([day, None, dt.date(9999, 12, 31)], kind)
        assert pd.api.types.is_datetime64_any_dtype(found.dtype)
        assert found.isna().tolist() == [False, True, False]
        assert (found[0].date(), found[2].year) == (day, 9999)
    moment = dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC)
    for unit in ("s", "ms", "us", "ns"):
        found = column([moment, None, moment], pa.timestamp(unit, tz="Europe/Zurich"))
        assert pd.Timestamp(found[0]).tz_convert("UTC") == pd.Timestamp(moment)


def test_records_and_maps_become_dotted_columns():
    people = pa.array(
        [
            {"name": "bo", "at": {"city": "Bern", "n": 1}},
            None,
            {"name": None, "at": {"city": "Genf", "n": None}},
        ],
        pa.struct({"name": pa.string(), "at": pa.struct({"city": pa.string(), "n": pa.int64()})}),
    )
    counts = pa.array([[("a", 1), ("b", 2)], None, [("a", 3)]], pa.map_(pa.string(), pa.int64()))
    frame = read(pa.table({"text": TEXTS, "user": people, "counts": counts})).frame
    assert frame["user.name"].tolist()[0] == "bo" and frame["user.name"].isna().tolist() == [
        False,
        True,
        True,
    ]
    assert frame["user.at.city"].dropna().tolist() == ["Bern", "Genf"]
    assert frame["user.at.n"].tolist() == [1, pd.NA, pd.NA]
    assert frame["counts.a"].tolist() == [1, pd.NA, 3]
    assert "user" not in frame and "counts" not in frame


def test_messages_are_one_readable_text():
    chat = [[{"role": "user", "content": text}, {"role": "assistant", "content": "Yes."}] for text in TEXTS]
    frame = read(pa.table({"messages": chat})).frame
    assert frame["messages"].tolist() == [f"user: {text}\nassistant: Yes." for text in TEXTS]


def test_an_index_is_kept_with_a_name():
    frame = pd.DataFrame({"text": TEXTS})
    assert read(frame).frame.columns.tolist() == ["text"]
    assert read(frame.set_axis([3, 5, 9])).frame["index"].tolist() == [3, 5, 9]
    assert read(frame.set_axis(pd.Index(list("abc"), name="id"))).frame["id"].tolist() == ["a", "b", "c"]
    two = frame.set_axis(pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)]))
    assert read(two).frame["index 1"].tolist() == [1, 2, 1]


def test_periods_and_names_of_two_levels():
    table = read(pd.DataFrame({"text": TEXTS, "month": pd.period_range("2024-01", periods=3, freq="M")}))
    assert [str(value)[:7] for value in table.frame["month"]] == ["2024-01", "2024-02", "2024-03"]
    two = read(pd.DataFrame({("said", "text"): TEXTS, ("n", ""): [1, 2, 3]}))
    assert two.frame.columns.tolist() == ["said text", "n"]


def test_classes_of_a_data_set_have_their_names():
    features = {"label": {"names": ["angry", "pleased"], "_type": "ClassLabel"}, "text": {"_type": "Value"}}
    about = {"huggingface": json.dumps({"info": {"features": features}})}
    table = read(pa.table({"text": TEXTS, "label": [1, None, 0]}).replace_schema_metadata(about))
    assert table.frame["label"].dropna().tolist() == ["pleased", "angry"]
    assert any("“label”" in note for note in table.notes)
    unnamed = read(pa.table({"text": TEXTS, "label": [1, -1, 0]}).replace_schema_metadata(about))
    assert unnamed.frame["label"].tolist() == [1, -1, 0]


@pytest.mark.parametrize(
    "kind",
    [
        pa.list_(pa.float32(), 12),
        pa.list_(pa.float32()),
        pa.list_(pa.float64()),
        pa.large_list(pa.float64()),
        pa.list_(pa.float16()),
        pa.list_(pa.int8(), 12),
    ],
)
def test_vectors_are_kept_apart(kind):
    rows = np.arange(120).reshape(10, 12)
    lists = [row.tolist() for row in rows]
    lists[4] = None
    if pa.types.is_float16(kind.value_type):
        lists = [None if row is None else [np.float16(x) for x in row] for row in lists]
    texts = [f"text {n}" for n in range(10)]
    file = io.BytesIO()
    pq.write_table(pa.table({"text": texts, "embedding": pa.array(lists, kind)}), file, row_group_size=3)
    table = read_table("x.parquet", file.getvalue())
    assert table.frame.columns.tolist() == ["text"]
    expected = rows.astype(np.float32)
    expected[4] = np.nan
    np.testing.assert_array_equal(table.vectors["embedding"], expected)
    assert any(
        "“embedding”" in note and "12 numbers" in note and "without one: 1" in note for note in table.notes
    )


def test_tensors_ids_and_vectors_in_records():
    rows = np.arange(36, dtype=np.float32).reshape(3, 12)
    tensors = pa.FixedShapeTensorArray.from_numpy_ndarray(rows)
    ids = [uuid.UUID(int=n) for n in range(3)]
    inside = pa.array([{"model": "m", "vector": row.tolist()} for row in rows])
    stored = pa.array([item.bytes for item in ids], pa.binary(16)).cast(pa.uuid())
    table = read(pa.table({"text": TEXTS, "tensor": tensors, "id": stored, "e": inside}))
    np.testing.assert_array_equal(table.vectors["tensor"], rows)
    np.testing.assert_array_equal(table.vectors["e.vector"], rows)
    assert table.frame["id"].tolist() == list(map(str, ids))


def test_pictures_are_left_out_with_a_note():
    pictures = [{"bytes": b"\x89PNG\r\n\x1a\n\xff\xfe" * 5, "path": f"{n}.png"} for n in range(3)]
    table = read(pa.table({"text": TEXTS, "image": pictures}))
    assert table.frame.columns.tolist() == ["text", "image.path"]
    assert any("“image.bytes”" in note for note in table.notes)


@pytest.mark.parametrize("content", [b"PAR1 not really", b"PAR1", b"PAR1" + bytes(40) + b"PAR1"])
def test_a_damaged_file_gets_one_clear_sentence(content):
    with pytest.raises(CorpusError, match="not a readable Parquet file"):
        read_table("x.parquet", content)


SCALARS = {
    "text": some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1),
    "n": some.none() | some.integers(-(2**63), 2**63 - 1),
    "real": some.none() | some.floats(allow_nan=False, allow_infinity=False),
    "yes": some.none() | some.booleans(),
    "user": some.fixed_dictionaries({"name": some.text("abcdé", min_size=1), "age": some.integers(0, 99)}),
}


@settings(derandomize=True, max_examples=40, deadline=None)
@given(records=some.lists(some.fixed_dictionaries(SCALARS), min_size=3, max_size=6))
def test_tables_of_pandas_come_back_equal(records):
    kinds = {"text": "str", "n": "Int64", "real": "float64", "yes": "boolean"}
    found = read(pd.DataFrame(records).astype(kinds)).frame
    for record, row in zip(records, found.to_dict("records"), strict=True):
        for name in kinds:
            assert row[name] == record[name] if record[name] is not None else pd.isna(row[name])
        assert (row["user.name"], row["user.age"]) == (record["user"]["name"], record["user"]["age"])
