from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.batch import ApplyJob, EncodeJob, export_analysis, find_tasks, load_analysis, run_local
from core.batch.one_file import load_step
from core.errors import EncoderUnavailable, StoreError
from core.export import read_text_model, text_model_to_bytes
from core.storage import load_space
from pages.common import cache
from tests.conftest import FEELINGS, make_frame
from tests.core.batch.conftest import write

COMMIT = "a1" * 20
DTYPES = ["float32", "float16"]


def run(job, source, target):
    load_step.cache_clear()
    return list(run_local(job, find_tasks(str(source), str(target))))


@pytest.fixture(params=["words", "viewing"])
def analysis(request, words, store, corpus):
    """An analysis by feeling, as its file, of a corpus with or without views."""
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder=request.param)
    number = store.add_analysis(corpus.key, "by feeling")
    for name in FEELINGS:
        store.label_names.add(number, name)
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(number, {row: feelings[row] for row in range(24)}, "ada")
    cache.runner().submit("fit", "x", analysis_id=number)
    return load_analysis(str(number))


@pytest.fixture
def texts(tmp_path):
    frame = make_frame(40, seed=1)
    write(tmp_path / "texts" / "a.parquet", [*frame["text"], None], ids=[f"t{row}" for row in range(41)])
    return tmp_path / "texts"


@pytest.mark.parametrize("dtype", DTYPES)
def test_vectors_and_texts_give_the_same_results(analysis, texts, tmp_path, dtype):
    content, model = analysis
    encode = EncodeJob(model.encoder, "text", "id", views=model.n_views > 0, dtype=dtype)
    assert run(encode, texts, tmp_path / "vectors")[0].done == (41, 1)
    assert run(ApplyJob(content, id="id"), tmp_path / "vectors", tmp_path / "a")[0].problem == ""
    assert run(ApplyJob(content, "text", "id", dtype=dtype), texts, tmp_path / "b")[0].problem == ""
    one, two = (pd.read_parquet(tmp_path / name / "a.parquet") for name in "ab")
    assert one["id"].tolist() == [f"t{row}" for row in range(41)]
    assert one["label"].astype(object).equals(two["label"].astype(object))
    tolerance = 1e-5 if dtype == "float32" else 5e-3
    filled = slice(0, 40)
    for name in ("probability", "probabilities", "vector"):
        a, b = (np.stack(table[name][filled].to_numpy()).astype(float) for table in (one, two))
        np.testing.assert_allclose(a, b, atol=tolerance)
    assert one.drop(columns="id").iloc[40].isna().all() and one.iloc[filled].notna().all().all()
    assert (one["label"][filled].astype(str) == make_frame(40, seed=1)["feeling"]).mean() > 0.9


def test_results_say_what_they_are(analysis, texts, tmp_path):
    model = replace(analysis[1], encoder_commit=COMMIT)
    content = text_model_to_bytes(model)
    run(ApplyJob(content, "text", "id", vectors=False), texts, tmp_path / "a")
    table = pq.read_table(tmp_path / "a" / "a.parquet")
    assert "vector" not in table.column_names and {"label", "cluster", "cluster_similarity"} < set(
        table.column_names
    )
    said = table.schema.metadata[b"refract"].decode()
    assert f'"encoder": "{model.encoder}", "encoder_commit": "{COMMIT}"' in said
    assert '"smoothed": false' in said and '"labels": ["angry", "pleased"]' in said
    assert set(table["cluster"].to_pylist()) <= {*model.clusters, None}


def test_without_a_text_every_result_is_null(analysis, tmp_path):
    content, _ = analysis
    write(tmp_path / "texts" / "a.parquet", [None, ""])
    assert run(ApplyJob(content, "text", "id"), tmp_path / "texts", tmp_path / "a")[0].done == (2, 2)


