"""The commands over a data folder, from a file to predictions."""

import json

import pandas as pd
import pytest

from core.__main__ import COMMANDS, main
from core.storage import Store
from tests.conftest import make_frame


@pytest.fixture
def run(home, capsys):
    """Run a command; return what it printed, read as JSON where that was asked for."""

    def run(*arguments, status=0):
        assert main([str(each) for each in arguments]) == status
        printed = capsys.readouterr()
        if status:
            return printed.err
        return json.loads(printed.out) if "--json" in arguments else printed.out

    return run


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "letters.csv"
    make_frame().to_csv(path, index=False)
    return path


@pytest.fixture
def encoded(run, letters):
    run("encode", letters, "--encoder", "words")


@pytest.fixture
def fitted(run, encoded):
    return run("fit", "letters.csv", "--column", "feeling", "--json")


def test_the_whole_story(run, letters, tmp_path):
    said = run("encode", letters, "--encoder", "words", "--json")
    assert (said["corpus"], said["n_texts"], said["text_column"], said["n_dims"]) == (
        "letters.csv",
        60,
        "text",
        48,
    )
    run("suggest", "letters.csv", "-n", "24", "--out", tmp_path / "labels.csv")
    asked = pd.read_csv(tmp_path / "labels.csv")
    assert list(asked) == ["row", "text", "label"] and len(asked) == 24 and asked["label"].isna().all()
    asked["label"] = make_frame()["feeling"].iloc[asked["row"]].to_numpy()
    asked.to_csv(tmp_path / "labels.csv", index=False)
    more = run("suggest", "letters.csv", "-n", "5", "--labels", tmp_path / "labels.csv", "--json")
    assert not {each["row"] for each in more} & set(asked["row"])
    fitted = run(
        "fit", "letters.csv", "--labels", tmp_path / "labels.csv", "--instruction", "by mood", "--json"
    )
    assert fitted["n_labels"] == 24 and sorted(fitted["labels"]) == ["angry", "pleased"]
    assert run("evidence", "by mood", "--json") == fitted
    assert fitted["sentence"] in run("evidence", fitted["analysis"])
    new = tmp_path / "new.csv"
    pd.DataFrame({"body": ["furious shouting van", None, "lovely thanks pan"]}).to_csv(new, index=False)
    run("apply", "by mood", new, "--text", "body", "--out", tmp_path / "found.csv")
    found = pd.read_csv(tmp_path / "found.csv")
    assert found["label"].fillna("").tolist() == ["angry", "", "pleased"]


def test_clusters_map_and_list(run, fitted):
    clusters = run("cluster", "by feeling", "--json")
    assert sum(each["n_texts"] for each in clusters) <= 60 and clusters[0]["name"]
    assert len(run("cluster", "by feeling", "-k", "3", "--json")) == 3
    assert clusters[0]["name"] in run("cluster", "by feeling")
    places = run("map", "by feeling", "--json")
    assert len(places) == 60 and {"row", "text", "reshaped_x", "predicted_label"} <= set(places[0])
    assert run("map", "by feeling").startswith("row,text,")
    corpus, analysis = run("list", "--json")
    assert (corpus["name"], corpus["analysis"]) == ("letters.csv", None)
    assert (analysis["name"], analysis["analysis"], analysis["labels"]) == (
        "by feeling",
        fitted["analysis"],
        60,
    )
    assert analysis["verdict"] == fitted["verdict"]
    assert "by feeling" in run("list")


def test_exports_are_listed_and_written(run, fitted, tmp_path, monkeypatch):
    kinds = [each["kind"] for each in run("export", "by feeling", "--json")]
    assert {"csv", "parquet", "evidence", "record"} <= set(kinds)
    run("export", "by feeling", "csv", tmp_path / "table.csv")
    assert len(pd.read_csv(tmp_path / "table.csv")) == 60
    monkeypatch.chdir(tmp_path)
    said = run("export", "by feeling", "evidence", "--json")
    assert json.loads((tmp_path / said["file"]).read_text())
    assert "choose one of csv" in run("export", "by feeling", "nothing", status=1)


def test_names_alone_and_other_methods(run, encoded):
    named = run("fit", "letters.csv", "--names", "furious", "lovely", "--json")
    assert named["verdict"] == "not checked" and named["labels"] == ["furious", "lovely"]
    again = run("fit", "letters.csv", "--column", "feeling", "--reencode", "asking", "--json")
    assert again["instruction"] == "by feeling" and again["n_labels"] == 60


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["fit", "other.csv", "--column", "feeling"],
            "no encoded corpus “other.csv”: name one of l",
        ),
        (["fit", "letters.csv", "--column", "nothing"], "no column “nothing”: choose one of topic"),
        (["fit", "letters.csv", "--column", "feeling", "--labels", "x.csv"], "name one of them"),
        (["fit", "letters.csv", "--labels", "missing.csv"], "cannot be read"),
        (["fit", "letters.csv"], "Two labels are needed"),
        (["evidence", "by nothing"], "reshape one first"),
        (["encode", "missing.csv"], "missing.csv"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_status_1(run, encoded, home, arguments, said):
    printed = run(*arguments, status=1)
    assert said in printed and printed.count("\n") == 1
    assert all(not Store(home).analyses(entry.key) for entry in Store(home).corpora())


def test_a_folder_that_is_not_there_is_not_made(run, tmp_path):
    assert "no data folder" in run("list", "--home", tmp_path / "nowhere", status=1)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    printed = capsys.readouterr().out
    assert ended.value.code == 0 and "usage:" in printed and len(printed.splitlines()) > 4


def test_wrong_options_end_with_status_2(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fit"])
    assert ended.value.code == 2 and "CORPUS" in capsys.readouterr().err
