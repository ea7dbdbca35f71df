import re
import time

import numpy as np
import pytest

from core.labels import find_conflicts, find_more
from core.neighbours import Graph, build_graph


class TestFindMore:
    probabilities = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3], [0.6, 0.4]])

    def test_most_probable_unlabelled_first(self):
        y = np.array([0, -1, -1, -1, -1])
        assert find_more(y, self.probabilities, 0, 3).tolist() == [3, 2, 4]
        assert find_more(y, self.probabilities, 1, 2).tolist() == [1, 2]

    def test_fewer_when_fewer_are_left(self):
        assert find_more(np.array([0, 0, -1, 0, 0]), self.probabilities, 1, 9).tolist() == [2]
        assert find_more(np.zeros(5, dtype=int), self.probabilities, 1, 9).tolist() == []
        assert find_more(np.full(5, -1), self.probabilities, 1, 0).tolist() == []

    def test_copies_of_labelled_and_of_found_texts_are_skipped(self):
        """Of five directions, each four times, two are labelled: three are left, each its first row."""
        X = np.tile(np.eye(5), (4, 1))
        y = np.full(20, -1)
        y[[0, 6]] = [0, 1]
        probabilities = np.linspace(0.9, 0.1, 20)[:, None] * [1, 0]
        assert find_more(y, probabilities, 0, 9, X=X).tolist() == [2, 3, 4]
        assert find_more(y, probabilities, 0, 2, X=X).tolist() == [2, 3]
        assert len(find_more(y, probabilities, 0, 9)) == 9

    def test_copies_far_down_the_list_are_skipped_too(self):
        """The first 600 rows are of three directions, and only the rows after them are new."""
        X = np.vstack([np.tile(np.eye(8)[:3], (200, 1)), np.eye(8)[3:]])
        y = np.full(605, -1)
        probabilities = np.linspace(1, 0, 605)[:, None]
        assert find_more(y, probabilities, 0, 5, X=X).tolist() == [0, 1, 2, 600, 601]

    def test_bad_input(self):
        with pytest.raises(ValueError, match=re.escape("4 labels and 5 rows of probabilities found")):
            find_more(np.full(4, -1), self.probabilities, 0, 1)
        with pytest.raises(
            ValueError, match=re.escape("5 labels and 5 rows of probabilities and 2 embeddings")
        ):
            find_more(np.full(5, -1), self.probabilities, 0, 1, X=np.eye(2))
        with pytest.raises(ValueError, match=re.escape("Column 2 asked for; there are 2")):
            find_more(np.full(5, -1), self.probabilities, 2, 1)

    def test_many_texts_take_little_time(self):
        rng = np.random.default_rng(0)
        X, y = rng.standard_normal((20_000, 64)).astype("f"), np.full(20_000, -1)
        y[:200] = 0
        started = time.perf_counter()
        assert len(find_more(y, rng.random((20_000, 10)), 3, 20, X=X)) == 20
        assert time.perf_counter() - started < 1  # 0.01 s on an idle machine; tests share theirs


class TestFindConflicts:
    def test_groups_by_hand(self):
        """0, 1 and 2 are linked copies (1 unlabelled), 3 and 5 equal texts; 4 copies nothing."""
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

    def test_many_copies_are_one_group(self):
        """More copies than the graph has neighbours for: equal texts hold them together."""
        X = np.tile(np.eye(4), (10, 1))
        texts = np.tile(np.array(list("abcd"), dtype=object), 10)
        y = np.full(40, -1)
        y[[0, 36, 4]] = 0, 1, 0
        assert [rows.tolist() for rows in find_conflicts(y, build_graph(X, k=3), texts)] == [[0, 4, 36]]
