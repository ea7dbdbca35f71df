"""Build the package `refract-text`: the folder `core` as `refract`, and the app inside it.

Within `core` imports are relative, so it is `refract` as it stands, in an editable install too. The pages
say `core` and `pages`, which no installed package may be called: in the wheel these two words are rewritten.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parent
COMPONENT = ROOT / "assets" / "linked_maps"
APP = "refract.app"
NEW_NAMES = {"core": "refract", "pages": f"{APP}.pages"}
IMPORT = re.compile(r"^(\s*(?:from|import) )(core|pages)\b", re.MULTILINE)
ASSETS = ("deck_keys.js", "demo", "icon.svg", "styles.css", "text_list")


class BuildWithApp(build_py):
    """Add the pages, their assets and settings, and the bundled maps component to the package."""

    def run(self) -> None:
        """Build; an editable install has the checkout's own app."""
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib).resolve()
            _add_app(target / Path(*APP.split(".")))
            _add_component(target / "refract_linked_maps")


def _add_app(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)  # what an earlier build left
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text('"""The app: `refract serve` starts it."""\n', encoding="utf-8")
    for file in (ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))):
        renamed = IMPORT.sub(lambda found: found[1] + NEW_NAMES[found[2]], file.read_text(encoding="utf-8"))
        target = folder / file.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(renamed, encoding="utf-8")
    for name in ASSETS:
        source, target = ROOT / "assets" / name, folder / "assets" / name
        target.parent.mkdir(exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    shutil.copy(ROOT / "CITATION.cff", folder)
    (folder / ".streamlit").mkdir()
    shutil.copy(ROOT / ".streamlit" / "config.toml", folder / ".streamlit")


def _add_component(folder: Path) -> None:
    """Bundle the maps component; Streamlit finds it by a table under the name of this distribution."""
    sys.path.insert(0, str(COMPONENT))
    from bundle import bundle

    shutil.copytree(
        COMPONENT / folder.name,
        folder,
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("static", "__pycache__"),
    )
    with tempfile.TemporaryDirectory(prefix="refract-linked-maps-", ignore_cleanup_errors=True) as temporary:
        bundle(COMPONENT / "frontend", Path(temporary), folder / "static")
    table = (COMPONENT / "pyproject.toml").read_text(encoding="utf-8")
    renamed = table.replace('name = "refract-linked-maps"', 'name = "refract-text"')
    (folder / "pyproject.toml").write_text(renamed, encoding="utf-8")


setup(
    packages=["refract", *(f"refract.{name}" for name in find_packages(ROOT / "core"))],
    package_dir={"refract": "core"},
    package_data={"refract": ["py.typed"], "refract.export.pictures": ["page/*"]},
    cmdclass={"build_py": BuildWithApp},
)
