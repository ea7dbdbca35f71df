"""Each page through Streamlit's own test runner: wiring, empty states, sentences for bad input."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import streamlit as st

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import StoreError
from core.evidence import Change, Control, DrivingWord
from core.jobs import Job
from core.storage import LabelStore, Store
from core.tasks import measure
from core.transforms import Method
from pages.common import cache
from pages.common.jobs import stopped_by_fit
from pages.evidence.what_changed import change_card, word_card
from pages.guide.deck import Deck, DeckState
from tests.conftest import make_frame
from tests.support.session import select, state_in

CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT = (
    "pages/corpus/page.py",
    "pages/guide/page.py",
    "pages/maps/page.py",
    "pages/evidence/page.py",
    "pages/export/page.py",
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """The published recipe trains for seconds: its figure is made up."""
    monkeypatch.setattr(measure, "control", lambda *given, **known: Control(permuted=0.5, published=0.25))


def words(app):
    """Everything a person can read on the page."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "text")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def keys(app):
    """Keys of all buttons."""
    return {button.key for button in app.button}


def csv(frame):
    return frame.to_csv(index=False).encode()


def upload(app, name, content):
    app.run()
    app.switch_page(CORPUS).run()
    app.segmented_control(key="corpus_source").set_value("upload").run()
    app.file_uploader(key="corpus_upload").upload(name, content, "text/csv").run()
    return app


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT])
def test_every_page_opens_on_an_empty_machine(app, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception


@pytest.mark.parametrize("page", [CORPUS, GUIDE, MAPS, EVIDENCE, EXPORT])
def test_every_page_opens_on_a_prepared_corpus_and_after_a_fit(app, store, prepared, labelled, page):
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    assert not app.exception


@pytest.mark.parametrize("page", [GUIDE, MAPS, EVIDENCE, EXPORT])
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
    assert store.label_names.current(analysis.id) == ["angry", "pleased"]


def test_a_label_name_given_twice_is_refused_kindly(guide, store, prepared):
    name_label(guide, "angry")
    name_label(guide, "Angry")
    assert "There is a label “angry” already" in words(guide)
    assert store.label_names.current(store.analyses(prepared)[0].id) == ["angry"]


def test_each_label_is_on_disk_before_the_next_text_shows(guide, store, prepared, corpus):
    for name in ("angry", "pleased"):
        name_label(guide, name)
    analysis = store.analyses(prepared)[0].id
    shown = []
    for step in range(4):
        shown.append(next(text.value for text in guide.text if text.value in set(corpus.texts)))
        guide.button(key=f"guide_label_{step % 2}").click().run()
        guide_labels = store.labels.read(analysis).table
        assert len(guide_labels) == step + 1
        assert corpus.texts[guide_labels["row"][0]] == shown[-1]
    assert len(set(shown)) == 4


def test_skip_and_undo(guide, store, prepared, corpus):
    name_label(guide, "angry")
    analysis = store.analyses(prepared)[0].id
    first = guide.text[0].value
    guide.button(key="guide_skip").click().run()
    assert guide.text[0].value != first
    assert (store.labels.read(analysis).codes == -1).all()
    guide.button(key="guide_undo").click().run()
    assert guide.text[0].value == first
    guide.button(key="guide_label_0").click().run()
    guide.button(key="guide_undo").click().run()
    assert guide.text[0].value == first
    assert len(store.labels.read(analysis).table) == 0


def test_a_full_disk_is_said_and_the_text_stays(guide, store, prepared, monkeypatch):
    name_label(guide, "angry")
    before = guide.text[0].value

    def refuse(*arguments, **options):
        raise StoreError("The disk is full: free some space.")

    monkeypatch.setattr(LabelStore, "give", refuse)
    guide.button(key="guide_label_0").click().run()
    assert "The disk is full" in words(guide) and guide.text[0].value == before


def test_fit_with_one_label_name_says_what_is_needed(guide, store, prepared):
    name_label(guide, "angry")
    assert guide.button(key="guide_fit").disabled
    assert "Two labels are needed" in words(guide)
    name_label(guide, "pleased")
    assert not guide.button(key="guide_fit").disabled


def test_names_alone_are_fitted_and_marked_on_every_page(guide, store, prepared):
    name_label(guide, "furious")
    name_label(guide, "lovely")
    assert guide.button(key="guide_fit").label == "Fit from names only"
    assert "nothing can check it" in words(guide)
    guide.button(key="guide_fit").click().run()
    assert not guide.exception
    analysis = store.analyses(prepared)[0]
    assert analysis.fit_key is not None
    guide.switch_page(MAPS).run()
    assert "from names only" in words(guide) and "fit_again" not in keys(guide)
    guide.switch_page(EVIDENCE).run()
    assert not guide.exception
    assert "From names only" in words(guide) and "nothing can check" in words(guide)
    assert "Label by label" not in words(guide)
    guide.switch_page(EXPORT).run()
    assert "From names only" in words(guide)
    guide.switch_page(GUIDE).run()
    guide.button(key="guide_label_0").click().run()
    assert guide.button(key="guide_fit").label == "Fit"


def test_fit_leads_to_two_maps_and_evidence(guide, store, prepared, labelled):
    guide.session_state["refract"].analysis_id = labelled
    guide.run()
    guide.button(key="guide_fit").click().run()
    assert not guide.exception
    assert store.analysis(labelled).fit_key is not None
    guide.switch_page(MAPS).run()
    assert not guide.exception
    assert "The same texts in two spaces." in words(guide)
    guide.run()
    assert "labels" in words(guide)


def open_fitted(app, store, labelled, page, *, measured=False):
    """The app on a page, with a Fit of the labelled analysis."""
    cache.runner().submit("fit", "x", analysis_id=labelled)
    if measured:
        key = store.analysis(labelled).fit_key
        cache.runner().submit("measure", "x", analysis_id=labelled, fit_key=key)
    app.run()
    app.switch_page(page).run()
    assert not app.exception
    return app


def shown_text(app, corpus):
    return next(text.value for text in app.text if text.value in set(corpus.texts))


@pytest.mark.parametrize("mode", ["More of a label", "Possible mistakes"])
def test_a_deck_that_needs_a_fit_says_so(guide, prepared, mode):
    name_label(guide, "angry")
    guide.segmented_control(key="guide_mode").set_value(mode).run()
    assert not guide.exception
    assert f"“{mode}” goes by a Fit, and there is none yet" in words(guide)
    assert guide.button(key="guide_label_0").disabled


def test_the_deck_finds_more_of_a_label(app, store, prepared, labelled, corpus):
    open_fitted(app, store, labelled, GUIDE)
    app.segmented_control(key="guide_mode").set_value("More of a label").run()
    rows = {text: row for row, text in enumerate(corpus.texts)}
    for label in ("pleased", "angry"):
        app.selectbox(key="guide_more_label").set_value(label).run()
        assert f"likeliest for **{label}**" in words(app)
        seen = []
        for _ in range(4):
            seen.append(rows[shown_text(app, corpus)])
            app.button(key="guide_skip").click().run()
        assert len(set(seen)) == 4 and min(seen) >= 12  # the first twelve are labelled
        assert (corpus.metadata["feeling"][seen] == label).mean() >= 0.75


def test_a_label_that_the_fit_does_not_know_yet_is_not_looked_for(app, store, prepared, labelled):
    open_fitted(app, store, labelled, GUIDE)
    store.label_names.add(labelled, "worried")
    app.segmented_control(key="guide_mode").set_value("More of a label").run()
    app.selectbox(key="guide_more_label").set_value("worried").run()
    assert "does not know “worried” yet" in words(app)


@pytest.fixture
def mistaken(store, corpus, labelled):
    """The labelled analysis with 24 labels, that of text 0 wrong."""
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(labelled, {row: feelings[row] for row in range(12, 24)}, "ada")
    store.labels.give(labelled, {0: {"angry": "pleased", "pleased": "angry"}[feelings[0]]}, "ada")
    return labelled


def open_mistakes(app, store, mistaken):
    open_fitted(app, store, mistaken, GUIDE)
    app.segmented_control(key="guide_mode").set_value("Possible mistakes").run()
    assert not app.exception


def test_a_wrong_label_is_found_and_changed_with_one_key(app, store, corpus, mistaken):
    right = corpus.metadata["feeling"][0]
    open_mistakes(app, store, mistaken)
    assert shown_text(app, corpus) == corpus.texts[0]
    assert app.button(key="guide_change").label == f"Change to **{right}**"
    app.button(key="guide_change").click().run()
    guide = store.labels.read(mistaken).table
    assert guide["row"][0] == 0 and guide["label"][0] == right
    assert corpus.texts[0] not in [text.value for text in app.text]
    app.button(key="guide_undo").click().run()
    assert shown_text(app, corpus) == corpus.texts[0]


def test_renamed_labels_are_judged_by_the_fit_that_knew_them(app, store, corpus, mistaken):
    open_fitted(app, store, mistaken, GUIDE)
    store.label_names.rename(mistaken, "angry", "cross")
    app.segmented_control(key="guide_mode").set_value("Possible mistakes").run()
    assert "**cross**" in words(app) and "**angry**" not in words(app)


def test_a_label_less_is_not_judged_by_an_older_fit(app, store, corpus, mistaken):
    open_fitted(app, store, mistaken, GUIDE)
    store.label_names.delete(mistaken, "angry")
    app.segmented_control(key="guide_mode").set_value("Possible mistakes").run()
    assert "other names since the latest Fit" in words(app)


def test_a_label_that_is_kept_is_not_doubted_again(app, store, corpus, mistaken):
    open_mistakes(app, store, mistaken)
    given = store.labels.read(mistaken).table.set_index("row")["label"][0]
    assert app.button(key="guide_keep").label == f"Keep **{given}**"
    app.button(key="guide_keep").click().run()
    guide = store.labels.read(mistaken).table
    assert (guide["row"][0], guide["label"][0]) == (0, given)
    assert guide["reviewed"][0]
    state_in(app, DeckState).deck = Deck(mistaken, None)  # as after a reload
    app.run()
    assert corpus.texts[0] not in [text.value for text in app.text]


def test_evidence_before_it_is_measured_holds_the_places(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE)
    assert "Not checked yet" in words(app) and "Measuring…" in words(app)


def test_a_check_that_failed_says_why_and_starts_again(app, store, prepared, labelled, monkeypatch):
    def refuse(*given, **known):
        raise StoreError("The disk is full: free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(measure, "learning_curve", refuse)
        open_fitted(app, store, labelled, EVIDENCE, measured=True)
    said = words(app)
    assert "The disk is full" in said.replace("\\", "") and "Measuring…" in said and "Compared with" in said
    app.button(key="measure_again").click().run()
    assert not app.exception and "Measuring…" not in words(app)


def test_words_and_texts_are_shown_as_they_are_not_as_html(corpus):
    card = word_card("<i>", "#000000", (DrivingWord("<b>", 0.5, 1.0, 0.0),))
    assert "<i>" not in card and "<b>" not in card.replace('<b style="border-color: #000000">', "")
    texts = dataclasses.replace(corpus, texts=corpus.texts.copy())
    texts.texts[0] = "<script>alert(1)</script> " + "long " * 100
    shown = change_card(Change(row=0, share=0.5, lost=0, gained=1), texts)
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "50 %" in shown and len(shown) < 1500


def test_evidence_leads_with_a_sentence_and_shows_every_part(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE, measured=True)
    said = words(app)
    headline = next(line for line in said.splitlines() if line.startswith("#### :") or "%" in line)
    assert "%" in headline or "too few labels" in headline.lower()
    for part in ("Compared with", "Would more labels help?", "Label by label", "Neighbours replaced"):
        assert f"**{part}**" in said
    assert "Words that drive each label" in said and "As one matrix" in said
    assert "Measuring…" not in said
    app.selectbox(key="evidence_more_label").set_value("pleased").run()
    app.button(key="evidence_to_more").click().run()
    assert not app.exception
    assert app.segmented_control(key="guide_mode").value == "More of a label"
    assert app.selectbox(key="guide_more_label").value == "pleased"


def test_evidence_with_too_few_labels_says_which_and_leads_on(app, store, corpus, prepared):
    analysis = store.add_analysis(prepared, "by feeling")
    for name in ("angry", "pleased", "worried"):
        store.label_names.add(analysis, name)
    store.labels.give(analysis, {0: "angry", 3: "pleased"}, "ada")
    open_fitted(app, store, analysis, EVIDENCE, measured=True)
    said = words(app)
    assert "oo few labels" in said and "*worried* (0)" in said and "*angry* (1)" in said
    app.button(key="evidence_to_suggested").click().run()
    assert app.segmented_control(key="guide_mode").value == "Suggested"


def test_changed_labels_are_fitted_again_from_the_evidence(app, store, prepared, labelled):
    open_fitted(app, store, labelled, EVIDENCE, measured=True)
    before = store.analysis(labelled).fit_key
    store.labels.give(labelled, {30: "angry"}, "ada")
    app.run()
    app.button(key="fit_again").click().run()
    assert not app.exception and store.analysis(labelled).fit_key != before


def test_labels_are_imported_from_a_file(guide, store, prepared, corpus):
    frame = pd.DataFrame(
        {"text": [*corpus.texts[:6], "never seen"], "label": [*corpus.metadata["feeling"][:6], "x"]}
    )
    guide.file_uploader(key="guide_import").upload("labels.csv", csv(frame), "text/csv").run()
    assert not guide.exception
    assert "6 labels imported" in words(guide) and "1 texts of it are not in this corpus" in words(guide)
    analysis = store.analyses(prepared)[0].id
    assert store.labels.read(analysis).n_labels == 6
    guide.button(key="guide_undo").click().run()
    assert len(store.labels.read(analysis).table) == 0


def test_labels_are_imported_from_a_column(guide, store, prepared):
    guide.selectbox(key="guide_import_column").set_value("feeling")
    guide.selectbox(key="guide_import_amount").set_value("10 of each")
    guide.button(key="guide_import_from_column").click().run()
    counts = store.labels.read(store.analyses(prepared)[0].id).table["label"].value_counts()
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


def test_a_copy_is_numbered_in_the_sidebar_as_on_the_maps(app, store, labelled):
    copy = store.copy_analysis(labelled)
    app.run()
    assert app.button(key=f"analysis_{labelled}").label == "by feeling"
    assert app.button(key=f"analysis_{copy}").label == r"by feeling \(2\)"  # markdown


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


def test_everything_can_be_taken_out(app, prepared, labelled, corpus):
    cache.runner().submit("fit", "x", analysis_id=labelled)
    app.run()
    app.switch_page(EXPORT).run()
    assert not app.exception
    found = {button.key for button in app.get("download_button")}
    files = ("csv", "parquet", "vectors", "linear", "evidence", "record")
    assert found == {f"export_{file}" for file in files}


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


def test_a_selection_does_not_follow_into_another_corpus(app, store, prepared):
    small = build_corpus(Table("small.csv", make_frame(24, seed=1), "UTF-8", ()), "text")
    store.add_corpus(small)
    cache.runner().submit("prepare", "x", corpus_key=small.key, encoder="words")
    open_first = store.corpora()[0].key
    app.run()
    app.switch_page(MAPS).run()
    select(app, open_first, np.arange(store.corpora()[0].n_texts))
    app.run()
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


@pytest.mark.parametrize(
    ("status", "order", "again"),
    [("cancelled", "check fit", True), ("cancelled", "fit check", False), ("failed", "check fit", False)],
)
def test_a_check_that_a_new_fit_stopped_starts_again_by_itself(monkeypatch, status, order, again):
    check = Job("1", "measure", "", {"analysis_id": 7, "fit_key": "a"}, status=status)
    submitted = {"check": check, "fit": Job("2", "fit", "", {"analysis_id": 7})}
    runner = SimpleNamespace(jobs=lambda: [submitted[name] for name in order.split()])
    monkeypatch.setattr(cache, "runner", lambda: runner)
    assert stopped_by_fit(check) is again
