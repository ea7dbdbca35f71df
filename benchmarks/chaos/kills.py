"""The kill loop: writers are killed at random moments, and what they said before is looked for afterwards."""

from __future__ import annotations

import json
import random
import shutil
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.chaos import actors, looks, sharing
from benchmarks.chaos.material import fitted_store, labelled_store, make_corpus
from benchmarks.chaos.old_store import make_old_store, old_events
from benchmarks.chaos.victims import Act, Op, Victim, kill_at_work, look
from core.storage import Store
from core.storage.embeddings import PART_SIZE

State = Any  # plain values: each kind knows its own
Find = Callable[[Path, int], State]


@dataclass
class Tally:
    """What a kind of kill led to.

    Attributes
    ----------
    kills, at_work : int
        All, and those in the middle of an operation.
    operations : int, that were acknowledged
    labels_written, labels_lost : int, label entries: acknowledged; of these, missing, doubled or out of order
    lost : int, other acknowledged operations that are missing
    corrupt : int, kills after which the store was not sound
    notes : list of str, what was found
    """

    kills: int = 0
    at_work: int = 0
    operations: int = 0
    labels_written: int = 0
    labels_lost: int = 0
    lost: int = 0
    corrupt: int = 0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Kind:
    """A kind of work to be killed.

    Attributes
    ----------
    share : int, of the kills
    prepare : callable, makes the data folder
    act, n_actors : what is killed, and how many of them work at once
    seconds : float, the longest that they work
    find : callable, what a fresh process finds of one actor
    apply : callable, adds an operation to what is expected
    start : what is expected before the first operation
    visible : callable, the part of what is expected that `find` returns
    cut_off : callable, what an operation that was cut off may leave beside all or nothing
    """

    share: int
    prepare: Callable[[Path], object]
    act: Act
    find: Find
    apply: Callable[[State, Op], None]
    start: Callable[[Path, int], State]
    visible: Callable[[State], State]
    n_actors: int = 1
    seconds: float = 0.3
    cut_off: Callable[[State, Op], list[State]] = lambda state, op: []


def run_kind(name: str, kind: Kind, home: Path, n_kills: int, seed: int, journal: Path) -> Tally:
    """Kill one kind of work so often, and look each time."""
    chance, tally = random.Random(f"{seed} {name}"), Tally()
    kind.prepare(home)
    expected = [kind.start(home, actor) for actor in range(kind.n_actors)]
    for number in range(n_kills):
        seeds = [(seed + number) * actors.N_ACTORS + actor for actor in range(kind.n_actors)]
        victims = kill_at_work(kind.act, home, seeds, chance.uniform(0, kind.seconds))
        tally.kills += 1
        tally.at_work += any(victim.begun is not None for victim in victims)
        with journal.open("a", encoding="utf-8") as file:  # the truth, outside the killed processes
            for actor, victim in enumerate(victims):
                json.dump([name, number, actor, len(victim.done), repr(victim.begun)], file)
                file.write("\n")
        note_damage(tally, home, f"{name}, kill {number}")
        for actor, victim in enumerate(victims):
            expected[actor] = _compare(
                tally, kind, home, actor, victim, expected[actor], f"{name}, kill {number}"
            )
    return tally


def note_damage(tally: Tally, home: Path, where: str) -> None:
    """Note whether a data folder is not sound."""
    try:
        damage = look(looks.find_damage, home)
    except RuntimeError as error:
        damage = [str(error)]
    if damage:
        tally.corrupt += 1
        tally.notes += [f"{where}: {line}" for line in damage]


def _compare(
    tally: Tally, kind: Kind, home: Path, actor: int, victim: Victim, expected: State, where: str
) -> State:
    """Compare what is found with what was acknowledged; return what is expected from now on.

    The operation that was at work may be there or not; nothing else may.
    """
    if victim.ended:
        tally.lost += 1
        tally.notes.append(f"{where}: a writer ended by itself after {len(victim.done)} operations")
    for op in victim.done:
        kind.apply(expected, op)
    tally.operations += len(victim.done)
    tally.labels_written += sum(len(op[2]) for op in victim.done if op[0] == "give")
    possible = [expected]
    if victim.begun is not None:
        possible.append(deepcopy(expected))
        kind.apply(possible[1], victim.begun)
        possible += kind.cut_off(expected, victim.begun)
    try:
        found = look(kind.find, home, actor)
    except RuntimeError as error:
        tally.corrupt += 1
        tally.notes.append(f"{where}: {error}")
        return expected
    for each in possible:
        if kind.visible(each) == found:
            return each
    labels, others = count_lost(kind.visible(expected), found)
    tally.labels_lost += labels
    tally.lost += others
    tally.notes.append(f"{where}: found is neither what was acknowledged nor that with {victim.begun}")
    return expected


def count_lost(expected: State, found: State) -> tuple[int, int]:
    """Return how many label entries are missing or doubled, and whether anything else differs (0 or 1)."""
    if not (isinstance(expected, tuple) and isinstance(expected[0], list)):
        return 0, 1
    wanted, there = (
        Counter((tag, *entry) for tag, entries in steps for entry in entries)
        for steps in (expected[0], found[0])
    )
    differing = (wanted - there).total() + sum(n - 1 for n in there.values() if n > 1)
    return differing, int(not differing)


# What is expected


def _apply_label(state: dict, op: Op) -> None:
    if op[0] == "give":
        state["steps"].append((op[1], [tuple(entry) for entry in op[2]]))
        state["undone"].clear()
    elif op[0] == "undo" and state["steps"]:
        state["undone"].append(state["steps"].pop())
    elif op[0] == "redo" and state["undone"]:
        state["steps"].append(state["undone"].pop())
    elif op[0] == "fit":
        state["fit"] = op[1]


