"""The dataset folder: a card and a Parquet file, as the library `datasets` reads them."""

import io
import zipfile

import pandas as pd
import pytest

from core.export.dataset_folder import write_dataset

TABLE = pd.DataFrame({"row": [0, 1], "text": ["a: “b”", "c"], "predicted_label": ["x", None]})


def written(folder="letters-dataset", title="by what: the “customer” feels"):
    file = io.BytesIO()
    write_dataset(TABLE, file, folder=folder, title=title, made_by={"encoder": "minilm"})
    return zipfile.ZipFile(file)


def test_the_folder_holds_a_card_and_the_table():
    archive = written()
    assert archive.namelist() == ["letters-dataset/README.md", "letters-dataset/data/texts.parquet"]
    table = pd.read_parquet(io.BytesIO(archive.read("letters-dataset/data/texts.parquet")))
    pd.testing.assert_frame_equal(table, TABLE, check_dtype=False)
    head = archive.read("letters-dataset/README.md").decode().split("---\n")[1]
    assert 'pretty_name: "by what: the “customer” feels"' in head and "path: data/texts.parquet" in head


def test_the_library_loads_it_by_its_card(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    written().extractall(tmp_path)
    loaded = datasets.load_dataset(str(tmp_path / "letters-dataset"), split="train", cache_dir=tmp_path / "c")
    assert loaded.to_pandas()["text"].tolist() == TABLE["text"].tolist()
