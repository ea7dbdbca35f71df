from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.corpus import Partition
from core.export import ExportSource, export_files, file_name, source_table
from core.maps import Space
from core.transforms import Method
from tests.core.export.test_findings import FINDINGS, FIT
from tests.core.export.test_tables import corpus_with

SPACE = Space(np.eye(4, 3, dtype=np.float32), None, np.arange(8, dtype=np.float32).reshape(4, 2))
CLUSTERS = Partition(np.array([0, 0, 1, -1], dtype=np.int32), {0: "late", 1: "people"})
HISTORY = pd.DataFrame(
    {
        "step": [1],
        "row": [2],
        "label": ["sad"],
        "counts_as": ["sad"],
        "given_by": ["ada"],
        "source": ["deck"],
        "source_name": [""],
        "reviewed": [False],
        "given_at": ["2026-01-01"],
    }
)


def fitted(**fit):
    return ExportSource(
        corpus_with(),
        "words",
        SPACE,
        CLUSTERS,
        title="by feeling",
        given=["sad", None, None, "glad"],
        history=HISTORY,
        fit=replace(FIT, space=SPACE, **fit),
        fit_clusters=CLUSTERS,
        findings=replace(FINDINGS, change=np.zeros(4, dtype=np.float32)),
    )


def files_of(source):
    return {file.kind: file for file in export_files(source, source_table(source))}


def test_a_corpus_alone_leaves_as_table_and_vectors():
    source = ExportSource(corpus_with(), "words", SPACE, CLUSTERS, history=HISTORY.head(0))
    files = files_of(source)
    assert list(files) == ["csv", "parquet", "vectors"]
    assert {kind: file.name for kind, file in files.items()} == {
        "csv": "x.csv",
        "parquet": "x.parquet",
        "vectors": "x-vectors.parquet",
    }


def test_a_fit_leaves_with_its_linear_form_its_evidence_and_the_record():
    files = files_of(fitted())
    assert list(files) == ["csv", "parquet", "vectors", "linear", "evidence", "record"]
    assert all(file.name.startswith("x-by-feeling") and file.make() for file in files.values())
    table = source_table(fitted())
    assert table["predicted_label"].tolist() == ["sad", "sad", "glad", "glad"]
    assert table["given_label"].fillna("").tolist() == ["sad", "", "", "glad"]


def test_re_encoded_texts_have_no_linear_form():
    kind = next(kind for kind in ("reencode", "reading") if Method(kind).reencodes)
    files = files_of(fitted(method=Method(kind, "asking")))
    assert "linear" not in files and "evidence" in files


def test_files_say_when_they_are_from_names_only():
    files = files_of(fitted(given=np.full(4, -1)))
    assert all("from-names-only" in file.name for file in files.values())


@pytest.mark.parametrize("evidence", [None, FINDINGS.evidence])
def test_the_hint_says_whether_anything_was_measured(evidence):
    source = replace(fitted(), findings=replace(FINDINGS, evidence=evidence, change=None))
    assert ("not measured yet" in files_of(source)["evidence"].hint) == (evidence is None)


def test_file_names_say_what_is_in_them():
    assert file_name("letters.csv", "By feeling? · asking") == "letters-by-feeling-asking"
    assert file_name("a.csv", "by feeling", from_names_only=True) == "a-by-feeling-from-names-only"
    assert file_name("../?.csv") == "refract"
