import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.errors import LanguageModelError
from core.utils import (
    KEY_VARIABLE,
    MODEL_VARIABLE,
    URL_VARIABLE,
    Completion,
    LanguageModel,
    chat_client,
    complete_each,
    configured,
)
from core.utils.chat_client import ATTEMPTS
from core.utils.http import client as http_client


class Server:
    """A local chat server: answers by functions of the request, and records the requests."""

    def __init__(self):
        self.requests, self.headers, self.asked = [], [], []
        self.answer = lambda body, number: reply("fine")
        self.list = lambda path: (200, {"data": [{"id": "small"}, {"id": "large"}, {"id": "small"}]})
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.requests.append(body)
                outer.headers.append(dict(self.headers) | {"path": self.path})
                self.send(*outer.answer(body, len(outer.requests)))

            def do_GET(self):
                outer.asked.append((self.path, self.headers.get("Authorization")))
                self.send(*outer.list(self.path))

            def send(self, status, content, *headers):
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

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def reply(text, finish="stop"):
    return 200, {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]}


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def model(server, pauses):
    return LanguageModel(server.url, "small", "secret-key", pause=pauses.append)


def test_a_prompt_is_completed(server, model):
    assert model.complete("Be brief.", "How?", max_tokens=9) == Completion("fine", True)
    (body,) = server.requests
    assert body["model"] == "small" and body["max_tokens"] == 9
    assert [message["content"] for message in body["messages"]] == ["Be brief.", "How?"]
    assert server.headers[0]["Authorization"] == "Bearer secret-key"
    assert server.headers[0]["path"] == "/v1/chat/completions"


def test_without_a_key_no_header_is_sent(server):
    LanguageModel(server.url + "/", "small").complete("", "")
    assert "Authorization" not in server.headers[0]


def test_thoughts_are_removed_and_cut_answers_are_marked(server, model):
    server.answer = lambda body, number: reply("<think>hm\nhm</think>\n a name ", "length")
    assert model.complete("", "") == Completion("a name", False)
    server.answer = lambda body, number: reply(None)
    assert model.complete("", "") == Completion("", True)
    server.answer = lambda body, number: reply("<think>hm, is it\na name", "length")
    assert model.complete("", "") == Completion("", False)
    server.answer = lambda body, number: reply("hm, is it\n</think>a name")
    assert model.complete("", "") == Completion("a name", True)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_requests_to_a_busy_server_are_repeated_with_growing_pauses(server, model, pauses, status):
    server.answer = lambda body, number: reply("late") if number == 3 else (status, {"error": "busy"})
    assert model.complete("", "").text == "late"
    assert pauses == [1, 2]


def test_the_pause_follows_retry_after(server, model, pauses):
    def answer(body, number):
        wait = {1: "7", 2: "9999", 3: "Wed, 21 Oct 2026 07:28:00 GMT"}.get(number)
        return (429, {}, ("Retry-After", wait)) if wait else reply("late")

    server.answer = answer
    assert model.complete("", "").text == "late"
    assert pauses == [7, chat_client.LONGEST_PAUSE, 4]


def test_a_server_that_stays_busy_is_an_error(server, model, pauses):
    server.answer = lambda body, number: (429, {"error": {"message": "quota"}})
    with pytest.raises(LanguageModelError, match="quota") as caught:
        model.complete("", "")
    assert len(server.requests) == ATTEMPTS and len(pauses) == ATTEMPTS - 1
    assert caught.value.transient and not caught.value.permanent


@pytest.mark.parametrize(
    ("status", "said", "permanent"),
    [(401, "refuses the key", True), (404, "knows no model", True), (400, "too long", False)],
)
def test_a_refusal_is_one_sentence_without_the_key(server, model, status, said, permanent):
    server.answer = lambda body, number: (status, {"error": {"message": "secret-key is wrong, too long"}})
    with pytest.raises(LanguageModelError, match=said) as caught:
        model.complete("", "")
    assert len(server.requests) == 1
    assert "secret-key" not in str(caught.value) and "secret-key" not in repr(model)
    assert caught.value.permanent is permanent and not caught.value.transient


@pytest.mark.parametrize("content", [b"<html>", {"choices": []}, {}, [1], {"choices": [{"message": None}]}])
def test_a_reply_of_another_protocol_is_explained(server, model, content):
    server.answer = lambda body, number: (200, content)
    with pytest.raises(LanguageModelError, match="ends in /v1"):
        model.complete("", "")


