import itertools
import json
import signal
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.batch import find_tasks, pending, run_local, take_shard
from core.batch.one_file import BATCH_ROWS, check_ids, read_metadata
from core.errors import CorpusError, StoreError
from tests.conftest import ROOT
from tests.core.batch.conftest import rows_of, write
from tests.support.batch_jobs import LengthJob


def run(source, target, job=LengthJob(), shard=(1, 1)):  # noqa: B008
    tasks = take_shard(find_tasks(str(source), str(target)), *shard)
    return list(run_local(job, pending(job, tasks, str(target))))


def test_a_file_comes_out_with_the_same_name_rows_and_ids(tmp_path):
    write(tmp_path / "in" / "a.parquet", ["one", None, " \u200b", "two words"], ids=["x", "y", "y", None])
    (outcome,) = run(tmp_path / "in", tmp_path / "out")
    assert outcome.done == (4, 2) and outcome.task.name == "a.parquet"
    assert rows_of(tmp_path / "out") == [("x", [3, 1]), ("y", None), ("y", None), (None, [9, 2])]
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["a.parquet"]
    said = read_metadata(pq.read_schema(tmp_path / "out" / "a.parquet"))
    assert said["job"] == LengthJob().describe() and said["version"] == "0.1.0"


def test_without_ids_rows_are_numbered(tmp_path):
    write(tmp_path / "in" / "a.parquet", ["a"] * (BATCH_ROWS + 3))
    run(tmp_path / "in", tmp_path / "out", LengthJob(id=None))
    assert [row for row, _ in rows_of(tmp_path / "out")] == list(range(BATCH_ROWS + 3))


def test_an_empty_file_stays_one(tmp_path):
    write(tmp_path / "in" / "a.parquet", [], ids=pa.array([], pa.int32()))
    assert run(tmp_path / "in", tmp_path / "out")[0].done == (0, 0)
    assert pq.read_schema(tmp_path / "out" / "a.parquet").names == ["id", "vector"]


TEXTS = st.lists(st.one_of(st.none(), st.text(alphabet="ab \n", max_size=6)), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=TEXTS,
    cuts=st.lists(st.integers(0, 30), max_size=4),
    n_shards=st.integers(1, 5),
    order=st.randoms(use_true_random=False),
    row_group=st.integers(1, 40),
)
def test_any_cut_into_files_and_shards_gives_the_same_rows(
    tmp_path_factory, texts, cuts, n_shards, order, row_group
):
    folder = tmp_path_factory.mktemp("cut")
    edges = [0, *sorted(min(cut, len(texts)) for cut in cuts), len(texts)]
    (folder / "in").mkdir()
    for number, (first, last) in enumerate(itertools.pairwise(edges)):
        table = pa.table(
            {"id": pa.array(range(first, last), pa.int64()), "text": pa.array(texts[first:last], pa.string())}
        )
        pq.write_table(table, folder / "in" / f"{number:03}.parquet", row_group_size=row_group)
    shards = list(range(1, n_shards + 1))
    order.shuffle(shards)
    made = [
        outcome.task.name
        for shard in shards
        for outcome in run(folder / "in", folder / "out", shard=(shard, n_shards))
    ]
    assert sorted(made) == [f"{number:03}.parquet" for number in range(len(edges) - 1)]
    expected = [
        (row, None if not (text or "").split() else [len(text), len(text.split())])
        for row, text in enumerate(texts)
    ]
    assert rows_of(folder / "out") == expected


def test_what_is_there_is_not_done_again(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "in" / f"{name}.parquet", [name])
    run(tmp_path / "in", tmp_path / "out")
    (tmp_path / "out" / "a.parquet").unlink()
    assert [outcome.task.name for outcome in run(tmp_path / "in", tmp_path / "out")] == ["a.parquet"]


def test_results_of_another_job_are_not_mixed_in(tmp_path):
    write(tmp_path / "in" / "a.parquet", ["one"])
    run(tmp_path / "in", tmp_path / "out")
    with pytest.raises(StoreError, match="made with scale 1, not 2"):
        run(tmp_path / "in", tmp_path / "out", LengthJob(scale=2))
    write(tmp_path / "out" / "a.parquet", ["one"])
    with pytest.raises(StoreError, match="not made by this command"):
        run(tmp_path / "in", tmp_path / "out")
    (tmp_path / "out" / "a.parquet").write_bytes(b"half")
    with pytest.raises(StoreError, match="delete this file"):
        run(tmp_path / "in", tmp_path / "out")


