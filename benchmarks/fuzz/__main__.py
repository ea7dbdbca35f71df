"""Fuzz the readers, and print what was found: `python -m benchmarks.fuzz --seconds 600`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.fuzz.run import run
from benchmarks.fuzz.targets import make_targets


def main() -> int:
    """Return 1 when something was found that the app would not survive."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--targets", nargs="+", choices=list(make_targets()), metavar="TARGET")
    parser.add_argument("--keep", type=Path, help="folder in which inputs and findings stay")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    result = run(chosen.seconds, chosen.targets, keep=chosen.keep, seed=chosen.seed)
    for name, count in result.counts.items():
        print(f"{name:18} {count:>10,} inputs")
    for finding in result.findings:
        print(
            f"{finding.target}: {finding.error}{' (contained)' if finding.contained else ''} {finding.file}"
        )
    print(f"{result.inputs:,} inputs in {result.seconds:,.0f} s, {result.crashes} findings")
    return int(result.crashes > 0)


if __name__ == "__main__":
    sys.exit(main())
