"""The report on a text column, and what it suggests to leave out."""

import pandas as pd

from core.corpus import build_corpus, examine
from core.corpus.tables import Table
from tests.support.hotel import PLACES

ANSWERS = [
    f"The {place} was {how} on day {day}" for place in PLACES for how in ("good", "bad") for day in (1, 2)
]


def table_of(texts):
    return Table("x.csv", pd.DataFrame({"text": pd.Series(texts, dtype=object)}), "UTF-8")


def test_a_survey_full_of_non_answers():
    texts = [*["N/A"] * 100, *ANSWERS[:24], *["No comment"] * 50, *ANSWERS[24:], *["-"] * 25, "n/a"]
    report = examine(table_of(texts), "text")
    assert report.repeated == (("N/A", 100), ("No comment", 50), ("-", 25))
    assert report.n_duplicates == 172  # 100, 50 and 25 rows, less one each, and "n/a" is another text
    assert [(each.text, each.n_rows) for each in report.non_answers] == [
        ("N/A", 101),
        ("No comment", 50),
        ("-", 25),
    ]
    assert report.suggested_aside == ("N/A", "No comment", "-") and not report.suggests_no_copies
    corpus = build_corpus(table_of(texts), "text", set_aside=frozenset(report.suggested_aside))
    assert corpus.texts.tolist() == ANSWERS and corpus.left_out.n_set_aside == 176
    assert report.languages.main_language == "English"


def test_few_non_answers_and_copies_stay_unless_chosen():
    report = examine(table_of([*ANSWERS, *ANSWERS, "N/A", "-"]), "text")
    assert len(report.non_answers) == 2 and report.suggested_aside == ()
    assert report.n_duplicates == len(ANSWERS) and not report.suggests_no_copies


def test_one_text_hundreds_of_times_suggests_to_leave_copies_out():
    report = examine(table_of([*ANSWERS, *["Great app"] * 100]), "text")
    assert report.suggests_no_copies and report.suggested_aside == ()


def test_no_suggestion_leaves_a_map_without_texts():
    report = examine(table_of([*["N/A"] * 50, "Yes", "a b", "c d", *["Great"] * 50]), "text")
    assert report.suggested_aside == () and not report.suggests_no_copies


def test_a_no_beside_a_yes_is_not_suggested():
    report = examine(table_of([*["No"] * 60, *["N/A"] * 40, "Yes", *ANSWERS]), "text")
    assert report.suggested_aside == ("N/A",)
