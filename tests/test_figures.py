import numpy as np
import pytest

from core.figures import composition_bars, text_length_histogram
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


@pytest.mark.parametrize(
    "figure",
    [text_length_histogram([1, 2]), composition_bars(np.array([0]), np.array([0]), ["a"], ["#000000"])],
    ids=["histogram", "composition"],
)
def test_figures_bring_no_ground_of_their_own(figure):
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
