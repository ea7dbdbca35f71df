"""Import of labels on the guide page: what is told, where, and what can be chosen."""

import gzip
import json

import pandas as pd
import pytest

from core.corpus import build_corpus
from core.corpus.tables import Table
from pages.common import cache
from pages.common.state import STATE_KEY
from tests.support.page_helpers import GUIDE, csv, words
from tests.support.page_helpers import guide as guide  # the fixture


def import_file(app, content, name="labels.csv"):
    app.file_uploader(key="guide_import").upload(name, content, "text/csv").run()
    assert not app.exception
    return app


def labels_in(store, corpus_key):
    """Label of each labelled row, in the only analysis of a corpus; none without an analysis."""
    analyses = store.analyses(corpus_key)
    if not analyses:
        return {}
    table = store.labels.read(analyses[0].id).table
    return dict(zip(table["row"], table["label"], strict=True))


def in_an_expander(app):
    """Everything a person can read only while an expander is open."""
    kinds = ("success", "info")
    return "\n".join(
        str(element.value) for box in app.expander for kind in kinds for element in getattr(box, kind)
    )


@pytest.fixture
def file(corpus):
    """Six labels of the corpus, and a text that it does not have."""
    return csv(
        pd.DataFrame(
            {"text": [*corpus.texts[:6], "never seen"], "label": [*corpus.metadata["feeling"][:6], "x"]}
        )
    )


def test_the_report_on_a_first_import_is_seen(guide, store, prepared, file):
    import_file(guide, file)
    assert "6 labels imported" in words(guide) and "passed over" in words(guide)
    assert "labels imported" not in in_an_expander(guide)
    assert any("6 labels imported" in toast.value for toast in guide.toast)
    for _ in range(2):  # it can still be looked up later
        (passed,) = [table.value for table in guide.dataframe if "Why" in table.value]
        assert passed["Text"].tolist() == ["never seen"]
        guide.run()


def test_undo_of_an_import_takes_back_the_labels_that_it_created(app, store, prepared, labelled, corpus):
    app.run()
    app.switch_page(GUIDE).run()
    new = csv(pd.DataFrame({"text": corpus.texts[20:24], "label": ["angry", "new", "new", "newer"]}))
    import_file(app, new)
    assert store.labels.read(labelled).names == ("angry", "pleased", "new", "newer")
    store.labels.give(labelled, {30: "newer"}, "bo")
    app.run()
    app.button(key="guide_undo").click().run()
    assert not app.exception
    assert store.labels.read(labelled).counts == {"angry": 6, "pleased": 6, "newer": 1}


def test_the_report_is_of_its_own_corpus(many, prepared, corpus):
    app, other, _ = many
    from_other = csv(pd.DataFrame({"text": [*other.texts[:2], "never seen"], "label": ["a", "b", "x"]}))
    import_file(app, from_other)
    assert any("Why" in table.value for table in app.dataframe)
    app.session_state[STATE_KEY].corpus_key, app.session_state[STATE_KEY].analysis_id = prepared, None
    channels = ["mail", "chat"] * 10
    unclear = pd.DataFrame({"text": corpus.texts[:20], "channel": channels, "mood": ["calm", "tense"] * 10})
    import_file(app, csv(unclear), "unclear.csv")
    assert "guide_import_label_column" in {box.key for box in app.selectbox}
    assert not any("Why" in table.value for table in app.dataframe)


def test_labels_that_change_are_counted_and_come_back(guide, store, prepared, corpus, file):
    import_file(guide, file)
    before = labels_in(store, prepared)
    other = {"angry": "pleased", "pleased": "angry"}
    changed = pd.DataFrame({"text": corpus.texts[:3], "label": [other[before[0]], before[1], "new"]})
    import_file(guide, csv(changed), "changed.csv")
    assert "2 labels imported" in words(guide) and "1 text had its label already" in words(guide)
    assert "2 texts had another label, which was replaced" in words(guide)
    assert labels_in(store, prepared) == before | {0: other[before[0]], 2: "new"}
    guide.button(key="guide_undo").click().run()
    assert labels_in(store, prepared) == before


def test_an_equal_label_stays_that_of_the_person_who_gave_it(app, store, prepared, labelled, corpus):
    app.run()
    app.switch_page(GUIDE).run()
    feelings = corpus.metadata["feeling"]
    import_file(app, csv(pd.DataFrame({"text": corpus.texts[:20], "label": feelings[:20]})))
    table = store.labels.read(labelled).table.set_index("row")
    assert (table["given_by"][range(12)] == "ada").all() and (table["source"][range(12)] == "deck").all()
    assert (table["source"][range(12, 20)] == "file").all()


