"""Scores of transforms with few labels: `make bench-labels`, or `make bench-labels DATA="PLACE PLACE …"`.

A place is a CSV file (`.csv` or `.csv.gz`) with a column `text`, or a folder of such files. Every other
column is a facet: one way of labelling the same texts, empty where a text has no label. Without a place: the
demo corpus.

Of each facet some texts get their labels, picked at random or by `core.labels.suggest`. Every transform is
fitted to all texts with these labels, and the other labelled texts are scored. Once more, half of the classes
are neither named nor labelled, and their texts are scored alone as well. Texts, picks, methods and
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
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from benchmarks import plain_gstransform
from benchmarks.common import DEMO, ROOT, machine
from benchmarks.few_shot_report import make_report
from benchmarks.labelled_spaces import MOST_TEXTS, Space, hide_classes, read_spaces, seen_classes
from core.encoders import DEFAULT_ENCODER
from core.evidence.benchmark import (
    MIN_LABELLED_RATIO,
    Facet,
    MethodInput,
    clustering_score,
    pick,
    purity_score,
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
    """Scores of one case; V-measure and purity in percent, of the texts of unseen classes alone as well."""

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
    v_unseen: float | None = None
    purity_unseen: float | None = None


def run(kind: str, sample: MethodInput, seed: int) -> np.ndarray:
    """Return the vectors by one of the app's methods."""
    return run_method(Method(kind), sample, seed=seed)


def run_on_final_vectors(sample: MethodInput, seed: int) -> np.ndarray:
    """Return the vectors by GuidedTransform without views."""
    return run("guided", replace(sample, views=(), label_views=()), seed)


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
    "guided": (partial(run, "guided"), ("core/transforms/**/*.py", "core/neighbours/**/*.py")),
    "guided, final vectors only": (
        run_on_final_vectors,
        ("core/transforms/**/*.py", "core/neighbours/**/*.py"),
    ),
}
WITH_UNSEEN = ("generic", "guided")
"""Methods that are measured with unseen classes."""
SCORERS = ("core/evidence/benchmark/metrics.py",)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write `few_shot.md` and `results/few_shot.json`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="*", type=Path, default=[DEMO], help="CSV files, or folders of them")
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
    report = make_report([asdict(row) for row in rows], machine(), command_for(options.data), DEFAULT_ENCODER)
    write_atomically(options.out / "few_shot.md", lambda opened: opened.write(report.encode()))


def command_for(places: Sequence[Path]) -> str:
    """Return the command that measures these places, by their names alone."""
    names = " ".join(place.resolve().name for place in places)
    given = f'"{names}"' if " " in names else names
    return "make bench-labels" if list(places) == [DEMO] else f"make bench-labels DATA={given}"


def make_cases(
    spaces: list[Space], seeds: Iterable[int], pool: ProcessPoolExecutor, budgets: Sequence[int] = BUDGETS
) -> list[Case]:
    """Return all fits to measure, in the order of the report; texts are picked in the pool.

    Budgets of more than half of the labelled texts are left out, as in `python -m core evaluate`. With unseen
    classes, as many labels are given as are suggested at most. All methods learn from the same picks.
    """
    hidden = (max((each for each in budgets if each <= MOST_SUGGESTED), default=0), "suggested")
    wanted = [
        (each, seed, budget, picking)
        for space in spaces
        for seed in seeds
        for budget in budgets
        for picking in (("random", "suggested") if budget <= MOST_SUGGESTED else ("random",))
        for each in (space, *(hide_classes(space, seed) if (budget, picking) == hidden else ()))
    ]
    waiting = [
        (space, seed, picking, pool.submit(pick, seen, space.vectors, budget, picking, seed, space.views))
        for space, seed, budget, picking in wanted
        for seen in [seen_classes(space)]
        if MIN_LABELLED_RATIO * budget <= len(seen.labelled)
    ]
    return [
        case
        for space, seed, picking, future in waiting
        for case in cases_of(space, seed, picking, future.result())
    ]


def cases_of(space: Space, seed: int, picking: str, picked: np.ndarray) -> Iterator[Case]:
    """Yield a fit of each method; of plain GSTransform only with many random labels.

    Without views there is nothing to leave out, and with unseen classes only `WITH_UNSEEN` are measured.
    """
    parts = (space.vectors, space.facet.codes, space.label_vectors, picked, seed, *source_bytes(SCORERS))
    for method, (_, sources) in METHODS.items():
        if method == "plain gstransform" and (picking == "suggested" or len(picked) < MOST_SUGGESTED):
            continue
        if method == "guided, final vectors only" and not space.views:
            continue
        if len(space.label_vectors) < len(space.facet.labels) and method not in WITH_UNSEEN:
            continue
        layers = (*space.views, *space.label_views) if method == "guided" else ()
        key = content_key(ROW_VERSION, method, *parts, *layers, *source_bytes(sources))
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
    space, facet = case.space, case.space.facet
    sample = MethodInput(
        space.vectors,
        shown_codes(facet, case.picked),
        space.label_vectors,
        views=space.views,
        label_views=space.label_views,
    )
    started = time.perf_counter()
    made = METHODS[case.method][0](sample, case.seed)
    seconds = time.perf_counter() - started
    scored = np.setdiff1d(facet.labelled, case.picked)
    v, purity = score(made, facet, scored, case.seed)
    unseen = scored[facet.codes[scored] >= len(space.label_vectors)]
    alone = score(made, facet, unseen, case.seed) if len(unseen) else (None, None)
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
        v=v,
        purity=purity,
        seconds=round(seconds, 3),
        v_unseen=alone[0],
        purity_unseen=alone[1],
    )


def score(made: np.ndarray, facet: Facet, rows: np.ndarray, seed: int) -> tuple[float, float]:
    """Return V-measure and purity of some texts among themselves, in percent."""
    codes = facet.codes[rows]
    return 100 * clustering_score(made[rows], codes, seed), 100 * purity_score(made[rows], codes, seed)


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
    given = np.where(np.arange(40) < 12, np.arange(40) % 2, -1)
    sample = MethodInput(space, given, space[:2], views=[space], label_views=[space[:2]])
    for method, _ in METHODS.values():
        method(sample, 0)


if __name__ == "__main__":
    main()
