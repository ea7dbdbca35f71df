"""Time and memory of every step at growing numbers of texts: `make bench-scale`. Writes `scale.md`.

Texts and vectors are made up from a seed: a text is two sentences of the demo corpus with a number, its
vector lies between those planted for both. Each step runs in a process of its own on what the steps before
it stored. Memory is the peak of the process without pages of mapped files, which the system takes back when
it needs them; it includes about 0.2 GiB of libraries. Encoding is measured through the real
`encode_corpus`, with an encoder that makes up vectors; how long a real one takes is told from a sample.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from benchmarks.common import DEMO, ROOT, timed
from benchmarks.scale_report import Found, write_report
from core.corpus import build_corpus, build_index, find_meaning, find_pattern, find_words
from core.corpus.sources import read_table
from core.encoders import DEFAULT_ENCODER, gives_views, load_encoder, precomputed_name
from core.labels import GuideLabels, find_conflicts, find_mistakes, least_sure_of, more_of, next_round
from core.maps import Space
from core.maps.clusters import ClusterChoice, cluster_map, map_names
from core.storage import ArtifactStore, Store, encode_corpus, load_fit, load_space, save_space
from core.tasks import (
    TASKS,
    check_generic_map,
    draw_space,
    keep_distinct_vectors,
    keep_graph,
    keep_word_table,
    open_source,
)
from core.utils import peak_bytes

Result = TypeVar("Result")
SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
N_DIMS = 384
N_VIEWS = 2
N_LABELS = 200
SETTING = (
    f"Texts and vectors are made up from a seed: two sentences of the demo corpus a text, {N_DIMS} numbers a "
    f"vector, {N_VIEWS} views, {N_LABELS} labels."
)
SAMPLED_TEXTS = 1_000  # encoded for the speed of the real encoder
FILE, EMBEDDINGS = "scale.parquet", "scale-embeddings"
STATUS = Path("/proc/self/status")


def quiet(stage: str, done: int, total: int) -> None:
    """Take a report of a task, and do nothing."""


class Parts(dict[str, float]):
    """Seconds of the parts of a step, by name."""

    def time(self, name: str, call: Callable[[], Result]) -> Result:
        """Call, keep the seconds, and return the result."""
        found, self[name], _ = timed(call)
        return found


# Made-up data


class Planted:
    """Texts of n pairs of sentences of the demo corpus, and a vector for each."""

    def __init__(self, n: int) -> None:
        with (DEMO / "feedback.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.sentences = [row["text"] for row in rows]
        self.topics = [row["topic"] for row in rows]
        rng = np.random.default_rng(0)
        self.first, self.second = rng.integers(len(rows), size=(2, n))
        names, topic = np.unique(self.topics, return_inverse=True)
        centres = rng.normal(size=(len(names), N_DIMS))
        kinds = rng.normal(size=(len(names), 20, N_DIMS))  # groups within each topic
        kind = rng.integers(20, size=len(rows))
        own = rng.normal(size=(len(rows), N_DIMS))
        self.vectors = (centres[topic] + kinds[topic, kind] + 0.5 * own).astype(np.float32)

    def texts(self) -> list[str]:
        """Return the texts; the number at the end of each tells it apart, and is no word."""
        pairs = zip(self.first.tolist(), self.second.tolist(), strict=True)
        return [
            f"{self.sentences[first]} {self.sentences[second]} {number}"
            for number, (first, second) in enumerate(pairs)
        ]


class PlantedEncoder:
    """An encoder that looks up the vectors of texts."""

    name, key, n_dims, max_tokens, tasks = "planted", "planted", N_DIMS, 256, ()
    follows_instructions = "no"
    view_layers = tuple(range(N_VIEWS))

    def __init__(self, planted: Planted) -> None:
        self.planted = planted

    def encode(self, texts: Sequence[str], **_: object) -> np.ndarray:
        """Return unit vectors, float32."""
        rows = np.array([int(text.rpartition(" ")[2]) for text in texts])
        vectors = self.planted.vectors
        noise = np.random.default_rng(rows[0]).normal(size=(len(rows), N_DIMS)).astype(np.float32)
        mixed = vectors[self.planted.first[rows]] + vectors[self.planted.second[rows]] / 3 + noise / 3
        return mixed / np.linalg.norm(mixed, axis=1, keepdims=True)

    def encode_with_views(self, texts: Sequence[str], **_: object) -> tuple[np.ndarray, np.ndarray]:
        """Return unit vectors, and views as float16 (N_VIEWS, n, N_DIMS)."""
        vectors = self.encode(texts)
        return vectors, np.stack([vectors] * N_VIEWS).astype(np.float16)


def write_file(home: Path, n: int) -> None:
    """Write the file that is imported."""
    planted = Planted(n)
    topics = [planted.topics[first] for first in planted.first]
    pd.DataFrame({"text": planted.texts(), "topic": topics}).to_parquet(home / FILE, index=False)


# Steps: each opens the store, does one thing, and returns the seconds of its parts by name


class Home:
    """The stored corpus of one size."""

    def __init__(self, folder: Path, n: int) -> None:
        self.folder, self.n, self.store = folder, n, Store(folder)

    @property
    def key(self) -> str:
        """Key of the corpus."""
        return self.store.corpora()[0].key

    @property
    def results(self) -> ArtifactStore:
        """Where everything computed of the corpus is kept."""
        return self.store.results(self.key)

    @property
    def vectors(self) -> np.ndarray:
        """Embeddings, mapped from disk."""
        return np.asarray(self.results.load_array(f"{EMBEDDINGS}.vectors"))

    @property
    def texts(self) -> list[str]:
        """Texts, as tasks read them."""
        return self.store.load_corpus(self.key).texts.tolist()

    @property
    def generic(self) -> Space:
        """The generic space, after the step "map"."""
        return load_space(self.results, EMBEDDINGS)


def import_file(home: Home) -> None:
    """Read the file, build the corpus and store it."""
    home.store.add_corpus(build_corpus(read_table(home.folder / FILE), "text"))


def encode(home: Home) -> None:
    """Encode all texts with views, by the encoder that makes up vectors."""
    encode_corpus(home.results, EMBEDDINGS, home.texts, PlantedEncoder(Planted(home.n)))


def find_neighbours(home: Home) -> None:
    """Build the neighbour graph."""
    keep_graph(quiet, home.results, EMBEDDINGS, home.vectors)


def draw_map(home: Home) -> None:
    """Draw the generic map and find its hierarchy."""
    graph = keep_graph(quiet, home.results, EMBEDDINGS, home.vectors)
    space = draw_space(quiet, home.results, EMBEDDINGS, home.vectors, graph, init=None)
    save_space(home.results, EMBEDDINGS, space)
    home.store.set_encoding(home.key, precomputed_name("planted.npy", EMBEDDINGS), EMBEDDINGS)


def count_words(home: Home) -> None:
    """Count the words of all texts."""
    keep_word_table(home.results, home.key, home.texts)


def check_map(home: Home) -> None:
    """Count different vectors, and measure the map."""
    keep_distinct_vectors(quiet, home.results, EMBEDDINGS, home.texts)
    check_generic_map(quiet, home.results, EMBEDDINGS)


def find_clusters(home: Home) -> Parts:
    """Cut the map at all levels, name the clusters, and find k clusters by k-means."""
    texts, space = home.texts, home.generic
    parts = Parts()
    source = parts.time(
        "levels",
        lambda: open_source(home.results, home.key, texts, EMBEDDINGS, space.map, space.vectors),
    )
    found = parts.time("names", lambda: cluster_map(source, ClusterChoice()))
    parts.time("names on the map", lambda: map_names(source, found.partition))
    parts.time("k-means", lambda: source.k_clusters(20))
    return parts


def search(home: Home) -> Parts:
    """Search the texts by words, by a pattern and by meaning."""
    texts, vectors = home.store.load_corpus(home.key).texts, home.vectors
    parts = Parts()
    index = parts.time("index", lambda: build_index(texts))
    parts.time("words", lambda: find_words(index, "late delivery"))
    parts.time("pattern", lambda: find_pattern(index, r"late\w* (again|once)"))
    parts.time("meaning, first", lambda: find_meaning(vectors, vectors[0], 200))
    parts.time("meaning", lambda: find_meaning(vectors, vectors[1], 200))
    return parts


def fit(home: Home) -> None:
    """Label some texts by their topic, reshape the space, and draw its map."""
    topics = home.store.load_corpus(home.key).metadata["topic"]
    rows = np.random.default_rng(0).choice(home.n, min(N_LABELS, home.n // 2), replace=False).tolist()
    analysis = home.store.add_analysis(home.key, "by topic")
    home.store.labels.give(analysis, {row: topics[row] for row in rows}, "bench", add_names=True)
    TASKS["fit"](home.store, quiet, analysis_id=analysis)


def label(home: Home) -> Parts:
    """Choose the next texts in each way of the deck, and look for wrong labels."""
    texts, generic = home.store.load_corpus(home.key).texts, home.generic
    vectors, parts = generic.vectors, Parts()
    analysis = home.store.analyses(home.key)[0]
    fitted = load_fit(home.results, analysis.fit_key or "")
    parts.time("first read of labels", lambda: home.store.labels.read(analysis.id))
    row = int(np.flatnonzero(home.store.labels.read(analysis.id).codes < 0)[0])

    def give() -> GuideLabels:
        home.store.labels.give(analysis.id, {row: fitted.labels[0]}, "bench")
        return home.store.labels.read(analysis.id)

    guide = parts.time("give a label", give)
    rest = {"probabilities": fitted.probabilities, "views": generic.views}
    parts.time("suggested, first", lambda: next_round(guide, vectors, **rest))
    parts.time("suggested", lambda: next_round(guide, vectors, **rest))
    parts.time("more of a label", lambda: more_of(guide, vectors, fitted.probabilities, 0))
    parts.time("least sure", lambda: least_sure_of(guide, vectors, fitted.probabilities, 0))
    parts.time("conflicts", lambda: find_conflicts(guide.codes, generic.graph, texts))
    parts.time("mistakes", lambda: find_mistakes(vectors, guide.codes, graph=generic.graph))
    return parts


STEPS: dict[str, Callable[[Home], Parts | None]] = {
    "import": import_file,
    "encode": encode,
    "neighbours": find_neighbours,
    "map": draw_map,
    "word table": count_words,
    "check of the map": check_map,
    "clusters": find_clusters,
    "search": search,
    "fit": fit,
    "labelling": label,
}


# One step in this process, and all of them


class PeakMemory(threading.Thread):
    """Samples the memory of this process without pages of files, every 20 ms."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.peak, self.ended = 0, threading.Event()

    def run(self) -> None:
        """Sample until the end."""
        while not self.ended.wait(0.02):
            self.peak = max(self.peak, anonymous_bytes())


