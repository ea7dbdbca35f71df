"""The language model of a session: found, chosen, tested, and its key kept off the disk."""

import pytest
from streamlit.testing.v1 import AppTest

from core.tasks import annotate
from core.utils import KEY_VARIABLE, MODEL_VARIABLE, URL_VARIABLE, model_servers
from pages.common import cache
from pages.common.language_model import settings
from tests.support.chat_server import quick_model
from tests.support.chat_server import server as server  # the fixture
from tests.support.page_helpers import GUIDE, keys, words


def page():
    import streamlit as st

    from pages.common.language_model import chosen_model, draw_language_model

    draw_language_model()
    model = chosen_model()
    st.text(f"{model.model} at {model.url}" if model else "none")


@pytest.fixture(autouse=True)
def no_model(monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def panel():
    return AppTest.from_function(page, default_timeout=60).run()


def test_an_address_brings_its_models_and_the_first_is_taken(panel, server):
    assert panel.text[0].value == "none"
    panel.text_input(key="llm_url").set_value(server.url).run()
    assert not panel.exception
    assert panel.selectbox(key="llm_model").options == ["large", "small"]
    assert panel.text[0].value == f"large at {server.url}"
    panel.selectbox(key="llm_model").set_value("small").run()
    assert panel.text[0].value == f"small at {server.url}"
    assert "stay on this machine" in words(panel)


def test_a_server_of_this_machine_is_found_and_taken(panel, server, monkeypatch):
    port = int(server.url.rpartition(":")[2].partition("/")[0])
    look = model_servers.find_local_servers
    monkeypatch.setattr(settings, "find_local_servers", lambda: look([("Ollama", 9), ("vLLM", port)]))
    panel.button(key="llm_look").click().run()
    assert not panel.exception and "Found vLLM" in words(panel)
    assert panel.text_input(key="llm_url").value == server.url
    assert panel.text[0].value == f"large at {server.url}"
    monkeypatch.setattr(settings, "find_local_servers", lambda: [])
    panel.button(key="llm_look").click().run()
    assert "No server answers" in words(panel) and panel.text[0].value == f"large at {server.url}"


def test_the_test_says_in_one_line_how_it_went(panel, server):
    panel.button(key="llm_test").click().run()
    assert "Give an address" in words(panel)
    panel.text_input(key="llm_url").set_value(server.url).run()
    panel.button(key="llm_test").click().run()
    assert "large answered in" in words(panel).replace("\\", "")
    panel.text_input(key="llm_url").set_value("http://127.0.0.1:9/v1").run()
    assert "No answer from 127.0.0.1:9" in words(panel).replace("\\", "")


def test_another_address_never_gets_the_key_of_the_one_before(panel, server):
    panel.text_input(key="llm_url").set_value(server.url).run()
    panel.text_input(key="llm_key").set_value("secret-key").run()
    assert server.listed[-1] == ("/v1/models", "Bearer secret-key")
    other = server.url.replace("127.0.0.1", "localhost")
    panel.text_input(key="llm_url").set_value(other).run()
    assert server.listed[-1] == ("/v1/models", None)
    assert panel.text_input(key="llm_key").value == ""


def test_a_key_that_was_typed_first_is_for_the_first_address(panel, server):
    panel.text_input(key="llm_key").set_value("secret-key").run()
    panel.text_input(key="llm_url").set_value(server.url).run()
    assert not panel.exception and panel.text_input(key="llm_key").value == "secret-key"
    assert server.listed[-1] == ("/v1/models", "Bearer secret-key")
    panel.text_input(key="llm_url").set_value(server.url.replace("127.0.0.1", "localhost")).run()
    assert server.listed[-1] == ("/v1/models", None)
    assert panel.text_input(key="llm_key").value == ""


def test_a_server_elsewhere_is_named_before_anything_is_sent(panel, monkeypatch):
    monkeypatch.setattr(settings, "list_models", lambda url, key: ["big"])
    panel.text_input(key="llm_url").set_value("https://ai.example.org/v1").run()
    assert "sent to **ai\\.example\\.org**, which is not this machine" in panel.warning[0].value
    assert "not encrypted" not in panel.warning[0].value
    panel.text_input(key="llm_url").set_value("http://ai.example.org/v1").run()
    assert "not encrypted" in panel.warning[0].value


def test_the_environment_counts_until_something_is_chosen(server, monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, server.url)
    monkeypatch.setenv(MODEL_VARIABLE, "large")
    panel = AppTest.from_function(page, default_timeout=60).run()
    assert panel.text[0].value == f"large at {server.url}"
    assert panel.text_input(key="llm_url").value == server.url
    assert panel.selectbox(key="llm_model").value == "large"


def test_a_job_gets_the_chosen_model_and_the_key_reaches_no_disk(
    app, store, prepared, home, server, monkeypatch
):
    monkeypatch.setattr(annotate, "configured", quick_model)
    analysis = store.add_analysis(prepared, "by feeling")
    app.run()
    app.switch_page(GUIDE).run()
    assert "annotation_start" not in keys(app)
    app.text_input(key="llm_url").set_value(server.url).run()
    app.text_input(key="llm_key").set_value("secret-key").run()
    app.selectbox(key="llm_model").set_value("small").run()
    app.number_input(key=f"annotation_texts_{analysis}").set_value(30).run()
    app.button(key="annotation_start").click().run()
    assert not app.exception
    table = store.labels.read(analysis).table
    assert len(table) == 30 and set(table["given_by"]) == {"small"}
    (job,) = [job for job in cache.runner().jobs() if job.task == "annotate"]
    assert "secret" not in repr(job)
    assert not any(b"secret-key" in file.read_bytes() for file in home.rglob("*") if file.is_file())
