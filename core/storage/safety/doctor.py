"""Look at everything in a data folder: what is sound, what is damaged, and what can be done."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ...errors import StoreError
from ...utils import check_file, find_leftovers, read_parquet, remove_leftovers
from ..integrity import check_file as check_database
from ..integrity import connect_readonly, find_backups
from ..team import data_folders, has_shared_data
from .repair import LEFT_OUT, repair_database
from .salvage import LABELS, TEAM, CheckedFile

SOUND, PROBLEM, NOTE = "sound", "problem", "note"
UNKNOWN = "a move that was cut off left it, or the list of shared corpora was repaired; audit/ may say whose"
LOW_SPACE = 500_000_000
PACKAGES = ("streamlit", "numpy", "pandas", "pyarrow", "scikit-learn", "torch")


@dataclass(frozen=True)
class Finding:
    """One line of the report: what was looked at, "sound", "problem" or "note", and what was found."""

    what: str
    state: str
    found: str


def examine(home: Path, *, repair: bool = False) -> list[Finding]:
    """Check a data folder; it stays as it is, unless `repair` mends what can be mended without any loss.

    On a shared server that includes the folder of each person and of each shared corpus. A repair puts a
    damaged SQLite file right and sets the old one aside, and sets damaged results aside: they are computed
    again. Cost: everything is read once.

    Raises
    ------
    StoreError
        When there is no such folder, or a repair is not possible; nothing was then changed.
    """
    if not home.is_dir():
        raise StoreError(f"There is no folder {home}: name the data folder with --home.")
    found = []
    for folder in data_folders(home):
        findings = [
            _labels(folder, repair),
            *_corpora(folder),
            *_results(folder, repair),
            *_leftovers(folder, repair),
            *_backups(folder),
        ]
        inside = folder.relative_to(home).as_posix()
        found += [
            each if folder == home else replace(each, what=f"{inside}: {each.what}") for each in findings
        ]
    return [*found, *_team(home, repair), *_place(home)]


def _labels(home: Path, repair: bool) -> Finding:
    what, path = "labels and instructions", home / LABELS.name
    if not path.exists() and not find_backups(home) and not (home / "corpora").exists():
        return Finding(what, SOUND, "nothing is kept here yet")
    return _database(home, LABELS, what, repair)


def _database(home: Path, kind: CheckedFile, what: str, repair: bool) -> Finding:
    path = home / kind.name
    if path.exists() and path.stat().st_size:
        report = check_database(path)
        if report.is_sound:
            return Finding(what, SOUND, f"{path}: pages, definitions and the checksum of every row")
        found = report.summary()
    else:
        found = "the file is empty" if path.exists() else "the file is missing"
    if not repair:
        return Finding(what, PROBLEM, f"{path}: {found}; --repair makes a new file and sets this one aside")
    saved, aside = repair_database(home, kind)
    not_as_before = len(saved.left_out) + len(saved.as_found)
    rows = (
        f"{saved.kept:,} rows kept, {saved.corrected:,} corrected by their checksum, "
        f"{saved.from_backup:,} from a backup, {len(saved.left_out):,} left out, "
        f"{len(saved.as_found):,} kept as they read"
    )
    listed = f", these rows in {LEFT_OUT} there" if not_as_before else ""
    state = PROBLEM if not_as_before else NOTE
    return Finding(what, state, f"repaired ({found}): {rows}; the old file is in {aside}{listed}")


def _team(home: Path, repair: bool) -> list[Finding]:
    """Check who may open which corpus: the file, its copies, and that it fits the folders."""
    what = "who may open what"
    if not (home / TEAM.name).exists() and not has_shared_data(home):
        return []  # no shared server
    about = _database(home, TEAM, what, repair)
    if about.found.startswith("repaired"):
        again = "owners see with whom their corpora are shared now; another cookie_secret ends all sign-ins"
        about = replace(about, found=f"{about.found}; {again}")
    known: dict[str, str] = {}
    try:
        with closing(connect_readonly(home / TEAM.name)) as connection:
            known = dict(connection.execute("SELECT id, name FROM corpora").fetchall())
    except sqlite3.DatabaseError:
        return [about]
    folders = {path.name for path in data_folders(home) if path.parent == home / "shared"}
    return [
        about,
        *(
            Finding(f"shared corpus “{known[each]}”", PROBLEM, "no folder; restore it from a backup")
            for each in sorted(known.keys() - folders)
        ),
        *(
            Finding("shared corpus", NOTE, f"{home / 'shared' / each} is known to nobody: {UNKNOWN}")
            for each in sorted(folders - known.keys())
        ),
        *_backups(home, TEAM),
    ]


def _corpora(home: Path) -> list[Finding]:
    known: dict[str, str] = {}
    with suppress(sqlite3.DatabaseError), closing(connect_readonly(home / LABELS.name)) as connection:
        known = dict(connection.execute("SELECT key, name FROM corpora").fetchall())
    found, folder = [], home / "corpora"
    folders = {path.name for path in folder.iterdir() if path.is_dir()} if folder.is_dir() else set()
    for key in sorted(folders):
        if known and key not in known:
            found.append(Finding("corpus", NOTE, f"{folder / key} belongs to no corpus: it may be removed"))
            continue
        name, files = known.get(key, key), sorted((folder / key).glob("*.parquet"))
        damaged = [path for path in files if not _is_sound(path)]
        missing = [] if (folder / key / "corpus.parquet") in files else [folder / key / "corpus.parquet"]
        if damaged or missing:
            what = f"{'damaged' if damaged else 'missing'}: {(damaged or missing)[0]}"
            found.append(Finding(f"corpus “{name}”", PROBLEM, f"{what}; upload it again, labels are kept"))
        else:
            found.append(Finding(f"corpus “{name}”", SOUND, f"{len(files)} files of texts and columns"))
    for key in sorted(known.keys() - folders):
        found.append(Finding(f"corpus “{known[key]}”", PROBLEM, "no files; upload it again, labels are kept"))
    return found


def _results(home: Path, repair: bool) -> list[Finding]:
    found, n_sound = [], 0
    for path in sorted(home.glob("corpora/*/results/**/*")):
        if path.suffix == ".damaged":
            found.append(Finding("result", NOTE, f"{path} was set aside as damaged: it may be removed"))
        elif path.suffix in (".npy", ".json", ".parquet") and path.is_file():
            if _is_sound(path):
                n_sound += 1
            elif repair:
                path.replace(path.with_name(f"{path.name}.damaged"))
                found.append(Finding("result", NOTE, f"set aside: {path}; it is computed again"))
            else:
                found.append(Finding("result", PROBLEM, f"damaged: {path}; --repair sets it aside"))
    return [Finding("results", SOUND, f"{n_sound:,} files have their checksum, or are older"), *found]


def _leftovers(home: Path, repair: bool) -> list[Finding]:
    folders = {home, *(path for path in home.glob("corpora/**/") if path.is_dir())}
    if repair:
        for folder in folders:
            remove_leftovers(folder, of_earlier_versions=True)
    left = [path for each in sorted(folders) for path in find_leftovers(each, of_earlier_versions=True)]
    return [
        Finding("half-written files", NOTE, f"{path}; --repair removes it once a day old") for path in left
    ]


def _backups(home: Path, kind: CheckedFile = LABELS) -> list[Finding]:
    what = "backups" if kind is LABELS else f"backups of {kind.name}"
    copies = find_backups(home, Path(kind.name).stem)
    if not copies:
        return [Finding(what, NOTE, "none yet: the running app makes one a day")]
    damaged = [path for path in copies if not check_database(path).is_sound]
    found = [Finding(what, PROBLEM, f"damaged: {path}; it may be removed") for path in damaged]
    return [Finding(what, SOUND, f"{len(copies) - len(damaged)}, the newest {copies[0].name}"), *found]


def _place(home: Path) -> list[Finding]:
    free = shutil.disk_usage(home).free
    space = Finding("free space", SOUND if free > LOW_SPACE else PROBLEM, f"{free / 1e9:.1f} GB")
    closed = [
        path for path in (home, home / LABELS.name, home / "corpora") if path.exists() and not _is_open(path)
    ]
    access = [Finding("permissions", PROBLEM, f"make {path} readable and writable") for path in closed]
    packages = []
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            packages.append(f"{name} {version(name)}")
    versions = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {', '.join(packages)}"
    clock = datetime.now(UTC).timestamp()
    ahead = [path for path in home.glob("*") if path.stat().st_mtime > clock + 86_400]
    late = [Finding("clock", NOTE, f"{ahead[0]} is of the future: the clock was set back")] if ahead else []
    return [
        space,
        *(access or [Finding("permissions", SOUND, str(home))]),
        *late,
        Finding("versions", NOTE, versions),
    ]


def _is_open(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK)


def _is_sound(path: Path) -> bool:
    try:
        if path.suffix == ".parquet":
            read_parquet(path)
        else:
            check_file(path)
    except (OSError, ValueError):
        return False
    return True
