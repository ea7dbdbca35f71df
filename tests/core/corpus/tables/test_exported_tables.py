"""Tables that Refract exported, read again: as they were, and after other programs saved them."""

import csv
import io

import numpy as np
import pandas as pd
import pytest

from core.corpus.tables import ReadOptions, read_table
from core.export import to_csv_bytes, write_parquet
from tests.support.written import written

TEXTS = ["=1+1 is two", "a plain text", "-\n- two points", "'=quoted", "@you, again", "nobody", "Total: 3"]
LABELS = ["+", None, "-1", "good", "good", None, "bad"]


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "row": range(len(TEXTS)),
            "source_row": range(2, len(TEXTS) + 2),
            "text": TEXTS,
            "=sum": np.arange(len(TEXTS)) - 2.5,
            "given_label": pd.Series(LABELS, dtype="str"),
        }
    )


def by_excel(content, delimiter):
    """What Excel saves as CSV: quotation marks only where needed, CRLF, numbers of the country."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\r\n")
    for row in rows:
        if delimiter == ";":
            row[3] = row[3].replace(".", ",")
        writer.writerow(row)
    return file.getvalue().encode("utf-8-sig")


def as_workbook(content):
    from openpyxl import Workbook

    workbook, file = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        workbook.active.append([value or None for value in row])
    for cell in (cell for row in workbook.active.iter_rows(min_row=2) for cell in row):
        if cell.column in (1, 2, 4):
            cell.value = float(cell.value)
    workbook.save(file)
    return file.getvalue()


SAVED = {
    "by Refract.csv": lambda content: content,
    "by Excel.csv": lambda content: by_excel(content, ","),
    "by Excel in German.csv": lambda content: by_excel(content, ";"),
    "by Excel.tsv": lambda content: by_excel(content, "\t"),
    "by Excel.xlsx": as_workbook,
    "by pandas.csv": lambda content: (
        pd.read_csv(io.BytesIO(content), keep_default_na=False).to_csv(index=False).encode()
    ),
}


@pytest.mark.parametrize("name", SAVED)
def test_texts_come_back_whatever_program_saved_the_file(table, name):
    read = read_table(name, SAVED[name](to_csv_bytes(table)))
    assert read.frame.columns.tolist() == table.columns.tolist()
    assert read.frame["text"].tolist() == TEXTS
    assert read.frame["row"].tolist() == list(range(len(TEXTS)))
    assert read.frame["=sum"].tolist() == table["=sum"].tolist()
    assert [label for label in read.frame["given_label"] if label in ("+", "-1")] == ["+", "-1"]
    assert any("apostrophe" in note for note in read.notes)


def test_columns_may_be_moved(table):
    moved = table[["text", "given_label", "=sum", "source_row", "row"]]
    assert read_table("moved.csv", to_csv_bytes(moved)).frame["text"].tolist() == TEXTS


def test_missing_and_empty_are_two_things_and_na_is_a_text(table):
    table["given_label"] = pd.Series(["", None, "NA", "null", "a", "b", "c"], dtype="str")
    read = read_table("export.csv", to_csv_bytes(table)).frame["given_label"]
    assert read.isna().tolist() == [False, True, *[False] * 5]
    assert read[0] == "" and read[2] == "NA"
    assert not any("missing" in note for note in read_table("export.csv", to_csv_bytes(table)).notes)


@pytest.mark.parametrize("neutralise", [True, False])
def test_texts_that_look_like_numbers_or_dates_stay_texts(table, neutralise):
    for values in (
        ["1", "2"],
        ["1.10", "2.0"],
        ["5 %", "10 %"],
        ["$1", "$20"],
        ["1/2/2024", "3/4/2024"],
        ["-1", "+2"],
    ):
        table["given_label"] = pd.Series([None, "", *values, None, values[0], None], dtype="str")
        table["text"] = [values[row % 2] for row in range(len(table))]
        table["number"] = [1.5, None, -3, None, 4, 5, 6]
        table["day"] = pd.to_datetime(["2024-03-01", None, "2024-03-02", None, None, None, "2024-12-31"])
        again = read_table("export.csv", to_csv_bytes(table, neutralise=neutralise)).frame
        for name in ("text", "given_label"):
            assert [x if pd.notna(x) else None for x in again[name]] == [
                x if pd.notna(x) else None for x in table[name]
            ]
        np.testing.assert_array_equal(again["number"], table["number"])
        assert (again["day"].dropna() == table["day"].dropna()).all()


def test_texts_that_were_exported_as_they_are_keep_their_apostrophe(table):
    again = read_table("export.csv", to_csv_bytes(table, neutralise=False))
    assert again.frame["text"].tolist() == TEXTS
    assert not again.notes


def test_apostrophes_of_other_files_and_of_parquet_stay(table):
    content = b"id,text\n1,'=1+1\n2,'- a point\n3,plain\n"
    assert read_table("other.csv", content).frame["text"].tolist() == ["'=1+1", "'- a point", "plain"]
    assert read_table("export.parquet", written(write_parquet, table)).frame["text"].tolist() == TEXTS


def test_a_person_can_choose_another_reading(table):
    read = read_table("export.csv", to_csv_bytes(table), options=ReadOptions(delimiter="|"))
    assert read.frame.shape[1] == 1


def test_an_export_changed_by_hand_is_still_read(table):
    content = to_csv_bytes(table) + b'7,9,"one more",0.5\n'
    assert read_table("export.csv", content).frame["text"].tolist() == [*TEXTS, "one more"]
    broken = to_csv_bytes(table) + "7,9,caf\xe9,0.5,good\n".encode("latin-1")
    assert len(read_table("export.csv", broken).frame) == len(TEXTS) + 1
