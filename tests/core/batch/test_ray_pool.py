"""The same work on Ray: nothing is lost or doubled when a machine goes away."""

import os
import subprocess
import sys

import pytest

from core.batch import RayOptions, find_tasks, pending, run_ray
from core.errors import CorpusError
from tests.conftest import ROOT
from tests.core.batch.conftest import rows_of, write
from tests.support.batch_jobs import LengthJob, SlowJob

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # sockets on 127.0.0.1 only
pytest.importorskip("ray", reason="Ray is optional: pip install -r requirements-batch.txt")
pytestmark = [pytest.mark.ray, pytest.mark.model]

LISTENING = """
import os, sys, psutil
from core.batch import RayOptions, find_tasks, run_ray
from tests.support.batch_jobs import HomeJob

source, target = sys.argv[1:]
job, tasks = HomeJob(home=os.environ["HOME"]), find_tasks(source, target)
for outcome in run_ray(job, tasks, RayOptions("local", workers=1), print):
    assert outcome.done, outcome.problem
    mine = psutil.Process()
    for process in (mine, *mine.children(recursive=True)):
        for socket in process.net_connections("inet"):
            if socket.status == psutil.CONN_LISTEN:
                print("listens", socket.laddr.ip)
"""


@pytest.fixture
def files(tmp_path):
    for number in range(16):
        write(
            tmp_path / "in" / f"{number:02}.parquet", [f"{number}", "two words"], ids=[number, 100 + number]
        )
    return tmp_path


@pytest.fixture(scope="module")
def cluster():
    """A head without workers, and a node for one worker."""
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 0, "include_dashboard": False})
    cluster.add_node(num_cpus=1)
    yield cluster
    cluster.shutdown()


def test_a_node_that_is_killed_in_the_middle_loses_and_doubles_nothing(files, cluster):
    second = cluster.add_node(num_cpus=1)
    job = SlowJob(log=str(files / "log"), workers=2, seconds=0.5)
    tasks, told, outcomes = find_tasks(str(files / "in"), str(files / "out")), [], []
    for outcome in run_ray(job, tasks, RayOptions(cluster.address), told.append):
        outcomes.append(outcome)
        if len(outcomes) == 1:  # both workers have begun a file
            cluster.remove_node(second, allow_graceful=False)
    assert sorted(outcome.task.name for outcome in outcomes) == [task.name for task in tasks]
    assert all(outcome.done == (2, 0) for outcome in outcomes)
    expected = [(row, [len(str(row)), 1]) for row in range(16)] + [(100 + row, [9, 2]) for row in range(16)]
    assert sorted(rows_of(files / "out")) == expected
    assert pending(job, tasks, str(files / "out")) == []
    begun = (files / "log").read_text().splitlines()
    assert len(tasks) <= len(begun) <= len(tasks) + 1 and any("was lost" in line for line in told), told


def test_a_failed_file_and_a_failed_job_are_told_in_a_sentence(files, cluster):
    write(files / "in" / "03.parquet", ["fail"])
    tasks = find_tasks(str(files / "in"), str(files / "out"))
    outcomes = list(run_ray(LengthJob(), tasks, RayOptions(cluster.address, workers=1), print))
    assert [outcome.task.name for outcome in outcomes if outcome.done is None] == ["03.parquet"]
    (files / "blocked").write_bytes(b"")
    blocked = find_tasks(str(files / "in"), str(files / "blocked"))
    with pytest.raises(CorpusError, match="could not be written"):
        list(run_ray(LengthJob(), blocked, RayOptions(cluster.address, workers=1), print))


def test_a_cluster_started_here_is_not_reached_from_elsewhere(files):
    pytest.importorskip("psutil")
    run = [sys.executable, "-c", LISTENING, str(files / "in"), str(files / "out")]
    watch = {
        "PYTHONPATH": str(ROOT / "tests/support/watch_sockets"),
        "WATCHED_SOCKETS": str(files / "sockets"),
    }
    found = subprocess.run(
        run, cwd=ROOT, env=os.environ | watch, capture_output=True, text=True, check=True, timeout=200
    )
    assert not (files / "sockets").exists(), (files / "sockets").read_text()
    places = {line.split()[-1] for line in found.stdout.splitlines() if line.startswith("listens")}
    assert places and all(place.endswith("127.0.0.1") or place == "::1" for place in places), places


def test_no_cluster_at_an_address_is_a_sentence(files):
    tasks = find_tasks(str(files / "in"), str(files / "out"))
    with pytest.raises(CorpusError, match=r"No Ray cluster answers at “127\.0\.0\.1:1”"):
        list(run_ray(LengthJob(), tasks, RayOptions("127.0.0.1:1"), print))
