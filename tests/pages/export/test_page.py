"""The export page: which files it offers."""

import io
import threading

import pandas as pd
import pytest
import streamlit as st

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.evidence import Evidence
from core.storage import save_finding
from core.transforms import Method
from pages.common import cache
from tests.support.page_helpers import EXPORT, GUIDE, MAPS, upload, words
from tests.support.session import select


def test_everything_can_be_taken_out(app, store, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    found = {button.key for button in app.get("download_button")}
    matrix = ("linear", "linear_safetensors", "linear_onnx")
    pictures = ("svg", "pdf", "png", "report")
    labels = ("label_studio", "prodigy", "argilla")
    kinds = (
        "csv",
        "parquet",
        "xlsx",
        "jsonl",
        "dataset",
        "vectors",
        *pictures,
        *labels,
        *matrix,
        "text_model",
        "record",
        "analysis",
    )
    files = {f"export_{kind}" for kind in kinds}
    assert found == files  # the evidence is not measured yet
    key = store.analysis(labelled).fit_key
    evidence = Evidence(12, 2, 12, 0.5, 0.9, 0.1, 0.7, 0.001)
    save_finding(store.results(prepared), key, "evidence", evidence)
    app.run()
    assert {button.key for button in app.get("download_button")} == files | {"export_evidence"}
    assert "Works: neighbours now share a label 90 % of the time" in words(app)


def test_the_preview_starts_with_what_refract_adds(app, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    columns = list(app.dataframe[0].value.columns)
    assert columns[:2] == ["text", "given_label"] and columns[-3:] == ["topic", "feeling", "stars"]


def test_that_nothing_checked_the_predictions_is_said_once(app, store, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased"):
        store.label_names.add(analysis, name)
    cache.runner().submit("fit", "x", analysis_id=analysis)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception and words(app).count("hecked") == 1


def test_the_files_of_two_ways_have_two_names(app, monkeypatch, store, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    copy = store.copy_analysis(labelled)
    store.set_method(copy, Method("reencode", "asking"))
    cache.runner().submit("fit", "x", analysis_id=copy)
    store.set_instruction(copy, "changed since")
    names = []
    monkeypatch.setattr(st, "download_button", lambda *_, file_name, **__: names.append(file_name))
    app.run()
    app.switch_page(EXPORT).run()
    app.button(key=f"analysis_{labelled}").click().run()
    assert {"letters-by-feeling.csv", "letters-by-feeling-asking.csv"} <= set(names)


@pytest.fixture
def downloads(monkeypatch):
    """What each download button would give, by its key."""
    found = {}
    monkeypatch.setattr(st, "download_button", lambda *_, key, data, **__: found.update({key: data}))
    return found


def made(data):
    """The bytes of a file; Streamlit makes it in a thread without a run of the page."""
    found = []
    thread = threading.Thread(target=lambda: found.append(data()))
    thread.start()
    thread.join()
    return found[0]


def test_two_analyses_are_one_table(app, downloads, store, labelled, corpus):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    other = store.add_analysis(corpus.key, "by topic")
    store.label_names.add(other, "billing")
    store.labels.give(other, {3: "billing"}, "ada")
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    assert {"export_overview", "export_overview_parquet"} <= set(downloads)
    table = pd.read_parquet(io.BytesIO(made(downloads["export_overview_parquet"])))
    assert table["text"].tolist() == corpus.texts.tolist()
    assert table["by_feeling_given_label"].notna().sum() == 12
    assert table["by_feeling_predicted_label"].notna().all()
    assert table["by_topic_given_label"].dropna().to_dict() == {3: "billing"}
    assert {"by_feeling_reshaped_cluster_name", "by_feeling_reshaped_y"} <= set(table.columns)
    assert made(downloads["export_overview"]).startswith(b"\xef\xbb\xbfrow,source_row,text,")


@pytest.fixture
def with_formulas(store):
    """A corpus with a text like a formula, encoded."""
    texts = ["=1+1 late parcel", "late van", "the invoice is wrong", "a lovely dish", "garlic and onion"]
    frame = pd.DataFrame({"text": texts * 6})
    corpus = build_corpus(Table("formulas.csv", frame, "UTF-8"), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    return corpus


def test_the_choice_for_spreadsheets_is_on_and_can_be_switched_off(app, downloads, with_formulas):
    app.run()
    app.switch_page(EXPORT).run()
    assert app.toggle(key="export_neutralise").value
    assert made(downloads["export_csv"]).count(b"\"'=1+1") == 6
    app.toggle(key="export_neutralise").set_value(False).run()
    content = made(downloads["export_csv"])
    assert content.count(b'"=1+1') == 6 and b"'=1+1" not in content


def test_the_report_holds_as_much_of_each_text_as_was_chosen(app, downloads, with_formulas):
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception and "Choices of" not in words(app)
    assert "up to 500 characters each" in words(app)
    app.session_state["export_longest"] = "Whole"
    app.run()
    assert "characters each" not in words(app) and "It holds the texts" in words(app)
    assert b"=1+1 late parcel" in made(downloads["export_report"])


def test_an_export_can_be_uploaded_and_its_labels_imported(app, downloads, store, labelled, corpus):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    files = [made(downloads[key]) for key in ("export_csv", "export_record")]
    for content in files:
        other = store.add_analysis(corpus.key, "again")
        app.run()
        app.switch_page(GUIDE).run()
        app.button(key=f"analysis_{other}").click().run()
        app.file_uploader(key="guide_import").upload("labels.csv", content, "text/csv").run()
        assert not app.exception and not app.error
        again, before = store.labels.read(other), store.labels.read(labelled)
        assert [again.names[code] if code >= 0 else "" for code in again.codes] == [
            before.names[code] if code >= 0 else "" for code in before.codes
        ]
    upload(app, "export.csv", files[0])
    assert not app.exception and not app.error
    assert app.selectbox(key="corpus_text_column").value == "text"


def choices(app):
    """The choice of the texts that leave, where there is one."""
    return [each for each in app.get("button_group") if each.key == "export_part"]


def test_texts_selected_on_the_maps_can_leave_alone(app, corpus, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    assert not choices(app)
    app.switch_page(MAPS).run()
    select(app, prepared, [20, 3, 7])
    app.run()
    app.switch_page(EXPORT).run()
    assert "first 5 of 60 rows" in words(app)
    choices(app)[0].set_value("selected").run()
    assert not app.exception and "first 3 of 3 rows" in words(app)
    names = {button.key: button.proto.label for button in app.get("download_button")}
    assert set(names) > {"export_csv", "export_vectors", "export_dataset", "export_record"}
    select(app, prepared, [])
    app.switch_page(MAPS).run()
    app.switch_page(EXPORT).run()
    assert "first 5 of 60 rows" in words(app) and not choices(app)
