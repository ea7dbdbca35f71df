from dataclasses import replace

import numpy as np
import pytest

from core.maps import Fit, Space
from core.neighbours import Graph
from core.storage import ArtifactStore, has_fit, load_fit, save_fit
from core.transforms import Method

SPACE = Space(
    vectors=np.eye(3, dtype=np.float32),
    graph=Graph(np.array([[1], [2], [0]], dtype=np.int32), np.zeros((3, 1), dtype=np.float32)),
    map=np.zeros((3, 2), dtype=np.float32),
)
FIT = Fit(
    space=SPACE,
    space_key="fit",
    method=Method("guided"),
    instruction="by mood",
    labels=["angry", "calm"],
    label_ids=[1, 2],
    phrases=[["angry"], ["calm"]],
    classes=[0, 1],
    given=np.array([0, 1, -1]),
    probabilities=np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], dtype=np.float32),
    label_vectors=None,
)


@pytest.fixture
def results(tmp_path):
    return ArtifactStore(tmp_path)


def test_a_fit_keeps_how_probably_each_text_fits_no_label(results):
    given = np.array([0.1, 0.25, 0.9], dtype=np.float32)
    save_fit(results, "fit", replace(FIT, fits_none=given))
    found = load_fit(results, "fit").fits_none
    assert found.dtype == np.float32 and found.tolist() == given.tolist()


def test_a_fit_without_it_has_none(results):
    save_fit(results, "fit", FIT)
    assert has_fit(results, "fit") and load_fit(results, "fit").fits_none is None
