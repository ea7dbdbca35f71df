"""Faults of files: each kind of file that is kept, deleted, cut off, or with a flipped bit.

Nothing else may be read in silence: what is found is as before, or refused in a sentence. Afterwards the
tasks compute again what can be, and everything is as before; what cannot be is restored from a backup, or
uploaded again.
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import numpy as np

from benchmarks.chaos.actors import analysis_of, digest
from benchmarks.chaos.faults import WHOLE, Fault, NotSurvived, check, environment
from benchmarks.chaos.material import N_FITTED, SlowEncoder, choose_vectors, make_corpus, silent, vectors_of
from benchmarks.chaos.victims import look
from benchmarks.common import ROOT
from core.errors import RefractError
from core.storage import (
    Store,
    load_fit,
    load_graph,
    load_hierarchy,
    load_space,
    load_word_table,
    reencode_corpus,
)
from core.storage.imports import imports_of
from core.tasks import TASKS, analysis_clusters, open_source
from core.utils import content_key

N_FLIPS = 6
"""Files with another flipped bit that are tried for each kind."""
RESULTS = {
    "embeddings": "*.vectors.npy",
    "maps": "*.map.npy",
    "neighbours": "*.neighbours.npy",
    "similarities": "*.similarities.npy",
    "cluster trees": "*.merges.npy",
    "clusters": "*.leaves.npy",
    "word tables": "*.words*.npy",
    "predictions": "*.probabilities.npy",
    "given labels of a Fit": "*.given.npy",
    "label vectors": "*.label_vectors.npy",
    "documents": "*.json",
}
"""Kinds of computed results, by the names of their files."""


def delete(path: Path, chance: random.Random) -> None:
    """Delete a file."""
    path.unlink()


def empty(path: Path, chance: random.Random) -> None:
    """Leave nothing of a file, as a power cut may."""
    path.write_bytes(b"")


def halve(path: Path, chance: random.Random) -> None:
    """Cut a file off in its middle."""
    content = path.read_bytes()
    path.unlink()  # other names of the same file keep it
    path.write_bytes(content[: len(content) // 2])


def flip(path: Path, chance: random.Random) -> None:
    """Flip one bit."""
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.unlink()
    path.write_bytes(content)


Damage = Callable[[Path, random.Random], None]
DAMAGES: dict[str, tuple[Damage, int]] = {
    "deleted": (delete, 1),
    "emptied": (empty, 1),
    "cut off": (halve, 1),
    "with a flipped bit": (flip, N_FLIPS),
}
"""Each with how often it is tried."""


def read_all(home: Path) -> dict[str, str]:
    """Return what is kept, by the name of each part: a digest of it, or the sentence that refuses it."""
    store = Store(home)
    (entry,) = store.corpora()
    analysis = analysis_of(store)
    results, key = store.results(entry.key), str(entry.embedding_key)

    def space(of: str) -> str:
        found = load_space(results, of)
        graph = load_graph(results, of)
        return content_key(found.vectors, found.map, graph.indices, graph.similarities)

    def tree() -> str:
        found = load_space(results, key)
        open_source(results, entry.key, store.load_corpus(entry.key).texts, key, found.map, found.vectors)
        return content_key(*vars(load_hierarchy(results, key)).values())  # pages open it in this way

    def fit() -> str:
        found = load_fit(results, str(analysis.fit_key))
        return content_key(found.labels, found.given, found.probabilities, found.label_vectors)

    parts = {
        "texts": lambda: digest(store.load_corpus(entry.key)),
        "labels": lambda: content_key(store.labels.history(analysis.id).to_csv()),
        "generic space": lambda: space(key),
        "Fit": fit,
        "reshaped space": lambda: space(load_fit(results, str(analysis.fit_key)).space_key),
        "clusters": lambda: content_key(analysis_clusters(store, analysis.id)[1].codes),
        "cluster tree": tree,
        "words": lambda: content_key(*vars(load_word_table(results, entry.key)).values()),
    }
    found = {}
    for name, read in parts.items():
        try:
            found[name] = f"as {read()}"
        except RefractError as error:
            found[name] = f"refused: {error}"
    return found


def compute_again(home: Path) -> str:
    """Choose the file of vectors again, and run the tasks that Encode and Reshape map start."""
    store = Store(home)
    (entry,) = store.corpora()
    TASKS["prepare"](store, silent, corpus_key=entry.key, encoder=choose_vectors(store))
    TASKS["fit"](store, silent, analysis_id=analysis_of(store).id)
    return ""


def damaged_result(kind: str, damage: str, folder: Path) -> str:
    """Damage the files of one kind of results."""
    make, n_tries = DAMAGES[damage]
    whole = folder / WHOLE
    before, said = look(read_all, whole), ""
    for number in range(n_tries):
        home, chance = folder / f"{number}", random.Random(f"{kind} {damage} {number}")
        shutil.copytree(whole, home)
        paths = sorted(home.glob(f"corpora/*/results/{RESULTS[kind]}"))
        check(bool(paths), f"no file {RESULTS[kind]} is kept")
        for path in paths if damage != "with a flipped bit" else [chance.choice(paths)]:
            make(path, chance)
        found = look(read_all, home)
        said = _compare(before, found) or said
        if found != before:  # else the damage is in what is not read
            again = _again(home)
            after = look(read_all, home)
            check(after == before, f"after it was computed again: {_differing(before, after)} {again}")
        shutil.rmtree(home)
    return said


def _again(home: Path) -> str:
    """Compute again; a damaged part may be set aside first, so that the second try makes it."""
    for _ in range(2):
        try:
            return look(compute_again, home)
        except RuntimeError as error:
            said = str(error)
    return said


def _compare(before: dict[str, str], found: dict[str, str]) -> str:
    """Return a sentence with which something was refused, "" for none; nothing else may differ."""
    silently = [
        name for name, part in found.items() if part != before[name] and not part.startswith("refused: ")
    ]
    check(not silently, f"other {', '.join(silently)} in silence")
    refused = [part.removeprefix("refused: ") for part in found.values() if part.startswith("refused: ")]
    return refused[0] if refused else ""


def _differing(before: dict[str, str], found: dict[str, str]) -> str:
    return "; ".join(f"{name} {found[name]}" for name in before if before[name] != found[name])


def damaged_corpus(file: str, damage: str, folder: Path) -> str:
    """Damage a file of a corpus: its labels stay, and it is whole after it was uploaded again."""
    make, n_tries = DAMAGES[damage]
    whole = folder / WHOLE
    before, said = look(read_all, whole), ""
    for number in range(n_tries):
        home, chance = folder / f"{number}", random.Random(f"{file} {damage} {number}")
        shutil.copytree(whole, home)
        (path,) = home.glob(f"corpora/*/{file}")
        make(path, chance)
        said = _compare(before, look(read_all, home)) or said
        look(upload_again, home)
        after = look(read_all, home)
        check(after == before, f"after it was uploaded again: {_differing(before, after)}")
        shutil.rmtree(home)
    return said


def upload_again(home: Path) -> str:
    """Upload the corpus again."""
    Store(home).add_corpus(make_corpus(N_FITTED))
    return ""


def damaged_database(damage: str, folder: Path) -> str:
    """Damage the file of labels: it is refused, left as it is, and the backup holds everything."""
    make, n_tries = DAMAGES[damage]
    whole, backup = folder / WHOLE, folder / "backup.zip"
    before, said = look(read_all, whole), ""
    run_command(whole, "backup", str(backup))
    for number in range(n_tries * 4 if damage == "with a flipped bit" else n_tries):
        home, chance = folder / f"{number}", random.Random(f"{damage} {number}")
        shutil.copytree(whole, home)
        path = home / "refract.sqlite"
        make(path, chance)
        left = path.read_bytes() if path.exists() else None
        try:
            found = look(read_all, home)
        except RuntimeError as error:
            said = _said(error)
            check(left is None or path.read_bytes() == left, "the damaged file was changed")
        else:
            said = _compare(before, found) or said
        restored = folder / f"restored {number}"
        run_command(restored, "restore", str(backup))
        check(look(read_all, restored) == before, "the backup holds something else")
        shutil.rmtree(home)
        shutil.rmtree(restored)
    return said


def _said(error: RuntimeError) -> str:
    kind, _, said = str(error).partition(": ")
    if not kind.endswith("Error") or kind not in ("StoreError", "RefractError", "LabelError"):
        raise NotSurvived(f"no sentence: {error}") from error
    return said


def run_command(home: Path, *words: str) -> None:
    """Run `python -m core` on a data folder."""
    done = subprocess.run(
        [sys.executable, "-m", "core", *words],
        cwd=ROOT,
        env=environment(home),
        capture_output=True,
        text=True,
        check=False,
    )
    check(not done.returncode, f"python -m core {words[0]}: {done.stderr.strip()[-200:]}")


def damaged_part(damage: str, folder: Path) -> str:
    """Damage a part of an interrupted encoding: it goes on, and every vector is right."""
    make, n_tries = DAMAGES[damage]
    for number in range(n_tries):
        chance = random.Random(f"part {damage} {number}")
        store = Store(folder / f"{number}")
        corpus = make_corpus(2_000)
        store.add_corpus(corpus)
        results, texts = store.results(corpus.key), corpus.texts.tolist()
        stopping = SlowEncoder(_stop_after(1_600))
        with suppress(KeyboardInterrupt):
            reencode_corpus(results, corpus.key, texts, stopping, "by kind")
        parts = sorted(results.folder.glob("*.part*.npy"))
        check(len(parts) > 1, "no parts were kept")
        make(chance.choice(parts), chance)
        key, said = "", ""
        for _ in range(2):
            try:
                key = reencode_corpus(results, corpus.key, texts, SlowEncoder(), "by kind")
                break
            except RefractError as error:
                said = str(error)
        check(bool(key), f"encoding does not go on: {said}")
        right = np.array_equal(results.load_array(f"{key}.vectors"), vectors_of(texts, "by kind"))
        check(right, "other vectors in silence")
    return said


def _stop_after(n: int) -> Callable[[int, int], None]:
    done = 0

    def say(some: int, _: int) -> None:
        nonlocal done
        done += some
        if done > n:
            raise KeyboardInterrupt

    return say


def damaged_import(damage: str, folder: Path) -> str:
    """Damage what an import keeps: it is refused, and can be read again."""
    make, n_tries = DAMAGES[damage]
    corpus = make_corpus(200, n_left_out=3)
    for number in range(n_tries):
        chance = random.Random(f"import {damage} {number}")
        kept = imports_of(folder / f"{number}", "chaos")
        kept.save_corpus("table", "text", True, (), corpus)
        make(chance.choice([path for path in sorted(kept.folder.rglob("*")) if path.is_file()]), chance)
        found = kept.find_corpus("table", "text", True, ())
        check(found is None or digest(found) == digest(corpus), "another corpus in silence")
        kept.save_corpus("table", "text", True, (), corpus)
        found = kept.find_corpus("table", "text", True, ())
        check(found is not None and digest(found) == digest(corpus), "it cannot be read again")
    return ""


def _faults() -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    for damage in DAMAGES:
        faults[f"labels (SQLite), {damage}"] = partial(damaged_database, damage)
        for file in ("corpus.parquet", "columns.parquet"):
            faults[f"texts ({file}), {damage}"] = partial(damaged_corpus, file, damage)
        for kind in RESULTS:
            faults[f"{kind}, {damage}"] = partial(damaged_result, kind, damage)
        faults[f"part of an encoding, {damage}"] = partial(damaged_part, damage)
        faults[f"import, {damage}"] = partial(damaged_import, damage)
    return faults


FILE_FAULTS = _faults()
