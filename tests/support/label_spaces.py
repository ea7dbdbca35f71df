"""Synthetic spaces with labels, and transforms whose effect is known, for tests of evidence."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin


class Doubled(TransformerMixin, BaseEstimator):
    """Nothing changes: twice the generic space. Notes what it was fitted with."""

    seen: list = []  # noqa: RUF012  shared by clones, so that the test can look

    def fit(self, X, y, *, label_vectors=None):
        self.seen.append((len(X), y.copy(), label_vectors))
        return self

    def transform(self, X):
        return 2 * X


class Shaken(TransformerMixin, BaseEstimator):
    """The generic space with noise on it, the same for the same labels: worse."""

    def fit(self, X, y):
        self.seed_ = int(np.flatnonzero(y >= 0).sum())
        return self

    def transform(self, X):
        return X + 0.3 * np.random.default_rng(self.seed_).standard_normal(X.shape)


def unit(X):
    return (X / np.linalg.norm(X, axis=1, keepdims=True)).astype("f")


def on_circle(*degrees):
    return np.c_[np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))].astype("f")


def crossed(n=400, seed=0):
    """A space of four loud topics in which a quiet direction carries the label."""
    rng = np.random.default_rng(seed)
    topic, label = rng.integers(4, size=n), rng.integers(2, size=n)
    X = 0.25 * rng.standard_normal((n, 24))
    X[np.arange(n), topic] += 3
    X[:, 10] += np.where(label == 1, 0.35, -0.35)
    return unit(X), label


def topics(n=400, n_classes=4, loudness=0.6, seed=0):
    """A space whose main structure is the label, buried in noise."""
    rng = np.random.default_rng(seed)
    label = rng.integers(n_classes, size=n)
    X = 0.25 * rng.standard_normal((n, 32))
    X[np.arange(n), label] += loudness
    return unit(X), label


def only_in_a_view(n=300, n_classes=3, loudness=1.5, seed=0):
    """A space of noise, with two views: the label is the main structure of the second alone."""
    rng = np.random.default_rng(seed)
    X, other = (unit(rng.standard_normal((n, 24))) for _ in range(2))
    view, label = topics(n, n_classes, loudness, seed)
    return X, [other.astype(np.float16), view.astype(np.float16)], label


def partly(labels, n, seed=0):
    y = np.full(len(labels), -1)
    rows = np.random.default_rng(seed).choice(len(labels), n, replace=False)
    y[rows] = labels[rows]
    return y


def without_meaning(n_classes, n_labels, seed, n=300):
    X, _ = crossed(n, seed)
    return X, partly(np.random.default_rng(seed + 50).integers(n_classes, size=n), n_labels, seed)


def around_corners(n, n_classes=3, seed=0):
    """Unit vectors around one corner for each label, the labels, and the corners; labels take turns."""
    generator = np.random.default_rng(seed)
    codes = np.arange(n) % n_classes
    corners = np.eye(8, dtype=np.float32)[:n_classes]
    vectors = corners[codes] + 0.1 * generator.normal(size=(n, 8))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), codes, corners
