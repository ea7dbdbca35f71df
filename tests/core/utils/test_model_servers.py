"""Servers of language models: what they list, what runs here, and that a key goes nowhere else."""

import json

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
from tests.core.utils.test_chat_client import Server
from tests.core.utils.test_chat_client import server as server  # the fixture


@pytest.fixture
def other():
    server = Server()
    yield server
    server.close()


def test_the_models_of_a_server_are_listed_each_once(server):
    assert list_models(server.url + "/", "secret") == ["large", "small"]
    assert server.asked == [("/v1/models", "Bearer secret")]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {}), "refuses the key"),
        ((404, {"error": {"message": "no such secret page"}}), "does not list its models"),
        ((200, b"<html>"), "not of the OpenAI protocol"),
        ((200, {"models": []}), "not of the OpenAI protocol"),
    ],
)
def test_what_is_wrong_is_said_without_the_key(server, answer, said):
    server.list = lambda path: answer
    with pytest.raises(LanguageModelError, match=said) as caught:
        list_models(server.url, "secret")
    assert "secret" not in str(caught.value)


def test_a_redirect_takes_the_key_nowhere(server, other):
    server.list = lambda path: (302, b"", ("Location", other.url + "/models"))
    with pytest.raises(LanguageModelError):
        list_models(server.url, "secret")
    assert other.asked == [] and len(server.asked) == 1


@pytest.mark.parametrize(
    "url", ["127.0.0.1:11434", "http://127.0.0.1:9/v1”", "http://127.0.0.1:9/v1 x", "http://127..1:9/v1"]
)
def test_a_wrong_address_is_said(url):
    with pytest.raises(LanguageModelError, match="no web address"):
        list_models(url)


def test_a_server_that_is_not_there_is_said():
    with pytest.raises(LanguageModelError, match="No answer"):
        list_models("http://127.0.0.1:9/v1")


def test_servers_of_this_machine_are_found_without_a_key(server):
    found = find_local_servers([("Ollama", 9), ("vLLM", server.port)])
    assert [(each.program, each.url, each.models) for each in found] == [
        ("vLLM", server.url, ("large", "small"))
    ]
    assert [key for _, key in server.asked] == [None]
    server.list = lambda path: (200, b"something else on this port")
    assert find_local_servers([("vLLM", server.port)]) == []
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
