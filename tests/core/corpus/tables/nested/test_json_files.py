"""JSON of many programs: where the records are, nested fields as columns, and what is not strict JSON."""

import json

import numpy as np
import pandas as pd
import pytest

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError

TEXTS = ["The parcel came late.", "Great bread!", "I was charged twice."]
STARS = [1, 5, 2]
RECORDS = [{"text": text, "stars": stars} for text, stars in zip(TEXTS, STARS, strict=True)]
FRAME = pd.DataFrame(RECORDS)


def read(document, name="x.json", **options):
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_table(name, content, options=ReadOptions(**options))


def lines(items, **how):
    return "\n".join(json.dumps(item, **how) for item in items).encode()


SHAPES = {
    "records": RECORDS,
    "a key": {"reviews": RECORDS, "meta": {"n": 3, "page": 1}},
    "two keys": {"result": {"reviews": RECORDS, "took": 12}},
    "three keys": {"a": {"b": {"c": RECORDS}}, "d": [1, 2, 3, 4, 5]},
    "an answer of a helpdesk": {"tickets": RECORDS, "next_page": None, "count": 3},
    "the longest list": {"authors": [{"name": "bo"}], "reviews": RECORDS, "tags": ["a", "b"]},
    "pages": [RECORDS[:2], RECORDS[2:]],
    "a list around it": [{"type": "table", "data": RECORDS * 10}],
    "list": FRAME.to_dict("list"),
    "lists under a key": {"data": FRAME.to_dict("list"), "version": 3},
    "lists with a number": {**FRAME.to_dict("list"), "version": 3},
    "rows with a header": [["text", "stars"], *FRAME.to_numpy().tolist()],
    "rows of a spreadsheet's API": {
        "range": "A1:B4",
        "values": [["text", "stars"], *FRAME.to_numpy().tolist()],
    },
    "rows of a database": {"columns": ["text", "stars"], "rows": FRAME.to_numpy().tolist()},
    "rows with typed columns": {
        "fields": [{"name": "text", "type": "TEXT"}, {"name": "stars", "type": "INT"}],
        "rows": FRAME.to_numpy().tolist(),
    },
    **{
        f"pandas {orient}": json.loads(FRAME.to_json(orient=orient))
        for orient in ("index", "columns", "split", "table")
    },
    "lines": lines(RECORDS),
    "lines with blank ones": lines(RECORDS).replace(b"\n", b"\r\n\r\n") + b"\n",
    "pretty-printed records": b"\n".join(json.dumps(record, indent=2).encode() for record in RECORDS),
    "records without a gap": lines(RECORDS).replace(b"\n", b""),
    "lines with commas": lines(RECORDS).replace(b"\n", b",\n") + b",\n",
    "record separators": b"\x1e" + lines(RECORDS).replace(b"\n", b"\n\x1e"),
    "an archive of a network": b"window.YTD.tweets.part0 = " + json.dumps(RECORDS, indent=1).encode(),
    "a script": b"const data = " + json.dumps(RECORDS).encode() + b";\n",
    "a subscript": b'window["data"]["part0"] = ' + json.dumps(RECORDS).encode(),
    "a module": b"export default " + json.dumps(RECORDS).encode() + b";\n",
    "a call": b"callback(" + json.dumps(RECORDS).encode() + b");\n",
    "a guard": b")]}'\n" + json.dumps(RECORDS).encode(),
    "a byte order mark": b"\xef\xbb\xbf" + json.dumps(RECORDS).encode(),
    "UTF-16": json.dumps(RECORDS).encode("utf-16"),
    "trailing commas": b'[{"text": "The parcel came late.", "stars": 1,}, {"text": "Great bread!",'
    b' "stars": 5}, {"text": "I was charged twice.", "stars": 2, },]',
    "comments": b"// exported\n" + json.dumps(RECORDS, indent=1).encode() + b" /* the end */",
    "names far away": {
        "meta": {"view": {"columns": [{"name": "text"}, {"name": "stars"}]}},
        "data": FRAME.to_numpy().tolist(),
    },
    "Python literals": "\n".join(map(str, RECORDS)).encode(),
    "a Python list": str(RECORDS).encode(),
}


@pytest.mark.parametrize("ending", ["json", "jsonl"])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_table(shape, ending):
    frame = read(SHAPES[shape], f"x.{ending}").frame[["text", "stars"]]
    repeated = len(frame) // len(RECORDS)
    assert frame["text"].tolist() == TEXTS * repeated
    assert frame["stars"].tolist() == STARS * repeated
    assert frame["stars"].dtype == np.int64


