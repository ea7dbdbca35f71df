"""The corpus page: files read and refused, stored corpora opened and removed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.jobs import Job
from core.storage import Store
from core.tasks import TASKS
from pages.common import cache
from pages.corpus.library import time_ago
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, MAPS, csv, follow, keys, upload, words


def test_an_upload_is_reported_before_anything_runs(app, home):
    frame = make_frame(30)
    frame.loc[3, "text"] = ""
    frame.loc[5, "text"] = frame.loc[4, "text"]
    upload(app, "letters.csv", csv(frame))
    said = words(app)
    assert "**29** texts" in said and "**1** empty" in said and "**1** copy" in said
    assert app.selectbox(key="corpus_text_column").value == "text"
    assert app.button(key="corpus_encode").label == "Show the map of 29 texts"
    assert Store(home).corpora() == []


def test_the_text_column_can_be_changed(app, home):
    frame = make_frame(30).assign(title=[f"title {number} of many" for number in range(30)])
    upload(app, "letters.csv", csv(frame))
    app.selectbox(key="corpus_text_column").set_value("title").run()
    app.button(key="corpus_encode").click().run()
    assert Store(home).corpora()[0].text_column == "title"
    app.switch_page(MAPS).run()
    app.switch_page(CORPUS).run()
    assert app.selectbox(key="corpus_text_column").value == "title"
    upload(app, "other.csv", csv(frame))
    assert app.selectbox(key="corpus_text_column").value == "text"


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
    app.button(key=f"open_{prepared}").click().run()
    assert not app.exception
    assert app.session_state["refract"].corpus_key == prepared


@pytest.mark.parametrize("fitted", [False, True])
def test_what_opens_the_maps_has_one_name(app, store, prepared, labelled, fitted):
    if fitted:
        cache.runner().submit("fit", "x", analysis_id=labelled)
    else:
        store.delete_analysis(labelled)
    app.run()
    app.switch_page(CORPUS).run()
    step = app.button(key="next_step").label
    assert step == ("See both maps" if fitted else "Show the map of 60 texts")
    assert app.button(key=f"open_{prepared}").label == step


def test_a_step_that_opens_no_maps_leaves_open_its_name(app, prepared, labelled):
    app.run()
    app.switch_page(CORPUS).run()
    assert app.button(key="next_step").label == "Reshape map"
    assert app.button(key=f"open_{prepared}").label == "Open"


def test_a_corpus_encoded_later_opens_its_map_by_itself(app, store, corpus):
    store.add_corpus(corpus)
    app.run()
    app.switch_page(CORPUS).run()
    app.button(key=f"resume_{corpus.key}").click().run()
    follow(app)
    assert not app.exception and "maps_colour" in " ".join(box.key for box in app.selectbox)


@pytest.fixture
def two_encoding(app, store, corpus):
    """Jobs that encode the open corpus, and another of the list."""
    jobs = []
    for number, stored in enumerate((replace(corpus, name="numbers.csv", key="other"), corpus)):
        store.add_corpus(stored)
        arguments = {"corpus_key": stored.key, "encoder": "words"}
        jobs.append(Job(str(number), "prepare", f"Encoding {stored.name}", arguments))
    cache.runner()._jobs += jobs
    app.run()
    app.switch_page(CORPUS).run()
    return jobs


def test_two_corpora_that_are_encoded_show_their_progress(app, corpus, two_encoding):
    assert not app.exception
    assert {f"cancel_{corpus.key}", "cancel_other"} <= keys(app)
    assert [line for line in words(app).splitlines() if "by itself" in line] == [
        "The map of “letters\\.csv” opens here by itself."
    ]


def test_the_maps_open_by_themselves_also_beside_another_corpus_that_is_not_encoded(
    app, store, corpus, two_encoding
):
    other, job = two_encoding
    other.status = "cancelled"
    app.run()
    assert "resume_other" in keys(app)
    TASKS["prepare"](store, lambda *progress: None, **job.arguments)
    job.status = "done"
    app.run()
    follow(app)
    assert not app.exception and app.session_state["refract"].corpus_key == corpus.key


def test_a_corpus_is_removed_only_after_a_question(app, store, prepared):
    app.run()
    app.switch_page(CORPUS).run()
    assert "cannot be undone" in words(app)
    app.button(key=f"remove_{prepared}").click().run()
    assert store.corpora() == []


def test_the_first_page_says_what_refract_does_and_how_to_begin(app):
    app.run()
    assert not app.exception
    assert {"try_demo"} <= keys(app) and app.file_uploader(key="corpus_upload")
    assert "Open again" not in words(app)
    assert [button.key for button in app.button if button.proto.type == "primary"] == ["try_demo"]


def test_the_open_corpus_is_marked_among_the_kept_ones(app, store, corpus, prepared):
    other = replace(corpus, name="numbers.csv", key="other")
    store.add_corpus(other)
    store.mark_opened(prepared)
    app.run()
    app.switch_page(CORPUS).run()
    rows = [value for value in (element.value for element in app.markdown) if "letters" in value]
    assert any(":blue-badge[open]" in row and "just now" in row and "column *text*" in row for row in rows)
    assert ":blue-badge[open]" not in "".join(e.value for e in app.markdown if "numbers" in e.value)
    primary = [button.key for button in app.button if button.proto.type == "primary"]
    assert len(primary) <= 1 and f"remove_{prepared}" not in primary


def test_the_head_leads_on_at_once_when_a_file_was_put_aside(app, prepared):
    upload(app, "numbers.csv", csv(make_frame(30, seed=1)))
    app.button(key="corpus_encode").click().run()
    app.switch_page(MAPS).run()
    app.button(key=f"switch_to_{prepared}").click().run()
    app.switch_page(CORPUS).run()
    assert not app.exception and app.button(key="next_step").label == "Show the map of 60 texts"


def test_a_file_can_be_put_aside_for_other_texts(app, prepared):
    upload(app, "letters.csv", csv(make_frame(30)))
    assert "try_demo" not in keys(app)
    app.button(key="corpus_back").click().run()
    assert not app.exception and {"try_demo", f"open_{prepared}"} <= keys(app)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-03-10T11:59:40+00:00", "just now"),
        ("2026-03-10T11:58:30+00:00", "1 minute ago"),
        ("2026-03-10T11:15:00+00:00", "45 minutes ago"),
        ("2026-03-10T09:30:00+00:00", "2 hours ago"),
        ("2026-03-08T12:00:00+00:00", "2 days ago"),
        ("2025-12-24T12:00:00+00:00", "on 24 December 2025"),
    ],
)
def test_when_it_was_opened_is_said_in_words(moment, said):
    assert time_ago(moment, datetime(2026, 3, 10, 12, tzinfo=UTC)) == said
