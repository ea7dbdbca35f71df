"""One colour for one thing: labels, clusters and values of columns, on the maps and beside them."""

from types import SimpleNamespace

import numpy as np
import pytest

from core.corpus import Partition
from core.maps.drawing import CATEGORIES, GREY, colour_of
from pages.maps.colour_by import MOST_CATEGORIES, cluster_colours, value_colours

LABELS = ["angry", "amused", "sad"]


def test_a_value_that_is_a_label_has_its_colour():
    by_label = colour_of(LABELS)
    found = dict(
        zip(("sad", "bored", "angry"), value_colours(["sad", "bored", "angry"], LABELS), strict=True)
    )
    assert found["sad"] == by_label["sad"] and found["angry"] == by_label["angry"]
    assert found["bored"] not in by_label.values()


def test_values_have_the_first_colours_and_many_are_grey():
    values = [f"value {number}" for number in range(MOST_CATEGORIES + 2)]
    assert value_colours(values, LABELS) == [*CATEGORIES[:MOST_CATEGORIES], GREY, GREY]


@pytest.fixture
def view():
    """Five clusters: two of "sad", one of "angry", one mixed, one of texts without a label."""
    predicted = np.array([2, 2, 2, 2, 2, 0, 0, 0, 1, 2, -1, -1])
    codes = np.array([0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4])
    fit = SimpleNamespace(labels=LABELS, fitting_labels=predicted, has_predictions=True)
    names = {code: f"cluster {code}" for code in range(5)}
    right = SimpleNamespace(
        fit=fit, has_predictions=True, analysis=object(), partition=Partition(codes, names)
    )
    left = SimpleNamespace(fit=None, has_predictions=False, analysis=None, partition=Partition(codes, names))
    return SimpleNamespace(labels=LABELS, right=right, left=left)


def test_the_largest_cluster_of_a_label_has_its_colour_and_others_none_of_a_label(view):
    by_label = colour_of(LABELS)
    found = cluster_colours(view, view.right)
    assert (found[0], found[2]) == (by_label["sad"], by_label["angry"])
    others = [found[1], found[3], found[4]]
    assert not set(others) & set(by_label.values()) and len(set(others)) == 3


def test_clusters_of_a_map_without_labels_have_no_colour_of_a_label(view):
    assert cluster_colours(view, view.left) == list(CATEGORIES[3:8])
    view.labels = []
    assert cluster_colours(view, view.left) == list(CATEGORIES[:5])
