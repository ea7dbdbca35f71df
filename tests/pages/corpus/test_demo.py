"""The demo on the corpus page: built in the background, opened by one click, kept away once removed."""

import pandas as pd
import pytest

from core.jobs import Job
from core.storage import Store
from core.tasks import TASKS, demo, demo_analyses, read_demo
from pages.common import cache
from pages.common.state import STATE_KEY
from tests.conftest import ROOT
from tests.support.page_helpers import CORPUS, MAPS, follow, keys, upload, words


@pytest.fixture(autouse=True)
def short(home, tmp_path, monkeypatch):
    """A part of the demo, which nobody built or removed yet."""
    frame = pd.read_csv(ROOT / "assets" / "demo" / "feedback.csv").head(90)
    frame.to_csv(tmp_path / "feedback.csv", index=False)
    monkeypatch.setattr(demo, "DEMO_FILE", tmp_path / "feedback.csv")
    measured = []
    monkeypatch.setitem(TASKS, "measure", lambda store, report, **task: measured.append(task))
    (home / "demo.json").unlink()
    read_demo.cache_clear()
    yield measured
    read_demo.cache_clear()


@pytest.fixture
def waiting(monkeypatch):
    """A job runner whose jobs wait until they are told to end."""
    runner = cache.runner()

    def submit(task, title, *, priority=None, owner="", **arguments):
        for job in runner.jobs():
            if job.active and job.task == task:
                return job
        job = Job(id=str(len(runner.jobs())), task=task, title=title, arguments=arguments)
        runner._jobs.append(job)
        return job

    monkeypatch.setattr(runner, "submit", submit)
    return runner


def end(job, home, *, message=""):
    """Run a waiting job, or let it fail."""
    if message:
        job.status, job.message = "failed", message
        return
    TASKS[job.task](Store(home), lambda *progress: None, **job.arguments)
    job.status = "done"


def land(app):
    app.run()
    return app.switch_page(CORPUS).run()


def test_one_click_opens_both_maps(app, store, short):
    land(app)
    assert len(demo_analyses(store)) == 2  # built when the page was drawn
    land(app)
    land(app)
    assert [task["fit_key"] for task in short] == [each.fit_key for each in demo_analyses(store)[::-1]]
    app.button(key="try_demo").click().run()
    follow(app)
    state = app.session_state[STATE_KEY]
    assert not app.exception and state.corpus_key == read_demo().key
    assert store.find_analysis(state.analysis_id).instruction == demo.DEMO_ANALYSES[-1].instruction
    assert store.corpora()[0].opened_at


def test_a_line_over_the_maps_leads_to_a_question_of_ones_own(app, store):
    land(app)
    app.button(key="try_demo").click().run()
    follow(app)
    assert "**Left**" in words(app) and f"after {demo.N_LABELS} labels" in words(app)
    app.button(key="demo_own_question").click().run()
    assert not app.exception and app.session_state[STATE_KEY].analysis_id is None
    store.add_analysis(read_demo().key, "by length")
    app.session_state[STATE_KEY].analysis_id = demo_analyses(store)[0].id
    app.switch_page(MAPS).run()
    assert "demo_own_question" not in keys(app)


def test_a_demo_that_nobody_opened_is_not_the_corpus_used_last(app, store):
    land(app)
    land(app)
    assert app.session_state[STATE_KEY].corpus_key is None
    assert "Open again" not in words(app) and f"open_{read_demo().key}" not in keys(app)


def test_who_waits_for_it_sees_the_progress_and_then_the_maps(app, home, waiting):
    land(app)
    (job,) = waiting.jobs()
    app.button(key="try_demo").click().run()
    assert not app.exception and "being built" in words(app)
    assert waiting.jobs() == [job]  # the one that runs already
    assert "demo_cancel" in keys(app) and f"cancel_job_{job.id}" not in keys(app)  # told in one place
    end(job, home)
    app.run()
    follow(app)
    assert not app.exception and app.session_state[STATE_KEY].corpus_key == read_demo().key


def test_who_waits_for_it_and_chooses_a_file_stays_with_the_file(app, home, waiting):
    land(app)
    app.button(key="try_demo").click().run()
    app.switch_page(MAPS).run()
    upload(app, "letters.csv", b"text\none text\nanother text\na third one\n")
    end(waiting.jobs()[0], home)
    app.run()
    assert app.session_state[STATE_KEY].corpus_key is None and "corpus_encode" in keys(app)


def test_a_failure_is_said_to_who_asked_and_not_repeated_unasked(app, home, waiting):
    land(app)
    (job,) = waiting.jobs()
    app.button(key="try_demo").click().run()
    end(job, home, message="The encoder is not on this machine: connect it to the network.")
    app.run()
    assert "not on this machine" in "\n".join(error.value for error in app.error)
    app.run()
    assert waiting.jobs() == [job]
    app.button(key="try_demo").click().run()
    assert len(waiting.jobs()) == 2


def test_a_removed_demo_comes_back_only_when_asked_for(app, store):
    land(app)
    app.button(key="try_demo").click().run()
    land(app)
    app.button(key=f"remove_{read_demo().key}").click().run()
    land(app)
    assert not app.exception and store.find_corpus(read_demo().key) is None
    app.button(key="try_demo").click().run()
    follow(app)
    assert not app.exception and len(demo_analyses(store)) == 2
