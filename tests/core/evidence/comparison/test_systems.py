"""Which systems are compared, and on which texts."""

import numpy as np
import pytest

from core.evidence.comparison import list_systems, sample_rows


class TestSample:
    def test_labelled_texts_come_first_and_others_by_chance(self):
        given = np.full(1_000, -1)
        given[::100] = 1
        rows = sample_rows(given, 200)
        assert len(rows) == 200 and (np.diff(rows) > 0).all()
        assert set(np.flatnonzero(given >= 0)) <= set(rows)
        assert rows.std() > 200  # from all over the corpus
        assert set(rows) < set(sample_rows(given, 400))

    def test_of_more_labelled_texts_than_fit_some_are_drawn(self):
        given = np.zeros(100, dtype=int)
        given[90:] = -1
        rows = sample_rows(given, 20)
        assert len(rows) == 20 and (given[rows] == 0).all()
        assert len(sample_rows(given, 500)) == 100


@pytest.mark.parametrize(
    ("encoders", "titles"),
    [
        (["a/b/base", "a/c/base"], ["b/base", "c/base"]),
        (["one\\base", "other/base", "small"], ["one/base", "other/base", "small"]),
        (["instructor:/m/base", "/m/base"], ["instructor:/m/base", "/m/base"]),
        (["vectors:v.npy#1", "vectors:v.npy#2"], ["vectors:v.npy#1", "vectors:v.npy#2"]),
    ],
)
def test_models_of_one_name_are_told_apart(encoders, titles):
    systems = list_systems([(encoder, "") for encoder in encoders])
    assert [system.title for system in systems if system.method.reencodes] == titles
