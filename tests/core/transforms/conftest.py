"""Fixtures: vectors with labels."""

import numpy as np
import pytest


@pytest.fixture
def blobs():
    """Sixty unit vectors in 8 dimensions around three centres, and their classes."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(3), 20)
    X = 2 * rng.standard_normal((3, 8))[codes] + rng.standard_normal((60, 8))
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f"), codes


@pytest.fixture
def few(blobs):
    """The same with four labels of each class."""
    X, codes = blobs
    return X, np.where(np.arange(60) % 5 == 0, codes, -1)


@pytest.fixture(scope="module")
def loud_topics():
    """Five hundred vectors with four loud topics, and a quiet direction with a label of two classes."""
    rng = np.random.default_rng(0)
    topic, label = rng.integers(4, size=500), rng.integers(2, size=500)
    X = 0.25 * rng.standard_normal((500, 24))
    X[np.arange(500), topic] += 3
    X[:, 10] += np.where(label == 1, 0.35, -0.35)
    return X.astype("f"), topic, label
