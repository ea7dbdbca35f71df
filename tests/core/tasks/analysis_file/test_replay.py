"""A saved analysis comes out the same again, or what differs is said."""

import json

import numpy as np
import pytest

from core.__main__ import main
from core.errors import StoreError
from core.storage import Store, has_fit, load_fit
from core.storage.analysis_file import open_analysis, save_analysis
from core.tasks.analysis_file import Compared, Replay, replay
from core.tasks.fit import fit
from core.tasks.prepare import prepare
from core.transforms import Method
from tests.support.saved_analysis import check_at_once, rewrite

pytestmark = pytest.mark.model


def nothing(*progress):
    pass


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    check_at_once(monkeypatch)


@pytest.fixture
def saved(store, labelled, tmp_path):
    """Fit the labelled analysis by a method, and return the path of its file."""

    def run(method=Method(), **choices):  # noqa: B008
        store.set_method(labelled, method)
        fit(store, nothing, analysis_id=labelled)
        save_analysis(store, labelled, tmp_path / "a.refract", **choices)
        return tmp_path / "a.refract"

    return run


@pytest.mark.parametrize("method", [Method(), Method("gstransform"), Method("reencode", "asking")])
def test_the_same_bytes_come_out_here(saved, method):
    found = replay(saved(method))
    assert found.is_identical and found.not_as_there == ()
    assert found.sentences() == [
        "The same bytes came out: vectors, places on the map, probabilities, predicted labels."
    ]


def test_texts_are_not_needed(saved):
    assert replay(saved(with_texts=False)).is_identical


def test_what_differs_is_said_with_the_reason(saved, tmp_path, capsys):
    path = saved()

    def moved(name, content):
        if name != "reshaped/map.npy":
            return content
        changed = bytearray(content)
        places = np.frombuffer(changed, np.float32, offset=128)
        places[:10] += np.float32(0.5)
        return bytes(changed)

    about = {"made_with": {"numpy": "1.0", "processor": "another"}}
    bad = rewrite(path, tmp_path / "moved.refract", moved, manifest=about)
    found = replay(bad)
    by_name = {part.name: part for part in found.parts}
    assert by_name["vectors"].is_identical and not by_name["places on the map"].is_identical
    assert by_name["places on the map"].share == pytest.approx(5 / 60)
    said = " ".join(found.sentences())
    assert "places on the map of 8 % of the texts differ" in said and "numpy (1.0 in the file" in said
    with pytest.raises(SystemExit) as ended:
        main(["analysis", "replay", str(bad), "--json"])
    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)["is_identical"] is False


def test_without_a_reason_in_the_file_an_earlier_version_is_named():
    parts = (Compared("predicted labels", is_identical=False, largest=1.0, share=0.1),)
    assert "by an earlier version" in Replay(parts, ()).sentences()[1]
    assert Replay(parts, ()).sentences()[0] == "The predicted labels of 10 % of the texts differ."


def test_a_file_without_vectors_or_without_a_map_is_refused(store, saved, prepared, tmp_path):
    with pytest.raises(StoreError, match="saved without its vectors"):
        replay(saved(with_vectors=False))
    save_analysis(store, store.add_analysis(prepared, "new"), tmp_path / "new.refract")
    with pytest.raises(StoreError, match="no reshaped map"):
        replay(tmp_path / "new.refract")


@pytest.mark.parametrize("method", [Method(), Method("reencode", "asking")])
def test_vectors_that_were_left_out_are_computed_and_the_maps_stay(
    home, store, saved, prepared, tmp_path, method
):
    path = saved(method, with_vectors=False)
    old = load_fit(store.results(prepared), store.analyses(prepared)[0].fit_key)
    there = Store(tmp_path / "there")
    found = open_analysis(there, path)
    kept = there.results(found.corpus_key).folder
    files = {each.name: each.read_bytes() for each in kept.glob("*map*.npy")}
    files |= {each.name: each.read_bytes() for each in kept.glob("*.leaves.npy")}
    prepare(there, nothing, corpus_key=found.corpus_key, encoder="words")
    fit(there, nothing, analysis_id=found.analysis_id)
    analysis = there.analysis(found.analysis_id)
    assert has_fit(there.results(found.corpus_key), analysis.fit_key)
    new = load_fit(there.results(found.corpus_key), analysis.fit_key)
    np.testing.assert_array_equal(new.space.vectors, old.space.vectors)
    np.testing.assert_array_equal(new.space.map, old.space.map)
    assert {name: (kept / name).read_bytes() for name in files} == files


def test_the_commands(store, saved, labelled, tmp_path, capsys):
    saved()
    home, file = ["--home", str(store.home)], str(tmp_path / "b.refract")
    assert main(["analysis", "save", "by feeling", file, *home]) == 0
    assert "“by feeling” is in" in capsys.readouterr().out
    there = ["--home", str(tmp_path / "there")]
    assert main(["analysis", "open", file, *there, "--json"]) == 0
    opened = json.loads(capsys.readouterr().out)
    assert opened["is_new"] and Store(tmp_path / "there").analysis(opened["analysis_id"]).fit_key
    assert main(["analysis", "open", file, *there]) == 0
    assert "“by feeling” is here already in" in capsys.readouterr().out
    assert main(["analysis", "replay", file]) == 0
    assert "The same bytes came out" in capsys.readouterr().out
    assert main(["analysis", "save", "by colour", file, *home]) == 1
    assert f"name one of {labelled} (“by feeling” of letters.csv)" in capsys.readouterr().err
    copy = store.copy_analysis(labelled)
    assert main(["analysis", "save", "by feeling", file, *home]) == 1
    assert "Several analyses are called “by feeling”" in capsys.readouterr().err
    assert main(["analysis", "save", str(copy), file, "--without-texts", *home]) == 0
    assert main(["analysis", "open", str(tmp_path / "none.refract"), *there]) == 1
