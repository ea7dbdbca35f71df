import dataclasses

import numpy as np
import pytest

from core.errors import Cancelled, CorpusError
from core.evidence.benchmark import (
    TASKS,
    GroupedTexts,
    Setting,
    Wordings,
    evaluate,
    make_settings,
    read_published,
)
from core.evidence.benchmark.data import Facet
from core.evidence.benchmark.metrics import clustering_score
from core.evidence.benchmark.report import HARMONIC
from core.transforms import Method
from tests.support.facets import FacetEncoder, grouped, write_published

pytestmark = pytest.mark.model


def scores_of(report, measure="clustering"):
    return {
        (score.setting.title, score.facet): score
        for score in (*report.scores, *report.joined())
        if score.measure == measure
    }


@pytest.mark.model
def test_transforms_and_instructed_encoders_are_scored_beside_the_generic_space():
    encoder = FacetEncoder()
    methods = make_settings(["generic", "guided", "gstransform", "facets"], [8])
    report = evaluate([grouped()], methods, encoder="facets", load=lambda name: encoder, seeds=[0, 1])
    found = scores_of(report)
    titles = ["generic", "GuidedTransform, 8 random", "GSTransform, 8 random", "facets"]
    assert list(dict.fromkeys(title for title, _ in found)) == titles
    assert found["facets", "topic"].mean == found["facets", "feeling"].mean == pytest.approx(1)
    assert found["GuidedTransform, 8 random", "feeling"].mean > found["generic", "feeling"].mean
    # 60 texts less those labelled, the same for all; both transforms learn from the same picks.
    assert {score.n for (_, facet), score in found.items() if facet == "topic"} == {52}
    assert all(len(score.values) == 2 and score.seconds >= 0 for score in found.values())
    joined = found["facets", HARMONIC]
    assert joined.values == pytest.approx([1, 1])
    triplets, pairs = scores_of(report, "triplets"), scores_of(report, "similarity")
    assert triplets["facets", "topic"].mean == pytest.approx(1)
    assert pairs["facets", "feeling"].mean > 0.8 > pairs["generic", "feeling"].mean
    assert {None, "Which topic?", "Which feeling?"} == set(encoder.asked)


def test_no_method_is_scored_on_a_label_that_one_of_them_was_shown():
    methods = make_settings(["generic", "guided"], [6, 12], ["random", "suggested"])
    report = evaluate([grouped()], methods, load=lambda name: FacetEncoder(), seeds=[0])
    n = {score.n for score in report.scores if score.measure == "clustering" and score.facet == "topic"}
    assert len(n) == 1 and 60 - 24 <= n.pop() <= 60 - 12


def test_the_same_seeds_give_the_same_figures():
    methods = make_settings(["generic", "guided"], [8])
    first, again = (
        evaluate([grouped()], methods, load=lambda name: FacetEncoder(), seeds=[5]) for _ in range(2)
    )
    assert [score.values for score in first.scores] == [score.values for score in again.scores]


class FeelingInAView(FacetEncoder):
    """Feelings stand in a view only, and are lost in the vectors."""

    view_layers = (3,)

    def encode(self, texts, *, instruction=None, progress=None):
        return super().encode([text.split("/")[0] for text in texts], instruction=instruction)

    def encode_with_views(self, texts, *, instruction=None, progress=None):
        views = np.array([[["x" in text, "y" in text, 0.1] for text in texts]], dtype=np.float16)
        return self.encode(texts, instruction=instruction), views


def test_transforms_are_given_the_views_of_texts_and_names():
    methods = make_settings(["generic", "guided"], [12])
    report = evaluate([grouped()], methods, load=lambda name: FeelingInAView(), seeds=[0])
    found = scores_of(report)
    assert found["GuidedTransform, 12 random", "feeling"].mean > found["generic", "feeling"].mean + 0.5


def test_too_many_labels_for_the_texts_are_left_out_and_told():
    methods = make_settings(["generic", "guided"], [8, 40])
    report = evaluate([grouped()], methods, load=lambda name: FacetEncoder(), seeds=[0])
    assert {score.setting.labels for score in report.scores} == {0, 8}
    assert "made, topic: 60 labelled texts are too few to learn from 40" in report.notes[0]


def test_texts_that_cannot_be_told_apart_in_a_report_are_refused():
    methods = make_settings(["generic"])
    with pytest.raises(CorpusError, match="called made / topic"):
        evaluate([grouped(), grouped()], methods, load=lambda name: FacetEncoder())


