import io
import re

import numpy as np
import pytest
from PIL import Image

from core.maps.drawing import CATEGORIES
from pages.charts import (
    AccuracyBar,
    accuracy_bars,
    change_histogram,
    column_bars,
    flow_matrix,
    flow_ribbons,
    learning_lines,
    map_thumbnail,
    text_length_histogram,
)


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


def test_accuracy_bars_tell_unknown_from_impossible():
    bars = [
        AccuracyBar("reshaped", 0.5, 0.125, "r"),
        AccuracyBar("generic", 0.25, 0.5, "g"),
        AccuracyBar("recipe", float("nan"), 0.1, "p"),
        AccuracyBar("luck", None, 0, "s"),
    ]
    figure = accuracy_bars(bars)
    drawn, *strokes = figure.data
    assert drawn.y == (3, 2, 1, 0) and drawn.x == (0.5, 0.25, 0, 0)
    assert figure.layout.yaxis.ticktext == ("reshaped", "generic", "recipe", "luck")
    assert [note.text for note in figure.layout.annotations] == ["50 %", "25 %", "–", "…"]
    assert [stroke.x for stroke in strokes] == [(0.375, 0.625), (0.0, 0.75)]  # within 0 to 1
    assert figure.layout.annotations[0].x == 0.5  # at the end of the bar
    assert strokes[0].y[0] < 3 - drawn.width / 2  # below the bar, not across the figure
    assert drawn.customdata == ("r", "g", "p", "s")


def test_learning_lines_show_both_spaces():
    reshaped, generic = learning_lines([10, 20], [0.25, 0.5], [0.5, 0.75]).data
    assert (reshaped.name, reshaped.x, reshaped.y) == ("reshaped", (10, 20), (0.5, 0.75))
    assert (generic.name, generic.y) == ("generic", (0.25, 0.5))


