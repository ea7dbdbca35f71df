"""The evaluation of the papers: hand-worked figures, what is read, what is compared, what is reported."""

import dataclasses
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from core.__main__ import main
from core.errors import Cancelled, CorpusError, EncoderUnavailable
from core.evidence.benchmark import (
    TASKS,
    GroupedTexts,
    MtebEncoder,
    Report,
    Score,
    Setting,
    Wordings,
    evaluate,
    find_task,
    make_settings,
    read_facets,
    read_published,
)
from core.evidence.benchmark.data import Facet, TextPairs, TextTriplets, draw_triplets
from core.evidence.benchmark.methods import pick
from core.evidence.benchmark.metrics import (
    clustering_score,
    harmonic_mean,
    margins,
    purity_score,
    similarity_score,
    triplet_score,
    v_measure,
)
from core.evidence.benchmark.report import HARMONIC
from core.transforms import Method
from tests.conftest import make_frame

ROOT = Path(__file__).resolve().parents[3]


def at_angles(*degrees):
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class FacetEncoder:
    """Reads "topic/feeling" texts: a direction for each word, topics louder unless feelings are asked for."""

    name, key, n_dims, max_tokens, tasks = "facets", "facets-1", 16, 64, ()

    def __init__(self, follows="free text"):
        self.follows_instructions = follows
        self.asked = []

    def prompt_for(self, instruction):
        return instruction or ""

    def key_for(self, instruction):
        return f"{self.key}{instruction}"

    def encode(self, texts, *, instruction=None, progress=None):
        self.asked.append(instruction)
        vectors = np.zeros((len(texts), self.n_dims), np.float32)
        for row, text in enumerate(texts):
            for place, word in enumerate(text.split("/")):
                kind = ("topic", "feeling")[place % 2]
                loud = 6 if instruction and kind in instruction else 2 - place % 2
                vectors[row, sum(map(ord, word)) % self.n_dims] += loud
        if progress:
            progress(len(texts), len(texts))
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def grouped(n=60, wordings=None):
    """Texts such as "b/y": topics a, b, c crossed with feelings x, y."""
    topics, feelings = np.arange(n) % 3, np.arange(n) // 3 % 2
    texts = [f"{'abc'[topic]}/{'xy'[feeling]}" for topic, feeling in zip(topics, feelings, strict=True)]
    return GroupedTexts(
        "made",
        texts,
        (
            Facet("topic", "Which topic?", topics, ("a", "b", "c"), wordings),
            Facet("feeling", "Which feeling?", feelings, ("x", "y")),
        ),
    )


# Figures


def test_v_measure_is_the_harmonic_mean_of_homogeneity_and_completeness():
    # Labels 0 0 1 1, clusters 0 0 1 2: h = 1; H(cluster) = 1.5 bits, H(cluster | label) = 0.5, so c = 2/3.
    assert v_measure(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])) == pytest.approx(0.8)
    assert v_measure(np.array([0, 0, 1, 1]), np.array([1, 1, 0, 0])) == pytest.approx(1)
    assert v_measure(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])) == pytest.approx(0)


def test_clustering_goes_by_direction_and_the_same_seed_gives_the_same():
    Z = at_angles(0, 2, 4, 90, 92, 94) * np.array([[1], [50], [1], [50], [1], [50]], dtype=np.float32)
    codes = np.array([0, 0, 0, 1, 1, 1])
    assert clustering_score(Z, codes, seed=3) == clustering_score(Z, codes, seed=3) == pytest.approx(1)


def test_v_of_clusters_by_hand():
    # Clusters {a, a, b} and {b}, in bits. Labels 1, labels within clusters 3/4 H(1/3) = 0.6887: homogeneity
    # 0.3113. Clusters H(1/4) = 0.8113, clusters within labels 1/2: completeness 0.3837. V = 2 hc / (h + c).
    Z = at_angles(0, 1, 2, 90)
    assert clustering_score(Z, np.array([0, 0, 1, 1]), seed=0) == pytest.approx(0.3437, abs=1e-4)
    assert clustering_score(Z, np.array([0, 0, 0, 1]), seed=0) == pytest.approx(1)


