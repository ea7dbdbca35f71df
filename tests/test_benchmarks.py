"""The benchmark scores as it says: hand-worked figures, the fits that it measures, the table it writes."""

from concurrent.futures import Future
from dataclasses import asdict

import numpy as np
import pytest

from benchmarks import few_shot, recipe
from benchmarks.few_shot_report import make_report
from core.transforms import GSTransform
from core.transforms.gstransform import batch_loss
from tests.conftest import WordEncoder, make_frame

HOME = {"processor": "Abacus, 2 cores", "Python": "3.99"}


def at_angles(*degrees):
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


def make_facet(n=60, n_classes=3, seed=0):
    """Texts around one corner for each label."""
    generator = np.random.default_rng(seed)
    codes = np.arange(n) % n_classes
    corners = np.eye(8)[:n_classes]
    vectors = corners[codes] + 0.1 * generator.normal(size=(n, 8))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return few_shot.Facet("made", "corner", vectors, codes, corners.astype(np.float32))


class Now:
    """A pool that works at once, in this process."""

    def __init__(self):
        self.calls = []

    def submit(self, call, *arguments):
        self.calls.append(call)
        future = Future()
        future.set_result(call(*arguments))
        return future


def test_purity_is_the_share_of_nearest_others_with_the_same_label():
    # Nearest two of each: 0 → 10, 30; 10 → 0, 30; 30 → 10, 0; 90 → 30, 10. Labels a a b b:
    # 0 finds one a of two, 10 one, 30 no b, 90 one b: (1/2 + 1/2 + 0 + 1/2) / 4.
    Z = at_angles(0, 10, 30, 90)
    found = few_shot.neighbour_purity(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=2)
    assert found == pytest.approx(37.5)
    assert few_shot.neighbour_purity(Z, np.array([0, 0, 0, 0]), 0, n_neighbors=2) == 100


def test_purity_goes_by_angle_and_not_by_length():
    # Nearest by angle: 0 ↔ 10, 60 ↔ 70; by distance the two short and the two long ones would be.
    Z = at_angles(0, 10, 60, 70) * np.array([[1], [9], [1], [9]], dtype=np.float32)
    assert few_shot.neighbour_purity(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=1) == 100


def test_purity_looks_at_no_more_texts_than_asked():
    # One text asked: it finds its label or it does not; four asked would give 50.
    Z, codes = at_angles(0, 10, 60, 70), np.array([0, 0, 1, 2])
    found = {few_shot.neighbour_purity(Z, codes, seed, n_neighbors=1, n_queries=1) for seed in range(20)}
    assert found == {0.0, 100.0}
    assert few_shot.neighbour_purity(Z, codes, 0, n_neighbors=1) == 50


def test_v_is_the_harmonic_mean_of_homogeneity_and_completeness():
    # Clusters {a, a, b} and {b}, in bits. Labels 1, labels within clusters 3/4 H(1/3) = 0.6887: homogeneity
    # 0.3113. Clusters H(1/4) = 0.8113, clusters within labels 1/2: completeness 0.3837. V = 2 hc / (h + c).
    Z = np.array([[0.0], [0.1], [0.2], [9.0]], dtype=np.float32)
    assert few_shot.v_measure(Z, np.array([0, 0, 1, 1]), 2, 0) == pytest.approx(34.37, abs=0.01)
    assert few_shot.v_measure(Z, np.array([0, 0, 0, 1]), 2, 0) == pytest.approx(100)


def test_v_of_labels_that_cross_the_clusters_is_nothing():
    Z = np.array([[0.0], [0.1], [9.0], [9.1]], dtype=np.float32)
    assert few_shot.v_measure(Z, np.array([0, 1, 0, 1]), 2, 0) == pytest.approx(0, abs=1e-9)


def test_only_texts_without_a_label_are_scored(monkeypatch):
    # The labelled half is a heap in one place; scored with the others it would spoil both figures.
    facet = make_facet()
    picked = np.arange(30)
    spoilt = facet.vectors.copy()
    spoilt[picked] = spoilt[0]
    monkeypatch.setitem(few_shot.METHODS, "generic", (lambda *_: spoilt, ()))
    row = few_shot.measure(few_shot.Case(facet, "generic", "random", picked, 0, "key"))
    # Each has 9 others of its label left, and 10 neighbours.
    assert (row.v, row.purity, row.labels, row.n_classes) == (100, 90, 30, 3)


