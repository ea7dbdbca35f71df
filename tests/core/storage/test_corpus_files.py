"""A corpus whose files are missing, damaged or not to be read for a moment: nothing of it is ever deleted."""

import contextlib
import os
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.corpus import SET_ASIDE, Corpus, LeftOut
from core.errors import StoreError

FILES = ("corpus.parquet", "columns.parquet", "left_out.parquet")


HARMS = {
    "removed": None,
    "empty": lambda content: b"",
    "cut short": lambda content: content[: len(content) // 2],
    "overwritten": lambda content: b"something else" * 100,
    "footer flipped": lambda content: content[:-12] + bytes(byte ^ 255 for byte in content[-12:]),
}


@pytest.fixture
def corpus():
    rng = np.random.default_rng(0)
    texts = np.array([f"text {number} {rng.integers(1_000_000)}" for number in range(500)], dtype=object)
    metadata = pd.DataFrame({"stars": np.arange(500), "text": texts[::-1]})
    left_out = LeftOut(
        np.array(["N/A", texts[7]], dtype=object),
        pd.DataFrame({"stars": [500, 501], "text": ["x", None]}),
        np.array([502, 503]),
        np.array([SET_ASIDE, 7]),
    )
    return Corpus("reviews", texts, metadata, "text", "k1", left_out=left_out)


@pytest.fixture
def folder(store, corpus):
    store.add_corpus(corpus)
    return store.home / "corpora" / "k1"


def same(loaded, corpus):
    parts = [(loaded, corpus), (loaded.left_out, corpus.left_out)]
    return loaded.left_out.copy_of.tolist() == corpus.left_out.copy_of.tolist() and all(
        one.texts.tolist() == other.texts.tolist() and one.metadata.equals(other.metadata)
        for one, other in parts
    )


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_file_is_named_and_put_back(store, corpus, folder, name, harm):
    before = contents(folder)
    if harm == "removed":
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(HARMS[harm](before[name]))
    harmed = contents(folder)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"“reviews” is (missing|damaged).*try again.*labels are kept"):
            store.load_corpus("k1")
        assert contents(folder) == harmed
    (folder / name).write_bytes(before[name])
    assert same(store.load_corpus("k1"), corpus)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", HARMS)
def test_the_next_upload_mends_it_and_the_labels_are_there(store, corpus, folder, name, harm):
    analysis = store.add_analysis("k1", "by stars")
    store.label_names.add(analysis, "good")
    store.labels.give(analysis, {3: "good"}, "ada")
    (folder / name).unlink() if harm == "removed" else (folder / name).write_bytes(
        HARMS[harm]((folder / name).read_bytes())
    )
    store.add_corpus(corpus)
    assert same(store.load_corpus("k1"), corpus)
    assert store.labels.read(analysis).codes[3] == 0


def test_source_rows_and_descriptions_come_back_and_follow_the_latest_upload(store, corpus):
    store.add_corpus(corpus)
    assert store.load_corpus("k1").source_rows is None
    again = replace(corpus, source_rows=np.arange(2, 502), descriptions={"stars": "How many stars?"})
    store.add_corpus(again)
    loaded = store.load_corpus("k1")
    assert same(loaded, corpus)
    assert loaded.source_rows.tolist() == list(range(2, 502))
    assert loaded.descriptions == {"stars": "How many stars?"}


def test_rows_left_out_come_back_and_follow_the_latest_upload(store, corpus):
    store.add_corpus(corpus)
    assert store.count_left_out("k1") == 2
    moved = replace(
        corpus,
        source_rows=np.arange(500),
        left_out=replace(corpus.left_out, source_rows=np.array([602, 603])),
    )
    store.add_corpus(moved)
    loaded = store.load_corpus("k1")
    assert same(loaded, corpus) and loaded.left_out.source_rows.tolist() == [602, 603]


def test_a_corpus_without_rows_left_out_has_no_file_of_them(store, corpus):
    store.add_corpus(replace(corpus, left_out=None))
    assert not (store.home / "corpora" / "k1" / "left_out.parquet").exists()
    assert store.load_corpus("k1").left_out is None and store.count_left_out("k1") == 0


@pytest.mark.skipif(os.name == "nt", reason="no limit of open files to lower")
def test_too_many_open_files_lose_nothing(store, corpus, folder):
    import resource

    store.load_corpus("k1")  # imports and connections need files too
    results = store.results("k1")
    results.save_array("key", np.arange(3))
    before = contents(folder)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = contextlib.ExitStack()
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(256, limits[0]), limits[1]))
        with pytest.raises(OSError, match="Too many open files"):
            while True:
                opened.enter_context(open(os.devnull))  # noqa: SIM115
        with pytest.raises(StoreError, match=r"“reviews” cannot be read now \(Too many open files\)"):
            store.load_corpus("k1")
        with pytest.raises(StoreError, match=r"cannot be read now \(Too many open files\)"):
            results.load_array("key")
    finally:
        opened.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert contents(folder) == before
    assert same(store.load_corpus("k1"), corpus)
    assert results.load_array("key").tolist() == [0, 1, 2]
