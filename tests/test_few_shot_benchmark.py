"""The few-shot benchmark: the figures of the command line, the fits, the table."""

import json
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial

import numpy as np
import pytest

from benchmarks import few_shot, labelled_spaces
from benchmarks.few_shot_report import make_report
from core.__main__ import main
from core.evidence.benchmark import Facet, evaluate
from tests.conftest import ViewingEncoder, WordEncoder, make_frame
from tests.support.label_spaces import around_corners, only_in_a_view

pytestmark = pytest.mark.model

HOME = {"processor": "Abacus, 2 cores", "Python": "3.99"}


def make_space(n=60, n_classes=3, seed=0):
    """Texts around one corner for each label."""
    vectors, codes, corners = around_corners(n, n_classes, seed)
    facet = Facet("corner", "", codes, tuple("abcdefgh"[:n_classes]))
    return few_shot.Space("made", facet, vectors, corners, [])


class Now:
    """A pool that works at once, in this process."""

    def __init__(self, *settings):
        self.calls = []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    def submit(self, call, *arguments):
        self.calls.append(call)
        future = Future()
        future.set_result(call(*arguments))
        return future


# The same figures from both commands


@pytest.fixture(params=[WordEncoder, ViewingEncoder])
def words(request, monkeypatch):
    """Encoders that need no model, without and with views, and fits in this process."""
    monkeypatch.setattr(labelled_spaces, "load_encoder", lambda name: request.param())
    monkeypatch.setattr(few_shot, "ProcessPoolExecutor", Now)
    with_words = partial(evaluate, load=lambda name: request.param())
    monkeypatch.setattr("core.evidence.benchmark.cli.evaluate", with_words)


def test_the_table_and_the_command_give_the_same_figures(words, tmp_path, capsys):
    frame = make_frame()[["text", "topic", "feeling"]]
    frame.loc[:9, "feeling"] = ""  # texts without a label stay in the space, and are not scored
    frame.to_csv(tmp_path / "letters.csv", index=False)
    out = tmp_path / "out"
    few_shot.main(
        [str(tmp_path), "--labels", "12", "--seeds", "2", "--cache", str(tmp_path / "c"), "--out", str(out)]
    )
    rows = json.loads((out / "results" / "few_shot.json").read_text(encoding="utf-8"))["rows"]
    for picking in ("random", "suggested"):
        table = {
            (r["facet"], r["method"], r["seed"]): (r["v"], r["purity"])
            for r in rows
            if r["picking"] == picking and r["method"] != "guided, final vectors only"  # not in the command
        }
        assert figures_of_command(tmp_path, picking) == table
        assert len(table) == 2 * 3 * 2


def figures_of_command(folder, picking):
    """V and purity by facet, method and seed."""
    kept = folder / f"{picking}.json"
    methods = ["--methods", "generic", "guided", "gstransform", "--labels", "12", "--picks", picking]
    facets = ["--text", "text", "--facets", "topic", "feeling"]
    command = ["evaluate", str(folder / "letters.csv"), *facets, *methods, "--seeds", "2"]
    assert main([*command, "--json", str(kept)]) == 0
    titles = {"generic": "generic", "GuidedTransform": "guided", "GSTransform": "gstransform"}
    found = {}
    for score in json.loads(kept.read_text(encoding="utf-8"))["scores"]:
        if score["measure"] in ("clustering", "purity") and score["facet"] in ("topic", "feeling"):
            method = titles[score["method"].split(",")[0]]
            for seed, value in enumerate(score["values"]):
                found.setdefault((score["facet"], method, seed), {})[score["measure"]] = 100 * value
    return {key: (each["clustering"], each["purity"]) for key, each in found.items()}


# The fits that are measured


def cases_of(space, budget, picking="random", seed=0):
    return [case for case in few_shot.make_cases([space], [seed], Now(), [budget]) if case.picking == picking]


def test_only_texts_without_a_label_are_scored(monkeypatch):
    # The labelled half is a heap in one place; scored with the others it would spoil both figures.
    space = make_space()
    picked = np.arange(30)
    spoilt = space.vectors.copy()
    spoilt[picked] = spoilt[0]
    monkeypatch.setitem(few_shot.METHODS, "generic", (lambda *_: spoilt, ()))
    row = few_shot.measure(few_shot.Case(space, "generic", "random", picked, 0, "key"))
    # Each has 9 others of its label left, and 10 neighbours.
    assert (row.v, row.purity) == (pytest.approx(100), pytest.approx(90))
    assert (row.labels, row.n_classes) == (30, 3)


