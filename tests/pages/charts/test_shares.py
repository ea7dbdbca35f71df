"""The chart of estimated shares."""

import pytest

from pages.charts import ShareRow, share_intervals


@pytest.fixture
def rows():
    return [
        ShareRow("angry", 0.5, 0.3, 0.7, 0.45, "#0072b2"),
        ShareRow("a <b> & a very long name of a label", 0.2, 0.1, 0.4, None, "#e69f00"),
    ]


def test_the_first_row_stands_at_the_top_with_its_interval_and_its_mark(rows):
    figure = share_intervals(rows)
    first, second, marks, dots = figure.data
    assert (list(first.x), list(first.y)) == ([0.3, 0.7], [1, 1]) and list(second.y) == [0, 0]
    assert (list(marks.x), list(marks.y)) == ([0.45], [1])
    assert (list(dots.x), list(dots.y)) == ([0.5, 0.2], [1, 0])
    assert "between 30 % and 70 %; 45 %" in dots.customdata[0] and "predictions" not in dots.customdata[1]


def test_names_are_shown_as_they_are(rows):
    figure = share_intervals(rows)
    name = figure.layout.yaxis.ticktext[1]
    assert name.startswith("a &lt;b> &amp; a") and name.endswith(" · 20 %") and len(name) < 43
    assert "&lt;b>" in figure.data[-1].customdata[1]


def test_everything_lies_within_the_axis(rows):
    low, high = share_intervals(rows).layout.xaxis.range
    assert low <= 0 and high > 0.7
    assert share_intervals([ShareRow("x", 0.0, 0.0, 0.0, 0.0, "#0072b2")]).layout.xaxis.range[1] > 0
