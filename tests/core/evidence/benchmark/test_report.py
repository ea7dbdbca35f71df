import json

import pytest

from core.evidence.benchmark import Report, Score, Setting
from core.evidence.benchmark.report import HARMONIC
from core.transforms import Method


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
