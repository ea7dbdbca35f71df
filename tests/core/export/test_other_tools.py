"""Labels as other tools take them; their files are read back by the app's own readers."""

import io
import json
import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest

from core.export import label_files
from core.labels import TextRows, choose_columns, match_labels, read_label_file
from tests.support.written import written

NAMES = ["sad", 'so "glad" & <happy>', "never given"]
TABLE = pd.DataFrame(
    {
        "row": pd.array([0, 1, 2, None], dtype="Int64"),
        "text": ["late\nagain", "</script>fine", "=1+1", "a copy"],
        "given_label": pd.array(["sad", None, NAMES[1], "sad"], dtype="str"),
        "predicted_label": ["sad", NAMES[1], "sad", "sad"],
        "probability": [1.0, 0.1234567, 0.5, 1.0],
    }
)


@pytest.fixture
def files():
    return {file.kind: written(file.write) for file in label_files(TABLE, NAMES, "x")}


@pytest.fixture
def tasks(files):
    with zipfile.ZipFile(io.BytesIO(files["label_studio"])) as archive:
        return json.loads(archive.read("tasks.json"))


def lines_of(content):
    return [json.loads(line) for line in content.decode().splitlines()]


def test_given_labels_are_annotations_and_predicted_ones_predictions(tasks):
    assert [task["data"] for task in tasks] == [
        {"text": text, "row": row} for row, text in enumerate(TABLE["text"][:3])
    ]
    assert ["annotations" in task for task in tasks] == [True, False, True]
    (annotation,) = tasks[2]["annotations"]
    assert annotation["result"][0]["value"]["choices"] == [NAMES[1]]
    (prediction,) = tasks[1]["predictions"]
    assert prediction["score"] == 0.123457 and prediction["model_version"] == "refract"
    assert prediction["result"][0]["value"]["choices"] == [NAMES[1]]


def test_the_interface_offers_every_label_under_the_names_of_the_results(files, tasks):
    with zipfile.ZipFile(io.BytesIO(files["label_studio"])) as archive:
        view = ElementTree.fromstring(archive.read("config.xml"))
    assert [choice.get("value") for choice in view.iter("Choice")] == NAMES
    result = tasks[0]["annotations"][0]["result"][0]
    assert result["from_name"] == view.find("Choices").get("name")
    assert result["to_name"] == view.find("Choices").get("toName") == view.find("Text").get("name")
    assert view.find("Text").get("value") == "$text"


def test_label_studio_shows_definitions_as_hints():
    said = 'not "sad" & <glad>'
    (file, *_) = label_files(TABLE, NAMES, "x", {NAMES[1]: said})
    with zipfile.ZipFile(io.BytesIO(written(file.write))) as archive:
        view = ElementTree.fromstring(archive.read("config.xml"))
    assert [choice.get("hint") for choice in view.iter("Choice")] == [None, said, None]


def test_prodigy_gets_what_people_gave_and_nothing_else(files):
    lines = lines_of(files["prodigy"])
    assert [line["meta"]["row"] for line in lines] == [0, 2]
    assert [line["accept"] for line in lines] == [["sad"], [NAMES[1]]]
    # Exactly what its interface `choice` writes with one answer; Prodigy is sold, so no test can open it.
    assert lines[0] == {
        "text": "late\nagain",
        "options": [{"id": name, "text": name} for name in NAMES],
        "accept": ["sad"],
        "answer": "accept",
        "_view_id": "choice",
        "config": {"choice_style": "single"},
        "meta": {"row": 0},
    }


def test_argilla_gets_labels_and_suggestions_apart(files):
    lines = lines_of(files["argilla"])
    assert [line["label"] for line in lines] == ["sad", None, NAMES[1]]
    assert [line["suggestion"] for line in lines] == ["sad", NAMES[1], "sad"]
    assert [line["score"] for line in lines] == [1.0, 0.123457, 0.5]


def test_without_predictions_there_are_none():
    table = TABLE[["row", "text", "given_label"]]
    files = {file.kind: written(file.write) for file in label_files(table, NAMES, "x")}
    assert all(line["suggestion"] is None for line in lines_of(files["argilla"]))
    with zipfile.ZipFile(io.BytesIO(files["label_studio"])) as archive:
        assert "predictions" not in archive.read("tasks.json").decode()


@pytest.mark.parametrize("kind", ["label_studio", "prodigy"])
def test_the_app_reads_its_own_files(files, tasks, kind):
    content = json.dumps(tasks).encode() if kind == "label_studio" else files[kind]
    file = read_label_file("x.json" if kind == "label_studio" else "x.jsonl", content)
    rows = TextRows(TABLE["text"].tolist()[:3], TABLE[["row"]].iloc[:3])
    found = match_labels(rows, file, columns=choose_columns(file.frame, rows))
    assert found.labels == {0: "sad", 2: NAMES[1]}