@pytest.mark.parametrize("name", ["tweets.js", "places.geojson", "x.ndjson", "x.json"])
def test_endings_of_json(name):
    assert read(RECORDS, name).frame["text"].tolist() == TEXTS


def test_a_note_says_where_the_records_were():
    table = read({"shop": {"reviews": RECORDS * 2, "users": [{"name": n} for n in "abc"]}})
    assert any("shop.reviews" in note and "shop.users" in note for note in table.notes)
    assert read({"data": RECORDS, "version": 2}).notes == ()
    assert read(RECORDS).notes == ()


def test_another_list_can_be_chosen():
    document = {"train": RECORDS * 2, "test": [{"text": text.upper()} for text in TEXTS]}
    table = read(document)
    assert (table.used.sheet, table.choices.sheets) == ("train", ("train", "test", "(each key)"))
    other = read(document, sheet="test")
    assert (other.used.sheet, other.frame["text"].tolist()) == ("test", [text.upper() for text in TEXTS])
    assert read(RECORDS).choices.sheets == ()


def test_texts_under_their_labels():
    table = read({"praise": TEXTS[:2], "complaint": TEXTS[2:]})
    assert table.frame["text"].tolist() == TEXTS
    assert table.frame["key"].tolist() == ["praise", "praise", "complaint"]
    assert any("“key”" in note for note in table.notes)
    document = {"train": RECORDS, "test": RECORDS[:2]}
    (joined,) = set(read(document).choices.sheets) - {"train", "test"}
    assert read(document, sheet=joined).frame["key"].tolist() == ["train"] * 3 + ["test"] * 2


def test_of_rows_another_header_can_be_chosen():
    rows = [["a title", None], ["text", "stars"], *FRAME.to_numpy().tolist()]
    table = read(rows, header_row=2)
    assert table.frame["stars"].tolist() == STARS
    assert table.source_rows.tolist() == [3, 4, 5]
    assert table.choices.first_rows[0] == (1, ("a title", ""))
    table = read(FRAME.to_numpy().tolist())
    assert (len(table.frame), table.used.header_row) == (3, 0)
    assert table.frame.iloc[:, 1].tolist() == STARS


def test_row_labels_are_kept_where_they_say_something():
    by_id = {"r7": RECORDS[0], "r8": RECORDS[1], "r9": RECORDS[2]}
    assert read(by_id).frame["index"].tolist() == ["r7", "r8", "r9"]
    frame = FRAME.set_axis(["u", "v", "w"])
    for orient in ("index", "columns", "split"):
        table = read(frame.to_json(orient=orient).encode())
        assert table.frame["index"].tolist() == ["u", "v", "w"]
        assert table.frame["text"].tolist() == TEXTS
    assert read(frame.to_json(orient="table").encode()).frame["index"].tolist() == ["u", "v", "w"]
    assert "index" not in read(FRAME.to_json(orient="index").encode()).frame


def test_records_under_keys_may_have_different_fields():
    table = read(
        {"-Mx1": {"text": "a b c", "n": 1}, "-Mx2": {"text": "d e"}, "-Mx3": {"text": "f", "by": {"id": 4}}}
    )
    assert table.frame["text"].tolist() == ["a b c", "d e", "f"]
    assert table.frame["by.id"].tolist() == [pd.NA, pd.NA, 4]


@pytest.mark.parametrize(
    "document",
    [
        pd.Series(TEXTS).to_json(),
        pd.Series(TEXTS, name="text").to_json(orient="split"),
        pd.Series(TEXTS, name="text").to_json(orient="table"),
        pd.Series(TEXTS).to_json(orient="values"),
        json.dumps({"texts": TEXTS, "meta": {"n": 3}}),
        json.dumps({f"doc {n}": text for n, text in enumerate(TEXTS)}),
    ],
)
def test_a_series_of_texts(document):
    frame = read(document.encode()).frame
    assert TEXTS in [frame[name].tolist() for name in frame]


def test_fields_of_nested_records_are_columns():
    tweet = [
        {"tweet": {"full_text": text, "user": {"name": "bo"}, "id": 10**18 + n}}
        for n, text in enumerate(TEXTS)
    ]
    table = read(b"window.YTD.tweets.part0 = " + json.dumps(tweet).encode(), "tweets.js")
    assert table.frame.columns.tolist() == ["tweet.full_text", "tweet.user.name", "tweet.id"]
    assert table.frame["tweet.full_text"].tolist() == TEXTS
    assert table.frame["tweet.id"].tolist() == [10**18, 10**18 + 1, 10**18 + 2]


