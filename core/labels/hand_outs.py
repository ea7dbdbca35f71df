"""Which text each open labelling queue shows, so that no two people are given the same one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HELD_SECONDS = 300
"""How long a text that is shown and not answered is kept from others: longer than one takes to read it."""


def always() -> bool:
    """Return True: a queue that is never known to be closed."""
    return True


@dataclass(frozen=True)
class HandOut:
    """The text that a queue shows.

    Attributes
    ----------
    analysis_id : int
    row : int or None, the text; None where the queue is empty
    person : str
    since : float, seconds of the clock
    is_open : callable
    """

    analysis_id: int
    row: int | None
    person: str
    since: float
    is_open: Callable[[], bool] = always


class HandOuts:
    """The texts that queues show at this moment. Any thread may use it; nothing is kept on disk.

    Parameters
    ----------
    seconds : float, default=HELD_SECONDS
        After which a text that was not answered is free for others again.
    clock : callable, default=time.monotonic
    """

    def __init__(self, seconds: float = HELD_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._shown: dict[str, HandOut] = {}
        self._shared: set[str] = set()
        self._lock = threading.Lock()

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
        with self._lock:
            held = self._held_by_others(queue, analysis_id)
            if any(shown.person == person for other, shown in self._shown.items() if other != queue):
                self._shared.add(person)
            row = next((row for row in rows if row not in held), None)
            self._shown[queue] = HandOut(analysis_id, row, person, self._clock(), is_open)
        return row

    def held(self, queue: str, analysis_id: int) -> dict[int, str]:
        """Return the texts of an analysis that other queues show, each with the name of the person."""
        with self._lock:
            return self._held_by_others(queue, analysis_id)

    def people(self, queue: str) -> set[str]:
        """Return the names of the people whose other queues are open now."""
        with self._lock:
            self._forget_closed()
            return {shown.person for other, shown in self._shown.items() if other != queue}

    def is_shared(self, person: str) -> bool:
        """Return whether two queues were ever open at once under this name: two people may share it."""
        with self._lock:
            return person in self._shared

    def _held_by_others(self, queue: str, analysis_id: int) -> dict[int, str]:
        self._forget_closed()
        oldest = self._clock() - self._seconds
        return {
            shown.row: shown.person
            for other, shown in self._shown.items()
            if other != queue and shown.analysis_id == analysis_id and shown.row is not None
            if shown.since >= oldest
        }

    def _forget_closed(self) -> None:
        for queue in [queue for queue, shown in self._shown.items() if not shown.is_open()]:
            del self._shown[queue]
