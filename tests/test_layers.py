"""The shape of the house: what may import what."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import core

ROOT = Path(__file__).resolve().parent.parent
CORE = sorted((ROOT / "core").rglob("*.py"))
ORDER = re.search(r"list:\n(.+?)\.\n", core.__doc__, re.DOTALL).group(1).replace("\n", " ").split(", ")


def imported(file):
    """Modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: relative import"
            yield node.module


def name_of(file):
    """Module of core that a file belongs to; packages count as one."""
    return file.relative_to(ROOT / "core").parts[0].removesuffix(".py")


def test_the_order_names_every_module_once():
    modules = {name_of(file) for file in CORE} - {"__init__"}
    assert sorted(ORDER) == sorted(modules)


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(ROOT)))
def test_core_knows_no_user_interface(file):
    assert not [name for name in imported(file) if name.split(".")[0] in ("streamlit", "pages", "app")]


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(ROOT)))
def test_modules_import_only_those_above_them(file):
    if name_of(file) == "__init__":
        return
    here = ORDER.index(name_of(file))
    for name in imported(file):
        if name.startswith("core.") and name.split(".")[1] != name_of(file):
            assert ORDER.index(name.split(".")[1]) < here, f"{file} imports {name}, which stands below it"


def test_no_page_lies_flat_in_pages():
    assert not list((ROOT / "pages").glob("*.py"))


def test_the_app_starts_without_the_slow_libraries():
    # They take seconds to import, and belong to the worker process.
    code = (
        "import sys, core.jobs, core.pipeline, core.store, core.export, core.figures, core.label_files\n"
        "slow = {'torch', 'umap', 'numba', 'sentence_transformers', 'transformers', 'hdbscan'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
