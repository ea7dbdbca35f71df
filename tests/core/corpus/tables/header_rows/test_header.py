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


def numbered(*rows):
    return [*rows, *[(str(i), "so so", str(i * 2)) for i in range(6)]]


def test_a_data_row_is_no_header_without_a_sign():
    for first in [("id", "text", "n"), ("No", "text", "yes"), ("2019", "2020", "2021"), ("", "0", "1")]:
        header = header_of(numbered(first))
        assert (header.names, header.start, header.header_row) == (list(first), 1, 1)
        assert header.notes == []
    words = [("name", "comment"), ("ann", "so so"), ("bob", "fine"), ("cid", "good")]
    assert header_of(words).start == 1


def test_rows_of_values_have_no_names():
    for rows in (
        [(str(100 + i * i), "so so", str(i)) for i in range(2, 8)],
        [(f"it was {i}", ["pos", "neg"][i % 2]) for i in range(8)],
        [(str(9 % (i + 2)), f"Title {i}", "so so") for i in range(8)],
        [("2024-03-01", "so so"), ("2024-03-04", "another"), ("2024-03-02", "one")],
    ):
        header = header_of(rows)
        assert (header.start, header.header_row, len(header.notes)) == (0, 0, 1)
        assert header.names == [None] * len(rows[0])


def test_title_rows_of_several_values():
    cut = [("Results: did you like", " honestly", " the bread", " milk", " and eggs?")]
    header = header_of([*cut, *numbered(("id", "text", "n"))])
    assert (header.names, header.header_row, header.descriptions) == (["id", "text", "n"], 2, {})
    years = [("Source", "Indicators", "", ""), ("", "", "", ""), ("Name", "Code", "1960", "1961")]
    assert header_of([*years, *[(c, c * 2, "1", "2") for c in "abcdef"]]).header_row == 3
    title = [("Report", "Feedback", ""), ("From", "2024-01-01", ""), ("", "", "")]
    assert header_of([*title, *numbered(("id", "text", "n"))]).header_row == 4
    comments = [("# Account, Property", "", ""), ("# 2024", "", "")]
    assert header_of([*comments, *numbered(("id", "text", "n"))]).header_row == 3


def test_a_title_above_groups():
    rows = [
        ("Report", "", "", "", ""),
        ("", "2024", "", "2025", ""),
        ("Region", "Q1", "Q2", "Q1", "Q2"),
        *[(place, "1", "2", "3", "4") for place in "abcdef"],
    ]
    header = header_of(rows)
    assert header.names == ["Region", "2024 Q1", "2024 Q2", "2025 Q1", "2025 Q2"]
    assert (header.start, header.header_row) == (3, 3)


def test_further_headers():
    for further in [("--", "----", "-"), ("Which row?", "What?", "How many?")]:
        header = header_of(numbered(("id", "text", "n"), further))
        assert (header.start, header.header_row, len(header.notes)) == (2, 1, 1)
    answers = [
        ("Q1", "Q2"),
        ("What was good?", "What was bad?"),
        *[(f"it {i}", f"was {i}") for i in range(6)],
    ]
    assert header_of(answers).descriptions == {0: "What was good?", 1: "What was bad?"}


def test_units_below_names_describe_the_columns():
    rows = [("name", "weight", "height"), ("", "kg", "cm"), *[(c, "1.5", "2") for c in "abcdef"]]
    header = header_of(rows)
    assert (header.start, header.descriptions) == (2, {1: "kg", 2: "cm"})


def test_marks_for_missing_values_are_no_further_header():
    rows = [("id", "age", "text"), ("1", "unknown", "x"), *[(str(i), str(i), "y") for i in range(6)]]
    assert header_of(rows).start == 1
    rows = [("age", "weight"), ("n/a", "-"), *[(str(i), str(i)) for i in range(6)]]
    assert header_of(rows).start == 1


def test_a_chosen_row_of_qualtrics_leaves_out_the_ids():
    rows = [
        ("Q1", "Q2"),
        ("How likely?", "Why?"),
        ('{"ImportId":"QID1"}', '{"ImportId":"QID2_TEXT"}'),
        *[(str(i), f"reason {i}") for i in range(5)],
    ]
    assert header_of(rows, header_row=1).start == 3
    header = header_of(rows, header_row=2)
    assert (header.names, header.start) == (["How likely?", "Why?"], 3)


def test_names_for_few_of_the_columns_are_doubted():
    rows = [("id", "text", None, None), *[(i, "x", "y", i) for i in range(6)]]
    assert len(header_of(rows).notes) == 1


def test_a_column_that_is_named_by_its_option_has_a_name():
    rows = [("Response", "App", "Web"), *[(f"it was {i}", ["App", ""][i % 2], "Web") for i in range(8)]]
    assert header_of(rows).start == 1
    rows = [("id", "yes"), *[(str(i), ["yes", "no"][i % 2]) for i in range(8)]]
    assert header_of(rows).start == 1
