"""Parquet files, and encoders without models."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.batch import encode
from core.batch.one_file import load_step
from tests.conftest import load_words


def write(path, texts, ids=None, **columns):
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = list(texts)
    ids = range(len(texts)) if ids is None else ids
    table = pa.table({"id": pa.array(list(ids)), "text": pa.array(texts, pa.string()), **columns})
    pq.write_table(table, path)


def rows_of(folder):
    """(id, vector) of each row of all files, by name of the file."""
    tables = [pq.read_table(file) for file in sorted(folder.rglob("*.parquet"))]
    return [(row["id"], row["vector"]) for table in tables for row in table.to_pylist()]


@pytest.fixture
def words(monkeypatch):
    """Encoders without models, by name."""
    load_step.cache_clear()
    monkeypatch.setattr(encode, "load_encoder", load_words)
    yield
    load_step.cache_clear()
