import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from core.__main__ import main
from core.evidence.benchmark import TASKS, evaluate
from tests.support.facets import FacetEncoder, grouped

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[4]


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
