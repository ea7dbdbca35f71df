"""What becomes of the cells of a sheet."""

import datetime

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from core.corpus.tables import ReadOptions, read_table
from core.errors import CorpusError
from tests.core.corpus.tables.spreadsheets.workbooks import edited, xls, xlsx

TEXTS = ["The parcel came late.", "Great bread.", "I was charged twice.", "The app logs me out."]


def read(*rows, change=None, **options):
    return read_table("x.xlsx", xlsx(rows, change=change), options=ReadOptions(**options))


def missing(table, column):
    return table.frame[column].isna().tolist()


def test_formulas_without_stored_results_are_told():
    table = read(
        ("first", "second", "comment"),
        *((text[:5], text[5:], f"=A{n}&B{n}") for n, text in enumerate(TEXTS, 2)),
    )
    assert missing(table, "comment") == [True] * 4
    assert len(table.notes) == 1
    assert all(part in table.notes[0] for part in ("Formulas", ": 4 (“comment” 4)", "save it"))


def test_a_sheet_of_formulas_only_is_refused_with_the_reason():
    with pytest.raises(CorpusError, match=r"formulas.* \(2\)|formulas"):
        read(("text",), ("=A1",), ("=A2",))
    with pytest.raises(CorpusError, match="formulas"):
        read(("=B1",), ("=B2",))


def test_formulas_with_results_are_values_and_empty_results_are_no_fault():
    def calculate(name, part):
        if "sheet1" not in name:
            return part
        for result in (b"7", b"8", b"9"):
            part = part.replace(b"<v />", b"<v>%s</v>" % result, 1).replace(
                b"<v></v>", b"<v>%s</v>" % result, 1
            )
        return part.replace(b'<c r="C5"><f>1+1</f><v />', b'<c r="C5" t="str"><f>1+1</f><v />')

    content = xlsx([("text", "n", "sum"), *((text, 1, "=1+1") for text in TEXTS)])
    table = read_table("x.xlsx", edited(content, calculate))
    assert table.frame["sum"].tolist()[:3] == [7, 8, 9]
    assert missing(table, "sum") == [False, False, False, True]
    assert table.notes == ()


def test_results_of_zero_from_a_program_that_does_not_calculate_are_told():
    content = xlsx([("text", "both"), *((text, "=A1&B1") for text in TEXTS)])
    zeros = edited(
        content, lambda _, part: part.replace(b"<v />", b"<v>0</v>").replace(b"<v></v>", b"<v>0</v>")
    )
    assert "every formula is 0" in read_table("x.xlsx", zeros).notes[0]


def test_error_cells_are_missing_and_counted():
    table = read(
        ("text", "share", "kind"),
        (TEXTS[0], 0.5, "#N/A"),
        (TEXTS[1], "#DIV/0!", "a"),
        ("#N/A", 0.25, "#REF!"),
        (TEXTS[3], 1, "b"),
    )
    assert table.frame["share"].dtype == float
    assert [missing(table, name) for name in table.frame] == [
        [False, False, True, False],
        [False, True, False, False],
        [True, False, True, False],
    ]
    assert any(
        all(part in note for part in ("#DIV/0!", "#N/A", "#REF!", "“text” 1", "“share” 1", "“kind” 2"))
        for note in table.notes
    )


def test_notes_name_columns_as_the_table_does():
    content = xlsx([(0, "a", "a"), ("#N/A", TEXTS[0], "#N/A"), ("b", TEXTS[1], "c")])
    table = read_table("pandas.xlsx", content, options=ReadOptions(header_row=1))
    assert list(table.frame.columns) == ["0", "a", "a (2)"]
    assert any("“0” 1, “a (2)” 1." in note for note in table.notes)


def test_escaped_characters_and_rich_text_are_read_as_they_show():
    rich = CellRichText("very ", TextBlock(InlineFont(b=True), "bold"), " tail")
    table = read(
        ("text", "n"),
        ("one_x000D_\ntwo", 1),
        ("tab_x0009_here", 2),
        ("literal _x005F_x000D_", 3),
        ("face _xD83D__xDE00_", 4),
        (rich, 5),
    )
    assert table.frame["text"].tolist() == [
        "one\r\ntwo",
        "tab\there",
        "literal _x000D_",
        "face 😀",
        "very bold tail",
    ]


def test_dates_times_durations_and_truth_values():
    when = datetime.datetime(2024, 3, 1, 14, 30)
    table = read(
        ("text", "at", "day", "clock", "took", "ok", "mixed"),
        (TEXTS[0], when, when.date(), when.time(), datetime.timedelta(hours=30), True, when.date()),
        (TEXTS[1], None, when.date(), None, datetime.timedelta(minutes=5), False, "soon"),
    )
    frame = table.frame
    assert frame["at"][0] == when and frame["at"].isna()[1]
    assert frame["day"].tolist() == [datetime.datetime(2024, 3, 1)] * 2
    assert frame["clock"][0] == "14:30:00"
    assert frame["took"].tolist() == ["30:00:00", "0:05:00"]
    assert frame["ok"].tolist() == [True, False]
    assert frame["mixed"].tolist() == ["2024-03-01", "soon"]


