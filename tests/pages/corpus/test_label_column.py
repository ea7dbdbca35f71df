"""From a file with a column of labels to both maps, and back to a column that holds texts."""

import pandas as pd
import pytest

from core.storage import Store
from core.tasks import TASKS, fit_key
from pages.common import cache
from tests.conftest import make_frame
from tests.support.page_helpers import CORPUS, GUIDE, csv, follow, keys, upload, words

COLUMN = "corpus_label_column"


@pytest.fixture
def uploaded(app, home):
    return upload(app, "letters.csv", csv(make_frame(60)))


def columns(app):
    return [option for group in app.pills if group.key == COLUMN for option in group.options]


def choose(app, name):
    return app.pills(key=COLUMN).set_value(name).run()


def test_columns_of_labels_are_offered_and_others_are_not(uploaded):
    offered = columns(uploaded)
    assert (
        len(offered) == 2 and "topic" in offered[0] and "3 values" in offered[0] and "feeling" in offered[1]
    )
    assert not uploaded.exception and "Two maps" not in words(uploaded)


def test_names_of_columns_are_shown_as_they_are(app, home):
    frame = make_frame(60).rename(columns={"topic": "*top* $ic$"})
    upload(app, "letters.csv", csv(frame))
    assert "\\*top\\* \\$ic\\$" in columns(app)[0]
    more = frame.assign(a=frame["feeling"], b=frame["feeling"])
    upload(app, "more.csv", csv(more))
    assert "*top* $ic$" in app.selectbox(key=COLUMN).options[0]


def test_a_file_without_labels_gets_no_offer(app, home):
    upload(app, "letters.csv", csv(make_frame(30)[["text", "stars"]]))
    assert not columns(app) and "corpus_encode" in keys(app)


def test_two_clicks_lead_to_both_maps(uploaded, home):
    app = choose(uploaded, "feeling")
    assert "by feeling" in words(app) and "angry 30" in words(app)
    app.button(key="corpus_encode").click().run()
    assert not app.exception and not app.error
    store = Store(home)
    (entry,) = store.corpora()
    (analysis,) = store.analyses(entry.key)
    assert analysis.instruction == "by feeling"
    assert analysis.fit_key == fit_key(store, analysis.id) and analysis.embedding_key == entry.embedding_key
    table = store.labels.read(analysis.id).table
    assert (
        len(table) == 60 and set(table["source"]) == {"column"} and set(table["source_name"]) == {"feeling"}
    )
    follow(app)
    assert not app.exception and "by feeling" in words(app)
    assert app.session_state["refract"].analysis_id == analysis.id


def test_labels_are_kept_before_the_encoder_starts(uploaded, home, monkeypatch):
    kept = []

    def prepare(store, report, *, corpus_key, encoder):
        (analysis,) = store.analyses(corpus_key)
        kept.append(store.labels.read(analysis.id).n_labels)

    monkeypatch.setitem(TASKS, "prepare", prepare)
    choose(uploaded, "feeling").button(key="corpus_encode").click().run()
    assert kept == [60]


def test_a_column_can_be_used_after_the_map_is_there(uploaded, home):
    uploaded.button(key="corpus_encode").click().run()
    choose(uploaded, "topic").button(key="corpus_encode").click().run()
    follow(uploaded)
    store = Store(home)
    (analysis,) = store.analyses(store.corpora()[0].key)
    assert analysis.fit_key is not None and not uploaded.exception


def test_the_same_column_twice_is_one_analysis(uploaded, home):
    for _ in range(2):
        choose(uploaded, "topic").button(key="corpus_encode").click().run()
        assert not uploaded.exception
        uploaded.switch_page(CORPUS).run()
    store = Store(home)
    assert len(store.analyses(store.corpora()[0].key)) == 1


def test_the_maps_open_by_themselves_only_for_who_stayed(uploaded, home, monkeypatch):
    uploaded.button(key="corpus_encode").click().run()
    assert any("arrow_forward" in link.proto.label for link in uploaded.get("page_link"))
    uploaded.switch_page(GUIDE).run()
    uploaded.switch_page(CORPUS).run()
    assert not any("arrow_forward" in link.proto.label for link in uploaded.get("page_link"))
    assert uploaded.session_state["refract"].awaited_map is None


def test_a_column_of_categories_is_not_taken_in_silence(app, home):
    frame = make_frame(60)
    upload(app, "letters.csv", csv(frame))
    assert not app.warning
    app.selectbox(key="corpus_text_column").set_value("topic").run()
    assert "category" in app.warning[0].value and "3 values" in app.warning[0].value
    app.button(key="corpus_better_column").click().run()
    assert app.selectbox(key="corpus_text_column").value == "text" and not app.warning


def test_a_file_of_nothing_but_categories_is_warned_about(app, home):
    upload(app, "x.csv", csv(pd.DataFrame({"kind": ["red car", "blue car", "old car"] * 20})))
    assert "category" in app.warning[0].value and "corpus_better_column" not in keys(app)
    assert "corpus_encode" in keys(app)


def test_seconds_are_said_only_once_they_were_measured_here(uploaded, home):
    assert "about **" not in words(uploaded)
    assert [job.task for job in cache.runner().jobs()] == ["time_encoder"]  # not the texts of a whole run
    uploaded.run()
    assert "about **" in words(uploaded)
    cache.runner().jobs().clear()
    (Store(home).home / "speeds.json").unlink()
    uploaded.run()
    assert "about **" not in words(uploaded)


def test_nothing_is_sent_to_a_server_to_measure_it(uploaded):
    n_jobs = len(cache.runner().jobs())
    box = uploaded.selectbox(key="corpus_encoder")
    box.options.append("endpoint:https://texts.example/v1#e5")
    box.set_value("endpoint:https://texts.example/v1#e5").run()
    assert not uploaded.exception and len(cache.runner().jobs()) == n_jobs
    assert "about **" not in words(uploaded) and "sent to" in uploaded.warning[0].value
