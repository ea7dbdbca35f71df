"""Each page through Streamlit's own test runner: wiring, empty states, sentences for bad input."""

import pandas as pd
import pytest
import streamlit as st

from core.corpus import Table, build_corpus
from core.errors import StoreError
from core.store import Store
from pages.common import cache
from tests.conftest import make_frame

CORPUS, GUIDE, MAPS, EXPORT = (
    "pages/prepare/corpus.py",
    "pages/prepare/guide.py",
    "pages/explore/maps.py",
    "pages/share/export.py",
)


def words(app):
    """Everything a person can read on the page."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "text")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def csv(frame):
    return frame.to_csv(index=False).encode()


def upload(app, name, content):
    app.run()
    app.switch_page(CORPUS).run()
    app.segmented_control(key="corpus_source").set_value("upload").run()
    app.file_uploader(key="corpus_upload").upload(name, content, "text/csv").run()
    return app


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EXPORT])
def test_every_page_opens_on_an_empty_machine(app, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EXPORT])
def test_every_page_opens_on_a_prepared_corpus_and_after_a_fit(app, store, prepared, labelled, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("page", [GUIDE, MAPS, EXPORT])
def test_a_step_that_cannot_be_taken_says_what_is_missing(app, page):
    app.run()
    app.switch_page(page).run()
    assert "choose a corpus first" in words(app)


def test_the_demo_is_encoded_with_two_clicks(app, home):
    app.run()
    app.switch_page(CORPUS).run()
    app.segmented_control(key="corpus_source").set_value("demo").run()
    assert not app.exception and "rows" in words(app)
    app.button(key="corpus_encode").click().run()
    assert not app.exception
    entry = Store(home).corpora()[0]
    assert entry.embedding_key is not None and entry.n_texts >= 480
    assert app.button(key="corpus_encode").label.startswith("Open the map")


def test_an_upload_is_reported_before_anything_runs(app, home):
    frame = make_frame(30)
    frame.loc[3, "text"] = ""
    frame.loc[5, "text"] = frame.loc[4, "text"]
    upload(app, "letters.csv", csv(frame))
    said = words(app)
    assert "**30** rows" in said and "**1** empty" in said and "**1** duplicates" in said
    assert app.selectbox(key="corpus_text_column").value == "text"
    assert app.button(key="corpus_encode").label == "Encode 29 texts"
    assert Store(home).corpora() == []


def test_the_text_column_can_be_changed(app, home):
    frame = make_frame(30).assign(title=[f"title {number} of many" for number in range(30)])
    upload(app, "letters.csv", csv(frame))
    app.selectbox(key="corpus_text_column").set_value("title").run()
    app.button(key="corpus_encode").click().run()
    assert Store(home).corpora()[0].text_column == "title"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("photo.csv", bytes(range(256)) * 40),
        ("broken.csv", b'text,label\n"one,two\nthree,four\n'),
        ("same.csv", b"text\nsame\nsame\nsame\n"),
        ("blank.csv", b"text,x\n ,1\n ,2\n"),
    ],
)
def test_a_bad_file_gets_one_sentence_and_loses_nothing(app, store, prepared, name, content):
    upload(app, name, content)
    assert not app.exception
    assert len(app.error) == 1 and len(app.error[0].value) > 30
    assert [entry.key for entry in store.corpora()] == [prepared]


def test_a_stored_corpus_opens_at_once(app, prepared):
    app.run()
    app.switch_page(CORPUS).run()
    app.segmented_control(key="corpus_source").set_value("again").run()
    app.button(key=f"open_{prepared}").click().run()
    assert not app.exception
    assert app.session_state["refract"].corpus_key == prepared


def test_a_corpus_is_removed_only_after_a_question(app, store, prepared):
    app.run()
    app.switch_page(CORPUS).run()
    app.segmented_control(key="corpus_source").set_value("again").run()
    assert "cannot be undone" in words(app)
    app.button(key=f"remove_{prepared}").click().run()
    assert store.corpora() == []


@pytest.fixture
def guide(app, prepared):
    app.run()
    app.switch_page(GUIDE).run()
    return app


def name_label(app, name):
    app.text_input(key="guide_new_label").set_value(name)
    app.button(key="guide_add_label").click().run()


def test_an_instruction_and_labels_start_an_analysis(guide, store, prepared):
    guide.text_input(key="guide_instruction").set_value("by feeling").run()
    name_label(guide, "angry")
    name_label(guide, "pleased")
    (analysis,) = store.analyses(prepared)
    assert analysis.instruction == "by feeling"
    assert store.label_names(analysis.id) == ["angry", "pleased"]


def test_a_label_name_given_twice_is_refused_kindly(guide, store, prepared):
    name_label(guide, "angry")
    name_label(guide, "Angry")
    assert "There is a label “angry” already" in words(guide)
    assert store.label_names(store.analyses(prepared)[0].id) == ["angry"]


def test_each_label_is_on_disk_before_the_next_text_shows(guide, store, prepared, corpus):
    for name in ("angry", "pleased"):
        name_label(guide, name)
    analysis = store.analyses(prepared)[0].id
    shown = []
    for step in range(4):
        shown.append(next(text.value for text in guide.text if text.value in set(corpus.texts)))
        guide.button(key=f"guide_label_{step % 2}").click().run()
        guide_labels = store.guide_labels(analysis)
        assert len(guide_labels) == step + 1
        assert corpus.texts[guide_labels["row"][0]] == shown[-1]
    assert len(set(shown)) == 4


def test_skip_and_undo(guide, store, prepared, corpus):
    name_label(guide, "angry")
    analysis = store.analyses(prepared)[0].id
    first = guide.text[0].value
    guide.button(key="guide_skip").click().run()
    assert guide.text[0].value != first
    assert (store.label_codes(analysis, len(corpus.texts)) == -1).all()
    guide.button(key="guide_undo").click().run()
    assert guide.text[0].value == first
    guide.button(key="guide_label_0").click().run()
    guide.button(key="guide_undo").click().run()
    assert guide.text[0].value == first
    assert len(store.guide_labels(analysis)) == 0


def test_a_full_disk_is_said_and_the_text_stays(guide, store, prepared, monkeypatch):
    name_label(guide, "angry")
    before = guide.text[0].value

    def refuse(*arguments):
        raise StoreError("The disk is full: free some space.")

    monkeypatch.setattr(Store, "give_labels", refuse)
    guide.button(key="guide_label_0").click().run()
    assert "The disk is full" in words(guide) and guide.text[0].value == before


def test_fit_with_one_label_says_what_is_needed(guide, store, prepared):
    name_label(guide, "angry")
    name_label(guide, "pleased")
    guide.button(key="guide_label_0").click().run()
    guide.button(key="guide_fit").click().run()
    assert "two different labels" in words(guide).lower()
    assert store.analyses(prepared)[0].fit_key is None


def test_fit_leads_to_two_maps_and_evidence(guide, store, prepared, labelled):
    guide.session_state["refract"].analysis_id = labelled
    guide.run()
    guide.button(key="guide_fit").click().run()
    assert not guide.exception
    assert store.analysis(labelled).fit_key is not None
    guide.switch_page(MAPS).run()
    assert not guide.exception
    assert "Reshaped clusters" in [tab.label for tab in guide.tabs]
    guide.run()
    assert "labels" in words(guide)


def test_labels_are_imported_from_a_file(guide, store, prepared, corpus):
    frame = pd.DataFrame(
        {"text": [*corpus.texts[:6], "never seen"], "label": [*corpus.metadata["feeling"][:6], "x"]}
    )
    guide.file_uploader(key="guide_import").upload("labels.csv", csv(frame), "text/csv").run()
    assert not guide.exception
    assert "6 labels imported" in words(guide) and "1 texts of it are not in this corpus" in words(guide)
    analysis = store.analyses(prepared)[0].id
    assert store.guide_labels(analysis)["label"].notna().sum() == 6
    guide.button(key="guide_undo").click().run()
    assert len(store.guide_labels(analysis)) == 0


def test_labels_are_imported_from_a_column(guide, store, prepared):
    guide.selectbox(key="guide_import_column").set_value("feeling")
    guide.selectbox(key="guide_import_amount").set_value("10 of each")
    guide.button(key="guide_import_from_column").click().run()
    counts = store.guide_labels(store.analyses(prepared)[0].id)["label"].value_counts()
    assert counts.to_dict() == {"angry": 10, "pleased": 10}


def test_a_label_file_without_the_columns_is_refused(guide):
    guide.file_uploader(key="guide_import").upload("x.csv", b"a,b\n1,2\n3,4\n", "text/csv").run()
    assert "the columns text and label are needed" in words(guide)


def test_analyses_are_switched_in_the_sidebar(app, store, prepared, labelled):
    other = store.add_analysis(prepared, "by cause")
    app.run()
    app.switch_page(GUIDE).run()
    assert app.session_state["refract"].analysis_id == other  # the newest
    app.button(key=f"analysis_{labelled}").click().run()
    assert app.text_input(key="guide_instruction").value == "by feeling"


def test_an_analysis_is_removed_after_a_question(app, store, prepared, labelled):
    other = store.add_analysis(prepared, "by cause")
    app.run()
    app.switch_page(GUIDE).run()
    app.button(key="guide_remove_analysis").click().run()
    assert [analysis.id for analysis in store.analyses(prepared)] == [labelled] and other != labelled
    assert app.session_state["refract"].analysis_id == labelled


def test_a_new_session_goes_on_where_the_last_one_was(app, prepared, labelled):
    app.run()
    assert app.session_state["refract"].corpus_key == prepared
    assert app.session_state["refract"].analysis_id == labelled


def test_the_maps_can_be_coloured_by_anything(app, prepared, labelled):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(MAPS).run()
    box = app.selectbox(key="maps_colour_True")
    spaces = ["Predicted label", "Given label", "Cluster (reshaped)", "Cluster (generic)"]
    assert box.options == [*spaces, "topic", "feeling", "stars"]
    for choice in box.options:
        app.selectbox(key="maps_colour_True").set_value(choice).run()
        assert not app.exception


def test_everything_can_be_taken_out(app, prepared, labelled, corpus):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    keys = {button.key for button in app.get("download_button")}
    assert {"export_csv", "export_parquet", "export_vectors"} <= keys


def test_a_selection_does_not_follow_into_another_corpus(app, store, prepared):
    small = build_corpus(Table("small.csv", make_frame(24, seed=1), "UTF-8", ()), "text")
    store.add_corpus(small)
    cache.runner().submit("prepare", "x", corpus_key=small.key, encoder="words")
    open_first = store.corpora()[0].key
    app.run()
    app.switch_page(MAPS).run()
    next(button for button in app.button if (button.key or "").startswith("select_generic_")).click().run()
    assert not app.exception
    for key in (prepared, small.key, open_first):
        app.switch_page(CORPUS).run()
        app.segmented_control(key="corpus_source").set_value("again").run()
        app.button(key=f"open_{key}").click().run()
        app.switch_page(MAPS).run()
        assert not app.exception and not app.error


def test_metadata_are_shown_as_they_are_not_as_markdown(app, store):
    frame = make_frame(30).assign(note="![x](http://example.invalid/a.png) *bold*")
    corpus = build_corpus(Table("x.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    app.switch_page(GUIDE).run()
    name_label(app, "angry")
    shown = next(caption.value for caption in app.caption if "example" in caption.value)
    assert "![x]" not in shown and "\\!\\[x\\]" in shown


def test_a_damaged_map_is_said_and_can_be_made_again(app, store, prepared):
    app.run()
    results = store.results(prepared)
    key = store.corpus_entry(prepared).embedding_key
    path = results.folder / f"{key}.map.npy"
    path.write_bytes(path.read_bytes()[:-8])
    st.cache_resource.clear()  # as after a restart
    app.switch_page(MAPS).run()
    assert "was damaged" in words(app).replace("\\", "")
    app.switch_page(CORPUS).run()
    app.button(key=f"resume_{prepared}").click().run()
    app.switch_page(MAPS).run()
    assert not app.exception and not app.error
