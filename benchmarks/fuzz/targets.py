"""What is fuzzed: a function of bytes for each reader, with seeds made here."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.fuzz.target import Target
from core.corpus import build_corpus, examine, guess_text_column
from core.corpus.sources import parse_address
from core.corpus.tables import Table, read_table
from core.encoders import read_precomputed
from core.labels import TextRows, choose_columns, columns_with_labels, match_labels, read_label_file
from core.utils.messages import read_messages
from tests.core.corpus.tables.spreadsheets.workbooks import ROWS, edited, ods, xls, xlsb, xlsx

TEXTS = ["the tram was late", "a friendly driver", "no seat & no air"]
SHEET = "xl/worksheets/sheet1.xml"
SIMPLE = [("text", "stars"), (TEXTS[0], 3), (TEXTS[1], True)]
FRAME = pd.DataFrame({"id": [1, 2, 3], "text": TEXTS, "stars": [3, 5, 1], "mood": ["bad", "good", "bad"]})


def _table(name: str, content: bytes) -> None:
    """Read a table, and go on with it as the page of the corpus does."""
    _use(read_table(name, content))


def _use(table: Table) -> None:
    column = guess_text_column(table.frame)
    examine(table, column)
    columns_with_labels(table.frame)
    pa.Table.from_pandas(table.frame, preserve_index=False)
    build_corpus(table, column)


def _packed(inside: Callable[[bytes], bytes], name: str, content: bytes) -> None:
    _table(name, inside(content))


def _in_workbook(xml: bytes) -> bytes:
    return edited(xlsx(ROWS), lambda part, old: xml if part == SHEET else old)


def _in_ods(xml: bytes) -> bytes:
    return edited(ods(ROWS), lambda part, old: xml if part == "content.xml" else old)


def _in_xlsb(part: bytes) -> bytes:
    return edited(xlsb(SIMPLE), lambda name, old: part if name.endswith("sheet1.bin") else old)


def _part(content: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def _labels(name: str, content: bytes) -> None:
    file = read_label_file(name, content)
    rows = TextRows(TEXTS, FRAME[["id", "stars"]])
    match_labels(rows, file, columns=choose_columns(file.frame, rows))


def _vectors(name: str, content: bytes) -> None:
    read_precomputed(name, io.BytesIO(content), len(TEXTS), ids=[1, 2, 3])


def _in_npz(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vectors.npy", content)
        archive.writestr("ids.npy", _npy(np.arange(3)))
    return file.getvalue()


def _messages(content: bytes) -> None:
    for message in read_messages(io.StringIO(content.decode("utf-8", "replace"))):
        assert isinstance(message, dict)


def _address(content: bytes) -> None:
    parse_address(content.decode("utf-8", "surrogateescape"))


def _npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return file.getvalue()


def _npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    return file.getvalue()


def _parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _csv(separator: str) -> bytes:
    return FRAME.to_csv(index=False, sep=separator).encode()


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


def make_targets() -> dict[str, Target]:
    """Return all targets by their names."""
    records = FRAME.to_dict("records")
    lines = b"\n".join(map(_json, records))
    vectors = np.arange(24, dtype=np.float32).reshape(3, 8)
    nested = pa.table({"text": TEXTS, "vectors": list(vectors), "more": [{"a": [1]}, None, {"a": []}]})
    doccano = [{"id": 1, "text": TEXTS[0], "label": ["bad"]}, {"id": 2, "text": TEXTS[1], "label": []}]
    studio = [
        {
            "data": {"text": TEXTS[0]},
            "annotations": [{"result": [{"type": "choices", "value": {"choices": ["bad"]}}]}],
        }
    ]
    prodigy = {"text": TEXTS[2], "options": [{"id": 1, "text": "bad"}], "accept": [1], "answer": "accept"}
    html = b"<html><table><tr><th>text<th>n</tr><tr><td>the tram &amp; bus<td>1</tr></table></html>"
    wide = "text;n\nsch\u00f6n war's;1,5\n\u201cquoted\u201d;3.1.2024\n"
    return {
        "csv": Target(
            partial(_table, "x.csv"),
            [_csv(","), _csv(";"), wide.encode("cp1252"), wide.encode("utf-16"), b'sep=;\n"a\\"b";c\n', html],
        ),
        "tsv": Target(partial(_table, "x.tsv"), [_csv("\t"), b"text\tn\n\"open\t1\n'x'\t2\n"]),
        "text": Target(
            partial(_table, "x.txt"), ["\n".join(TEXTS).encode(), b"\xff\xfea\0b\0", b"a\0b\n\r\r"]
        ),
        "json": Target(
            partial(_table, "x.json"),
            [_json(records), _json({"data": {"rows": records}}), b"var a = [{'text': None}, /* x */]"],
        ),
        "json_lines": Target(partial(_table, "x.jsonl"), [lines, b'"\\ud800"\n{"a":1e999,"a":{"b":[[]]}}']),
        "gzip": Target(partial(_table, "x.csv.gz"), [gzip.compress(_csv(",")), bz2.compress(b"x")], True),
        "unpacked": Target(lambda data: _table("x.jsonl.gz", gzip.compress(data)), [lines], True),
        "parquet": Target(partial(_table, "x.parquet"), [_parquet(nested), FRAME.to_parquet()], True),
        "xlsx": Target(partial(_table, "x.xlsx"), [xlsx(ROWS)], True),
        "xlsx_sheet": Target(partial(_packed, _in_workbook, "x.xlsx"), [_part(xlsx(ROWS), SHEET)], True),
        "xls": Target(partial(_table, "x.xls"), [xls(ROWS)], True),
        "xlsb_sheet": Target(
            partial(_packed, _in_xlsb, "x.xlsb"), [_part(xlsb(SIMPLE), "xl/worksheets/sheet1.bin")], True
        ),
        "ods_sheet": Target(partial(_packed, _in_ods, "x.ods"), [_part(ods(ROWS), "content.xml")], True),
        "labels_json": Target(partial(_labels, "x.json"), [_json(doccano), _json(studio), _json([prodigy])]),
        "labels_csv": Target(
            partial(_labels, "x.csv"), [_csv(","), b"text,label\nno seat & no air,bad#late\n"]
        ),
        "labels_lines": Target(partial(_labels, "x.jsonl"), [_json(prodigy), lines]),
        "vectors_npy": Target(partial(_vectors, "x.npy"), [_npy(vectors), _npy(vectors.astype(">i2"))], True),
        "vectors_npz": Target(partial(_vectors, "x.npz"), [_npz(vectors=vectors, ids=np.arange(3))], True),
        "vectors_in_npz": Target(lambda data: _vectors("x.npz", _in_npz(data)), [_npy(vectors)], True),
        "vectors_parquet": Target(partial(_vectors, "x.parquet"), [_parquet(nested)], True),
        "messages": Target(
            _messages, [b'{"stage": "a", "done": 1, "total": 2}\n{"result": null}\n', b"[1]\n"]
        ),
        "addresses": Target(
            _address, [b"https://u:p@host:8/a b?x#y", b"s3://b/*.csv", b"~x/[", b"http://0x7f.1"]
        ),
    }
