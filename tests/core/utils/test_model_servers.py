"""Servers of language models: what they list, what runs here, and that a key goes nowhere else."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.errors import LanguageModelError
from core.utils import (
    KEY_VARIABLE,
    MODEL_VARIABLE,
    URL_VARIABLE,
    LanguageModel,
    Secret,
    configured,
    find_local_servers,
    list_models,
    try_model,
)
from tests.core.utils.test_chat_client import server as server  # the fixture


class ListServer:
    """A server that answers GET by a function of the path, and records path and key."""

    def __init__(self):
        self.asked = []
        self.answer = lambda path: (200, {"data": [{"id": "small"}, {"id": "large"}, {"id": "small"}]})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, self.headers.get("Authorization")))
                status, content, *headers = outer.answer(self.path)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content if isinstance(content, bytes) else json.dumps(content).encode())

            def log_message(self, *arguments):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/v1"
        threading.Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()


@pytest.fixture
def lists():
    server = ListServer()
    yield server
    server.server.shutdown()
    server.server.server_close()


def test_the_models_of_a_server_are_listed_each_once(lists):
    assert list_models(lists.url + "/", "secret") == ["large", "small"]
    assert lists.asked == [("/v1/models", "Bearer secret")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}), "refuses the key"),
        ((404, {"error": {"message": "no such secret page"}}), "does not list its models"),
        ((200, b"<html>"), "not of the OpenAI protocol"),
        ((200, {"models": []}), "not of the OpenAI protocol"),
    ],
)
def test_what_is_wrong_is_said_without_the_key(lists, answer, said):
    lists.answer = lambda path: answer
    with pytest.raises(LanguageModelError, match=said) as caught:
        list_models(lists.url, "secret")
    assert "secret" not in str(caught.value)


def test_a_redirect_takes_the_key_nowhere(lists, server):
    lists.answer = lambda path: (302, b"", ("Location", server.url + "/models"))
    with pytest.raises(LanguageModelError):
        list_models(lists.url, "secret")
    assert server.requests == [] and len(lists.asked) == 1


def test_a_wrong_address_is_said():
    with pytest.raises(LanguageModelError, match="no web address"):
        list_models("127.0.0.1:11434")
    with pytest.raises(LanguageModelError, match="No answer"):
        list_models("http://127.0.0.1:9/v1")


def test_servers_of_this_machine_are_found_without_a_key(lists):
    found = find_local_servers([("Ollama", 9), ("vLLM", lists.port)])
    assert [(each.program, each.url, each.models) for each in found] == [
        ("vLLM", lists.url, ("large", "small"))
    ]
    assert [key for _, key in lists.asked] == [None]
    lists.answer = lambda path: (200, b"something else on this port")
    assert find_local_servers([("vLLM", lists.port)]) == []
    assert find_local_servers([]) == []


def test_a_model_is_tried_with_one_short_prompt(server):
    assert try_model(LanguageModel(server.url, "small", "secret")) >= 0
    (body,) = server.requests
    assert body["max_tokens"] <= 20
    server.answer = lambda body, number: (503, {})
    with pytest.raises(LanguageModelError):
        try_model(LanguageModel(server.url, "small"))
    assert len(server.requests) == 2  # no second attempt while a person waits


def test_a_choice_goes_before_the_environment_and_gets_no_key_of_another_address(monkeypatch):
    monkeypatch.setenv(URL_VARIABLE, "http://localhost:1/v1")
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    monkeypatch.setenv(KEY_VARIABLE, "of-the-environment")
    assert configured().key == "of-the-environment"
    assert configured({"url": ""}).model == "small"
    other = configured({"url": "http://localhost:2/v1", "model": "large", "key": ""})
    assert (other.url, other.model, other.key) == ("http://localhost:2/v1", "large", "")
    same = configured({"url": "http://localhost:1/v1", "model": "large"})
    assert (same.model, same.key) == ("large", "of-the-environment")
    assert configured({"url": "http://localhost:2/v1", "model": ""}) is None


def test_no_representation_shows_a_key():
    arguments = {"url": "http://localhost:1/v1", "key": Secret("secret-key")}
    assert "secret" not in f"{arguments} {arguments!r} {LanguageModel('u', 'm', arguments['key'])}"
    assert json.loads(json.dumps(arguments))["key"] == "secret-key"