def test_purity_is_the_share_of_nearest_others_with_the_same_label():
    # Nearest two of each: 0 → 10, 30; 10 → 0, 30; 30 → 10, 0; 90 → 30, 10. Labels a a b b:
    # 0 finds one a of two, 10 one, 30 no b, 90 one b: (1/2 + 1/2 + 0 + 1/2) / 4.
    Z = at_angles(0, 10, 30, 90)
    assert purity_score(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=2) == pytest.approx(0.375)
    assert purity_score(Z, np.array([0, 0, 0, 0]), 0, n_neighbors=2) == 1
    assert purity_score(Z, np.array([0, 0, 0, 0]), 0) == 1  # fewer others than neighbours


def test_purity_goes_by_angle_and_not_by_length():
    # Nearest by angle: 0 ↔ 10, 60 ↔ 70; by distance the two short and the two long ones would be.
    Z = at_angles(0, 10, 60, 70) * np.array([[1], [9], [1], [9]], dtype=np.float32)
    assert purity_score(Z, np.array([0, 0, 1, 1]), 0, n_neighbors=1) == 1


def test_purity_looks_at_a_sample_of_texts():
    # One text of four: it finds its label or it does not; all four would give a half.
    Z, codes = at_angles(0, 10, 60, 70), np.array([0, 0, 1, 2])
    found = {purity_score(Z, codes, seed, n_neighbors=1, n_queries=1) for seed in range(20)}
    assert found == {0.0, 1.0}
    assert purity_score(Z, codes, 0, n_neighbors=1) == 0.5


def test_spearman_compares_ranks_and_shares_them_among_equals():
    # Cosines fall with the angle: 0, 20, 60, 90 degrees rank 4, 3, 2, 1.
    first, second = at_angles(0, 0, 0, 0), at_angles(0, 20, 60, 90)
    assert similarity_score(first, second, np.array([9, 8, 2, 1])) == pytest.approx(1)
    assert similarity_score(first, second, np.array([1, 2, 3, 100])) == pytest.approx(-1)
    # Scores 1 1 0 0 rank 3.5 3.5 1.5 1.5: covariance 4 over the root of 5 x 4.
    assert similarity_score(first, second, np.array([1, 1, 0, 0])) == pytest.approx(4 / np.sqrt(20))


def test_spearman_is_0_where_nothing_is_ranked():
    assert similarity_score(at_angles(0, 0), at_angles(10, 50), np.array([1, 1])) == 0
    assert similarity_score(at_angles(0, 0), at_angles(10, 10), np.array([0, 1])) == 0


def test_a_triplet_succeeds_only_if_the_positive_is_strictly_nearer():
    anchor = at_angles(0, 0, 0, 0)
    positive, negative = at_angles(10, 50, 30, 10), at_angles(50, 10, 30, 20)
    assert triplet_score(anchor, positive, negative) == 0.5  # yes, no, tie, yes
    longer = positive * np.array([[9], [1], [9], [1]], dtype=np.float32)
    assert triplet_score(anchor, longer, negative) == 0.5


def test_the_harmonic_mean_is_high_only_where_all_are():
    assert harmonic_mean([0.5, 1.0]) == pytest.approx(2 / 3)
    assert harmonic_mean([0.3, 0.3]) == pytest.approx(0.3)
    assert harmonic_mean([1.0, 0.0]) == pytest.approx(0, abs=1e-7)


def test_margins_take_the_worst_right_and_the_best_wrong_instruction():
    found = margins(correct=[0.9, 0.6], implicit=[0.5, 0.8], incorrect=[0.1, 0.55])
    assert found.correct == pytest.approx(0.05)
    assert found.implicit == pytest.approx(-0.05)


# Materials


def test_triplets_share_this_facet_or_the_other_one_only():
    made = grouped()
    topic, feeling = made.facets
    triplets = draw_triplets(made.facets, topic, np.arange(60), seed=0)
    assert triplets.shape == (60, 3)
    anchor, positive, negative = triplets.T
    assert (topic.codes[anchor] == topic.codes[positive]).all()
    assert (feeling.codes[anchor] != feeling.codes[positive]).all()
    assert (topic.codes[anchor] != topic.codes[negative]).all()
    assert (feeling.codes[anchor] == feeling.codes[negative]).all()
    assert len(draw_triplets(made.facets, topic, np.arange(60), seed=0, most=7)) == 7
    assert set(draw_triplets(made.facets, topic, np.arange(0, 60, 2), 0).ravel()) <= set(range(0, 60, 2))


def test_a_single_facet_has_no_triplets():
    made = grouped()
    assert draw_triplets(made.facets[:1], made.facets[0], np.arange(60), 0).shape == (0, 3)


