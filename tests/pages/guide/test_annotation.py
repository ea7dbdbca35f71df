"""The panel of label construction through Streamlit's own test runner, against a server on this machine."""

import pytest
from streamlit.testing.v1 import AppTest

from core.jobs import Job
from core.labels.annotation import AnnotationReport, Estimate
from core.labels.annotation.retry import Counts
from core.tasks import annotate
from core.utils import KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE
from pages.common import cache
from pages.guide.annotation import report_lines, run_estimate_text, thousands
from tests.support.chat_server import chat, quick_model
from tests.support.chat_server import server as server  # the fixture


def page():
    from pages.common import cache, current_analysis, current_corpus
    from pages.guide.annotation import draw_annotation

    draw_annotation(current_analysis(), cache.corpus(current_corpus().key))


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def configured(server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    monkeypatch.setattr(annotate, "configured", quick_model)


@pytest.fixture
def analysis(store, prepared):
    return store.add_analysis(prepared, "by feeling")


@pytest.fixture
def panel(prepared):
    return AppTest.from_function(page, default_timeout=60)


def words(app):
    kinds = ("markdown", "caption", "error", "warning", "info")
    return "\n".join(str(element.value) for kind in kinds for element in getattr(app, kind))


def buttons(app):
    return {button.key for button in app.button}


def test_it_is_off_until_a_model_is_chosen(panel, analysis):
    panel.run()
    assert "annotation_start" not in buttons(panel) and "llm_test" in buttons(panel)


def test_a_wrong_address_is_said(panel, analysis, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "nowhere")
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    panel.run()
    assert "no web address" in panel.warning[0].value


def test_it_asks_for_an_instruction_first(panel, store, prepared, configured):
    panel.run()
    assert "instruction above first" in words(panel)
    store.add_analysis(prepared, "")
    panel.run()
    assert "instruction above first" in words(panel) and "annotation_start" not in buttons(panel)


def test_address_and_estimate_are_said_before_anything_is_sent(panel, analysis, configured, server):
    panel.run()
    said = words(panel)
    assert server.url[7:-3] in said.replace("\\", "") and "**60** texts" in said
    assert f"About **{60 + 30 + 60}** prompts" in said
    assert server.asked == [] and not panel.exception
    panel.number_input(key=f"annotation_texts_{analysis}").set_value(20).run()
    assert f"About **{20 + 10 + 20}** prompts" in words(panel)
    panel.number_input(key="annotation_price_read").set_value(1000.0).run()
    assert "at this price" in words(panel)


def test_labels_come_with_a_click_and_the_report_says_so(panel, analysis, configured, server, store):
    panel.run()
    panel.number_input(key=f"annotation_texts_{analysis}").set_value(30).run()
    panel.button(key="annotation_start").click().run()
    assert not panel.exception
    given = store.labels.read(analysis).table
    assert len(given) == 30 and set(given["source"]) == {"model"}
    assert "30 of 30 texts labelled" in words(panel) and "angry" in words(panel)
    assert "Every prompt is answered already" in words(panel)
    panel.number_input(key=f"annotation_texts_{analysis}").set_value(40).run()
    assert panel.button(key="annotation_start").label == "Continue"


def test_a_failed_run_is_said_and_counted_and_goes_on(panel, analysis, configured, server, store):
    server.mood = lambda step, user, body: (401, {}) if step == "labels" else None
    panel.run()
    panel.button(key="annotation_start").click().run()
    assert "refuses the key" in panel.error[0].value and "go on" in panel.error[0].value
    assert panel.button(key="annotation_start").label == "Continue"
    server.mood = lambda step, user, body: None
    panel.button(key="annotation_start").click().run()
    assert not panel.error and len(store.labels.read(analysis).table) == 60


def test_failures_and_a_swallowing_category_are_told(panel, analysis, configured, server, store, corpus):
    first = corpus.texts[0]

    def mood(step, user, body):
        if step == "labels":
            return 200, chat("blorp" if first in user else "angry")

    server.mood = mood
    panel.run()
    panel.button(key="annotation_start").click().run()
    assert "**1** outside the list" in words(panel)
    assert "“angry” has 80 %" in panel.warning[0].value
    assert not panel.exception


def test_progress_can_be_cancelled(panel, analysis, configured):
    job = Job("1", "annotate", "x", {"analysis_id": analysis, "n_texts": 60}, status="running")
    job.stage, job.done, job.total = "Sorting texts", 5, 60
    cache.runner()._jobs.append(job)
    panel.run()
    assert "Every answer is kept" in words(panel) and "annotation_start" not in buttons(panel)
    panel.button(key="annotation_cancel").click().run()
    assert job.status == "cancelled"
    panel.run()
    assert "you can continue at any time" in words(panel)


def test_a_run_of_another_session_is_shown_with_its_host(panel, analysis):
    choice = {"url": "https://ai.example.org/v1", "model": "big", "key": ""}
    arguments = {"analysis_id": analysis, "n_texts": 60, "language_model": choice}
    cache.runner()._jobs.append(Job("1", "annotate", "x", arguments, status="running"))
    panel.run()  # this session has chosen no model
    assert "ai.example.org" in words(panel).replace("\\", "") and "annotation_cancel" in buttons(panel)


def test_a_report_has_a_line_for_each_step_that_had_trouble():
    report = AnnotationReport("small", "here", 10, n_clusters=5, n_merged=2, n_cut=1)
    report.steps = {
        "summaries": Counts(asked=10),
        "labels": Counts(asked=10, wordy=3, shortened=1, failures={"a refusal": 2}, said="No *answer*"),
    }
    trouble, merged, cut = report_lines(report)
    assert trouble == (
        "Sorting texts, answers: **2** refused, 3 with extra words, which were removed, 1 text shortened. "
        "Latest message: No \\*answer\\*"
    )
    assert merged.startswith("2 of 5 groups") and cut.startswith("1 long")
    assert AnnotationReport.from_document(report.to_document()) == report
    report.n_merged = 1
    assert report_lines(report)[1] == "1 of 5 groups shares a name with another."


def test_the_estimate_is_told_with_its_cost():
    needed = Estimate(n_texts=10, calls=25, kept=5, tokens_in=2_000_000, tokens_out=500_000)
    assert run_estimate_text(needed, 0.5, 2.0) == (
        "About **20** prompts (5 more are answered already), 2,000 thousand tokens read and 500 thousand "
        "written: about **2.00** at this price."
    )
    assert run_estimate_text(Estimate(10, 6, 5, 100, 20), 0.0, 0.0).startswith("About **1** prompt (")
    assert (thousands(40), thousands(1_260), thousands(12_600)) == ("100", "1,300", "13 thousand")
