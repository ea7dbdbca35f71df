"""What transforms make of a handful of labels: `make bench-labels`, or `make bench-labels DATA=FOLDER`.

The folder holds CSV files (`.csv` or `.csv.gz`) with a column `text`; every other column is a facet, one way
of labelling the same texts, empty where a text has no label. Without a folder: the demo corpus.

Of each facet some texts get their labels, picked at random or by `core.labels.suggest`; every transform is
fitted to all texts with these labels, and the texts without are scored. What was measured before, of the same
vectors, labels and program on the same machine, is taken from the last results.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import v_measure_score

from benchmarks.few_shot_report import make_report
from benchmarks.recipe import reshape_by_recipe
from core.encoders import DEFAULT_ENCODER, Encoder, load_encoder
from core.labels import suggest
from core.neighbours import unit_rows
from core.transforms import GSTransform, GuidedTransform
from core.utils import content_key, write_atomically

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "assets" / "demo"
CACHE = ROOT / "build" / "bench-labels"

VERSION = 1  # raise when a figure of the same case would be another
BUDGETS = (20, 40, 80, 2_500)
MOST_SUGGESTED = 80  # nobody is led through 250 rounds
ROUND = 10
"""Texts that the suggester names at a time, before it sees their labels."""
MOST_TEXTS = 5_000
NEIGHBOURS, QUERIES, STARTS = 10, 1_000, 4


@dataclass(frozen=True)
class Facet:
    """One way of labelling the texts of a corpus.

    Attributes
    ----------
    corpus, name : str
    vectors : ndarray of float32, shape (n_texts, n_dims)
        Unit vectors of the texts that carry a label.
    codes : ndarray of int, shape (n_texts,)
        Their labels, numbered in the order of the names.
    label_vectors : ndarray of float32, shape (n_labels, n_dims)
        Unit vectors of the labels' names.
    """

    corpus: str
    name: str
    vectors: np.ndarray
    codes: np.ndarray
    label_vectors: np.ndarray


@dataclass(frozen=True)
class Case:
    """One fit to measure: these texts of a facet are labelled, in this order, and this method is fitted."""

    facet: Facet
    method: str
    picking: str
    picked: np.ndarray
    seed: int
    key: str


@dataclass(frozen=True)
class Row:
    """What was measured of one case; V and purity in percent."""

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


Method = Callable[[Facet, np.ndarray, int], np.ndarray]


def generic(facet: Facet, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the generic space as it is."""
    return facet.vectors


