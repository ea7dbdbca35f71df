"""An analysis opens in another data folder as it was saved."""

import json
import threading
import zipfile

import numpy as np
import pandas as pd
import pytest

from core.encoders import precomputed_name
from core.errors import StoreError
from core.storage import (
    Store,
    find_precomputed,
    has_fit,
    load_findings,
    load_fit,
    load_hierarchy,
    load_space,
    load_word_table,
)
from core.storage.analysis_file import measure_sizes, open_analysis, save_analysis, write_analysis
from core.storage.analysis_file.record import read_record
from tests.support.saved_analysis import N, add_fit, fill, make_corpus, make_space


def results_of(store, corpus_key):
    """The content of every result, without the checksums; the labels of a Fit are known by other ids."""
    found = {}
    for path in sorted(store.results(corpus_key).folder.iterdir()):
        content = path.read_bytes()
        if path.name.endswith(".labels.json"):
            content = json.dumps(json.loads(content[:-17]) | {"label_ids": []}).encode()
        found[path.name] = content
    return found


def record_of(store, analysis_id):
    with store.locked() as connection:
        return read_record(connection, analysis_id)[0]


def everything(store):
    known = ("refract.sqlite", "in-use.lock")
    found = (path for path in sorted(store.home.rglob("*")) if path.is_file())
    return {path: path.read_bytes() for path in found if not path.name.startswith(known)}


def test_everything_is_there_byte_for_byte(here, there, file):
    found = open_analysis(there, file)
    assert found.is_new and found.notes == ()
    key = found.corpus_key
    assert results_of(there, key) == results_of(here, key)
    assert record_of(there, found.analysis_id) == record_of(here, here.analysis_id)
    old, new = here.corpus_entry(key), there.corpus_entry(key)
    assert (new.name, new.text_column, new.n_texts, new.encoder, new.embedding_key) == (
        old.name,
        old.text_column,
        N,
        "words",
        old.embedding_key,
    )
    assert there.analysis(found.analysis_id).fit_key == here.analysis(here.analysis_id).fit_key
    before, after = here.load_corpus(key), there.load_corpus(key)
    assert after.texts.tolist() == before.texts.tolist() and after.source_rows is not None
    pd.testing.assert_frame_equal(after.metadata, before.metadata)
    assert after.left_out.texts.tolist() == before.left_out.texts.tolist()


def test_labels_keep_who_gave_them_and_what_was_undone(here, there, file):
    found = open_analysis(there, file).analysis_id
    pd.testing.assert_frame_equal(there.labels.history(found), here.labels.history(here.analysis_id))
    assert there.labels.read(found).names == ("angry", "kind")
    assert [label.name for label in there.labels.read(found).retired] == ["Ärger", "gone"]
    assert there.labels.read(found).definitions == {"angry": "upset about us, even where polite"}
    there.label_names.restore(found, "gone")
    assert there.labels.read(found).definitions["gone"] == "“is no longer there” 😀"
    there.label_names.restore(found, "Ärger")
    assert there.labels.read(found).label_of(3) == "Ärger"
    assert there.labels.redo(found, "bo") == [5, 6, 1]
    assert there.labels.read(found).label_of(6) == "new"
    assert there.check_labels.redo(found, "bo")
    assert there.check_labels.read(found).n_checked == here.check_labels.read(here.analysis_id).n_checked


def test_the_fit_knows_the_labels_by_their_ids_here(here, there, file):
    for name in ("a", "b", "c"):  # other labels have the first ids
        other = make_corpus()
        there.add_corpus(other)
        there.label_names.add(there.add_analysis(other.key, "other"), name)
    found = open_analysis(there, file)
    fit = load_fit(there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key)
    assert there.label_names.of_ids(found.analysis_id, fit.label_ids) == fit.labels
    results = there.results(found.corpus_key)
    load_findings(results, there.analysis(found.analysis_id).fit_key)
    load_hierarchy(results, fit.space_key)
    load_word_table(results, found.corpus_key)
    assert load_space(results, there.corpus_entry(found.corpus_key).embedding_key).views[0].shape == (N, 3)


