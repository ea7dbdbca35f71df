import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.__main__ import main
from core.batch.one_file import load_step
from pages.common import cache
from tests.core.batch.conftest import write
from tests.support.tiny_models import save_sentence_model


def batch(capsys, *arguments):
    load_step.cache_clear()
    status = main(["batch", *map(str, arguments)])
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def folder(tmp_path):
    for name in "abc":
        write(tmp_path / "in" / f"{name}.parquet", [f"{name} late van", "a lovely dish", ""], stars=[1, 2, 3])
    return tmp_path


def test_the_whole_way_from_texts_to_labels(folder, words, labelled, capsys):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    out = folder / "vectors"
    status, said, _ = batch(capsys, "encode", folder / "in", out, "--encoder", "words", "--shard", "1/2")
    assert status == 0 and "2 files of 3: 0 done before, 2 to do" in said and "column “text”" in said
    assert sorted(file.name for file in out.iterdir()) == ["a.parquet", "c.parquet"]
    status, said, wrong = batch(capsys, "verify", folder / "in", out)
    assert status == 1 and "b.parquet: missing" in wrong and "1 of 3 files missing, 0 wrong" in wrong
    status, said, _ = batch(capsys, "encode", folder / "in", out, "--encoder", "words")
    assert (
        status == 0 and "2 done before, 1 to do" in said and "1 file done: 3 rows, 1 of them without" in said
    )
    status, said, _ = batch(capsys, "verify", folder / "in", out)
    assert status == 0 and "3 files complete: 9 rows" in said
    status, said, _ = batch(capsys, "export", labelled, folder / "a.safetensors")
    assert status == 0 and "2 labels" in said
    status, said, _ = batch(capsys, "apply", folder / "a.safetensors", out, folder / "results")
    assert status == 0 and "Applying “by feeling” to the vectors" in said and "counts alone" in said
    found = pd.read_parquet(folder / "results")
    assert len(found) == 9 and found["label"].notna().sum() == 6


def test_what_failed_is_listed_at_the_end(folder, words, capsys):
    pq.write_table(pa.table({"id": [1], "body": ["x"]}), folder / "in" / "b.parquet")
    status, said, wrong = batch(capsys, "encode", folder / "in", folder / "out", "--encoder", "words")
    assert status == 1 and "2 of 3  b.parquet  failed" in said and "2 files done" in said
    assert wrong.index("“b.parquet” has no column “text”") < wrong.index("1 file of 3 failed")


def test_columns_are_chosen_by_the_first_file_for_all(folder, words, capsys):
    for name in "abc":
        table = pq.read_table(folder / "in" / f"{name}.parquet").rename_columns(["ticket", "body", "stars"])
        codes = pa.array(["x1", "x2", "x3"])
        pq.write_table(table.append_column("code", codes), folder / "in" / f"{name}.parquet")
    status, said, _ = batch(capsys, "encode", folder / "in", folder / "out", "--encoder", "words")
    assert status == 0 and "column “body”" in said and "numbers of the rows" in said
    more = ["--encoder", "words", "--id", "ticket", "--text", "code"]
    assert batch(capsys, "encode", folder / "in", folder / "out2", *more)[0] == 0
    assert pd.read_parquet(folder / "out2")["id"].tolist() == [0, 1, 2] * 3
    for option, column in (("--id", "nothing"), ("--text", "stars")):
        status, _, wrong = batch(capsys, "encode", folder / "in", folder / "out3", option, column)
        assert status == 1 and f"“{column}” " in wrong and not (folder / "out3").exists()


def test_an_encoder_that_cannot_do_it_stops_before_the_work(folder, words, capsys):
    status, _, wrong = batch(capsys, "encode", folder / "in", folder / "out", "--encoder", "words", "--views")
    assert status == 1 and "leave --views out" in wrong and not (folder / "out").exists()


@pytest.mark.parametrize(
    "arguments", [["--shard", "0/3"], ["--shard", "4/3"], ["--shard", "x"], ["--cpus", "-1"]]
)
def test_numbers_that_are_none_are_refused(folder, arguments, capsys):
    with pytest.raises(SystemExit):
        batch(capsys, "encode", folder / "in", folder / "out", *arguments)
    assert "needed" in capsys.readouterr().err


@pytest.mark.model
def test_a_real_encoder_gives_vectors_and_views(folder, tmp_path, capsys):
    model = save_sentence_model(tmp_path)
    more = ["--encoder", model, "--dtype", "float16"]
    status, _, wrong = batch(capsys, "encode", folder / "in", folder / "out", *more)
    assert status == 0, wrong
    table = pq.read_table(folder / "out" / "a.parquet")
    assert table.schema.field("vector").type == pa.list_(pa.float16(), 32) and table["vector"].null_count == 1
    said = table.schema.metadata[b"refract"].decode()
    assert '"encoder_commit": "files:' in said
    assert '"dtype": "float16"' in said and '"encoder_key"' in said and '"source"' in said
