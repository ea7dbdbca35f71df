"""The command `analysis`: save an analysis as one file, open one, make one again."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path

from ...batch import find_analysis
from ...storage import Store
from ...storage.analysis_file import open_analysis, save_analysis
from ...tasks.analysis_file import replay
from .output import add_folder, home_of, print_facts


def add_analysis(parser: argparse.ArgumentParser) -> None:
    """Save an analysis as one file, open one, or check that one comes out the same again."""
    actions = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    save = actions.add_parser("save", help="write an analysis into one file")
    save.add_argument("name", metavar="NAME", help="its instruction, or its number")
    save.add_argument(
        "file", metavar="FILE", type=Path, help="such as a.refract; one of that name is replaced"
    )
    save.add_argument("--without-texts", action="store_true", help="it opens where the same corpus is")
    save.add_argument("--without-vectors", action="store_true", help="they are then computed again")
    save.set_defaults(run=_save)
    opened = actions.add_parser("open", help="add the analysis of a file to the data folder")
    opened.add_argument("file", metavar="FILE", type=Path)
    opened.set_defaults(run=_open)
    again = actions.add_parser(
        "replay",
        help="make the map of a file again from its vectors, and say what differs",
        description="Nothing is changed in the data folder. Exit status 0: the same bytes; 1: something "
        "differs.",
    )
    again.add_argument("file", metavar="FILE", type=Path)
    again.set_defaults(run=_replay)
    again.add_argument("--json", action="store_true", help="print JSON, for programs")
    for action in (save, opened):
        add_folder(action)


def _save(options: argparse.Namespace) -> None:
    store = Store(home_of(options))
    analysis = find_analysis(store, options.name, reshaped=False)
    target = options.file.expanduser().absolute()
    save_analysis(
        store,
        analysis.id,
        target,
        with_texts=not options.without_texts,
        with_vectors=not options.without_vectors,
    )
    n_bytes = target.stat().st_size
    sentence = f"“{analysis.instruction}” is in {target} ({n_bytes / 1e6:,.1f} MB)."
    print_facts(options, {"file": str(target), "bytes": n_bytes}, sentence)


def _open(options: argparse.Namespace) -> None:
    store = Store(home_of(options))
    found = open_analysis(store, options.file.expanduser())
    said = "was opened" if found.is_new else "is here already"
    sentence = f"“{store.analysis(found.analysis_id).instruction}” {said} in {store.home}."
    print_facts(options, asdict(found), "\n".join([sentence, *found.notes]))


def _replay(options: argparse.Namespace) -> None:
    result = replay(options.file.expanduser())
    facts = asdict(result) | {"is_identical": result.is_identical}
    print_facts(options, facts, "\n".join(result.sentences()))
    if not result.is_identical:
        raise SystemExit(1)
