"""A worker process whose tasks misbehave on purpose."""

import os
import threading
import time

from core.errors import LabelError
from core.jobs.worker import serve


def work(store, report, stage, steps, until, *, seconds=0.01, done=0):
    """Report each step, and yield after it; the last one begins when the file `until` is there."""
    for step in range(done, steps):
        report(stage, step, steps)
        while until and step == steps - 1 and not (store.home / until).exists():
            time.sleep(0.01)
            report(stage, step, steps)
        time.sleep(seconds)
        yield step


def count(store, report, *, steps, seconds=0.01, until=""):
    for _ in work(store, report, "Counting", steps, until, seconds=seconds):
        pass
    (store.home / f"counted-{steps}").touch()


def measure(store, report, *, name, steps, until=""):
    """Keep each finding, and do not look for it again."""
    path = store.home / f"found-{name}"
    found = path.read_text().splitlines() if path.exists() else []
    for step in work(store, report, "Checking", steps, until, done=len(found)):
        with path.open("a") as file:
            file.write(f"{step} {os.getpid()}\n")


def prepare(store, report, *, steps, until=""):
    for _ in work(store, report, "Encoding", steps, until):
        pass


def chatter(store, report):
    print("a library prints, and its bytes must not be taken for an answer")  # noqa: T201
    os.write(1, b'{"job": "1", "event": "failed"}\n')


def refuse(store, report):
    raise LabelError("Two labels are needed, and one was given: label another text.")


def stumble(store, report):
    raise ZeroDivisionError("division by zero")


def stick(store, report):
    report("Stuck", 0, 1)
    time.sleep(600)


def die(store, report):
    report("Dying", 0, 1)
    os._exit(9)


def double(store, *, number):
    return {"number": 2 * number, "thread": threading.current_thread().name}


def wait(store, *, seconds):
    time.sleep(seconds)
    return {}


def die_query(store):
    os._exit(9)


def refuse_query(store):
    refuse(store, None)


def stumble_query(store):
    stumble(store, None)


if __name__ == "__main__":
    serve(
        {task.__name__: task for task in (count, measure, prepare, chatter, refuse, stumble, stick, die)},
        {query.__name__: query for query in (double, wait, die_query, refuse_query, stumble_query)},
    )
