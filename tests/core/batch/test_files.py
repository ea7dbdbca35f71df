import fsspec
import pyarrow.parquet as pq
import pytest

from core.batch import find_tasks, pending, run_local, verify_files
from core.batch.files import open_table, written_aside
from core.errors import CorpusError, StoreError
from tests.core.batch.conftest import write
from tests.support.batch_jobs import LengthJob


def names(source, target):
    return [task.name for task in find_tasks(str(source), str(target))]


def test_files_of_folders_patterns_and_single_files_are_found_by_name(tmp_path):
    for name in ("b", "a", "deep/c", ".hidden/d", "_temporary/e", "f.parquet.123.part"):
        write(tmp_path / "with blank é" / f"{name}.parquet".replace(".part.parquet", ".part"), ["x"])
    place = tmp_path / "with blank é"
    assert names(place, tmp_path / "out") == ["a.parquet", "b.parquet", "deep/c.parquet"]
    assert names(f"{place}/*.parquet", tmp_path / "out") == ["a.parquet", "b.parquet"]
    assert names(place / "a.parquet", place / "out") == ["a.parquet"]
    tasks = find_tasks(f"{place}/*/c.parquet", str(tmp_path / "out"))
    assert tasks[0].target.endswith("/out/deep/c.parquet") and tasks[0].source.endswith("é/deep/c.parquet")


def test_results_never_stand_where_they_would_be_read_again(tmp_path):
    write(tmp_path / "in" / "a.parquet", ["x"])
    for target in ("in", "in/out"):
        with pytest.raises(CorpusError, match="name a folder elsewhere"):
            find_tasks(str(tmp_path / "in"), str(tmp_path / target))
    with pytest.raises(CorpusError, match="name a folder elsewhere"):
        find_tasks(str(tmp_path / "in" / "a.parquet"), str(tmp_path / "in"))
    assert names(tmp_path / "in", tmp_path / "in2")


@pytest.mark.parametrize("place", ["missing", "empty", "s9://bucket/x", "missing/*.parquet"])
def test_a_place_without_files_is_named(tmp_path, place):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CorpusError, match="“"):
        find_tasks(place if "://" in place else str(tmp_path / place), str(tmp_path / "out"))


def test_an_address_without_its_package_says_which(monkeypatch, tmp_path):
    def refuse(place):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr("fsspec.core.url_to_fs", refuse)
    with pytest.raises(CorpusError, match="Install s3fs"):
        find_tasks("s3://bucket/in", str(tmp_path))


def test_an_object_store_is_read_and_written_whole(tmp_path):
    write(tmp_path / "a.parquet", ["one", "two words"])
    write(tmp_path / "b.parquet", ["fail"])
    store = fsspec.filesystem("memory")
    for name in ("a", "b"):
        store.put_file(str(tmp_path / f"{name}.parquet"), f"/bucket/in/{name}.parquet")
    places = "memory://bucket/in", "memory://bucket/out"
    outcomes = list(run_local(LengthJob(), find_tasks(*places)))
    assert [outcome.done is not None for outcome in outcomes] == [True, False]
    assert [path.rpartition("/")[2] for path in store.find("/bucket/out")] == ["a.parquet"]
    with open_table("memory://bucket/out/a.parquet") as table:
        assert table.read()["vector"].to_pylist() == [[3, 1], [9, 2]]
    assert [task.name for task in pending(LengthJob(), find_tasks(*places), places[1])] == ["b.parquet"]
    assert [problem for _, _, problem in verify_files(*places)] == ["", "missing"]
    store.rm("/bucket", recursive=True)


def test_a_new_file_is_there_whole_or_not_at_all(tmp_path):
    place = tmp_path / "out" / "a.parquet"
    with pytest.raises(RuntimeError), written_aside(str(place)) as path:
        path.write_bytes(b"half")
        raise RuntimeError
    assert not list(place.parent.iterdir())
    with written_aside(str(place)) as path:
        path.write_bytes(b"whole")
        assert not place.exists()
    assert place.read_bytes() == b"whole" and place.stat().st_mode & 0o044  # others of a cluster read it
    with pytest.raises(StoreError, match="could not be written"), written_aside(str(place / "b.parquet")):
        pass


def test_a_vanished_file_is_named(tmp_path):
    with (
        pytest.raises(CorpusError, match=r"“a\.parquet” is no longer there"),
        open_table(str(tmp_path / "a.parquet")),
    ):
        pass
    write(tmp_path / "a.parquet", ["x"])
    with open_table(str(tmp_path / "a.parquet")) as table:
        assert table.read().equals(pq.read_table(tmp_path / "a.parquet"))