@pytest.mark.parametrize("picking", ["random", "suggested"])
def test_picks_are_different_labelled_rows_of_two_labels_at_least(picking):
    codes = np.where(np.arange(60) < 50, 0, 1)
    codes[10:20] = -1
    vectors = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    facet = Facet("f", "", codes, ("a", "b"))
    for n in (1, 2, 15):
        picked = pick(facet, vectors, n, picking, seed=1)
        assert len(set(picked)) == len(picked) == max(n, 2)
        assert set(codes[picked]) == {0, 1}


def test_random_picks_of_fewer_labels_are_among_those_of_more():
    codes = np.arange(60) % 3
    facet, vectors = Facet("f", "", codes, ("a", "b", "c")), np.eye(60, dtype=np.float32)
    assert set(pick(facet, vectors, 10, "random", 4)) <= set(pick(facet, vectors, 20, "random", 4))


# Reading


def test_a_table_is_read_with_its_facets(tmp_path):
    frame = make_frame()
    frame["empty"] = ""
    frame.loc[:3, "feeling"] = ""
    frame.to_csv(tmp_path / "tickets.csv", index=False)
    material = read_facets(tmp_path / "tickets.csv", instructions={"topic": "About what?"})
    assert material.dataset == "tickets"
    assert material.texts == frame["text"].tolist()
    topic, feeling = material.facets  # neither stars (all different) nor the empty column
    assert (topic.name, topic.instruction) == ("topic", "About what?")
    assert topic.labels == ("billing", "delivery", "recipes")
    assert [topic.labels[code] for code in topic.codes] == frame["topic"].tolist()
    assert feeling.instruction == "What is the feeling?"
    assert (feeling.codes[:4] == -1).all() and len(feeling.labelled) == 56


def test_a_large_table_is_sampled_the_same_way_each_time(tmp_path):
    make_frame().to_csv(tmp_path / "t.csv", index=False)
    first, again = (read_facets(tmp_path / "t.csv", most_texts=20) for _ in range(2))
    assert len(first.texts) == len(first.facets[0].codes) == 20
    assert first.texts == again.texts


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"facets": ["mood"]}, "“t.csv” has no column “mood” among text, topic, feeling, stars"),
        ({"facets": ["text"]}, "“text” of “t.csv” holds the texts, so that it cannot label them"),
        ({"text_column": "body"}, "no column “body”"),
        ({"facets": ["same"]}, "only the label “x”"),
    ],
)
def test_a_table_that_lacks_something_says_so(tmp_path, options, words):
    frame = make_frame()
    if "same" in options.get("facets", []):
        frame["same"] = "x"
    frame.to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CorpusError, match=words):
        read_facets(tmp_path / "t.csv", **options)


def test_a_table_without_labels_says_so(tmp_path):
    make_frame()[["text", "stars"]].to_csv(tmp_path / "t.csv", index=False)
    with pytest.raises(CorpusError, match="no column with 2 to 50 labels beside its texts"):
        read_facets(tmp_path / "t.csv")


def write_published(folder):
    """Small files laid out as the papers' data are."""
    for name in ("IntentEmotion", "InstructSTSB", "NYTClustering"):
        (folder / name).mkdir()
    for aspect in ("emotion", "intent"):
        rows = {"anchor": ["a/x", "b/y"], "positive": ["a/y", "b/x"], "negative": ["c/x", "c/y"]}
        pd.DataFrame(rows).to_csv(folder / "IntentEmotion" / f"{aspect}.csv", index=False)
    rows = [
        {"sentence1": "a/x", "sentence2": "a/y", "instruction": "Which topic?", "score": 1},
        {"sentence1": "a/x", "sentence2": "a/y", "instruction": "Which feeling?", "score": 0},
        {"sentence1": "b/x", "sentence2": "c/x", "instruction": "Which topic?", "score": 0},
        {"sentence1": "b/x", "sentence2": "c/x", "instruction": "Which feeling?", "score": 1},
    ]
    (folder / "InstructSTSB" / "test.json").write_text("\n".join(map(json.dumps, rows)))
    made = grouped()
    for aspect, facet in zip(("topic", "location"), made.facets, strict=True):
        # The hub's own copies lie as Parquet in a folder for each.
        (folder / "NYTClustering" / aspect / "test").mkdir(parents=True)
        pd.DataFrame({"text": made.texts, "cluster": facet.codes}).to_parquet(
            folder / "NYTClustering" / aspect / "test" / "0000.parquet"
        )


