"""The story in Python: read, encode, suggest, reshape, look, predict, save, open."""

import html

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import core
from core.errors import CorpusError, EncoderUnavailable, LabelError, StoreError
from core.tasks import fit_key
from core.transforms import Method, MethodKind
from tests.conftest import make_frame


@pytest.fixture
def space(home):
    return core.read(make_frame(), text="text", name="letters").encode("words")


@pytest.fixture
def reshaped(space):
    return space.reshape(space.metadata["feeling"].iloc[:24], instruction="by feeling")


def test_texts_are_read_from_files_tables_and_lists(tmp_path):
    frame = make_frame()
    frame.to_csv(tmp_path / "letters.csv", index=False)
    sources = [tmp_path / "letters.csv", str(tmp_path / "letters.csv"), frame, pa.Table.from_pandas(frame)]
    for source in sources:
        texts = core.read(source)
        assert texts.corpus.texts.tolist() == frame["text"].tolist()
        assert list(texts.metadata) == ["topic", "feeling", "stars"]
    read = core.read(iter(["one text", "another text", "a third"]), name="mine")
    assert (len(read), read.corpus.name) == (3, "mine")
    assert core.read(tmp_path / "letters.csv", name="mine").corpus.name == "mine"
    assert core.read(frame, text="topic").corpus.text_column == "topic"


def test_a_frame_is_the_corpus_that_its_file_is(tmp_path):
    frame = make_frame()
    frame.to_parquet(tmp_path / "texts.parquet", index=False)
    assert core.read(frame).corpus.key == core.read(tmp_path / "texts.parquet").corpus.key


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (5, "int found"),
        (b"text", "bytes found"),
        (["a", 5, "c"], "int found in the list"),
        (["a", None, "c"], "NoneType found in the list"),
        (pd.DataFrame({"n": [1, 2, 3]}), "holds texts"),
        (pd.DataFrame({"text": ["a", 1, b"c"]}), "one type"),
    ],
)
def test_what_is_no_corpus_is_said(source, said):
    with pytest.raises(CorpusError, match=said):
        core.read(source)


def test_a_column_that_is_not_there_is_said():
    with pytest.raises(CorpusError, match=r"“body”.*text, topic"):
        core.read(make_frame(), text="body")


def test_the_space_suggests_distinct_texts_and_none_that_is_labelled(space):
    rows = space.suggest(10)
    assert len(set(rows)) == 10
    assert not set(rows) & set(space.suggest(10, dict.fromkeys(rows, "angry")))
    assert space.vectors.shape == (60, 48) and space.map.shape == (60, 2)
    clusters = space.clusters()
    assert clusters["n_texts"].is_monotonic_decreasing and set(clusters["typical"]) <= set(space.corpus.texts)
    assert list(space.to_pandas()["text"]) == list(space.corpus.texts)


def test_own_vectors_take_the_place_of_an_encoder(home):
    vectors = np.random.default_rng(0).normal(size=(60, 8))
    space = core.read(make_frame()).encode(vectors)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    np.testing.assert_allclose(space.vectors, unit, atol=1e-6)
    reshaped = space.reshape(space.metadata["feeling"].iloc[:24])
    with pytest.raises(EncoderUnavailable, match="came from elsewhere"):
        reshaped.predict(["furious"])
    with pytest.raises(EncoderUnavailable, match="one row for each of the 60"):
        core.read(make_frame()).encode(vectors[:5])


def test_the_analysis_says_whether_it_helps(reshaped):
    evidence = reshaped.evidence()
    assert evidence.n_labels == 24 and evidence.reshaped > 0.9
    assert reshaped.verdict.state in repr(reshaped) and "by feeling" in repr(reshaped)
    assert reshaped.labels == ["angry", "pleased"] and reshaped.instruction == "by feeling"
    assert len(reshaped.vectors) == len(reshaped.map) == len(reshaped) == 60


def test_labels_are_found_for_old_and_new_texts(reshaped):
    table = reshaped.to_pandas()
    assert (table["predicted_label"] == table["feeling"]).mean() > 0.9
    new = ["furious shouting courier", "lovely thanks invoice"]
    assert reshaped.predict(new).tolist() == ["angry", "pleased"]
    shares = reshaped.predict_proba(new)
    assert list(shares) == ["angry", "pleased"] and np.allclose(shares.sum(axis=1), 1)
    placed = reshaped.place(new)
    assert placed["label"].tolist() == ["angry", "pleased"]
    assert set(placed["cluster"]) <= set(reshaped.clusters()["name"])
    assert reshaped.transform(new).shape == (2, reshaped.vectors.shape[1])
    assert reshaped.clusters(3)["n_texts"].sum() == 60 and len(reshaped.clusters(3)) == 3


@pytest.mark.parametrize("form", ["mapping", "series", "list", "array"])
def test_labels_are_taken_in_any_form_with_gaps(space, form):
    feelings = space.metadata["feeling"].tolist()
    gaps = [feeling if row < 24 else None for row, feeling in enumerate(feelings)]
    labels = {
        "mapping": dict(enumerate(feelings[:24])),
        "series": pd.Series(gaps),
        "list": gaps,
        "array": np.array([gap or np.nan for gap in gaps], dtype=object),
    }[form]
    assert space.reshape(labels).evidence().n_labels == 24


