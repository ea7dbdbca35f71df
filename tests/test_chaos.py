"""The kill loop and the fault table run tiny, and see what is lost, doubled, broken or not said."""

import json
from dataclasses import replace

import pytest

from benchmarks.chaos import __main__ as chaos
from benchmarks.chaos.faults import run_faults
from benchmarks.chaos.kills import KINDS, run_kind
from benchmarks.speed.people import Person, compare
from core.storage import Store
from tests.support import careless

pytestmark = pytest.mark.model


def kill(act, tmp_path):
    kind = replace(KINDS["labelling"], act=act, n_actors=1, seconds=3.0)
    return run_kind("careless", kind, tmp_path / "home", 2, 1, tmp_path / "journal")


def test_kills_of_writers_lose_nothing(tmp_path):
    out = tmp_path / "chaos.json"
    kinds = ["labelling", "decisions", "encoding", "migrating", "sharing"]
    found = chaos.main(
        ["--kills", "5", "--parts", "kills", "--kinds", *kinds, "--seed", "1", "--out", str(out)]
    )
    written = json.loads(out.read_text(encoding="utf-8"))
    assert written["kills"] == sum(kind["kills"] for kind in written["kinds"].values()) >= 4
    assert written["labels_written"] > 0 and chaos.is_sound(found)
    assert written["labels_lost"] == written["stores_corrupt"] == 0
    assert all(not kind["lost"] for kind in written["kinds"].values()), written["kinds"]


def test_kills_of_fits_and_exports_lose_nothing(tmp_path):
    small = ["--kills", "2", "--parts", "kills", "--kinds", "fitting", "exporting", "--seed", "1"]
    found = chaos.main([*small, "--out", str(tmp_path / "chaos.json")])
    assert chaos.is_sound(found), found


def test_a_label_that_was_acknowledged_and_is_missing_is_seen(tmp_path):
    tally = kill(careless.say_too_early, tmp_path)
    assert tally.labels_lost >= tally.labels_written > 0


def test_a_label_that_is_there_twice_is_seen(tmp_path):
    assert kill(careless.give_twice, tmp_path).labels_lost > 0


def test_a_store_that_is_not_sound_is_seen(tmp_path):
    assert kill(careless.break_file, tmp_path).corrupt > 0


@pytest.mark.parametrize("act", [careless.keep_a_share, careless.move_nowhere])
def test_a_share_that_was_taken_back_and_a_corpus_that_is_nowhere_are_seen(tmp_path, act):
    kind = replace(KINDS["sharing"], act=act, n_actors=1, seconds=6.0)
    tally = run_kind("careless", kind, tmp_path / "home", 1, 1, tmp_path / "journal")
    assert tally.lost > 0 and not tally.corrupt
    found = chaos.summarise_kills({"careless": tally})
    assert not chaos.is_sound(found)


def test_some_faults_are_survived(tmp_path):
    words = ["full disk, while labelling", "clock", "later version", "in place of the data folder"]
    found = chaos.main(["--parts", "faults", "--faults", *words, "--out", str(tmp_path / "chaos.json")])
    assert found["faults"] == found["faults_survived"] >= 3, found["fault_table"]


def test_faults_that_end_a_process_or_have_no_sentence_are_not_survived():
    faults = {
        each.__name__: each for each in (careless.end_process, careless.say_nothing, careless.raise_raw)
    }
    assert [outcome.survived for outcome in run_faults(faults)] == [False] * 3


def test_labels_that_people_clicked_are_compared_with_the_record(tmp_path):
    store = chaos.KINDS["labelling"].prepare(tmp_path / "home")
    (analysis,) = store.analyses(store.corpora()[0].key)
    names = store.label_names.current(analysis.id)

    def found(clicked, at_work=None):
        person = Person("ada", clicked=clicked, at_work=at_work)
        result = compare(Store(tmp_path / "home").labels.history(analysis.id), names, [person])
        return result.lost, result.doubled, result.disordered

    for row, position in enumerate([0, 2, 1]):
        store.labels.give(analysis.id, {row: names[position]}, "ada")
    assert found([0, 2, 1]) == found([0, 2], 1) == (0, 0, 0)
    assert found([0, 2, 1, 3]) == (1, 0, 0)
    assert found([0, 2]) == (0, 1, 0)
    assert found([2, 0, 1]) == (0, 0, 1)
