"""A server that is busy, gone or refuses: what is sent again, and what the message says."""

import time
from dataclasses import replace

import numpy as np
import pytest

from core.encoders import openai_endpoint as endpoint_module
from core.encoders.openai_endpoint import FIRST_LIMITS, KEY_VARIABLE, LIMITS, EndpointEncoder
from core.errors import Cancelled, EncoderUnavailable
from core.utils.http import client as http_client
from tests.support.embeddings_server import EmbeddingsServer, embed

TEXTS = ["the tram was late", "my parcel never came", "a friendly driver", "the tram was late"]


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_busy_server_gets_the_request_again_with_growing_pauses(server, endpoint, pauses, status):
    server.answer = lambda body, number: (status, {"error": "busy"}) if number in (2, 3, 4) else None
    np.testing.assert_allclose(endpoint.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert pauses == [1, 2, 4]


def test_a_server_says_how_long_to_wait(server, endpoint, pauses):
    def answer(body, number):
        wanted = {2: "7", 3: "9999", 4: "Wed, 21 Oct 2026 07:28:00 GMT"}.get(number)
        return (429, {}, ("Retry-After", wanted)) if wanted else None

    server.answer = answer
    endpoint.encode(TEXTS)
    assert pauses == [7, LIMITS.longest_pause, 4]
    assert http_client.retry_seconds(3, "nan") == http_client.retry_seconds(3, "inf") == 4


def test_a_server_that_stays_busy_is_given_up(server, endpoint, pauses):
    server.answer = lambda body, number: (429, {"error": {"message": "no quota"}})
    with pytest.raises(
        EncoderUnavailable, match=r"accepts no more texts for now \(no quota\): try again later"
    ):
        endpoint.encode(TEXTS)
    assert (len(server.requests) - 1, len(pauses)) == (LIMITS.attempts, LIMITS.attempts - 1)
    server.requests.clear()
    with pytest.raises(EncoderUnavailable, match="no quota"):
        EndpointEncoder(server.name, pause=pauses.append)
    assert len(server.requests) == FIRST_LIMITS.attempts


@pytest.mark.parametrize("how", ["short", "half a text"])
def test_a_reply_cut_off_in_the_middle_is_requested_again(server, endpoint, pauses, how):
    def cut(body, number):
        if number > 3:
            return None
        if how == "short":
            return 200, b'{"data": [', ("Content-Length", "5000")
        return 200, b'{"data": [{"index": 0, "emb'

    server.answer = cut
    np.testing.assert_allclose(endpoint.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert pauses == [1, 2]
    server.answer = lambda body, number: (200, b'{"data": [')
    with pytest.raises(
        EncoderUnavailable, match=r"No answer from .* \(its answer was cut off in the middle\)"
    ):
        endpoint.encode(TEXTS)


def test_a_missing_server_is_named():
    server = EmbeddingsServer()
    server.close()
    with pytest.raises(
        EncoderUnavailable, match=f"No answer from {server.host} .*check that the server runs"
    ):
        EndpointEncoder(server.name, pause=lambda seconds: None)


def test_a_person_waits_once_for_a_server_that_says_nothing(server, monkeypatch):
    monkeypatch.setattr(endpoint_module, "FIRST_LIMITS", replace(FIRST_LIMITS, timeout=0.2))
    server.answer = lambda body, number: time.sleep(0.5)
    with pytest.raises(EncoderUnavailable, match=r"No answer from .* \(timed out\)"):
        EndpointEncoder(server.name)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, f"refuses the key \\(401\\): set {KEY_VARIABLE} to one that is valid there"),
        (403, "refuses the key"),
        (404, "knows no model “words” \\(… is wrong\\)"),
        (302, "follows no redirect"),
        (501, "could not answer \\(501"),
    ],
)
def test_a_refusal_is_one_sentence_without_the_key(server, status, said, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "secret-key")
    server.answer = lambda body, number: (status, {"error": {"message": "secret-key\nis wrong"}})
    with pytest.raises(EncoderUnavailable, match=said) as caught:
        EndpointEncoder(server.name, pause=lambda seconds: None)
    assert server.headers[0]["Authorization"] == "Bearer secret-key"
    assert "secret-key" not in str(caught.value) and "\n" not in str(caught.value)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_the_key_is_in_no_name_and_no_provenance(server, monkeypatch):
    without = EndpointEncoder(server.name)
    assert "Authorization" not in server.headers[0]
    monkeypatch.setenv(KEY_VARIABLE, " secret-key\n")
    encoder = EndpointEncoder(server.name)
    assert server.headers[1]["Authorization"] == "Bearer secret-key"
    assert encoder.key == without.key
    assert "secret" not in encoder.name + encoder.key + encoder.host + encoder.device + repr(encoder)


