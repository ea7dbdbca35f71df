"""What Refract exports comes back as it was."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.corpus import Corpus, build_corpus
from core.corpus.tables import Table
from core.export import build_record, export_table, to_csv_bytes, write_parquet, write_vectors
from core.labels import TextRows, choose_columns, match_labels, name_key, read_label_file
from tests.support.written import written

TEXTS = [
    "=SUM of all fears",
    "the same",
    "the same",
    "Two\r\nlines",
    "  blanks around ",
    "one\rreturn",
    "café \N{NO-BREAK SPACE}au lait",
    "'=quoted",
    '"quotes", commas; tabs\t',
    "- nothing",
    "NA",
    "007",
]


def corpus_of(texts=TEXTS, **choices):
    frame = pd.DataFrame({"body": texts, "label": "of the corpus", "id": range(len(texts)), "topic": "x"})
    return build_corpus(Table("letters.csv", frame, "UTF-8", ()), "body", **choices)


CORPUS = corpus_of()
NAMES = ["angry", "very angry", "late|rude", "[]", "a, b", "3 stars", "qualité", "=1+1", "none"]


def table_of(corpus: Corpus, labels: dict[int, str]) -> pd.DataFrame:
    """The exported table of a corpus with these labels, and predictions."""
    n = len(corpus.texts)
    return export_table(
        corpus,
        generic_clusters=np.zeros(n, dtype=np.int32),
        generic_names={0: "all"},
        generic_map=np.zeros((n, 2)),
        given=[labels.get(row) for row in range(n)],
        predicted=["guess"] * n,
        probability=np.full(n, 0.5),
    )


def read_back(name, content, corpus=CORPUS):
    known = TextRows(corpus.texts, corpus.metadata, corpus.source_rows)
    file = read_label_file(name, content)
    columns = choose_columns(file.frame, known)
    assert columns.sure
    return match_labels(known, file, columns=columns)


some_labels = st.dictionaries(st.integers(0, len(TEXTS) - 1), st.sampled_from(NAMES), min_size=1)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(some_labels)
def test_the_table(labels):
    table = table_of(CORPUS, labels)
    for name, content in {
        "a.csv": to_csv_bytes(table),
        "b.csv": to_csv_bytes(table, neutralise=False),
        "c.parquet": written(write_parquet, table),
        "d.json": table.to_json(orient="records").encode(),
        "e.jsonl": table.to_json(orient="records", lines=True).encode(),
    }.items():
        found = read_back(name, content)
        assert found.labels == labels, name
        assert not found.removed and found.n_conflicting == 0


def test_the_table_with_its_column_filled_in_by_a_person():
    table = table_of(CORPUS, {})
    table["given_label"] = pd.Series([None, "b", "a", *[None] * 8, "a"], dtype=object)
    assert read_back("a.csv", table.to_csv(index=False).encode()).labels == {1: "b", 2: "a", 11: "a"}


def test_the_table_with_copies_beside_the_map():
    corpus = corpus_of([*TEXTS, "the same", "NA", "N/A"], leave_out_copies=True, set_aside=frozenset(["N/A"]))
    assert corpus.left_out is not None
    labels = {0: "angry", 1: "late|rude", 9: "[]"}
    found = read_back("a.csv", to_csv_bytes(table_of(corpus, labels)), corpus)
    assert found.labels == labels and found.n_conflicting == 0


def test_the_vectors():
    vectors = np.eye(len(TEXTS), 16, dtype=np.float32)
    labels = {0: "angry", 2: "pleased"}
    content = written(write_vectors, table_of(CORPUS, labels), vectors)
    assert read_back("vectors.parquet", content).labels == labels


entries = st.lists(
    st.tuples(st.integers(0, len(TEXTS) - 1), st.sampled_from([*NAMES, None])), min_size=1, max_size=20
)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(entries)
def test_the_record(entries):
    if all(name is None for _, name in entries):
        return
    history = pd.DataFrame(
        {
            "step": range(1, len(entries) + 1),
            "row": [row for row, _ in entries],
            "label": pd.Series([name for _, name in entries], dtype=object),
            "counts_as": pd.Series([name for _, name in entries], dtype=object),
            "given_by": "ada",
            "source": "deck",
            "source_name": "",
            "reviewed": False,
            "given_at": "2024-01-01T00:00:00.000+00:00",
        }
    )
    latest = dict(entries)
    found = read_back("record.csv", to_csv_bytes(build_record(CORPUS, history)))
    assert found.labels == {row: name for row, name in latest.items() if name is not None}
    assert found.removed == tuple(sorted(row for row, name in latest.items() if name is None))


def test_the_store(store, corpus):
    """Labels given, renamed, merged, deleted and taken away, then restored from the record and the table."""
    store.add_corpus(corpus)
    old = store.add_analysis(corpus.key, "old")
    for name in ("a", "b", "c", "d"):
        store.label_names.add(old, name)
    store.labels.give(old, {0: "a", 1: "b", 2: "c", 3: "d", 4: "a"}, "ada")
    store.labels.give(old, {0: "b", 4: None}, "bo")
    store.label_names.rename(old, "b", "renamed")
    store.label_names.merge(old, ["c"], into="a")
    store.label_names.delete(old, "d")
    guide = store.labels.read(old)
    labels = {row: guide.names[code] for row, code in enumerate(guide.codes) if code >= 0}
    assert labels == {0: "renamed", 1: "renamed", 2: "a"}
    record = to_csv_bytes(build_record(corpus, store.labels.history(old)))
    table = to_csv_bytes(table_of(corpus, labels))
    assert read_back("record.csv", record, corpus).labels == labels
    assert read_back("table.csv", table, corpus).labels == labels
    new = store.add_analysis(corpus.key, "new")
    saved = store.label_names.add_missing(new, labels.values())
    store.labels.give(new, {row: saved[name] for row, name in labels.items()}, "ada", source="file")
    copied = store.labels.read(new)
    assert {row: copied.names[code] for row, code in enumerate(copied.codes) if code >= 0} == labels
    assert len({name_key(name) for name in copied.names}) == len(copied.names)
