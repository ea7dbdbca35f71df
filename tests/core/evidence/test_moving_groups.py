"""Groups that moved together: by hand, planted among many, and none where nothing moved."""

import numpy as np
import pytest

from core.corpus import Partition
from core.evidence import moving_groups, neighbour_change
from core.neighbours import Graph, build_graph


def partition(codes):
    codes = np.asarray(codes, dtype=np.int32)
    return Partition(codes, {int(code): f"group {code}" for code in np.unique(codes[codes >= 0])})


def graph(rows):
    indices = np.asarray(rows, dtype=np.int32)
    return Graph(indices, np.ones(indices.shape, dtype=np.float32))


def found(left, right, before, after, **options):
    return moving_groups(left, right, neighbour_change(before, after), before, after, **options)


# Twelve texts with two neighbours each. On the left, 0 to 5 stand in a ring of every second one: 0, 1, 2 have
# neighbours among 3, 4, 5. On the right, 0, 1 and 2 have one another and their left company went elsewhere.
LEFT = partition([0] * 6 + [1] * 6)
RIGHT = partition([5] * 3 + [7] * 9)
RING = [[7, 8], [6, 8], [6, 7], [10, 11], [9, 11], [9, 10]]
BEFORE = graph([[3, 4], [4, 5], [3, 5], [0, 4], [1, 3], [1, 4], *RING])
AFTER = graph([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4], *RING])


def test_a_group_that_left_its_company_by_hand():
    first, second = found(LEFT, RIGHT, BEFORE, AFTER)
    assert (first.left, first.right, first.rows.tolist()) == (0, 5, [0, 1, 2])
    assert first.rows.dtype == np.int64
    assert (first.left_size, first.change, first.before, first.together) == (6, 1.0, 0.0, 1.0)
    # Both gained: 0, 1, 2 both of their neighbours, 3, 4, 5 one of theirs.
    assert (second.left, second.right, second.rows.tolist()) == (0, 7, [3, 4, 5])
    assert (second.change, second.before, second.together) == (0.5, 0.5, 1.0)


def test_the_gain_decides_and_then_what_chance_would_put_there():
    assert [group.right for group in found(LEFT, RIGHT, BEFORE, AFTER, most=1)] == [5]
    # Now both gain as much. Of the right groups, 5 is the smaller one: less of it is chance.
    even = graph([[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4], *RING])
    odd = graph([[1, 3], [2, 3], [0, 3], [0, 4], [1, 5], [2, 3], *RING])
    for codes in ([5, 7], [7, 5]):
        right = partition([codes[0]] * 3 + [codes[1]] * 3 + [7] * 6)
        assert [group.right for group in found(LEFT, right, odd, even)] == [5, 7]
    assert found(LEFT, RIGHT, BEFORE, AFTER, most=0) == []


def test_equal_spaces_have_no_moving_groups_however_they_are_cut():
    assert found(LEFT, RIGHT, BEFORE, BEFORE) == []
    rng = np.random.default_rng(0)
    same = build_graph(rng.normal(size=(300, 8)), 5)
    for n_groups in (2, 5, 20):
        cuts = (partition(rng.integers(0, n_groups, 300)) for _ in range(2))
        assert found(*cuts, same, same) == []


def test_most_of_a_group_is_its_company_and_does_not_leave_it():
    left = partition([0] * 5 + [1] * 7)  # now 0, 1, 2 are three fifths of it
    assert [group.rows.tolist() for group in found(left, RIGHT, BEFORE, AFTER)] == []


def test_a_group_too_small_to_fill_a_neighbourhood_is_left_out():
    right = partition([5, 5, 6, 7, 7, 7, *[7] * 6])
    assert [group.right for group in found(LEFT, right, BEFORE, AFTER)] == [7]


@pytest.mark.parametrize("side", ["left", "right"])
def test_texts_in_no_group_share_nothing(side):
    codes = {"left": LEFT.codes.copy(), "right": RIGHT.codes.copy()}
    codes[side][:3] = -1
    groups = found(partition(codes["left"]), partition(codes["right"]), BEFORE, AFTER)
    assert all(not np.isin(group.rows, [0, 1, 2]).any() for group in groups)


