"""Do the tasks one after another, in this process: nothing is started, nothing listens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..errors import CorpusError
from .files import FileTask
from .one_file import Job, Outcome, attempt, load_step


def take_shard(tasks: Sequence[FileTask], number: int, count: int) -> list[FileTask]:
    """Return the tasks of shard `number` of 1 to `count`: each task is in exactly one shard.

    The tasks are those of all shards, sorted by name. Every `count`-th goes to one shard, so that neighbours
    of equal size are spread evenly.
    """
    if not 1 <= number <= count:
        raise CorpusError(
            f"Shard {number}/{count} does not exist: the first is 1/{count}, the last {count}/{count}."
        )
    return list(tasks)[number - 1 :: count]


def run_local(job: Job, tasks: Sequence[FileTask]) -> Iterator[Outcome]:
    """Load the job, then yield what becomes of each task, in order.

    Raises
    ------
    RefractError
        When the models cannot be loaded, or results not be written.
    """
    load_step(job)
    return (attempt(job, task) for task in tasks)
