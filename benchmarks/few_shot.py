"""Scores of transforms with few labels: `make bench-labels`, or `make bench-labels DATA=FOLDER`.

The folder holds CSV files (`.csv` or `.csv.gz`) with a column `text`. Every other column is a facet: one way
of labelling the same texts, empty where a text has no label. Without a folder: the demo corpus.

Of each facet some texts get their labels, picked at random or by `core.labels.suggest`. Every transform is
fitted to all texts with these labels, and the other labelled texts are scored. Texts, picks, methods and
scores are those of `python -m core evaluate`: it gives the same figures for one number of labels and one way
of picking. Rows of earlier results are used again, when vectors, labels, program and machine are the same.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import plain_gstransform
from benchmarks.common import DEMO, ROOT, machine
from benchmarks.few_shot_report import make_report
from core.encoders import DEFAULT_ENCODER, Encoder, load_encoder
from core.errors import CorpusError
from core.evidence.benchmark import (
    MIN_LABELLED_RATIO,
    Facet,
    MethodInput,
    clustering_score,
    name_vectors,
    pick,
    purity_score,
    read_facets,
    run_method,
    shown_codes,
)
from core.neighbours import unit_rows
from core.transforms import Method
from core.utils import content_key, write_atomically

CACHE = ROOT / "build" / "bench-labels"

ROW_VERSION = 2
"""Raise it when the figures of the same case change."""
BUDGETS = (20, 40, 80, 2_500)
"""Numbers of labels."""
MOST_SUGGESTED = 80
"""Largest number of labels that are picked by the suggester: nobody labels 250 rounds."""
MOST_TEXTS = 5_000
"""Texts of a file, sampled."""


@dataclass(frozen=True)
class Space:
    """A facet and the embeddings of its texts.

    Attributes
    ----------
    vectors : ndarray of float32, shape (n_texts, n_dims)
        Unit vectors.
    label_vectors : ndarray of float32, shape (n_labels, n_dims)
        Encoded label names.
    texts : list of n_texts str
    """

    corpus: str
    facet: Facet
    vectors: np.ndarray
    label_vectors: np.ndarray
    texts: list[str]


@dataclass(frozen=True)
class Case:
    """One fit to measure: a method, and the texts that are labelled, in this order."""

    space: Space
    method: str
    picking: str
    picked: np.ndarray
    seed: int
    key: str


@dataclass(frozen=True)
class Row:
    """Scores of one case; V-measure and purity in percent."""

    key: str
    corpus: str
    facet: str
    n_texts: int
    n_classes: int
    labels: int
    picking: str
    method: str
    seed: int
    v: float
    purity: float
    seconds: float


def run(kind: str, sample: MethodInput, seed: int) -> np.ndarray:
    """Return the vectors by one of the app's methods."""
    return run_method(Method(kind), sample, seed=seed)


def run_plain(sample: MethodInput, seed: int) -> np.ndarray:
    """Return the vectors by the second implementation of GSTransform."""
    return plain_gstransform.reshape(sample.vectors, sample.given, seed)