def test_the_papers_data_are_read_from_a_folder(tmp_path):
    write_published(tmp_path)
    emotion, intent = read_published(find_task("intentemotion"), tmp_path)
    assert isinstance(emotion, TextTriplets)
    assert (emotion.aspect, emotion.instruction) == ("emotion", "How does the customer feel?")
    assert (intent.aspect, intent.negative) == ("intent", ["c/x", "c/y"])
    (pairs,) = read_published(find_task("InstructSTSB"), tmp_path)
    assert isinstance(pairs, TextPairs)
    assert pairs.scores.tolist() == [1, 0, 0, 1]
    topic, location = read_published(find_task("BrandonZYW/NYTClustering"), tmp_path / "NYTClustering")
    assert location.facets[0].instruction == "Where did the news happen?"
    assert (topic.dataset, topic.facets[0].name, topic.facets[0].labels) == (
        "NYTClustering",
        "topic",
        ("0", "1", "2"),
    )
    assert topic.facets[0].codes.tolist() == grouped().facets[0].codes.tolist()


def test_a_folder_without_the_data_says_what_is_needed(tmp_path):
    with pytest.raises(CorpusError, match=r"does not hold .* NYTClustering \(topic.csv and location.csv"):
        read_published(find_task("NYTClustering"), tmp_path)
    (tmp_path / "topic.csv").write_text("text,label\na,b\n")
    with pytest.raises(CorpusError, match=r"“topic\.csv” has no column “cluster” among text, label"):
        read_published(find_task("NYTClustering"), tmp_path)


def test_without_network_the_dataset_and_the_folder_are_named(monkeypatch, tmp_path):
    import huggingface_hub

    asked = []

    def refuse(**wanted):
        asked.append(wanted)
        raise ConnectionError

    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    task = find_task("NYTClustering")
    with pytest.raises(CorpusError) as raised:
        read_published(task)
    said = str(raised.value)
    assert "BrandonZYW/NYTClustering is not on this machine" in said
    assert "--folder FOLDER, with topic.csv and location.csv in FOLDER/NYTClustering" in said
    assert said.count(".  ") == 0 and "\n" not in said
    assert [wanted["revision"] for wanted in asked] == [task.revision] * 2
    assert asked[0]["repo_type"] == "dataset"


def test_a_fetch_that_was_stopped_in_the_middle_is_taken_up_again(tmp_path, monkeypatch):
    huggingface_hub = pytest.importorskip("huggingface_hub")

    def fetch(local_files_only=False, **wanted):
        for aspect in ("topic", "location")[: 1 if local_files_only else 2]:
            (tmp_path / f"{aspect}.csv").write_text("text,cluster\none,a\ntwo,b\n")
        return str(tmp_path)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    assert len(read_published(find_task("NYTClustering"))) == 2


def test_every_task_is_found_by_its_name_and_has_an_instruction_where_rows_have_none():
    for task in TASKS:
        assert find_task(task.hub_name.upper()) is task
        assert all(aspect.instruction for aspect in task.aspects) == (task.kind != "pairs")
    assert find_task("nothing") is None


# Runs


def scores_of(report, measure="clustering"):
    return {
        (score.setting.title, score.facet): score
        for score in (*report.scores, *report.joined())
        if score.measure == measure
    }


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


# Reports


def score(method, facet, *values, measure="clustering", dataset="made"):
    return Score(dataset, facet, measure, method, values, 10, 1.5)


def test_the_report_lines_up_methods_and_facets():
    generic, other = Setting(), Setting(Method("guided"), 1_200, "suggested")
    report = Report(
        "tiny",
        (
            score(generic, "topic", 0.5, 0.7),
            score(generic, "mood", 0.1, 0.1),
            score(other, "topic", 0.9, 0.9),
        ),
        ("Something was left out.",),
    )
    lines = report.to_text().split("\n")
    assert lines[:3] == [
        "made",
        "Clustering: V-measure of k-means",
        "                                        topic        mood  harmonic mean  seconds",
    ]
    assert " ".join(lines[3].split()) == "generic 60.0 ± 10.0 10.0 ± 0.0 17.1 ± 0.4 1.50"
    # No harmonic mean for a method that some facets lack: it would stand beside others of more facets.
    assert " ".join(lines[4].split()) == "GuidedTransform, 1,200 suggested 90.0 ± 0.0 – – 1.50"
    assert report.to_text().endswith("Something was left out.\n")
    document = json.loads(json.dumps(report.to_document()))
    assert document["scores"][0] == {
        "dataset": "made",
        "facet": "topic",
        "measure": "clustering",
        "method": "generic",
        "values": [0.5, 0.7],
        "n": 10,
        "seconds": 1.5,
        "mean": pytest.approx(0.6),
        "sd": pytest.approx(0.1),
        "labels": 0,
        "picking": "",
    }
    assert [row["facet"] for row in document["scores"]] == ["topic", "mood", "topic", HARMONIC]


