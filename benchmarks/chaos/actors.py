"""What the killed processes do: each says an operation before it begins and after it has returned."""

from __future__ import annotations

import itertools
import os
import random
from pathlib import Path

import numpy as np

from benchmarks.chaos.material import LABELS, SlowEncoder, make_corpus, silent
from benchmarks.chaos.victims import Op, Tell
from core.batch import export_analysis
from core.corpus import Corpus
from core.maps.clusters import Edit, encode_edit
from core.storage import Analysis, Store, reencode_corpus
from core.storage.imports import imports_of
from core.tasks import TASKS, fit_key
from core.utils import content_key

N_ACTORS = 10  # at most: the last digit of a seed is the number of the actor
N_IMPORTED, N_NEW_NAMES = 300, 40
ENCODED_TEXTS = 6_000
MARK = "encoded"


def analysis_of(store: Store, number: int = 0) -> Analysis:
    """Return one analysis of the only corpus."""
    return store.analyses(store.corpora()[0].key)[number]


def person_of(seed: int) -> str:
    """Return under which name an actor labels, the same in each of its lives."""
    return f"person {seed % N_ACTORS}"


def label(home: Path, seed: int, tell: Tell) -> None:
    """Label texts one by one and in groups, undo and redo."""
    store, chance = Store(home), random.Random(seed)
    analysis, person = analysis_of(store).id, person_of(seed)
    for number in itertools.count():
        what = chance.random()
        if what < 0.15:
            tell("begin", ("undo",))
            store.labels.undo(analysis, person)
            tell("done", ("undo",))
        elif what < 0.25:
            tell("begin", ("redo",))
            store.labels.redo(analysis, person)
            tell("done", ("redo",))
        else:
            rows = chance.sample(range(300), 1 if what < 0.9 else 25)
            give(store, analysis, seed, number, {row: chance.choice(LABELS) for row in rows}, tell)


def import_labels(home: Path, seed: int, tell: Tell) -> None:
    """Import a file of labels again and again, with names that the analysis does not have."""
    store, chance = Store(home), random.Random(seed)
    analysis = analysis_of(store).id
    for number in itertools.count():
        rows = chance.sample(range(400), N_IMPORTED)
        names = [f"name {seed % 97} {number % 7} {chance.randrange(N_NEW_NAMES)}" for _ in rows]
        give(store, analysis, seed, number, dict(zip(rows, names, strict=True)), tell, names_too=True)


def give(
    store: Store,
    analysis: int,
    seed: int,
    number: int,
    labels: dict[int, str],
    tell: Tell,
    *,
    names_too: bool = False,
) -> None:
    """Give labels in one step; its source name tells it from every other step."""
    tag = f"{seed}-{number}"
    op: Op = ("give", tag, list(labels.items()))
    tell("begin", op)
    store.labels.give(analysis, labels, person_of(seed), source="file", source_name=tag, add_names=names_too)
    tell("done", op)


def decide(home: Path, seed: int, tell: Tell) -> None:
    """Change the instruction, cut and edit clusters, answer the check sample, add and rename labels."""
    store, chance, actor = Store(home), random.Random(seed), seed % N_ACTORS
    analysis = analysis_of(store, actor)
    corpus, own = analysis.corpus_key, analysis.id
    names = store.label_names.current(own)
    for number in itertools.count():
        mark = f"{seed}-{number}"
        ops: list[Op] = [
            ("instruction", f"by {mark}"),
            ("edit", encode_edit(Edit("name", (chance_rows(chance),), (mark,)))),
            ("undo edit",),
            ("choice", mark),
            ("check", chance.randrange(400), chance.choice(LABELS)),
            ("name", f"label {mark}"),
        ]
        if names[-1] not in LABELS:  # these are given
            ops.append(("rename", names[-1], f"renamed {mark}"))
        op = chance.choice(ops)
        tell("begin", op)
        if op[0] == "instruction":
            store.set_instruction(own, op[1])
        elif op[0] == "edit":
            store.clusters.add_edit(corpus, own, op[1], person_of(seed))
        elif op[0] == "undo edit":
            store.clusters.undo_edit(corpus, own, person_of(seed))
        elif op[0] == "choice":
            store.clusters.set_choice(corpus, own, op[1])
        elif op[0] == "check":
            store.check_labels.give(own, op[1], op[2], person_of(seed))
        elif op[0] == "name":
            names.append(store.label_names.add(own, op[1]))
        else:
            store.label_names.rename(own, op[1], op[2])
            names[-1] = op[2]
        tell("done", op)


def chance_rows(chance: random.Random) -> np.ndarray:
    """Return the texts of a cluster: ascending."""
    return np.sort(np.array(chance.sample(range(400), 30), dtype=np.int64))


def import_files(home: Path, seed: int, tell: Tell) -> None:
    """Store corpora with rows left out, and tables of an import; delete a corpus now and then."""
    store, chance = Store(home), random.Random(seed)
    for number in itertools.count():
        corpus = make_corpus(300, mark=f"{seed}-{number}", n_left_out=5)
        added: Op = ("corpus", corpus.key, digest(corpus))
        tell("begin", added)
        store.add_corpus(corpus)
        tell("done", added)
        if chance.random() < 0.7:
            tell("begin", ("delete", corpus.key))
            store.delete_corpus(corpus.key)
            tell("done", ("delete", corpus.key))
        table = ("table", f"table {seed}-{number}", digest(corpus))
        tell("begin", table)
        imports_of(home, "chaos").save_corpus(table[1], "text", True, (), corpus)
        tell("done", table)


def digest(corpus: Corpus) -> str:
    """Return what tells one corpus from another: texts, columns, source rows, rows left out."""
    beside = corpus.left_out
    return content_key(
        corpus.texts.tolist(),
        corpus.metadata.to_csv(),
        None if corpus.source_rows is None else corpus.source_rows.tolist(),
        None if beside is None else (beside.texts.tolist(), beside.source_rows.tolist()),
    )


def encode(home: Path, seed: int, tell: Tell) -> None:
    """Encode a corpus under one instruction after another; what was begun goes on."""
    store = Store(home)
    key = store.corpora()[0].key
    texts = store.load_corpus(key).texts.tolist()
    encoder = SlowEncoder(lambda some, _: tell("done", ("encoded", some)))
    for number in itertools.count():
        reencode_corpus(store.results(key), key, texts, encoder, f"by {number}")


def fit(home: Path, seed: int, tell: Tell) -> None:
    """Give a label and reshape the map, again and again."""
    store, chance = Store(home), random.Random(seed)
    analysis = analysis_of(store).id
    for number in itertools.count():
        give(store, analysis, seed, number, {chance.randrange(100): chance.choice(LABELS)}, tell)
        op = ("fit", fit_key(store, analysis))
        tell("begin", op)
        TASKS["fit"](store, silent, analysis_id=analysis)
        tell("done", op)


def migrate(home: Path, seed: int, tell: Tell) -> None:
    """Open a store of an earlier version."""
    tell("begin", ("migrate",))
    Store(home)
    tell("done", ("migrate",))


def export(home: Path, seed: int, tell: Tell) -> None:
    """Write an analysis to a file, over the one of before."""
    os.environ["REFRACT_HOME"] = str(home)
    (home / "exports").mkdir(exist_ok=True)
    name = str(analysis_of(Store(home)).id)
    for number in itertools.count():
        op = ("export", f"analysis {number % 3}.safetensors")
        tell("begin", op)
        export_analysis(name, home / "exports" / op[1])
        tell("done", op)
