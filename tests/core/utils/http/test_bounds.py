"""A server of the settings may send anything: each answer ends, within its limits of time and size."""

import threading
import time
from dataclasses import replace

import pytest

from core.encoders import openai_endpoint
from core.encoders.openai_endpoint import EndpointEncoder
from core.errors import EncoderUnavailable, LanguageModelError
from core.utils import ReplyTooLong, ServerUnreachable, configured, list_models, peak_bytes
from core.utils.http import RequestRefused, get
from tests.support.rude_server import CHUNK, ENDLESS, OK, RudeServer, drip, endless

KEY = "sk-canary"
MEGABYTE = 2**20


@pytest.fixture(scope="module")
def rude():
    server = RudeServer()
    yield server
    server.close()


def ask(rude, say, *, timeout=0.3, most_bytes=100_000):
    """Ask for something; return the error, and check that it came soon and leaves nothing behind."""
    rude.say, threads, before, start = say, threading.active_count(), peak_bytes(), time.monotonic()
    try:
        with pytest.raises((ServerUnreachable, ReplyTooLong, RequestRefused)) as raised:
            get(f"{rude.url}/v1/models", key=KEY, timeout=timeout, most_bytes=most_bytes)
    finally:
        rude.say = lambda: []
    assert time.monotonic() - start < timeout + 2  # of a busy machine
    assert peak_bytes() - before < 50 * MEGABYTE
    assert rude.left_alone()
    assert threading.active_count() <= threads + 1  # that of the server, which may still be ending
    assert KEY not in str(raised.value) and len(str(raised.value)) < 400 and raised.value.__cause__ is None
    return raised.value


@pytest.mark.parametrize(
    "say",
    [
        lambda: drip(b""),
        lambda: drip(OK + b"X-A: "),
        lambda: drip(OK + b"Content-Length: 5000\r\n\r\n"),
        lambda: drip(ENDLESS, b"1\r\nx\r\n"),
        lambda: drip(ENDLESS + b"0\r\n", b"a: b\r\n"),
        lambda: drip(b"HTTP/1.1 500 No\r\n\r\n"),
    ],
    ids=["status", "header", "body", "chunks", "trailers", "error"],
)
def test_a_byte_now_and_then_does_not_keep_a_request_open(rude, say):
    error = ask(rude, say)
    assert isinstance(error, RequestRefused) or "timed out" in str(error)


@pytest.mark.parametrize(
    "start",
    [
        ENDLESS,
        OK + b"\r\n",
        OK + b"Content-Length: 1000000000000000\r\n\r\n",
        OK + b"Content-Encoding: gzip\r\n\r\n",
    ],
    ids=["chunked", "no length", "a length that lies", "packed"],
)
def test_a_body_without_end_is_refused_at_its_limit(rude, start):
    each = CHUNK if start is ENDLESS else b"x" * 65_536
    error = ask(rude, lambda: endless(start, each), timeout=5.0, most_bytes=MEGABYTE)
    assert isinstance(error, ReplyTooLong) and "1 MB, which is the limit" in str(error)


@pytest.mark.parametrize(
    "say",
    [
        lambda: endless(OK + b"X: ", b"x" * 65_536),
        lambda: endless(OK, b"X: y\r\n"),
        lambda: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        lambda: [b"sk-canary is no status line " * 1_000 + b"\r\n\r\n"],
        lambda: [b"\x00\xff\r\n\r\n"],
        lambda: [OK + b"Content-Length: 10\r\n\r\nhalf"],
        lambda: [ENDLESS + b"ffffffffffffffffff\r\nhalf"],
        lambda: [ENDLESS + b"no number\r\nhalf"],
        lambda: [],
    ],
    ids=[
        "a long header", "headers", "interim answers", "no status", "bytes", "cut", "a long chunk", "a chunk",
        "nothing",
    ],
)  # fmt: skip
def test_what_is_no_answer_ends_in_one_sentence(rude, say):
    assert isinstance(ask(rude, say), ServerUnreachable)


@pytest.mark.parametrize(
    "place", ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://169.254.169.254/", "/again"]
)
def test_no_redirect_is_followed(rude, place):
    error = ask(rude, lambda: [f"HTTP/1.1 302 Found\r\nLocation: {place}\r\n\r\n".encode()])
    assert isinstance(error, RequestRefused) and error.status == 302


def test_answers_of_models_are_sentences_too(rude, monkeypatch):
    """Of language models and encoders: too long, nested without end, half of a character."""
    model = replace(configured({"url": rude.url, "model": "small"}), pause=lambda seconds: None)
    monkeypatch.setattr(
        openai_endpoint, "FIRST_LIMITS", replace(openai_endpoint.FIRST_LIMITS, most_bytes=MEGABYTE)
    )
    name = f"endpoint:{rude.url}#small"
    rude.asked.clear()
    try:
        rude.say = lambda: endless(ENDLESS, CHUNK)
        with pytest.raises(LanguageModelError, match="4 MB, which is the limit") as refused:
            model.complete("Answer.", "a text")
        assert refused.value.permanent
        with pytest.raises(LanguageModelError, match="4 MB, which is the limit"):
            list_models(rude.url)
        with pytest.raises(EncoderUnavailable, match="1 MB, which is the limit"):
            EndpointEncoder(name)
        assert len(rude.asked) == 3  # none is asked again
        rude.say = lambda: [OK + b"\r\n" + b"[" * 200_000]
        with pytest.raises(LanguageModelError, match="chat protocol"):
            model.complete("Answer.", "a text")
        with pytest.raises(LanguageModelError, match="OpenAI protocol"):
            list_models(rude.url)
        with pytest.raises(EncoderUnavailable, match="something else"):
            EndpointEncoder(name)
        rude.say = lambda: [OK + b'\r\n{"choices": [{"message": {"content": "half \\ud83d"}}]}']
        assert model.complete("Answer.", "a text").text == "half ?"
    finally:
        rude.say = lambda: []
