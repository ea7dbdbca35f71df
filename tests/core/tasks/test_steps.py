"""Steps that tasks share."""

import numpy as np
import pytest

from core.neighbours import build_graph, unit_rows
from core.storage import ArtifactStore, find_sample_size, has_hierarchy
from core.tasks import draw_space, steps


@pytest.fixture
def space(tmp_path):
    vectors = unit_rows(np.random.default_rng(0).normal(size=(300, 8)))
    return ArtifactStore(tmp_path), vectors, build_graph(vectors)


def draw(space, init=None):
    results, vectors, graph = space
    return draw_space(lambda *_: None, results, "key", vectors, graph, init=init).map


def test_all_texts_of_a_usual_corpus_are_laid_out(space):
    draw(space)
    assert find_sample_size(space[0], "key") is None and has_hierarchy(space[0], "key")


def test_the_map_of_very_many_texts_is_laid_out_from_a_sample(space, monkeypatch):
    monkeypatch.setattr(steps, "LARGEST_LAYOUT", 200)
    monkeypatch.setattr(steps, "SAMPLE_SIZE", 100)
    generic = draw(space)
    assert find_sample_size(space[0], "key") == 100 and has_hierarchy(space[0], "key")
    assert generic.shape == (300, 2) and len(np.unique(generic, axis=0)) == 300
    again = draw(space, init=generic)
    assert np.corrcoef(again.ravel(), generic.ravel())[0, 1] > 0.5
