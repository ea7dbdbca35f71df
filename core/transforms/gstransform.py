"""GSTransform: guided space transformation by a contrastive autoencoder."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ..utils import Progress
from .validation import read_labels

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

SEEDING = threading.Lock()
"""Held while weights are drawn: torch has one global generator for all threads."""


class GSTransform(TransformerMixin, BaseEstimator):
    """Reshape a space by thousands of labels with a contrastive autoencoder.

    The reshaped vector is the output of a small encoder (linear, ReLU, linear), not normalised. The loss
    draws texts of one label together, keeps others a margin apart, and has a linear decoder restore the
    generic vector. With a few dozen labels, `GuidedTransform` is better.

    The authors' code keeps a reference to the weights of the best epoch, which training goes on to change,
    and so ends with the last weights. Here the best are restored.

    Parameters
    ----------
    n_components : int, default=64
        Dimensions of the reshaped space.
    n_hidden : int, default=512
        Width of the hidden layer.
    margin : float, default=10.0
        Distance up to which texts of different labels are pushed apart.
    learning_rate : float, default=1e-4
        Step size of Adam.
    batch_size : int, default=64
        Texts per step.
    max_epochs : int, default=500
        Most passes over the labelled texts.
    patience : int, default=10
        Epochs without a better validation loss after which training stops.
    validation_share : float, default=0.2
        Share of the labelled texts for validation, 0 to 1.
    max_texts : int, default=3000
        Labelled texts at most; a random sample where there are more.
    random_state : int, default=0
        Seed of the sample, the split, the weights and the order of batches.

    Attributes
    ----------
    classes_ : ndarray of int, shape (n_classes,)
        Class codes of the labelled texts, ascending.
    weights_ : list of (ndarray of float32, ndarray of float32)
        Weights (n_in, n_out) and biases (n_out,) of the encoder's two layers.
    n_epochs_ : int
        Epochs trained.
    validation_loss_ : float
        Loss of the final weights on the validation texts.
    n_features_in_ : int
        Dimensions of the generic space.

    References
    ----------
    Feng, Sun, Sun, Zhu, Huang, Tung, Chen: "Don't Reinvent the Wheel: Efficient Instruction-Following Text
    Embedding based on Guided Space Transformation", ACL 2025, arXiv:2505.24754.
    """

    def __init__(
        self,
        *,
        n_components: int = 64,
        n_hidden: int = 512,
        margin: float = 10.0,
        learning_rate: float = 1e-4,
        batch_size: int = 64,
        max_epochs: int = 500,
        patience: int = 10,
        validation_share: float = 0.2,
        max_texts: int = 3000,
        random_state: int = 0,
    ) -> None:
        self.n_components = n_components
        self.n_hidden = n_hidden
        self.margin = margin
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.patience = patience
        self.validation_share = validation_share
        self.max_texts = max_texts
        self.random_state = random_state

    def fit(self, X: np.ndarray, y: np.ndarray, *, progress: Progress | None = None) -> GSTransform:
        """Train on the labelled rows of X.

        Cost O(epochs x n_labelled x (n_dims x n_hidden + batch_size x n_components)).

        Parameters
        ----------
        X : array of shape (n_texts, n_dims)
            Generic embeddings.
        y : array of whole numbers, shape (n_texts,)
            Class codes; -1 where unlabelled.
        progress : callable, optional
            Called with (epochs done, `max_epochs`) after every epoch.

        Raises
        ------
        LabelError
            When y holds fewer than two classes.
        """
        import torch

        X, y = validate_data(self, X, y, dtype=np.float32, order="C", ensure_min_samples=2)
        labels = read_labels(y)
        self.classes_ = labels.classes
        generator = np.random.default_rng(self.random_state)
        order = generator.permutation(len(labels.rows))[: self.max_texts]
        vectors, codes = torch.tensor(X[labels.rows[order]]), torch.tensor(labels.codes[order])
        n_train = min(max(int((1 - self.validation_share) * len(order)), 1), len(order) - 1)
        # The weights are drawn from torch's global generator: fork_rng restores its state for other users.
        with SEEDING, torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(generator.integers(2**31)))
            encoder, decoder = self._networks(X.shape[1])
        self._train(encoder, decoder, vectors, codes, n_train, generator, progress)
        learned = encoder.state_dict()
        self.weights_ = [
            (learned[f"{layer}.weight"].numpy().T.copy(), learned[f"{layer}.bias"].numpy().copy())
            for layer in (0, 2)  # 1 is the ReLU
        ]
        return self

    def transform(self, X: np.ndarray) -> np.ndarray:
        """Return the reshaped vectors of X (n_texts, n_dims): float32 (n_texts, n_components)."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float32, order="C", reset=False)
        (hidden, hidden_bias), (output, output_bias) = self.weights_
        return np.maximum(X @ hidden + hidden_bias, 0) @ output + output_bias

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return what was learned as arrays, for `from_arrays`."""
        check_is_fitted(self)
        (hidden, hidden_bias), (output, output_bias) = self.weights_
        layers = {"hidden": hidden, "hidden_bias": hidden_bias, "output": output, "output_bias": output_bias}
        return {"classes": self.classes_} | layers

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> GSTransform:
        """Return the fitted transform that `to_arrays` was called on. No array is copied."""
        hidden, output = arrays["hidden"], arrays["output"]
        transform = cls(n_components=output.shape[1], n_hidden=hidden.shape[1])
        transform.classes_ = arrays["classes"]
        transform.weights_ = [(hidden, arrays["hidden_bias"]), (output, arrays["output_bias"])]
        transform.n_features_in_ = len(hidden)
        return transform

    def _networks(self, n_dims: int) -> tuple[Module, Module]:
        from torch.nn import Linear, ReLU, Sequential

        encoder = Sequential(Linear(n_dims, self.n_hidden), ReLU(), Linear(self.n_hidden, self.n_components))
        return encoder, Linear(self.n_components, n_dims)

    def _train(
        self,
        encoder: Module,
        decoder: Module,
        vectors: Tensor,
        codes: Tensor,
        n_train: int,
        generator: np.random.Generator,
        progress: Progress | None,
    ) -> None:
        """Train both networks in place; they end with the weights of the best epoch."""
        import torch

        parameters = [*encoder.parameters(), *decoder.parameters()]
        adam = torch.optim.Adam(parameters, lr=self.learning_rate)
        self.validation_loss_, self.n_epochs_, n_without_gain = np.inf, 0, 0
        best = [parameter.detach().clone() for parameter in parameters]

        def loss(rows: np.ndarray) -> Tensor:
            reshaped = encoder(vectors[rows])
            return batch_loss(reshaped, decoder(reshaped), vectors[rows], codes[rows], self.margin)

        while self.n_epochs_ < self.max_epochs and n_without_gain < self.patience:
            for rows in self._batches(generator.permutation(n_train)):
                adam.zero_grad()
                loss(rows).backward()
                adam.step()
            with torch.no_grad():
                validation = self._batches(np.arange(n_train, len(vectors)))
                score = float(np.mean([loss(rows).item() for rows in validation]))
            self.n_epochs_ += 1
            n_without_gain += 1
            if score < self.validation_loss_:
                self.validation_loss_, n_without_gain = score, 0
                best = [parameter.detach().clone() for parameter in parameters]
            if progress is not None:
                progress(self.n_epochs_, self.max_epochs)
        with torch.no_grad():
            for parameter, value in zip(parameters, best, strict=True):
                parameter.copy_(value)

    def _batches(self, rows: np.ndarray) -> list[np.ndarray]:
        return [rows[start : start + self.batch_size] for start in range(0, len(rows), self.batch_size)]

    def __sklearn_tags__(self):  # noqa: ANN204
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float32"]  # float32 comes out whatever goes in
        return tags


def batch_loss(reshaped: Tensor, restored: Tensor, generic: Tensor, codes: Tensor, margin: float) -> Tensor:
    """Return the contrastive plus the reconstruction loss of one batch, each of weight 1.

    Contrastive: the mean over all ordered pairs, self-pairs included, of distance² for equal labels and
    max(0, margin - distance)² for different ones, Euclidean. Reconstruction: the mean squared error.
    """
    import torch

    # By differences: matrix products lose small distances and make their gradient infinite.
    gaps = torch.cdist(reshaped, reshaped, compute_mode="donot_use_mm_for_euclid_dist")
    same = codes[:, None] == codes[None, :]
    contrastive = torch.where(same, gaps**2, torch.clamp(margin - gaps, min=0) ** 2).mean()
    return contrastive + ((restored - generic) ** 2).mean()
