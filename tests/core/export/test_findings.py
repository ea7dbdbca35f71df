import json
import math
from dataclasses import replace

import numpy as np

from core.encoders import DEFAULT_ENCODER
from core.evidence import (
    CheckEstimate,
    Control,
    CurvePoint,
    DrivingWord,
    Evidence,
    Findings,
    Interval,
    LabelEvidence,
    LabelShare,
    LearningCurve,
)
from core.export import findings_to_json_bytes, linear_to_npz_bytes
from core.maps import Fit, MapQuality
from core.transforms import LinearForm, Method

LINEAR = LinearForm(
    np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]], dtype=np.float32),
    np.array([0.5, 0.0, 0.0], dtype=np.float32),
    0.75,
)
FIT = Fit(
    space=None,
    space_key="key",
    method=Method(),
    instruction="by feeling",
    labels=["sad", "glad"],
    label_ids=[1, 2],
    phrases=[["sad"], ["glad"]],
    classes=[0, 1],
    given=np.array([0, -1, -1, 1]),
    probabilities=np.array([[1, 0], [0.5, 0.5], [0, 1], [0, 1]], dtype=np.float32),
    label_vectors=np.eye(2, dtype=np.float32),
)
FINDINGS = Findings(
    evidence=Evidence(
        n_labels=2,
        n_classes=2,
        n_tested=0,
        by_label=(LabelEvidence(0, 1, math.nan, math.nan), LabelEvidence(1, 12, 0.5, 0.75)),
    ),
    change=np.array([0.0, 0.5], dtype=np.float32),
    linear=LINEAR,
    map_quality=MapQuality(trustworthiness=0.75, kept=0.5, near=1.0, n_neighbours=15),
    words=((DrivingWord("late", 0.5, 0.25, 0.0),), ()),
    control=Control(permuted=0.5),
    curve=LearningCurve(n_labels=12, points=(CurvePoint(8, 0.5, 0.625),)),
)
ABOUT = {"encoder": "words"}


