"""Maps that are laid out from a sample."""

import numpy as np
import pytest

from core.maps import project, project_sample
from core.maps.large import draw_sample
from core.maps.quality import kept_neighbours
from core.neighbours import build_graph, unit_rows

SIZES = (1_500, 900, 500, 60, 40)


@pytest.fixture(scope="module")
def grouped():
    """Groups of very different sizes, and the group of each text."""
    rng = np.random.default_rng(0)
    group = rng.permutation(np.repeat(np.arange(len(SIZES)), SIZES))
    centres = 3 * np.eye(len(SIZES), 16)
    return unit_rows(centres[group] + 0.5 * rng.normal(size=(len(group), 16))), group


@pytest.fixture(scope="module")
def drawn(grouped):
    return project_sample(grouped[0], size=400)


def share_near_own_group(places, group):
    nearest = np.argsort(np.linalg.norm(places[:, None] - places, axis=2), axis=1)[:, 1:6]
    return np.mean(group[nearest] == group[:, None], axis=1)


def test_placed_texts_are_beside_their_own_group(grouped, drawn):
    assert drawn.dtype == np.float32 and drawn.shape == (len(grouped[1]), 2)
    share = share_near_own_group(drawn, grouped[1])
    assert share.mean() > 0.97
    assert min(share[grouped[1] == each].mean() for each in range(len(SIZES))) > 0.9
    assert np.abs(drawn.mean(axis=0)).max() < 1e-4


def test_no_text_lies_on_another(drawn):
    assert len(np.unique(drawn, axis=0)) == len(drawn)


def test_the_same_seed_gives_the_same_map(grouped, drawn):
    assert np.array_equal(project_sample(grouped[0], size=400), drawn)
    assert not np.array_equal(project_sample(grouped[0], size=400, random_state=1), drawn)


def test_small_groups_keep_texts(grouped):
    rows = draw_sample(grouped[0], 400)
    assert len(rows) == 400 and (np.diff(rows) > 0).all()
    assert (np.bincount(grouped[1][rows], minlength=len(SIZES)) > 5).all()


def test_a_smaller_share_of_a_tight_crowd_is_drawn(grouped):
    tight, loose = (grouped[1] == each for each in (0, 1))
    X = grouped[0].copy()
    X[tight] = X[tight].mean(axis=0) + 0.01 * X[tight]
    is_drawn = np.isin(np.arange(len(X)), draw_sample(X, 400))
    assert is_drawn[tight].mean() < 0.8 * is_drawn[loose].mean()


def test_equal_texts_do_not_crowd_the_sample():
    X = np.random.default_rng(0).normal(size=(2_000, 8))
    X[:1_000] = X[0]
    rows = draw_sample(X, 200)
    assert 0 < (rows < 1_000).sum() < 50


def test_few_texts_are_all_laid_out(grouped):
    X = grouped[0][:300]
    assert np.array_equal(project_sample(X, size=300), project(X, build_graph(X)))


def test_a_start_keeps_places_recognisable(grouped, drawn):
    again = project_sample(grouped[0], init=drawn, size=400)
    moved = np.linalg.norm(again - drawn, axis=1)
    spread = np.sqrt(np.square(drawn).sum(axis=1).mean())
    assert np.median(moved) < 0.3 * spread
    assert again.mean(axis=0) == pytest.approx(drawn.mean(axis=0), abs=1e-3)


def test_a_graph_brings_neighbours_nearer(grouped, drawn):
    graph = build_graph(grouped[0])
    refined = project_sample(grouped[0], graph=graph, size=400)
    assert kept_neighbours(graph, refined) > 1.3 * kept_neighbours(graph, drawn)
    assert share_near_own_group(refined, grouped[1]).mean() > 0.98
    small = project_sample(grouped[0], graph=graph, init=refined / 100, size=400)
    assert np.corrcoef(small.ravel(), refined.ravel())[0, 1] > 0.8
    assert np.abs(small).max() < 1


@pytest.mark.parametrize("with_graph", [False, True])
def test_progress_rises_to_its_end(grouped, with_graph):
    calls = []
    graph = build_graph(grouped[0]) if with_graph else None
    project_sample(
        grouped[0], graph=graph, size=400, progress=lambda done, total: calls.append((done, total))
    )
    assert calls == sorted(calls) and calls[-1] == (100, 100)


def test_vectors_mapped_from_disk_are_read_in_place(grouped, drawn, tmp_path):
    np.save(tmp_path / "vectors.npy", grouped[0])
    mapped = np.load(tmp_path / "vectors.npy", mmap_mode="r")
    assert np.array_equal(project_sample(mapped, size=400), drawn)
