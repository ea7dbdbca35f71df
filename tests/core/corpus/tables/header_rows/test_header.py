import datetime

from core.corpus.tables.header_rows import find_header

DAY = datetime.datetime(2024, 3, 1)


def header_of(rows, **options):
    numbers = [number for number, row in enumerate(rows, start=1) if any(v not in (None, "") for v in row)]
    return find_header([rows[number - 1] for number in numbers], numbers, **options)


def test_title_rows_of_a_workbook_are_left_out():
    rows = [
        ("Customer feedback Q1", None, None, None),
        ("exported 2024-04-01", None, None, None),
        (None, None, None, None),
        ("Nr", "Date", "Comment", "Stars"),
        *[(i, DAY, f"comment {i}", 1) for i in range(5)],
    ]
    header = header_of(rows)
    assert (header.names, header.start, header.header_row) == (["Nr", "Date", "Comment", "Stars"], 3, 4)
    assert len(header.notes) == 1


def test_groups_above_names_leave_clear_names_as_they_are():
    rows = [
        ("Respondent", None, "Answer", None),
        ("Nr", "Country", "Comment", "Stars"),
        *[(i, "DE", f"comment {i}", 1) for i in range(5)],
    ]
    header = header_of(rows)
    assert (header.names, header.start, header.header_row) == (["Nr", "Country", "Comment", "Stars"], 2, 2)
    assert len(header.notes) == 1


def test_groups_become_part_of_names_that_repeat():
    rows = [
        ("Region", "2024", None, "2025", None),
        (None, "Q1", "Q2", "Q1", "Q2"),
        *[(place, 1, 2, 3, 4) for place in "abcdef"],
    ]
    header = header_of(rows)
    assert header.names == ["Region", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2"]
    assert header.start == 2


def test_the_three_headers_of_qualtrics():
    rows = [
        ("StartDate", "Q1", "Q2"),
        ("Start Date", "How likely are you to recommend us?", "Why?"),
        ('{"ImportId":"startDate"}', '{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}'),
        *[("2024-03-01 08:00:00", str(i), f"reason {i}") for i in range(5)],
    ]
    header = header_of(rows)
    assert (header.names, header.start, header.header_row) == (["StartDate", "Q1", "Q2"], 3, 1)
    assert header.descriptions == {
        0: "Start Date",
        1: "How likely are you to recommend us?",
        2: "Why?",
    }
    assert len(header.notes) == 1


def test_the_two_headers_of_surveymonkey():
    rows = [
        ("Respondent ID", "How satisfied are you?", "What would you change?", "Which do you use?", "", ""),
        ("", "Response", "Open-Ended Response", "App", "Web", "Other (please specify)"),
        *[(str(11 + i), "Very", f"answer {i}", "App", "", "") for i in range(5)],
    ]
    header = header_of(rows)
    assert header.names == [
        "Respondent ID",
        "How satisfied are you?",
        "What would you change?",
        "Which do you use? App",
        "Which do you use? Web",
        "Which do you use? Other (please specify)",
    ]
    assert header.start == 2


def test_a_chosen_row_is_obeyed():
    rows = [("a", "b"), ("c", "d"), ("1", "x"), ("2", "y")]
    assert header_of(rows, header_row=2).names == ["c", "d"]
    header = header_of(rows, header_row=0)
    assert (header.names, header.start, header.header_row) == ([None, None], 0, 0)
