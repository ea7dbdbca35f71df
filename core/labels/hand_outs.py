"""Which text each open labelling queue shows, so that no two people are given the same one."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from .hand_out_file import BEAT_SECONDS, HandOutFile, Shown

HELD_SECONDS = 300
"""How long a text that is shown and not answered is kept from others: longer than one takes to read it."""


def always() -> bool:
    """Return True: a queue that is never known to be closed."""
    return True


@dataclass(frozen=True)
class HandOut(Shown):
    """The text that a queue of this process shows.

    Attributes
    ----------
    is_open : callable
    """

    is_open: Callable[[], bool] = always


class HandOuts:
    """The texts that queues show at this moment. Any thread may use it.

    Parameters
    ----------
    path : Path, optional
        The file by which processes on one data folder tell each other; its folder is made when missing.
        Where it is left out or cannot be used, the queues of this process alone are known.
    seconds : float, default=HELD_SECONDS
        After which a text that was not answered is free for others again.
    clock : callable, default=time.time
        Seconds, the same in all processes.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        seconds: float = HELD_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._shown: dict[str, HandOut] = {}
        self._shared: set[str] = set()
        self._lock = threading.Lock()
        self._file = None if path is None else HandOutFile(path, clock)
        self._tells = False

    def take(
        self,
        queue: str,
        person: str,
        analysis_id: int,
        rows: Iterable[int],
        *,
        is_open: Callable[[], bool] = always,
    ) -> int | None:
        """Hand out the first of `rows` that no other queue shows; None where there is none.

        Whatever this queue showed before is free for others from now on.

        Parameters
        ----------
        queue : str, which identifies the queue
        person : str, who labels
        analysis_id : int
        rows : iterable of int, texts in the order in which this queue would show them
        is_open : callable
            Whether the queue can still be answered; its text is free for others once it cannot.
        """
        wanted = list(rows)

        def choose(elsewhere: list[Shown]) -> list[HandOut]:
            others = [*elsewhere, *(each for key, each in self._shown.items() if key != queue)]
            if any(other.person == person for other in others):
                self._shared.add(person)
            held = self._held(others, analysis_id)
            row = next((row for row in wanted if row not in held), None)
            self._shown[queue] = HandOut(analysis_id, row, person, self._clock(), is_open)
            return list(self._shown.values())

        with self._lock:
            self._forget_closed()
            if self._file is None or not self._file.exchange(choose, self._shared):
                choose([])
            row = self._shown[queue].row
            self._tell_later()
        return row

    def held(self, queue: str, analysis_id: int) -> dict[int, str]:
        """Return the texts of an analysis that other queues show, each with the name of the person."""
        return self._held(self._others(queue), analysis_id)

    def people(self, queue: str) -> set[str]:
        """Return the names of the people whose other queues are open now."""
        return {shown.person for shown in self._others(queue)}

    def is_shared(self, person: str) -> bool:
        """Return whether two queues were ever open at once under this name: two people may share it."""
        with self._lock:
            return person in self._shared or (self._file is not None and self._file.is_shared(person))

    def _others(self, queue: str) -> list[Shown]:
        with self._lock:
            self._forget_closed()
            here = [shown for other, shown in self._shown.items() if other != queue]
            return [*(self._file.elsewhere() if self._file is not None else []), *here]

    def _held(self, others: Iterable[Shown], analysis_id: int) -> dict[int, str]:
        now = self._clock()
        return {
            shown.row: shown.person
            for shown in others
            if shown.analysis_id == analysis_id and shown.row is not None
            if abs(now - shown.since) <= self._seconds  # the clock may have been set back
        }

    def _forget_closed(self) -> None:
        for queue in [queue for queue, shown in self._shown.items() if not shown.is_open()]:
            del self._shown[queue]

    def _tell_later(self) -> None:
        """Tell other processes every few seconds which queues are still open, for as long as one is."""
        if self._file is None or self._tells:
            return
        self._tells = True
        timer = threading.Timer(BEAT_SECONDS, _tell, [weakref.ref(self)])
        timer.daemon = True
        timer.start()

    def _tell(self) -> None:
        with self._lock:
            self._forget_closed()
            if self._file is not None:
                self._file.exchange(lambda _: list(self._shown.values()), self._shared)
            self._tells = False
            if self._shown:
                self._tell_later()


def _tell(known: weakref.ref[HandOuts]) -> None:
    """Tell what queues show, in a thread that ends with it: it keeps neither the object nor a connection."""
    hand_outs = known()
    if hand_outs is not None:
        hand_outs._tell()
