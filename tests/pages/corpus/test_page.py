"""The corpus page: files read and refused, stored corpora opened and removed."""

import pytest

from core.storage import Store
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, csv, upload, words


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


def test_a_second_click_on_a_source_does_not_take_it_away(app, prepared):
    app.run()
    app.switch_page(CORPUS).run()
    sources = app.segmented_control(key="corpus_source")
    assert sources.proto.required
    sources.set_value("again").run()
    links = {link.proto.page for link in app.get("page_link")}
    assert not app.exception and {"maps", "guide"} <= links  # the open corpus is shown beside the stored ones
