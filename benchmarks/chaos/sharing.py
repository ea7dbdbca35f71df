"""The writer of a shared server's record: move a corpus, share it, take it back, note it for the audit."""

from __future__ import annotations

import itertools
import json
import random
from copy import deepcopy
from pathlib import Path
from typing import Any

from benchmarks.chaos.material import LABELS, make_corpus
from benchmarks.chaos.victims import Op, Tell
from core.storage import Store
from core.storage.team import Member, Registry, SharedCorpus, record, share_corpus

N_OWNERS, N_GUESTS, N_TEXTS = 2, 4, 20
MOST_MOVED = 12  # corpora of one owner, which bounds the time of a look
State = dict[str, Any]


def owner_of(number: int) -> Member:
    """Return the person whose corpora an actor shares, the same in each of its lives."""
    email = f"owner{number % N_OWNERS}@example.org"
    return Member(f"{number % N_OWNERS}" * 32, email, email, "1")


def guests_of(owner: Member) -> list[str]:
    """Return the addresses that an owner shares with; no other owner does."""
    return [f"guest{number}.{owner.email}" for number in range(N_GUESTS)]


def team_store(home: Path) -> None:
    """Make the data folder of a server with signed-in owners."""
    Store(home)
    registry = Registry(home)
    for number in range(N_OWNERS):
        registry.note_sign_in(owner_of(number))


def share(home: Path, seed: int, tell: Tell) -> None:
    """Add labelled corpora, move them into folders of their own, share these and take them back."""
    registry, owner, chance = Registry(home), owner_of(seed), random.Random(seed)
    store = Store(owner.home(home))
    for number in itertools.count():
        mark, what = f"{seed}-{number}", chance.random()
        shared = registry.corpora_of(owner)
        own = [entry.key for entry in store.corpora() if labels_in(store, entry.key)]
        if not own and len(shared) < MOST_MOVED:
            corpus = make_corpus(N_TEXTS, mark=mark, name=f"{mark}.csv")
            labels = {row: chance.choice(LABELS) for row in range(3)}
            op: Op = ("give", corpus.key, list(labels.items()))
            tell("begin", op)
            store.add_corpus(corpus)
            analysis = store.add_analysis(corpus.key, "by kind")
            store.labels.give(analysis, labels, owner.name, add_names=True)
        elif own and what < 0.3:
            op = ("move", own[0])
            tell("begin", op)
            share_corpus(home, registry, owner, own[0])
        elif not shared or what < 0.4:
            op = ("audit", mark)
            tell("begin", op)
            record(home, owner, "chaos", mark=mark)
        else:
            op = _change_shares(home, registry, owner, chance, tell)
        tell("done", op)


def _change_shares(home: Path, registry: Registry, owner: Member, chance: random.Random, tell: Tell) -> Op:
    """Share a corpus with a guest, or take it back."""
    shared, email = chance.choice(registry.corpora_of(owner)), chance.choice(guests_of(owner))
    there = email in registry.shared_with(shared, owner)
    op: Op = ("take back" if there else "share", shared.id, email)
    tell("begin", op)
    (registry.take_back if there else registry.share)(shared, owner, email)
    return op


def labels_in(store: Store, corpus_key: str) -> list[tuple[int, str]]:
    """Return the label entries of a corpus."""
    return [
        (int(row), label)
        for analysis in store.analyses(corpus_key)
        for row, label in store.labels.history(analysis.id)[["row", "label"]].itertuples(index=False)
    ]


def find_shared(home: Path, actor: int) -> State:
    """Return where the labelled corpora of an owner are, who may open which, and what the audit says.

    Each corpus is read. "moved" counts the copies that the owner may open outside of the own folder.
    """
    owner, registry = owner_of(actor), Registry(home)
    store = Store(owner.home(home))
    found: State = {"own": {}, "moved": {}, "shares": {}}
    for entry in store.corpora():
        if labels := labels_in(store, entry.key):
            store.load_corpus(entry.key)
            found["own"][entry.key] = labels
    for shared in registry.corpora_of(owner):
        found["moved"].setdefault(shared.corpus_key, []).append(_read(home, shared))
    for email in guests_of(owner):
        guest = Member("f" * 32, email, email, "1")
        if opened := sorted(each.id for each in registry.corpora_of(guest)):
            found["shares"][email] = opened
    lines = [json.loads(line) for path in (home / "audit").glob("*.jsonl") for line in path.open()]
    own = [line for line in lines if line["person"] == owner.id]
    found["audit"] = sorted(line["mark"] for line in own if line["action"] == "chaos")
    found["moves noted"] = sorted(line["key"] for line in own if line["action"].startswith("put into"))
    return found


def _read(home: Path, shared: SharedCorpus) -> list[tuple[int, str]]:
    store = Store(shared.home(home))
    store.load_corpus(shared.corpus_key)
    return labels_in(store, shared.corpus_key)


def start_sharing(home: Path, actor: int) -> State:
    """Return what is expected before the first operation."""
    return {"own": {}, "moved": {}, "shares": {}, "audit": [], "moves noted": []}


def apply_sharing(state: State, op: Op) -> None:
    """Add an operation to what is expected."""
    what, *values = op
    if what == "give":
        state["own"][values[0]] = [tuple(entry) for entry in values[1]]
    elif what == "move":
        state["moved"].setdefault(values[0], []).append(state["own"].pop(values[0]))
        state["moves noted"] = sorted([*state["moves noted"], values[0]])
    elif what == "audit":
        state["audit"] = sorted([*state["audit"], values[0]])
    elif what == "share":
        state["shares"][values[1]] = sorted([*state["shares"].get(values[1], []), values[0]])
    else:
        state["shares"][values[1]].remove(values[0])
        if not state["shares"][values[1]]:
            del state["shares"][values[1]]


def cut_off(state: State, op: Op) -> list[State]:
    """Return what a move that was cut off may leave beside all or nothing: both places, or no audit line."""
    if op[0] != "move":
        return []
    both, unnoted = deepcopy(state), deepcopy(state)
    both["moved"].setdefault(op[1], []).append(both["own"][op[1]])
    apply_sharing(unnoted, op)
    unnoted["moves noted"].remove(op[1])
    return [both, unnoted]
