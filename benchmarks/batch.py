"""Unit costs of the batch commands, at one and at two workers: `make bench-batch`.

Encodes texts (float16, with views), applies an analysis to the vectors, and splits a file. Each worker is a
process with one thread, as in a cluster, and its models are loaded before the clock starts. The plan for
100 million and 10 billion texts in `docs/scale.md` is computed from these costs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.common import RESULTS, make_texts, write_figures
from core.batch import ApplyJob, EncodeJob, find_tasks, run_local, split_files, take_shard
from core.corpus import Partition
from core.encoders import DEFAULT_ENCODER, encode_like_corpus, load_encoder
from core.export import build_text_model, text_model_to_bytes
from core.maps import Fit, Space
from core.neighbours import build_graph, unit_rows
from core.transforms import GuidedTransform, Method

N_LABELLED = 200
PLANNED = (100_000_000, 10_000_000_000)
ROWS_A_FILE = 100_000
THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass(frozen=True)
class Costs:
    """What one text costs.

    Attributes
    ----------
    encode_seconds, apply_seconds, split_seconds : float
        Of one processor core.
    text_bytes, encoded_bytes, result_bytes, label_bytes : float
        On disk: the text with its id, its vector and views in float16, results with and without the reshaped
        vector in float16.
    """

    encode_seconds: float
    apply_seconds: float
    split_seconds: float
    text_bytes: float
    encoded_bytes: float
    result_bytes: float
    label_bytes: float


def main(arguments: Sequence[str] | None = None) -> dict[str, float]:
    """Measure, print and write the costs, and print the plan; return the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--texts", type=int, default=8_000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--encoder", default=DEFAULT_ENCODER)
    parser.add_argument("--out", type=Path, default=RESULTS / "batch.json")
    options = parser.parse_args(arguments)
    texts, topics = make_texts(options.texts)
    figures: dict[str, float] = {"texts": options.texts, "files": options.files}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        pq.write_table(pa.table({"id": range(len(texts)), "text": texts}), folder / "all.parquet")
        start = time.process_time()
        split_files(
            str(folder / "all.parquet"), str(folder / "texts"), -(-len(texts) // options.files), print
        )
        split_seconds = (time.process_time() - start) / len(texts)
        views, model = make_analysis(texts, topics, options.encoder)
        encode = EncodeJob(options.encoder, "text", "id", views=views, dtype="float16")
        apply = ApplyJob(model, id="id", dtype="float16")
        jobs = {
            "encode": (encode, folder / "texts", folder / "vectors"),
            "apply": (apply, folder / "vectors", folder / "results"),
        }
        processor_seconds = {}
        for name, (job, source, target) in jobs.items():
            for n_workers in (1, 2):
                out = target if n_workers == 1 else folder / f"{target.name}2"
                wall, work = measure(job, source, out, n_workers)
                figures[f"{name}_{n_workers}"] = len(texts) / wall
                processor_seconds.setdefault(name, work / len(texts))
                called = "1 worker" if n_workers == 1 else f"{n_workers} workers"
                print(f"{name}, {called}: {len(texts) / wall:,.0f} texts/s", flush=True)
            figures[f"{name}_speedup"] = figures[f"{name}_2"] / figures[f"{name}_1"]
        labels = ApplyJob(model, id="id", vectors=False)
        list(run_local(labels, find_tasks(str(folder / "vectors"), str(folder / "labels"))))
        costs = Costs(
            processor_seconds["encode"],
            processor_seconds["apply"],
            split_seconds,
            *(size_of(folder / name) / len(texts) for name in ("texts", "vectors", "results", "labels")),
        )
    figures |= asdict(costs)
    print("\n" + plan_table(costs) + "\n")
    write_figures(options.out, figures)
    return figures


def make_analysis(texts: list[str], topics: list[str], encoder: str) -> tuple[bool, bytes]:
    """Return whether the encoder gives views, and an analysis of the first texts by topic."""
    texts, topics = texts[:2_000], topics[:2_000]
    vectors, views = encode_like_corpus(load_encoder(encoder), texts)
    names, codes = np.unique(topics, return_inverse=True)
    given = np.where(np.arange(len(texts)) < N_LABELLED, codes, -1)
    generic = Space(vectors, build_graph(vectors), np.zeros((len(texts), 2), np.float32), views)
    transform = GuidedTransform().fit(vectors, given, views=views, graph=generic.graph)
    reshaped = unit_rows(transform.embedding_)
    fit = Fit(
        space=Space(reshaped, generic.graph, generic.map),
        space_key="",
        method=Method(),
        instruction="by topic",
        labels=names.tolist(),
        label_ids=[],
        phrases=[[name] for name in names],
        classes=transform.classes_.tolist(),
        given=given,
        probabilities=transform.probabilities_,
        label_vectors=None,
        classifier=transform.to_arrays(),
    )
    clusters = Partition(codes.astype(np.int32), dict(enumerate(names.tolist())))
    return bool(views), text_model_to_bytes(build_text_model(fit, generic, clusters, encoder=encoder))


def measure(job: EncodeJob | ApplyJob, source: Path, target: Path, n_workers: int) -> tuple[float, float]:
    """Return the seconds from the first worker's start to the last one's end, and their processor time."""
    context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
    ready = context.Barrier(n_workers)
    before = {name: os.environ.get(name) for name in THREADS}
    os.environ |= dict.fromkeys(THREADS, "1")
    try:
        with context.Pool(n_workers, _get_ready, (ready,)) as pool:
            shards = [
                (job, str(source), str(target), number, n_workers) for number in range(1, n_workers + 1)
            ]
            spans = pool.starmap(_work, shards, chunksize=1)
            pool.close()
            pool.join()
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    starts, ends, works = zip(*spans, strict=True)
    return max(ends) - min(starts), sum(works)


def _get_ready(ready: object) -> None:
    global READY
    READY = ready


def _work(
    job: EncodeJob | ApplyJob, source: str, target: str, number: int, n_workers: int
) -> tuple[float, float, float]:
    """Do one shard; return its start, its end and its processor time."""
    outcomes = run_local(job, take_shard(find_tasks(source, target), number, n_workers))
    READY.wait()
    start, work = time.time(), time.process_time()
    problems = [outcome.problem for outcome in outcomes if outcome.done is None]
    assert not problems, problems
    return start, time.time(), time.process_time() - work


def size_of(folder: Path) -> int:
    """Return the bytes of the files of a folder."""
    return sum(file.stat().st_size for file in folder.iterdir())


def plan_table(costs: Costs) -> str:
    """Return the plan as a table in markdown: files, core-hours and bytes of each stage."""
    rows = [
        "| texts | stage | core-hours | hours on 1,000 cores | read | written | files |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    stages = {
        "split": (costs.split_seconds, costs.text_bytes, costs.text_bytes),
        "encode": (costs.encode_seconds, costs.text_bytes, costs.encoded_bytes),
        "apply": (costs.apply_seconds, costs.encoded_bytes, costs.result_bytes),
        "apply --no-vectors": (costs.apply_seconds, costs.encoded_bytes, costs.label_bytes),
    }
    for n_texts in PLANNED:
        for stage, (seconds, read, written) in stages.items():
            hours = n_texts * seconds / 3600
            sizes = f"{_terabytes(n_texts * read)} | {_terabytes(n_texts * written)}"
            rows.append(
                f"| {n_texts:,} | {stage} | {hours:,.0f} | {hours / 1000:,.2f} | {sizes} | "
                f"{-(-n_texts // ROWS_A_FILE):,} |"
            )
    return "\n".join(rows)


def _terabytes(n_bytes: float) -> str:
    return f"{n_bytes / 1e12:,.2f} TB"


if __name__ == "__main__":
    main()
