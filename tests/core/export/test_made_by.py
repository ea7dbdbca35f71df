"""Every exported file says which version of the encoder made it."""

import io
import json
import zipfile
from dataclasses import replace
from functools import partial

import numpy as np
import onnx
import pandas as pd
import pyarrow.parquet as pq
import pytest

from core.corpus.tables import read_table
from core.encoders import recorded_commit
from core.export import AnalysisResults, build_text_model, export_files, source_table, text_model_to_bytes
from core.transforms import Method
from tests.core.export.test_files import fitted
from tests.core.export.test_tables import corpus_with
from tests.core.export.test_text_model import blobs, fit_of, space_of  # noqa: F401
from tests.support.written import written

COMMIT, OTHER = "a1" * 20, "b2" * 20
HUB, OTHER_HUB = f"owner/model@{COMMIT}", f"owner/other@{OTHER}"
ANALYSES = [
    lambda: AnalysisResults("by mood"),
    lambda: AnalysisResults("by topic", map=np.zeros((4, 2), np.float32), encoder=OTHER_HUB),
]


def files_of(encoder, **changes):
    source = replace(fitted(), encoder=encoder, analyses=ANALYSES, **changes)
    return {file.kind: written(file.write) for file in export_files(source, source_table(source))}


def commits_of(kind, content):
    """The commits that a file states, with readers as anybody has them; those of columns once each."""
    if kind == "linear":
        return {str(np.load(io.BytesIO(content))["encoder_commit"])}
    if kind == "linear_safetensors":
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
        return {json.loads(header["__metadata__"]["refract"])["encoder_commit"]}
    if kind == "linear_onnx":
        properties = onnx.load_from_string(content).metadata_props
        return {each.value for each in properties if each.key == "encoder_commit"}
    if kind == "evidence":
        return {json.loads(content)["encoder_commit"]}
    if kind == "dataset":
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = archive.read(next(name for name in archive.namelist() if name.endswith(".parquet")))
    if kind in ("svg", "pdf", "png", "report"):
        return {commit for commit in (COMMIT, OTHER) if commit.encode() in content}
    if content[:4] == b"PAR1":
        frame = pd.read_parquet(io.BytesIO(content))
        said = json.loads(pq.read_schema(io.BytesIO(content)).metadata[b"refract"])
        assert {frame[name].unique().item() for name in said} == set(said.values())
    else:
        readers = {"xlsx": pd.read_excel, "jsonl": partial(pd.read_json, lines=True)}
        frame = readers.get(kind, pd.read_csv)(io.BytesIO(content))
    return {frame[name].unique().item() for name in frame if name.endswith("encoder_commit")}


def test_each_file_states_the_commit_of_its_encoder():
    files = files_of(HUB)
    for kind in ("record", "label_studio", "prodigy", "argilla"):
        files.pop(kind)  # of what people gave: no encoder made it
    assert len(files) == 16
    for kind, content in files.items():
        both = {COMMIT, OTHER} if kind.startswith("overview") else {COMMIT}
        assert commits_of(kind, content) == both, kind


def test_re_encoded_texts_state_both_encoders():
    fit = replace(fitted().fit, method=Method("reencode", OTHER_HUB))
    files = files_of(HUB, fit=fit)
    for kind in ("csv", "parquet", "vectors"):
        assert commits_of(kind, files[kind]) == {COMMIT, OTHER}, kind
    frame = read_table("x.csv", files["csv"]).frame
    assert set(frame["encoder"]) == {HUB} and set(frame["reshaped_encoder"]) == {OTHER_HUB}


@pytest.mark.parametrize("kind", ["guided", "reencode"])
def test_an_analysis_for_other_texts_states_the_commit(blobs, kind, monkeypatch):  # noqa: F811
    monkeypatch.setattr("core.export.text_model.vectors_source", lambda *given: "source")
    X, codes = blobs
    fit, _ = fit_of(kind, space_of(X), codes)
    encoder = OTHER_HUB if kind == "reencode" else HUB
    fit = replace(fit, method=replace(fit.method, encoder=OTHER_HUB if kind == "reencode" else ""))
    content = text_model_to_bytes(build_text_model(fit, space_of(X), None, encoder=HUB))
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
    assert json.loads(header["refract"])["encoder_commit"] == encoder.partition("@")[2]


def test_a_folder_is_told_by_the_content_of_its_files(tmp_path):
    (tmp_path / "config.json").write_text("{}")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"one")
    first = recorded_commit(str(tmp_path))
    assert first.startswith("files:") and commits_of("csv", files_of(str(tmp_path))["csv"]) == {first}
    weights.write_bytes(b"other")
    assert recorded_commit(str(tmp_path)) not in (first, "")


@pytest.mark.parametrize("name", ["owner/model", "endpoint:https://host/v1#model", "/no/such", "words"])
def test_what_has_no_known_version_states_none(name):
    assert recorded_commit(name) == ""


def test_a_column_of_that_name_is_kept_beside_it():
    corpus = corpus_with(encoder=["a", "b", "c", "d"])
    frame = read_table("x.csv", files_of(HUB, corpus=corpus)["csv"]).frame
    assert frame["encoder (metadata)"].tolist() == ["a", "b", "c", "d"]
    assert set(frame["encoder"]) == {HUB}
