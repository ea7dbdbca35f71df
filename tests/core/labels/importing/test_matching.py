"""Entries of files of labels, matched to the texts of a corpus."""

import unicodedata

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import LabelError
from core.labels import Reason, TextRows, labels_from_column, match_labels, name_key
from core.labels.importing import MAX_LABEL_NAMES

TEXTS = ["good bread", "late van", "good bread", "rude call"]


def table_of(texts, labels, **columns):
    return pd.DataFrame({"text": texts, "label": labels, **columns})


def test_texts_are_found_whatever_their_outer_blanks_and_equal_ones_all_get_the_label():
    table = pd.DataFrame({"Label": ["fond", "cross"], " text": [" good bread ", "rude call"]})
    found = match_labels(TEXTS, table)
    assert found.labels == {0: "fond", 2: "fond", 3: "cross"}
    assert (found.n_unknown, found.n_conflicting) == (0, 0)
    assert found.matched_by == ("text",) and not found.notes


def test_unknown_texts_and_conflicts_are_counted_and_the_first_label_counts():
    table = table_of(["late van", "late van", "never seen", "rude call"], ["cross", "fond", "fond", None])
    found = match_labels(TEXTS, table)
    assert found.labels == {1: "cross"}
    assert found.passed_over == {Reason.SECOND: 1, Reason.UNKNOWN: 1, Reason.NONE: 1}
    assert found.examples == ((Reason.SECOND, "late van"), (Reason.UNKNOWN, "never seen"))


def test_texts_that_look_alike_are_the_same():
    texts = ["Café order:\r\nIt was late.", "great  bread", "naïve \N{NO-BREAK SPACE}idea", "plain"]
    written = [
        unicodedata.normalize("NFD", "Café order:\nIt was late."),
        "great bread\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}naïve idea",
        "plain\N{ZERO WIDTH SPACE}",
    ]
    assert match_labels(texts, table_of(written, list("abcd"))).labels == {0: "a", 1: "b", 2: "c", 3: "d"}


def test_texts_that_differ_only_to_the_eye_of_a_machine_keep_labels_of_their_own():
    texts = ["a b", "a  b", "a\nb", "c"]
    found = match_labels(texts, table_of(["a  b", "a b"], ["two", "one"]))
    assert found.labels == {0: "one", 1: "two", 2: "two"} and found.n_conflicting == 0


def test_label_names_that_look_alike_are_one():
    names = ["qualité", unicodedata.normalize("NFD", "qualité"), " Qualité ", "qualit\N{ZERO WIDTH SPACE}é"]
    found = match_labels(["a", "b", "c", "d"], table_of(["a", "b", "c", "d"], names))
    assert set(found.labels.values()) == {"qualité"}
    assert len({name_key(name) for name in names}) == 1


def test_label_names_lose_stray_blanks():
    table = table_of(["late van", "rude call"], ["very  cross ", "very cross"])
    assert set(match_labels(TEXTS, table).labels.values()) == {"very cross"}


def test_a_row_number_tells_equal_texts_apart():
    table = table_of(["good bread", "good bread", "late van"], ["b", "a", "c"], row=[2, 0, 1])
    found = match_labels(TEXTS, table)
    assert found.labels == {0: "a", 1: "c", 2: "b"} and found.matched_by == ("row",)


def test_a_row_number_that_contradicts_the_text_is_not_trusted_and_told():
    table = table_of(["late van", "rude call", "good bread"], ["a", "b", "c"], row=[3, 1, 9])
    found = match_labels(TEXTS, table)
    assert found.labels == {0: "c", 1: "a", 2: "c", 3: "b"} and found.matched_by == ("text",)
    assert len(found.notes) == 1 and "“row”" in found.notes[0] and found.notes[0].startswith("2 ")


def test_source_rows_match():
    known = TextRows(TEXTS, source_rows=np.array([2, 3, 5, 9]))
    assert match_labels(known, table_of(["good bread"], ["a"], source_row=[5])).labels == {2: "a"}
    table = pd.DataFrame({"source_row": [5.0, 9.0, 4.0], "label": ["a", "b", "c"]})
    found = match_labels(known, table)
    assert found.labels == {2: "a", 3: "b"} and found.n_unknown == 1


def test_the_row_and_the_id_of_a_copy_find_its_original():
    frame = pd.DataFrame({"text": ["good", "N/A", "bad", "good", "slow", "fine"], "id": list("uvwxyz")})
    table = Table("x.csv", frame, "UTF-8", source_rows=np.arange(2, 8))
    corpus = build_corpus(table, "text", leave_out_copies=True, set_aside=frozenset({"N/A"}))
    known = TextRows(corpus.texts, corpus.metadata, corpus.source_rows, corpus.left_out)
    for column, copy, aside in (("source_row", 5, 3), ("id", "x", "v")):
        found = match_labels(known, pd.DataFrame({column: [copy, aside], "label": ["pos", "neg"]}))
        assert found.labels == {0: "pos"} and found.n_unknown == 1