def test_of_a_left_group_those_in_no_right_group_count_as_gone():
    right = partition([5] * 3 + [-1] * 3 + [7] * 6)
    (only,) = found(LEFT, right, BEFORE, AFTER)
    assert only.rows.tolist() == [0, 1, 2] and only.left_size == 6


def test_only_counted_texts_are_texts_and_neighbours():
    among = np.ones(12, dtype=bool)
    among[[5, 11]] = False
    # The left group has 5 texts now, 3 of which are no longer the smaller part.
    assert found(LEFT, RIGHT, BEFORE, AFTER, among=among) == []
    among[:] = True
    among[4] = False
    left = partition([0] * 7 + [1] * 5)
    first, second = found(left, RIGHT, BEFORE, AFTER, among=among)
    assert first.rows.tolist() == [0, 1, 2] and first.left_size == 6
    assert (first.before, first.together) == (0.0, 1.0)
    assert second.rows.tolist() == [3, 5, 6]
    # Half of a neighbourhood that is not counted is no stranger's half.
    mixed = graph([[4, 2], [0, 2], [0, 1], *AFTER.indices[3:].tolist()])
    assert found(left, RIGHT, BEFORE, mixed, among=among)[0].together == 1.0
    assert found(LEFT, RIGHT, BEFORE, mixed)[0].together == pytest.approx(5 / 6)


def test_no_texts_no_neighbours_no_groups():
    assert found(LEFT, RIGHT, BEFORE, AFTER, among=np.zeros(12, dtype=bool)) == []
    nothing = graph(np.zeros((12, 0)))
    assert found(LEFT, RIGHT, nothing, nothing) == []
    nobody = partition([-1] * 12)
    assert found(nobody, nobody, BEFORE, AFTER) == []


def planted(seed=0):
    """1,200 texts in six heaps; of two heaps, 60 texts leave for the heap of others, each side by side.

    Of a third heap, 60 texts leave too, but each for itself.
    """
    rng = np.random.default_rng(seed)
    heap = np.repeat(np.arange(6), 200)
    middles = 4 * np.eye(24)
    before = middles[heap] + rng.normal(size=(1200, 24)) * 0.6
    after, heap_after = before.copy(), heap.copy()
    for group, (source, target) in enumerate([(0, 3), (1, 4)]):
        rows = rng.permutation(np.flatnonzero(heap == source))[:60]
        aside = 3 * np.eye(24)[10 + group]
        after[rows] = middles[target] + aside + rng.normal(size=(60, 24)) * 0.5
        heap_after[rows] = target
    scattered = rng.permutation(np.flatnonzero(heap == 2))[:60]
    heap_after[scattered] = np.tile([0, 1, 3, 4, 5], 12)
    after[scattered] = middles[heap_after[scattered]] + rng.normal(size=(60, 24)) * 0.6
    return partition(heap), partition(heap_after), before, after


def test_planted_groups_are_found_and_scattered_texts_are_not():
    left, right, before, after = planted()
    groups = found(left, right, build_graph(before, 10), build_graph(after, 10))
    assert {(group.left, group.right) for group in groups} == {(0, 3), (1, 4)}
    for group in groups:
        assert len(group.rows) == 60 and group.left_size == 200
        assert group.together > 0.9 and group.before < 0.5


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_texts_does_not_matter(seed):
    left, right, before, after = planted(seed)
    order = np.random.default_rng(seed).permutation(1200)
    plain = found(left, right, build_graph(before, 10), build_graph(after, 10))
    permuted = found(
        partition(left.codes[order]),
        partition(right.codes[order]),
        build_graph(before[order], 10),
        build_graph(after[order], 10),
    )
    assert len(plain) == len(permuted) > 0
    for one, other in zip(plain, permuted, strict=True):
        assert (one.left, one.right) == (other.left, other.right)
        assert one.rows.tolist() == sorted(order[other.rows].tolist())
        assert one.together == pytest.approx(other.together) and one.change == pytest.approx(other.change)


def test_only_as_many_neighbours_as_both_graphs_have_count():
    wide = graph(np.hstack([AFTER.indices, np.zeros((12, 4), dtype=np.int32)]))
    assert found(LEFT, RIGHT, BEFORE, wide)[0].together == 1.0