def test_label_studio_doccano_and_prodigy():
    table = read(
        [
            {
                "id": n,
                "annotations": [{"id": 9, "result": [{"value": {"choices": ["praise"]}, "type": "choices"}]}],
                "drafts": [],
                "meta": {},
                "data": {"text": text, "stars": n},
            }
            for n, text in enumerate(TEXTS)
        ]
    )
    assert table.frame["data.text"].tolist() == TEXTS
    assert table.frame["annotations.result.value.choices"].tolist() == ['["praise"]'] * 3
    assert json.loads(table.frame["annotations"][0])[0]["id"] == 9
    doccano = read(lines({"id": 1, "data": text, "label": ["angry"]} for text in TEXTS), "x.jsonl").frame
    assert (doccano["data"].tolist(), doccano["label"][0]) == (TEXTS, '["angry"]')
    prodigy = [
        {
            "text": text,
            "meta": {"source": "mail"},
            "tokens": [{"text": word, "id": n} for n, word in enumerate(text.split())],
            "options": [{"id": "a", "text": "angry"}],
            "accept": ["a"],
        }
        for text in TEXTS
    ]
    frame = read(lines(prodigy), "x.jsonl").frame
    assert frame["meta.source"].tolist() == ["mail"] * 3
    assert json.loads(frame["tokens"][1])[0]["text"] == "Great"
    assert frame["options.text"].tolist() == ["angry"] * 3