# Each method with the files whose content decides its result: a change there invalidates its rows.
METHODS: dict[str, tuple[Callable[[MethodInput, int], np.ndarray], tuple[str, ...]]] = {
    "generic": (partial(run, "generic"), ()),
    "gstransform": (
        partial(run, "gstransform"),
        ("core/transforms/gstransform.py", "core/transforms/validation.py"),
    ),
    "plain gstransform": (run_plain, ("benchmarks/plain_gstransform.py",)),
    "guided": (partial(run, "guided"), ("core/transforms/**/*.py", "core/neighbours.py")),
}
SCORERS = ("core/evidence/benchmark/metrics.py",)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write `few_shot.md` and `results/few_shot.json`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--labels", nargs="+", type=int, default=BUDGETS, help="numbers of labels")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--most", type=int, default=MOST_TEXTS, help="texts of a file, sampled")
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for the texts' vectors")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder for table and results")
    options = parser.parse_args(arguments)
    results = options.out / "results" / "few_shot.json"
    spaces = read_spaces(options.data, options.cache, options.most)
    # Worker processes read these when they import their libraries; this process has done so already.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    with ProcessPoolExecutor(options.workers, get_context("spawn"), warm_up) as pool:
        print(f"picking texts of {len(spaces)} facets", flush=True)
        cases = make_cases(spaces, range(options.seeds), pool, options.labels)
        known = read_rows(results)
        rows = [known[case.key] for case in cases if case.key in known]
        left = [case for case in cases if case.key not in known]
        print(f"{len(rows)} of {len(cases)} fits are known from the last results", flush=True)
        for row in measured(left, pool):
            rows.append(row)
            write_rows(results, rows)
    order = {case.key: number for number, case in enumerate(cases)}
    rows.sort(key=lambda row: order[row.key])
    write_rows(results, rows)
    command = "make bench-labels"
    command += "" if options.data == DEMO else f" DATA={options.data.resolve().name}"
    report = make_report([asdict(row) for row in rows], machine(), command, DEFAULT_ENCODER)
    write_atomically(options.out / "few_shot.md", lambda opened: opened.write(report.encode()))


