"""The counts of `docs/reliability.md`, from the files of results: `python -m benchmarks.reliability`."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.common import RESULTS, ROOT

DOCUMENT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- counts: python -m benchmarks.reliability -->", "<!-- end of counts -->"
FILES = ("chaos.json", "load.json", "soak.json")
ROWS = (
    ("chaos.json", "kills", "kills at random moments"),
    ("chaos.json", "labels_written", "labels acknowledged before a kill"),
    ("chaos.json", "labels_lost", "of these lost or doubled"),
    ("chaos.json", "others_lost", "other acknowledged operations lost"),
    ("chaos.json", "stores_corrupt", "stores not sound after a kill"),
    ("chaos.json", "faults", "faults made"),
    ("chaos.json", "faults_survived", "of these survived: a sentence, and a way on that works"),
    ("chaos.json", "fuzz_inputs", "fuzzed inputs"),
    ("chaos.json", "fuzz_crashes", "of these that crashed, hung or took all memory"),
    ("load.json", "labels", "labels by people at once on one analysis"),
    ("load.json", "labels_lost", "of these lost"),
    ("load.json", "labels_doubled", "of these doubled"),
    ("load.json", "texts_shared", "texts handed to two people"),
    ("load.json", "next_text_p95_s", "seconds from a label to the next text, 95 of 100"),
    ("soak.json", "minutes", "minutes of use in the soak"),
    ("soak.json", "app_mb_per_hour", "growth of the app, MB an hour after the first quarter"),
    ("soak.json", "errors", "errors in the soak"),
)


def counts_table(results: Path = RESULTS) -> str:
    """Return the table of counts; what was not measured is left out."""
    documents = {
        name: json.loads((results / name).read_text(encoding="utf-8"))
        for name in FILES
        if (results / name).exists()
    }
    lines = ["| what | count |", "| --- | --- |"]
    for file, key, what in ROWS:
        figure = documents.get(file, {}).get(key)
        if figure is not None:
            lines.append(f"| {what} | {_shown(figure)} |")
    return "\n".join(lines)


def write_counts(written: Path = RESULTS) -> None:
    """Put the counts into the document, unless results were written elsewhere."""
    if written != RESULTS and written.parent != RESULTS:
        return
    before, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{counts_table()}\n{END}{after}", encoding="utf-8")


def _shown(figure: float) -> str:
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:,.2f}"


if __name__ == "__main__":
    write_counts()
