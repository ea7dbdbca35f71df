import pandas as pd
import pytest

from core.errors import LabelError
from core.labels import labels_from_column, match_labels
from core.labels.importing import MAX_LABEL_NAMES

TEXTS = ["good bread", "late van", "good bread", "rude call"]


def test_texts_are_found_whatever_their_outer_blanks_and_equal_ones_all_get_the_label():
    table = pd.DataFrame({"Label": ["fond", "cross"], " text": [" good bread ", "rude call"]})
    found = match_labels(TEXTS, table)
    assert found.labels == {0: "fond", 2: "fond", 3: "cross"}
    assert (found.n_unknown, found.n_conflicting) == (0, 0)


def test_unknown_texts_and_conflicts_are_counted_and_the_first_label_counts():
    table = pd.DataFrame(
        {
            "text": ["late van", "late van", "never seen", "rude call"],
            "label": ["cross", "fond", "fond", None],
        }
    )
    found = match_labels(TEXTS, table)
    assert found.labels == {1: "cross"}
    assert (found.n_unknown, found.n_conflicting) == (1, 1)


def test_label_names_lose_stray_blanks():
    table = pd.DataFrame({"text": ["late van", "rude call"], "label": ["very  cross ", "very cross"]})
    assert set(match_labels(TEXTS, table).labels.values()) == {"very cross"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"text": ["late van"], "mood": ["x"]},
            "has the columns text, mood; the columns text and label are needed",
        ),
        ({"text": ["late van"], "label": [None]}, "no row with a label"),
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


def test_a_column_of_dates_or_ids_is_refused():
    with pytest.raises(LabelError, match=f"There are 151 different labels, at most {MAX_LABEL_NAMES}"):
        labels_from_column(pd.Series(range(151), name="id"))


def test_an_empty_column_is_refused():
    with pytest.raises(LabelError, match="The column “mood” is empty"):
        labels_from_column(pd.Series([None, ""], name="mood"))
