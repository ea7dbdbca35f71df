"""The fault table: each fault is made, must end in one sentence, and then in a way on that works."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.material import fitted_store
from benchmarks.chaos.victims import look
from core.errors import RefractError

SECONDS = 240.0
"""After which a fault counts as not survived: it hangs."""
SKIPPED = "skipped: "


class NotSurvived(Exception):  # it is what the table says
    """Something was lost, silently other, or said in no sentence; or the way on did not work."""


class CannotBeMade(Exception):  # the same
    """A machine does not permit the fault to be made."""


@dataclass(frozen=True)
class Outcome:
    """What a fault led to.

    Attributes
    ----------
    fault : str
    survived : bool or None, None where it could not be made here
    said : str, the sentence that a person sees; else what went wrong
    """

    fault: str
    survived: bool | None
    said: str


WHOLE = "whole"
Fault = Callable[[Path], str]
"""Makes a fault in a folder and goes the way on; returns the sentence that was seen, "" for a fault that
nobody needs to know of. The folder holds a whole data folder, `WHOLE`: `fitted_store`."""


def run_faults(faults: dict[str, Fault]) -> list[Outcome]:
    """Make each fault in a process of its own, and print what it led to."""
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / WHOLE
        look(make_whole, whole)
        for name, fault in faults.items():
            outcomes.append(_run(name, fault, whole))
            _print(outcomes[-1])
    return outcomes


def make_whole(home: Path) -> str:
    """Make the data folder from which faults start."""
    fitted_store(home)
    return ""


def _print(outcome: Outcome) -> None:
    mark = {True: "survived", False: "NOT SURVIVED", None: "not made"}[outcome.survived]
    print(f"  {mark:12}  {outcome.fault}: {outcome.said}", flush=True)


def _run(name: str, fault: Fault, whole: Path) -> Outcome:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        shutil.copytree(whole, Path(folder) / WHOLE)
        try:
            said = look(guarded, fault, Path(folder), seconds=SECONDS)
        except RuntimeError as error:  # such as a segmentation fault
            return Outcome(name, False, str(error))
    if said.startswith(SKIPPED):
        return Outcome(name, None, said.removeprefix(SKIPPED))
    return Outcome(name, True, said)


def guarded(fault: Fault, folder: Path) -> str:
    """Run a fault in this process."""
    try:
        return fault(folder)
    except CannotBeMade as error:
        return f"{SKIPPED}{error}"


def sentence_of(call: Callable[[], object]) -> str:
    """Return the sentence with which a call refuses.

    Raises NotSurvived when it does not refuse, or raises what no person should see.
    """
    try:
        call()
    except RefractError as error:
        said = str(error)
        if len(said) < 20 or "Errno" in said or "Traceback" in said:
            raise NotSurvived(f"no sentence: {said}") from error
        return said
    except Exception as error:
        raise NotSurvived(f"a raw {type(error).__name__}: {error}") from error
    raise NotSurvived("nothing was said")


def check(holds: bool, otherwise: str) -> None:
    """Raise NotSurvived with a reason unless something holds."""
    if not holds:
        raise NotSurvived(otherwise)


def environment(home: Path) -> dict[str, str]:
    """Return the environment of a command that uses a data folder."""
    return {**os.environ, "REFRACT_HOME": str(home), "HF_HUB_OFFLINE": "1"}
