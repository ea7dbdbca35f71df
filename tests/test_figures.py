import numpy as np
import pytest

from core.figures import (
    GAIN,
    LOSS,
    accuracy_bars,
    change_histogram,
    composition_bars,
    label_dumbbells,
    learning_lines,
    text_length_histogram,
)
from core.palette import CATEGORIES, GREY


def test_histogram_counts_every_text():
    figure = text_length_histogram([0, 1, 1, 5, 39])
    bars = figure.data[0]
    assert sum(bars.y) == 5
    assert bars.width == 1
    assert bars.y[:6] == (1, 2, 0, 0, 0, 1)
    assert bars.x[1] == 1.5
    assert bars.customdata[1] == "1 to 1"


def test_one_huge_text_does_not_flatten_the_others():
    lengths = [*range(1, 200), 1_000_000]
    bars = text_length_histogram(lengths).data[0]
    assert sum(bars.y) == 200
    assert max(bars.x) < 205
    assert bars.customdata[-1].endswith("or more")


@pytest.mark.parametrize("lengths", [[], [7], [7, 7, 7]])
def test_histogram_of_little(lengths):
    assert sum(text_length_histogram(lengths).data[0].y) == len(lengths)


def test_composition_compares_the_selection_with_the_corpus():
    # Selected: rows 0, 1, 2 and 6, two of a, one of b, one of none.
    codes = np.array([0, 0, 1, 1, 1, 2, -1, -1])
    figure = composition_bars(codes, np.array([0, 1, 2, 6]), ["a", "b", "c"], CATEGORIES[:3])
    selection, corpus = figure.data
    # The largest is drawn last, that is on top.
    assert figure.layout.yaxis.ticktext == ("none", "b", "a")
    assert selection.x == (0.25, 0.25, 0.5)
    assert corpus.x == (0.25, 0.375, 0.25)
    assert selection.marker.color == (GREY, CATEGORIES[1], CATEGORIES[0])
    assert selection.customdata[2] == "a: 50% of the selection, 25% of the corpus"


def test_composition_takes_a_mask():
    codes = np.array([0, 1, 1])
    by_mask = composition_bars(codes, np.array([True, False, True]), ["a", "b"], CATEGORIES[:2])
    by_rows = composition_bars(codes, np.array([0, 2]), ["a", "b"], CATEGORIES[:2])
    assert by_mask == by_rows


def test_composition_of_nothing():
    figure = composition_bars(np.array([0, 1]), np.array([], dtype=int), ["a", "b"], CATEGORIES[:2])
    assert len(figure.data[0].x) == 0


def test_composition_shows_the_largest_and_shortens_names():
    codes = np.repeat(np.arange(20), np.arange(1, 21))
    names = [f"category with quite a long name {i}" for i in range(20)]
    figure = composition_bars(codes, np.arange(len(codes)), names, [GREY] * 20)
    assert len(figure.data[0].x) == 8
    assert figure.data[0].x[-1] == pytest.approx(20 / 210)
    assert max(map(len, figure.layout.yaxis.ticktext)) == 24


def test_dumbbells_put_the_weakest_label_at_the_top_and_mark_losses():
    figure = label_dumbbells(["a", "b", "c"], [3, 20, 7], [0.5, 0.25, 0.75], [0.75, 0.5, 0.25])
    gains, losses, rings, dots = figure.data
    # From the bottom: a (0.75), b (0.5), c (0.25).
    assert figure.layout.yaxis.ticktext == ("a · 3", "b · 20", "c · 7")
    assert rings.x == (0.5, 0.25, 0.75) and dots.x == (0.75, 0.5, 0.25)
    assert dots.marker.color == (GAIN, GAIN, LOSS)
    assert gains.x == (0.5, 0.75, None, 0.25, 0.5, None) and gains.y == (0, 0, None, 1, 1, None)
    assert losses.x == (0.75, 0.25, None) and losses.y == (2, 2, None)
    assert dots.customdata[2] == "c, 7 labels: 75 % in the generic space, 25 % in the reshaped space"


def test_dumbbells_of_many_labels_keep_a_row_for_each():
    names = [f"label with quite a long name, number {number}" for number in range(77)]
    figure = label_dumbbells(names, [1] * 77, np.zeros(77), np.linspace(0, 1, 77))
    assert len(set(figure.layout.yaxis.ticktext)) == 77 and figure.layout.yaxis.range == (-0.6, 76.6)


def test_accuracy_bars_tell_unknown_from_impossible():
    bars = [
        ("reshaped", 0.5, "r"),
        ("generic", 0.25, "g"),
        ("recipe", float("nan"), "p"),
        ("luck", None, "s"),
    ]
    figure = accuracy_bars(bars, low=0.375, high=0.625)
    drawn, interval = figure.data
    assert drawn.y == (3, 2, 1, 0) and drawn.x == (0.5, 0.25, 0, 0)
    assert figure.layout.yaxis.ticktext == ("reshaped", "generic", "recipe", "luck")
    assert [note.text for note in figure.layout.annotations] == ["50 %", "25 %", "–", "…"]
    assert interval.x == (0.375, 0.625) and interval.y == (3, 3)
    assert figure.layout.annotations[0].x == 0.625  # beside the stroke, not on it
    assert drawn.customdata == ("r", "g", "p", "s")


def test_learning_lines_show_both_spaces():
    reshaped, generic = learning_lines([10, 20], [0.25, 0.5], [0.5, 0.75]).data
    assert (reshaped.name, reshaped.x, reshaped.y) == ("reshaped", (10, 20), (0.5, 0.75))
    assert (generic.name, generic.y) == ("generic", (0.25, 0.5))


def test_change_counts_every_text_also_none_and_all():
    bars = change_histogram(np.array([0, 0, 0.05, 0.1, 0.55, 1], dtype=np.float32)).data[0]
    assert bars.y == (3, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert bars.customdata[0] == "0 to 10 %" and bars.customdata[9] == "90 to 100 %"


@pytest.mark.parametrize(
    "figure",
    [
        text_length_histogram([1, 2]),
        composition_bars(np.array([0]), np.array([0]), ["a"], ["#000000"]),
        label_dumbbells(["a"], [2], [0.5], [0.5]),
        accuracy_bars([("a", 0.5, "")], low=0.4, high=0.6),
        learning_lines([1], [0.5], [0.5]),
        change_histogram(np.array([0.5])),
    ],
    ids=["histogram", "composition", "dumbbells", "accuracy", "learning", "change"],
)
def test_figures_bring_no_ground_of_their_own(figure):
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
