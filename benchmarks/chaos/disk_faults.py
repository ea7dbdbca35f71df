"""Faults of disks: full, and read-only. A small file system in memory stands for a disk."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.chaos.actors import analysis_of
from benchmarks.chaos.faults import WHOLE, CannotBeMade, Fault, check, sentence_of
from benchmarks.chaos.material import LABELS, SlowEncoder, labelled_store, make_corpus, vectors_of
from benchmarks.chaos.victims import look
from core.batch import export_analysis
from core.errors import RefractError
from core.storage import Store, reencode_corpus

DISK_BYTES = 8 * 2**20
LEFT_BYTES = 200_000
MOST_STEPS = 2_000


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small disk; yields its folder."""
    place = folder / "disk"
    place.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "refract-chaos", str(place)]
    if mount is None or subprocess.run(command, capture_output=True, check=False).returncode:
        raise CannotBeMade("mounting a small disk is not permitted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False, capture_output=True)


@contextmanager
def filled(disk: Path, left: int = LEFT_BYTES) -> Iterator[None]:
    """Fill a disk so that few bytes are left, until the end of the block."""
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free - left
    if free > 0:
        filler.write_bytes(b"\0" * free)
    try:
        yield
    finally:
        filler.unlink(missing_ok=True)


def full_while_labelling(folder: Path) -> str:
    """Label until the disk is full: everything recorded before is there, and labelling goes on."""
    with small_disk(folder) as disk:
        store = labelled_store(disk / "home")
        analysis, given, said = analysis_of(store).id, [], ""
        with filled(disk):
            for number in range(MOST_STEPS):
                labels = {row: LABELS[number % 4] for row in range(100)}
                try:
                    store.labels.give(analysis, labels, "ada", source="file", source_name=str(number))
                except RefractError as error:
                    said = str(error)
                    break
                given.append(str(number))
        check("full" in said, f"the disk is full, and this was said: {said or 'nothing'}")
        store.labels.give(analysis, {0: LABELS[0]}, "ada", source="file", source_name="after")
        found = Store(disk / "home").labels.history(analysis)["source_name"].drop_duplicates().tolist()
        check(found == [*given, "after"], f"{len(given)} steps were recorded, {len(found) - 1} are there")
        return said


def full_while_encoding(folder: Path) -> str:
    """Encode until the disk is full: with space again, encoding goes on, and the vectors are right."""
    with small_disk(folder) as disk:
        store = Store(disk / "home")
        corpus = make_corpus(6_000)
        store.add_corpus(corpus)
        texts, results = corpus.texts.tolist(), store.results(corpus.key)
        with filled(disk):
            said = sentence_of(lambda: reencode_corpus(results, corpus.key, texts, SlowEncoder(), "by kind"))
        check("full" in said, f"the disk is full, and this was said: {said}")
        counted: list[int] = []
        encoder = SlowEncoder(lambda some, _: counted.append(some))
        key = reencode_corpus(results, corpus.key, texts, encoder, "by kind")
        check(sum(counted) < len(texts), "everything was encoded again")
        check(
            np.array_equal(results.load_array(f"{key}.vectors"), vectors_of(texts, "by kind")),
            "other vectors",
        )
        return said


def full_while_importing(folder: Path) -> str:
    """Store a corpus on a full disk: the one before stays, and the next try works."""
    with small_disk(folder) as disk:
        store = labelled_store(disk / "home")
        before = [entry.key for entry in store.corpora()]
        corpus = make_corpus(20_000, mark="large")
        with filled(disk):
            said = sentence_of(lambda: store.add_corpus(corpus))
        check("full" in said, f"the disk is full, and this was said: {said}")
        check([entry.key for entry in Store(disk / "home").corpora()] == before, "another list of corpora")
        store.add_corpus(corpus)
        check(store.load_corpus(corpus.key).texts.tolist() == corpus.texts.tolist(), "other texts")
        return said


def full_while_exporting(folder: Path) -> str:
    """Export to a full disk: the file of before stays whole."""
    home = folder / WHOLE
    name = str(analysis_of(Store(home)).id)
    os.environ["REFRACT_HOME"] = str(home)
    with small_disk(folder) as disk:
        file = disk / "analysis.safetensors"
        export_analysis(name, file)
        before = file.read_bytes()
        with filled(disk, 100):
            said = sentence_of(lambda: export_analysis(name, file))
        check("full" in said, f"the disk is full, and this was said: {said}")
        check(file.read_bytes() == before, "the file of before is another one")
        check([path.name for path in disk.iterdir()] == [file.name], "half a file was left")
        export_analysis(name, file)
        return said


def read_only(folder: Path) -> str:
    """Label on a disk that became read-only: nothing is lost, and it goes on once it can be written."""
    with small_disk(folder) as disk:
        home = disk / "home"
        look(label_some, home, 1)  # in processes that end: a disk with a file that is written stays as it is
        _remount(disk, "ro")
        said = look(refusal, home)
        _remount(disk, "rw")
        check(look(label_some, home, 2) == 2, "a label is lost")
        return said


def label_some(home: Path, number: int) -> int:
    """Label a text; return the number of labels."""
    store = Store(home) if home.exists() else labelled_store(home)
    analysis = analysis_of(store).id
    store.labels.give(analysis, {number: LABELS[number]}, "ada")
    return store.labels.read(analysis).n_labels


def refusal(home: Path) -> str:
    """Return the sentence with which a label is refused; what is there may be read all the same."""
    return sentence_of(lambda: label_some(home, 3))


def import_read_only(folder: Path) -> str:
    """Store a corpus on a read-only disk: a sentence, and the next try works."""
    with small_disk(folder) as disk:
        home = disk / "home"
        look(label_some, home, 1)
        _remount(disk, "ro")
        said = look(refused_corpus, home)
        _remount(disk, "rw")
        Store(home).add_corpus(make_corpus(50, mark="other"))
        check(len(Store(home).corpora()) == 2, "a corpus is lost")
        return said


def refused_corpus(home: Path) -> str:
    """Return the sentence with which a corpus is refused."""
    return sentence_of(lambda: Store(home).add_corpus(make_corpus(50, mark="other")))


def _remount(disk: Path, way: str) -> None:
    command = ["mount", "-o", f"remount,{way}", str(disk)]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise CannotBeMade(f"the disk cannot be made {way}: {done.stderr.strip()}")


DISK_FAULTS: dict[str, Fault] = {
    "full disk, while labelling": full_while_labelling,
    "full disk, while encoding": full_while_encoding,
    "full disk, while storing a corpus": full_while_importing,
    "full disk, while exporting": full_while_exporting,
    "read-only disk, while labelling": read_only,
    "read-only disk, while storing a corpus": import_read_only,
}
