"""Results that are deleted, cut or changed on disk are computed again, and no other ones are ever shown."""

import shutil

import numpy as np
import pytest

from core.corpus import read_words, table_words
from core.errors import StoreError
from core.maps.clusters import map_hierarchy
from core.neighbours import Graph
from core.storage import (
    ArtifactStore,
    encode_corpus,
    has_fit,
    has_graph,
    has_hierarchy,
    has_word_table,
    load_fit,
    load_graph,
    load_hierarchy,
    load_space,
    load_word_table,
    save_graph,
    save_hierarchy,
    save_word_table,
)
from pages.common import cache
from tests.conftest import WordEncoder

TEXTS = ["a long delivery", "a long wait", "wait for delivery", "a long delivery"]
HARMS = {
    "deleted": None,
    "empty": lambda content: b"",
    "half": lambda content: content[: len(content) // 2],
    "flipped": lambda content: content[:-30] + bytes([content[-30] ^ 4]) + content[-29:],
}


def harm(path, kind):
    if HARMS[kind] is None:
        path.unlink()
    else:
        path.write_bytes(HARMS[kind](path.read_bytes()))


@pytest.mark.parametrize("kind", HARMS)
def test_a_damaged_part_of_an_interrupted_encoding_is_encoded_again(tmp_path, monkeypatch, kind):
    monkeypatch.setattr("core.storage.embeddings.LARGE_PART_SIZE", 2)
    results, encoded = ArtifactStore(tmp_path), []
    texts = [f"text {number}" for number in range(6)]

    class Encoder(WordEncoder):
        def encode(self, texts, *, instruction=None, progress=None):
            if len(encoded) == 4:
                raise KeyboardInterrupt
            encoded.extend(texts)
            return super().encode(texts)

    with pytest.raises(KeyboardInterrupt):
        encode_corpus(results, "k", texts, Encoder())
    harm(tmp_path / "k.part0.vectors.npy", kind)
    encoded.clear()
    encode_corpus(results, "k", texts, Encoder())
    assert encoded == ["text 0", "text 1", "text 4", "text 5"]
    np.testing.assert_array_equal(results.load_array("k.vectors"), WordEncoder().encode(texts))


def of_earlier_version(path):
    """Remove the checksum of a file."""
    path.write_bytes(path.read_bytes()[:-17])


def change(results, key, place, value):
    """Change a number of an array of an earlier version on disk."""
    array = np.array(results.load_array(key))
    array[place] = value
    results.save_array(key, array)
    of_earlier_version(results.folder / f"{key}.npy")


@pytest.mark.parametrize(
    ("part", "place", "value"),
    [
        ("entries", 0, 1 << 30),
        ("entries", 1, -1),
        ("starts", 1, 1 << 40),
        ("starts", 0, -1),
        ("starts", -1, 2),
        ("starts", 2, 0),
        ("pairs", (0, 1), 99),
    ],
)
def test_a_word_table_that_points_outside_is_counted_again(tmp_path, part, place, value):
    results = ArtifactStore(tmp_path)
    save_word_table(results, "k", table_words(read_words(TEXTS), len(TEXTS)))
    load_word_table(results, "k").counts(np.array([0, 1, 0, 1]), 2)
    change(results, f"k.words3.{part}", place, value)
    with pytest.raises(StoreError, match="was damaged and is set aside"):
        load_word_table(results, "k")
    assert not has_word_table(results, "k")


@pytest.mark.parametrize("value", [-1, 3, 1 << 30])
def test_neighbours_that_do_not_exist_are_searched_again(tmp_path, value):
    results = ArtifactStore(tmp_path)
    save_graph(results, "k", Graph(np.array([[1], [2], [0]], np.int32), np.zeros((3, 1), np.float32)))
    change(results, "k.neighbours", (1, 0), value)
    with pytest.raises(StoreError, match="was damaged and is set aside"):
        load_graph(results, "k")
    assert not has_graph(results, "k")


@pytest.mark.parametrize(("field", "value"), [("first", -1), ("size", 99), ("light", 0), ("light", 99)])
def test_a_hierarchy_that_leaves_its_map_is_built_again(tmp_path, field, value):
    results, points = ArtifactStore(tmp_path), np.random.default_rng(0).normal(size=(20, 2))
    save_hierarchy(results, "k", map_hierarchy(points.astype(np.float32)))
    load_hierarchy(results, "k")
    merges = np.array(results.load_array("k.merges"))
    merges[field][3] = value
    results.save_array("k.merges", merges)
    of_earlier_version(tmp_path / "k.merges.npy")
    with pytest.raises(StoreError, match="was damaged and is set aside"):
        load_hierarchy(results, "k")
    assert not has_hierarchy(results, "k")


@pytest.mark.model
@pytest.mark.parametrize("kind", HARMS)
def test_tasks_compute_damaged_results_again(store, prepared, labelled, tmp_path, kind):
    run, results = cache.runner().submit, store.results(prepared)
    run("fit", "x", analysis_id=labelled)
    key, fit_key = store.encoded_corpus(prepared).embedding_key, store.analysis(labelled).fit_key
    generic = np.array(load_space(results, key).map)
    reshaped = np.array(load_fit(results, fit_key).space.map)
    shutil.copytree(results.folder, tmp_path / "sound")
    names = sorted(path.name for path in results.folder.iterdir())
    for name in names[list(HARMS).index(kind) % 3 :: 3]:
        shutil.rmtree(results.folder)
        shutil.copytree(tmp_path / "sound", results.folder)
        harm(results.folder / name, kind)
        for job in (
            run("prepare", "x", corpus_key=prepared, encoder="words"),
            run("fit", "x", analysis_id=labelled),
        ):
            assert (job.status, job.message) == ("done", ""), name
        assert has_fit(results, fit_key), name
        assert np.array_equal(load_space(results, key).map, generic), name
        fit = load_fit(results, fit_key)
        assert np.array_equal(fit.space.map, reshaped) and fit.has_estimators, name
    assert store.labels.read(labelled).n_labels == 12