def test_a_method_sees_the_labels_picked_and_no_others(monkeypatch):
    space, seen = make_space(), []
    monkeypatch.setitem(
        few_shot.METHODS, "guided", (lambda sample, seed: seen.append(sample.given) or sample.vectors, ())
    )
    few_shot.measure(few_shot.Case(space, "guided", "random", np.array([7, 2]), 0, "key"))
    assert np.flatnonzero(seen[0] >= 0).tolist() == [2, 7]
    assert seen[0][[2, 7]].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("n_texts", "budgets"), [(39, []), (40, [20]), (160, [20, 40, 80]), (1_000, [20, 40, 80])]
)
def test_no_more_than_half_the_texts_are_labelled(n_texts, budgets, monkeypatch):
    monkeypatch.setattr(few_shot, "MOST_SUGGESTED", 0)
    cases = few_shot.make_cases([make_space(n_texts)], [0], Now())
    assert sorted({len(case.picked) for case in cases}) == budgets


def test_many_labels_are_picked_at_random_only_and_plain_gstransform_runs_with_many():
    cases = few_shot.make_cases([make_space(400)], [0], Now(), [40, 80, 200])
    fits = [(len(case.picked), case.picking) for case in cases if case.method == "gstransform"]
    assert fits == [(40, "random"), (40, "suggested"), (80, "random"), (80, "suggested"), (200, "random")]
    assert [len(case.picked) for case in cases if case.method == "plain gstransform"] == [80, 200]


def test_what_was_measured_on_this_machine_is_known_again_and_nothing_else(tmp_path, monkeypatch):
    pool, file = Now(), tmp_path / "results.json"
    cases = [case for case in cases_of(make_space(120), 20) if case.method != "gstransform"]
    rows = list(few_shot.measured(cases, pool))
    few_shot.write_rows(file, rows)
    assert few_shot.read_rows(file) == {row.key: row for row in rows}
    monkeypatch.setattr(few_shot, "machine", lambda: HOME)
    assert few_shot.read_rows(file) == {}


def test_a_case_is_another_one_with_other_labels_or_another_program(monkeypatch):
    def keys(space):
        return {case.method: case.key for case in few_shot.cases_of(space, 0, "random", np.arange(20))}

    space = make_space()
    before = keys(space)
    assert keys(space) == before
    facet = Facet("corner", "", space.facet.codes[::-1].copy(), space.facet.labels)
    other = few_shot.Space("made", facet, space.vectors, space.label_vectors, [])
    assert not set(keys(other).values()) & set(before.values())
    monkeypatch.setitem(few_shot.METHODS, "guided", (None, ("core/neighbours/graph.py",)))
    assert [method for method, key in keys(space).items() if key != before[method]] == ["guided"]


def test_facets_are_read_with_the_texts_that_carry_a_label(tmp_path, words):
    frame = make_frame(30)[["text", "topic", "feeling"]]
    frame.loc[:9, "feeling"] = ""
    frame["nothing"] = ""
    frame.to_csv(tmp_path / "letters.csv.gz", index=False)
    (tmp_path / "README.md").write_text("no table")
    topic, feeling = labelled_spaces.read_spaces([tmp_path], tmp_path / "cache")
    assert [(space.corpus, space.facet.name, len(space.facet.labelled)) for space in (topic, feeling)] == [
        ("letters", "topic", 30),
        ("letters", "feeling", 20),
    ]
    assert len(topic.label_vectors) == 3 and len(feeling.label_vectors) == 2
    # The same words give the same vector: each text's row, and each label's, is its own.
    row = np.flatnonzero((topic.vectors @ WordEncoder().encode([frame["text"][4]]).T).ravel() > 0.9999)
    assert topic.facet.codes[row].tolist() == [sorted(set(frame["topic"])).index(frame["topic"][4])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No CSV file"),
        ("words,topic\na,b\n", "column “text”"),
        ("text,topic\na,b\nc,b\nd,b\n", "only the label “b”"),
    ],
)
def test_a_folder_without_labelled_texts_is_refused(tmp_path, words, content, sentence):
    if content is not None:
        (tmp_path / "table.csv").write_text(content)
    with pytest.raises(SystemExit, match=sentence):
        labelled_spaces.read_spaces([tmp_path], tmp_path / "cache")


