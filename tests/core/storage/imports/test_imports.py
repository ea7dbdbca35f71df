"""What is kept of an import."""

import os
import time

import numpy as np
import pandas as pd
import pytest

from core.corpus import build_corpus, examine
from core.corpus.sources import find_source, parse_address
from core.corpus.sources.found_files import FoundFile, FoundFiles
from core.corpus.tables import ReadOptions, read_table
from core.errors import StoreError
from core.labels import columns_with_labels
from core.storage.imports import Examined, imports_of
from tests.conftest import make_frame


def quiet(*progress):
    pass


@pytest.fixture
def kept(tmp_path):
    return imports_of(tmp_path, "one")


def test_a_table_comes_back_as_it_was(kept):
    frame = make_frame(30).assign(
        when=pd.Timestamp("2024-01-31"), whole=pd.array([1, None, 3] * 10, "Int64"), half=0.5
    )
    frame.insert(0, "vector", [str(row) for row in np.eye(8).tolist() * 4][:30])
    content = frame.to_csv(index=False, sep=";").encode()
    table = read_table("x.csv", content, options=ReadOptions(encoding="utf-8"))
    kept.save_table("t", table)
    again = kept.load_table("t")
    pd.testing.assert_frame_equal(again.frame, table.frame)
    assert again.key_columns.keys() == table.key_columns.keys() != set()
    for name, column in table.key_columns.items():
        pd.testing.assert_series_equal(again.key_columns[name], column)
    np.testing.assert_array_equal(again.vectors["vector"], table.vectors["vector"])
    np.testing.assert_array_equal(again.source_rows, table.source_rows)
    assert (again.name, again.encoding, again.notes) == (table.name, table.encoding, table.notes)
    assert (again.used, again.choices) == (table.used, table.choices)
    assert build_corpus(again, "text").key == build_corpus(table, "text").key


def test_a_table_that_is_gone_is_said(kept):
    assert kept.find_table("t") is None
    with pytest.raises(StoreError):
        kept.load_table("t")


def test_a_report_and_a_corpus_come_back(kept):
    frame = pd.concat([make_frame(30), make_frame(5)]).assign(text=lambda each: each["text"])
    frame.loc[len(frame)] = ["N/A", *frame.iloc[0, 1:]]
    table = read_table("x.csv", frame.to_csv(index=False).encode())
    columns = tuple(columns_with_labels(table.frame.drop(columns="text")))
    examined = Examined(examine(table, "text"), columns)
    kept.save_examined("t", "text", examined)
    assert kept.find_examined("t", "text") == examined
    assert kept.find_examined("t", "other") is None
    corpus = build_corpus(table, "text", leave_out_copies=True, set_aside=frozenset(["N/A"]))
    assert kept.find_corpus("t", "text", True, ["N/A"]) is None
    kept.save_corpus("t", "text", True, ["N/A"], corpus)
    again = kept.find_corpus("t", "text", True, ["N/A"])
    assert (again.key, again.name, len(again.left_out)) == (corpus.key, corpus.name, len(corpus.left_out))
    assert again.texts.tolist() == corpus.texts.tolist()
    assert kept.find_corpus("t", "text", False, ["N/A"]) is None


def test_secrets_of_an_address_are_not_kept(kept, tmp_path):
    address = parse_address("https://me:secret@example.org/x.csv?token=secret")
    kept.save_found(FoundFiles(address, (FoundFile(address.path, "x.csv", 3),), ".csv"))
    found = kept.find_found()
    assert (found.address.host, found.files[0].name, found.files[0].size) == ("example.org", "x.csv", 3)
    assert not any(b"secret" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


def test_files_of_this_machine_come_back(kept, tmp_path):
    make_frame(4).to_parquet(tmp_path / "ä b.parquet")
    found = find_source(parse_address(tmp_path / "ä b.parquet"), quiet)
    kept.save_found(found)
    assert kept.find_found() == found


def test_an_import_that_nobody_used_for_a_day_is_removed(kept, tmp_path):
    kept.save_moved("example.org")
    other = imports_of(tmp_path, "two")
    other.save_moved("example.org")
    past = time.time() - 2 * 24 * 3_600
    for path in (kept.folder, kept.folder / "moved.json"):
        os.utime(path, (past, past))
    imports_of(tmp_path, "three")
    assert not kept.folder.exists() and other.find_moved() == "example.org"
    other.drop()
    assert other.find_moved() == ""