def published(facet: Facet, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the space as the published recipe reshapes it."""
    return GSTransform(random_state=seed).fit_transform(facet.vectors, y)


def plain_recipe(facet: Facet, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the space as the other writing of the published recipe reshapes it."""
    return reshape_by_recipe(facet.vectors, y, seed)


def guided(facet: Facet, y: np.ndarray, seed: int) -> np.ndarray:
    """Return the space as `GuidedTransform` reshapes it, which also reads the labels' names."""
    transform = GuidedTransform(random_state=seed)
    return transform.fit_transform(facet.vectors, y, label_vectors=facet.label_vectors)


# Each method with the files that it follows from: change one, and it is measured again.
METHODS: dict[str, tuple[Method, tuple[str, ...]]] = {
    "generic": (generic, ()),
    "published": (published, ("core/transforms/gstransform.py", "core/transforms/validation.py")),
    "plain recipe": (plain_recipe, ("benchmarks/recipe.py",)),
    "guided": (guided, ("core/transforms/**/*.py", "core/neighbours.py")),
}


def main() -> None:
    """Measure, and write `few_shot.md` and `results/few_shot.json`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", nargs="?", type=Path, default=DEMO)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2, help="processes, of one thread each")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder for the texts' vectors")
    parser.add_argument("--out", type=Path, default=ROOT / "benchmarks", help="folder for table and results")
    arguments = parser.parse_args()
    results = arguments.out / "results" / "few_shot.json"
    facets = read_facets(arguments.data, arguments.cache)
    # Workers read these when they import their libraries; this process did before.
    os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))
    with ProcessPoolExecutor(arguments.workers, get_context("spawn"), warm_up) as pool:
        print(f"picking texts of {len(facets)} facets", flush=True)
        cases = make_cases(facets, range(arguments.seeds), pool)
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
    command += "" if arguments.data == DEMO else f" DATA={arguments.data.resolve().name}"
    report = make_report([asdict(row) for row in rows], machine(), command, DEFAULT_ENCODER)
    write_atomically(arguments.out / "few_shot.md", lambda opened: opened.write(report.encode()))


def read_facets(folder: Path, cache: Path) -> list[Facet]:
    """Return the facets of all CSV files of a folder, at most `MOST_TEXTS` texts of each, encoded.

    Raises
    ------
    SystemExit
        When there is no such file, or one without a column `text` or without a facet of two labels.
    """
    files = sorted(file for file in folder.glob("*.csv*") if file.name.endswith((".csv", ".csv.gz")))
    if not files:
        raise SystemExit(f"No CSV file found in {folder}; give a folder of files with a column “text”.")
    encoder = load_encoder(DEFAULT_ENCODER)
    facets = []
    for file in files:
        frame = pd.read_csv(file, dtype=str, keep_default_na=False)
        names = [name for name in frame.columns if name != "text" and (frame[name] != "").any()]
        if "text" not in frame or not names:
            raise SystemExit(f"{file.name} needs a column “text” and another one with labels.")
        for name in names:
            rows = np.flatnonzero((frame[name] != "").to_numpy())
            rows = np.random.default_rng(0).permutation(rows)[:MOST_TEXTS]
            texts = frame["text"].iloc[rows].tolist()
            labels, codes = np.unique(frame[name].iloc[rows].to_numpy(dtype=str), return_inverse=True)
            if len(labels) < 2:
                raise SystemExit(f"{file.name} has only the label “{labels[0]}” in “{name}”; 2 are needed.")
            vectors = encode(texts, encoder, cache)
            spoken = encode([label.replace("_", " ") for label in labels], encoder, cache)
            facets.append(Facet(file.name.split(".")[0], name, vectors, codes, spoken))
            print(f"{facets[-1].corpus}, {name}: {len(texts):,} texts, {len(labels)} labels", flush=True)
    return facets


def encode(texts: list[str], encoder: Encoder, cache: Path) -> np.ndarray:
    """Return the texts' vectors, float32 (n_texts, n_dims), computed once and kept in the cache folder."""
    file = cache / f"{content_key(encoder.key, texts)}.npy"
    if not file.exists():
        vectors = encoder.encode(texts)
        write_atomically(file, lambda opened: np.save(opened, vectors))
    return np.load(file, allow_pickle=False)


def make_cases(facets: list[Facet], seeds: Iterable[int], pool: ProcessPoolExecutor) -> list[Case]:
    """Return all fits to measure, in the order of the report; the suggester works in the pool."""
    seeds = list(seeds)
    waiting = {
        (number, seed): pool.submit(suggested_picks, facet, largest_budget(facet, MOST_SUGGESTED), seed)
        for number, facet in enumerate(facets)
        for seed in seeds
    }
    return [
        case
        for number, facet in enumerate(facets)
        for seed in seeds
        for case in facet_cases(facet, seed, waiting[number, seed].result())
    ]


def facet_cases(facet: Facet, seed: int, suggested: np.ndarray) -> Iterator[Case]:
    """Yield the fits of one facet and seed; `suggested` are the suggester's picks, the first one first.

    Left out: budgets of more than half the texts, and picks that show one label only.
    """
    facet_key = content_key(VERSION, facet.vectors, facet.codes, facet.label_vectors)
    for budget in BUDGETS:
        picks = {"random": random_picks(len(facet.codes), budget, seed)}
        if budget <= MOST_SUGGESTED:
            picks["suggested"] = suggested[:budget]
        for picking, picked in picks.items():
            too_few_texts = len(picked) < budget or 2 * budget > len(facet.codes)
            if too_few_texts or len(set(facet.codes[picked])) < 2:
                continue
            for method, (_, sources) in METHODS.items():
                # The other writing is there for comparison: once with few labels, once with many, is enough.
                if method == "plain recipe" and (picking == "suggested" or budget < MOST_SUGGESTED):
                    continue
                key = content_key(facet_key, method, picked, seed, *source_bytes(sources))
                yield Case(facet, method, picking, picked, seed, key)


def source_bytes(patterns: Iterable[str]) -> list[bytes]:
    """Return the content of the files that the patterns name, in a fixed order."""
    return [file.read_bytes() for pattern in patterns for file in sorted(ROOT.glob(pattern))]


def largest_budget(facet: Facet, most: int) -> int:
    """Return the largest number of labels, up to `most`, that the facet is tried with; 0 for none."""
    return max((budget for budget in BUDGETS if budget <= min(most, len(facet.codes) // 2)), default=0)


def random_picks(n_texts: int, n: int, seed: int) -> np.ndarray:
    """Return min(n, n_texts) different rows."""
    return np.random.default_rng(seed).choice(n_texts, min(n, n_texts), replace=False)


def suggested_picks(facet: Facet, n: int, seed: int) -> np.ndarray:
    """Return the first n rows that the suggester names, when each round is labelled before the next.

    Fewer where the suggester finds no more different texts.

    Raises
    ------
    RuntimeError
        When it names a text twice, or one that is labelled.
    """
    y = np.full(len(facet.codes), -1)
    picked: list[int] = []
    while len(picked) < n:
        named = suggest(facet.vectors, y.copy(), min(ROUND, n - len(picked)), random_state=seed).tolist()
        if not named:
            break
        if len(set(named)) < len(named) or (y[named] >= 0).any():
            raise RuntimeError(f"The suggester named {named} after {picked}: each text once is needed.")
        y[named] = facet.codes[named]
        picked += named
    return np.array(picked, dtype=np.int64)


def measured(cases: list[Case], pool: ProcessPoolExecutor) -> Iterator[Row]:
    """Yield the row of each case as it comes, printing how far things are.

    The cases run in random order: any stretch is then like the whole, and tells the time left.
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
    finally:  # stopped halfway: the pool would go on to the end
        for future in waiting:
            future.cancel()


def measure(case: Case) -> Row:
    """Fit one case and score its unlabelled texts."""
    facet = case.facet
    y = np.full(len(facet.codes), -1)
    y[case.picked] = facet.codes[case.picked]
    method = METHODS[case.method][0]
    started = time.perf_counter()
    reshaped = np.asarray(method(facet, y, case.seed), dtype=np.float32)
    seconds = time.perf_counter() - started
    free, n_classes = y < 0, len(set(facet.codes))
    return Row(
        key=case.key,
        corpus=facet.corpus,
        facet=facet.name,
        n_texts=len(y),
        n_classes=n_classes,
        labels=len(case.picked),
        picking=case.picking,
        method=case.method,
        seed=case.seed,
        v=round(v_measure(reshaped[free], facet.codes[free], n_classes, case.seed), 2),
        purity=round(neighbour_purity(reshaped[free], facet.codes[free], case.seed), 2),
        seconds=round(seconds, 3),
    )


def v_measure(Z: np.ndarray, codes: np.ndarray, n_clusters: int, seed: int) -> float:
    """Return how well k-means clusters of Z (n, m) agree with the labels, 0 to 100.

    References
    ----------
    Rosenberg, Hirschberg: "V-measure: a conditional entropy-based external cluster evaluation measure",
    EMNLP-CoNLL 2007.
    """
    clusters = KMeans(n_clusters, n_init=STARTS, random_state=seed).fit_predict(Z)
    return 100 * float(v_measure_score(codes, clusters))


def neighbour_purity(
    Z: np.ndarray, codes: np.ndarray, seed: int, n_neighbors: int = NEIGHBOURS, n_queries: int = QUERIES
) -> float:
    """Return which share of each text's nearest others, by cosine, carries its label, 0 to 100.

    The mean over a random sample of `n_queries` texts, or over all where there are no more.
    """
    unit = unit_rows(Z)
    rows = np.random.default_rng(seed).choice(len(Z), min(n_queries, len(Z)), replace=False)
    similarities = unit[rows] @ unit.T
    similarities[np.arange(len(rows)), rows] = -np.inf
    nearest = np.argpartition(-similarities, n_neighbors - 1, axis=1)[:, :n_neighbors]
    return 100 * float((codes[nearest] == codes[rows][:, None]).mean())


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


def machine() -> dict[str, str]:
    """Return what the figures depend on beside this project: processor, Python, libraries."""
    names = ("numpy", "scipy", "scikit-learn", "torch", "sentence-transformers")
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor() or platform.machine()
    found = {"processor": f"{processor}, {os.cpu_count()} cores", "Python": platform.python_version()}
    return found | {name: version(name) for name in names}


def warm_up() -> None:
    """Fit every method to a tiny space: loading libraries and starting their engines is not a fit's work."""
    space = unit_rows(np.random.default_rng(0).normal(size=(40, 8)).astype(np.float32))
    codes = np.arange(40) % 2
    y = np.where(np.arange(40) < 12, codes, -1)
    for method, _ in METHODS.values():
        method(Facet("", "", space, codes, space[:2]), y, 0)


if __name__ == "__main__":
    main()
