import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.maps.drawing import GREY, Colouring, Mark, Name, NumericColouring, Pane, on_dark
from pages.common import ground
from pages.maps.component.fallback import newest_selection, plain_figure, rows_of

POINTS = np.array([[0, 0], [1, 1], [2, 0]], dtype=np.float32)
PANES = [
    Pane("generic <i>", POINTS, names=(Name("a <b>", 0, 0, 2), Name("fine", 1, 1, 1, zoom=3))),
    Pane("reshaped", POINTS[::-1].copy(), marks=(Mark(1, 1, "typed"),)),
]
COLOURING = Colouring("cluster", np.array([0, -1, 1]), ["x", "y"], ["#0072b2", "#d55e00"])
NOBODY = np.empty(0, dtype=np.int64)


def figure(selected=NOBODY, colouring=COLOURING, shown=None, lit=None):
    return plain_figure(PANES, colouring, selected, shown=shown, lit=lit, height=500)


def test_both_maps_have_all_points_in_their_colours():
    found = figure()
    maps = [trace for trace in found.data if trace.customdata is not None]
    np.testing.assert_array_equal(maps[0].x, [0, 1, 2])
    np.testing.assert_array_equal(maps[1].x, [2, 1, 0])
    for trace in maps:
        assert list(trace.marker.color) == ["#0072b2", GREY, "#d55e00"]
        assert set(trace.marker.opacity) == {0.8}
    assert [trace.name for trace in found.data if trace.customdata is None] == ["x", "y"]


def test_titles_names_and_marks_are_written_without_being_read_as_html():
    written = [annotation.text for annotation in figure().layout.annotations]
    assert written == ["generic &lt;i>", "reshaped", "<b>a &lt;b></b>", "typed"]


def test_of_names_at_one_place_the_first_is_written():
    pane = Pane("generic", POINTS, names=(Name("strong", 1, 0.5, 9), Name("weak", 1.01, 0.5, 1)))
    found = plain_figure([pane], COLOURING, NOBODY, shown=None, lit=None, height=500)
    assert [annotation.text for annotation in found.layout.annotations] == ["generic", "<b>strong</b>"]


def test_selected_and_hits_are_vivid_and_what_is_filtered_out_is_faintest():
    shown = np.array([True, True, False])
    opacity = figure(np.array([0]), shown=shown).data[0].marker.opacity
    assert opacity[0] == 1 > opacity[1] > opacity[2] > 0
    assert figure(lit=np.array([2])).data[0].marker.opacity[2] == 1


def test_rings_stand_for_their_texts():
    found = figure(lit=np.array([2]))
    rings = [trace for trace in found.data if trace.customdata is not None and len(trace.x) == 1]
    assert [list(ring.customdata) for ring in rings] == [[2], [2]]


def test_numbers_are_coloured_on_one_scale():
    maps = figure(colouring=NumericColouring("stars", np.array([1, np.nan, 3]))).data
    assert [trace.marker.showscale for trace in maps] == [False, True]


def test_rows_come_from_either_map():
    points = [{"customdata": 2}, {"customdata": [0]}, {"customdata": 2}]
    assert rows_of({"selection": {"points": points}}).tolist() == [0, 2]
    assert rows_of({"selection": {"points": []}}).tolist() == []


@pytest.mark.parametrize(
    ("known", "select", "expected"),
    [
        (None, None, (None, [])),
        (None, ("s1", np.array([2, 1])), ("s1", [1, 2])),
        (("s1", np.array([0])), ("s1", np.array([2])), ("s1", [0])),
        (("s1", np.array([0])), ("s2", np.array([2])), ("s2", [2])),
        ((None, np.array([1, 7])), None, (None, [1])),
    ],
)
def test_the_last_word_wins(known, select, expected):
    token, rows = newest_selection(known, select, n=3)
    assert (token, rows.tolist()) == expected


def page(n):
    import numpy as np
    import streamlit as st

    from core.maps.drawing import Colouring, Pane
    from pages.maps.component import fallback as module

    module.MOST_POINTS = 10
    points = np.arange(2.0 * n).reshape(n, 2)
    colouring = Colouring("cluster", np.zeros(n, dtype=int), ["a"], ["#0072b2"])
    chosen = ("token", np.array([1]))
    selected = module.plain_maps([Pane("map", points)], colouring, key="m", height=300, select=chosen)
    st.write(f"selected {selected.tolist()}")


@pytest.mark.parametrize(("n", "charts", "sentence"), [(10, 1, "plainer form"), (11, 0, "Maps of 11 texts")])
def test_above_the_limit_only_a_sentence(n, charts, sentence):
    app = AppTest.from_function(page, args=(n,)).run()
    assert not app.exception
    assert sentence in app.info[0].value
    assert len(app.get("plotly_chart")) == charts
    assert app.markdown[0].value == "selected [1]"


def test_categories_have_the_colours_of_a_dark_page(monkeypatch):
    monkeypatch.setattr(ground, "is_dark", lambda: True)
    app = AppTest.from_function(page, args=(10,)).run()
    (chart,) = app.get("plotly_chart")
    assert on_dark("#0072b2") in chart.proto.spec and "#0072b2" not in chart.proto.spec
