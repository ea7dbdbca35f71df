"""Data folders of earlier versions, which their own commits made."""

import json
import zipfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "fixtures" / "stores"
NAMES = sorted(path.stem for path in FOLDER.glob("version_*.zip"))
"""Such as "version_2-3255e09": the version of the file, and the commit."""


def version_of(name):
    return int(name.removeprefix("version_").split("-")[0])


def unpack(name, home):
    """Write a data folder as it was; return what its commit read of it."""
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        for entry in archive.namelist():
            if entry.startswith("home/"):
                path = home / entry.removeprefix("home/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(archive.read(entry))
        return json.loads(archive.read("made.json"))
