"""Delimited files as programs write them, read without a choice of the person."""

import pytest

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError

TEXTS = [
    "The parcel came two days late.",
    "Great bread, my children loved it.",
    "I was charged twice.",
    "Onions were mouldy, very disappointed.",
    "The driver was kind.",
]


def read(text, **options):
    content = text.encode() if isinstance(text, str) else text
    return read_table("x.csv", content, options=ReadOptions(**options))


def quoted(text, delimiter=","):
    return f'"{text}"' if delimiter in text else text


def rows_of(delimiter=",", end="", start=0):
    return "".join(
        f"{i}{delimiter}{quoted(text, delimiter)}{delimiter}{i % 3}{end}\n"
        for i, text in enumerate(TEXTS, start=start)
    )


def assert_reads(table, names=("id", "comment", "stars"), text="comment", texts=TEXTS):
    assert table.frame.columns.tolist() == list(names)
    assert table.frame[text].tolist() == texts


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["sep=%s\n", '"sep=%s"\r\n', "SEP=%s\r\n", "\ufeffsep=%s\n"])
def test_the_sep_line_of_excel_is_used_and_skipped(delimiter, line):
    table = read(line % delimiter + f"id{delimiter}comment{delimiter}stars\n" + rows_of(delimiter))
    assert_reads(table)
    assert table.used.delimiter == delimiter
    assert table.source_rows.tolist() == [2, 3, 4, 5, 6]  # Excel does not show that line


def test_lines_of_an_error_count_the_sep_line():
    with pytest.raises(CorpusError, match="has 3 values in line 4 but 2 column names"):
        read("sep=,\ntext,n\na,1\nhello, world,3\n")


def test_title_lines_above_the_header_are_left_out_with_a_note():
    title = "Ticket report\nGenerated on 2024-03-05 by reporting\n\n"
    table = read(title + "id,comment,stars\n" + rows_of())
    assert_reads(table)
    assert table.used.header_row == 4
    assert table.source_rows.tolist() == [5, 6, 7, 8, 9]
    assert "Ticket report" in table.notes[0]
    assert table.choices.first_rows[0] == (1, ("Ticket report",))
    table = read("Report: tickets, March 2024\nid,comment,stars\n" + rows_of())
    assert_reads(table)
    assert len(table.notes) == 1


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_an_empty_value_after_the_last_delimiter_is_no_value(delimiter):
    table = read(delimiter.join(["id", "comment", "stars"]) + "\n" + rows_of(delimiter, end=delimiter))
    assert_reads(table)
    assert table.frame["stars"].tolist() == [0, 1, 2, 0, 1]


def test_rows_may_be_short():
    table = read("id,comment,a,b,c\n" + "".join(f'{i},"{text}"\n' for i, text in enumerate(TEXTS)))
    assert_reads(table, ["id", "comment", "a", "b", "c"])
    assert table.frame["c"].isna().all()
    ragged = "a,b,c,d,e\n1,x,2\n2,y\n3,z,1,2,3\n4,w,1,2\n"
    assert read(ragged).frame.shape == (4, 5)


def test_bare_delimiters_name_the_line():
    lines = "".join(f"{i},{text.replace(',', '')}, and so on\n" for i, text in enumerate(TEXTS))
    with pytest.raises(CorpusError, match="has 3 values in line 2 but 2 column names"):
        read("id,comment\n" + lines)


def test_a_first_row_of_values_is_no_header():
    table = read("it was late,5\nfine,3\n")
    assert table.frame.columns.tolist() == ["column 1", "column 2"]
    assert table.frame["column 2"].tolist() == [5, 3]
    assert table.used.header_row == 0
    assert len(table.notes) == 1
    assert read("it was late,5\nfine,3\n", header_row=1).frame.columns.tolist() == ["it was late", "5"]
    assert read("it was late,five\nfine,three\n", header_row=0).frame.shape == (2, 2)