def test_a_date_may_name_a_column():
    table = read(("text", datetime.datetime(2024, 1, 1)), *((text, n) for n, text in enumerate(TEXTS)))
    assert table.frame.columns.tolist() == ["text", "2024-01-01"]


def test_merged_cells_are_repeated_in_their_rows():
    def change(sheets):
        sheets[0].merge_cells("A2:A4")

    table = read(
        ("store", "text", "stars"),
        ("North", TEXTS[0], 1),
        (None, TEXTS[1], 2),
        (None, TEXTS[2], 3),
        ("South", TEXTS[3], 4),
        change=change,
    )
    assert table.frame["store"].tolist() == ["North", "North", "North", "South"]
    assert any("merged" in note and " 2 " in note for note in table.notes)


def test_a_header_merged_over_two_rows_names_its_columns():
    def change(sheets):
        sheets[0].merge_cells("A1:A2")
        sheets[0].merge_cells("B1:C1")

    table = read(
        ("Nr", "Answer", None),
        (None, "Comment", "Stars"),
        *((n, text, n) for n, text in enumerate(TEXTS)),
        change=change,
    )
    assert table.frame.columns.tolist() == ["Nr", "Comment", "Stars"]
    assert table.frame["Stars"].tolist() == [0, 1, 2, 3]


def test_title_rows_and_groups_above_the_header():
    rows = [(n, datetime.datetime(2024, 3, 1 + n), text, n + 1) for n, text in enumerate(TEXTS)]

    def change(sheets):
        sheets[0].merge_cells("A1:D1")

    table = read(
        ("Customer feedback Q1", None, None, None),
        ("exported 2024-04-01", None, None, None),
        (None, None, None, None),
        ("Nr", "Date", "Comment", "Stars"),
        *rows,
        change=change,
    )
    assert table.frame.columns.tolist() == ["Nr", "Date", "Comment", "Stars"]
    assert (table.frame["Comment"].tolist(), table.frame["Stars"].tolist()) == (TEXTS, [1, 2, 3, 4])
    assert table.frame["Date"].tolist() == [row[1] for row in rows]
    assert (table.used.header_row, table.source_rows.tolist()) == (4, [5, 6, 7, 8])
    groups = read(
        ("Respondent", None, "Answer", None),
        ("Nr", "Country", "Comment", "Stars"),
        *((n, "DE", text, n) for n, text in enumerate(TEXTS)),
    )
    assert groups.frame.columns.tolist() == ["Nr", "Country", "Comment", "Stars"]


def test_the_header_row_may_be_chosen():
    rows = [("Sales", None), ("text", "n"), *((text, 1) for text in TEXTS)]
    assert read(*rows, header_row=1).frame.columns.tolist() == ["Sales", "column 2"]
    without = read(*rows, header_row=0)
    assert len(without.frame) == 6 and without.used.header_row == 0


def test_a_table_away_from_the_corner_with_gaps():
    table = read(
        (),
        (None, None, "text", None, "n"),
        *((None, None, text, None, 1) for text in TEXTS[:2]),
        (),
        (None, None, TEXTS[2], None, 1),
        (),
        (None, None, None, None, None, None, None),
    )
    assert table.frame.columns.tolist() == ["text", "n"]
    assert table.source_rows.tolist() == [3, 4, 6]
    assert table.choices.first_rows[0][0] == 2


def test_hidden_rows_are_read_and_told():
    def change(sheets):
        sheets[0].row_dimensions[3].hidden = True

    table = read(("text", "n"), *((text, 1) for text in TEXTS), change=change)
    assert table.frame["text"].tolist() == TEXTS
    assert any("Hidden rows" in note and "1" in note for note in table.notes)


def test_long_numbers_are_told_as_programs_round_them():
    table = read(("id", "text"), *((1234567890123456789 + n, text) for n, text in enumerate(TEXTS)))
    assert any("15 digits" in note and "“id” 4" in note for note in table.notes)
    assert read(("id", "text"), *((123456789012345, text) for text in TEXTS)).notes == ()


def test_merged_cells_of_an_old_workbook_are_repeated():
    import xlwt

    from tests.core.corpus.tables.spreadsheets.workbooks import bytes_of

    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("a")
    for j, name in enumerate(("store", "text")):
        sheet.write(0, j, name)
    sheet.write_merge(1, 2, 0, 0, "North")
    for i, text in enumerate(TEXTS[:3], start=1):
        sheet.write(i, 1, text)
    sheet.write(3, 0, "South")
    table = read_table("x.xls", bytes_of(workbook))
    assert table.frame["store"].tolist() == ["North", "North", "South"]


def test_whole_numbers_of_old_formats_are_whole():
    table = read_table(
        "x.xls", xls([("text", "n", "x"), *((text, n, n / 2) for n, text in enumerate(TEXTS))])
    )
    assert table.frame["n"].dtype == "int64"
    assert table.frame["x"].tolist() == [0, 0.5, 1, 1.5]