@pytest.mark.parametrize(
    ("field", "items"),
    [
        (
            "messages",
            [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": "Hi, what is it?"}],
        ),
        (
            "conversations",
            [{"from": "user", "value": "Hello."}, {"from": "assistant", "value": "Hi, what is it?"}],
        ),
        (
            "turns",
            [{"speaker": "user", "text": "Hello."}, {"speaker": "assistant", "text": "Hi, what is it?"}],
        ),
        (
            "messages",
            [
                {"role": "user", "content": [{"type": "text", "text": "Hello."}]},
                {"role": "assistant", "content": {"parts": ["Hi, what is it?"]}},
            ],
        ),
    ],
)
def test_messages_are_one_readable_text(field, items):
    table = read(lines([{field: items}] * 3), "x.jsonl")
    assert table.frame[field].tolist() == ["user: Hello.\nassistant: Hi, what is it?"] * 3
    assert table.frame.columns.tolist() == [field]


def test_one_message_in_each_row_gives_its_fields_too():
    frame = read([{"messages": [{"role": "user", "content": text}]} for text in TEXTS]).frame
    assert frame["messages.content"].tolist() == TEXTS
    assert frame["messages"][1] == "user: Great bread!"


def test_paragraphs_are_lines_and_tags_are_not():
    paragraphs = ["This is the first sentence.", "And here comes the second one."]
    frame = read([{"body": paragraphs, "tags": ["x", "y"], "none": []}] * 3).frame
    assert frame["body"][0] == "\n".join(paragraphs)
    assert (frame["tags"][0], frame["none"][0]) == ('["x", "y"]', "[]")


def test_geojson_slack_and_search_engines():
    features = [
        {
            "type": "Feature",
            "properties": {"name": text},
            "geometry": {"type": "Point", "coordinates": [8.5, 47.3]},
        }
        for text in TEXTS
    ]
    frame = read({"type": "FeatureCollection", "features": features}).frame
    assert frame["properties.name"].tolist() == TEXTS
    assert frame["geometry.coordinates"][0] == "[8.5, 47.3]"
    slack = [
        {"type": "message", "text": text, "reactions": [{"name": "ok", "users": ["U1"]}]} for text in TEXTS
    ]
    assert read(slack).frame["text"].tolist() == TEXTS
    hits = {
        "took": 3,
        "hits": {"total": {"value": 3}, "hits": [{"_id": "a", "_source": record} for record in RECORDS]},
    }
    assert read(hits).frame["_source.text"].tolist() == TEXTS


def test_lone_surrogates_are_replaced():
    assert read(b'[{"text": "\\ud800 half"}, {"text": "b"}]').frame["text"][0] == "\ufffd half"


def test_very_different_records_give_all_columns():
    frame = read(
        lines([{"text": "a"}, {"body": "b", "n": 1}, {"text": "c", "user": "bo"}, {"user": {"id": 2}}])
    ).frame
    assert frame["text"].tolist() == ["a", np.nan, "c", np.nan] or frame["text"].isna().tolist() == [
        False,
        True,
        False,
        True,
    ]
    assert frame["user"].dropna().tolist() == ["bo"]
    assert frame["user.id"].tolist() == [pd.NA, pd.NA, pd.NA, 2]


def test_ids_as_keys_do_not_become_columns():
    records = [
        {"title": text, "mapping": {f"{n}-{m}": {"x": m} for m in range(30)}}
        for n, text in enumerate(TEXTS * 5)
    ]
    frame = read(records).frame
    assert frame.columns.tolist() == ["title", "mapping"]
    assert json.loads(frame["mapping"][0])["0-3"] == {"x": 3}


def test_fields_beyond_the_limit_are_told():
    table = read([{"text": text, **{f"f{n}-{m}": m for m in range(600)}} for n, text in enumerate(TEXTS)])
    assert table.frame.shape == (3, 1_000) and "text" in table.frame
    assert any("1,801 different fields" in note for note in table.notes)


def test_numbers_keep_their_digits_and_nan_is_missing():
    table = read(
        b'[{"t": "a", "id": 1300000000000000001, "long": 12345678901234567890, "x": NaN,'
        b' "m": 9007199254740993},'
        b' {"t": "b", "id": 1300000000000000003, "long": 1, "x": 1.5, "m": 0.5},'
        b' {"t": "c", "id": null, "long": 2, "x": -Infinity, "m": 1}]'
    )
    assert table.frame["id"].tolist() == [1300000000000000001, 1300000000000000003, pd.NA]
    assert table.frame["long"].tolist()[0] == "12345678901234567890"
    assert table.frame["x"].isna().tolist() == [True, False, True]
    assert table.frame["m"].tolist() == ["9007199254740993", "0.5", "1"]
    assert any("Infinite numbers: 1" in note for note in table.notes)


def test_a_repeated_key_loses_nothing():
    table = read(b'[{"text": "a", "text": "b"}, {"text": "c"}, {"text": "d"}]')
    assert table.frame["text"].tolist() == ["a", "c", "d"]
    assert table.frame["text (2)"].iloc[0] == "b"
    assert any("key more than once: 1" in note for note in table.notes)


def test_line_breaks_in_strings_are_accepted():
    assert read(b'[{"text": "a\nb"}, {"text": "c\td"}]').frame["text"].tolist() == ["a\nb", "c\td"]


def test_vectors_are_kept_apart():
    rows = np.arange(60).reshape(5, 12) / 7
    records = [{"text": text, "embedding": row.tolist()} for text, row in zip("abcde", rows, strict=True)]
    records[3]["embedding"] = None
    for document in (records, {"items": records, "model": "m"}):
        table = read(document)
        assert table.frame.columns.tolist() == ["text"]
        expected = rows.astype(np.float32)
        expected[3] = np.nan
        np.testing.assert_array_equal(table.vectors["embedding"], expected)
        assert table.vectors["embedding"].dtype == np.float32
    table = read({"texts": list("abcde"), "embeddings": rows.tolist()})
    np.testing.assert_array_equal(table.vectors["embeddings"], rows.astype(np.float32))
    short = read([{"text": text, "at": [1.5, 2.5]} for text in TEXTS])
    assert short.vectors == {} and short.frame["at"][0] == "[1.5, 2.5]"
    with pytest.raises(CorpusError, match="vectors but no texts"):
        read([{"v": row.tolist()} for row in rows])


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("broken.json", b'[{"text": "a"},\n{"text": }]', "not valid JSON at line 2"),
        ("broken.jsonl", b'{"text": "a"}\n\n{"text" "b"}\n', "not valid JSON at line 3"),
        ("open.jsonl", b'{"text": "a"}\n{"text": "b"\n{"text": "c"}\n', "not valid JSON at line 2"),
        ("numbers.jsonl", b"1\n2\n", "neither a record nor a text in line 1"),
        ("mixed.jsonl", b'{"text": "a"}\n\n3\n', "neither a record nor a text in line 3"),
        ("number.json", b"12", "holds no rows"),
        ("none.json", b"[]", "holds no rows"),
        ("nothing.json", b"{}", "holds no rows"),
        ("numbers.json", b"[[1, 2], [3, 4]]", "holds no rows"),
        ("empty records.json", b"[{}, {}, {}]", "no rows"),
        ("deep.json", b"[" * 100_000, "not valid JSON"),
        ("deep record.json", b'[{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}]", "deep record.json"),
    ],
)
def test_bad_json_gets_one_clear_sentence(name, content, found):
    with pytest.raises(CorpusError, match=found) as caught:
        read_table(name, content)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_deep_records_are_read_up_to_a_level():
    deep = {"text": "a"}
    for _ in range(40):
        deep = {"in": deep}
    frame = read([{"t": text, "d": deep} for text in TEXTS]).frame
    assert frame["t"].tolist() == TEXTS and frame.shape[1] == 2
