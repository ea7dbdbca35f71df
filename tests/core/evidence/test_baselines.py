import math

import numpy as np
import pytest

from core.evidence import control
from tests.support.label_spaces import Doubled, crossed, only_in_a_view, partly, topics


@pytest.fixture
def doubled():
    Doubled.seen.clear()
    return Doubled()


class TestControl:
    @pytest.mark.model
    def test_permuted_labels_are_at_chance(self):
        X, label = topics(n_classes=2, loudness=1)
        found = control(X, partly(label, 40))
        assert 0.3 < found.permuted < 0.7

    def test_permuted_labels_keep_their_numbers(self, doubled):
        X, label = crossed()
        y = partly(label, 40)
        control(X, y, transform=doubled)
        again, first = (np.max([known for _, known, _ in Doubled.seen[i : i + 5]], axis=0) for i in (0, 5))
        for permuted in (again, first):
            assert (np.bincount(permuted[permuted >= 0]) == np.bincount(y[y >= 0])).all()
            assert ((permuted >= 0) == (y >= 0)).all()
            assert (permuted != y).any()
        assert (again != first).any()

    @pytest.mark.model
    def test_views_are_used_and_reveal_no_permuted_label(self):
        X, views, label = only_in_a_view()
        y = partly(label, 40)
        permuted = control(X, y, views=views).permuted
        assert 0.15 < permuted < 0.5 and permuted != control(X, y).permuted

    def test_too_few_labels_have_no_control(self):
        X, label = crossed()
        assert math.isnan(control(X, partly(label, 6)).permuted)
