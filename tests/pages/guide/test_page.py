"""The guide page: labels, the deck and label files."""

import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from core.errors import StoreError
from core.storage import LabelStore
from pages.common import cache
from pages.guide.deck import Deck, DeckState, deck
from tests.conftest import make_frame
from tests.support.page_helpers import GUIDE, MAPS, csv, keys, name_label, open_fitted, shown_text, words
from tests.support.page_helpers import guide as guide  # the fixture
from tests.support.session import state_in


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
    name_label(guide, "angry, pleased")
    analysis = store.analyses(prepared)[0].id
    shown = []
    for step in range(4):
        shown.append(next(text.value for text in guide.text if text.value in set(corpus.texts)))
        guide.button(key=f"guide_label_{step % 2}").click().run()
        guide_labels = store.labels.read(analysis).table
        assert len(guide_labels) == step + 1
        assert corpus.texts[guide_labels["row"][0]] == shown[-1]
    assert len(set(shown)) == 4


def test_a_button_tells_what_its_label_means(guide, store, prepared):
    name_label(guide, "angry, pleased")
    store.label_names.define(store.analyses(prepared)[0].id, "pleased", "*glad* about us")
    guide.run()
    assert [guide.button(key=f"guide_label_{position}").help for position in (0, 1)] == [
        "",
        "\\*glad\\* about us",
    ]


def test_no_answer_waits_for_the_choice_of_the_next_round(guide, monkeypatch):
    name_label(guide, "angry, pleased")
    for _ in range(9):
        guide.button(key="guide_skip").click().run()
    rows = list(state_in(guide, DeckState).deck.rows)
    assert len(rows) == 11 and len(set(rows)) == 11  # the last of this round, and the next one
    monkeypatch.setattr(deck, "next_round", lambda *given: pytest.fail("A round was chosen again."))
    guide.button(key="guide_label_0").click().run()
    assert not guide.exception and state_in(guide, DeckState).deck.rows == rows[1:]


def test_the_deck_keeps_its_place_below_a_message(guide):
    def place():
        parts = {number: part for number, part in guide.main.children.items() if hasattr(part, "children")}
        return [
            number for number, part in parts.items() if "guide_skip" in {b.key for b in part.get("button")}
        ]

    name_label(guide, "angry, pleased")
    before, said = place(), words(guide)
    name_label(guide, "Angry")
    assert words(guide) != said and place() == before and len(before) == 1


def test_skip_and_undo(guide, store, prepared, corpus):
    name_label(guide, "angry, pleased")
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
    name_label(guide, "angry, pleased")
    before = guide.text[0].value

    def refuse(*arguments, **options):
        raise StoreError("The disk is full: free some space.")

    monkeypatch.setattr(LabelStore, "give", refuse)
    guide.button(key="guide_label_0").click().run()
    assert "The disk is full" in words(guide) and guide.text[0].value == before


def test_the_page_shows_one_thing_after_the_other(guide, store, prepared):
    assert "guide_new_label" not in {field.key for field in guide.text_input}
    guide.text_input(key="guide_instruction").set_value("by feeling").run()
    assert not {"guide_fit", "guide_label_0"} & keys(guide)
    name_label(guide, "angry")
    assert "Name one more label" in words(guide) and not {"guide_fit", "guide_label_0"} & keys(guide)
    name_label(guide, "pleased")
    assert not guide.button(key="guide_fit").disabled and not guide.button(key="guide_label_1").disabled


def test_an_example_is_an_instruction_with_one_click(guide, store, prepared):
    examples = guide.pills(key="guide_example")
    assert {"by feeling", "by topic"} <= set(examples.options)
    examples.set_value("by topic").run()
    assert store.analyses(prepared)[0].instruction == "by topic"
    assert "guide_example" not in {each.key for each in guide.pills}
    assert guide.text_input(key="guide_instruction").value == "by topic"


def test_several_names_at_once_and_what_is_refused(guide, store, prepared):
    name_label(guide, 'angry, "well, pleased", Angry\nworried')
    analysis = store.analyses(prepared)[0].id
    assert store.label_names.current(analysis) == ["angry", "well, pleased", "worried"]
    name_label(guide, "worried, calm, " + "x" * 61)
    assert store.label_names.current(analysis)[-1] == "calm"
    assert "There is a label “worried” already" in words(guide) and "61 characters" in words(guide)
    assert guide.text_input(key="guide_new_label").value == ""
    name_label(guide, "Angry, Worried, Calm, " + "y" * 61)
    assert "1 more was refused" in words(guide)


def test_the_columns_of_the_file_name_the_labels(guide, store, prepared):
    guide.text_input(key="guide_instruction").set_value("by what the customer feels").run()
    (suggested,) = [each for each in guide.pills if each.key == "guide_name_by"]
    assert len(suggested.options) == 1  # the topics are no feelings
    suggested.set_value("feeling").run()
    analysis = store.analyses(prepared)[0].id
    assert store.label_names.current(analysis) == ["angry", "pleased"]
    assert store.labels.read(analysis).n_labels == 0
    assert not {each.key for each in guide.pills} & {"guide_name_by", "guide_label_by"}


def test_the_columns_of_the_file_give_the_labels(guide, store, prepared):
    guide.text_input(key="guide_instruction").set_value("by something else").run()
    guide.pills(key="guide_label_by").set_value("topic").run()
    assert not guide.exception
    guide_labels = store.labels.read(store.analyses(prepared)[0].id)
    assert guide_labels.counts == {"delivery": 20, "billing": 20, "recipes": 20}
    assert "60 labels imported from column “topic”" in words(guide)