def _visible_labels(state: dict) -> State:
    undone = state["undone"][-1][0] if state["undone"] else None
    return state["steps"], undone


def _start_labels(home: Path, actor: int) -> dict:
    return {"steps": [], "undone": []}


def _apply_decision(state: dict, op: Op) -> None:
    what, *values = op
    if what in ("instruction", "choice"):
        state[what] = values[0]
    elif what == "edit":
        state["edits"].append(values[0])
    elif what == "undo edit":
        del state["edits"][-1:]
    elif what == "check":
        state["checks"].setdefault(*values)
    elif what == "name":
        state["names"].append(values[0])
    elif what == "rename":
        state["names"][state["names"].index(values[0])] = values[1]


def _apply_file(state: tuple[dict, dict], op: Op) -> None:
    corpora, tables = state
    if op[0] == "corpus":
        corpora[op[1]] = op[2]
    elif op[0] == "delete":
        corpora.pop(op[1], None)
    else:
        tables[op[1]] = op[2]


def _start_decisions(home: Path, actor: int) -> dict:
    names = list(actors.LABELS)
    return {"instruction": f"by kind {actor}", "edits": [], "choice": None, "checks": {}, "names": names}


def _start_fit(home: Path, actor: int) -> dict:
    return _start_labels(home, actor) | {"fit": actors.analysis_of(Store(home)).fit_key}


KINDS = {
    "labelling": Kind(
        60, labelled_store, actors.label, looks.find_labels, _apply_label, _start_labels, _visible_labels, 3
    ),
    "importing labels": Kind(
        20,
        labelled_store,
        actors.import_labels,
        looks.find_labels,
        _apply_label,
        _start_labels,
        _visible_labels,
    ),
    "decisions": Kind(
        20,
        lambda home: labelled_store(home, 2),
        actors.decide,
        looks.find_decisions,
        _apply_decision,
        _start_decisions,
        lambda state: state | {"checks": sorted(state["checks"].items())},
        2,
    ),
    "sharing": Kind(
        20,
        sharing.team_store,
        sharing.share,
        sharing.find_shared,
        sharing.apply_sharing,
        sharing.start_sharing,
        lambda state: state,
        sharing.N_OWNERS,
        seconds=2.0,
        cut_off=sharing.cut_off,
    ),
    "importing files": Kind(
        16,
        Store,
        actors.import_files,
        looks.find_files,
        _apply_file,
        lambda home, actor: ({}, {}),
        lambda state: state,
    ),
    "exporting": Kind(
        8,
        fitted_store,
        actors.export,
        looks.find_exports,
        lambda state, op: state.add(op[1]),
        lambda home, actor: set(),
        lambda state: state,
        seconds=1.0,
    ),
    "fitting": Kind(
        16,
        fitted_store,
        actors.fit,
        looks.find_fit,
        _apply_label,
        _start_fit,
        lambda state: (*_visible_labels(state), state["fit"]),
        seconds=1.5,
    ),
}


# Kinds that are looked at in another way


def kill_encoding(home: Path, n_kills: int, seed: int) -> Tally:
    """Kill an encoding, and count the texts that were encoded and are not kept: at most one part.

    In the end every vector is that of its text.
    """
    chance, tally = random.Random(f"{seed} encoding"), Tally()
    Store(home).add_corpus(make_corpus(actors.ENCODED_TEXTS, mark=actors.MARK))
    saved = 0
    for number in range(n_kills):
        victims = kill_at_work(actors.encode, home, [seed + number], chance.uniform(0, 0.5))
        encoded = sum(op[1] for op in victims[0].done)
        tally.kills += 1
        tally.at_work += not victims[0].ended  # it works without a pause
        tally.operations += len(victims[0].done)
        note_damage(tally, home, f"encoding, kill {number}")
        try:
            now, wrong = look(looks.count_encoded, home, 0)
        except RuntimeError as error:
            tally.corrupt += 1
            tally.notes.append(f"encoding, kill {number}: {error}")
            continue
        again = encoded - (now - saved)
        if wrong or again > PART_SIZE:
            tally.lost += 1
            tally.notes.append(f"encoding, kill {number}: {again} texts are to be encoded again; {wrong}")
        saved = now
    return tally


def kill_migration(home: Path, n_kills: int, seed: int) -> Tally:
    """Kill the migration of a store of an early version; each kill gets a store of its own."""
    chance, tally = random.Random(f"{seed} migrating"), Tally()
    home.mkdir(parents=True)
    old = home / "old"
    make_old_store(old)
    expected = old_events(old)
    for number in range(n_kills):
        victim_home = home / f"{number}"
        shutil.copytree(old, victim_home)
        # Some migrations are killed while they work, some after they have ended.
        victims = kill_at_work(actors.migrate, victim_home, [seed + number], chance.uniform(0, 0.15))
        tally.kills += 1
        tally.at_work += victims[0].begun is not None
        note_damage(tally, victim_home, f"migrating, kill {number}")
        try:
            found = look(looks.find_events, victim_home, 0)
        except RuntimeError as error:
            tally.corrupt += 1
            tally.notes.append(f"migrating, kill {number}: {error}")
            continue
        if found != expected:
            tally.labels_lost += max(1, (Counter(expected) - Counter(found)).total())
            tally.notes.append(f"migrating, kill {number}: other labels than before")
        shutil.rmtree(victim_home)
    return tally