def test_a_file_of_a_file_is_the_same(here, there, file, tmp_path):
    found = open_analysis(there, file)
    save_analysis(there, found.analysis_id, tmp_path / "again.refract")
    members = []
    for path in (file, tmp_path / "again.refract"):
        with zipfile.ZipFile(path) as archive:
            members.append(json.loads(archive.read("manifest.json"))["members"])
    assert members[0] == members[1]


def test_other_programs_read_it(file):
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        lines = [json.loads(line) for line in archive.read("label_events.jsonl").splitlines()]
        names = [json.loads(line)["name"] for line in archive.read("labels.jsonl").splitlines()]
        with archive.open("reshaped/map.npy") as member:
            assert np.load(member, allow_pickle=False).shape == (N, 2)
        with archive.open("corpus/corpus.parquet") as member:
            assert pd.read_parquet(member)["0"].iloc[0] == "the crew was kind, day 0"
        about = json.loads(archive.read("analysis.json"))
    assert manifest["version"] == 2 and manifest["made_with"]["numpy"] == np.__version__
    assert (lines[0]["row"], names[lines[0]["label"]], lines[0]["given_by"]) == (0, "kind", "ada")
    assert about["parameters"]["GuidedTransform"]["random_state"] == 0


def test_the_same_analysis_is_recognised_and_nothing_changes(here, there, file):
    first = open_analysis(there, file)
    before = everything(there)
    again = open_analysis(there, file)
    assert (again.analysis_id, again.is_new) == (first.analysis_id, False)
    assert open_analysis(here, file).analysis_id == here.analysis_id
    assert everything(there) == before and len(there.analyses(first.corpus_key)) == 1


def test_a_changed_analysis_comes_beside(here, there, file, tmp_path):
    first = open_analysis(there, file)
    there.labels.give(first.analysis_id, {8: "angry"}, "cleo")
    kept = record_of(there, first.analysis_id)
    here.labels.give(here.analysis_id, {9: "kind"}, "ada")
    save_analysis(here, here.analysis_id, tmp_path / "changed.refract")
    changed = open_analysis(there, tmp_path / "changed.refract")
    assert changed.is_new and changed.analysis_id != first.analysis_id
    assert record_of(there, first.analysis_id) == kept
    assert there.labels.read(changed.analysis_id).label_of(9) == "kind"
    # The file of before is no longer what is here.
    assert open_analysis(there, file).is_new and len(there.analyses(first.corpus_key)) == 3


def test_lost_results_of_the_same_analysis_come_back(there, file):
    found = open_analysis(there, file)
    key = there.analysis(found.analysis_id).fit_key
    (there.results(found.corpus_key).folder / f"{key}.map.npy").unlink()
    again = open_analysis(there, file)
    assert (again.analysis_id, again.is_new) == (found.analysis_id, False)
    fit = load_fit(there.results(found.corpus_key), key)
    assert there.label_names.of_ids(found.analysis_id, fit.label_ids) == fit.labels


def test_results_that_are_here_stay_and_it_is_said(here, tmp_path, file):
    other = Store(tmp_path / "other")
    fill(other, seed=5)  # the same keys, computed on another processor
    before = everything(other)
    found = open_analysis(other, file)
    assert found.is_new and len(found.notes) == 2
    assert "generic map" in found.notes[0] and "reshaped map" in found.notes[1]
    assert {path: everything(other)[path] for path in before} == before


def test_a_corpus_with_another_encoder_keeps_it(there, file):
    fill(there, encoder="asking")
    found = open_analysis(there, file)
    entry = there.corpus_entry(found.corpus_key)
    assert entry.encoder == "asking" and "encoded with asking here" in found.notes[0]
    assert there.labels.read(found.analysis_id).label_of(0) == "kind"
    assert has_fit(there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key)


def test_without_texts_it_opens_where_the_corpus_is(here, there, tmp_path):
    path = tmp_path / "small.refract"
    save_analysis(here, here.analysis_id, path, with_texts=False)
    with zipfile.ZipFile(path) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
        assert not {name for name in archive.namelist() if name.startswith(("corpus/", "words/"))}
    assert b"parcel" not in content and b'"late"' not in content
    with pytest.raises(StoreError, match=r"its corpus is not here: add “letters.csv” \(12 texts"):
        open_analysis(there, path)
    assert there.corpora() == [] and everything(there) == {}
    there.add_corpus(make_corpus())
    found = open_analysis(there, path)
    fit = load_fit(there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key)
    assert fit.labels == ["angry", "kind"] and there.corpus_entry(found.corpus_key).encoder == "words"