def test_an_import_that_named_the_labels_is_undone_and_redone(guide, store, prepared):
    guide.text_input(key="guide_instruction").set_value("by topic").run()
    guide.pills(key="guide_label_by").set_value("topic").run()
    analysis = store.analyses(prepared)[0].id
    before = store.labels.read(analysis).counts
    guide.button(key="guide_undo").click().run()
    assert not store.label_names.current(analysis) and "guide_label_0" not in keys(guide)
    guide.button(key="guide_redo").click().run()
    assert store.labels.read(analysis).counts == before and "guide_redo" not in keys(guide)


def test_what_was_refused_stands_below_the_field(guide):
    name_label(guide, "angry")
    name_label(guide, "Angry")
    parts = [id(part) for part in guide.main]
    field = guide.text_input(key="guide_new_label")
    assert parts.index(id(field)) < parts.index(id(guide.warning[0]))


@pytest.mark.parametrize(
    "mode", ["More of a label", "Least sure of a label", "Fits none", "Possible mistakes"]
)
def test_a_deck_that_needs_a_fit_says_so(guide, prepared, mode):
    name_label(guide, "angry, pleased")
    guide.selectbox(key="guide_mode").set_value(mode).run()
    assert not guide.exception
    assert ("No labels yet" if mode == "Possible mistakes" else "Reshape the map once") in words(guide)
    assert not {"guide_label_0", "guide_keep", "guide_change"} & keys(guide)


def test_the_deck_finds_more_of_a_label(app, store, prepared, labelled, corpus):
    open_fitted(app, store, labelled, GUIDE)
    app.selectbox(key="guide_mode").set_value("More of a label").run()
    rows = {text: row for row, text in enumerate(corpus.texts)}
    for label in ("pleased", "angry"):
        app.selectbox(key="guide_more_label").set_value(label).run()
        assert f"most likely to be **{label}**" in words(app)
        seen = []
        for _ in range(4):
            seen.append(rows[shown_text(app, corpus)])
            app.button(key="guide_skip").click().run()
        assert len(set(seen)) == 4 and min(seen) >= 12  # the first twelve are labelled
        assert (corpus.metadata["feeling"][seen] == label).mean() >= 0.75


def test_a_label_that_the_fit_does_not_know_yet_is_not_looked_for(app, store, prepared, labelled):
    open_fitted(app, store, labelled, GUIDE)
    store.label_names.add(labelled, "worried")
    app.selectbox(key="guide_mode").set_value("More of a label").run()
    app.selectbox(key="guide_more_label").set_value("worried").run()
    assert "“worried” is new" in words(app)


@pytest.fixture
def mistaken(store, corpus, labelled):
    """The labelled analysis with 24 labels, that of text 0 wrong."""
    feelings = corpus.metadata["feeling"].tolist()
    store.labels.give(labelled, {row: feelings[row] for row in range(12, 24)}, "ada")
    store.labels.give(labelled, {0: {"angry": "pleased", "pleased": "angry"}[feelings[0]]}, "ada")
    return labelled


def open_mistakes(app, store, mistaken):
    open_fitted(app, store, mistaken, GUIDE)
    app.selectbox(key="guide_mode").set_value("Possible mistakes").run()
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
    app.selectbox(key="guide_mode").set_value("Possible mistakes").run()
    assert "**cross**" in words(app) and "**angry**" not in words(app)


def test_a_label_less_is_not_judged_by_an_older_fit(app, store, corpus, mistaken):
    open_fitted(app, store, mistaken, GUIDE)
    store.label_names.delete(mistaken, "angry")
    app.selectbox(key="guide_mode").set_value("Possible mistakes").run()
    assert "Label names changed" in words(app)


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


def test_labels_are_imported_from_a_file(guide, store, prepared, corpus):
    frame = pd.DataFrame(
        {"text": [*corpus.texts[:6], "never seen"], "label": [*corpus.metadata["feeling"][:6], "x"]}
    )
    guide.file_uploader(key="guide_import").upload("labels.csv", csv(frame), "text/csv").run()
    assert not guide.exception
    assert "6 labels imported" in words(guide) and "1 text of it is not in this corpus" in words(guide)
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


def test_metadata_are_shown_as_they_are_not_as_markdown(app, store):
    frame = make_frame(30).assign(note="![x](http://example.invalid/a.png) *bold*")
    corpus = build_corpus(Table("x.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    app.switch_page(GUIDE).run()
    name_label(app, "angry, pleased")
    assert "example" not in words(app)  # a column may give the answer away
    app.toggle(key=f"guide_columns_{corpus.key}").set_value(True).run()
    app.switch_page(MAPS).run()
    app.switch_page(GUIDE).run()  # it is remembered
    shown = next(caption.value for caption in app.caption if "example" in caption.value)
    assert "![x]" not in shown and "\\!\\[x\\]" in shown


def test_very_many_names_are_refused_at_once_and_stay_in_the_field(app, labelled, store):
    app.run()
    app.switch_page(GUIDE).run()
    typed = ", ".join(f"name {number}" for number in range(100_000))
    app.text_input(key="guide_new_label").set_value(typed).run()
    assert not app.exception and "100,000 names" in app.warning[0].value
    assert app.text_input(key="guide_new_label").value == typed
    assert store.label_names.current(labelled) == ["angry", "pleased"]