def test_a_key_that_cannot_be_sent_is_not_shown(server, monkeypatch):
    monkeypatch.setenv(KEY_VARIABLE, "secret\nkey")
    with pytest.raises(EncoderUnavailable, match=f"{KEY_VARIABLE} holds characters") as caught:
        EndpointEncoder(server.name)
    assert "secret" not in str(caught.value)
    assert server.requests == []


def test_a_server_on_this_machine_is_reached_without_a_proxy(server, monkeypatch):
    proxy = EmbeddingsServer()
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
    EndpointEncoder(server.name).encode(TEXTS)
    assert len(server.requests) == 2 and not proxy.requests
    proxy.close()


def test_a_refusal_that_is_cut_off_is_a_refusal(server):
    broken = b"5\r\nhello\r\nff\r\nnot so much"  # of a server that falls over while it explains
    server.answer = lambda body, number: (501, broken, ("Transfer-Encoding", "chunked"))
    with pytest.raises(EncoderUnavailable, match=r"could not answer \(501: Not Implemented\)"):
        EndpointEncoder(server.name, pause=lambda seconds: None)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_neither_texts_nor_the_key_follow_a_redirect(server, endpoint, status):
    other = EmbeddingsServer()
    server.answer = lambda body, number: (status, {}, ("Location", f"http://{other.host}/v1/embeddings"))
    with pytest.raises(EncoderUnavailable, match=str(status)):
        endpoint.encode(TEXTS)
    assert other.requests == []
    other.close()


def test_a_server_that_takes_less_at_a_time_gets_less(server, endpoint):
    def at_most_three(body, number):
        return (422, {"error": "batch size > 3"}) if len(body["input"]) > 3 else None

    server.answer = at_most_three
    texts = [f"number {row}" for row in range(20)]
    np.testing.assert_allclose(endpoint.encode(texts), embed(texts), atol=1e-6)


@pytest.mark.parametrize("status", [400, 413, 500])
def test_a_text_that_is_too_long_for_the_server_is_cut_and_keeps_its_instruction(server, pauses, status):
    encoder = EndpointEncoder(server.name, template="Sort by {instruction}: ", pause=pauses.append)

    def short_ones(body, number):
        longest = max(map(len, body["input"]))
        return (status, {"error": "the input is too long"}) if longest > 300 else None

    server.answer = short_ones
    texts = ["word " * 200, "a tram"]
    vectors = encoder.encode(texts, instruction="topic")
    expected = embed(["Sort by topic: " + text for text in (texts[0][:250], texts[1])])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert pauses == []


def test_a_refusal_that_no_shortening_helps_ends_the_attempts(server, endpoint):
    server.answer = lambda body, number: (400, {"error": {"message": "bad day"}})
    with pytest.raises(EncoderUnavailable, match=r"could not answer \(400: bad day\)"):
        endpoint.encode(["word " * 200])
    assert len(server.requests) < 6


def test_a_server_that_knows_one_format_gets_requests_without_its_name(server):
    def plain(body, number):
        if "encoding_format" in body:
            return 400, {"error": {"message": "Unknown field: encoding_format"}}
        return None

    server.answer = plain
    encoder = EndpointEncoder(server.name)
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert ["encoding_format" in body for body in server.requests] == [True, False, False]


def test_a_run_is_cancelled_while_a_busy_server_is_waited_for(server):
    encoder = EndpointEncoder(server.name)
    server.answer = lambda body, number: (429, {})

    def cancel(done, total):
        raise Cancelled("stopped")

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, progress=cancel)
    assert time.perf_counter() - start < 3
    n_sent = len(server.requests)
    time.sleep(1.2)
    assert len(server.requests) == n_sent