@pytest.fixture
def with_ids():
    ids = [f"T-{number}" for number in (7, 8, 9, 10)]
    return TextRows(TEXTS, pd.DataFrame({"ticket_id": ids, "topic": ["x", "x", "y", "y"]}))


def test_ids_match_where_both_have_them(with_ids):
    found = match_labels(with_ids, pd.DataFrame({"Ticket ID": ["T-9", "T-10"], "label": ["a", "b"]}))
    assert found.labels == {2: "a", 3: "b"} and found.matched_by == ("Ticket ID",)
    changed = table_of(
        ["late van", "good bread", "a rude call!"], list("abc"), ticket_id=["T-8", "T-9", "T-10"]
    )
    assert match_labels(with_ids, changed).labels == {1: "a", 2: "b", 3: "c"}  # the last text was changed


def test_ids_of_something_else_are_not_trusted(with_ids):
    table = table_of(["rude call", "late van"], ["a", "b"], ticket_id=["T-7", "T-9"])
    found = match_labels(with_ids, table)
    assert found.labels == {3: "a", 1: "b"} and found.matched_by == ("text",)
    numbered = TextRows(TEXTS, pd.DataFrame({"id": [0, 1, 2, 3]}))
    with pytest.raises(LabelError):  # texts of another corpus, numbered in the same way
        match_labels(numbered, table_of(["x", "y"], ["a", "b"], id=[0, 1]))


def test_texts_that_were_all_changed_are_found_by_ids_that_are_no_row_numbers(with_ids):
    table = table_of(["GOOD BREAD", "LATE VAN"], ["a", "b"], ticket_id=["T-7", "T-8"])
    found = match_labels(with_ids, table)
    assert found.labels == {0: "a", 1: "b"} and found.notes


def test_ids_keep_their_zeros_and_whole_numbers_lose_their_decimals():
    known = TextRows(TEXTS, pd.DataFrame({"id": ["01", "1", "2", "3"]}))
    table = pd.DataFrame({"id": ["01", "2"], "label": ["a", "b"]})
    assert match_labels(known, table).labels == {0: "a", 2: "b"}
    known = TextRows(TEXTS, pd.DataFrame({"id": [11, 12, 13, 14]}))
    table = pd.DataFrame({"id": [12.0, np.nan, 14.0], "label": ["a", "b", "c"]})
    assert match_labels(known, table).labels == {1: "a", 3: "c"}


def test_an_apostrophe_for_spreadsheets_is_not_part_of_a_text():
    texts = ["=SUM of all fears", "- no comment", "'=kept", "x"]
    table = table_of(["'=SUM of all fears", "'- no comment", "'=kept"], list("abc"))
    assert match_labels(texts, table).labels == {0: "a", 1: "b", 2: "c"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"a": ["x", "y"], "b": [1, 2]}, "has the columns a, b; the columns text and label are needed"),
        ({"text": ["late van"]}, "has the columns text; the columns text and label are needed"),
        ({"text": ["late van"], "label": [None]}, "no row with a label"),
        ({"text": ["late van"], "label": [["a", "b"]]}, "1 × several labels"),
        (
            {"text": ["a", "b"], "label": ["x", "y"]},
            "None of the 2 labelled texts of the file is in this corpus",
        ),
    ],
)
def test_an_unusable_file_is_refused(table, message):
    with pytest.raises(LabelError, match=message):
        match_labels(TEXTS, pd.DataFrame(table))


def test_a_column_gives_its_values_and_skips_empty_ones():
    column = pd.Series(["a", None, " b ", "", 3], dtype=object, name="mood")
    assert labels_from_column(column).labels == {0: "a", 2: "b", 4: "3"}


def test_at_most_so_many_of_each_label_are_taken_the_same_ones_every_time():
    column = pd.Series(["a"] * 50 + ["b"] * 3, name="mood")
    found = labels_from_column(column, most_per_label=5)
    assert pd.Series(found.labels).value_counts().to_dict() == {"a": 5, "b": 3}
    assert found == labels_from_column(column, most_per_label=5)
    assert max(row for row, name in found.labels.items() if name == "a") > 5  # spread, not the first five


def test_a_thousand_labels_are_imported_and_a_column_of_dates_or_ids_is_refused():
    names = [f"intent {number}" for number in range(MAX_LABEL_NAMES)]
    assert len(match_labels(names, table_of(names, names)).labels) == MAX_LABEL_NAMES == 1000
    with pytest.raises(LabelError, match=r"There are 1,001 different labels, at most 1,000"):
        labels_from_column(pd.Series(range(1001), name="id"))


def test_an_empty_column_is_refused():
    with pytest.raises(LabelError, match="The column “mood” is empty"):
        labels_from_column(pd.Series([None, ""], name="mood"))