def anonymous_bytes() -> int:
    """Return the resident memory of this process that is not of files; 0 where the system does not say."""
    try:
        found = re.search(r"^RssAnon:\s*(\d+) kB", STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def run_step(name: str, folder: Path, n: int) -> dict[str, Any]:
    """Run one step here; return its seconds, peak bytes, and the seconds of its parts."""
    home, memory = Home(folder, n), PeakMemory()
    memory.start()
    parts, seconds, work = timed(lambda: STEPS[name](home))
    memory.ended.set()
    memory.join()
    return {
        "seconds": seconds,
        "work": work,
        "peak": max(memory.peak, anonymous_bytes()),
        "with_files": peak_bytes(),
        "parts": parts or {},
    }


def measure_size(n: int, steps: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Run the steps at one size, each in a process of its own; stop at the first that fails."""
    found: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        write_file(Path(folder), n)
        for name in steps:
            command = [sys.executable, "-m", "benchmarks.scale", "--step", name, "--home", folder]
            done = subprocess.run(
                [*command, "--sizes", str(n)], cwd=ROOT, capture_output=True, text=True, check=False
            )
            if done.returncode:
                reason = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[-1]
                print(f"{n:>9,} {name:18} failed: {reason}", flush=True)
                found[name] = {"failed": reason}
                break
            found[name] = json.loads(done.stdout.splitlines()[-1])
            parts = "  ".join(f"{part} {seconds:.2f}" for part, seconds in found[name]["parts"].items())
            seconds, peak = found[name]["seconds"], found[name]["peak"] / 2**30
            print(f"{n:>9,} {name:18} {seconds:8.1f} s {peak:6.2f} GiB  {parts}", flush=True)
    return found


def encoding_speed(n: int = SAMPLED_TEXTS) -> float:
    """Return the texts a second of the default encoder, with views."""
    encoder = load_encoder(DEFAULT_ENCODER)
    assert gives_views(encoder)
    texts = Planted(n + n // 10).texts()
    encoder.encode_with_views(texts[n:])
    return n / timed(lambda: encoder.encode_with_views(texts[:n]))[1]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure all steps at all sizes, or run one step at one size."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="numbers of texts")
    parser.add_argument("--steps", nargs="+", default=list(STEPS), choices=list(STEPS))
    parser.add_argument("--no-encoder", action="store_true", help="leave out the speed of the real encoder")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks" / "scale.md")
    parser.add_argument("--step", choices=list(STEPS), help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.step:
        print(json.dumps(run_step(options.step, options.home, options.sizes[0])))
        return
    found: Found = {}
    texts_per_s = None if options.no_encoder else encoding_speed()
    for n in options.sizes:
        found[n] = measure_size(n, options.steps)
        options.out.write_text(
            write_report(found, SETTING, texts_per_s), encoding="utf-8"
        )  # what is known so far


if __name__ == "__main__":
    main()
