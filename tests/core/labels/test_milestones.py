import numpy as np
import pytest

from core.evidence.holdout import prepare_holdout
from core.labels import SOLID_LABELS, SOLID_OF_EACH, Step, milestones


def missing(counts, *, names_count=True):
    return {each.step: each.missing for each in milestones(counts, names_count=names_count)}


@pytest.mark.parametrize(
    ("counts", "names_count", "expected"),
    [
        ({}, True, 2),
        ({"a": 7}, True, 1),
        ({"a": 0, "b": 0}, True, 0),
        ({"a": 0, "b": 0}, False, 2),
        ({"a": 9, "b": 0}, False, 1),
        ({"a": 1, "b": 1}, False, 0),
    ],
)
def test_a_first_map_needs_two_names_or_texts_of_two_labels(counts, names_count, expected):
    assert missing(counts, names_count=names_count)[Step.FIRST_MAP] == expected


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({}, 10),
        ({"a": 0, "b": 0}, 10),
        ({"a": 9, "b": 1}, 1),  # the one text of b cannot be held out
        ({"a": 10, "b": 0}, 2),
        ({"a": 8, "b": 2}, 0),
        ({"a": 50}, 2),
        ({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}, 5),
        ({"a": 3, "b": 3, "c": 1}, 3),  # c's second text makes 8, two more 10
    ],
)
def test_a_check_needs_ten_texts_that_can_be_held_out(counts, expected):
    assert missing(counts)[Step.CHECKABLE] == expected


@pytest.mark.parametrize("seed", range(5))
def test_it_can_be_checked_exactly_when_the_check_says_so(seed):
    rng = np.random.default_rng(seed)
    for n_labels in range(2, 40, 3):
        y = rng.integers(0, rng.integers(1, 9), n_labels)
        X = rng.normal(size=(n_labels, 16)).astype(np.float32)
        options = dict(graph=None, label_vectors=None, transform=None, random_state=0, reencoded=X)
        checkable = prepare_holdout(X, y, **options).enough
        counts = {str(code): int((y == code).sum()) for code in np.unique(y)}
        assert (missing(counts)[Step.CHECKABLE] == 0) == checkable


def test_a_solid_check_needs_a_hundred_labels_and_five_of_each():
    (*_, solid) = milestones({"a": 60, "b": 2}, names_count=True)
    assert (solid.missing, solid.weakest, solid.weakest_needs) == (SOLID_LABELS - 62, "b", SOLID_OF_EACH - 2)
    (*_, solid) = milestones({"a": 500, "b": 2}, names_count=True)
    assert solid.missing == 3 and not solid.reached
    (*_, solid) = milestones({"a": 95, "b": 5}, names_count=True)
    assert solid.reached and solid.weakest == ""
    (*_, solid) = milestones({str(number): 4 for number in range(77)}, names_count=True)
    assert solid.missing == 77  # one more of each
