"""Watch a download that a library makes: how much has come, and whether it still comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from ...utils import Report

if TYPE_CHECKING:
    from huggingface_hub.utils import tqdm

SECONDS_BETWEEN_LOOKS = 0.2
SLOWEST = 10_000
"""Bytes a second that a download has to bring: a model of 90 MB then takes two and a half hours."""

Value = TypeVar("Value")


class Stalled(Exception):
    """A download brought less than `SLOWEST` over a while."""


class Download:
    """A download of this process: what has come, and what is to come, in bytes."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        self.total = 1
        self._answered = 0
        self._shown = 0
        self._lock = threading.Lock()

    @property
    def done(self) -> int:
        """Bytes that came."""
        return max(self._answered, self._shown)

    def count(self, n_bytes: int) -> None:
        """Note that bytes of an answer came."""
        with self._lock:
            self._answered += n_bytes

    def show(self, n_bytes: int) -> None:
        """Note how many bytes a bar of the hub's library has shown: those of its chunked store, too."""
        with self._lock:
            self._shown = max(self._shown, n_bytes)

    def follow(self, work: Callable[[], Value], report: Report, seconds: float) -> Value:
        """Return the result of the work, which is done in a thread; report how much has come.

        The thread of a stalled download goes on: its process is to be ended.

        Raises
        ------
        Stalled
            When less than `SLOWEST` a second came in `seconds`.
        """
        results: list[Value] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(work())
            except BaseException as error:
                errors.append(error)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        before, looked_at = 0, time.monotonic()
        while thread.is_alive():
            thread.join(SECONDS_BETWEEN_LOOKS)
            done = self.done
            report(self.stage, min(done, self.total) if self.total > 1 else 0, self.total)
            if time.monotonic() - looked_at > seconds:
                if done - before < seconds * SLOWEST:
                    raise Stalled
                before, looked_at = done, time.monotonic()
        if errors:
            raise errors[0]
        return results[0]


def counting_bar(download: Download) -> type[tqdm]:
    """Return a class of progress bars for the hub's library, which show nothing and tell the download."""
    from huggingface_hub.utils import tqdm as hub_bar

    class CountingBar(hub_bar):
        def __init__(self, *given: object, **named: object) -> None:
            self._of_bytes, self._n_bytes = named.get("unit") == "B", 0
            super().__init__(*given, **named)

        def update(self, n: float | None = 1) -> bool | None:
            if self._of_bytes:
                self._n_bytes += int(n or 0)
                download.show(self._n_bytes)
            found: bool | None = super().update(n)
            return found

    return CountingBar
