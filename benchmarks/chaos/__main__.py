"""`make chaos`: the kill loop, the fault table and fuzzing. Writes `results/chaos.json`."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.chaos.app_kills import kill_app, kill_demo, kill_worker
from benchmarks.chaos.disk_faults import DISK_FAULTS
from benchmarks.chaos.faults import Outcome, run_faults
from benchmarks.chaos.file_faults import FILE_FAULTS
from benchmarks.chaos.kills import KINDS, Tally, kill_encoding, kill_migration, run_kind
from benchmarks.chaos.process_faults import PROCESS_FAULTS
from benchmarks.chaos.victims import preload_all
from benchmarks.common import RESULTS, processor, write_document
from benchmarks.reliability import write_counts

SHARES = {name: kind.share for name, kind in KINDS.items()} | {
    "encoding": 20,
    "migrating": 20,
    "the worker": 9,
    "building the demo": 4,
    "the app": 18,
}
"""Kills of each kind, of `sum(SHARES.values())`."""
PARTS = ("kills", "faults", "fuzz")
FAULTS = DISK_FAULTS | PROCESS_FAULTS | FILE_FAULTS


def main(arguments: Sequence[str] | None = None) -> dict[str, object]:
    """Run the parts that are asked for, and return what is written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=sum(SHARES.values()))
    parser.add_argument("--fuzz-seconds", type=float, default=600)
    parser.add_argument("--seed", type=int, default=int(datetime.now(UTC).timestamp()))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--kinds", nargs="+", choices=list(SHARES), default=list(SHARES))
    parser.add_argument("--faults", nargs="+", metavar="WORD", help="only faults whose name holds a word")
    parser.add_argument("--out", type=Path, default=RESULTS / "chaos.json")
    options = parser.parse_args(arguments)
    print(f"seed {options.seed}")
    if "faults" in options.parts or {"fitting", "exporting"} & set(options.kinds):
        preload_all()
    found: dict[str, object] = {"date": datetime.now(UTC).date().isoformat(), "processor": processor()}
    found |= {"seed": options.seed}
    if "kills" in options.parts:
        found |= summarise_kills(run_kills(options.kinds, options.kills, options.seed))
    if "faults" in options.parts:
        words = options.faults or [""]
        chosen = {name: fault for name, fault in FAULTS.items() if any(word in name for word in words)}
        print("Faults …", flush=True)
        found |= summarise_faults(run_faults(chosen))
    if "fuzz" in options.parts:
        from benchmarks import fuzz  # it needs packages that the other parts do not

        fuzzed = fuzz.run(options.fuzz_seconds)
        found |= {"fuzz_inputs": fuzzed.inputs, "fuzz_crashes": fuzzed.crashes}
        for finding in fuzzed.findings:
            print(f"  {finding.target}{' (in a child)' if finding.contained else ''}: {finding.error}")
    print()
    for name, figure in found.items():
        if isinstance(figure, int):
            print(f"{name:16} {figure:,}")
    write_document(options.out, found)
    write_counts(options.out)
    return found


def run_kills(kinds: Sequence[str], n_kills: int, seed: int) -> dict[str, Tally]:
    """Kill each kind of work as often as its share says, at least once; print what was found."""
    tallies: dict[str, Tally] = {}
    total = sum(SHARES[name] for name in kinds)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        journal = Path(folder) / "journal.jsonl"
        calls: dict[str, Callable[[Path, int, int], Tally]] = {
            name: partial(_run_kind, name, journal) for name in KINDS
        }
        calls |= {
            "encoding": kill_encoding,
            "migrating": kill_migration,
            "the worker": kill_worker,
            "building the demo": kill_demo,
            "the app": kill_app,
        }
        for name in kinds:
            n = max(1, -(-n_kills * SHARES[name] // total))
            print(f"Killing, {name} …", flush=True)
            tally = tallies[name] = calls[name](Path(folder) / name.replace(" ", "-"), n, seed)
            print(
                f"  {tally.kills} kills ({tally.at_work} in the middle of something), {tally.operations:,} "
                f"operations and {tally.labels_written:,} labels acknowledged; lost: {tally.labels_lost} "
                f"labels, {tally.lost} others; stores not sound: {tally.corrupt}",
                flush=True,
            )
            for note in tally.notes[:10]:
                print(f"    {note}", flush=True)
    return tallies


def _run_kind(name: str, journal: Path, home: Path, n_kills: int, seed: int) -> Tally:
    return run_kind(name, KINDS[name], home, n_kills, seed, journal)


def summarise_kills(tallies: dict[str, Tally]) -> dict[str, object]:
    """Return the counts of all kinds together, and of each."""
    every = list(tallies.values())
    return {
        "kills": sum(tally.kills for tally in every),
        "labels_written": sum(tally.labels_written for tally in every),
        "labels_lost": sum(tally.labels_lost for tally in every),
        "others_lost": sum(tally.lost for tally in every),
        "stores_corrupt": sum(tally.corrupt for tally in every),
        "kinds": {name: asdict(tally) for name, tally in tallies.items()},
    }


def summarise_faults(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Return the counts of the faults that could be made here, and each with what was said."""
    made = [outcome for outcome in outcomes if outcome.survived is not None]
    table = {
        outcome.fault: {"survived": outcome.survived, "said": _without_paths(outcome.said)}
        for outcome in outcomes
    }
    return {
        "faults": len(made),
        "faults_survived": sum(bool(outcome.survived) for outcome in made),
        "fault_table": table,
    }


def _without_paths(said: str) -> str:
    """Return a sentence in which a temporary folder is called FOLDER, the same on every machine."""
    words = [
        f"FOLDER/{Path(word).name}" if tempfile.gettempdir() in word else word for word in said.split(" ")
    ]
    return " ".join(words)


def is_sound(found: dict[str, object]) -> bool:
    """Whether nothing was lost or corrupt, and each fault was survived."""
    zero = ("labels_lost", "others_lost", "stores_corrupt", "fuzz_crashes")
    return not any(found.get(name) for name in zero) and found.get("faults") == found.get("faults_survived")


if __name__ == "__main__":
    sys.exit(0 if is_sound(main()) else 1)
