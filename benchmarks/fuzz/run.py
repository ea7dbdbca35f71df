"""Run each target in a process of its own, so that a crash or a hang is counted and ends nothing else."""

from __future__ import annotations

import importlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from benchmarks.common import ROOT
from benchmarks.fuzz.child import COUNT_FILE, FINDINGS_FILE, TIMEOUT_EXIT, TOO_MUCH_MEMORY_EXIT, read_count

SECONDS_TO_START = 600
"""Longest time that a process may take beside that of its inputs: it imports all of `core` with instruments,
on a machine that may be busy."""

SECONDS_PER_INPUT = 60
"""Longest time for one input, on a machine that does other work too."""

TARGETS = "benchmarks.fuzz.targets"
LEAST_SECONDS = 2.0
KINDS = {TIMEOUT_EXIT: "no end", TOO_MUCH_MEMORY_EXIT: "memory"}
TAIL = 1_500  # characters of what a process that died has written


@dataclass(frozen=True)
class Finding:
    """An input that a reader did not survive.

    Attributes
    ----------
    target : str
    error : str
        The exception and where it was raised, or what ended the process.
    contained : bool
        The process or its memory ended, which in the app is a child process with limits: the person reads
        a sentence.
    file : str
        With the input; "" where it is not known.
    """

    target: str
    error: str
    contained: bool = False
    file: str = ""


@dataclass
class FuzzResult:
    """What a run of the fuzzer found.

    Attributes
    ----------
    inputs : dict of str to int
        Inputs that were read, by target.
    findings : list of Finding
        One for each place in the code.
    seconds : float
    """

    counts: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def inputs(self) -> int:
        """Number of inputs that were read."""
        return sum(self.counts.values())

    @property
    def crashes(self) -> int:
        """Number of findings that the app would not survive with a sentence."""
        return sum(not finding.contained for finding in self.findings)


def run(
    seconds: float,
    targets: Collection[str] | None = None,
    *,
    keep: Path | None = None,
    seed: int = 1,
    module: str = TARGETS,
    longest: int = SECONDS_PER_INPUT,
) -> FuzzResult:
    """Fuzz the targets for so many seconds in all.

    Parameters
    ----------
    targets : collection of str, optional
        Names; all when not given.
    keep : Path, optional
        Folder in which the inputs of findings, and those that reached more code, stay.
    seed : int
        Of the random changes.
    module : str
        Its `make_targets` makes the targets by name.
    longest : int
        Longest time for one input, in seconds.

    Raises
    ------
    RuntimeError
        Where atheris is not installed: it is for Linux, its pinned version for Python below 3.14.
    """
    if importlib.util.find_spec("atheris") is None:
        raise RuntimeError(
            "atheris is not installed here: fuzzing needs Linux, Python below 3.14, and requirements-dev.txt."
        )
    known = importlib.import_module(module).make_targets()  # not above: see `child`
    names = [name for name in known if targets is None or name in targets]
    result, start = FuzzResult(), time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        for position, name in enumerate(names):
            left = seconds - (time.monotonic() - start)
            folder = (keep or Path(temporary)) / name
            _write_seeds(known[name].seeds, folder / "inputs")
            share = max(LEAST_SECONDS, left / (len(names) - position))
            run_process = partial(_run_process, name, folder, module=module, longest=longest)
            _run_target(result, name, folder, share, seed, run_process, known[name].in_child)
    result.seconds = time.monotonic() - start
    return result


def _write_seeds(seeds: Collection[bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(seeds):
        (folder / f"seed-{number}").write_bytes(seed)


def _run_target(
    result: FuzzResult,
    name: str,
    folder: Path,
    seconds: float,
    seed: int,
    run_process: Callable[[float, int], str],
    in_child: bool,
) -> None:
    """Run one target until its time is over, again after each end of its process."""
    end, attempt = time.monotonic() + seconds, 0
    before = read_count(folder / COUNT_FILE)
    while (left := end - time.monotonic()) > 0 and attempt < 20:
        died = run_process(max(LEAST_SECONDS, left), seed + attempt)
        attempt += 1
        if died:
            result.findings.append(Finding(name, died, contained=in_child, file=_latest_artifact(folder)))
    result.counts[name] = read_count(folder / COUNT_FILE) - before
    if (folder / FINDINGS_FILE).exists():
        lines = (folder / FINDINGS_FILE).read_text(encoding="utf-8").splitlines()
        found = {one["error"]: one for one in map(json.loads, lines)}
        result.findings += [Finding(name, **one) for one in found.values()]


def _run_process(name: str, folder: Path, seconds: float, seed: int, *, module: str, longest: int) -> str:
    """Run one process; return what ended it before its time, "" for nothing."""
    log, arguments = folder / "log.txt", (name, folder, seconds, seed, module, longest)
    with log.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.fuzz.child", *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            code = process.wait(seconds + SECONDS_TO_START)
        except subprocess.TimeoutExpired:
            return "no end, and no answer to the alarm"
        finally:
            with suppress(ProcessLookupError):  # it has ended, and its fork
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code == 0:
        return ""
    said = log.read_text(encoding="utf-8", errors="replace")[-TAIL:]
    return f"{KINDS.get(code, 'the process ended')} (exit code {code}): {said.strip().splitlines()[-1:]}"


def _latest_artifact(folder: Path) -> str:
    found = sorted(folder.glob("ended-*"), key=lambda path: path.stat().st_mtime)
    return str(found[-1]) if found else ""
