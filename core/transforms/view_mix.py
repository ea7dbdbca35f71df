"""Mix the views of an encoder: its final vectors and the token means of its hidden layers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..neighbours import run_on_blocks, unit_rows
from .kernel_ridge import fit_ridge, kernel_of_cosines
from .model_selection import (
    DEFAULT_HYPER_PARAMETERS,
    TEMPERATURES,
    LeftOut,
    log_probabilities,
)
from .training_set import Examples, join_examples, name_directions, thin_out

FINAL_WEIGHTS = {1.0: 0.25, 0.67: 0.4, 0.5: 0.2, 0.15: 0.15}
"""Prior probability of each weight of the final vectors. Topics want the final vectors, feelings and intents
a middle layer, and most instructions some of both."""

PENALTIES = (0.15, 0.5, 1.5)
"""Regularisation of the regressions that judge a mix."""

MOST_LEFT_OUT = 200
"""Labels left out at most, evenly over each class."""

LEAST_WEIGHT = 0.02
"""Weight below which a view is left out."""

CENTRE_SAMPLE = 5_000
"""Texts, evenly over the corpus, whose mean is the centre of a hidden layer."""

BASIS_SAMPLE = 3_000
"""Texts, evenly over the corpus, whose principal directions the mixed rows are turned into."""

BLOCK_ROWS = 1_024
"""Rows mixed at once in each thread: all views of a million texts do not fit into memory."""


@dataclass(frozen=True)
class ViewMix:
    """A weighted mix of views that is again one unit vector for each text.

    The row of a text joins √weight x its centred unit vector in each view, so that the cosine of two rows is
    the weighted mean of the cosines in the views.

    Attributes
    ----------
    weights : ndarray of float64, shape (1 + n_views,)
        Of the final vectors and of each hidden layer; they sum to 1.
    centres : tuple of 1 + n_views ndarrays of float32, each of shape (n_dims of the view,)
        Mean unit vectors.
    basis : ndarray of float32, shape (joined dimensions of the used views, n_dims), or None
        Orthonormal directions that hold nearly all of the joined rows; None where they stay as joined.
    """

    weights: np.ndarray
    centres: tuple[np.ndarray, ...]
    basis: np.ndarray | None = None

    @property
    def n_views(self) -> int:
        """Number of hidden layers."""
        return len(self.weights) - 1

    def rows(self, unit: np.ndarray, views: Sequence[np.ndarray] = ()) -> np.ndarray:
        """Return the mixed unit rows of n texts, float32 (n, n_mixed).

        Parameters
        ----------
        unit : ndarray of float32, shape (n, n_dims)
            Final unit vectors.
        views : sequence of n_views arrays of shape (n, n_dims of the view)
            Hidden layers, of any length.
        """
        if not self.n_views:
            return unit_rows(unit - self.centres[0])
        if self.basis is None:
            return self._join(unit, views)
        basis = np.vstack([self.basis, self._moves(self.basis)])
        mixed = np.empty((len(unit), basis.shape[1]), dtype=np.float32)

        def project(block: slice) -> None:
            np.matmul(self._scale([part[block] for part in (unit, *views)], len(basis)), basis, mixed[block])
            mixed[block] = unit_rows(mixed[block])

        run_on_blocks(project, len(unit), BLOCK_ROWS)
        return mixed

    def names(self, vectors: np.ndarray | None, views: Sequence[np.ndarray] = ()) -> np.ndarray:
        """Return the mixed unit directions of class names, float32 (n_names, n_mixed), as `name_directions`.

        Without the views of the names, those parts are zero.
        """
        joined = join_views(self.name_parts(vectors, views), self.weights)
        if self.basis is not None:
            joined = joined @ self.basis
        return unit_rows(joined) if len(joined) else joined

    def name_parts(self, vectors: np.ndarray | None, views: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the directions of class names in each view, float32 (n_names, n_dims of the view)."""
        parts = [name_directions(vectors, len(self.centres[0]))]
        for number, centre in enumerate(self.centres[1:]):
            known = views[number] if len(views) and len(parts[0]) else None
            empty = np.zeros((len(parts[0]), len(centre)), dtype=np.float32)
            parts.append(empty if known is None else name_directions(known, len(centre)))
        return parts

    def to_arrays(self) -> dict[str, np.ndarray]:
        """Return it as arrays, for `from_arrays`."""
        arrays = {"view_weights": self.weights}
        if self.basis is not None:
            arrays["view_basis"] = self.basis
        return arrays | {f"view_centre_{number}": centre for number, centre in enumerate(self.centres)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, np.ndarray]) -> ViewMix:
        """Return the mix that `to_arrays` was called on; Fits of earlier versions hold "centre" alone."""
        if "view_weights" not in arrays:
            return cls(np.ones(1), (np.asarray(arrays["centre"]),))
        weights = np.asarray(arrays["view_weights"])
        centres = tuple(np.asarray(arrays[f"view_centre_{number}"]) for number in range(len(weights)))
        basis = arrays.get("view_basis")
        return cls(weights, centres, None if basis is None else np.asarray(basis))

    def centred(self, unit: np.ndarray, views: Sequence[np.ndarray]) -> list[np.ndarray]:
        """Return the centred unit rows of each view, float32 (n, n_dims of the view)."""
        parts = [unit_rows(unit - self.centres[0])]
        pairs = zip(views, self.centres[1:], strict=True)
        return parts + [unit_rows(unit_rows(view) - centre) for view, centre in pairs]

    def _scale(self, parts: Sequence[np.ndarray], width: int) -> np.ndarray:
        """Return the used views of a block side by side, scaled but not centred, then each factor, negative.

        With u = v / |v| and centre c, the length of u - c is √(1 - 2 u·c + |c|²). The last columns take
        away as much of each centre, which is a row of `_moves`, in the product with the basis.
        """
        scaled = np.empty((len(parts[0]), width), dtype=np.float32)
        views = [view for view in zip(parts, self.centres, self.weights, strict=True) if view[-1]]
        first = 0
        for column, (part, centre, weight) in enumerate(views, width - len(views)):
            own, first = scaled[:, first : first + len(centre)], first + len(centre)
            own[:] = part
            lengths = np.sqrt(np.einsum("ij,ij->i", own, own))
            inverse = 1 / np.where(lengths > 0, lengths, 1)
            squares = (lengths > 0) - 2 * inverse * (own @ centre) + centre @ centre
            share = np.float32(np.sqrt(weight)) / np.sqrt(np.maximum(squares, 1e-12))
            own *= (share * inverse)[:, None]
            scaled[:, column] = -share
        return scaled

    def _moves(self, basis: np.ndarray) -> np.ndarray:
        """Return the centre of each used view in the basis, float32 (n_used, n_dims)."""
        used = [centre for centre, weight in zip(self.centres, self.weights, strict=True) if weight]
        parts = np.split(basis, np.cumsum([len(centre) for centre in used])[:-1])
        return np.stack([centre @ part for centre, part in zip(used, parts, strict=True)])

    def _join(self, unit: np.ndarray, views: Sequence[np.ndarray]) -> np.ndarray:
        return unit_rows(join_views(self.centred(unit, views), self.weights))