def read_spaces(folder: Path, cache: Path, most_texts: int = MOST_TEXTS) -> list[Space]:
    """Return the facets of all CSV files of a folder, encoded.

    Raises
    ------
    SystemExit
        When there is no such file, or one without a column `text` or without a facet of two labels.
    """
    files = sorted(file for file in folder.glob("*.csv*") if file.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise SystemExit(f"No CSV file found in {folder}; give a folder of files with a column “text”.")
    encoder = load_encoder(DEFAULT_ENCODER)
    spaces = []
    for file in files:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        names = [name for name in frame.columns if name != "text" and (frame[name] != "").any()]
        if "text" not in frame or not names:
            raise SystemExit(f"{file.name} needs a column “text” and another one with labels.")
        try:
            material = read_facets(file, text_column="text", facets=names, most_texts=most_texts)
        except CorpusError as error:
            raise SystemExit(str(error)) from error
        vectors = encode(material.texts, encoder, cache)
        for facet in material.facets:
            label_vectors, _ = name_vectors(encoder, facet)
            spaces.append(Space(material.dataset, facet, vectors, label_vectors, material.texts))
            n_texts, n_labels = len(facet.labelled), len(facet.labels)
            print(f"{material.dataset}, {facet.name}: {n_texts:,} texts, {n_labels} labels", flush=True)
    return spaces


def encode(texts: list[str], encoder: Encoder, cache: Path) -> np.ndarray:
    """Return the texts' vectors, float32 (n_texts, n_dims), computed once and kept in the cache folder."""
    file = cache / f"{content_key(encoder.key, texts)}.npy"
    if not file.exists():
        vectors = encoder.encode(texts)
        write_atomically(file, lambda opened: np.save(opened, vectors))
    return np.load(file, allow_pickle=False)


def make_cases(
    spaces: list[Space], seeds: Iterable[int], pool: ProcessPoolExecutor, budgets: Sequence[int] = BUDGETS
) -> list[Case]:
    """Return all fits to measure, in the order of the report; texts are picked in the pool.

    Budgets of more than half of the labelled texts are left out, as in `python -m core evaluate`.
    """
    waiting = [
        (space, seed, picking, pool.submit(pick, space.facet, space.vectors, budget, picking, seed))
        for space in spaces
        for seed in seeds
        for budget in budgets
        for picking in (("random", "suggested") if budget <= MOST_SUGGESTED else ("random",))
        if MIN_LABELLED_RATIO * budget <= len(space.facet.labelled)
    ]
    return [
        case
        for space, seed, picking, future in waiting
        for case in cases_of(space, seed, picking, future.result())
    ]


def cases_of(space: Space, seed: int, picking: str, picked: np.ndarray) -> Iterator[Case]:
    """Yield a fit of each method; of plain GSTransform only with many random labels."""
    parts = (space.vectors, space.facet.codes, space.label_vectors, picked, seed, *source_bytes(SCORERS))
    for method, (_, sources) in METHODS.items():
        if method == "plain gstransform" and (picking == "suggested" or len(picked) < MOST_SUGGESTED):
            continue
        key = content_key(ROW_VERSION, method, *parts, *source_bytes(sources))
        yield Case(space, method, picking, picked, seed, key)


def source_bytes(patterns: Iterable[str]) -> list[bytes]:
    """Return the content of the files that the patterns name, in a fixed order."""
    return [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def measured(cases: list[Case], pool: ProcessPoolExecutor) -> Iterator[Row]:
    """Yield the row of each case as it comes, and print the progress.

    The cases run in random order, so that the time left can be estimated from those that are done.
    """
    started = time.perf_counter()
    order = np.random.default_rng(0).permutation(len(cases))
    waiting = [pool.submit(measure, cases[number]) for number in order]
    try:
        for done, future in enumerate(as_completed(waiting), start=1):
            row = future.result()
            minutes = (time.perf_counter() - started) / 60
            print(
                f"{done}/{len(cases)}, {minutes * (len(cases) - done) / done:.1f} min left: "
                f"{row.corpus} {row.facet}, {row.labels} {row.picking}, {row.method}: "
                f"V {row.v:.1f}, purity {row.purity:.1f}, {row.seconds:.2f} s",
                flush=True,
            )
            yield row
    finally:  # when interrupted: the pool would run all cases
        for future in waiting:
            future.cancel()


def measure(case: Case) -> Row:
    """Fit one case and score the texts whose labels it was not shown."""
    facet, vectors = case.space.facet, case.space.vectors
    sample = MethodInput(vectors, shown_codes(facet, case.picked), case.space.label_vectors)
    started = time.perf_counter()
    made = METHODS[case.method][0](sample, case.seed)
    seconds = time.perf_counter() - started
    scored = np.setdiff1d(facet.labelled, case.picked)
    codes = facet.codes[scored]
    return Row(
        key=case.key,
        corpus=case.space.corpus,
        facet=facet.name,
        n_texts=len(facet.labelled),
        n_classes=len(facet.labels),
        labels=len(case.picked),
        picking=case.picking,
        method=case.method,
        seed=case.seed,
        v=100 * clustering_score(made[scored], codes, case.seed),
        purity=100 * purity_score(made[scored], codes, case.seed),
        seconds=round(seconds, 3),
    )


def read_rows(file: Path) -> dict[str, Row]:
    """Return the rows of earlier results by key; none when they come from another machine or version."""
    try:
        document = json.loads(file.read_text(encoding="utf-8"))
        rows = [Row(**row) for row in document["rows"]]
    except (OSError, ValueError, KeyError, TypeError):  # none yet, or of an older form: measure everything
        return {}
    return {row.key: row for row in rows} if document.get("machine") == machine() else {}


def write_rows(file: Path, rows: list[Row]) -> None:
    """Write results as JSON, a line for each row."""
    lines = ",\n".join(json.dumps(asdict(row)) for row in rows)
    document = f'{{"machine": {json.dumps(machine())}, "rows": [\n{lines}\n]}}\n'
    write_atomically(file, lambda opened: opened.write(document.encode()))


def warm_up() -> None:
    """Run every method on a tiny space: the time to load libraries is not part of a fit."""
    space = unit_rows(np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32))
    sample = MethodInput(space, np.where(np.arange(40) < 12, np.arange(40) % 2, -1), space[:2])
    for method, _ in METHODS.values():
        method(sample, 0)


if __name__ == "__main__":
    main()