def test_vectors_of_another_encoder_are_refused(analysis, texts, tmp_path):
    content, model = analysis
    other = "asking" if model.encoder == "words" else "words"
    run(EncodeJob(other, "text", "id"), texts, tmp_path / "other")
    problem = run(ApplyJob(content, id="id"), tmp_path / "other", tmp_path / "a")[0].problem
    assert f"are of {other}" in problem and f"needs those of {model.encoder}" in problem
    run(ApplyJob(content, "text", "id"), texts, tmp_path / "reshaped")
    problem = run(ApplyJob(content, id="id"), tmp_path / "reshaped", tmp_path / "b")[0].problem
    assert "does not say which encoder" in problem
    if model.n_views:
        run(EncodeJob(model.encoder, "text", "id"), texts, tmp_path / "plain")
        problem = run(ApplyJob(content, id="id"), tmp_path / "plain", tmp_path / "c")[0].problem
        assert "0 views of hidden layers, and the analysis needs 2" in problem


def test_damaged_vectors_are_named(analysis, tmp_path, texts):
    content, model = analysis
    run(EncodeJob(model.encoder, "text", "id", views=model.n_views > 0), texts, tmp_path / "good")
    good = pq.read_table(tmp_path / "good" / "a.parquet")
    rows = good["vector"].to_pylist()
    rows[3] = [float("nan")] * 48
    short = [row and row[:40] for row in rows[:3] + rows[4:]]
    for name, values in {
        "nan": rows,
        "short": [*short, None],
        "mixed": [[1.0], *rows[1:3], *rows[4:], None],
    }.items():
        table = good.set_column(
            good.column_names.index("vector"), "vector", pa.array(values, pa.list_(pa.float32()))
        )
        (tmp_path / name).mkdir()
        pq.write_table(table, tmp_path / name / "a.parquet")
    expected = {"nan": "not finite", "short": "have 40 numbers", "mixed": "several lengths"}
    for name, words_ in expected.items():
        assert words_ in run(ApplyJob(content, id="id"), tmp_path / name, tmp_path / f"{name}-out")[0].problem


def test_an_encoder_with_other_files_is_refused(analysis, texts, tmp_path):
    _, model = analysis
    other = text_model_to_bytes(replace(model, source="of other files"))
    with pytest.raises(EncoderUnavailable, match="other files"):
        run(ApplyJob(other, "text", "id"), texts, tmp_path / "a")


def test_vectors_from_a_file_take_no_texts_and_any_vectors(analysis, texts, tmp_path):
    _, model = analysis
    if model.n_views:
        return
    own = text_model_to_bytes(replace(model, encoder="vectors:mine.npy#0123"))
    with pytest.raises(EncoderUnavailable, match="came from a file"):
        run(ApplyJob(own, "text", "id"), texts, tmp_path / "a")
    (tmp_path / "bare").mkdir()
    pq.write_table(pa.table({"id": [1], "vector": [[0.5] * 48]}), tmp_path / "bare" / "a.parquet")
    assert run(ApplyJob(own, id="id"), tmp_path / "bare", tmp_path / "b")[0].done == (1, 0)


def test_an_analysis_is_found_by_number_instruction_and_file(analysis, store, tmp_path):
    content, model = analysis
    file = tmp_path / "a.safetensors"
    assert export_analysis("By Feeling", file).classes == model.classes
    assert load_analysis(str(file))[0] == content
    assert read_text_model(file.read_bytes(), "a").source == model.source
    number = store.analyses(store.corpora()[0].key)[0].id
    for wanted, expected in {
        "by topic": rf"name one of {number} \(“by feeling”",
        "b.safetensors": "no file",
    }.items():
        with pytest.raises(StoreError, match=expected):
            load_analysis(wanted)
    store.copy_analysis(number)
    with pytest.raises(StoreError, match="Several analyses"):
        load_analysis("by feeling")


def test_without_an_analysis_there_is_none_to_export(store):
    with pytest.raises(StoreError, match="reshape one first"):
        load_analysis("1")


def test_the_labels_of_the_corpus_itself_are_those_without_neighbours(analysis, store, corpus, tmp_path):
    content, model = analysis
    write(tmp_path / "texts" / "a.parquet", corpus.texts.tolist())
    run(ApplyJob(content, "text", "id"), tmp_path / "texts", tmp_path / "a")
    found = np.stack(pd.read_parquet(tmp_path / "a")["probabilities"].to_numpy())
    generic = load_space(store.results(corpus.key), store.encoded_corpus(corpus.key).embedding_key)
    expected = model.predictor().predict(np.asarray(generic.vectors), generic.views)
    np.testing.assert_allclose(found, expected.probabilities, atol=1e-5)
