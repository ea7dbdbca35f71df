"""What README and docs/ show runs: commands, Python, the notebook, and the build of the pages."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib

import pandas as pd
import pytest

import core
from core.__main__ import _parser, main
from core.storage import Store
from core.tasks import model_cache, note_demo_removed
from tests.conftest import ROOT, load_words
from tests.support.quick_checks import check_quickly

pytestmark = pytest.mark.model
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    *sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.relative_to(DOCS).parts),
]
OWN_TESTS = ("vector-stores.md", "other-tools.md")  # in tests/core/export: they need other packages
BLOCK = re.compile(r"(?:<!-- not run: (.+?) -->\n+)?```(python|bash|sh)\n(.*?)```", re.DOTALL)
MOST_NOT_RUN = 4
PARSED_ONLY = ("serve", "mcp", "download", "batch")
"""Commands that wait for people, fetch something, or work on folders of a cluster."""
FETCHED = re.compile(r"hkunlp/|intfloat/|BrandonZYW/")
SHORT = 120  # texts of the demo: the examples take seconds
AS_INSTALLED = """
import sys

import core
from tests.support.quick_checks import check_quickly

check_quickly()
sys.modules["refract"] = core
"""
"""A module `refract` in place of the installed package."""


def blocks_of(page):
    """Return (why not run or "", language, code) of each block of a page."""
    return BLOCK.findall(page.read_text(encoding="utf-8"))


def name_of(page):
    return str(page.relative_to(ROOT))


RUN_HERE = [page for page in PAGES if blocks_of(page) and page.name not in OWN_TESTS]


@pytest.fixture
def demo(tmp_path, monkeypatch):
    """A folder with the files that the examples name, to work in; `refract` is this checkout."""
    table = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv")
    table.head(SHORT).to_csv(tmp_path / "feedback.csv", index=False)
    table.tail(3)[["text"]].to_csv(tmp_path / "new.csv", index=False)
    (tmp_path / "assets" / "demo").mkdir(parents=True)
    shutil.copy(tmp_path / "feedback.csv", tmp_path / "assets" / "demo")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "refract", core)
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "1")
    note_demo_removed(Store(tmp_path / "home"))
    check_quickly(monkeypatch.setattr)
    yield table
    model_cache.forget()


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks_of(page) and page.name not in OWN_TESTS], ids=name_of
)
def test_what_a_page_shows_runs(page, demo, monkeypatch, capsys):
    blocks, names = blocks_of(page), {}
    if not any(language == "python" for _, language, _ in blocks):
        monkeypatch.setattr(model_cache, "load_encoder", load_words)
    for why_not, language, code in blocks:
        if why_not:
            continue
        if language == "python":
            exec(compile(code, name_of(page), "exec"), names)
        else:
            for command in re.sub(r"\\\n", " ", code).splitlines():
                run(command.partition(" #")[0].strip(), demo)
    said = capsys.readouterr().out
    assert "core evaluate" not in str(blocks) or "V-measure" in said
    if "transform" in names:  # an annoyed text and a glad one, which nobody labelled
        probabilities = names["transform"].probabilities_
        assert probabilities[4][0] > 0.5 and probabilities[5][1] > 0.5


def run(line, demo):
    """Run the commands of a line, as far as it goes without a network and without waiting for people."""
    for command in line.split(" && "):
        words = shlex.split(os.path.expandvars(command), comments=True)
        match words:
            case [] | ["export", _]:
                continue
            case ["make", target]:
                subprocess.run(["make", "--dry-run", target], cwd=ROOT, check=True, capture_output=True)
            case ["pip", "install", "-r", file]:
                assert (ROOT / file).is_file()
            case ["pip", "install", wanted]:
                extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"][
                    "optional-dependencies"
                ]
                assert re.fullmatch(r"\.\[(\w+)\]", wanted)[1] in extras
            case ["streamlit", "run", file]:
                assert (ROOT / file).is_file()
            case ["refract", *given] | ["python", "-m", "core", *given]:
                run_refract(given, demo)
            case _:
                raise AssertionError(f"How to check “{command}”? Or say above it why it is not run.")


def run_refract(given, demo):
    if given[:1] == ["evaluate"] and "--seeds" not in given:
        given = [*given, "--seeds", "1"]
    options = _parser(given).parse_args(given or ["serve"])
    if not given or given[0] in PARSED_ONLY or any(FETCHED.search(word) for word in given):
        return
    assert main(given) == 0, given
    if given[0] == "suggest":  # somebody fills in the column
        asked = pd.read_csv(options.out)
        asked["label"] = asked["text"].map(demo.set_index("text")["emotion"])
        asked.to_csv(options.out, index=False)


def test_few_blocks_are_not_run_and_each_says_why():
    reasons = [why for page in PAGES for why, _, _ in blocks_of(page) if why]
    assert len(reasons) <= MOST_NOT_RUN and all(len(why.split()) > 2 for why in reasons)


def test_the_notebook_runs_and_has_no_outputs(demo, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(DOCS / "notebooks" / "quickstart.ipynb", as_version=4)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)
    (tmp_path / "refract.py").write_text(AS_INSTALLED)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    resources = {"metadata": {"path": str(tmp_path)}}
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources=resources).execute()
    shown = str([cell.get("outputs") for cell in notebook.cells])
    assert "reshaped_x" in shown and "cluster" in shown and "accuracy" in shown


def test_the_pages_build_without_warnings_and_load_nothing_from_elsewhere(tmp_path):
    options = ["-W", "--keep-going", "-n", "-q", "-d", str(DOCS / "_build" / "doctrees")]
    command = [sys.executable, "-m", "sphinx", *options, str(DOCS), str(tmp_path / "html")]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert said.returncode == 0, said.stderr
    loaded = re.compile(r'(?:<(?:script|img|link|iframe)\b[^>]*(?:src|href)="|url\(|@import ")(?:https?:)?//')
    files = [file for ending in ("html", "css") for file in (tmp_path / "html").rglob(f"*.{ending}")]
    assert len(files) > 30
    assert [file.name for file in files if loaded.search(file.read_text(encoding="utf-8"))] == []
    public = {page.stem for page in (tmp_path / "html" / "api").glob("refract.*.html")}
    assert public == {f"refract.{name}" for name in [*core.__all__, "open"]}


def test_the_figures_of_readme_are_those_of_the_documentation():
    readme, measured = (
        page.read_text(encoding="utf-8") for page in (ROOT / "README.md", DOCS / "measured.md")
    )
    rows = [line for line in readme.splitlines() if re.match(r"\| .*\d", line)]
    assert len(rows) > 7 and all(row in measured.splitlines() for row in rows)


def test_pictures_are_there_and_small():
    shown = {
        (page.parent / name).resolve()
        for page in PAGES
        for name in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    }
    kept = set((DOCS / "images").iterdir())
    assert kept == {picture for picture in shown if picture.parent == DOCS / "images"}
    assert sum(picture.stat().st_size for picture in kept) < 1_500_000
