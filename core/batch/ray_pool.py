"""Do the tasks on a Ray cluster, by a pool of actors that each keep the models loaded."""

from __future__ import annotations

import os
import socket
import tempfile
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import CorpusError, RefractError
from .files import FileTask
from .one_file import Done, Job, Outcome, attempt, load_step

if TYPE_CHECKING:
    from ray import ObjectRef
    from ray.actor import ActorHandle

LOCAL = "local"
MOST_TRIES = 4
"""Times that a file is begun: one whose worker dies each time, most often for lack of memory, is given up."""

MOST_LOST = 20
"""Workers lost one after another, without a finished file between, from which the run is given up."""

QUIET: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}

KNOCK_SECONDS = 10.0
PATIENCE = 60.0
"""Seconds without news after which the person is told that nobody works."""


@dataclass(frozen=True)
class RayOptions:
    """How the work is spread.

    Attributes
    ----------
    address : str
        Of a running cluster, "auto" for the one of this machine, "local" to start one here.
    workers : int or None
        None for as many as the cluster has room for at the start.
    cpus, gpus : float
        Of each worker; a fraction of a graphics card is shared with other workers.
    """

    address: str
    workers: int | None = None
    cpus: float = 1
    gpus: float = 0


class Worker:
    """One actor: loads the job once, then does one task at a time."""

    def __init__(self, job: Job, home: str | None) -> None:
        if home is not None:  # see `_home_of_no_cloud`
            os.environ["HOME"] = home
        self._job = job

    def load(self) -> str:
        """Load the models; return why not, or ""."""
        try:
            load_step(self._job)
        except RefractError as error:
            return str(error)
        return ""

    def work(self, task: FileTask) -> tuple[Done | None, str, bool]:
        """Do a task; return it done or why not, and whether that stops all."""
        try:
            outcome = attempt(self._job, task)
        except RefractError as error:
            return None, str(error), True
        return outcome.done, outcome.problem, False


