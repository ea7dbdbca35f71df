"""Processes that are killed, what they said before, and fresh processes that look afterwards."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, TypeVar

Op = tuple[Any, ...]
"""An operation by its name and what it did: plain values."""
Tell = Callable[[str, Op], None]
"""Tells the killing process that an operation begins ("begin") or has returned ("done")."""
Found = TypeVar("Found")
Act = Callable[[Path, int, Tell], None]

# A server that has loaded what is needed forks each process: it starts within milliseconds and shares no
# thread, connection or file of the killing process.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["benchmarks.chaos.looks"])

SECONDS_TO_LOOK = 120.0


def preload_all() -> None:
    """Let the server load what reshaping a map takes, too, once for all processes.

    It counts before the first process starts.
    """
    _processes.set_forkserver_preload(["benchmarks.chaos.preloaded"])


@dataclass
class Victim:
    """A process that works until it is killed.

    Attributes
    ----------
    done : list of Op, that returned before the kill
    begun : Op or None, the one that was at work then
    ended : bool, whether it ended by itself
    """

    done: list[Op] = field(default_factory=list)
    begun: Op | None = None
    ended: bool = False


def kill_at_work(act: Act, home: Path, seeds: list[int], seconds: float) -> list[Victim]:
    """Let a process for each seed work on a data folder, and kill all of them `seconds` after the first word.

    Returns what each said before.
    """
    processes, inboxes = [], []
    for seed in seeds:
        inbox, told = _processes.Pipe(duplex=False)
        process = _processes.Process(target=_work, args=(act, home, seed, told), daemon=True)
        process.start()
        told.close()  # so that its end is seen
        processes.append(process)
        inboxes.append(inbox)
    victims = {inbox: Victim() for inbox in inboxes}
    _hear_until(victims, seconds)
    for process in processes:
        process.kill()
    for process in processes:
        process.join()
    for inbox, victim in victims.items():  # what was said before the kill
        if not victim.ended:
            while _take_in(inbox, victim):
                pass
            victim.ended = False
        inbox.close()
    return list(victims.values())


def _hear_until(victims: dict[Connection, Victim], seconds: float) -> None:
    """Note what processes say until `seconds` after the first word, or until all have ended."""
    end, spoken = time.monotonic() + SECONDS_TO_LOOK, False
    while time.monotonic() < end:
        working = [inbox for inbox, victim in victims.items() if not victim.ended]
        if not working:
            return
        for inbox in wait(working, timeout=max(0.0, end - time.monotonic())):
            if not spoken:
                spoken, end = True, time.monotonic() + seconds
            _take_in(inbox, victims[inbox])


def look(function: Callable[..., Found], *arguments: object, seconds: float = SECONDS_TO_LOOK) -> Found:
    """Return what a function finds in a fresh process.

    Raises
    ------
    RuntimeError
        When it raised, ended its process (such as by a segmentation fault), or took longer than `seconds`.
    """
    inbox, told = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_answer, args=(function, arguments, told))
    process.start()
    told.close()
    try:
        if not inbox.poll(seconds):
            raise RuntimeError(f"{function.__name__} gave no answer within {seconds:.0f} s")
        kind, answer = inbox.recv()
    except EOFError as error:
        process.join()
        raise RuntimeError(f"{function.__name__} ended with exit code {process.exitcode}") from error
    finally:
        process.kill()
        process.join()
        inbox.close()
    if kind == "failed":
        raise RuntimeError(answer)
    return answer


def _take_in(inbox: Connection, victim: Victim) -> bool:
    """Note what a process said; False once it says no more."""
    try:
        kind, op = inbox.recv()
    except (EOFError, OSError):  # OSError: it was killed in the middle of a word
        victim.ended = True
        return False
    if kind == "begin":
        victim.begun = op
    else:
        victim.done.append(op)
        victim.begun = None
    return True


def _work(act: Act, home: Path, seed: int, told: Connection) -> None:
    with suppress(BrokenPipeError):
        act(home, seed, lambda kind, op: told.send((kind, op)))


def _answer(function: Callable[..., Any], arguments: tuple, told: Connection) -> None:
    try:
        answer = ("found", function(*arguments))
    except Exception as error:
        answer = ("failed", f"{type(error).__name__}: {error}")
    told.send(answer)