def choose_mix(
    unit: np.ndarray,
    views: Sequence[np.ndarray],
    labelled: np.ndarray,
    codes: np.ndarray,
    n_classes: int,
    label_vectors: np.ndarray | None = None,
    label_views: Sequence[np.ndarray] = (),
) -> ViewMix:
    """Return the mix of n texts whose weights the labels make most probable; its rows stay as joined.

    Parameters
    ----------
    unit : ndarray of float32, shape (n, n_dims)
        Final unit vectors.
    views : sequence of arrays of shape (n, n_dims of the view)
        Hidden layers, of any length.
    labelled : ndarray of int, shape (n_labelled,)
        Row numbers of the labelled texts.
    codes : ndarray of int, shape (n_labelled,)
        Their classes, 0 to n_classes - 1.
    label_vectors, label_views
        Of the names of classes 0, 1, …, as of `GuidedTransform.fit`.
    """
    sampled = [unit_rows(view[:: -(-len(view) // CENTRE_SAMPLE)]) for view in views]
    centres = (unit.mean(axis=0), *(sample.mean(axis=0) for sample in sampled))
    mix = ViewMix(np.full(1 + len(views), 1 / (1 + len(views))), centres)
    if not views:
        return mix
    parts = mix.centred(unit[labelled], [view[labelled] for view in views]) if len(labelled) else None
    weights = choose_weights(parts, codes, mix.name_parts(label_vectors, label_views), n_classes)
    weights[weights < LEAST_WEIGHT] = 0
    return replace(mix, weights=weights / weights.sum())


def condense(mix: ViewMix, unit: np.ndarray, views: Sequence[np.ndarray]) -> ViewMix:
    """Return the mix with a basis of n_dims directions, so that mixed rows are no longer than the final ones.

    Cost O(min(n_texts, `BASIS_SAMPLE`) x n_joined² + n_joined³).
    """
    import torch

    if not mix.n_views or not mix.weights[1:].any():
        return mix
    step = -(-len(unit) // BASIS_SAMPLE)
    joined = mix.rows(unit[::step], [view[::step] for view in views])
    size = min(unit.shape[1], joined.shape[1])
    # In torch: 0.1 s for 1,152 dimensions, where NumPy needs 0.18 s, and torch after NumPy 0.15 s.
    rows = torch.from_numpy(joined)
    _, directions = torch.linalg.eigh(rows.T @ rows)
    return replace(mix, basis=directions[:, -size:].flip(1).contiguous().numpy())


def choose_weights(
    views: Sequence[np.ndarray] | None, codes: np.ndarray, names: Sequence[np.ndarray], n_classes: int
) -> np.ndarray:
    """Return the posterior mean of the weights of the views, float64 (n_views,).

    Candidates are the `FINAL_WEIGHTS`, with the rest on one hidden layer or on all alike. Each is as probable
    as the labels are, left out one at a time in closed form from a kernel ridge regression on that mix. Cost
    O(n_candidates x m³) for m labels and names.

    Parameters
    ----------
    views : sequence of ndarray of float32, shape (n_labelled, n_dims of the view)
        Centred unit rows of the labelled texts: final vectors, then hidden layers. None without labels.
    codes : ndarray of int, shape (n_labelled,)
        Classes, 0 to n_classes - 1.
    names : sequence of ndarray of float32, shape (n_names, n_dims of the view)
        As from `name_directions`, of classes 0, 1, …; one of each view.
    """
    candidates, prior = _candidates(len(names) - 1)
    chosen = thin_out(codes, MOST_LEFT_OUT)
    codes = codes[chosen]
    left_out = LeftOut.of(codes, len(names[0]), n_classes)
    logs = np.log(prior)
    if views is not None and left_out.n_counted:
        pairs = zip(views, names, strict=True)
        rows = [np.vstack([view[chosen], own]).astype(np.float64) for view, own in pairs]
        cosines = np.stack([each @ each.T for each in rows])
        count = DEFAULT_HYPER_PARAMETERS.name_count
        examples = join_examples(rows[0][: len(codes)], codes, rows[0][len(codes) :], count, n_classes)
        logs += [_evidence(np.tensordot(weights, cosines, 1), examples, left_out) for weights in candidates]
    shares = np.exp(logs - logs.max())
    return shares @ candidates / shares.sum()


def _candidates(n_layers: int) -> tuple[np.ndarray, np.ndarray]:
    """Return candidate weights (n_candidates, 1 + n_layers), and their prior probabilities."""
    splits = np.unique(np.vstack([np.full(n_layers, 1 / n_layers), np.eye(n_layers)]), axis=0)
    found = [(np.append(1.0, np.zeros(n_layers)), FINAL_WEIGHTS[1.0])]
    for final, prior in FINAL_WEIGHTS.items():
        if final < 1:
            found += [(np.append(final, (1 - final) * split), prior / len(splits)) for split in splits]
    weights, priors = zip(*found, strict=True)
    return np.array(weights), np.array(priors)


def join_views(parts: Sequence[np.ndarray], weights: np.ndarray) -> np.ndarray:
    """Return √weight x each part side by side, float32; parts of weight 0 are left out."""
    pairs = zip(parts, weights, strict=True)
    return np.hstack([np.float32(np.sqrt(weight)) * part for part, weight in pairs if weight])


def _evidence(cosines: np.ndarray, examples: Examples, left_out: LeftOut) -> float:
    """Return the log probability of the left-out labels under the best regression on these cosines."""
    similarities = kernel_of_cosines(cosines)
    n_labels = len(left_out.codes)
    return left_out.n_counted * max(
        float(left_out.weights @ log_probabilities(scores / temperature, left_out.codes))
        for penalty in PENALTIES
        for scores in [fit_ridge(examples, penalty, similarities).leave_one_out(similarities[:n_labels])]
        for temperature in TEMPERATURES
    )
