"""Files that would take the machine end in a sentence that names the limit."""

import io
import json
import struct
import zipfile

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from core.corpus.sources import limited, read_upload
from core.corpus.tables import read_table
from core.errors import CorpusError
from core.utils import Limits, available_bytes, peak_bytes
from tests.core.corpus.tables.spreadsheets.workbooks import ROWS, edited, xls, xlsb, xlsx
from tests.support.bombs import deflated, gzip_of, parquet_of_nothing, with_part

pytestmark = pytest.mark.model

MEGABYTE = 2**20
MOST = 200 * MEGABYTE


def quiet(*progress):
    pass


@pytest.fixture
def few(monkeypatch):
    """Small limits, so that a test is quick."""
    monkeypatch.setattr(limited, "limits_for", lambda n_bytes: Limits(150 * MEGABYTE, 4))


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


def xlsx_of_more_rows_than_it_says():
    """3 GB of rows, where the list of the archive says 1 kB, so that only reading tells."""
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    row = b'<row><c t="inlineStr"><is><t>text</t></is></c></row>'
    start, end = b'<worksheet xmlns="%s"><sheetData>' % space, b"</sheetData></worksheet>"
    packed = deflated(start, row * (MEGABYTE // len(row)), 3_000, end)
    return with_part(xlsx(ROWS), "xl/worksheets/sheet1.xml", packed, 1_000)


def xls_of_far_cells():
    return xls([["text"], *[[None]] * 65_534, [None] * 255 + ["far"]])


def xlsb_of_far_cells():
    """A cell in the last row and column: 17,000 million cells between the first and this one."""

    def edit(part, content):
        row, cell = struct.pack("<II", 1, 0) + bytes(9), struct.pack("<II", 1, 0)
        far_row, far_cell = struct.pack("<II", 2**20 - 1, 0) + bytes(9), struct.pack("<II", 2**14 - 1, 0)
        return (
            content.replace(row, far_row).replace(cell, far_cell) if part.endswith("sheet1.bin") else content
        )

    return edited(xlsb([("text", "more"), ("late", "far")]), edit)


def one_long_line():
    return gzip_of(deflated(b'{"text": "', b"x" * MEGABYTE, 2_000, b'"}'))


TOO_LARGE = {
    "rows": ("x.xlsx", xlsx_of_more_rows_than_it_says),
    "far cells of old workbooks": ("x.xls", xls_of_far_cells),
    "missing values": ("x.parquet", lambda: parquet_of_nothing(64 * MEGABYTE)),
    "one line": ("x.jsonl.gz", one_long_line),
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
    with pytest.raises(CorpusError, match=rf"“{name}” takes more than (0\.2 GB of memory|4 seconds) to read"):
        read_upload(name, content, quiet, most_bytes=MOST)
    assert peak_bytes() - before < 200 * MEGABYTE


def test_a_library_that_gives_up_ends_in_a_sentence(few):
    """calamine asks for the memory of all cells at once, and ends its process where it gets none."""
    with pytest.raises(CorpusError, match=r"“x\.xlsb” (stopped the program that reads it|takes more than)"):
        read_upload("x.xlsb", xlsb_of_far_cells(), quiet, most_bytes=MOST)


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
