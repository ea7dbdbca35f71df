import time

import numpy as np
import pytest

from core.labels import suggest


@pytest.fixture
def regions():
    """Four regions of unit vectors in 16 dimensions: 40, 30, 20 and 10 texts."""
    rng = np.random.default_rng(0)
    centres = 4 * np.linalg.qr(rng.standard_normal((16, 4)))[0].T
    region = np.repeat(np.arange(4), [40, 30, 20, 10])
    X = centres[region] + 0.4 * rng.standard_normal((100, 16))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f"), region


def test_first_suggestions_cover_every_region(regions):
    X, region = regions
    first = suggest(X, np.full(100, -1), 4)
    assert sorted(region[first]) == [0, 1, 2, 3]


def test_regions_with_a_label_wait(regions):
    X, region = regions
    y = np.full(100, -1)
    y[[0, 1, 45]] = [0, 0, 1]
    assert set(region[suggest(X, y, 2)]) == {2, 3}


def test_never_labelled_never_twice(regions):
    X, _ = regions
    y = np.full(100, -1)
    rng = np.random.default_rng(1)
    for _ in range(9):
        picked = suggest(X, y, 10)
        assert len(set(picked.tolist())) == len(picked) == 10
        assert (y[picked] < 0).all()
        y[picked] = rng.integers(3, size=10)


def test_duplicates_are_not_suggested(regions):
    """Twenty different texts, five times each, two of them labelled: eighteen are worth a label."""
    X = np.tile(regions[0][::5], (5, 1))
    y = np.full(100, -1)
    y[[0, 21]] = [0, 1]
    picked = suggest(X, y, 50)
    assert len(picked) == 18
    assert len(set((picked % 20).tolist()) | {0, 1}) == 20


def test_fewer_when_fewer_are_left(regions):
    X, _ = regions
    y = np.zeros(100, dtype=int)
    y[[3, 50]] = -1
    assert sorted(suggest(X, y, 10)) == [3, 50]
    assert len(suggest(X, np.zeros(100, dtype=int), 10)) == 0
    assert len(suggest(X, np.full(100, -1), 0)) == 0


def test_doubtful_texts_come_first_once_every_region_has_labels(regions):
    X, region = regions
    y = np.full(100, -1)
    for number in range(4):
        y[np.flatnonzero(region == number)[:8]] = number
    probabilities = np.full((100, 4), 0.01)
    probabilities[np.arange(100), region] = 0.97
    probabilities[region == 1] = [0.01, 0.49, 0.49, 0.01]
    picked = suggest(X, y, 5, probabilities=probabilities)
    assert (region[picked] == 1).mean() >= 0.8


def test_same_seed_same_picks_and_input_untouched(regions):
    X, _ = regions
    y = np.full(100, -1)
    before = X.copy(), y.copy()
    assert suggest(X, y, 7).tolist() == suggest(X, y, 7).tolist()
    assert (before[0] == X).all() and (y == before[1]).all()


def test_label_names_do_not_matter(regions):
    X, region = regions
    y = np.full(100, -1)
    y[::9] = region[::9]
    renamed = np.where(y >= 0, 90 - 7 * y, -1)
    assert sorted(suggest(X, y, 7)) == sorted(suggest(X, renamed, 7))


def test_one_text_and_equal_texts():
    assert suggest(np.ones((1, 3)), np.array([-1]), 5).tolist() == [0]
    assert len(suggest(np.ones((6, 3)), np.full(6, -1), 5)) == 1


def test_many_texts_take_little_time():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20_000, 64)).astype("f")
    y = np.full(len(X), -1)
    y[rng.choice(len(X), 60, replace=False)] = rng.integers(6, size=60)
    started = time.perf_counter()
    suggest(X, y, 10)
    assert time.perf_counter() - started < 3  # 0.5 s on an idle machine; tests share theirs