def test_a_record_takes_labels_away(app, store, prepared, labelled, corpus):
    record = pd.DataFrame(
        {
            "text": corpus.texts[[0, 1, 1]],
            "label": ["angry", "angry", None],
            "given_by": "ada",
            "row": [0, 1, 1],
            "step": [1, 1, 2],
        }
    )
    app.run()
    app.switch_page(GUIDE).run()
    before = labels_in(store, prepared)
    import_file(app, csv(record))
    assert labels_in(store, prepared) == before | {0: "angry", 1: None}
    assert "1 label was taken away" in words(app)


def test_where_the_column_of_labels_is_not_clear_a_person_chooses(guide, store, prepared, corpus):
    mood = ["calm", "tense"] * 10
    table = pd.DataFrame({"text": corpus.texts[:20], "channel": ["mail", "chat"] * 10, "mood": mood})
    import_file(guide, csv(table))
    assert labels_in(store, prepared) == {}
    assert guide.selectbox(key="guide_import_label_column").options == ["channel", "mood"]
    guide.selectbox(key="guide_import_label_column").set_value("mood").run()
    guide.button(key="guide_import_chosen").click().run()
    assert labels_in(store, prepared) == dict(enumerate(mood))


def test_a_clear_file_asks_nothing(guide, file):
    import_file(guide, file)
    assert "guide_import_label_column" not in {box.key for box in guide.selectbox}


@pytest.mark.parametrize(
    "name", ["labels.jsonl", "labels.json", "labels.jsonl.gz", "labels.txt", "labels.tsv"]
)
def test_each_format_of_a_corpus_is_taken(guide, store, prepared, corpus, name):
    lines = [json.dumps({"text": text, "label": ["fond"]}) for text in corpus.texts[:3]]
    content = "\n".join(lines).encode()
    if name.endswith(".json"):
        content = f"[{','.join(lines)}]".encode()
    elif name.endswith(".gz"):
        content = gzip.compress(content)
    elif name.endswith(".txt"):
        content = "\n".join(f"__label__fond {text}" for text in corpus.texts[:3]).encode()
    elif name.endswith(".tsv"):
        content = "\n".join(["text\tlabel", *(f"{text}\tfond" for text in corpus.texts[:3])]).encode()
    import_file(guide, content, name)
    assert labels_in(store, prepared) == {0: "fond", 1: "fond", 2: "fond"}


@pytest.mark.parametrize("name", ["labels.pdf", "labels.zip", "labels"])
def test_another_file_is_refused_in_words(guide, store, prepared, name):
    import_file(guide, b"%PDF-1.7 binary", name)
    (error,) = guide.error
    assert labels_in(store, prepared) == {} and name in error.value.replace("\\", "")


@pytest.fixture
def many(app, store):
    """The guide page of a corpus with 151 intents, and a file of these."""
    frame = pd.DataFrame(
        {"text": [f"please {number % 151} do {number}" for number in range(302)], "n": range(302)}
    )
    corpus = build_corpus(Table("intents.csv", frame, "UTF-8", ()), "text")
    store.add_corpus(corpus)
    cache.runner().submit("prepare", "x", corpus_key=corpus.key, encoder="words")
    app.run()
    app.switch_page(GUIDE).run()
    intents = [f"intent {number % 151}" for number in range(302)]
    labels = pd.DataFrame({"text": corpus.texts, "label": intents})
    return app, corpus, csv(labels[:-1])  # so that a text is left for the deck


def test_151_intents_are_imported_and_the_deck_gives_any_of_them(many, store):
    app, corpus, file = many
    import_file(app, file)
    (analysis,) = store.analyses(corpus.key)
    assert len(store.label_names.current(analysis.id)) == 151
    assert store.labels.read(analysis.id).n_labels == 301
    assert len([button for button in app.button if str(button.key).startswith("guide_label_")]) == 9
    assert len(app.selectbox(key="guide_typed_label").options) == 151


def test_the_column_that_the_instruction_asks_for_is_chosen_and_ids_are_not_offered(guide, store, prepared):
    for instruction, column in (("by what it is about", "topic"), ("by what the customer feels", "feeling")):
        guide.text_input(key="guide_instruction").set_value(instruction).run()
        assert guide.selectbox(key="guide_import_column").value == column
    assert set(guide.selectbox(key="guide_import_column").options) == {
        "topic",
        "feeling",
    }  # no “stars”, 1 to 60


def test_a_column_names_an_analysis_without_an_instruction(guide, store, prepared):
    guide.selectbox(key="guide_import_column").set_value("feeling").run()
    guide.button(key="guide_import_from_column").click().run()
    assert store.analyses(prepared)[0].instruction == "by feeling"
    assert guide.text_input(key="guide_instruction").value == "by feeling"


def test_the_report_stays_until_a_label_changes(guide, store, prepared, file):
    import_file(guide, file)
    guide.run()
    assert "6 labels imported" in words(guide)
    guide.button(key="guide_undo").click().run()
    assert "6 labels imported" not in words(guide)
