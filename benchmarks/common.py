"""What the benchmarks share: texts, times, the machine, the files of results."""

from __future__ import annotations

import csv
import json
import os
import platform
import random
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results"
DEMO = ROOT / "assets" / "demo"


def make_texts(n: int) -> tuple[list[str], list[str]]:
    """Return n distinct texts and a label each, the same every time.

    A text is two sentences of the demo corpus, or three where there are not enough pairs; its label is the
    topic of the first.
    """
    with (DEMO / "feedback.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    length = 2 if n <= len(rows) ** 2 else 3
    texts, topics = [], []
    for number in random.Random(0).sample(range(len(rows) ** length), n):
        parts = [rows[number // len(rows) ** place % len(rows)] for place in reversed(range(length))]
        texts.append(" ".join(part["text"] for part in parts))
        topics.append(parts[0]["topic"])
    return texts, topics


def machine() -> dict[str, str]:
    """Return what the figures depend on beside this project: processor, Python, libraries."""
    names = ("numpy", "scipy", "scikit-learn", "torch", "sentence-transformers")
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = models[0] if models else platform.processor() or platform.machine()
    found = {"processor": f"{processor}, {os.cpu_count()} cores", "Python": platform.python_version()}
    return found | {name: version(name) for name in names}


def processor() -> dict[str, str | bool]:
    """Return the model of the processor, and which instructions for matrices it has.

    Outside Linux the instructions are not known, and left out.
    """
    cpuinfo = Path("/proc/cpuinfo")
    model = machine()["processor"]
    if not cpuinfo.exists():
        return {"model": model}
    lines = cpuinfo.read_text(encoding="utf-8").splitlines()
    flags = {flag for line in lines if line.startswith(("flags", "Features")) for flag in line.split()}
    found: dict[str, str | bool] = {"model": model, "amx": "amx_bf16" in flags}
    return found | {name: name in flags for name in ("avx512_bf16", "avx2")}


def timed(call: Callable[[], Any]) -> tuple[Any, float, float]:
    """Return the result of a call, its seconds, and its seconds of processor time.

    Other programs distort the processor time less.
    """
    start, work = time.perf_counter(), time.process_time()
    return call(), time.perf_counter() - start, time.process_time() - work


def write_figures(file: Path, figures: dict[str, Any]) -> None:
    """Print all figures, and write them with the machine as JSON."""
    for name, value in figures.items():
        print(f"{name:32} {round(value, 3) if isinstance(value, float) else value}")
    write_document(file, figures)


def write_document(file: Path, figures: dict[str, Any]) -> None:
    """Write figures with the machine as JSON."""
    file.parent.mkdir(exist_ok=True)
    document = {"machine": machine(), **figures}
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