def run_ray(
    job: Job, tasks: Sequence[FileTask], options: RayOptions, tell: Callable[[str], None]
) -> Iterator[Outcome]:
    """Yield what becomes of each task, as they end.

    A task whose worker or machine is lost is given to another worker, up to `MOST_TRIES` times. Nothing is
    lost or doubled by that: a file is there whole or not at all, under its own name.

    Parameters
    ----------
    tell : callable
        Called with a line when something happens to the cluster.

    Raises
    ------
    CorpusError
        When Ray is not installed, or there is no cluster at the address.
    RefractError
        When the models cannot be loaded, or results not be written.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        ray = _start(options.address, Path(folder))
        try:
            yield from _Pool(job, tasks, options, tell).run()
        finally:
            ray.shutdown()  # the actors end with it


class _Pool:
    """The actors of one run, and what each of them does."""

    def __init__(
        self, job: Job, tasks: Sequence[FileTask], options: RayOptions, tell: Callable[[str], None]
    ) -> None:
        import ray

        self._waiting, self._left = deque(tasks), len(tasks)
        self._tries: Counter[str] = Counter()
        self._tell = tell
        self._job = ray.put(job)
        self._home = str(Path.home()) if options.address == LOCAL else None
        self._actor: Any = ray.remote(num_cpus=options.cpus, num_gpus=options.gpus, max_restarts=0)(Worker)
        self._running: dict[ObjectRef, tuple[ActorHandle, FileTask | None]] = {}
        self._idle: list[ActorHandle] = []
        self._lost_in_row = 0
        for _ in range(min(options.workers or _room(options), len(tasks))):
            self._add_actor()

    def run(self) -> Iterator[Outcome]:
        """Yield the outcomes."""
        import ray

        while self._left:
            ended, _ = ray.wait(list(self._running), timeout=PATIENCE)
            if not ended and all(task is None for _, task in self._running.values()):
                self._tell(
                    "No machine has room for a worker now: waiting. Ctrl+C stops, and keeps what is done."
                )
            for reference in ended:
                actor, task = self._running.pop(reference)
                outcome = self._end(reference, actor, task)
                if outcome is not None:
                    self._left -= 1
                    yield outcome

    def _end(self, reference: ObjectRef, actor: ActorHandle, task: FileTask | None) -> Outcome | None:
        """Take the answer of an actor and give it the next task."""
        import ray

        try:
            answer = ray.get(reference)
        except ray.exceptions.RayTaskError as error:  # it would happen again, such as a missing library
            raise CorpusError(f"The workers cannot start: {error.cause}.") from error
        except ray.exceptions.RayError as error:
            return self._replace(task, error)
        self._lost_in_row = 0
        self._idle.append(actor)
        self._give_tasks()
        if task is None:
            if answer:
                raise CorpusError(answer)
            return None
        done, problem, stops = answer
        if stops:
            raise CorpusError(problem)
        return Outcome(task, done, problem)

    def _give_tasks(self) -> None:
        """Give waiting tasks to idle actors."""
        while self._waiting and self._idle:
            actor, task = self._idle.pop(), self._waiting.popleft()
            self._tries[task.name] += 1
            self._running[actor.work.remote(task)] = actor, task

    def _replace(self, task: FileTask | None, error: Exception) -> Outcome | None:
        """Start another actor for a lost one; give its task to the next, or give it up."""
        self._lost_in_row += 1
        if self._lost_in_row > MOST_LOST:
            raise CorpusError(
                f"{MOST_LOST} workers were lost before one finished a file ({type(error).__name__}): give "
                "each more memory, or take fewer."
            )
        self._add_actor()
        if task is None:
            return None
        self._tell(f"The worker of {task.name} was lost ({type(error).__name__}).")
        if self._tries[task.name] < MOST_TRIES:
            self._waiting.appendleft(task)
            self._give_tasks()  # the new actor may find no room as long as idle ones hold it
            return None
        return Outcome(
            task,
            None,
            f"The worker of {task.name} was lost {MOST_TRIES} times, most often for lack of memory: give "
            "a worker more, or split the file.",
        )

    def _add_actor(self) -> None:
        actor = self._actor.remote(self._job, self._home)
        self._running[actor.load.remote()] = actor, None


def _start(address: str, folder: Path):  # noqa: ANN202 - the module, which may be missing
    """Connect to a cluster, or start one on this machine, that others cannot reach; return the library.

    `folder` is empty and stays as long as the cluster.
    """
    # Before the import: otherwise Ray sends statistics of its use.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address == LOCAL:  # else Ray turns 127.0.0.1 into the address by which others reach this machine
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    try:
        import ray
    except ImportError as error:
        raise CorpusError(
            "Ray is not installed: run pip install -r requirements-batch.txt, or leave --ray out."
        ) from error
    try:
        _knock(address)
        if address == LOCAL:
            with _home_of_no_cloud(folder):
                ray.init(include_dashboard=False, _node_ip_address="127.0.0.1", address=LOCAL, **QUIET)
        else:
            ray.init(address=address, **QUIET)
    except (OSError, ValueError, RuntimeError) as error:
        why = str(error).strip().split("\n")[0].rstrip(".")
        raise CorpusError(f"No Ray cluster answers at “{address}” ({why}): check the address.") from error
    return ray


@contextmanager
def _home_of_no_cloud(folder: Path) -> Iterator[None]:
    """Let processes that start now take `folder` for the home folder; workers go back to the real one.

    Without the file that is written there, Ray asks three clouds for their metadata to learn where it runs,
    also where its statistics are switched off.
    """
    (folder / "ray_bootstrap_config.yaml").write_text("{}", encoding="utf-8")
    kept = os.environ.get("HOME")
    os.environ["HOME"] = str(folder)
    try:
        yield
    finally:
        if kept is None:
            del os.environ["HOME"]
        else:
            os.environ["HOME"] = kept


def _knock(address: str) -> None:
    """Raise OSError where nothing listens at an address: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdecimal():
        socket.create_connection((host.strip("[]"), int(port)), timeout=KNOCK_SECONDS).close()


def _room(options: RayOptions) -> int:
    """Return how many workers the cluster has room for now."""
    import ray

    there = ray.cluster_resources()
    rooms = [there.get("CPU", 0) / options.cpus] if options.cpus else []
    rooms += [there.get("GPU", 0) / options.gpus] if options.gpus else []
    return max(1, int(min(rooms, default=1)))
