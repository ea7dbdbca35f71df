"""Make the Fit of a saved analysis again from its stored vectors, and compare what comes out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...errors import StoreError
from ...maps import Fit, Space
from ...storage import ArtifactStore, load_fit, load_space
from ...storage.analysis_file import differences, unpack_analysis
from ...utils import Report, percent
from ..steps import draw_space, fit_guided, keep_graph, make_space, predictions_of

VECTORS, PLACES, PREDICTED = "vectors", "places on the map", "predicted labels"


@dataclass(frozen=True)
class Compared:
    """One array of the file beside the one that was computed here.

    Attributes
    ----------
    name : str
    is_identical : bool
        Whether all bytes are equal.
    largest : float
        Largest difference of a number; of places, in parts of the width of the map.
    share : float
        Share of the texts for which something differs.
    """

    name: str
    is_identical: bool
    largest: float
    share: float

    def sentence(self) -> str:
        """Say it in one sentence."""
        if self.is_identical:
            return f"The {self.name} are the same bytes."
        texts = f"The {self.name} of {percent(self.share)} of the texts differ"
        if self.name == PREDICTED:
            return f"{texts}."
        of = " of the width of the map" if self.name == PLACES else ""
        return f"{texts}, by at most {self.largest:.2g}{of}."


@dataclass(frozen=True)
class Replay:
    """What came out when the Fit was made again.

    Attributes
    ----------
    parts : tuple of Compared
    not_as_there : tuple of str
        Versions and the machine, where they are not those that the file was saved with.
    """

    parts: tuple[Compared, ...]
    not_as_there: tuple[str, ...]

    @property
    def is_identical(self) -> bool:
        """Whether all bytes are equal."""
        return all(part.is_identical for part in self.parts)

    def sentences(self) -> list[str]:
        """Say what came out, and what may be the reason where something differs."""
        if self.is_identical:
            return ["The same bytes came out: " + ", ".join(part.name for part in self.parts) + "."]
        said = [part.sentence() for part in self.parts]
        if self.not_as_there:
            return [*said, f"Not the same as where the file was saved: {'; '.join(self.not_as_there)}."]
        return [
            *said,
            "Versions and processor are those with which the file was saved: the map was made before that, "
            "by an earlier version or on another machine.",
        ]


def replay(source: Path, report: Report = lambda *counts: None) -> Replay:
    """Make the Fit in a file again from the vectors in it, by the method in it, and compare.

    Parameters of the method are those of this version. The same versions on the same kind of processor
    give the same bytes. Nothing is changed in any data folder. Cost: as of the Fit, without encoding.

    Raises
    ------
    StoreError
        When the file cannot be opened, or holds no map of the analysis, or no vectors.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        about = unpack_analysis(source, Path(folder), report)
        keys, results = about.keys, ArtifactStore(Path(folder) / "results")
        if keys.fit is None or keys.embedding is None:
            raise StoreError(f"“{source.name}” holds no reshaped map, so there is nothing to be made again.")
        if not results.has_array(f"{keys.embedding}.vectors"):
            raise StoreError(
                f"“{source.name}” was saved without its vectors, from which its map is made: save it with "
                "them."
            )
        stored, generic = load_fit(results, keys.fit), load_space(results, keys.embedding)
        made = fit_again(report, ArtifactStore(Path(folder) / "again"), stored, generic)
        return Replay(_compare(stored, made), tuple(differences(about.made_with)))


def fit_again(report: Report, results: ArtifactStore, stored: Fit, generic: Space) -> Fit:
    """Make a stored Fit again from the vectors that are stored, by the same method and seeds.

    Parameters
    ----------
    results : ArtifactStore
        An empty one, for what is computed on the way.
    stored : Fit
        Its labels and the vectors of its label names count; of a re-encoding, its vectors too.
    generic : Space
        The space that it was made from.

    Returns
    -------
    Fit
        Its space and all that it predicts. Cost as of the Fit, without encoding.
    """
    key, given, names = "again", np.asarray(stored.given), stored.label_vectors
    transform = network = None
    if stored.method.reencodes:
        vectors = np.asarray(stored.space.vectors)
        graph = keep_graph(report, results, key, vectors)
        space = draw_space(report, results, key, vectors, graph, init=generic.map)
    else:
        base = generic if stored.n_views else replace(generic, views=())
        space, transform, network = make_space(
            report, results, stored.method, given, base, key, names, stored.label_views, None
        )
    if transform is None and stored.has_predictions:
        transform = fit_guided(space, given, names)
    made = replace(stored, space=space, network=None if network is None else network.to_arrays())
    return replace(made, **predictions_of(transform, len(given)))


def _compare(stored: Fit, made: Fit) -> tuple[Compared, ...]:
    width = float(np.ptp(stored.space.map, axis=0).max()) or 1.0
    parts = [
        _compared(VECTORS, stored.space.vectors, made.space.vectors),
        _compared(PLACES, stored.space.map, made.space.map, scale=width),
    ]
    if stored.has_predictions:
        parts.append(_compared("probabilities", stored.probabilities, made.probabilities))
        parts.append(_compared(PREDICTED, stored.predicted, made.predicted))
    return tuple(parts)


def _compared(name: str, old: np.ndarray, new: np.ndarray, *, scale: float = 1.0) -> Compared:
    old, new = np.asarray(old), np.asarray(new)
    if old.shape != new.shape:
        return Compared(name, is_identical=False, largest=float("inf"), share=1.0)
    apart = np.abs(old.astype(np.float64) - new).reshape(len(old), -1).max(axis=1)
    same = old.dtype == new.dtype and old.tobytes() == new.tobytes()
    return Compared(name, same, float(apart.max()) / scale, float((apart > 0).mean()))
