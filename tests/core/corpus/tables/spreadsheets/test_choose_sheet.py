"""Which sheet of a workbook is read."""

import pytest

from core.corpus.tables import ReadOptions, read_table
from tests.core.corpus.tables.spreadsheets.workbooks import xlsx

DATA = [("id", "comment"), *((n, f"The parcel number {n} came late.") for n in range(20))]
SHORT = [("id", "comment"), *((n, "late") for n in range(20))]
READ_ME = [
    ("About this export",),
    ("Made by the survey tool on 1 April.",),
    ("Answers are on the next sheet.",),
]
CARD = [("Survey", "Customer feedback"), ("Made by", "The survey tool of ours"), ("On", "the first of April")]
LOOKUP = [("status",), ("open",), ("closed",), ("pending",)]
SUMMARY = [("month", "n", "mean"), ("Jan", 3, 2.5), ("Feb", 4, 3.5), ("Mar", 5, 4.5)]
LARGE = [("id", "comment"), *((n, "it was late again") for n in range(150))]


@pytest.mark.parametrize(
    ("sheets", "hidden", "found"),
    [
        ((LOOKUP, DATA), (0,), 1),
        ((DATA, LOOKUP), (0,), 1),
        ((READ_ME, DATA), (), 1),
        (([("Report", None), (None, None), (None, "x")], DATA), (), 1),
        (([], [(None, None), ("text", None), ("a", 1), ("b", "x")], [("other",)]), (), 1),
        ((DATA, SHORT, LARGE), (), 0),
        ((SUMMARY, DATA), (), 1),
        ((CARD, LARGE), (), 1),
        ((SHORT, SUMMARY), (), 0),
        ((LOOKUP, LOOKUP), (), 0),
        (([("title",)], LOOKUP), (), 1),
        (([], DATA), (1,), 1),
        ((READ_ME, DATA), (1,), 0),
    ],
)
def test_the_first_visible_sheet_with_a_table_is_read(sheets, hidden, found):
    content = xlsx(*sheets, hidden=hidden)
    table = read_table("x.xlsx", content)
    assert table.used.sheet == f"sheet {found}"
    assert any(f"“sheet {found}”" in note for note in table.notes)
    assert table.choices.sheets == tuple(f"sheet {number}" for number in range(len(sheets)))
    for number, rows in enumerate(sheets):
        if len(rows) > 3:
            chosen = read_table("x.xlsx", content, options=ReadOptions(sheet=f"sheet {number}"))
            assert chosen.used.sheet == f"sheet {number}"


def test_a_workbook_of_one_sheet_needs_no_note():
    assert read_table("x.xlsx", xlsx(DATA)).notes == ()
