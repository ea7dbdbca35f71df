"""The guide to vector stores, run as it stands where they are installed: requirements-ecosystem.txt."""

import re

import numpy as np
import pytest

from core.api import read_export_source
from core.export import export_files, source_table
from pages.common import cache
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "vector-stores.md").read_text(encoding="utf-8")
SECTIONS = {part.splitlines()[0].strip("# "): part for part in GUIDE.split("\n## ")}
BEGINNING = next(iter(SECTIONS))
NEEDED = {
    "LanceDB": ["lancedb"],
    "Qdrant": ["qdrant_client"],
    "DuckDB": ["duckdb"],
    "PostgreSQL with pgvector": ["psycopg", "pgvector", "pgserver"],
}


def code(section):
    return "\n".join(re.findall(r"```python\n(.*?)```", SECTIONS[section], re.DOTALL))


@pytest.fixture
def folder(store, prepared, labelled, tmp_path, monkeypatch):
    """A folder with the exported vectors."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    source = read_export_source(store, prepared, labelled)
    file = next(file for file in export_files(source, source_table(source)) if file.kind == "vectors")
    with (tmp_path / "vectors.parquet").open("wb") as written:
        file.write(written)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nearest(vectors, texts):
    cosines = vectors @ vectors[0]
    order = np.argsort(-cosines)[:3]
    return [texts[row] for row in order], cosines[order]


@pytest.mark.parametrize("section", NEEDED)
def test_each_store_finds_the_nearest_texts(section, folder):
    for module in NEEDED[section]:
        pytest.importorskip(module)
    names = {}
    if "pgserver" in NEEDED[section]:
        import pgserver

        server = pgserver.get_server(folder / "postgres")
        names["POSTGRES"] = server.get_uri()
    exec(code(BEGINNING), names)
    exec(code(section), names)
    table = names["table"]
    vectors = np.array(table["vector"].to_pylist(), dtype=np.float32)
    texts, cosines = nearest(vectors, table["text"].to_pylist())
    found = names["found"]
    pairs = {
        "LanceDB": lambda: [
            (text, 1 - far) for text, far in zip(found["text"], found["_distance"], strict=True)
        ],
        "Qdrant": lambda: [(point.payload["text"], point.score) for point in found],
        "DuckDB": lambda: found.fetchall(),
        "PostgreSQL with pgvector": lambda: found,
    }[section]()
    assert [text for text, _ in pairs] == texts
    np.testing.assert_allclose([cosine for _, cosine in pairs], cosines, atol=1e-5)
