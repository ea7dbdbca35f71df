"""Seconds to place a new text on the map of each method: `make bench-place`.

Measures everything but the encoder: reading the Fit from disk, its estimators, and the place on the map. The
limit is 0.3 s at 20,000 texts. The embeddings are made up, around planted centres.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.common import timed
from core.maps import Fit, Space, place_text
from core.neighbours import build_graph, unit_rows
from core.storage import ArtifactStore, load_fit, load_space, save_fit, save_space
from core.transforms import GSTransform, GuidedTransform, Method, MethodKind

N_CLASSES, N_LABELLED = 8, 400
GENERIC = "generic"


def main(arguments: Sequence[str] | None = None) -> dict[str, float]:
    """Print and return the median seconds of one placement for each method."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--dims", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        results = ArtifactStore(Path(folder))
        vectors, classes = plant_vectors(options.texts, options.dims)
        save_space(results, GENERIC, plant_space(vectors))
        given = np.where(np.arange(options.texts) < N_LABELLED, classes, -1)
        for kind in MethodKind:
            if kind != MethodKind.GENERIC:
                save_fit(results, kind, plant_fit(kind, load_space(results, GENERIC), given))
            seconds[str(kind)] = measure_placement(results, kind, options.rounds)
            print(f"{kind:12} {seconds[kind]:.3f} s", flush=True)
    return seconds


def measure_placement(results: ArtifactStore, kind: MethodKind, rounds: int) -> float:
    """Return the median seconds to place a new text; the files are in the cache of the system."""
    n_dims = load_space(results, GENERIC).vectors.shape[1]

    def place(vector: np.ndarray) -> None:
        generic = load_space(results, GENERIC)
        place_text(vector, generic, None if kind == MethodKind.GENERIC else load_fit(results, kind))

    vectors = plant_vectors(rounds + 1, n_dims, seed=1)[0]
    seconds = [timed(partial(place, vector))[1] for vector in vectors]
    return statistics.median(seconds[1:])


def plant_vectors(n: int, n_dims: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return unit vectors (n, n_dims) around the centre of each class, and their classes."""
    centres = np.random.default_rng(0).standard_normal((N_CLASSES, n_dims))
    generator = np.random.default_rng(seed)
    classes = generator.integers(N_CLASSES, size=n)
    return unit_rows(centres[classes] + generator.standard_normal((n, n_dims))), classes


def plant_space(vectors: np.ndarray) -> Space:
    """Return a space with a made-up map."""
    places = np.random.default_rng(0).standard_normal((len(vectors), 2)).astype(np.float32)
    return Space(vectors, build_graph(vectors), places)


def plant_fit(kind: MethodKind, generic: Space, given: np.ndarray) -> Fit:
    """Return a Fit by a method, with its estimators."""
    network, space = None, generic
    if kind == MethodKind.GSTRANSFORM:
        network = GSTransform(max_epochs=5).fit(generic.vectors, given)
        space = plant_space(unit_rows(network.transform(generic.vectors)))
    transform = GuidedTransform().fit(space.vectors, given, graph=space.graph)
    if kind == MethodKind.GUIDED:
        space = plant_space(unit_rows(transform.embedding_))
    names = [str(code) for code in range(N_CLASSES)]
    return Fit(
        space=space,
        space_key=kind,
        method=Method(kind),
        instruction="",
        labels=names,
        label_ids=[],
        phrases=[[name] for name in names],
        classes=transform.classes_.tolist(),
        given=given,
        probabilities=transform.probabilities_,
        label_vectors=None,
        classifier=transform.to_arrays(),
        network=None if network is None else network.to_arrays(),
    )


if __name__ == "__main__":
    main()