def test_nothing_is_scored_where_one_label_is_left():
    lone = Facet("lone", "", (np.arange(60) == 7).astype(np.int64), ("no", "yes"))
    material = GroupedTexts("made", grouped().texts, (lone,))
    with pytest.raises(CorpusError, match="left to be scored by “lone” carry one label only"):
        evaluate([material], make_settings(["guided"], [2]), load=lambda name: FacetEncoder())


def test_encoders_are_loaded_once_and_one_at_a_time():
    loaded = []

    def load(name):
        loaded.append(name)
        return FacetEncoder()

    methods = make_settings(["one", "generic", "two", "base", "guided"], [8])
    report = evaluate([grouped()], methods, encoder="base", load=load, seeds=[0])
    assert loaded == ["base", "one", "two"]
    titles = dict.fromkeys(score.setting.title for score in report.scores)
    assert list(titles) == ["one", "generic", "two", "base", "GuidedTransform, 8 random"]


def test_without_transforms_all_labelled_texts_are_scored():
    report = evaluate([grouped()], make_settings(["one"]), load=lambda name: FacetEncoder(), seeds=[0])
    assert {score.n for score in report.scores if score.measure == "clustering"} == {60}


def test_the_papers_tasks_give_their_average_and_transforms_are_told_to_be_left_out(tmp_path):
    write_published(tmp_path)
    materials = [m for task in TASKS[:3] for m in read_published(task, tmp_path)]
    encoder = FacetEncoder()
    methods = make_settings(["generic", "facets", "guided"], [8])
    report = evaluate(materials, methods, load=lambda name: encoder, seeds=[0])
    assert scores_of(report, "triplets")["generic", HARMONIC].mean == pytest.approx(1)
    found = scores_of(report, "similarity")
    # Cosines 36/37, 4/40, 1/37, 36/40 rank 4 2 1 3, scores 1 0 0 1 rank 3.5 1.5 1.5 3.5.
    assert found["facets", "pairs"].mean == pytest.approx(4 / np.sqrt(20))
    assert found["generic", "pairs"].mean == pytest.approx(0)
    assert "Which feeling?" in encoder.asked
    v = scores_of(report)["facets", HARMONIC].mean
    averages = report.averages()
    assert averages[Setting(Method("reencode", "facets"))] == pytest.approx((1 + 4 / np.sqrt(20) + v) / 3)
    assert Setting(Method("guided"), 8) not in averages
    assert any("InstructSTSB has no labels to learn from" in note for note in report.notes)


def test_robustness_compares_scores_under_right_and_wrong_instructions():
    wordings = Wordings(("The topic?", "Its topic"), ("Hm?",), ("The feeling?",))
    encoder = FacetEncoder()
    methods = make_settings(["generic", "facets"])
    report = evaluate([grouped(wordings=wordings)], methods, load=lambda name: encoder, seeds=[0, 1])
    found = scores_of(report, "ΔCI")
    assert set(found) == {("facets", "topic")}  # of the generic space, both would be 0
    vectors = encoder.encode(grouped().texts, instruction="The feeling?")
    codes = grouped().facets[0].codes
    wrong = np.mean([clustering_score(vectors, codes, seed) for seed in (0, 1)])
    assert found["facets", "topic"].values == pytest.approx((1 - wrong,))
    vague = np.mean([clustering_score(encoder.encode(grouped().texts), codes, seed) for seed in (0, 1)])
    assert scores_of(report, "ΔII")["facets", "topic"].values == pytest.approx((vague - wrong,))


def test_encoders_of_fixed_tasks_are_asked_for_clustering_and_others_for_nothing():
    for follows, tasks, asked, said in [
        (
            "fixed tasks",
            ("clustering", "x"),
            "clustering",
            "fixed tasks only, and encoded the texts for “clustering”",
        ),
        ("no", (), None, "no instruction, and encoded the texts without one"),
    ]:
        encoder = FacetEncoder(follows)
        encoder.tasks = tasks
        report = evaluate([grouped()], make_settings(["facets"]), load=lambda name, e=encoder: e, seeds=[0])
        assert set(encoder.asked) == {asked}
        assert report.notes == (f"facets: it follows {said}.",)


def test_an_instruction_that_is_a_task_of_the_encoder_is_followed():
    encoder = FacetEncoder("fixed tasks")
    encoder.tasks = ("search", "clustering")
    facets = tuple(dataclasses.replace(facet, instruction="search") for facet in grouped().facets)
    material = dataclasses.replace(grouped(), facets=facets)
    report = evaluate([material], make_settings(["facets"]), load=lambda name: encoder, seeds=[0])
    assert set(encoder.asked) == {"search"} and not report.notes


def test_a_run_can_be_stopped():
    def stop(what, done, total):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        evaluate([grouped()], make_settings(["generic"]), load=lambda name: FacetEncoder(), report=stop)
