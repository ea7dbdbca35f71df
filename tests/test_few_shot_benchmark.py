"""The few-shot benchmark: the figures of the command line, the fits, the table, plain GSTransform."""

import json
from concurrent.futures import Future
from dataclasses import asdict
from functools import partial

import numpy as np
import pytest

from benchmarks import few_shot, plain_gstransform
from benchmarks.few_shot_report import make_report
from core.__main__ import main
from core.evidence.benchmark import Facet, evaluate
from core.transforms import GSTransform
from core.transforms.gstransform import batch_loss
from tests.conftest import WordEncoder, make_frame

pytestmark = pytest.mark.model

HOME = {"processor": "Abacus, 2 cores", "Python": "3.99"}


def make_space(n=60, n_classes=3, seed=0):
    """Texts around one corner for each label."""
    generator = np.random.default_rng(seed)
    codes = np.arange(n) % n_classes
    corners = np.eye(8)[:n_classes]
    vectors = corners[codes] + 0.1 * generator.normal(size=(n, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    facet = Facet("corner", "", codes, tuple("abcdefgh"[:n_classes]))
    return few_shot.Space("made", facet, vectors, corners.astype(np.float32), [])


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


@pytest.fixture
def words(monkeypatch):
    """Encoders that need no model, and fits in this process."""
    monkeypatch.setattr(few_shot, "load_encoder", lambda name: WordEncoder())
    monkeypatch.setattr(few_shot, "ProcessPoolExecutor", Now)
    with_words = partial(evaluate, load=lambda name: WordEncoder())
    monkeypatch.setattr("core.evidence.benchmark.cli.evaluate", with_words)


@pytest.mark.parametrize("picking", ["random", "suggested"])
def test_the_table_and_the_command_give_the_same_figures(words, tmp_path, capsys, picking):
    frame = make_frame()[["text", "topic", "feeling"]]
    frame.loc[:9, "feeling"] = ""  # texts without a label stay in the space, and are not scored
    frame.to_csv(tmp_path / "letters.csv", index=False)
    out, kept = tmp_path / "out", tmp_path / "scores.json"
    few_shot.main(
        [str(tmp_path), "--labels", "12", "--seeds", "2", "--cache", str(tmp_path / "c"), "--out", str(out)]
    )
    rows = json.loads((out / "results" / "few_shot.json").read_text(encoding="utf-8"))["rows"]
    table = {
        (r["facet"], r["method"], r["seed"]): (r["v"], r["purity"]) for r in rows if r["picking"] == picking
    }
    methods = ["--methods", "generic", "guided", "gstransform", "--labels", "12", "--picks", picking]
    facets = ["--text", "text", "--facets", "topic", "feeling"]
    command = ["evaluate", str(tmp_path / "letters.csv"), *facets, *methods, "--seeds", "2"]
    assert main([*command, "--json", str(kept)]) == 0
    titles = {"generic": "generic", "GuidedTransform": "guided", "GSTransform": "gstransform"}
    found = {}
    for score in json.loads(kept.read_text(encoding="utf-8"))["scores"]:
        if score["measure"] in ("clustering", "purity") and score["facet"] in ("topic", "feeling"):
            method = titles[score["method"].split(",")[0]]
            for seed, value in enumerate(score["values"]):
                found.setdefault((score["facet"], method, seed), {})[score["measure"]] = 100 * value
    assert {key: (each["clustering"], each["purity"]) for key, each in found.items()} == table
    assert len(table) == 2 * 3 * 2


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
    monkeypatch.setitem(few_shot.METHODS, "guided", (None, ("core/neighbours.py",)))
    assert [method for method, key in keys(space).items() if key != before[method]] == ["guided"]


def test_facets_are_read_with_the_texts_that_carry_a_label(tmp_path, words):
    frame = make_frame(30)[["text", "topic", "feeling"]]
    frame.loc[:9, "feeling"] = ""
    frame["nothing"] = ""
    frame.to_csv(tmp_path / "letters.csv.gz", index=False)
    (tmp_path / "README.md").write_text("no table")
    topic, feeling = few_shot.read_spaces(tmp_path, tmp_path / "cache")
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
        few_shot.read_spaces(tmp_path, tmp_path / "cache")


def test_vectors_are_computed_once(tmp_path):
    class Counting(WordEncoder):
        calls = 0

        def encode(self, texts, *, progress=None):
            self.calls += 1
            return super().encode(texts)

    encoder = Counting()
    first = few_shot.encode(["red", "blue"], encoder, tmp_path)
    assert (few_shot.encode(["red", "blue"], encoder, tmp_path) == first).all()
    assert encoder.calls == 1
    few_shot.encode(["blue", "red"], encoder, tmp_path)
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


# GSTransform in plain NumPy


def test_contrast_of_three_texts_by_hand():
    # Distances 3 (equal labels), 4 and 5 (different): ordered pairs 2 × (9 + 6² + 5²) = 140, of 9 pairs.
    Z = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    loss, gradient = plain_gstransform.contrast(Z, np.array([0, 0, 1]))
    assert loss == pytest.approx(140 / 9)
    # Of the first: twice 2 × 3 away from the second, twice 2 × 6 away from the third, both along the axes;
    # descending, it goes towards the second and away from the third.
    assert gradient[0] == pytest.approx([-12 / 9, 24 / 9])


def test_texts_of_different_labels_in_one_place_do_no_harm():
    loss, gradient = plain_gstransform.contrast(np.zeros((2, 3)), np.array([0, 1]))
    assert loss == 50 and (gradient == 0).all()


def test_gradients_are_those_of_torch_through_the_other_implementation():
    import torch

    generator = np.random.default_rng(0)
    parameters = [part.astype(np.float64) for part in plain_gstransform.draw_parameters(6, generator)]
    X, codes = generator.normal(size=(9, 6)), np.arange(9) % 3
    loss, gradients = plain_gstransform.loss_and_gradients(parameters, X, codes)
    tensors = [torch.tensor(part, requires_grad=True) for part in parameters]
    generic = torch.tensor(X)
    reshaped = torch.relu(generic @ tensors[0] + tensors[1]) @ tensors[2] + tensors[3]
    restored = reshaped @ tensors[4] + tensors[5]
    expected = batch_loss(reshaped, restored, generic, torch.tensor(codes), plain_gstransform.MARGIN)
    expected.backward()
    assert loss == pytest.approx(expected.item())
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-12)


def test_both_implementations_end_alike_when_they_start_alike(monkeypatch):
    # One batch an epoch, so that the order of texts in it does not matter; the same seed splits alike.
    space, epochs = make_space(70), 60
    vectors, codes = space.vectors, space.facet.codes
    drawn = []

    class Watched(GSTransform):
        def _networks(self, n_dims):
            encoder, decoder = super()._networks(n_dims)
            for layer in (encoder[0], encoder[2], decoder):
                drawn.extend([layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()])
            return encoder, decoder

    expected = Watched(max_epochs=epochs, random_state=3).fit_transform(vectors, codes)
    monkeypatch.setattr(plain_gstransform, "MAX_EPOCHS", epochs)
    monkeypatch.setattr(plain_gstransform, "draw_parameters", lambda *_: drawn)
    found = plain_gstransform.reshape(vectors, codes, 3)
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_equal_labels_come_together_and_other_texts_play_no_part(monkeypatch):
    monkeypatch.setattr(plain_gstransform, "MAX_EPOCHS", 60)
    space = make_space()
    vectors, codes = space.vectors, space.facet.codes
    y = np.where(np.arange(60) < 48, codes, -1)
    Z = plain_gstransform.reshape(vectors, y, 0)
    gaps = np.linalg.norm(Z[:, None] - Z[None], axis=2)
    same = codes[:, None] == codes[None, :]
    assert gaps[~same].mean() > 3 * gaps[same].mean()
    other = vectors.copy()
    other[48:] = 0
    assert (plain_gstransform.reshape(other, y, 0)[:48] == Z[:48]).all()
