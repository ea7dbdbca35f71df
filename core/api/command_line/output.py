"""What commands print: a table or sentence for people, JSON for programs."""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path

import pandas as pd

from ...errors import StoreError
from ...utils import cut, data_home, one_line, write_atomically

WIDEST = 72
"""Characters of a cell that is printed for people."""


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command over the data folder has."""
    parser.add_argument("--json", action="store_true", help="print JSON, for programs")
    parser.add_argument(
        "--home", type=Path, metavar="FOLDER", help="data folder (default: REFRACT_HOME, or ~/.refract)"
    )


def home_of(options: argparse.Namespace) -> Path:
    """Return the data folder that is meant."""
    return (options.home or data_home()).expanduser().absolute()


def open_home(options: argparse.Namespace) -> Path:
    """Return the same; refuse a folder that is not there, as nothing is in it."""
    home = home_of(options)
    if not home.is_dir():
        raise StoreError(f"There is no data folder {home}: encode a file first, or name another by --home.")
    return home


def print_facts(options: argparse.Namespace, facts: dict[str, object], sentence: str) -> None:
    """Print what a command did."""
    _say(json.dumps(_plain(facts), ensure_ascii=False, indent=1) if options.json else sentence)


def print_table(options: argparse.Namespace, table: pd.DataFrame, nothing: str) -> None:
    """Print rows; `nothing` where there are none."""
    if options.json:
        _say(json.dumps(_records(table), ensure_ascii=False, indent=1))
    elif table.empty:
        _say(nothing)
    else:
        _say(_columns(table))


def write_table(options: argparse.Namespace, table: pd.DataFrame, what: str) -> None:
    """Write rows as CSV: to the file of --out, else to the output; as JSON where that is wanted."""
    if options.out is None and options.json:
        _say(json.dumps(_records(table), ensure_ascii=False, indent=1))
    elif options.out is None:
        _say(table.to_csv(index=False, lineterminator="\n").rstrip("\n"))
    else:
        content = table.to_csv(index=False, lineterminator="\n").encode()
        write_atomically(options.out, lambda file: file.write(content))
        print_facts(
            options, {"file": str(options.out), "rows": len(table)}, f"{options.out}: {len(table):,} {what}."
        )


def _columns(table: pd.DataFrame) -> str:
    """Return a table with aligned columns, numbers to the right."""
    shown = {str(name): [_cell(value) for value in column] for name, column in table.items()}
    lines: list[list[str]] = [[] for _ in range(len(table) + 1)]
    for (name, cells), (_, column) in zip(shown.items(), table.items(), strict=True):
        width = max(len(name), *map(len, cells))
        right = pd.api.types.is_numeric_dtype(column)
        for line, cell in zip(lines, [name, *cells], strict=True):
            line.append(cell.rjust(width) if right else cell.ljust(width))
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _cell(value: object) -> str:
    plain = _plain(value)
    if isinstance(plain, float):
        return f"{plain:.3f}"
    return "" if plain is None else cut(one_line(str(plain), 10 * WIDEST), WIDEST)


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(name): _plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def _plain(value: object) -> object:
    """Return a value as JSON knows it: NumPy's numbers as Python's, what is missing as null."""
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    if value is pd.NA or value is pd.NaT or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