def test_an_error_of_one_file_does_not_stop_the_others(tmp_path):
    write(tmp_path / "in" / "a.parquet", ["one"])
    (tmp_path / "in" / "b.parquet").write_bytes(b"PAR1, but no more")
    write(tmp_path / "in" / "c.parquet", ["one", "fail"])
    pq.write_table(pa.table({"id": [1], "body": ["x"]}), tmp_path / "in" / "d.parquet")
    pq.write_table(pa.table({"id": [1], "text": [2.5]}), tmp_path / "in" / "e.parquet")
    write(tmp_path / "in" / "f.parquet", ["one"])
    outcomes = run(tmp_path / "in", tmp_path / "out")
    problems = {outcome.task.name: outcome.problem for outcome in outcomes if outcome.done is None}
    assert list(problems) == [f"{name}.parquet" for name in "bcde"]
    for name, expected in {
        "b": "“b.parquet” is not a readable Parquet file",
        "c": "Something unexpected went wrong",
        "d": "“d.parquet” has no column “text” (found id, body)",
        "e": "“text” of “e.parquet” holds double",
    }.items():
        assert expected in problems[f"{name}.parquet"]
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["a.parquet", "f.parquet"]


def test_a_full_disk_stops_all(tmp_path):
    for name in ("a", "b"):
        write(tmp_path / "in" / f"{name}.parquet", ["one"])
    (tmp_path / "out").write_bytes(b"a file where the folder has to be")
    with pytest.raises(StoreError, match="could not be written"):
        run(tmp_path / "in", tmp_path / "out")


@pytest.mark.model
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_run_leaves_no_half_file_that_counts(tmp_path, stop):
    write(tmp_path / "in" / "a.parquet", ["one"])
    code = (
        "import signal, sys, time; from core.batch import cli; from tests.support import batch_jobs as c\n"
        # A process started in the background ignores SIGINT, and so do its children.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "def wait(self, batch, name): print('works', flush=True); time.sleep(60)\n"
        "c.LengthStep.run = wait\n"
        "cli.EncodeJob = lambda *a, **k: c.LengthJob()\n"
        "from core.__main__ import main\n"
        f"sys.exit(main(['batch', 'encode', {str(tmp_path / 'in')!r}, {str(tmp_path / 'out')!r}]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        while "works" not in process.stdout.readline():
            assert process.poll() is None
        assert len(list((tmp_path / "out").iterdir())) == 1
        process.send_signal(stop)
        process.wait(60)
    left = [file.suffix for file in (tmp_path / "out").iterdir()]
    assert left == ([".part"] if stop == signal.SIGKILL else [])
    assert process.returncode == (-stop if stop == signal.SIGKILL else 130)
    assert len(run(tmp_path / "in", tmp_path / "out")) == 1


@pytest.mark.parametrize("other", [[1, 3, 2], [1, 2], [1, 2, None]])
def test_results_with_other_ids_do_not_pass(tmp_path, other):
    write(tmp_path / "a.parquet", ["x"] * 3, ids=[1, 2, 3])
    write(tmp_path / "b.parquet", ["x"] * len(other), ids=other)
    with pq.ParquetFile(tmp_path / "a.parquet") as table, pq.ParquetFile(tmp_path / "b.parquet") as written:
        with pytest.raises(CorpusError, match=r"“a\.parquet”.*results"):
            check_ids(table, written, "id", "a.parquet")
        check_ids(table, table, "id", "a.parquet")


@pytest.mark.parametrize("ids", [[1.5, float("nan"), None], [b"a", None, b"a"], ["a", "b", "a"]])
def test_ids_of_any_plain_type_come_back(tmp_path, ids):
    column = pa.array(ids)
    column = column.dictionary_encode() if isinstance(ids[0], str) else column
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table({"id": column, "text": ["x"] * 3}), tmp_path / "in" / "a.parquet")
    assert run(tmp_path / "in", tmp_path / "out")[0].problem == ""
    assert json.dumps([row for row, _ in rows_of(tmp_path / "out")], default=str) == json.dumps(
        ids, default=str
    )


def test_nested_ids_are_refused(tmp_path):
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table({"id": [[1], [2]], "text": ["x", "y"]}), tmp_path / "in" / "a.parquet")
    assert "name a column of numbers or texts" in run(tmp_path / "in", tmp_path / "out")[0].problem


def test_memory_holds_some_rows_only(tmp_path):
    import resource

    write(tmp_path / "in" / "a.parquet", [])
    n, text = 400_000, "x" * 500
    schema = pa.schema([("id", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(tmp_path / "in" / "a.parquet", schema) as writer:
        for first in range(0, n, 50_000):
            rows = [f"{first + row} {text}" for row in range(50_000)]
            writer.write_table(pa.table([range(first, first + 50_000), rows], schema=schema))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    assert run(tmp_path / "in", tmp_path / "out")[0].done.n_rows == n
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 120, f"{grown:.0f} MiB more after {time.monotonic() - start:.0f} s"  # the texts have 200
