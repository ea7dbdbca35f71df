"""Work that loses labels on purpose: a check of kills must see it."""

import itertools
import sqlite3

from benchmarks.chaos import sharing
from benchmarks.chaos.actors import analysis_of, give
from core.storage import Store
from core.storage.team import Registry


def say_too_early(home, seed, tell):
    """Say that a label was recorded, and record nothing."""
    analysis_of(Store(home))
    for number in itertools.count():
        tell("done", ("give", f"{seed}-{number}", [(number, "praise")]))


def give_twice(home, seed, tell):
    """Record each label twice."""
    store = Store(home)
    analysis = analysis_of(store).id
    for number in itertools.count():
        give(store, analysis, seed, number, {number: "praise"}, tell)
        give(store, analysis, seed, number, {number: "praise"}, lambda kind, op: None)


def break_file(home, seed, tell):
    """Write over the middle of the file of labels."""
    path = home / "refract.sqlite"
    tell("begin", ("undo",))
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    for _ in itertools.count():
        pass


def keep_a_share(home, seed, tell):
    """Say that a corpus was taken back from somebody who can still open it."""
    registry, owner = Registry(home), sharing.owner_of(seed)
    guest = sharing.guests_of(owner)[0]

    def say(kind, op):
        tell(kind, op)
        if kind == "done" and op[0] == "move":
            (shared, *_) = registry.corpora_of(owner)
            for what in ("share", "take back"):
                tell("begin", (what, shared.id, guest))
                registry.share(shared, owner, guest)
                tell("done", (what, shared.id, guest))
            for _ in itertools.count():
                pass

    sharing.share(home, seed, say)


def move_nowhere(home, seed, tell):
    """Lose a corpus on the way into a folder of its own."""
    registry, owner = Registry(home), sharing.owner_of(seed)

    def say(kind, op):
        tell(kind, op)
        if kind == "done" and op[0] == "move":
            registry.remove_corpus(registry.corpora_of(owner)[0], owner)
            for _ in itertools.count():
                pass

    sharing.share(home, seed, say)


def end_process(folder):
    """End this process as a segmentation fault does."""
    import os
    import signal

    os.kill(os.getpid(), signal.SIGSEGV)


def say_nothing(folder):
    """Find nothing wrong where something is."""
    from benchmarks.chaos.faults import sentence_of

    return sentence_of(lambda: None)


def raise_raw(folder):
    """Raise what no person should see."""
    from benchmarks.chaos.faults import sentence_of

    return sentence_of(lambda: {}["x"])
