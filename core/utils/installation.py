"""Where Refract is, and what its command is called: in a checkout, and installed as a package."""

from __future__ import annotations

from pathlib import Path

PACKAGE = __name__.partition(".")[0]
"""The name that this package was imported by: "core" from the folder of a checkout, "refract" installed."""

COMMAND = "refract" if PACKAGE == "refract" else f"python -m {PACKAGE}"
_FOLDER = Path(__file__).resolve().parents[1]


def app_folder() -> Path:
    """Return the folder of `app.py` with its pages and assets: beside this package, or in it."""
    inside = _FOLDER / "app"
    return inside if inside.is_dir() else _FOLDER.parent
