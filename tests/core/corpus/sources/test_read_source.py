"""Files of this machine, read as one table."""

import os

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core import read_table
from core.corpus.sources import find_source, first_rows, parse_address, read_found
from core.corpus.sources import read_source as module
from core.corpus.tables import read_table as read_content
from core.errors import Cancelled, CorpusError
from tests.conftest import make_frame


def quiet(*progress):
    pass


def find(path):
    return find_source(parse_address(path), quiet)


@pytest.fixture
def parts(tmp_path):
    """A folder with three Parquet files of ten rows, and what programs leave beside them."""
    folder = tmp_path / "my täxts"
    folder.mkdir()
    frame = make_frame(30)
    for number in range(3):
        frame.iloc[10 * number : 10 * number + 10].to_parquet(folder / f"part {number}.parquet")
    (folder / "_SUCCESS").touch()
    (folder / ".part-0.parquet.crc").write_bytes(b"x")
    (folder / "README.md").write_text("about")
    return folder


@pytest.mark.parametrize("what", ["", "/*.parquet", "/**/*.parquet", "/part ?.parquet"])
def test_a_folder_or_pattern_is_one_table(parts, what):
    found = find(f"{parts}{what}")
    assert (len(found.files), found.n_rows) == (3, 30)
    assert [column.name for column in found.columns][:1] == ["text"]
    table = read_table(f"{parts}{what}")
    assert table.name == "my täxts"
    assert table.frame["text"].tolist() == make_frame(30)["text"].tolist()
    assert table.frame["file"].value_counts().to_dict() == {f"part {n}.parquet": 10 for n in range(3)}


def test_what_is_left_out_of_a_folder_is_said(parts):
    assert "README.md" in " ".join(find(parts).notes)


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl", "csv.gz"])
def test_one_file_reads_as_its_upload(tmp_path, ending):
    path, frame = tmp_path / f"letters.{ending}", make_frame(20)
    if ending == "parquet":
        frame.to_parquet(path)
    elif ending == "jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False)
    read, uploaded = read_table(path), read_content(path.name, path.read_bytes())
    pd.testing.assert_frame_equal(read.frame, uploaded.frame)
    assert (read.name, read.encoding, read.notes) == (uploaded.name, uploaded.encoding, uploaded.notes)
    assert read_table(path.name, path.read_bytes()).frame.equals(uploaded.frame)


def test_folders_that_name_a_value_become_columns(tmp_path):
    for lang, year in (("de", 2023), ("en", 2024), ("__HIVE_DEFAULT_PARTITION__", 2024)):
        folder = tmp_path / f"lang={lang}" / f"year={year}"
        folder.mkdir(parents=True)
        make_frame(4).to_parquet(folder / "part-0.parquet")
    frame = read_table(tmp_path).frame
    assert frame.groupby("year").size().to_dict() == {2023: 4, 2024: 8}
    assert frame["lang"].fillna("none").value_counts().to_dict() == {"de": 4, "en": 4, "none": 4}
    alone = read_table(tmp_path / "lang=de" / "year=2023" / "part-0.parquet").frame
    assert set(alone["lang"]) == {"de"} and "file" not in alone


def test_a_column_file_of_the_table_keeps_its_name(parts):
    for path in parts.glob("*.parquet"):
        pd.read_parquet(path).assign(file="mine").to_parquet(path)
    frame = read_table(parts).frame
    assert set(frame["file"]) == {"mine"} and frame["file (2)"].nunique() == 3


def test_only_the_chosen_columns_are_read(parts):
    table = read_found(find(parts), columns=["text"])
    assert list(table.frame.columns) == ["text", "file"]


def test_csv_files_are_one_table_with_one_type_for_each_column(tmp_path):
    (tmp_path / "a.csv").write_text("text,n\nfirst words,1\nsecond words,2\n")
    (tmp_path / "b.csv").write_text("n,text\n3,third words\nmany,fourth words\n")
    frame = read_table(tmp_path).frame
    assert frame["text"].tolist()[2:] == ["third words", "fourth words"]
    assert frame["n"].tolist() == ["1", "2", "3", "many"]


def test_records_may_leave_fields_out(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"text": "first words"}\n{"text": "second words"}\n')
    (tmp_path / "b.jsonl").write_text('{"text": "third words", "n": 1}\n')
    assert read_table(tmp_path).frame["n"].isna().sum() == 2


