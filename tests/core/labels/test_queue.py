"""The choices of the labelling queue."""

import numpy as np
import pytest

from core.labels import (
    GuideLabels,
    fitting_none,
    is_uncertain,
    least_sure_of,
    model_labels_to_review,
    more_of,
    next_round,
)
from core.neighbours import unit_rows

NAMES = ("angry", "pleased")


def guide_of(n, entries):
    """Labels of n texts; entries are (row, label or None, source, reviewed)."""
    codes = np.full(n, -1, dtype=np.int64)
    for row, label, *_ in entries:
        codes[row] = NAMES.index(label) if label else -1
    latest = {
        "row": np.array([row for row, *_ in entries], dtype=np.int64),
        "label": np.array([label for _, label, *_ in entries], dtype=object),
        "given_by": np.full(len(entries), "ada", dtype=object),
        "source": np.array([source for *_, source, _ in entries], dtype=object),
        "source_name": np.full(len(entries), "", dtype=object),
        "reviewed": np.array([reviewed for *_, reviewed in entries], dtype=bool),
        "given_at": np.full(len(entries), "2026-01-01", dtype=object),
    }
    return GuideLabels(NAMES, (1, 2), codes, latest)


@pytest.fixture
def vectors():
    return unit_rows(np.random.default_rng(0).normal(size=(40, 8)))


def test_a_round_holds_no_text_that_was_labelled_or_skipped(vectors):
    guide = guide_of(40, [(row, NAMES[row % 2] if row % 3 else None, "deck", False) for row in range(20)])
    rows = next_round(guide, vectors)
    assert rows and min(rows) >= 20 and len(set(rows)) == len(rows)
    column = np.linspace(0, 1, 40)
    likely = more_of(guide, vectors, np.stack([column, 1 - column], axis=1), 1)
    assert likely[0] == 20 and min(likely) >= 20


def test_before_the_texts_are_encoded_they_come_at_random_always_in_the_same_order():
    guide = guide_of(40, [(row, NAMES[0], "deck", False) for row in range(20)])
    rows = next_round(guide, None, taken=[25])
    assert len(set(rows)) == len(rows) == 10 and min(rows) >= 20 and 25 not in rows
    assert rows == next_round(guide, None, taken=[25]) != sorted(rows)
    assert next_round(guide_of(3, [(row, None, "deck", False) for row in range(3)]), None) == []


def test_nothing_is_left_where_every_text_was_seen(vectors):
    guide = guide_of(40, [(row, None, "deck", False) for row in range(40)])
    assert next_round(guide, vectors) == []


def test_duplicates_of_labelled_texts_come_last_but_come():
    guide = guide_of(5, [(0, "angry", "deck", False)])
    assert next_round(guide, np.ones((5, 3), dtype=np.float32)) == [1, 2, 3, 4]


class TestMoreOf:
    def test_most_probable_texts_first(self):
        guide = guide_of(5, [(0, "angry", "deck", False)])
        probabilities = np.array([0.9, 0.2, 0.6, 0.7, 0.6])
        table = np.stack([probabilities, 1 - probabilities], axis=1)
        assert more_of(guide, np.eye(5), table, 0) == [3, 2, 4, 1]
        assert more_of(guide, np.eye(5), table, 1) == [1, 2, 4, 3]

    def test_duplicates_of_labelled_and_of_chosen_texts_are_left_out(self):
        """Of five directions, each four times, two are labelled: three are left, each its first row."""
        guide = guide_of(20, [(0, "angry", "deck", False), (6, "pleased", "deck", False)])
        probabilities = np.linspace(0.9, 0.1, 20)[:, None]
        assert more_of(guide, np.tile(np.eye(5), (4, 1)), probabilities, 0) == [2, 3, 4]

    def test_duplicates_far_down_the_list_are_left_out_too(self):
        """The first 600 rows are of three directions, and only the rows after them are new."""
        vectors = np.vstack([np.tile(np.eye(8)[:3], (200, 1)), np.eye(8)[3:]])
        found = more_of(guide_of(605, []), vectors, np.linspace(1, 0, 605)[:, None], 0)
        assert found == [0, 1, 2, 600, 601, 602, 603, 604]


class TestLeastSureOf:
    def test_smallest_lead_first_and_only_texts_predicted_to_have_the_label(self):
        probabilities = np.array(
            [[0.5, 0.4, 0.1], [0.4, 0.3, 0.3], [0.34, 0.33, 0.33], [0.2, 0.7, 0.1], [0.9, 0.1, 0]]
        )
        assert least_sure_of(guide_of(5, []), np.eye(5), probabilities, 0) == [2, 0, 1, 4]
        assert least_sure_of(guide_of(5, []), np.eye(5), probabilities, 1) == [3]
        assert least_sure_of(guide_of(5, []), np.eye(5), probabilities, 2) == []

    def test_labelled_skipped_and_taken_texts_and_duplicates_are_left_out(self):
        guide = guide_of(8, [(0, "angry", "deck", False), (1, None, "deck", False)])
        likely = np.linspace(0.6, 0.9, 8)
        table = np.stack([likely, 1 - likely], axis=1)
        # Rows 4 to 7 are the directions of rows 0 to 3 once more.
        assert least_sure_of(guide, np.tile(np.eye(4), (2, 1)), table, 0, taken=[2]) == [3]

    def test_a_single_class_is_ranked_by_its_probability(self):
        table = np.array([[0.9], [0.2], [0.5]])
        assert least_sure_of(guide_of(3, []), np.eye(3), table, 0) == [1, 2, 0]


def test_texts_that_fit_no_label_come_likeliest_first_without_duplicates():
    guide = guide_of(20, [(0, "angry", "deck", False), (6, None, "deck", False)])
    vectors, fits_none = np.tile(np.eye(5), (4, 1)), np.linspace(0.1, 0.9, 20).astype(np.float32)
    assert fitting_none(guide, vectors, fits_none) == [19, 18, 17]
    assert fitting_none(guide, vectors, fits_none, taken=[19]) == [18, 17]


def test_labels_by_a_model_take_turns_until_they_are_reviewed():
    guide = guide_of(
        9,
        [
            (5, "angry", "model", False),
            (2, "angry", "model", False),
            (7, "pleased", "model", False),
            (1, "angry", "deck", True),
            (0, "angry", "column", False),
            (8, None, "model", False),
        ],
    )
    assert model_labels_to_review(guide) == [2, 7, 5]


def test_a_small_lead_is_no_clear_prediction():
    assert is_uncertain(np.array([0.45, 0.1, 0.45])) and not is_uncertain(np.array([0.7, 0.2, 0.1]))


def test_a_round_hears_the_views(vectors):
    """From 20 labels on: the label stands in a view, and the texts suggested are others."""
    guide = guide_of(40, [(row, NAMES[row % 2], "deck", False) for row in range(20)])
    view = np.eye(8)[np.arange(40) % 2] + 0.1 * np.random.default_rng(1).normal(size=(40, 8))
    assert next_round(guide, vectors, views=[view]) != next_round(guide, vectors)
