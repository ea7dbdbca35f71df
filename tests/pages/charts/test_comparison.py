"""The chart of systems by accuracy and seconds."""

import itertools
import math

import numpy as np
import pytest

from pages.charts import GAIN, SystemPoint, accuracy_by_seconds
from pages.charts.comparison import LETTER, NAME_HEIGHT
from pages.charts.name_placement import Box


class TestFigure:
    def points(self, *places):
        points = []
        for number, (seconds, accuracy) in enumerate(places):
            low, high = accuracy - 0.1, min(1, accuracy + 0.1)
            points.append(SystemPoint(f"<s{number}>", seconds, accuracy, low, high, "m", own=number == 0))
        return points

    def test_accuracies_stand_with_their_intervals_on_a_logarithmic_axis(self):
        figure = accuracy_by_seconds(self.points((0.1, 0.75), (74, 0.95)), generic=0.6)
        drawn = figure.data[0]
        assert drawn.x == (0.1, 74) and drawn.y == (0.75, 0.95)
        assert drawn.error_y.array == pytest.approx((0.1, 0.05))
        assert drawn.error_y.arrayminus == pytest.approx((0.1, 0.1))
        assert drawn.marker.color[0] == GAIN != drawn.marker.color[1]
        axis = figure.layout.xaxis
        assert axis.type == "log" and axis.range[0] < -1 and axis.range[1] > np.log10(74)
        assert axis.ticktext[axis.tickvals.index(3_600)] == "1 h"
        assert figure.layout.yaxis.range[0] < 0.6
        assert figure.layout.shapes[0].y0 == 0.6

    def test_names_are_plain_and_stand_towards_the_middle(self):
        figure = accuracy_by_seconds(self.points((0.1, 0.75), (74, 0.95)), generic=math.nan)
        fast, slow = sorted(figure.layout.annotations, key=lambda name: name.x)
        assert (fast.xanchor, slow.xanchor) == ("left", "right")
        assert fast.text == "<b>&lt;s0> 75 %</b>" and slow.text == "&lt;s1> 95 %"
        assert not figure.layout.shapes

    def test_names_of_like_systems_do_not_lie_upon_each_other(self):
        close = [(0.1, 0.7), (0.11, 0.7), (0.09, 0.71), (0.1, 0.69), (0.12, 0.7), (0.1, 0.71), (0.1, 0.7)]
        figure = accuracy_by_seconds(self.points(*close), generic=0.7)
        (left, right), (low, high) = figure.layout.xaxis.range, figure.layout.yaxis.range
        boxes = []
        for name in figure.layout.annotations[1:]:
            width = LETTER * len(name.text.removeprefix("<b>").removesuffix("</b>").replace("&lt;", "<"))
            x, y = (name.x - left) / (right - left), (name.y - low) / (high - low)
            start = x if name.xanchor == "left" else x - width
            boxes.append(Box(start, y - NAME_HEIGHT / 2, start + width, y + NAME_HEIGHT / 2))
        assert len(boxes) == 7 and all(box.low > 0 and box.high < 1 for box in boxes)
        assert not any(one.meets(other) for one, other in itertools.combinations(boxes, 2))
        assert len(figure.layout.shapes) > 1  # lines to those that were moved away

    def test_one_system_has_a_chart_with_room(self):
        figure = accuracy_by_seconds(self.points((2, 1.0)), generic=1.0)
        left, right = figure.layout.xaxis.range
        assert right - left > 1 and left < np.log10(2) < right
        assert figure.layout.yaxis.range[1] > 1
