"""Each way to encode, beside the plain call: `python -m benchmarks.encoding`."""

from __future__ import annotations

import argparse
import copy
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TypedDict

import numpy as np

from benchmarks.common import RESULTS, make_texts, timed, write_figures
from core.encoders import DEFAULT_ENCODER, SentenceEncoder, load_encoder, packaged_folder
from core.encoders.compute import convert, encode_in_batches, token_counter, ways_on
from core.neighbours import build_graph
from core.utils import default_device

LIBRARY = "SentenceTransformer.encode"
NEIGHBOURS = 10


class WayFigures(TypedDict):
    """Figures of a way: ratios of median times to those of the plain call, in the same turns."""

    ratio: float
    ratio_of_processor_time: float
    min_cosine: float
    nn_kept: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every way, and print which one is chosen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path, default=RESULTS / "encoding.json")
    options = parser.parse_args(arguments)
    encoder = load_encoder(DEFAULT_ENCODER)
    assert isinstance(encoder, SentenceEncoder)
    figures = measure_ways(make_texts(options.texts)[0], options.rounds)
    write_figures(options.out, {"chosen": encoder.way, "device": encoder.device, **figures})


def measure_ways(texts: Sequence[str], rounds: int = 5) -> dict[str, WayFigures]:
    """Measure each way in which the default encoder may compute here; the ways take turns.

    Neighbours are those of each text among the others. A way that fails on this machine is left out.
    """
    from sentence_transformers import SentenceTransformer

    texts = list(dict.fromkeys(texts))
    device = default_device()
    model = SentenceTransformer(str(packaged_folder()), device=device)
    sides = {LIBRARY: partial(model.encode, texts, normalize_embeddings=True)}
    count_tokens = token_counter(copy.deepcopy(model.tokenizer))
    for way in ways_on(device):
        sides[way.name] = partial(encode_in_batches, convert(model, way), way, texts, count_tokens)
    vectors: dict[str, np.ndarray] = {}
    for name, side in list(sides.items()):
        try:
            vectors[name] = side()
        except RuntimeError:  # a number format that the device lacks
            del sides[name]
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for number in range(rounds):
        for name in sides if number % 2 else reversed(sides):  # none always runs after the same other
            times[name].append(timed(sides[name])[1:])
    median = {name: np.median(taken, axis=0) for name, taken in times.items()}
    expected = vectors[LIBRARY]
    near = build_graph(expected, NEIGHBOURS).indices
    return {
        name: WayFigures(
            ratio=float(median[LIBRARY][0] / median[name][0]),
            ratio_of_processor_time=float(median[LIBRARY][1] / median[name][1]),
            min_cosine=float(np.sum(expected * vectors[name], axis=1).min()),
            nn_kept=_shared(near, build_graph(vectors[name], NEIGHBOURS).indices),
        )
        for name in sides
    }


def _shared(near: np.ndarray, others: np.ndarray) -> float:
    """Return the share of neighbours that two graphs have in common."""
    kept = [np.isin(row, other).mean() for row, other in zip(near, others, strict=True)]
    return float(np.mean(kept))


if __name__ == "__main__":
    main()