# The command


@pytest.fixture
def tickets(tmp_path, monkeypatch):
    """A table of texts for the command, and encoders that need no model."""
    made = grouped()
    facets = {facet.name: [facet.labels[code] for code in facet.codes] for facet in made.facets}
    file = tmp_path / "tickets.csv"
    pd.DataFrame({"text": made.texts, **facets}).to_csv(file, index=False)
    monkeypatch.setattr(
        "core.evidence.benchmark.cli.evaluate",
        lambda *a, **k: evaluate(*a, **k, load=lambda n: FacetEncoder()),
    )
    return file


def test_the_command_writes_a_table_and_a_file(tickets, tmp_path, capsys):
    robustness = tmp_path / "wordings.json"
    sorts = {"correct": ["The topic?"], "implicit": ["Hm?"], "incorrect": ["The feeling?"]}
    robustness.write_text(json.dumps({"topic": sorts}))
    named = ["--text", "text", "--instruction", "topic=Which topic?", "--robustness", str(robustness)]
    methods = ["--methods", "generic", "guided", "mine", "--labels", "8", "--seeds", "2"]
    kept = tmp_path / "out" / "scores.json"
    status = main(["evaluate", str(tickets), *methods, *named, "--json", str(kept)])
    shown = capsys.readouterr()
    assert status == 0 and shown.err == ""
    assert "GuidedTransform, 8 random" in shown.out and "Robustness ΔCI" in shown.out
    document = json.loads(kept.read_text(encoding="utf-8"))
    assert {row["measure"] for row in document["scores"]} == {
        "clustering",
        "purity",
        "triplets",
        "similarity",
        "ΔCI",
        "ΔII",
    }


def test_what_cannot_be_evaluated_is_one_sentence(tickets, tmp_path, capsys):
    assert main(["evaluate", "Nothing"]) == 1
    assert "“Nothing” is neither a file nor a task of the papers" in capsys.readouterr().err
    wordings = tmp_path / "w.json"
    empty = '{"topic": {"correct": ["x"], "implicit": [], "incorrect": ["y"]}}'
    for content in [None, "{", "[]", '{"topic": {"correct": ["x"]}}', '{"other": {}}', "{}", empty]:
        if content is not None:
            wordings.write_text(content)
        assert main(["evaluate", str(tickets), "--robustness", str(wordings)]) == 1
        shown = capsys.readouterr().err
        assert shown.startswith(str(wordings)) and '"incorrect"' in shown
        assert shown.endswith(".\n") and shown.count("\n") == 1


def test_figures_that_cannot_be_kept_are_shown_all_the_same(tickets, tmp_path, capsys):
    quick = ["evaluate", str(tickets), "--methods", "generic", "--seeds", "1"]
    assert main([*quick, "--json", str(tickets / "x.json")]) == 1  # a file where a folder is needed
    shown = capsys.readouterr()
    assert "V-measure" in shown.out and "REFRACT_HOME" not in shown.err
    assert shown.err.startswith(f"The figures could not be kept in {tickets / 'x.json'} (")
    assert main([*quick, "--json", str(tmp_path)]) == 1
    shown = capsys.readouterr()
    assert shown.out == "" and shown.err == f"“{tmp_path}” is a folder: name a file for the figures.\n"


def test_an_instruction_for_no_column_is_refused(tickets, capsys):
    quick = ["evaluate", str(tickets), "--methods", "generic", "--seeds", "1"]
    assert main([*quick, "--instruction", "Topic=Which?"]) == 1
    assert "“Topic”, and no such column is evaluated among topic" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--labels", "0"], "0 found; a whole number from 1 is needed"),
        (["--labels", "two"], "two found; a whole number from 1 is needed"),
        (["--instruction", "topic"], "“topic” found; COLUMN=TEXT is needed"),
        (["--picks", "best"], "invalid choice: 'best'"),
        ([], "required: DATA"),
    ],
)
def test_wrong_options_are_refused(options, said, capsys):
    with pytest.raises(SystemExit) as raised:
        main(["evaluate", *(["x.csv", *options] if options else [])])
    assert raised.value.code == 2
    shown = capsys.readouterr().err
    assert "usage: python -m core evaluate" in shown and said in shown