def test_nested_and_dictionary_columns_and_vectors_of_several_files(tmp_path):
    for number, words in enumerate((["good", "bad", "good"], ["bad", "fair", "bad"])):
        table = pa.table(
            {
                "text": [f"text {number} {row}" for row in range(3)],
                "kind": pa.array(words).dictionary_encode(),
                "user": [{"name": f"u{row}", "age": row} for row in range(3)],
                "vector": [[float(row + value) for value in range(8)] for row in range(3)],
            }
        )
        pq.write_table(table, tmp_path / f"{number}.parquet")
    table = read_table(tmp_path)
    assert table.frame["kind"].tolist() == ["good", "bad", "good", "bad", "fair", "bad"]
    assert table.frame["user.name"].tolist() == ["u0", "u1", "u2"] * 2
    assert table.vectors["vector"].shape == (6, 8) and table.vectors["vector"][4, 0] == 1


def test_types_that_one_type_holds_are_read_together(tmp_path):
    pd.DataFrame({"text": ["a b", "c d"], "n": pd.array([1, 2], "int32")}).to_parquet(tmp_path / "a.parquet")
    pd.DataFrame({"n": [2**40, 3], "text": ["e f", "g h"]}).to_parquet(tmp_path / "b.parquet")
    frame = read_table(tmp_path).frame
    assert frame["n"].tolist() == [1, 2, 2**40, 3] and frame["text"].tolist()[2] == "e f"


def refuse(path, *words):
    with pytest.raises(CorpusError) as raised:
        read_table(path)
    assert all(word in str(raised.value) for word in words), raised.value
    assert str(raised.value).endswith(".")


def test_what_cannot_be_read_gets_one_sentence(tmp_path, parts):
    (tmp_path / "empty").mkdir()
    refuse(tmp_path / "empty", "empty", "Parquet")
    refuse(tmp_path / "gone" / "x.parquet", "gone", str(tmp_path))
    refuse(f"{parts}/*.csv", "*.csv")
    (parts / "x.csv").write_text("text\na\n")
    refuse(parts, "3 of Parquet", "1 of CSV", "*.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no more")
    refuse(tmp_path / "bad.parquet", "bad.parquet", "Parquet")
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(b"x")
    refuse(tmp_path / "pictures", ".png", "Parquet")
    with pytest.raises(CorpusError, match="picture"):
        find(tmp_path / "pictures" / "a.png")
    (tmp_path / "table" / "_delta_log").mkdir(parents=True)
    (tmp_path / "table" / "_delta_log" / "0.json").write_text("{}")
    make_frame(3).to_parquet(tmp_path / "table" / "a.parquet")
    refuse(tmp_path / "table", "Delta")


def test_other_columns_and_types_are_named(tmp_path):
    make_frame(3).to_parquet(tmp_path / "a.parquet")
    make_frame(3).rename(columns={"text": "body"}).to_parquet(tmp_path / "b.parquet")
    refuse(tmp_path, "a.parquet", "b.parquet", "body")
    pd.DataFrame({"text": [1, 2, 3], "feeling": ["x"] * 3}).to_parquet(tmp_path / "b.parquet")
    make_frame(3)[["text", "feeling"]].to_parquet(tmp_path / "a.parquet")
    refuse(tmp_path, "text", "int64")


def test_files_that_vanish_or_grow_meanwhile_are_noticed(parts):
    found = find(parts)
    make_frame(40).to_parquet(parts / "part 1.parquet")
    with pytest.raises(CorpusError, match="part 1"):
        read_found(found)
    (parts / "part 1.parquet").unlink()
    with pytest.raises(CorpusError, match="part 1"):
        read_found(found)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "x.csv")
    refuse(tmp_path / "x.csv", "x.csv", "neither")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="every file may be read")
def test_a_file_without_permission_is_named(parts):
    (parts / "part 1.parquet").chmod(0)
    refuse(parts, "part 1", "permission")


def test_reading_can_be_stopped(parts):
    def stop(stage, done, total):
        if stage == "Reading" and done:
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        read_found(find(parts), report=stop)


def test_the_first_rows_are_read_alone(tmp_path, parts):
    assert first_rows(find(parts)).frame["text"].tolist() == make_frame(30)["text"].tolist()[:10]
    make_frame(20).to_csv(tmp_path / "x.csv", index=False)
    assert len(first_rows(find(tmp_path / "x.csv")).frame) == 20


def test_only_whole_lines_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FIRST_BYTES", 400)
    frame = make_frame(40)
    frame.to_csv(tmp_path / "x.csv.gz", index=False)
    seen = first_rows(find(tmp_path / "x.csv.gz")).frame["text"].tolist()
    assert 0 < len(seen) < 40 and seen == frame["text"].tolist()[: len(seen)]


def test_more_than_memory_holds_is_refused_before_it_is_read(tmp_path, monkeypatch, parts):
    make_frame(20).to_csv(tmp_path / "x.csv", index=False)
    monkeypatch.setattr(module, "MOST_TEXT_BYTES", 100)
    refuse(tmp_path / "x.csv", "Parquet")
