"""Speeds of the app on this machine beside their budgets: `make bench`.

Prints each figure when it is measured, then all as a table, and writes `results/speed.json`. Beside a figure
stands what a user would use instead, measured in the same run. At most 15 minutes on a slow machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.app import measure_fits, measure_open, measure_start
from benchmarks.common import RESULTS, machine, make_texts, processor, timed, write_document
from benchmarks.maps import EMBEDDINGS, plant_corpus
from benchmarks.preview import measure_preview
from benchmarks.speed.bertopic_pipeline import measure_bertopic
from benchmarks.speed.deck import measure_deck
from benchmarks.speed.report import Report, Row
from benchmarks.speed.reshape import measure_reshape
from core.encoders import DEFAULT_ENCODER, SentenceEncoder, gives_views, load_encoder, packaged_folder
from core.neighbours import nearest_rows
from core.storage import Store, load_space
from tests.support.app_server import open_browser, running_app

BUDGETS = {"fit": (3.0, 12.0), "reshape": (0.5, 2.5), "deck": (0.15, 0.3)}
"""Seconds at the smaller and at the larger number of texts."""
N_DIMS, N_VIEWS, N_LABELS = 384, 2, 200  # as the default encoder gives them
PARTS = ("encode", "fit", "reshape", "bertopic", "deck", "open", "start", "preview")


def measure_encoding(texts: Sequence[str], rounds: int = 5) -> dict[str, float]:
    """Measure speed and accuracy of the default encoder beside `SentenceTransformer.encode`.

    The sides take turns, as the machine may be busy.

    Returns
    -------
    dict
        Texts per second of either side and the ratio of their median times; the same ratio of processor time,
        which other programs on the machine distort less; the time and the processor time of encoding with
        views, as a share of those without; the worst cosine of a text to its float32 vector, and to its
        vector when another part of the texts is encoded.
    """
    from sentence_transformers import SentenceTransformer

    texts = list(dict.fromkeys(texts))
    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    ours = load_encoder(DEFAULT_ENCODER)
    expected, found = plain.encode(texts, normalize_embeddings=True), ours.encode(texts)
    kept = [
        (len(set(before) & set(after)) - 1) / 10  # the nearest of a text is itself
        for before, after in zip(
            nearest_rows(expected, expected, 11)[0].tolist(),
            nearest_rows(found, found, 11)[0].tolist(),
            strict=True,
        )
    ]
    part = ours.encode(texts[::7])
    assert gives_views(ours)
    sides = [plain.encode, ours.encode, ours.encode_with_views]
    times = []
    for number in range(rounds):
        order = range(len(sides)) if number % 2 else range(len(sides))[::-1]  # none always runs after another
        measured = {side: timed(partial(sides[side], texts))[1:] for side in order}
        times.append([measured[side] for side in range(len(sides))])
    (plain_seconds, plain_work), (our_seconds, our_work), (seconds, work) = np.median(times, axis=0).tolist()
    return {
        "encode_plain_texts_per_s": len(texts) / plain_seconds,
        "encode_texts_per_s": len(texts) / our_seconds,
        "encode_ratio": plain_seconds / our_seconds,
        "encode_ratio_of_processor_time": plain_work / our_work,
        "encode_with_views_ratio": seconds / our_seconds,
        "encode_with_views_ratio_of_processor_time": work / our_work,
        "encode_min_cosine": float(np.sum(expected * found, axis=1).min()),
        "encode_nn_kept": float(np.mean(kept)),
        "encode_worst_cosine_elsewhere": float(np.sum(found[::7] * part, axis=1).min()),
    }


@dataclass
class Speeds:
    """The parts of the benchmark, and what they found.

    Attributes
    ----------
    options : the sizes
    home : Path, the data folder of the app that is measured
    """

    options: argparse.Namespace
    home: Path
    report: Report = field(default_factory=Report)
    figures: dict[str, Any] = field(default_factory=dict)
    planted: dict[int, str] = field(default_factory=dict)

    def corpus(self, n: int) -> str:
        """Return the key of a planted corpus of n texts, the same one for every part."""
        if n not in self.planted:
            print(f"  a corpus of {n:,} texts …", flush=True)
            self.planted[n] = plant_corpus(
                Store(self.home),
                n,
                n_dims=N_DIMS,
                n_views=N_VIEWS,
                n_labels=min(N_LABELS, n // 2),
                clustered=n <= max(self.options.fitted),
                true_neighbours=n in self.options.fitted,
            ).key
        return self.planted[n]

    def encode(self) -> None:
        """Encoding, beside the plain call of the library."""
        found = measure_encoding(make_texts(self.options.texts)[0], self.options.rounds)
        encoder = load_encoder(DEFAULT_ENCODER)
        assert isinstance(encoder, SentenceEncoder)
        self.figures |= found | {"encode_way": encoder.way}
        plain = f"SentenceTransformer.encode: {found['encode_plain_texts_per_s']:,.0f} texts/s"
        self.report.add(Row("Encoding", found["encode_texts_per_s"], "texts/s", instead=plain))
        least = 3.0 if processor().get("amx") else 1.15 if processor().get("avx2") else 1.0
        name = f"Encoding, times plain ({encoder.way})"
        self.report.add(Row(name, found["encode_ratio"], "x", least, at_least=True))
        self.report.add(Row("Worst cosine to plain", found["encode_min_cosine"], "", 0.9999, at_least=True))
        self.report.add(Row("Neighbours kept", found["encode_nn_kept"], "", 0.98, at_least=True))

    def fit(self) -> None:
        """From the click on “Reshape map” to both maps drawn; the very first one with nothing compiled."""
        options, seconds = self.options, self.figures.setdefault("fit_to_maps_s", {})
        pictures = self.figures.setdefault("first_picture_s", {})
        for n, budget in zip(options.fitted, BUDGETS["fit"], strict=False):
            key = self.corpus(n)
            machine_is_new = nothing_compiled() if n == options.fitted[0] else nullcontext()
            with machine_is_new, running_app(self.home) as address, open_browser() as page:
                first, *warm = measure_fits(page, address, self.home, key, options.rounds, 2 * options.warm)
            seconds[str(n)] = statistics.median(maps for _, maps in warm)
            pictures[str(n)] = statistics.median(picture for picture, _ in warm)
            self.report.add(Row(f"First picture of a Fit, {n:,} texts", pictures[str(n)], budget=1.0))
            self.report.add(Row(f"Fit to both maps, {n:,} texts", seconds[str(n)], budget=budget))
            if n == options.fitted[0]:
                self.figures["cold_over_warm"] = first[1] / seconds[str(n)]
                self.report.add(Row("First Fit of all over a warm one", first[1] / seconds[str(n)], "x", 1.5))

    def reshape(self) -> None:
        """Until the reshaped vectors are there."""
        seconds = self.figures.setdefault("reshape_s", {})
        for n, budget in zip(self.options.fitted, BUDGETS["reshape"], strict=False):
            n_labels = min(N_LABELS, n // 2)
            seconds[str(n)] = measure_reshape(n, N_DIMS, N_VIEWS, n_labels, self.options.rounds)
            self.report.add(Row(f"Reshaped vectors, {n:,} texts", seconds[str(n)], budget=budget))

    def bertopic(self) -> None:
        """The pipeline of BERTopic on the same vectors as the smaller Fit."""
        n = self.options.fitted[0]
        vectors = load_space(Store(self.home).results(self.corpus(n)), EMBEDDINGS).vectors
        found = measure_bertopic(make_texts(n)[0], vectors)
        self.figures |= found
        fit = self.figures.get("fit_to_maps_s", {}).get(str(n))
        instead = (
            f"Fit to both maps: {fit:.3g} s, {found['bertopic_s'] / fit:.2g} times faster" if fit else ""
        )
        self.report.add(Row(f"BERTopic with a map, {n:,} texts", found["bertopic_s"], instead=instead))

    def deck(self) -> None:
        """From a key press in the deck to the next text."""
        seconds = self.figures.setdefault("deck_s", {})
        slowest = self.figures.setdefault("deck_p95_s", {})
        for n, budget in zip(self.options.labelled, BUDGETS["deck"], strict=False):
            key = self.corpus(n)
            with running_app(self.home) as address, open_browser() as page:
                found = measure_deck(page, address, self.home, key, self.options.presses, self.options.warm)
            seconds[str(n)], slowest[str(n)] = found
            self.report.add(Row(f"Key press to the next text, {n:,} texts", found[0], budget=budget))
            self.report.add(Row(f"The same, 95 of 100 presses, {n:,} texts", found[1]))

    def open(self) -> None:
        """From the click on Open to the map."""
        n = self.options.fitted[0]
        key = self.corpus(n)
        with running_app(self.home) as address, open_browser() as page:
            seconds = measure_open(page, address, key, n, self.options.rounds)
        self.figures["open_s"] = seconds
        self.report.add(Row(f"Open, {n:,} texts", seconds))

    def start(self) -> None:
        """From the start of the server to its first page."""
        self.figures["start_s"] = measure_start(self.home, self.options.rounds)
        self.report.add(Row("Start", self.figures["start_s"]))

    def preview(self) -> None:
        """From “Show the map” to the first look at very many texts."""
        n = self.options.looked_at
        seconds = measure_preview(n)
        self.figures[f"preview_{n}_s"] = seconds
        self.report.add(Row(f"First look, {n:,} texts", seconds, budget=60))


@contextmanager
def nothing_compiled() -> Iterator[None]:
    """Let programs that are started meanwhile find no compiled code of earlier runs, as on a new machine."""
    with tempfile.TemporaryDirectory() as folder:
        before = os.environ.get("NUMBA_CACHE_DIR")
        os.environ["NUMBA_CACHE_DIR"] = folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["NUMBA_CACHE_DIR"]
            else:
                os.environ["NUMBA_CACHE_DIR"] = before


def main(arguments: Sequence[str] | None = None) -> dict[str, str]:
    """Measure every part; return the parts that failed, each with why."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--texts", type=int, default=1_000, help="texts to encode")
    parser.add_argument("--fitted", type=int, nargs="+", default=[20_000, 120_000], help="texts to fit")
    parser.add_argument(
        "--labelled", type=int, nargs="+", default=[20_000, 200_000], help="texts of the deck"
    )
    parser.add_argument("--looked-at", type=int, default=200_000, help="texts of the first look")
    parser.add_argument("--presses", type=int, default=30, help="key presses in the deck")
    parser.add_argument("--warm", type=float, default=20, help="seconds for the worker to compile")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=RESULTS / "speed.json")
    options = parser.parse_args(arguments)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        speeds = Speeds(options, Path(folder))
        for part in options.parts:
            speeds.report.run(part, getattr(speeds, part))
    report = speeds.report
    print(f"\n{report.table()}\n")
    print(" · ".join(f"{name} {value}" for name, value in machine().items()))
    print(f"{time.perf_counter() - started:.0f} s in all", flush=True)
    write_document(options.out, {"processor": processor(), **speeds.figures, "failed": report.failed})
    return report.failed


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
