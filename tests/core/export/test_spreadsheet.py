"""Tables as XLSX and JSON Lines, read back by other libraries."""

import errno
import io
import json
import tempfile

import numpy as np
import openpyxl
import pandas as pd
import pytest

from core.corpus.tables import read_table
from core.export import count_long_texts, table_files, write_jsonl, write_xlsx
from core.export.spreadsheet import MOST_CELL_CHARACTERS
from tests.support.written import written

LONG = "x" * 40_000
TABLE = pd.DataFrame(
    {
        "row": pd.array([0, 1, None, 3], dtype="Int64"),
        "text": ["=1+1", LONG, "https://example.org\nsch\u00f6n", "007"],
        "probability": [0.5, np.nan, np.inf, 1.0],
        "label": pd.Categorical(["a", "b", None, "a"]),
        "when": pd.to_datetime(["2026-01-02 03:04:05", None, *["2026-01-02 00:00:00"] * 2]),
        "zoned": pd.to_datetime(["2026-01-02 03:04:05"] * 4, utc=True),
        "checked": [True, False, True, True],
    }
).astype({"text": "str"})


def sheet_of(table):
    book = openpyxl.load_workbook(io.BytesIO(written(lambda file: write_xlsx(table, file))))
    return [list(row) for row in book.active.iter_rows()]


def test_texts_stay_texts_and_numbers_numbers():
    names, first, second, third, fourth = sheet_of(TABLE)
    assert [cell.value for cell in names] == list(TABLE.columns)
    assert first[1].value == "=1+1" and first[1].data_type == "s" and third[1].hyperlink is None
    assert fourth[1].value == "007" and first[0].value == 0 and third[0].value is None
    assert first[2].value == 0.5 and second[2].value is None and third[2].value is None
    assert first[4].value.isoformat() == "2026-01-02T03:04:05" and second[4].value is None
    assert first[5].value == "2026-01-02T03:04:05+00:00" and first[6].value is True


def test_a_text_that_no_cell_holds_is_cut_and_told():
    _, _, second, *_ = sheet_of(TABLE)
    assert len(second[1].value) == MOST_CELL_CHARACTERS and second[1].value.endswith("(cut)")
    assert count_long_texts(TABLE) == 1
    xlsx, jsonl = table_files(TABLE, lambda: TABLE, "x")
    assert "1 longer text is cut" in xlsx.hint and "cut" not in jsonl.hint
    assert "cut" not in table_files(TABLE.drop(index=1), lambda: TABLE, "x")[0].hint


def test_a_table_that_no_sheet_holds_is_not_offered(monkeypatch):
    monkeypatch.setattr("core.export.spreadsheet.MOST_ROWS", 3)
    assert [file.kind for file in table_files(TABLE, lambda: TABLE, "x")] == ["jsonl"]
    with pytest.raises(ValueError, match="4 rows"):
        write_xlsx(TABLE, io.BytesIO())


def test_a_table_wider_than_a_sheet_is_not_offered(monkeypatch):
    monkeypatch.setattr("core.export.spreadsheet.MOST_COLUMNS", len(TABLE.columns) - 1)
    assert [file.kind for file in table_files(TABLE, lambda: TABLE, "x")] == ["jsonl"]


def test_numbers_that_are_ids_and_dates_before_the_calendar_stay_whole(monkeypatch):
    monkeypatch.setattr("core.export.spreadsheet.CHUNK_ROWS", 1)
    ids = [1234567890123456789, -(10**15), 10**15 - 1]
    days = pd.Series(pd.to_datetime(["1899-12-31", "1900-01-01", "2026-01-02"]))
    _, *rows = sheet_of(pd.DataFrame({"id": ids, "day": days}))
    assert [row[0].value for row in rows] == [str(ids[0]), str(ids[1]), ids[2]]
    assert rows[0][1].value == "1899-12-31T00:00:00" and rows[2][1].value.year == 2026


def test_the_app_reads_the_workbook_again():
    found = read_table("x.xlsx", written(lambda file: write_xlsx(TABLE, file))).frame
    assert found["text"].tolist()[::2] == ["=1+1", "https://example.org\nsch\u00f6n"]


def test_json_lines_hold_every_row(monkeypatch):
    monkeypatch.setattr("core.export.spreadsheet.CHUNK_ROWS", 3)
    lines = written(lambda file: write_jsonl(TABLE, file)).decode().splitlines()
    found = [json.loads(line) for line in lines]
    assert [line["text"] for line in found] == TABLE["text"].tolist()
    assert [line["row"] for line in found] == [0, 1, None, 3]
    assert found[0]["when"].startswith("2026-01-02T03:04:05") and found[1]["when"] is None
    assert found[2]["probability"] is None and "sch\u00f6n" in lines[2]


def test_a_full_disk_is_told_and_no_text_is_left_behind(tmp_path, monkeypatch):
    class Full(io.BytesIO):
        def write(self, data):
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(OSError, match="No space left") as raised:
        write_xlsx(TABLE, Full())
    assert raised.value.errno == errno.ENOSPC and not list(tmp_path.iterdir())