def test_files_and_folders_are_read_and_two_of_one_name_refused(tmp_path, words):
    frame = make_frame(30)[["text", "topic"]]
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        frame.to_csv(tmp_path / folder / f"{folder}.csv", index=False)
    places = [tmp_path / "a", tmp_path / "b" / "b.csv"]
    spaces = labelled_spaces.read_spaces(places, tmp_path / "cache")
    assert [space.corpus for space in spaces] == ["a", "b"]
    assert few_shot.command_for(places) == 'make bench-labels DATA="a b.csv"'
    assert few_shot.command_for(places[:1]) == "make bench-labels DATA=a"
    with pytest.raises(SystemExit, match="Two sets of texts are called a / topic"):
        labelled_spaces.read_spaces([places[0], places[0] / "a.csv"], tmp_path / "cache")


def test_views_are_computed_once_beside_the_vectors(tmp_path):
    class Counting(ViewingEncoder):
        calls = 0

        def encode(self, texts, **more):
            self.calls += 1
            return super().encode(texts, **more)

    encoder = Counting()
    vectors, views = labelled_spaces.encode_with_views(["red", "blue"], encoder, tmp_path)
    expected = ViewingEncoder().encode_with_views(["red", "blue"])
    assert (vectors == expected[0]).all() and (np.stack(views) == expected[1]).all()
    again = labelled_spaces.encode_with_views(["red", "blue"], encoder, tmp_path)
    assert (again[0] == vectors).all() and (np.stack(again[1]) == np.stack(views)).all()
    assert encoder.calls == 1
    assert labelled_spaces.encode_with_views(["red"], WordEncoder(), tmp_path)[1] == []


# Views and unseen classes


def make_viewed_space():
    X, views, label = only_in_a_view(200, n_classes=5)
    facet = Facet("corner", "", label, tuple("abcde"))
    names = np.eye(5, 24, dtype=np.float32)
    return few_shot.Space("made", facet, X, names, [], views, [np.eye(5, view.shape[1]) for view in views])


def test_guided_is_measured_with_and_without_views_on_the_same_picks():
    cases = {case.method: case for case in cases_of(make_viewed_space(), 40) if len(case.picked) == 40}
    rows = {method: few_shot.measure(case) for method, case in cases.items() if method != "gstransform"}
    assert set(rows) == {"generic", "guided", "guided, final vectors only"}
    assert rows["guided"].v > rows["guided, final vectors only"].v + 20
    assert all((case.picked == cases["generic"].picked).all() for case in cases.values())
    assert cases["guided"].key != cases["guided, final vectors only"].key


def test_unseen_classes_have_neither_name_nor_label_and_are_scored_alone():
    space = make_viewed_space()
    cases = few_shot.make_cases([space], [0, 1], Now(), [20, 40])
    hidden = [case for case in cases if len(case.space.label_vectors) < 5]
    assert {(case.method, len(case.picked), case.picking) for case in hidden} == {
        ("generic", 40, "suggested"),
        ("guided", 40, "suggested"),
    }
    drawn = set()
    for case in hidden:
        facet, names = case.space.facet, case.space.label_vectors
        assert len(names) == 3 and (facet.codes[case.picked] < 3).all()
        # Each label keeps its texts and its name, whatever its number.
        for code, label in enumerate(facet.labels):
            before = space.facet.labels.index(label)
            assert ((facet.codes == code) == (space.facet.codes == before)).all()
            if code < 3:
                assert names[code].argmax() == before == case.space.label_views[0][code].argmax()
        drawn.add(frozenset(facet.labels[3:]))
        row = few_shot.measure(case)
        assert row.v_unseen >= 0 and row.purity_unseen > 0 and row.n_classes == 5
    assert len(drawn) == 2
    assert cases[0].space is space and few_shot.measure(cases[0]).v_unseen is None


def test_two_or_three_classes_are_all_seen():
    assert labelled_spaces.hide_classes(make_space(n_classes=3), 0) == []