def test_a_method_sees_the_labels_picked_and_no_others(monkeypatch):
    facet, seen = make_facet(), []
    monkeypatch.setitem(
        few_shot.METHODS, "guided", (lambda facet, y, seed: seen.append(y) or facet.vectors, ())
    )
    few_shot.measure(few_shot.Case(facet, "guided", "random", np.array([7, 2]), 0, "key"))
    assert np.flatnonzero(seen[0] >= 0).tolist() == [2, 7]
    assert seen[0][[2, 7]].tolist() == [2, 1]


@pytest.mark.parametrize(
    ("n_texts", "budgets"), [(39, []), (40, [20]), (160, [20, 40, 80]), (4_999, [20, 40, 80])]
)
def test_no_more_than_half_the_texts_are_labelled(n_texts, budgets):
    facet = make_facet(n_texts)
    cases = list(few_shot.facet_cases(facet, 0, np.arange(n_texts)))
    assert sorted({len(case.picked) for case in cases}) == budgets


def test_many_labels_are_picked_at_random_only_and_the_other_writing_is_fitted_twice():
    cases = list(few_shot.facet_cases(make_facet(5_000), 0, np.arange(5_000)))
    assert {case.picking for case in cases if len(case.picked) == 2_500} == {"random"}
    assert [len(case.picked) for case in cases if case.method == "plain recipe"] == [80, 2_500]
    for method in ("generic", "published", "guided"):
        fits = [(len(case.picked), case.picking) for case in cases if case.method == method]
        few = [(budget, picking) for budget in (20, 40, 80) for picking in ("random", "suggested")]
        assert fits == [*few, (2_500, "random")]


def test_picks_of_one_label_only_are_left_out():
    facet = make_facet()
    suggested = np.flatnonzero(facet.codes == 1)
    assert {case.picking for case in few_shot.facet_cases(facet, 0, suggested)} == {"random"}


def test_the_suggester_sees_labels_round_by_round(monkeypatch):
    facet, rounds = make_facet(), []

    def first_free(X, y, n, *, random_state):
        rounds.append((n, int((y >= 0).sum())))
        return np.flatnonzero(y < 0)[:n]

    monkeypatch.setattr(few_shot, "suggest", first_free)
    assert few_shot.suggested_picks(facet, 25, 0).tolist() == list(range(25))
    assert rounds == [(10, 0), (10, 10), (5, 20)]


def test_a_suggester_that_names_a_text_twice_is_told(monkeypatch):
    monkeypatch.setattr(few_shot, "suggest", lambda X, y, n, random_state: np.arange(n))
    with pytest.raises(RuntimeError, match="each text once"):
        few_shot.suggested_picks(make_facet(), 20, 0)


def test_what_was_measured_on_this_machine_is_known_again_and_nothing_else(tmp_path, monkeypatch):
    pool, file = Now(), tmp_path / "results.json"
    cases = [case for case in few_shot.make_cases([make_facet(120)], [0], pool) if case.method != "published"]
    rows = list(few_shot.measured(cases, pool))
    few_shot.write_rows(file, rows)
    assert few_shot.read_rows(file) == {row.key: row for row in rows}
    monkeypatch.setattr(few_shot, "machine", lambda: HOME)
    assert few_shot.read_rows(file) == {}


def test_a_case_is_another_one_with_other_labels_or_another_program(tmp_path, monkeypatch):
    def keys(facet):
        return {case.method: case.key for case in few_shot.facet_cases(facet, 0, np.arange(20))}

    facet = make_facet()
    before = keys(facet)
    assert keys(facet) == before
    other = few_shot.Facet("made", "corner", facet.vectors, facet.codes[::-1], facet.label_vectors)
    assert not set(keys(other).values()) & set(before.values())
    monkeypatch.setitem(few_shot.METHODS, "guided", (few_shot.guided, ("core/neighbours.py",)))
    assert [method for method, key in keys(facet).items() if key != before[method]] == ["guided"]


def test_facets_are_read_with_the_texts_that_carry_a_label(tmp_path, monkeypatch):
    frame = make_frame(30)[["text", "topic", "feeling"]]
    frame.loc[:9, "feeling"] = ""
    frame["nothing"] = ""
    frame.to_csv(tmp_path / "letters.csv.gz", index=False)
    (tmp_path / "README.md").write_text("no table")
    monkeypatch.setattr(few_shot, "load_encoder", lambda name: WordEncoder())
    topic, feeling = few_shot.read_facets(tmp_path, tmp_path / "cache")
    assert [(facet.corpus, facet.name, len(facet.codes)) for facet in (topic, feeling)] == [
        ("letters", "topic", 30),
        ("letters", "feeling", 20),
    ]
    assert len(topic.label_vectors) == 3 and len(feeling.label_vectors) == 2
    # The same words give the same vector: each text's row, and each label's, is its own.
    row = np.flatnonzero((topic.vectors @ WordEncoder().encode([frame["text"][4]]).T).ravel() > 0.9999)
    assert topic.codes[row].tolist() == [sorted(set(frame["topic"])).index(frame["topic"][4])]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "No CSV file"),
        ("words,topic\na,b\n", "column “text”"),
        ("text,topic\na,b\nc,b\n", "only the label “b”"),
    ],
)
def test_a_folder_without_labelled_texts_is_told(tmp_path, monkeypatch, content, sentence):
    monkeypatch.setattr(few_shot, "load_encoder", lambda name: WordEncoder())
    if content is not None:
        (tmp_path / "table.csv").write_text(content)
    with pytest.raises(SystemExit, match=sentence):
        few_shot.read_facets(tmp_path, tmp_path / "cache")


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


