import io
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow.parquet
import pytest

from core.api import read_export_source
from core.corpus import Partition
from core.corpus.tables import read_table
from core.encoders import DEFAULT_ENCODER
from core.evidence import Findings
from core.export import (
    AnalysisResults,
    ExportSource,
    export_files,
    file_name,
    rows_of_table,
    source_table,
)
from core.maps import Space
from core.transforms import Method
from pages.common import cache
from tests.core.export.test_findings import FINDINGS, FIT
from tests.core.export.test_tables import corpus_with, left_out_corpus
from tests.support.written import written

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

PICTURES = ("svg", "pdf", "png", "report")


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
    assert list(files) == ["csv", "parquet", "xlsx", "jsonl", "dataset", "vectors", *PICTURES]
    assert {kind: file.name for kind, file in files.items()} == {
        "csv": "x.csv",
        "parquet": "x.parquet",
        "xlsx": "x.xlsx",
        "jsonl": "x.jsonl",
        "dataset": "x-dataset.zip",
        "vectors": "x-vectors.parquet",
        "svg": "x-maps.svg",
        "pdf": "x-maps.pdf",
        "png": "x-maps.png",
        "report": "x-report.html",
    }


def test_a_fit_leaves_with_its_linear_form_its_evidence_and_the_record():
    files = files_of(fitted())
    assert list(files) == [
        "csv", "parquet", "xlsx", "jsonl", "dataset", "vectors", *PICTURES,
        "label_studio", "prodigy", "argilla",
        "linear", "linear_safetensors", "linear_onnx", "evidence", "record",
    ]  # fmt: skip
    assert all(file.name.startswith("x-by-feeling") and written(file.write) for file in files.values())
    table = source_table(fitted())
    assert table["predicted_label"].tolist() == ["sad", "sad", "glad", "glad"]
    assert table["given_label"].fillna("").tolist() == ["sad", "", "", "glad"]


def test_the_hints_count_the_rows_that_are_not_on_the_map():
    files = files_of(replace(fitted(), corpus=left_out_corpus()))
    assert "(2)" in files["csv"].hint and "(1)" in files["csv"].hint
    assert "6 × 3" in files["vectors"].hint and "(1)" in files["vectors"].hint


def test_two_analyses_leave_side_by_side_read_only_when_wanted():
    read = []

    def results(title):
        read.append(title)
        return AnalysisResults(title, given=Partition(np.array([0, -1, -1, -1]), {0: "sad"}))

    analyses = [lambda: results("by feeling"), lambda: results("by topic")]
    assert list(files_of(replace(fitted(), analyses=analyses[:1])))[-1] == "record"
    files = files_of(replace(fitted(), analyses=analyses))
    assert list(files)[-2:] == ["overview", "overview_parquet"] and not read
    assert files["overview"].name == "x-all-analyses.csv"
    found = read_table("x.csv", written(files["overview"].write)).frame
    assert found["by_topic_given_label"].fillna("").tolist() == ["sad", "", "", ""]
    assert read == ["by feeling", "by topic"]


@pytest.mark.parametrize("neutralise", [True, False])
def test_the_choice_for_spreadsheets_holds_for_every_csv(neutralise):
    history = pd.concat([HISTORY] * 2, ignore_index=True).assign(row=[1, 2])
    source = replace(fitted(), history=history, analyses=[lambda: AnalysisResults("a")] * 2)
    made = [
        written(file.write)
        for file in export_files(source, source_table(source), neutralise=neutralise)
        if file.name.endswith(".csv")
    ]
    assert len(made) == 3
    assert all((b"\"'=SUM" in content) == neutralise for content in made)


def test_the_record_of_labels_comes_back():
    rows = [3, 1, 1]
    history = pd.concat([HISTORY] * 3, ignore_index=True).assign(
        row=rows, step=[1, 2, 3], label=["=glad", "sad", None], counts_as=["=glad", None, None]
    )
    files = files_of(replace(fitted(), history=history))
    again = read_table("labels.csv", written(files["record"].write)).frame
    assert again["row"].tolist() == rows
    assert again["source_row"].tolist() == [row + 1 for row in rows]
    assert again["text"].tolist() == corpus_with().texts[rows].tolist()
    assert again["label"].fillna("none").tolist() == ["=glad", "sad", "none"]
    assert again["counts_as"].fillna("none").tolist() == ["=glad", "none", "none"]
    assert again["given_at"].astype("str").str.startswith("2026-01-01").all()
    assert again["step"].tolist() == [1, 2, 3]


def test_re_encoded_texts_have_no_linear_form():
    kind = next(kind for kind in ("reencode", "reading") if Method(kind).reencodes)
    files = files_of(fitted(method=Method(kind, "asking")))
    assert "linear" not in files and "evidence" in files


def test_files_say_when_they_are_from_names_only():
    files = files_of(fitted(given=np.full(4, -1)))
    assert all("from-names-only" in file.name for file in files.values())


@pytest.mark.parametrize("evidence", [None, FINDINGS.evidence])
def test_evidence_is_a_file_once_it_is_measured(evidence):
    source = replace(fitted(), findings=replace(FINDINGS, evidence=evidence, change=None))
    assert ("evidence" in files_of(source)) == (evidence is not None)


def test_file_names_say_what_is_in_them():
    assert file_name("letters.csv", "By feeling? · asking") == "letters-by-feeling-asking"
    assert file_name("a.csv", "by feeling", from_names_only=True) == "a-by-feeling-from-names-only"
    assert file_name("../?.csv") == "refract"


@pytest.mark.parametrize("own", [None, replace(FINDINGS.evidence, generic=0.25, reshaped=0.5)])
def test_the_hint_of_the_encoder_says_what_it_is_worth_once_that_is_measured(own):
    source = replace(fitted(), encoder=DEFAULT_ENCODER, findings=Findings(linear_evidence=own))
    hint = files_of(source)["encoder"].hint
    assert ("50 %" in hint and "25 %" in hint) == (own is not None)


def test_some_rows_make_files_of_their_own_name(store, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    source = read_export_source(store, prepared, labelled)
    table = rows_of_table(source_table(source), [20, 3, 7])
    files = {file.kind: file for file in export_files(source, table, part="selected")}
    assert files["csv"].name == "letters-by-feeling-selected.csv"
    assert files["record"].name == "letters-by-feeling-labels.csv"  # of all texts
    assert pd.read_csv(io.BytesIO(written(files["csv"].write)))["row"].tolist() == [3, 7, 20]
    vectors = pyarrow.parquet.read_table(io.BytesIO(written(files["vectors"].write)))
    found = np.array(vectors["vector"].to_pylist(), dtype=np.float32)
    np.testing.assert_array_equal(found, np.asarray(source.fit.space.vectors)[[3, 7, 20]])
    assert "3 × " in files["vectors"].hint