def test_numbers_are_labels_as_a_column_of_them_is(space):
    codes = (space.metadata["feeling"] == "pleased").astype(float).where(np.arange(60) < 24)
    assert space.reshape(codes).labels == ["0", "1"]
    assert space.suggest(5, []) == space.suggest(5)


def test_definitions_go_with_their_labels(space, tmp_path):
    feelings = space.metadata["feeling"].iloc[:24]
    reshaped = space.reshape(feelings, definitions={" Angry": "upset about us,\neven where polite"})
    assert reshaped.definitions == {"angry": "upset about us, even where polite"}
    reshaped.save(tmp_path / "feelings.refract")
    assert core.open(tmp_path / "feelings.refract").definitions == reshaped.definitions
    reshaped.export("report", tmp_path / "report.html")
    assert "upset about us, even where polite" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with pytest.raises(LabelError, match=r"“calm” found, which is none of the labels \(angry, pleased\)"):
        space.reshape(feelings, definitions={"calm": "x"})


def test_names_alone_reshape(space):
    reshaped = space.reshape(names=["furious", "lovely"], instruction="by feeling")
    assert reshaped.verdict.state == "not checked" and set(reshaped.predict(["furious"])) == {"furious"}


@pytest.mark.parametrize("method", ["gstransform", Method(MethodKind.REENCODE, "asking")])
def test_the_methods_of_the_papers(space, method):
    reshaped = space.reshape({0: "angry", 3: "pleased"}, instruction="furious", method=method)
    wanted = method if isinstance(method, str) else method.kind
    assert reshaped.source.fit.method.kind == wanted and reshaped.verdict.state == "too early to tell"
    assert set(reshaped.to_pandas()["predicted_label"]) == {"angry", "pleased"}


def test_what_cannot_be_reshaped_leaves_no_analysis(space, home, tmp_path):
    kept = core.read(make_frame()).encode("words", home=tmp_path / "kept")
    store = core.Store(tmp_path / "kept")
    for labels, said in [
        ({0: "angry"}, "only “angry”"),
        ({99: "angry"}, "99 found as a row"),
        (["angry"], "1 labels found for 60 texts"),
        ({"0": "angry"}, "'0' found as a row"),
    ]:
        with pytest.raises(LabelError, match=said):
            kept.reshape(labels)
    assert store.analyses(kept.corpus.key) == []


def test_a_folder_keeps_the_work_and_the_app_opens_it(home, tmp_path):
    texts = core.read(make_frame())
    first = texts.encode("words", home=tmp_path / "kept")
    made = first.reshape(first.metadata["feeling"].iloc[:24], instruction="by feeling")
    store = core.Store(tmp_path / "kept")
    analysis = store.analyses(first.corpus.key)[0]
    assert analysis.fit_key == fit_key(store, analysis.id)
    assert set(store.labels.read(analysis.id).table["given_by"]) == {"Python"}
    opened = core.open("By Feeling", home=tmp_path / "kept")
    np.testing.assert_array_equal(opened.map, made.map)
    assert opened.id == made.id and repr(opened) == repr(made)
    with pytest.raises(StoreError, match="no analysis “by mood”"):
        core.open("by mood", home=tmp_path / "kept")
    with pytest.raises(StoreError, match="No analysis"):
        core.open("by feeling", home=tmp_path / "empty")


def test_a_folder_is_not_encoded_twice(home, tmp_path, monkeypatch):
    texts = core.read(make_frame())
    before = texts.encode("words", home=tmp_path / "kept").map

    def refuse(name, *, template=None):
        raise AssertionError("encoded again")

    monkeypatch.setattr("core.tasks.model_cache.load_encoder", refuse)
    np.testing.assert_array_equal(texts.encode("words", home=tmp_path / "kept").map, before)


def test_files_of_the_export_page(reshaped, tmp_path):
    kinds = [file.kind for file in reshaped.files()]
    assert {"csv", "parquet", "evidence", "record"} <= set(kinds)
    reshaped.export("csv", tmp_path / "table.csv")
    assert pd.read_csv(tmp_path / "table.csv")["text"].tolist() == reshaped.to_pandas()["text"].tolist()
    with pytest.raises(StoreError, match=r"kind “nothing”.*csv"):
        reshaped.export("nothing", tmp_path / "x")
    with pytest.raises(EncoderUnavailable, match="no layer can follow"):
        reshaped.save(tmp_path / "encoder")  # words are no model of sentence-transformers


def test_a_file_holds_the_analysis(reshaped, tmp_path):
    reshaped.save(tmp_path / "feelings.refract")
    opened = core.open(tmp_path / "feelings.refract")
    np.testing.assert_array_equal(opened.map, reshaped.map)
    assert repr(opened) == repr(reshaped)
    pd.testing.assert_frame_equal(opened.to_pandas(), reshaped.to_pandas())


def test_maps_are_shown_in_a_frame_and_saved_as_a_page(space, reshaped, tmp_path):
    for shown in (space.show(), reshaped.show()):
        assert "Content-Security-Policy" in shown.content and space.corpus.texts[0] in shown.content
        frame = shown._repr_html_()
        assert frame.startswith("<iframe srcdoc=") and 'sandbox="allow-scripts"' in frame
        inside = frame.partition('srcdoc="')[2].partition('"')[0]
        assert html.unescape(inside) == shown.content
    reshaped.show().save(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == reshaped.show().content