def test_both_writings_of_the_recipe_stand_side_by_side():
    rows = [
        row("corner", method, v, 50, labels=80, seed=seed)
        for method, figures in (("generic", (1, 1)), ("published", (40, 44)), ("plain recipe", (41, 41)))
        for seed, v in enumerate(figures)
    ]
    report = make_report(rows, HOME, "make bench-labels", "words")
    # Differences −1 and +3: mean 1, standard error (4 / √2) / √2 = 2.
    assert "| made, corner | 80 | 42.0 / 50.0 / 0.50 | 41.0 / 50.0 / 0.50 | +1.0 ± 2.0 |" in report


# The recipe in plain NumPy


def test_contrast_of_three_texts_by_hand():
    # Distances 3 (equal labels), 4 and 5 (different): ordered pairs 2 × (9 + 6² + 5²) = 140, of 9 pairs.
    Z = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    loss, gradient = recipe.contrast(Z, np.array([0, 0, 1]))
    assert loss == pytest.approx(140 / 9)
    # Of the first: twice 2 × 3 away from the second, twice 2 × 6 away from the third, both along the axes;
    # descending, it goes towards the second and away from the third.
    assert gradient[0] == pytest.approx([-12 / 9, 24 / 9])


def test_texts_of_different_labels_in_one_place_do_no_harm():
    loss, gradient = recipe.contrast(np.zeros((2, 3)), np.array([0, 1]))
    assert loss == 50 and (gradient == 0).all()


def test_gradients_are_those_of_torch_through_the_other_writing():
    import torch

    generator = np.random.default_rng(0)
    parameters = [part.astype(np.float64) for part in recipe.draw_parameters(6, generator)]
    X, codes = generator.normal(size=(9, 6)), np.arange(9) % 3
    loss, gradients = recipe.loss_and_gradients(parameters, X, codes)
    tensors = [torch.tensor(part, requires_grad=True) for part in parameters]
    generic = torch.tensor(X)
    reshaped = torch.relu(generic @ tensors[0] + tensors[1]) @ tensors[2] + tensors[3]
    restored = reshaped @ tensors[4] + tensors[5]
    expected = batch_loss(reshaped, restored, generic, torch.tensor(codes), recipe.MARGIN)
    expected.backward()
    assert loss == pytest.approx(expected.item())
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-12)


def test_both_writings_end_alike_when_they_start_alike(monkeypatch):
    # One batch an epoch, so that the order of texts in it does not matter; the same seed splits alike.
    facet, epochs = make_facet(70), 60
    drawn = []

    class Watched(GSTransform):
        def _networks(self, n_dims):
            encoder, decoder = super()._networks(n_dims)
            for layer in (encoder[0], encoder[2], decoder):
                drawn.extend([layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()])
            return encoder, decoder

    expected = Watched(max_epochs=epochs, random_state=3).fit_transform(facet.vectors, facet.codes)
    monkeypatch.setattr(recipe, "MOST_EPOCHS", epochs)
    monkeypatch.setattr(recipe, "draw_parameters", lambda *_: drawn)
    found = recipe.reshape_by_recipe(facet.vectors, facet.codes, 3)
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_the_recipe_brings_equal_labels_together_and_looks_at_no_other_text(monkeypatch):
    monkeypatch.setattr(recipe, "MOST_EPOCHS", 60)
    facet = make_facet()
    y = np.where(np.arange(60) < 48, facet.codes, -1)
    Z = recipe.reshape_by_recipe(facet.vectors, y, 0)
    gaps = np.linalg.norm(Z[:, None] - Z[None], axis=2)
    same = facet.codes[:, None] == facet.codes[None, :]
    assert gaps[~same].mean() > 3 * gaps[same].mean()
    other = facet.vectors.copy()
    other[48:] = 0
    assert (recipe.reshape_by_recipe(other, y, 0)[:48] == Z[:48]).all()
