"""People who label in the app at the same time, and whether every label of theirs is there once, in order."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import pandas as pd
from websockets.exceptions import WebSocketException

from benchmarks.speed.session import Session

N_LABELS = 4  # of `plant_corpus` and the stores of `benchmarks.chaos`


@dataclass
class Person:
    """Someone who labels in a tab of their own.

    Attributes
    ----------
    name : str
    clicked : list of int, positions of the labels whose click the app has answered, oldest first
    at_work : int or None, the one that was clicked and not answered when the app ended
    next_text_s : list of float, from each click to the next text
    late_s : list of float, how much later than planned each click came: the app was busy with the one before
    expected_error : str, part of what the app may show: it is no answer to a label
    errors : list of str, all others
    """

    name: str
    expected_error: str | None = None
    clicked: list[int] = field(default_factory=list)
    at_work: int | None = None
    next_text_s: list[float] = field(default_factory=list)
    late_s: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    def label(
        self, address: str, seed: int, *, pause_s: float, fits: bool = False, waits: bool = True
    ) -> None:
        """Label until stopped, or until the app ends: a click each `pause_s`, at once where that is past.

        With `fits` the map is reshaped now and then. Who `waits` clicks when the whole page is drawn: then it
        has certainly answered. Others click once the next text is there, which a Fit changes too.
        """
        chance = random.Random(seed)
        with suppress(WebSocketException, OSError), Session(address, self.name) as session:
            try:
                session.open("guide")
                planned = time.perf_counter() + chance.uniform(0, pause_s)
                while not self.stopped.is_set():
                    session.follow(planned)
                    if fits and chance.random() < 0.1 and session.shows("guide_fit"):
                        session.click("guide_fit")
                    self.late_s.append(max(0.0, time.perf_counter() - planned))
                    self._click(session, chance.randrange(N_LABELS), waits=waits)
                    planned = max(planned + pause_s, time.perf_counter())
            except KeyError as error:
                self.errors.append(f"{self.name}: the page has no {error}")

    def _click(self, session: Session, position: int, *, waits: bool) -> None:
        self.at_work = position
        (session.click if waits else session.press)(f"guide_label_{position}")
        errors, session.errors = session.errors, []
        if self.expected_error is not None:
            errors = [error for error in errors if self.expected_error not in error]
        if not errors:
            self.clicked.append(position)
        self.errors += errors
        self.at_work = None
        if session.next_text_s is not None:
            self.next_text_s.append(session.next_text_s)


@dataclass
class Found:
    """Whether the labels of people are as they clicked.

    Attributes
    ----------
    n_labels : int, that were acknowledged
    lost, doubled : int, labels that are missing, or there more often than they were clicked
    disordered : int, people whose labels are not in the order of their clicks
    shared : int, texts that two people labelled
    """

    n_labels: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    shared: int = 0


def compare(history: pd.DataFrame, names: Sequence[str], people: Iterable[Person]) -> Found:
    """Compare the record of an analysis with what people clicked.

    Parameters
    ----------
    history : DataFrame of `LabelStore.history`
    names : sequence of str, label names by their position
    """
    found = Found()
    people = list(people)
    for person in people:
        wanted = [names[position] for position in person.clicked]
        there = history.loc[history["given_by"] == person.name, "label"].tolist()
        found.n_labels += len(wanted)
        # The click that the end of the app cut off may count or not.
        possible = [wanted] if person.at_work is None else [wanted, [*wanted, names[person.at_work]]]
        if there not in possible:
            found.lost += max(0, len(wanted) - len(there))
            found.doubled += max(0, len(there) - len(possible[-1]))
            found.disordered += there[: len(wanted)] != wanted[: len(there)]
    own = history[history["given_by"].isin([person.name for person in people])]
    found.shared = int((own.groupby("row")["given_by"].nunique() > 1).sum())
    return found


def label_together(
    people: Sequence[Person], address: str, *, pause_s: float, fits: bool = False, waits: bool = True
) -> list[threading.Thread]:
    """Let people label at the same time; returns their threads. The first reshapes the map with `fits`."""
    threads = []
    for number, person in enumerate(people):
        settings = {"pause_s": pause_s, "fits": fits and number == 0, "waits": waits}
        threads.append(
            threading.Thread(target=person.label, args=[address, number], kwargs=settings, daemon=True)
        )
        threads[-1].start()
    return threads
