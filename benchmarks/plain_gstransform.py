"""GSTransform in plain NumPy: a second implementation, to compare `core.transforms.GSTransform` with.

It shares no code with `core.transforms`, and no library beyond NumPy. Like the authors' program, and unlike
the first one, it ends with the last weights instead of the best.

Reference: Feng, Sun, Sun, Zhu, Huang, Tung, Chen: "Don't Reinvent the Wheel: Efficient Instruction-Following
Text Embedding based on Guided Space Transformation", ACL 2025, arXiv:2505.24754.
"""

from __future__ import annotations

import numpy as np

N_HIDDEN, N_COMPONENTS = 512, 64
MARGIN = 10.0
LEARNING_RATE, MEAN_DECAY, SQUARE_DECAY, TINY = 1e-4, 0.9, 0.999, 1e-8  # Adam
BATCH_ROWS, MAX_EPOCHS, PATIENCE, TRAIN_SHARE = 64, 500, 10, 0.8

Parameters = list[np.ndarray]
"""Weights (n_in, n_out) and biases (n_out,) of three layers in turn: the encoder's two, the decoder's one."""


def reshape(X: np.ndarray, y: np.ndarray, seed: int) -> np.ndarray:
    """Return X reshaped by an encoder that was trained on its labelled rows.

    Cost O(epochs x n_labelled x (n_dims x N_HIDDEN + BATCH_ROWS x N_COMPONENTS)).

    Parameters
    ----------
    X : ndarray of float32, shape (n_texts, n_dims)
    y : ndarray of int, shape (n_texts,)
        Class codes; -1 where unlabelled.

    Returns
    -------
    ndarray of float32, shape (n_texts, N_COMPONENTS)
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(np.flatnonzero(y >= 0))
    train, watched = np.split(order, [int(TRAIN_SHARE * len(order))])
    parameters = draw_parameters(X.shape[1], generator)
    means = [np.zeros_like(parameter) for parameter in parameters]
    squares = [np.zeros_like(parameter) for parameter in parameters]
    step, lowest, waited = 0, np.inf, 0
    for _ in range(MAX_EPOCHS):
        for rows in batches(generator.permutation(train)):
            step += 1
            _, gradients = loss_and_gradients(parameters, X[rows], y[rows])
            for parameter, gradient, mean, square in zip(parameters, gradients, means, squares, strict=True):
                mean += (1 - MEAN_DECAY) * (gradient - mean)
                square += (1 - SQUARE_DECAY) * (gradient**2 - square)
                size = np.sqrt(square / (1 - SQUARE_DECAY**step)) + TINY
                parameter -= LEARNING_RATE * mean / (1 - MEAN_DECAY**step) / size
        loss = np.mean([loss_and_gradients(parameters, X[rows], y[rows])[0] for rows in batches(watched)])
        lowest, waited = (loss, 0) if loss < lowest else (lowest, waited + 1)
        if waited == PATIENCE:
            break
    return encode(parameters, X)[1]


def draw_parameters(n_dims: int, generator: np.random.Generator) -> Parameters:
    """Return untrained layers: uniform numbers up to 1 / √n_in, weights and biases alike, float32."""
    parameters = []
    for n_in, n_out in ((n_dims, N_HIDDEN), (N_HIDDEN, N_COMPONENTS), (N_COMPONENTS, n_dims)):
        limit = n_in**-0.5
        parameters += [generator.uniform(-limit, limit, shape) for shape in ((n_in, n_out), (n_out,))]
    return [parameter.astype(np.float32) for parameter in parameters]


def encode(parameters: Parameters, X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the hidden layer's values (n, N_HIDDEN) and the reshaped vectors (n, N_COMPONENTS)."""
    hidden = np.maximum(X @ parameters[0] + parameters[1], 0)
    return hidden, hidden @ parameters[2] + parameters[3]


def loss_and_gradients(parameters: Parameters, X: np.ndarray, codes: np.ndarray) -> tuple[float, Parameters]:
    """Return the loss of one batch, contrastive plus reconstruction, and its gradient by each parameter.

    Parameters
    ----------
    parameters : as from `draw_parameters`
    X : ndarray of shape (n_batch, n_dims)
    codes : ndarray of int, shape (n_batch,)
    """
    hidden, reshaped = encode(parameters, X)
    errors = reshaped @ parameters[4] + parameters[5] - X
    contrastive, pulls = contrast(reshaped, codes)
    by_restored = 2 * errors / errors.size
    by_reshaped = pulls + by_restored @ parameters[4].T
    by_hidden = (by_reshaped @ parameters[2].T) * (hidden > 0)
    layers = ((X, by_hidden), (hidden, by_reshaped), (reshaped, by_restored))
    gradients = [part for into, out in layers for part in (into.T @ out, out.sum(axis=0))]
    return float(contrastive + np.mean(errors**2)), gradients


def contrast(Z: np.ndarray, codes: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the contrastive loss of vectors (n, m) and its gradient by them (n, m).

    The mean over all ordered pairs, self-pairs included, of distance² for equal codes and
    max(0, MARGIN - distance)² for different ones.
    """
    between = Z[:, None, :] - Z[None, :, :]  # (n, n, m)
    gaps = np.sqrt(np.square(between).sum(axis=2))
    same, short = codes[:, None] == codes[None, :], np.maximum(MARGIN - gaps, 0)
    loss = np.where(same, gaps**2, short**2).mean()
    # Half the slope by the gap, over the gap; 0 for two different texts at one place.
    slopes = np.where(same, 1, -short / np.where(gaps > 0, gaps, np.inf)).astype(Z.dtype)
    # Each pair occurs twice, in both orders.
    return float(loss), 4 / len(Z) ** 2 * (slopes[:, :, None] * between).sum(axis=1)


def batches(rows: np.ndarray) -> list[np.ndarray]:
    """Return the rows in batches of `BATCH_ROWS`, the last one shorter."""
    return np.split(rows, range(BATCH_ROWS, len(rows), BATCH_ROWS))
