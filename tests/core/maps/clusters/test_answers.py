"""Common answers explain clusters."""

import numpy as np

from core.maps.clusters import explain_clusters


def test_answers_explain_clusters():
    answers = ["Angry.", "angry", "angry", "late", "", "glad", "x"]
    codes = np.array([0, 0, 0, 0, 0, 1, -1])
    assert explain_clusters(answers, codes, most=1) == {0: [("angry", 3)], 1: [("glad", 1)]}
    assert explain_clusters(["", "."], np.array([2, 2])) == {2: []}
