import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.batch import split_files, verify_files
from core.errors import CorpusError, StoreError
from tests.core.batch.conftest import write
from tests.core.batch.test_one_file import run


def split(source, target, rows):
    told = []
    return split_files(str(source), str(target), rows, told.append), told


def test_a_file_is_cut_without_losing_a_row_a_column_or_a_type(tmp_path):
    more = pa.array([{"a": [row]} for row in range(23)])
    write(tmp_path / "big.parquet", map(str, range(23)), day=pa.array(range(23), pa.date32()), more=more)
    whole = pq.read_table(tmp_path / "big.parquet").replace_schema_metadata({"made": "by hand"})
    pq.write_table(whole, tmp_path / "big.parquet", row_group_size=7)
    assert split(tmp_path / "big.parquet", tmp_path / "parts", 10)[0] == 3
    files = sorted((tmp_path / "parts").iterdir())
    assert [file.name for file in files] == [f"big-0000{number}.parquet" for number in range(3)]
    tables = [pq.read_table(file) for file in files]
    assert [len(table) for table in tables] == [10, 10, 3]
    assert pa.concat_tables(tables).equals(whole) and tables[1].schema.equals(
        whole.schema, check_metadata=True
    )


def test_a_split_goes_on_where_it_stopped_and_refuses_another(tmp_path):
    for name in ("a", "deep/b"):
        write(tmp_path / "in" / f"{name}.parquet", map(str, range(25)))
    assert split(tmp_path / "in", tmp_path / "parts", 10)[0] == 6
    kept, lost = tmp_path / "parts" / "a-00000.parquet", tmp_path / "parts" / "a-00001.parquet"
    written = kept.stat().st_mtime_ns
    lost.unlink()
    split(tmp_path / "in", tmp_path / "parts", 10)
    assert pq.read_table(lost)["id"].to_pylist() == list(range(10, 20))
    assert kept.stat().st_mtime_ns == written
    with pytest.raises(StoreError, match="of another split"):
        split(tmp_path / "in", tmp_path / "parts", 7)


def test_an_empty_file_gives_one_empty_part(tmp_path):
    write(tmp_path / "a.parquet", [])
    assert split(tmp_path / "a.parquet", tmp_path / "parts", 10)[0] == 1
    with pytest.raises(CorpusError, match="not a readable Parquet"):
        (tmp_path / "b.parquet").write_bytes(b"no")
        split(tmp_path / "b.parquet", tmp_path / "parts", 10)


def test_results_are_compared_with_what_they_were_made_from(tmp_path):
    for name in "abcd":
        write(tmp_path / "in" / f"{name}.parquet", ["x", "y"])
    run(tmp_path / "in", tmp_path / "out")
    (tmp_path / "out" / "b.parquet").unlink()
    write(tmp_path / "in" / "c.parquet", ["x", "y", "z"])
    write(tmp_path / "out" / "d.parquet", ["x", "y"])
    found = {
        task.name[0]: (rows, problem)
        for task, rows, problem in verify_files(str(tmp_path / "in"), str(tmp_path / "out"))
    }
    assert found["a"] == (2, "") and found["b"] == (2, "missing")
    assert "has 3 rows and its results 2" in found["c"][1] and "no file of results" in found["d"][1]