def test_help_names_every_task_and_is_there_without_slow_libraries():
    code = (
        "import sys\nfrom core.__main__ import main\ntry:\n    main(['evaluate', '--help'])\n"
        "except SystemExit:\n    pass\n"
        "print(sorted({'torch', 'umap', 'numba', 'sentence_transformers', 'mteb'} & set(sys.modules)))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        encoding="utf-8",
    ).stdout
    assert all(task.name in shown for task in TASKS)
    assert shown.endswith("[]\n")


# mteb


class Doubling:
    """A transform that keeps every second dimension."""

    def transform(self, X):
        return X[:, ::2].astype(np.float64)


def batches(*groups):
    """What mteb's data loader yields."""
    return [{"text": list(group), "id": ["x"] * len(group)} for group in groups]


def encode(model, prompt=None, prompt_type=None):
    return model.encode(
        batches(["a/x", "b/x"], ["c/y"]),
        task_metadata=types.SimpleNamespace(name="t", prompt=prompt),
        hf_split="test",
        hf_subset="default",
        prompt_type=prompt_type,
        batch_size=32,
        show_progress_bar=False,
    )


def test_mteb_gets_the_reshaped_vectors_of_all_batches_in_order():
    encoder = FacetEncoder("no")
    plain = encode(MtebEncoder(encoder))
    assert np.array_equal(plain, encoder.encode(["a/x", "b/x", "c/y"]))
    reshaped = encode(MtebEncoder(encoder, transform=Doubling()))
    assert reshaped.dtype == np.float32
    assert np.array_equal(reshaped, plain[:, ::2])


def test_mteb_instructions_reach_encoders_that_follow_them():
    query = types.SimpleNamespace(value="query")
    for given, follows, prompt, prompt_type, asked in [
        (None, "free text", "Which topic?", None, "Which topic?"),
        (None, "free text", {"query": "Which feeling?"}, query, "Which feeling?"),
        (None, "free text", {"document": "d"}, query, None),
        (None, "free text", None, None, None),
        (None, "no", "Which topic?", None, None),
        (None, "fixed tasks", "Which topic?", None, None),
        ("Mine?", "free text", "Which topic?", None, "Mine?"),
    ]:
        encoder = FacetEncoder(follows)
        encode(MtebEncoder(encoder, instruction=given), prompt, prompt_type)
        assert encoder.asked == [asked]


def test_mteb_similarities_are_cosines():
    torch = pytest.importorskip("torch")
    model = MtebEncoder(FacetEncoder())
    first, second = at_angles(0, 90) * 3, at_angles(0, 60)
    assert model.similarity(first, torch.tensor(second)).numpy() == pytest.approx(
        np.array([[1, 0.5], [0, np.sqrt(0.75)]]), abs=1e-6
    )
    assert model.similarity_pairwise(first, second).numpy() == pytest.approx([1, np.sqrt(0.75)], abs=1e-6)
    assert model.similarity(first[0], second[1]).shape == (1, 1)


def test_mteb_results_are_filed_under_what_the_vectors_follow_from(monkeypatch):
    class ModelMeta:
        @classmethod
        def create_empty(cls, overwrites=None):
            return types.SimpleNamespace(**overwrites)

    fake = types.ModuleType("mteb.models.model_meta")
    fake.ModelMeta = ModelMeta
    for name, module in [
        ("mteb", types.ModuleType("mteb")),
        ("mteb.models", types.ModuleType("mteb.models")),
    ]:
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.setitem(sys.modules, "mteb.models.model_meta", fake)
    encoder = FacetEncoder()
    models = [
        MtebEncoder(encoder),
        MtebEncoder(encoder, instruction="Which?"),
        MtebEncoder(encoder, transform=Doubling()),
    ]
    assert len({model.mteb_model_meta.revision for model in models}) == 3
    assert models[0].mteb_model_meta.revision == MtebEncoder(encoder).mteb_model_meta.revision
    assert {model.mteb_model_meta.name for model in models} == {"refract/facets"}
    encoder.name = "/home/me/a model"
    assert MtebEncoder(encoder).mteb_model_meta.name == "refract/home-me-a model"


def test_without_mteb_one_sentence_says_so(monkeypatch):
    for name in ("mteb", "mteb.models", "mteb.models.model_meta"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(EncoderUnavailable, match="pip install mteb"):
        _ = MtebEncoder(FacetEncoder()).mteb_model_meta
