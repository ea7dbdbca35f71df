import gzip
import io
import json
import re

import numpy as np
import pandas as pd
import pytest

from core.corpus import Corpus, build_corpus, examine, guess_text_column
from core.corpus.tables import Table, read_table
from core.errors import CorpusError
from tests.core.corpus.tables.spreadsheets.workbooks import xlsx

ROWS = [("the tram was late", 3), ("a friendly driver", 5), ("no seat, no air", 1)]
CSV = b'text,stars\nthe tram was late,3\na friendly driver,5\n"no seat, no air",1\n'


def parquet(frame):
    file = io.BytesIO()
    frame.to_parquet(file)
    return file.getvalue()


FRAME = pd.DataFrame(ROWS, columns=["text", "stars"])
RECORDS = FRAME.to_dict("records")
FILES = {
    "x.csv": CSV,
    "x.CSV": CSV,
    "semicolon.csv": CSV.replace(b"text,stars", b"text;stars")
    .replace(b",3", b";3")
    .replace(b",5", b";5")
    .replace(b",1", b";1"),
    "pipe.csv": b"text|stars\nthe tram was late|3\na friendly driver|5\nno seat, no air|1",
    "x.tsv": b"text\tstars\r\nthe tram was late\t3\r\na friendly driver\t5\r\nno seat, no air\t1\r\n",
    "x.csv.gz": gzip.compress(CSV),
    "bom.csv": b"\xef\xbb\xbf" + CSV,
    "utf16.csv": CSV.decode().encode("utf-16"),
    "utf16be.csv": b"\xfe\xff" + CSV.decode().encode("utf-16-be"),
    "x.jsonl": "\n".join(json.dumps(record) for record in RECORDS).encode(),
    "blank lines.jsonl": ("\n\n".join(json.dumps(record) for record in RECORDS) + "\n").encode(),
    "records.json": json.dumps(RECORDS).encode(),
    "data.json": json.dumps({"data": RECORDS, "version": 2}).encode(),
    "columns.json": json.dumps(FRAME.to_dict("list")).encode(),
    "pandas.json": FRAME.to_json().encode(),
    "in fact lines.json": "\n".join(json.dumps(record) for record in RECORDS).encode(),
    "x.parquet": parquet(FRAME),
    "x.xlsx": xlsx([("text", "stars"), *ROWS]),
}


@pytest.mark.parametrize("name", FILES)
def test_every_format_gives_the_same_table(name):
    table = read_table(name, FILES[name])
    assert table.name == name
    assert table.frame.columns.tolist() == ["text", "stars"]
    assert table.frame["text"].tolist() == [text for text, _ in ROWS]
    assert table.frame["stars"].dtype == np.int64
    assert table.frame["stars"].tolist() == [3, 5, 1]
    assert table.notes == ()


@pytest.mark.parametrize(
    ("codec", "label"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("cp1252", "Windows-1252"),
        ("utf-32", "UTF-32"),
    ],
)
def test_the_encoding_is_found_and_reported(codec, label):
    table = read_table("x.csv", "text,town\ncafé “très” bon,Orléans\n".encode(codec))
    assert table.encoding == label
    assert table.frame.iloc[0].tolist() == ["café “très” bon", "Orléans"]
    assert examine(table, "text").encoding == label


def test_latin1_that_windows_does_not_know_is_read():
    assert read_table("x.csv", b"text,n\ncaf\xe9 \x81,1\n").encoding == "Latin-1"


def test_one_damaged_character_does_not_turn_a_utf8_file_into_another():
    content = b"text,n\n" + "éèàüöäßñçø,1\n".encode() * 3 + b"caf\xe9,2\n"
    table = read_table("x.csv", content)
    assert table.frame["text"].tolist() == ["éèàüöäßñçø"] * 3 + ["caf\ufffd"]
    assert "Characters that are not valid UTF-8: 1 (the first in line 5)" in table.notes[0]


def test_column_names_become_unique_strings():
    table = read_table("x.csv", b" text ,n,n,,n (2)\na,1,2,3,4\n")
    assert table.frame.columns.tolist() == ["text", "n", "n (3)", "column 4", "n (2)"]
    assert table.notes == ("Columns of the same name were renamed: “n (3)”.",)
    assert table.frame.iloc[0].tolist() == ["a", 1, 2, 3, 4]


def test_numbers_are_numbers_only_where_nothing_is_lost():
    table = read_table(
        "x.csv",
        b"whole,gaps,real,zip,long,mixed,empty\n1,1,1.5,01234,12345678901234567890,1,\n-2,,2e3,00501,1,x,\n",
    )
    kinds = table.frame.dtypes.astype(str).tolist()
    assert kinds == ["int64", "Int64", "float64", "str", "str", "str", "str"]
    assert table.frame["zip"].tolist() == ["01234", "00501"]
    assert table.frame["long"].tolist() == ["12345678901234567890", "1"]
    assert table.frame["real"].tolist() == [1.5, 2000.0]
    assert table.frame["empty"].isna().all()


