"""The tasks of an import, from an address to a corpus."""

import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import read_table
from core.errors import CorpusError, StoreError
from core.storage.imports import imports_of
from core.tasks.imports import FIRST, examine, fetch_texts, files, find_texts, read_texts
from core.tasks.imports.examine import examine_texts
from tests.conftest import make_frame


def quiet(*progress):
    pass


@pytest.fixture
def kept(store):
    return imports_of(store.home, "one")


def run(task, store, **arguments):
    task(store, quiet, import_id="one", **arguments)


def test_files_are_found_looked_at_and_read(store, kept, tmp_path):
    make_frame(30).to_parquet(tmp_path / "letters.parquet")
    run(find_texts, store, address=str(tmp_path / "letters.parquet"))
    assert kept.find_found().n_rows == 30
    assert len(kept.load_table(FIRST).frame) == 30
    run(read_texts, store, table="t", columns=["text", "feeling"])
    assert list(kept.load_table("t").frame.columns) == ["text", "feeling"]
    assert kept.find_examined("t", "text") is None  # the page does this at once


def test_a_server_is_asked_first_and_then_gives_the_files(store, kept, server):
    server.files["/x.csv"] = make_frame(30).to_csv(index=False).encode()
    run(find_texts, store, address=f"{server.url}/x.csv")
    assert kept.find_found().address.host == server.host
    assert kept.find_table(FIRST) is None and not kept.files.exists()
    assert {method for method, _ in server.asked} == {"HEAD"}
    run(fetch_texts, store, address=f"{server.url}/x.csv")
    assert kept.find_found().address.host == "" and len(kept.load_table(FIRST).frame) == 30
    run(read_texts, store, table="t")
    assert kept.load_table("t").name == "x.csv"


def test_a_host_that_was_not_named_is_kept_and_not_asked(store, kept, server):
    server.files["/x.csv"] = (302, {"Location": "http://files.example.org/x.csv"}, b"")
    run(find_texts, store, address=f"{server.url}/x.csv")
    assert kept.find_moved() == "files.example.org" and kept.find_found() is None


def test_a_table_of_many_rows_is_examined_and_built_at_once(store, kept, tmp_path, monkeypatch):
    for module in (examine, files):
        monkeypatch.setattr(module, "MOST_AT_ONCE", 20)
    frame = pd.concat([make_frame(30)] * 2 + [make_frame(1)] * 40)
    frame.to_csv(tmp_path / "x.csv", index=False)
    run(read_texts, store, table="t", address=str(tmp_path / "x.csv"))
    examined = kept.find_examined("t", "text")
    assert examined.report.n_rows == 100 and examined.report.suggests_no_copies
    assert {column.name for column in examined.label_columns} >= {"feeling"}
    corpus = kept.find_corpus("t", "text", True, [])
    table = read_table("x.csv", (tmp_path / "x.csv").read_bytes())
    assert corpus.key == build_corpus(table, "text", leave_out_copies=True).key
    run(examine_texts, store, table="t", text_column="text", copies=False, set_aside=[])
    assert len(kept.find_corpus("t", "text", False, []).texts) == 100


def test_what_cannot_be_read_is_said(store, tmp_path):
    with pytest.raises(CorpusError):
        run(find_texts, store, address=str(tmp_path / "none.csv"))
    with pytest.raises(StoreError):
        run(read_texts, store, table="t")
