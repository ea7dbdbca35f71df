import re

import numpy as np
import pytest

from core.evidence import Change, compare_neighbours, most_changed, neighbour_change
from core.neighbours import Graph, build_graph


def graph(*neighbours):
    indices = np.array(neighbours, dtype=np.int32)
    return Graph(indices, np.linspace(1, 0.5, indices.size, dtype=np.float32).reshape(indices.shape))


BEFORE = graph([1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2])
AFTER = graph([3, 2, 1], [4, 0, 2], [4, 5, 1], [4, 5, 6])


def test_share_of_neighbours_replaced():
    """Text 0 keeps all three in another order, the others lose one, two and all three."""
    change = neighbour_change(BEFORE, AFTER)
    assert change.dtype == np.float32
    np.testing.assert_allclose(change, [0, 1 / 3, 2 / 3, 1], atol=1e-6)


def test_the_same_graph_and_both_directions():
    assert (neighbour_change(BEFORE, BEFORE) == 0).all()
    assert neighbour_change(AFTER, BEFORE).tolist() == neighbour_change(BEFORE, AFTER).tolist()


def test_as_many_neighbours_count_on_both_sides():
    assert neighbour_change(graph([1, 2, 3, 4]), graph([4, 1])).tolist() == [0.5]


def test_texts_without_neighbours_keep_them():
    alone = build_graph(np.ones((1, 3)))
    assert neighbour_change(alone, alone).tolist() == [0]
    assert most_changed(alone, alone) == []


def test_agrees_with_sets_on_real_graphs():
    X = np.random.default_rng(0).standard_normal((200, 6))
    before, after = build_graph(X), build_graph(X * [1, 1, 1, 0.2, 0.2, 0.2])
    expected = [len(set(new) - set(old)) / 15 for old, new in zip(before.indices, after.indices, strict=True)]
    assert 0 < np.mean(expected) < 1
    np.testing.assert_allclose(neighbour_change(before, after), expected, atol=1e-6)


def test_most_changed_texts_say_what_they_lost_and_gained():
    assert most_changed(BEFORE, AFTER, 2) == [
        Change(row=3, share=1.0, lost=0, gained=4),
        Change(row=2, share=pytest.approx(2 / 3), lost=0, gained=4),
    ]
    assert [change.row for change in most_changed(BEFORE, AFTER, 10)] == [3, 2, 1]
    assert most_changed(BEFORE, AFTER, 0) == []


def test_of_texts_that_kept_no_neighbour_those_with_the_closest_come_first():
    similarities = np.array([[0.5], [0.5], [0.9], [0.7]], np.float32)
    before = Graph(np.array([[1], [0], [3], [2]], np.int32), similarities)
    after = Graph(np.array([[2], [2], [0], [0]], np.int32), np.full((4, 1), 0.9, np.float32))
    assert [change.row for change in most_changed(before, after)] == [2, 3, 0, 1]


def test_graphs_must_be_of_the_same_texts():
    with pytest.raises(ValueError, match=re.escape("Graphs of 4 and of 1 texts found")):
        neighbour_change(BEFORE, graph([0]))


def test_neighbours_of_one_text_kept_gained_and_lost():
    compared = compare_neighbours(BEFORE, AFTER, 1)  # [0, 2, 3] become [4, 0, 2]
    assert (compared.kept.tolist(), compared.gained.tolist(), compared.lost.tolist()) == ([0, 2], [4], [3])
    same = compare_neighbours(BEFORE, AFTER, 0)  # in another order
    assert same.kept.tolist() == [3, 2, 1] and len(same.gained) == len(same.lost) == 0


def test_the_comparison_of_one_text_agrees_with_the_share_replaced():
    X = np.random.default_rng(1).standard_normal((100, 6))
    before, after = build_graph(X, 10), build_graph(X * [1, 1, 1, 0.2, 0.2, 0.2], 7)
    change = neighbour_change(before, after)
    for row in range(100):
        compared = compare_neighbours(before, after, row)
        assert len(compared.gained) == len(compared.lost) == 7 - len(compared.kept)
        assert len(compared.gained) / 7 == pytest.approx(float(change[row]))
        assert set(compared.kept) | set(compared.gained) == set(after.indices[row].tolist())


def test_a_comparison_needs_graphs_of_the_same_texts():
    with pytest.raises(ValueError, match="must be of the same texts"):
        compare_neighbours(BEFORE, graph([0]), 0)


def test_a_text_that_only_gained_neighbours_is_left_out():
    similarities = np.full((3, 2), 0.5, np.float32)
    found_once = Graph(np.array([[1, 1], [0, 2], [0, 1]], np.int32), similarities)
    after = Graph(np.array([[1, 2], [0, 2], [0, 1]], np.int32), similarities)
    assert most_changed(found_once, after) == []