BAD = {
    "unknown.pdf": (b"%PDF-1.4", "is a document"),
    "noending": (b"a", "a file without an ending"),
    "empty.csv": (b"", "“empty.csv” is empty: choose"),
    "blank.csv": (b" \r\n\r\n", "is empty"),
    "bom only.csv": (b"\xff\xfe", "is empty"),
    "names only.csv": (b"text,label\n", "no rows below its column names"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\x00\x00", "holds a picture, not plain text"),
    "noise.csv": (bytes(range(256)) * 8, "not plain text, or is stored in an unusual encoding"),
    "utf16.csv": ("text\na\n".encode("utf-16") + b"\x00", "begins as UTF-16 but breaks it at byte 17"),
    "open.csv": (b'text,n\na,1\n"b,2\nc,3\nd,4\n', "wrong quotation mark in the row that begins in line 3"),
    "swallowed.csv": (
        b'text,n\na,1\n"b,2\nc,3\n"d",4\n',
        "wrong quotation mark in the row that begins in line 3",
    ),
    "after.csv": (b'text,n\n"two\nlines",1\n"b"ad,2\n', "the row that begins in line 4"),
    "wide.csv": (b"text,n\na,1\nb,2\nhello, world,3\nd,4\n", "has 3 values in line 4 but 2 column names"),
    "x.parquet": (b"PAR1 not really", "not a readable Parquet file"),
    "x.xlsx": (b"PK\x03\x04 not really", "not a readable XLSX file"),
    "nothing.xlsx": (xlsx([]), "is empty"),
    "names.xlsx": (xlsx([("text",)]), "no rows"),
    "cut.csv.gz": (gzip.compress(CSV)[:-12], "not a complete gzip file"),
    "no.csv.gz": (CSV, "not a complete gzip file"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_gets_one_clear_sentence(name):
    content, found = BAD[name]
    with pytest.raises(CorpusError, match=re.escape(found)) as caught:
        read_table(name, content)
    message = str(caught.value)
    assert f"“{name}”" in message
    assert message.endswith(".")
    assert "\n" not in message


def test_a_file_over_the_limit_is_refused():
    with pytest.raises(CorpusError, match=r"has 3 MB, and 1 MB is the limit"):
        read_table("x.csv", b"text\n" + b"a\n" * 2**20, most_bytes=2**20)
    with pytest.raises(CorpusError, match="has more than 1 MB unpacked"):
        read_table("x.csv.gz", gzip.compress(b"text\n" + b"a\n" * 2**20), most_bytes=2**20)
    with pytest.raises(CorpusError, match="has 300 MB, and 200 MB is the limit"):
        read_table("x.csv", bytes(300 * 2**20))


def table_of(texts, **columns):
    return Table("x.csv", pd.DataFrame({"text": pd.Series(texts, dtype=object), **columns}), "UTF-8", ())


def test_the_report_counts_by_hand():
    # Seven rows: three empty, and of the four texts one is there twice. Lengths 2, 2, 4, 6.
    table = table_of(["ab", None, "ab", " \t", "abcd", float("nan"), "abcdef"])
    report = examine(table, "text")
    assert (report.n_rows, report.n_empty, report.n_duplicates) == (7, 3, 1)
    assert (report.longest, report.median_length) == (6, 3.0)
    with pytest.raises(CorpusError, match=r"has no column “body” \(found text\)"):
        examine(table, "body")


def test_a_corpus_keeps_duplicates_and_drops_empty_texts_with_their_metadata():
    table = table_of(["b\0b", None, "a", "b\0b", "  ", " c "], n=range(6), m=[None, "x", "y", None, "x", "z"])
    corpus = build_corpus(table, "text")
    assert corpus.texts.dtype == object
    assert corpus.texts.tolist() == ["bb", "a", "bb", " c "]
    assert corpus.metadata.index.tolist() == [0, 1, 2, 3]
    assert corpus.metadata["n"].tolist() == [0, 2, 3, 5]
    assert corpus.metadata.columns.tolist() == ["n", "m"]
    assert table.frame["text"][0] == "b\0b"  # the table stays as it was


def test_integer_texts_become_strings():
    assert build_corpus(table_of([1, 2, 3]), "text").texts.tolist() == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["", None, " "], "is empty in all 3 rows, and at least 3 different texts are needed"),
        (["a"], "holds 1 text, and at least 3"),
        (["a", "a", "a", ""], "holds 3 times the same text"),
        (["a", "b", "a"], "holds 2 different texts"),
    ],
)
def test_too_few_texts_make_no_corpus(texts, found):
    with pytest.raises(CorpusError, match=found):
        build_corpus(table_of(texts), "text")


def test_the_key_follows_the_content_only():
    def key(texts=("a", "b", "c"), n=(1, 2, None), name="x.csv"):
        frame = pd.DataFrame({"text": list(texts), "n": list(n)})
        return build_corpus(Table(name, frame, None), "text").key

    assert key() == key(name="another.csv")
    others = [
        key(texts=("a", "bc", "d")),
        key(texts=("ab", "c", "d")),
        key(texts=("b", "a", "c")),
        key(n=(1, 2, 3)),
    ]
    assert len({key(), *others}) == 5
    assert len(key()) == 24


def test_one_text_of_a_megabyte_is_kept():
    content = b"text,n\nshort,1\n" + b"word " * 200_000 + b",2\nother,3\n"
    table = read_table("x.csv", content)
    assert examine(table, "text").longest == 1_000_000
    assert len(build_corpus(table, "text").texts[1]) == 1_000_000


def test_random_bytes_raise_nothing_but_corpus_errors():
    """400 files: noise, good files that go over into noise, good files with two or three bytes changed."""
    rng = np.random.default_rng(0)
    read = 0
    for number in range(400):
        name = list(FILES)[number % len(FILES)]
        noise = rng.bytes(int(rng.integers(1, 200)))
        content = bytearray(FILES[name])
        if number % 4 == 0:
            content = noise
        elif number % 4 == 1:
            content = bytes(content[: rng.integers(0, len(content))]) + noise
        else:
            for position in rng.integers(0, len(content), size=number % 4):
                content[position] = rng.integers(256)
            content = bytes(content)
        try:
            table = read_table(name, content)
            examine(table, guess_text_column(table.frame))
            assert isinstance(build_corpus(table, guess_text_column(table.frame)), Corpus)
            read += 1
        except CorpusError as error:
            assert str(error).endswith(".")
    assert read > 50
