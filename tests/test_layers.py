"""The shape of the house: what may import what."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import core

ROOT = Path(__file__).resolve().parent.parent
FILES = [file for top in ("core", "pages") for file in sorted((ROOT / top).rglob("*.py"))]
ORDER = re.findall(r"^(\w+) {2,}\w", core.__doc__, re.MULTILINE)
PARTS_OF_CORE = ("core.errors",)  # a single file: its own face


def dotted(file):
    """Name of a module; a package goes by its own name."""
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def package_of(file):
    return dotted(file.parent / "__init__.py")


def absolute(file, node):
    """Name of the module of a `from … import`."""
    if not node.level:
        return node.module
    above = package_of(file).split(".")
    return ".".join([*above[: len(above) - node.level + 1], *filter(None, [node.module])])


def imported(file):
    """(module, names) of each import of a file, anywhere in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, []) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            # Installed, `core` has another name: in it imports are relative, and only there.
            inside = file.is_relative_to(ROOT / "core")
            assert inside == bool(node.level) or node.module.split(".")[0] not in ("core", "pages"), file
            yield absolute(file, node), [name.name for name in node.names]


def is_package(module):
    return (ROOT / Path(*module.split(".")) / "__init__.py").is_file()


def problems(file):
    """What a file imports and may not."""
    own = package_of(file)
    for module, names in imported(file):
        top = module.split(".")[0]
        if own.startswith("core") and top in ("streamlit", "plotly", "pages", "app", "tests"):
            yield f"{dotted(file)} imports {module}: core knows no user interface"
        if top not in ("core", "pages") or module in PARTS_OF_CORE:
            continue
        if not is_package(module):
            inside = module.rpartition(".")[0]
            if own != inside and not own.startswith(inside + "."):
                yield f"{dotted(file)} imports {module}, a file inside another package: import from {inside}"
        elif module.startswith("core.") and own != module and not own.startswith(module + "."):
            face = __import__(module, fromlist=["*"])
            for name in names:
                if name not in face.__all__:
                    yield f"{dotted(file)} imports {name}, which {module} does not list in __all__"


def test_the_order_names_every_package_once():
    files = (
        path for path in (ROOT / "core").iterdir() if path.name[:2] != "__" and path.suffix in ("", ".py")
    )
    entries = {path.stem for path in files}
    assert sorted(ORDER) == sorted(entries)


def test_packages_import_only_faces_of_other_packages():
    assert [problem for file in FILES for problem in problems(file)] == []


def test_packages_of_core_import_only_those_above_them():
    upward = []
    for file in (ROOT / "core").rglob("*.py"):
        here = dotted(file).split(".")[1:2]
        for module, _ in imported(file):
            there = module.split(".")
            if there[0] != "core" or len(there) == 1 or not here or here[0] not in ORDER:
                continue
            if ORDER.index(there[1]) > ORDER.index(here[0]):
                upward.append(f"{dotted(file)} imports {module}")
    assert not upward


def test_pages_do_not_import_each_other():
    # What two pages need stands in `pages.common` or `pages.charts`.
    across = []
    for file in (ROOT / "pages").rglob("*.py"):
        page = dotted(file).split(".")[1]
        for module, _ in imported(file):
            there = module.split(".")
            if there[0] == "pages" and len(there) > 1 and there[1] not in (page, "common", "charts"):
                across.append(f"{dotted(file)} imports {module}")
    assert not across


def test_faces_say_what_they_are_for_and_list_what_exists():
    for file in FILES:
        if file.name == "__init__.py" and file.parent.name not in ("core", "pages"):
            face = __import__(dotted(file), fromlist=["*"])
            assert face.__doc__, f"{file}: say what the package is for"
            assert len(set(face.__all__)) == len(face.__all__)
            assert not [name for name in face.__all__ if not hasattr(face, name)], file


def test_the_public_interface_is_what_it_lists():
    for name in core.__all__:
        assert getattr(core, name).__module__.startswith("core."), name
    assert dir(core) == core.__all__


def test_folders_stay_small():
    def entries(folder):
        return [path for path in (ROOT / folder).iterdir() if path.name not in ("__pycache__", "py.typed")]

    assert len(entries("core")) <= 17 and len(entries("pages")) <= 8
    for folder in {file.parent for file in FILES}:
        assert len(list(folder.glob("*.py"))) <= 16, folder
    assert not list((ROOT / "pages").glob("*.py"))  # Streamlit would take them for pages of its own


def test_the_app_starts_without_the_slow_libraries():
    # They take seconds to import, and belong to the worker process.
    code = (
        "import sys, core.jobs, core.tasks, core.storage, core.export, core.labels, pages.charts\n"
        "slow = {'torch', 'umap', 'numba', 'sentence_transformers', 'transformers', 'hdbscan'}\n"
        "print(sorted(slow & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_importing_core_alone_imports_no_library():
    code = (
        "import sys, core\nprint(sorted({'numpy', 'pandas', 'scipy', 'sklearn', 'torch'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