def test_the_linear_form_is_used_as_its_own_lines_say(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    content = linear_to_npz_bytes(FIT, LINEAR, **ABOUT, file_name="form.npz")
    (tmp_path / "form.npz").write_bytes(content)
    form = np.load("form.npz", allow_pickle=False)
    assert form["label_names"].tolist() == ["sad", "glad"]
    assert (str(form["encoder"]), str(form["instruction"])) == ("words", "by feeling")
    assert form["n_labels_given"] == 2
    lines = str(form["how_to"]).replace("X = ...", "X = np.array([[1, 0], [0.6, 0.8]], dtype=np.float32)")
    assert len(lines.splitlines()) == 5
    names = {}
    exec(lines, names)
    # By hand: the rows of W, mixed, plus the intercept.
    np.testing.assert_allclose(names["Z"], [[1.5, 0, 2], [1.1, 0.8, 0.4]], atol=1e-6)
    np.testing.assert_allclose(names["Z"], LINEAR.transform(names["X"]), atol=1e-6)
    assert capsys.readouterr().out.strip() == "0.75"


def test_the_linear_form_of_a_fit_with_views_takes_them_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    centres = {f"view_centre_{view}": np.zeros(2) for view in range(3)}
    fit = replace(FIT, classifier=centres | {"view_weights": np.array([0.5, 0.25, 0.25])})
    weights = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    linear = LinearForm(weights, np.ones(3, dtype=np.float32), 0.75)
    (tmp_path / "form.npz").write_bytes(linear_to_npz_bytes(fit, linear, **ABOUT, file_name="form.npz"))
    form = np.load("form.npz", allow_pickle=False)
    assert form["weights"].shape == (2, 3) and form["view_weights"].shape == (2, 2, 3)
    lines = str(form["how_to"]).replace("X = ...", "X = np.array([[1, 0], [0.6, 0.8]])")
    names = {}
    exec(
        lines.replace("V = [...]", "V = [np.array([[2.0, 0], [0, 3.0]]), np.array([[3.0, 4.0], [1, 0]])]"),
        names,
    )
    np.testing.assert_allclose(names["Z"], linear.transform(names["X"], names["V"]), atol=1e-6)


def test_findings_leave_as_json_that_every_reader_takes():
    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    found = json.loads(findings_to_json_bytes(FIT, FINDINGS, **ABOUT), parse_constant=refuse)
    assert found["instruction"] == "by feeling" and found["encoder"] == "words"
    assert found["method"] == {"kind": "guided", "encoder": "", "template": ""}
    assert found["n_labels_given"] == 2 and found["from_names_only"] is False
    assert found["evidence"]["verdict"] == "too early to tell"
    assert found["evidence"]["generic"] is None
    assert found["evidence"]["by_label"] == {
        "sad": {"n_labels": 1, "generic": None, "reshaped": None},
        "glad": {"n_labels": 12, "generic": 0.5, "reshaped": 0.75},
    }
    assert found["control"] == {"permuted": 0.5}
    assert found["learning_curve"]["doubling"] is None
    assert found["learning_curve"]["points"] == [{"n_labels": 8, "generic": 0.5, "reshaped": 0.625}]
    assert found["neighbours_replaced_mean"] == 0.25
    assert found["linear_form_agreement"] == 0.75
    assert found["map_quality"]["kept"] == 0.5 and found["map_quality"]["displacement"] is None
    assert found["driving_words"] == {
        "sad": [{"word": "late", "weight": 0.5, "inside": 0.25, "outside": 0.0}],
        "glad": [],
    }


def test_definitions_leave_beside_the_labels():
    content = findings_to_json_bytes(FIT, FINDINGS, encoder="words", definitions={"sad": "not glad"})
    assert json.loads(content)["definitions"] == {"sad": "not glad"}


def test_what_was_not_measured_is_null():
    found = json.loads(findings_to_json_bytes(FIT, Findings(), **ABOUT))
    names = ("evidence", "control", "learning_curve", "neighbours_replaced_mean", "driving_words")
    names += ("linear_form_agreement", "map_quality")
    assert all(found[name] is None for name in names)
    assert found["check_sample"] is None


def test_a_check_sample_leaves_with_its_intervals():
    shares = (
        LabelShare("sad", Interval(0.75, 0.5, 0.875), 0.5),
        LabelShare(None, Interval(0.25, 0, 0.5), 0.0),
    )
    check = CheckEstimate(100, 10, 30, 2, Interval(0.5, 0.25, 0.75), shares)
    found = json.loads(findings_to_json_bytes(FIT, FINDINGS, **ABOUT, check=check))["check_sample"]
    assert (found["n_texts"], found["n_known"], found["n_checked"], found["n_skipped"]) == (100, 10, 30, 2)
    assert found["accuracy"] == {"value": 0.5, "low": 0.25, "high": 0.75}
    assert found["shares"] == [
        {"label": "sad", "value": 0.75, "low": 0.5, "high": 0.875, "predicted": 0.5},
        {"label": "none of these", "value": 0.25, "low": 0, "high": 0.5, "predicted": 0},
    ]
    few = replace(check, n_checked=9)
    assert json.loads(findings_to_json_bytes(FIT, FINDINGS, **ABOUT, check=few))["check_sample"] is None


def test_the_commit_of_the_encoder_leaves_with_the_findings():
    commits = {f"owner/model@{'1' * 40}#avg_gen": "1" * 40, "owner/model@main": "", "words": ""}
    for encoder, commit in commits.items():
        about = {**ABOUT, "encoder": encoder}
        assert json.loads(findings_to_json_bytes(FIT, FINDINGS, **about))["encoder_commit"] == commit
    packaged = json.loads(findings_to_json_bytes(FIT, FINDINGS, **{**ABOUT, "encoder": DEFAULT_ENCODER}))
    assert len(packaged["encoder_commit"]) == 40