def test_a_redirect_is_not_followed(server, model):
    other = Server()
    server.answer = lambda body, number: (302, {}, ("Location", other.url + "/chat/completions"))
    with pytest.raises(LanguageModelError, match="302"):
        model.complete("", "text of a customer")
    assert other.requests == []
    other.server.shutdown()
    other.server.server_close()


def test_a_missing_server_is_a_transient_error(pauses):
    with pytest.raises(LanguageModelError, match="No answer from 127") as caught:
        LanguageModel("http://127.0.0.1:9/v1", "small", pause=pauses.append).complete("", "")
    assert caught.value.transient and len(pauses) == ATTEMPTS - 1


@pytest.mark.parametrize("headers", [[], [("Content-Length", "500")]])
def test_a_reply_that_was_cut_off_is_requested_again(server, model, pauses, headers):
    whole = json.dumps(reply("whole")[1]).encode()
    server.answer = lambda body, number: (200, whole[:40], *headers) if number < 3 else reply("whole")
    assert model.complete("", "").text == "whole" and pauses == [1, 2]
    server.answer = lambda body, number: (200, whole[:40], *headers)
    with pytest.raises(LanguageModelError, match="cut off in the middle") as caught:
        model.complete("", "")
    assert caught.value.transient


def test_settings_that_a_model_refuses_are_left_out_from_then_on(server, model, pauses):
    def answer(body, number):
        for name in ("max_tokens", "temperature"):
            if name in body:
                return 400, {"error": {"message": f"Unsupported value: '{name}' is not supported here."}}
        return reply("fine")

    server.answer = answer
    assert model.complete("", "", max_tokens=9).text == "fine" and pauses == []
    assert server.requests[-1]["max_completion_tokens"] == 9
    assert model.complete("", "").text == "fine" and len(server.requests) == 4


def test_nothing_more_is_sent_once_the_generator_is_closed(server, model):
    answers = complete_each(model, "", [str(number) for number in range(100)])
    next(answers)
    answers.close()
    threading.Event().wait(0.2)
    assert len(server.requests) < 50


def test_idle_is_called_while_no_answer_comes(server, model, monkeypatch):
    monkeypatch.setattr(http_client, "IDLE_SECONDS", 0.01)
    answered, waited = threading.Event(), []
    server.answer = lambda body, number: answered.wait(5) and reply("late")

    def idle():
        waited.append(1)
        if len(waited) == 3:
            answered.set()

    ((position, answer),) = complete_each(model, "", ["a"], idle=idle)
    assert (position, answer.text) == (0, "late") and len(waited) >= 3


def test_a_refused_prompt_does_not_stop_the_others(server, model):
    def answer(body, number):
        prompt = body["messages"][1]["content"]
        return (400, {"error": "too long"}) if prompt == "b" else reply(prompt.upper())

    server.answer = answer
    completions = dict(complete_each(model, "", ["a", "b", "c"]))
    assert (completions[0].text, completions[2].text) == ("A", "C")
    assert isinstance(completions[1], LanguageModelError)


def test_a_wrong_key_stops_all_at_once(server, model):
    server.answer = lambda body, number: (401, {})
    with pytest.raises(LanguageModelError):
        list(complete_each(model, "", [str(n) for n in range(100)]))
    assert len(server.requests) < 50


def test_the_environment_configures_the_model(monkeypatch):
    for name in (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE):
        monkeypatch.delenv(name, raising=False)
    assert configured() is None
    monkeypatch.setenv(URL_VARIABLE, "http://localhost:1/v1")
    assert configured() is None
    monkeypatch.setenv(MODEL_VARIABLE, "small")
    assert configured() == LanguageModel("http://localhost:1/v1", "small")
    assert configured().host == "localhost:1"
    monkeypatch.setenv(URL_VARIABLE, "file:///etc/passwd")
    with pytest.raises(LanguageModelError, match="no web address"):
        configured()
    monkeypatch.setenv(URL_VARIABLE, "http://localhost:1/v1")
    monkeypatch.setenv(KEY_VARIABLE, "secret\nkey")
    with pytest.raises(LanguageModelError, match=f"{KEY_VARIABLE} holds characters") as caught:
        configured()
    assert "secret" not in str(caught.value)
