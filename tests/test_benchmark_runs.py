"""Every benchmark of the Makefile runs at a tiny size; few-shot, fuzz and chaos have files of their own."""

import json
import re

import numpy as np
import pytest

from benchmarks import __main__ as speed
from benchmarks import (
    batch,
    check_sample,
    load,
    maps,
    names,
    place,
    preview,
    reencode,
    scale,
    scale_report,
    soak,
)
from benchmarks.speed import report
from tests.conftest import ROOT
from tests.support.tiny_models import save_sentence_model

pytestmark = pytest.mark.model


def test_every_benchmark_of_the_makefile_is_run_here():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert set(re.findall(r"-m (benchmarks[\w.]*|core)", makefile)) == {
        "benchmarks",
        "benchmarks.batch",
        "benchmarks.chaos",
        "benchmarks.check_sample",
        "benchmarks.few_shot",
        "benchmarks.fuzz",
        "benchmarks.load",
        "benchmarks.maps",
        "benchmarks.morph",  # in tests/pages/corpus/test_picture.py
        "benchmarks.names",
        "benchmarks.place",
        "benchmarks.reencode",
        "benchmarks.scale",
        "benchmarks.soak",
        "core",
    }


def figures(file):
    found = json.loads(file.read_text(encoding="utf-8"))
    assert found["machine"]
    return found


def predicted_texts(n_right):
    codes = np.arange(200) % 2
    predicted = np.where(np.arange(200) < n_right, codes, 1 - codes)
    given = np.where(np.arange(200) < 20, codes, check_sample.UNANSWERED)
    return check_sample.Predicted("a, b", codes, given, predicted, np.linspace(0.5, 1, 200), 2)


def test_check_samples_of_right_predictions_hold_and_are_narrow():
    right = check_sample.simulate(predicted_texts(200), 30, 20)
    assert right.accuracy == 1 and right.accuracy_held == 1 and right.held.min() == 1
    assert right.error == 0 and right.width < 0.6 * right.wilson_width
    poor = check_sample.simulate(predicted_texts(110), 30, 20)
    assert poor.accuracy == 0.55 and poor.width > 1.5 * right.width and poor.held.min() > 0.8


@pytest.mark.model
def test_check_samples_are_simulated(tmp_path):
    out = tmp_path / "check_sample.md"
    small = ["--texts", "120", "--given", "20", "--sizes", "10", "500", "--draws", "3"]
    rows = check_sample.main([*small, "--out", str(out)])
    assert [row.n_checked for row in rows] == [10] * 3  # no facet has 500 texts left
    assert out.read_text(encoding="utf-8").count("| feedback,") == 3


@pytest.mark.model
def test_encoding_speed_runs(tmp_path):
    found = speed.measure_encoding([f"Text {number}." for number in range(20)], rounds=1)
    assert found["encode_min_cosine"] > 0.99 and found["encode_nn_kept"] > 0.8


@pytest.mark.model
def test_unit_costs_of_the_batch_commands_are_measured(tmp_path, capsys):
    small = ["--texts", "30", "--files", "2", "--encoder", str(save_sentence_model(tmp_path))]
    found = batch.main([*small, "--out", str(tmp_path / "batch.json")])
    assert figures(tmp_path / "batch.json")["encode_seconds"] == found["encode_seconds"] > 0
    assert found["encode_2"] > 0 and found["apply_2"] > 0
    assert found["label_bytes"] < found["result_bytes"]
    assert "| 10,000,000,000 | encode |" in capsys.readouterr().out


def test_a_name_is_right_where_it_is_nearest_to_its_own_class():
    classes = np.eye(3, dtype=np.float32)
    found = np.array([[1, 0, 0], [0.6, 0.8, 0], [0.8, 0, 0.6]], dtype=np.float32)
    assert names.are_right(found, classes).tolist() == [True, True, False]


