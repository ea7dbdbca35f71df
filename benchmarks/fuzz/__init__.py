"""Fuzz every reader of files, guided by the coverage of our own modules: `python -m benchmarks.fuzz`."""

from benchmarks.fuzz.run import Finding, FuzzResult, run

__all__ = ["Finding", "FuzzResult", "run"]
