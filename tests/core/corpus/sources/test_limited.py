"""Files that would take the machine end in a sentence that names the limit."""

import io
import json
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from core.corpus.sources import limited, read_upload
from core.corpus.tables import read_table
from core.errors import CorpusError
from core.utils import Limits, available_bytes, peak_bytes
from tests.core.corpus.tables.spreadsheets.workbooks import ROWS, edited, xlsx

pytestmark = pytest.mark.model

MEGABYTE = 2**20
MOST = 200 * MEGABYTE


def quiet(*progress):
    pass


@pytest.fixture
def few(monkeypatch):
    """Small limits, so that a test is quick."""
    monkeypatch.setattr(limited, "limits_for", lambda n_bytes: Limits(300 * MEGABYTE, 20))


def parquet_of_one_text():
    """A text of 1 MB, 2,000 times: 30 KB that unpack to 2 GB."""
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000), pa.array(["no end " * (MEGABYTE // 7)]))
    file = io.BytesIO()
    pa.parquet.write_table(pa.table({"text": column}), file, compression="zstd")
    return file.getvalue()


def xlsx_of_far_cells():
    sheet = "xl/worksheets/sheet1.xml"
    row = b'<row r="%d"><c r="XFD%d" t="inlineStr"><is><t>far</t></is></c></row>'
    far = b"".join(row % (n, n) for n in range(10, 8_000)) + b"</sheetData>"

    def edit(part, content):
        return content.replace(b"</sheetData>", far) if part == sheet else content

    return edited(xlsx(ROWS), edit)


def sparse_records():
    return b"\n".join(json.dumps({"text": f"t {n}", f"k{n % 1_500}": n}).encode() for n in range(150_000))


TOO_LARGE = {
    "parquet": ("x.parquet", parquet_of_one_text),
    "far cells": ("x.xlsx", xlsx_of_far_cells),
    "sparse records": ("x.jsonl", sparse_records),
    "columns": ("x.csv", lambda: b"a," * 3_300_000 + b"b\n1\n"),
}


@pytest.mark.skipif(available_bytes() < 2**30, reason="needs some memory")
@pytest.mark.parametrize("kind", TOO_LARGE)
def test_a_file_that_takes_too_much_is_refused_and_the_limit_named(few, kind):
    name, make = TOO_LARGE[kind]
    content, before = make(), peak_bytes()
    with pytest.raises(
        CorpusError, match=rf"“{name}” takes more than (0\.3 GB of memory|20 seconds) to read"
    ):
        read_upload(name, content, quiet, most_bytes=MOST)
    assert peak_bytes() - before < 200 * MEGABYTE


def test_a_table_comes_as_if_it_was_read_here():
    content = xlsx([*ROWS, ("ÄÖ \u202e right to left", None, None, None)])
    here, there = read_table("x.xlsx", content), read_upload("x.xlsx", content, quiet, most_bytes=MOST)
    assert here.frame.equals(there.frame) and list(here.frame.dtypes) == list(there.frame.dtypes)
    assert (here.notes, here.used, here.choices) == (there.notes, there.used, there.choices)
    assert np.array_equal(here.source_rows, there.source_rows)


def test_the_sentence_of_a_reader_is_kept():
    broken = io.BytesIO()
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("../../etc/passwd", "x")
        archive.writestr("n" * 10_000, "x")
    with pytest.raises(CorpusError, match=r"“x\.xlsx” holds a ZIP archive"):
        read_upload("x.xlsx", broken.getvalue(), quiet, most_bytes=MOST)


def test_small_plain_text_starts_no_process(monkeypatch):
    monkeypatch.setattr(limited, "run_in_child", None)
    for name, content in (("x.csv", b"text\nlate\n"), ("x.txt", b"late\n"), ("x.jsonl", b'{"text": "late"}')):
        assert len(read_upload(name, content, quiet, most_bytes=MOST).frame) == 1
    wide_and_long = b"a" + b",a" * 9_000 + b"\n" + b"x\n" * 20_000  # 40 KB, 180 million cells
    monkeypatch.setattr(limited, "run_in_child", lambda *_, **__: (_ for _ in ()).throw(KeyError))
    with pytest.raises(KeyError):
        read_upload("x.csv", wide_and_long, quiet, most_bytes=MOST)


def test_limits_grow_with_the_file_and_end_with_the_machine(monkeypatch):
    monkeypatch.setattr(limited, "available_bytes", lambda: 10 * 2**30)
    small, large, huge = map(limited.limits_for, (0, 300 * MEGABYTE, 10**12))
    assert small.memory == 2 * 2**30 < large.memory == 3_600 * MEGABYTE < huge.memory == 7 * 2**30
    assert small.seconds == 30 < large.seconds