class Lengths:
    """An encoder of the number of characters."""

    def encode(self, texts):
        return np.array([[1, len(text)] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_class_of_stop_words_has_no_words_and_spoils_no_other():
    texts = ["the train", "the train is late", "it is", "it is not"]
    vectors = np.eye(4, 2, dtype=np.float32)
    clusters = names.Clusters(texts, np.array([0, 0, 1, 1]), vectors, 2, Lengths())
    assert names.tfidf_names(clusters, "english") == ["train · late", ""]
    for weighted in (False, True):
        first, second = names.central_names(clusters, weighted=weighted)
        assert first.split(" · ")[0] in ("train", "late", "train late") and second == ""


@pytest.mark.model
def test_names_runs_for_every_method(tmp_path):
    rows = [f'"the {word} number {i} was here",{word}' for word in ("train", "soup") for i in range(20)]
    (tmp_path / "tiny.csv").write_text("\n".join(["text,kind", *rows]))
    out = tmp_path / "names.json"
    found = names.main([str(tmp_path), "--out", str(out)])
    assert found["tiny, kind: Refract"] == found["all names: class TF-IDF, stop list"] == 100
    assert figures(out)["all names: nearest to the centre"] >= 50


def test_placement_runs_for_every_method():
    seconds = place.main(["--texts", "300", "--dims", "16", "--rounds", "1"])
    assert set(seconds) == {"generic", "guided", "gstransform", "reencode"}


@pytest.mark.model
def test_reencode_runs(tmp_path):
    out = tmp_path / "reencode.json"
    reencode.main(["--texts", "80", "--labels", "10", "--rounds", "1", "--layers", "1", "--out", str(out)])
    assert figures(out)["n_texts"] == 80


def test_scale_runs_every_step(tmp_path):
    out = tmp_path / "scale.md"
    scale.main(["--sizes", "60", "--no-encoder", "--out", str(out)])
    found = out.read_text(encoding="utf-8")
    assert "## Failed" not in found
    assert all(f"| {step} |" in found for step in scale.STEPS)


def test_growth_is_the_slope_of_the_logarithms():
    assert scale_report.exponent([10, 100, 1_000], [2.0, 200.0, 20_000.0], 0.1) == pytest.approx(2)
    assert scale_report.exponent([10, 100, 1_000], [0.0, 3.0, 30.0], 0.1) == pytest.approx(1)
    assert scale_report.exponent([10, 100], [0.0, 3.0], 0.1) is None


@pytest.mark.browser
def test_maps_runs(tmp_path):
    out = tmp_path / "maps.json"
    maps.main(["--sizes", "300", "--rounds", "1", "--warm", "0", "--out", str(out)])
    assert set(figures(out)["search_in_app_s"]) == {"300"}


@pytest.mark.browser
@pytest.mark.model
def test_speed_runs(tmp_path):
    out = tmp_path / "speed.json"
    sizes = ["--texts", "40", "--fitted", "300", "--labelled", "300", "--presses", "3"]
    parts = [part for part in speed.PARTS if part != "preview"]  # which distils an encoder first
    assert not speed.main([*sizes, "--parts", *parts, "--rounds", "1", "--warm", "0", "--out", str(out)])
    found = figures(out)
    assert found["open_s"] > 0 and set(found["deck_s"]) == set(found["fit_to_maps_s"]) == {"300"}
    assert found["processor"]["model"] and found["bertopic_s"] > 0
    assert found["reshape_s"]["300"] > 0 and found["cold_over_warm"] > 0


@pytest.mark.browser
def test_load_runs(tmp_path):
    out = tmp_path / "load.json"
    sizes = ["--texts", "300", "--sessions", "2", "--clicks", "30", "--minutes", "0.1"]
    load.main([*sizes, "--pause", "0", "--warm", "0", "--idle", "1", "--out", str(out)])
    found = figures(out)
    assert found["clicks"] == 30 and found["errors"] == 0 and found["click_p95_s"] > 0
    assert found["labels"] > 0 and found["next_text_p95_s"] > 0
    assert found["labels_lost"] == found["labels_doubled"] == found["people_disordered"] == 0


def test_soak_runs(tmp_path):
    out = tmp_path / "soak.json"
    small = ["--minutes", "0.2", "--texts", "300", "--sessions", "1", "--pause", "0", "--every", "0.5"]
    soak.main([*small, "--out", str(out)])
    found = figures(out)
    assert found["errors"] == 0 and found["n_clicks"] > 0 and found["app_end_mb"] > 0


def test_growth_is_the_slope_after_the_first_quarter():
    seconds = np.linspace(0, 3600, 400)
    memory = np.where(seconds < 900, 100 + seconds / 10, 190) + np.tile([0.0, 1.0], 200)
    samples = [{"seconds": at, "app_mb": mb + at / 3600 * 7} for at, mb in zip(seconds, memory, strict=True)]
    slope, low, high = soak.slope(samples, "app_mb")
    assert low <= slope <= high and slope == pytest.approx(7)


def test_memory_that_grows_after_the_first_clicks_is_seen():
    seconds = [0.1] * 300
    steady = load.Load(None, 300, 0, seconds, [*np.linspace(200, 300, 100), *[300] * 200])
    growing = load.Load(None, 300, 0, seconds, [*np.linspace(200, 300, 100), *np.linspace(300, 320, 200)])
    assert abs(load.summarise(steady, 0)["memory_per_100_clicks_mb"]) < 1e-6
    assert 9 < load.summarise(growing, 0)["memory_per_100_clicks_mb"] < 11


def test_a_part_that_fails_is_named_and_stops_no_other(capsys):
    measured = report.Report()
    measured.run("broken", lambda: {}["nothing"])
    measured.run("whole", lambda: measured.add(report.Row("Open", 1.5, budget=1.0)))
    assert list(measured.failed) == ["broken"]
    assert "1.5 s" in capsys.readouterr().out
    lines = measured.table().splitlines()
    assert "MISSED" in lines[1] and lines[2].startswith("broken") and "KeyError" in lines[2]


def test_a_budget_may_be_a_least_figure():
    assert report.Row("Ratio", 1.2, "x", 1.15, at_least=True).met
    assert report.Row("Seconds", 1.2, "s", 1.15).met is False and report.Row("Seconds", 1.2).met is None


def test_preview_runs(home, monkeypatch):
    monkeypatch.setattr(preview, "make_encoder", lambda name: None)
    assert preview.measure_preview(60) > 0