def test_change_counts_every_text_also_none_and_all():
    bars = change_histogram(np.array([0, 0, 0.05, 0.1, 0.55, 1], dtype=np.float32)).data[0]
    assert bars.y == (3, 1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert bars.customdata[0] == "0 to 10 %" and bars.customdata[9] == "90 to 100 %"


FLOWS = np.array([[30, 10, 0], [0, 20, 40]])
NAMES = ["billing", "delivery <b>"], ["anger", "confusion", "joy"]
PAINT = CATEGORIES[:2], CATEGORIES[:3]


def ribbons(**options):
    return flow_ribbons(FLOWS, *NAMES, *PAINT, height=400, **options)


def outlines(figure):
    """Heights along the outline of each ribbon, from its begin round to its begin."""
    paths = [shape.path for shape in figure.layout.shapes if shape.path]
    return [[float(point.split(",")[1]) for point in re.findall(r"[\d.]+,[\d.]+", path)] for path in paths]


def test_ribbons_are_as_thick_as_their_counts():
    drawn = outlines(ribbons())
    assert len(drawn) == 4  # no ribbon where nothing flows
    thick = np.array([edge[-1] - edge[0] for edge in drawn])
    assert np.allclose([edge[4] - edge[3] for edge in drawn], thick, atol=1e-4)  # the same at both ends
    assert np.allclose(thick / thick[0], np.array([30, 10, 20, 40]) / 30, atol=1e-3)
    rgb = [",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) for colour in PAINT[1]]
    colours = [shape.fillcolor for shape in ribbons().layout.shapes[:4]]
    assert colours == [f"rgba({rgb[code]},0.4)" for code in (0, 1, 1, 2)]


def test_ribbons_of_a_group_lie_side_by_side_and_fill_its_bar():
    figure = ribbons()
    first, second, *_ = outlines(figure)
    assert second[0] == pytest.approx(first[-1], abs=1e-4)  # where both begin, at the left
    bars = figure.layout.shapes[4:]
    assert bars[0].y0 == pytest.approx(first[0], abs=1e-4)
    assert bars[0].y1 == pytest.approx(second[-1], abs=1e-4)
    heights = [bar.y1 - bar.y0 for bar in bars]
    assert sum(heights[:2]) == pytest.approx(sum(heights[2:]))
    assert min(bar.y0 for bar in bars) >= 0 and max(bar.y1 for bar in bars) <= 1 + 1e-9


def test_each_ribbon_and_each_group_can_be_clicked():
    targets = ribbons().data[-1]
    words = dict(zip(map(tuple, targets.customdata), targets.text, strict=True))
    cells = {(0, 0), (0, 1), (1, 1), (1, 2)}
    assert words.keys() == cells | {(0, -1), (1, -1), (-1, 0), (-1, 1), (-1, 2)}
    assert targets.marker.opacity == 0
    assert "<b>20 texts</b>: 33 % of delivery &lt;b>, 67 % of confusion" in words[1, 1]
    assert words[-1, 1].endswith("30 texts")


def test_ribbons_that_are_not_drawn_still_count():
    drawn = np.array([[True, True, True], [True, True, False]])
    figure = ribbons(drawn=drawn)
    targets = figure.data[-1]
    assert len(outlines(figure)) == 3
    assert (1, 2) not in {tuple(pair) for pair in targets.customdata}
    assert any("33 % of delivery" in words for words in targets.text)


def test_the_matrix_shows_shares_of_a_row_and_writes_the_counts():
    heat, strong, weak, targets = flow_matrix(FLOWS, *NAMES, cell=(80, 30)).data
    assert np.allclose(np.square(heat.z), [[0.75, 0.25, 0], [0, 1 / 3, 2 / 3]])
    assert sorted([*strong.text, *weak.text]) == ["10", "20", "30", "40"]
    assert [tuple(pair) for pair in targets.customdata] == [(0, 0), (0, 1), (1, 1), (1, 2)]
    assert [*zip(targets.x, targets.y, strict=True)] == [(0, 0), (1, 0), (1, 1), (2, 1)]


def luminance(colour):
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("dark", [False, True])
def test_counts_can_be_read_on_every_cell_and_after_a_click(dark):
    counts = np.array([[share, 1000 - share] for share in range(1, 1000)] + [[1000, 0]])
    heat, *words, _ = flow_matrix(counts, ["a"] * 1000, ["b"] * 2, cell=(80, 30), dark=dark).data
    # Opaque from the first share on: the ground does not matter.
    least, most = (
        np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
        for _, colour in heat.colorscale[1:]
    )
    written = 0
    for trace in words:
        text = {"white": 1.0, "black": 0.0}[trace.textfont.color]
        assert trace.selected.textfont.color == trace.unselected.textfont.color == trace.textfont.color
        for x, y in zip(trace.x, trace.y, strict=True):
            ground = luminance(least + heat.z[y][x] * (most - least))
            assert (max(text, ground) + 0.05) / (min(text, ground) + 0.05) >= 4.5
            written += 1
    assert written == (counts > 0).sum()


def test_small_cells_have_no_counts_in_them():
    assert len(flow_matrix(FLOWS, *NAMES, cell=(20, 15)).data) == 2


def test_column_bars_compare_shares_and_click_on_the_whole_stretch():
    every, some = np.array([6, 3, 1]), np.array([0, 2, 2])
    grey, accent, target = column_bars(["a", "b", "c"], every, some, shown=[2, 0], chosen=[0]).data
    assert grey.x == (0.1, 0.6) and accent.x == (0.5, 0.0)  # of all values, not only of those shown
    assert target.x == (0.6, 0.6) and target.customdata == (2, 0)
    assert accent.marker.color[0].endswith(",0.35)") and accent.marker.color[1].endswith(",1)")
    assert "1 of all (10.0%)<br>2 of the selected (50.0%)" in target.text[0]


def test_column_bars_of_numbers_stand_upright_in_order():
    figure = column_bars(["0 to 4", "5 to 9"], np.array([1, 3]), None, starts=["0", "5"], one_value=False)
    assert figure.data[0].y == (0.25, 0.75) and figure.data[-1].customdata == (0, 1)
    assert figure.layout.xaxis.tickvals == (-0.5, 0.5) and figure.layout.xaxis.ticktext == ("0", "5")


def test_a_thumbnail_shows_each_point_in_its_colour_on_clear_ground():
    points = np.array([[0, 0], [10, 0], [0, 5]], dtype=np.float32)
    picture = map_thumbnail(points, np.array([0, 1, -1]), ["#ff0000", "#00ff00"], size=(100, 60))
    image = np.asarray(Image.open(io.BytesIO(picture))).astype(int)
    assert image.shape == (60, 100, 4)
    assert image[0, 0, 3] == 0  # clear
    red, green, grey = (
        np.argwhere((image == (*colour, 255)).all(axis=2)).mean(axis=0)
        for colour in [(255, 0, 0), (0, 255, 0), (168, 173, 179)]
    )
    assert red[0] == pytest.approx(green[0], abs=0.6) and red[1] < green[1]  # as far down, to the left
    assert grey[0] < red[0] and grey[1] == pytest.approx(red[1], abs=0.6)  # above: y points upwards
    # Not stretched: ten units across are twice five units up.
    assert (green[1] - red[1]) / (red[0] - grey[0]) == pytest.approx(2, abs=0.1)


def test_a_thumbnail_of_nothing_is_clear():
    image = Image.open(io.BytesIO(map_thumbnail(np.zeros((0, 2)), np.zeros(0, int), [], size=(40, 20))))
    assert image.size == (40, 20) and np.asarray(image)[..., 3].max() == 0


@pytest.mark.parametrize(
    "figure",
    [
        text_length_histogram([1, 2]),
        accuracy_bars([AccuracyBar("a", 0.5, 0.1, "")]),
        learning_lines([1], [0.5], [0.5]),
        change_histogram(np.array([0.5])),
        column_bars(["a"], np.array([1]), None),
        flow_ribbons(np.array([[1]]), ["a"], ["b"], ["#000000"], ["#ffffff"], height=400),
        flow_matrix(np.array([[1]]), ["a"], ["b"], cell=(20, 20)),
    ],
    ids=[
        "histogram",
        "accuracy",
        "learning",
        "change",
        "column",
        "ribbons",
        "matrix",
    ],
)
def test_figures_bring_no_ground_of_their_own(figure):
    assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == "rgba(0,0,0,0)"