def test_without_vectors_the_maps_wait_for_them(here, there, tmp_path):
    path = tmp_path / "small.refract"
    save_analysis(here, here.analysis_id, path, with_vectors=False)
    found = open_analysis(there, path)
    results, key = there.results(found.corpus_key), there.analysis(found.analysis_id).fit_key
    embedding = there.corpus_entry(found.corpus_key).embedding_key
    assert not has_fit(results, key)
    old = here.results(found.corpus_key)
    for each in (key, embedding):  # as encoding and reshaping again would do
        results.save_array(f"{each}.vectors", old.load_array(f"{each}.vectors"))
    assert has_fit(results, key)
    assert load_fit(results, key).space.map.tobytes() == load_fit(old, key).space.map.tobytes()


def test_precomputed_vectors_can_be_used_again(here, there, tmp_path):
    corpus = make_corpus()
    entry = here.corpus_entry(corpus.key)
    name = precomputed_name("own.npy", "a" * 24)
    here.set_encoding(corpus.key, name, entry.embedding_key)
    save_analysis(here, here.analysis_id, tmp_path / "own.refract")
    open_analysis(there, tmp_path / "own.refract")
    assert find_precomputed(there.results(corpus.key), name) == "a" * 24


def test_an_analysis_without_a_map_is_saved_too(here, there, tmp_path):
    corpus = make_corpus()
    other = here.add_analysis(corpus.key, "by topic")
    save_analysis(here, other, tmp_path / "topic.refract")
    found = open_analysis(there, tmp_path / "topic.refract")
    assert there.analysis(found.analysis_id).instruction == "by topic"
    assert there.analysis(found.analysis_id).fit_key is None


def test_a_fit_of_re_encoded_texts_brings_its_space(here, there, tmp_path):
    corpus = make_corpus()
    key, space_key = "b" * 24, "c" * 24
    add_fit(here, corpus.key, here.analysis_id, key, make_space(9))
    results = here.results(corpus.key)
    document = results.load_document(f"{key}.labels") | {"space_key": space_key}
    results.save_document(f"{key}.labels", document)
    for part in ("vectors", "neighbours", "similarities", "map"):
        results.link_array(f"{key}.{part}", f"{space_key}.{part}")
        (results.folder / f"{key}.{part}.npy").unlink()
    results.save_document(f"{space_key}.answers", ["late"] * N)
    here.set_fit(here.analysis_id, key, here.corpus_entry(corpus.key).embedding_key)
    save_analysis(here, here.analysis_id, tmp_path / "reading.refract")
    found = open_analysis(there, tmp_path / "reading.refract")
    opened = load_fit(there.results(found.corpus_key), key)
    assert opened.space_key == space_key
    assert there.results(corpus.key).load_document(f"{space_key}.answers") == ["late"] * N


def test_two_at_once_add_it_once(there, file):
    found = []
    threads = [threading.Thread(target=lambda: found.append(open_analysis(there, file))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(each.is_new for each in found) == [False, True]
    assert len(there.analyses(found[0].corpus_key)) == 1


def test_an_upload_is_opened_from_memory_and_sizes_are_known(here, there, file):
    with file.open("rb") as content:
        assert open_analysis(there, content, shown="up.refract").is_new
    sizes = measure_sizes(here, here.analysis_id)
    assert sizes.texts > 1_000 and sizes.vectors > 500 and sizes.others > 5_000


def test_a_removed_analysis_or_a_damaged_part_is_not_saved(here, tmp_path):
    key = here.analysis(here.analysis_id).fit_key
    path = here.results(make_corpus().key).folder / f"{key}.change.npy"
    content = bytearray(path.read_bytes())
    content[140] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged"):
        save_analysis(here, here.analysis_id, tmp_path / "a.refract")
    assert not (tmp_path / "a.refract").exists()
    here.delete_analysis(here.analysis_id)
    with pytest.raises(StoreError, match="was removed"), (tmp_path / "b").open("wb") as target:
        write_analysis(here, here.analysis_id, target)
