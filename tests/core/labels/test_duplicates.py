import numpy as np

from core.labels import find_conflicts
from core.labels.duplicates import first_of_duplicates, group_duplicates
from core.neighbours import Graph, build_graph, unit_rows


class TestGroups:
    def test_duplicates_of_duplicates_share_a_group(self):
        """Vectors at 0, 0.7 and 1.4 degrees: only neighbours are duplicates (cos 0.7° = 0.99993)."""
        angles = np.deg2rad([0, 90, 0.7, 1.4])
        groups = group_duplicates(np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32))
        assert groups[0] == groups[2] == groups[3] != groups[1]

    def test_the_first_of_each_group_is_kept_unless_it_is_seen(self):
        unit = unit_rows(np.eye(4)[[0, 1, 0, 2, 2]])
        assert first_of_duplicates(unit, unit[1:2]).tolist() == [0, 3]


class TestFindConflicts:
    def test_groups_by_hand(self):
        """0, 1 and 2 are linked duplicates (1 unlabelled), 3 and 5 equal texts; 4 duplicates nothing."""
        graph = Graph(
            indices=np.array([[1], [2], [1], [4], [3], [4]], dtype=np.int32),
            similarities=np.array([[1], [0.99995], [0.99995], [0.9998], [0.9998], [0.5]], dtype=np.float32),
        )
        texts = np.array(["a", "b", "c", "d", "e", "d"], dtype=object)

        def groups(*y):
            return [rows.tolist() for rows in find_conflicts(np.array(y), graph, texts)]

        assert groups(0, -1, 1, -1, -1, -1) == [[0, 2]]
        assert groups(0, -1, 0, 1, 0, 1) == []
        assert groups(-1, -1, -1, 0, 1, 2) == [[3, 5]]
        assert groups(0, 1, 1, 2, 2, 0) == [[0, 1, 2], [3, 5]]
        assert groups(-1, -1, -1, -1, -1, -1) == []

    def test_many_duplicates_are_one_group(self):
        """More duplicates than the graph has neighbours for: equal texts hold them together."""
        X = np.tile(np.eye(4), (10, 1))
        texts = np.tile(np.array(list("abcd"), dtype=object), 10)
        y = np.full(40, -1)
        y[[0, 36, 4]] = 0, 1, 0
        assert [rows.tolist() for rows in find_conflicts(y, build_graph(X, k=3), texts)] == [[0, 4, 36]]
