import time

import numpy as np
import pytest

from core.maps.clusters import (
    FINEST_LEVEL,
    ClusterChoice,
    Edit,
    cluster_levels,
    cluster_map,
    map_names,
)
from core.maps.clusters.algorithms import DEFAULT_LEVEL
from core.storage import ArtifactStore
from core.tasks import open_source, steps
from core.tasks.steps import keep_hierarchy

WORDS = ["train", "soup", "doctor", "guitar", "garden", "window", "candle", "bridge"]
FILLERS = ["we", "had", "and", "then", "so", "quite", "the", "of", "it", "was"]


def planted(n_heaps=6, size=60, seed=0):
    """Heaps of two halves each, with a word for each heap and each half among function words."""
    rng = np.random.default_rng(seed)
    points, texts = [], []
    for heap in range(n_heaps):
        for half in range(2):
            centre = np.array([20.0 * (heap % 3), 20.0 * (heap // 3) + 5 * half])
            points.append(rng.normal(centre, 0.5, (size // 2, 2)))
            for _ in range(size // 2):
                fillers = rng.permutation(FILLERS)[:5]
                texts.append(" ".join([WORDS[heap], f"{WORDS[heap]}{'red' if half else 'blue'}", *fillers]))
    return np.concatenate(points).astype(np.float32), np.array(texts, dtype=object)


@pytest.fixture
def source(tmp_path):
    points, texts = planted()
    return open_source(ArtifactStore(tmp_path), "corpus", texts, "space", points, points)


def test_the_default_choice_is_the_default_level(source):
    found = cluster_map(source, ClusterChoice())
    assert np.array_equal(found.partition.codes, source.levels[DEFAULT_LEVEL])
    assert set(found.partition.names) == set(range(found.partition.codes.max() + 1))
    assert all(any(word in name for word in WORDS) for name in found.partition.names.values())
    assert not any(set(name.split()) & set(FILLERS) for name in found.partition.names.values())


def test_finer_levels_have_at_least_as_many_clusters(source):
    counts = [len(cluster_map(source, ClusterChoice(fineness=step)).partition.names) for step in range(9)]
    assert counts == sorted(counts)
    assert counts[0] < counts[FINEST_LEVEL]
    assert 6 in counts or 12 in counts


def test_a_stored_hierarchy_is_not_computed_again(source, tmp_path, monkeypatch):
    monkeypatch.setattr(steps, "map_hierarchy", None)
    again = keep_hierarchy(ArtifactStore(tmp_path), "space", source.points)
    for each, other in zip(cluster_levels(again), source.levels, strict=True):
        assert np.array_equal(each, other)


def test_noise_stands_apart_or_joins(tmp_path):
    points, texts = planted()
    points[::20] += 9  # noise
    source = open_source(ArtifactStore(tmp_path), "corpus", texts, "space", points, points)
    apart = cluster_map(source, ClusterChoice(noise="apart"))
    joined = cluster_map(source, ClusterChoice(noise="nearest"))
    assert (apart.partition.codes < 0).any() and not (joined.partition.codes < 0).any()
    assert cluster_map(source, ClusterChoice()).noise == "apart"
    inside = apart.partition.codes >= 0
    assert len(
        np.unique(np.column_stack([apart.partition.codes, joined.partition.codes])[inside], axis=0)
    ) == len(apart.partition.names)


def test_k_means_finds_k_clusters_and_stores_them(source, monkeypatch):
    found = cluster_map(source, ClusterChoice(method="k-means", k=6))
    assert len(found.partition.names) == 6
    assert (found.partition.codes >= 0).all()
    monkeypatch.setattr(steps, "find_k_clusters", None)
    again = cluster_map(source, ClusterChoice(method="k-means", k=6))
    assert np.array_equal(again.partition.codes, found.partition.codes)


def test_edits_apply_and_kept_names_stay(source):
    plain = cluster_map(source, ClusterChoice()).partition
    taken = plain.names[1]
    edits = [Edit("name", (plain.rows(0),), (taken,))]
    found = cluster_map(source, ClusterChoice(), edits)
    assert found.partition.names[0] == taken
    assert found.kept_names == {0}
    names = [name.casefold() for name in found.partition.names.values()]
    assert len(set(names)) == len(names)
    lost = cluster_map(source, ClusterChoice(method="k-means", k=1), edits)
    assert lost.lost == [f"name “{taken}”"]


@pytest.mark.parametrize("cut", ["density", "k-means 5", "k-means 7"])
def test_as_many_k_means_clusters_as_chosen_after_edits_of_another_cut(source, cut):
    plain = cluster_map(source, ClusterChoice(method="k-means", k=6)).partition
    first, second = plain.rows(0), plain.rows(1)
    edits = [
        Edit("split", (first[::2], first[1::2]), cut=cut),
        Edit("merge", (first, second), cut=cut),
        Edit("move", (second[:2],), cut=cut),
        Edit("move", (second, first), cut=cut),
        Edit("name", (first,), ("kept",), cut=cut),
    ]
    found = cluster_map(source, ClusterChoice(method="k-means", k=6), edits)
    assert np.array_equal(found.partition.codes, plain.codes)
    assert bool(found.kept_names) == (cut != "density")
    assert len(found.lost) == (5 if cut == "density" else 4)


def test_edits_apply_in_the_cut_they_were_made_in(source):
    for choice in (ClusterChoice(), ClusterChoice(method="k-means", k=6)):
        plain = cluster_map(source, choice)
        first = plain.partition.rows(0)
        edit = Edit("split", (first[::2], first[1::2]), cut=plain.cut)
        found = cluster_map(source, choice, [edit])
        assert len(found.partition.names) == len(plain.partition.names) + 1 and found.lost == []
    by_density = cluster_map(source, ClusterChoice(), [edit])
    assert by_density.lost == ["split into 2"]


def test_an_edit_without_its_cut_applies_to_k_means_clusters_with_exactly_its_texts(source):
    choice = ClusterChoice(method="k-means", k=6)
    first, second = (cluster_map(source, choice).partition.rows(code) for code in (0, 1))
    here, elsewhere = Edit("merge", (first, second)), Edit("split", (first[1::2], first[2::2]))
    assert len(cluster_map(source, choice, [here]).partition.names) == 5
    other = cluster_map(source, choice, [elsewhere])
    assert len(other.partition.names) == 6 and len(other.lost) == 1


def test_names_for_a_closer_zoom_are_finer_and_different(source):
    coarse = cluster_map(source, ClusterChoice(fineness=0)).partition
    found = map_names(source, coarse)
    names = found.names
    shown = [name for name in names if name[4] == 1.0]
    assert {name[0] for name in shown} == set(coarse.names.values())
    assert [name[3] for name in shown] == sorted((name[3] for name in shown), reverse=True)
    assert len(names) > len(shown)
    assert len({name[0] for name in names}) == len(names)
    low, high = source.points.min(axis=0), source.points.max(axis=0)
    assert all(low[0] <= x <= high[0] and low[1] <= y <= high[1] for _, x, y, *_ in names)
    # The texts of each name are known: a click on it selects them.
    for _, _, _, size, _, code, level in names:
        assert np.count_nonzero(found.groups[level] == code) == size
    np.testing.assert_array_equal(found.groups[0], coarse.codes)


def test_a_choice_is_read_from_its_text():
    choice = ClusterChoice(method="k-means", k=7, noise="nearest")
    assert ClusterChoice.from_text(choice.to_text()) == choice
    assert ClusterChoice.from_text(None) == ClusterChoice(fineness=DEFAULT_LEVEL)


def test_three_texts_are_one_cluster(tmp_path):
    texts = np.array(["one", "two", "three"], dtype=object)
    points = np.zeros((3, 2), dtype=np.float32)
    source = open_source(ArtifactStore(tmp_path), "corpus", texts, "space", points, points)
    found = cluster_map(source, ClusterChoice())
    assert found.partition.codes.tolist() == [0, 0, 0]
    assert len(map_names(source, found.partition).names) == 1


def test_cutting_and_naming_many_texts_is_quick(tmp_path):
    # 20,000 texts take a fiftieth of the time allowed; quadratic cost exceeds it.
    points, texts = planted(n_heaps=8, size=2_500)
    source = open_source(ArtifactStore(tmp_path), "corpus", texts, "space", points, points)
    start = time.perf_counter()
    cluster_map(source, ClusterChoice(fineness=7))
    assert time.perf_counter() - start < 2