def test_vectors_are_computed_once(tmp_path):
    class Counting(WordEncoder):
        calls = 0

        def encode(self, texts, **more):
            self.calls += 1
            return super().encode(texts, **more)

    encoder = Counting()
    first = labelled_spaces.encode(["red", "blue"], encoder, tmp_path)
    assert (labelled_spaces.encode(["red", "blue"], encoder, tmp_path) == first).all()
    assert encoder.calls == 1
    labelled_spaces.encode(["blue", "red"], encoder, tmp_path)
    assert encoder.calls == 2


# The table


def row(facet, method, v, purity, labels=20, seed=0, picking="random"):
    return asdict(
        few_shot.Row("key", "made", facet, 5_000, 3, labels, picking, method, seed, v, purity, seconds=0.5)
    )


def test_the_table_names_the_facet_that_gains_least():
    rows = [
        row("easy", "generic", 60, 80),
        row("easy", "guided", 57.5, 85),
        row("hard", "generic", 10, 50),
        row("hard", "guided", 30, 49),
        row("hard", "guided", 34, 49.5, seed=1),  # the mean over seeds: 32 and 49.25
        row("hard", "generic", 10, 50, seed=1),
    ]
    report = make_report(rows, HOME, "make bench-labels DATA=letters", "words")
    assert "Made by `make bench-labels DATA=letters`" in report
    assert "Abacus, 2 cores, Python 3.99" in report
    assert "| 20 | random | generic | 35.0 | 65.0 | 0.50 |  |  |" in report
    assert "| 44.8 | 67.1 | 0.50 | −2.5 (made, easy) | −0.8 (made, hard) |" in report
    assert "| made, hard | 20 | random | 10.0 / 50.0 / 0.50 | 32.0 / 49.2 / 0.50 |" in report
    assert "Mean over the" not in report  # every facet has all budgets


def test_facets_with_many_labels_have_a_mean_of_their_own():
    rows = [row(facet, "generic", v, 50) for facet, v in (("small", 10), ("large", 30))]
    rows.append(row("large", "generic", 31, 50, labels=2_500))
    report = make_report(rows, HOME, "make bench-labels", "words")
    whole, large = report.split("## Mean over the 1 facet with enough texts for 2,500 labels")
    assert "| 20 | random | generic | 20.0 |" in whole
    assert "| 20 | random | generic | 30.0 |" in large and "| 2,500 | random | generic | 31.0 |" in large


def test_unseen_labels_have_a_table_of_their_own_and_count_nowhere_else():
    rows = [row("corner", method, 10, 50) for method in ("generic", "guided")]
    for method, figures in (("generic", (30, 70, 20, 60)), ("guided", (40, 80, 17.5, 61))):
        hidden = row("corner", method, *figures[:2], labels=80, picking="suggested")
        rows.append(hidden | {"v_unseen": figures[2], "purity_unseen": figures[3]})
    report = make_report(rows, HOME, "make bench-labels", "words")
    cells = "30.0 / 70.0 | 40.0 / 80.0 | 20.0 / 60.0 | 17.5 / 61.0 | −2.5 |"
    assert f"| made, corner | {cells}" in report and f"| mean | {cells}" in report
    assert "| 80 |" not in report


def test_facets_of_many_labels_are_left_out_of_one_mean():
    rows = [row("few", "generic", 10, 50), row("many", "generic", 30, 50) | {"n_classes": 150}]
    report = make_report(rows, HOME, "make bench-labels", "words")
    whole, few = report.split("the 1 facet of at most 80 labels")
    assert "| 20 | random | generic | 20.0 |" in whole and "| 20 | random | generic | 10.0 |" in few


def test_both_implementations_stand_side_by_side():
    rows = [
        row("corner", method, v, 50, labels=80, seed=seed)
        for method, figures in (
            ("generic", (1, 1)),
            ("gstransform", (40, 44)),
            ("plain gstransform", (41, 41)),
        )
        for seed, v in enumerate(figures)
    ]
    report = make_report(rows, HOME, "make bench-labels", "words")
    # Differences −1 and +3: mean 1, standard error (4 / √2) / √2 = 2.
    assert "| made, corner | 80 | 42.0 / 50.0 / 0.50 | 41.0 / 50.0 / 0.50 | +1.0 ± 2.0 |" in report
