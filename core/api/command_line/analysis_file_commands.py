"""The command `analysis`: save an analysis as one file, open one, make one again."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from ...batch import find_analysis
from ...storage import Store
from ...storage.analysis_file import open_analysis, save_analysis
from ...tasks.analysis_file import replay
from ...utils import data_home


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
    for action in (opened, again):
        action.add_argument("--json", action="store_true", help="print the result as JSON")
    for action in (save, opened):
        action.add_argument(
            "--home", type=Path, metavar="FOLDER", help="data folder (default: REFRACT_HOME, or ~/.refract)"
        )


def _store(options: argparse.Namespace) -> Store:
    return Store((options.home or data_home()).expanduser().absolute())


def _save(options: argparse.Namespace) -> None:
    store = _store(options)
    analysis = find_analysis(store, options.name, reshaped=False)
    target = options.file.expanduser().absolute()
    save_analysis(
        store,
        analysis.id,
        target,
        with_texts=not options.without_texts,
        with_vectors=not options.without_vectors,
    )
    sys.stdout.write(f"“{analysis.instruction}” is in {target} ({target.stat().st_size / 1e6:,.1f} MB).\n")


def _open(options: argparse.Namespace) -> None:
    store = _store(options)
    found = open_analysis(store, options.file.expanduser())
    if options.json:
        sys.stdout.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
        return
    said = "was opened" if found.is_new else "is here already"
    sys.stdout.write(f"“{store.analysis(found.analysis_id).instruction}” {said} in {store.home}.\n")
    for note in found.notes:
        sys.stdout.write(f"{note}\n")


def _replay(options: argparse.Namespace) -> None:
    result = replay(options.file.expanduser())
    if options.json:
        document = asdict(result) | {"is_identical": result.is_identical}
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{sentence}\n" for sentence in result.sentences()))
    if not result.is_identical:
        raise SystemExit(1)
