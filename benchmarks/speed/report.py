"""Rows of a benchmark beside their budgets: printed when measured, and as a table at the end."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Row:
    """One figure.

    Attributes
    ----------
    what : str
    figure : float
    unit : str, default="s"
    budget : float or None
    at_least : bool, default=False
        Whether the figure must reach the budget; else it must not exceed it.
    instead : str
        What a user would use in place of it, with its figure.
    """

    what: str
    figure: float
    unit: str = "s"
    budget: float | None = None
    at_least: bool = False
    instead: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None without one."""
        if self.budget is None:
            return None
        return self.figure >= self.budget if self.at_least else self.figure <= self.budget

    def cells(self) -> list[str]:
        """Return the cells of its line in the table."""
        budget = "" if self.budget is None else f"{'≥' if self.at_least else '≤'} {self.budget:g}"
        met = {True: "met", False: "MISSED", None: ""}[self.met]
        return [self.what, f"{self.figure:,.4g} {self.unit}".strip(), budget, met, self.instead]


@dataclass
class Report:
    """What was measured so far.

    Attributes
    ----------
    rows : list of Row
    failed : dict of part to message
    """

    rows: list[Row] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        """Take in a figure, and print it."""
        self.rows.append(row)
        what, figure, budget, met, instead = row.cells()
        notes = ", ".join(note for note in (budget and f"budget {budget}", met, instead) if note)
        print(f"  {what}: {figure}" + (f" ({notes})" if notes else ""), flush=True)

    def run(self, part: str, measure: Callable[[], None]) -> None:
        """Run a part of the benchmark; one that fails is named at the end, and stops no other."""
        print(f"{part} …", flush=True)
        started = time.perf_counter()
        try:
            measure()
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            self.failed[part] = f"{type(error).__name__}: {error}".splitlines()[0]
            print(f"  failed: {self.failed[part]}", flush=True)
        print(f"  {part} took {time.perf_counter() - started:.0f} s", flush=True)

    def table(self) -> str:
        """Return all rows as a table, those that failed last."""
        lines = [["what", "figure", "budget", "", "instead"], *(row.cells() for row in self.rows)]
        lines += [[part, "failed", "", "FAILED", message] for part, message in self.failed.items()]
        widths = [max(len(line[column]) for line in lines) for column in range(4)]
        return "\n".join(
            "  ".join(
                [*(cell.ljust(width) for cell, width in zip(line[:4], widths, strict=True)), line[4]]
            ).rstrip()
            for line in lines
        )
