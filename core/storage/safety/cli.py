"""The commands `doctor`, `backup` and `restore`."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from ...utils import data_home
from .archive import back_up, restore
from .doctor import PROBLEM, examine


def add_doctor(parser: argparse.ArgumentParser) -> None:
    """Check all in the data folder. Exit status 0: all is sound; 1: something was found."""
    parser.add_argument("--repair", action="store_true", help="mend what can be mended without any loss")
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")
    _add_home(parser)
    parser.set_defaults(run=_doctor)


def add_backup(parser: argparse.ArgumentParser) -> None:
    """Write all that is kept into one file, also while the app runs."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a zip file; one of that name is replaced")
    parser.add_argument("--without-results", action="store_true", help="leave out what can be computed again")
    _add_home(parser)
    parser.set_defaults(run=_backup)


def add_restore(parser: argparse.ArgumentParser) -> None:
    """Read a file of `backup` into a data folder."""
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--replace", action="store_true", help="set the folder's present data aside")
    _add_home(parser)
    parser.set_defaults(run=_restore)


def _add_home(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--home", type=Path, metavar="FOLDER", help="data folder (default: REFRACT_HOME, or ~/.refract)"
    )


def _home(options: argparse.Namespace) -> Path:
    return (options.home or data_home()).expanduser().absolute()


def _doctor(options: argparse.Namespace) -> None:
    findings = examine(_home(options), repair=options.repair)
    if options.json:
        sys.stdout.write(json.dumps([asdict(each) for each in findings], ensure_ascii=False, indent=1) + "\n")
    else:
        width = max(len(each.what) for each in findings)
        for each in findings:
            sys.stdout.write(f"{each.state:<8} {each.what:<{width}}  {each.found}\n")
    if any(each.state == PROBLEM for each in findings):
        raise SystemExit(1)


def _backup(options: argparse.Namespace) -> None:
    n_files = back_up(_home(options), options.file, with_results=not options.without_results)
    sys.stdout.write(f"{n_files:,} files are in {options.file}.\n")


def _restore(options: argparse.Namespace) -> None:
    home = _home(options)
    aside = restore(options.file, home, replace=options.replace)
    sys.stdout.write(f"{options.file} was restored into {home}.\n")
    if aside is not None:
        sys.stdout.write(f"What was there before is in {aside}.\n")
