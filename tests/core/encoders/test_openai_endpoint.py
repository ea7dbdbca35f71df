"""An encoder behind a server: what is sent, what counts as an answer, what is said when there is none."""

import base64
import threading
import time
import urllib.request
from dataclasses import replace

import numpy as np
import pytest

from core.encoders import count_too_long, describe_encoder, estimate_seconds, host_of, load_encoder
from core.encoders import openai_endpoint as endpoint_module
from core.encoders.openai_endpoint import (
    FIRST_LIMITS,
    KEY_VARIABLE,
    LIMITS,
    EndpointEncoder,
    split_endpoint,
)
from core.errors import Cancelled, EncoderUnavailable
from core.utils import http_client, is_local
from tests.support.embeddings_server import EmbeddingsServer, as_reply, embed

TEXTS = ["the tram was late", "my parcel never came", "a friendly driver", "the tram was late"]


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    server = EmbeddingsServer()
    yield server
    server.close()


@pytest.fixture
def pauses():
    return []


@pytest.fixture
def encoder(server, pauses):
    return EndpointEncoder(server.name, pause=pauses.append)


def test_texts_are_sent_and_unit_vectors_come_back(server, encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (4, encoder.n_dims) == (4, 48)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, embed(TEXTS), atol=1e-6)
    assert server.headers[1]["path"] == "/v1/embeddings"
    assert {**server.requests[1], "input": []} == {"model": "words", "input": [], "encoding_format": "float"}
    assert sorted(server.texts) == sorted(set(TEXTS))  # each different text once
    assert encoder.encode([]).shape == (0, 48)
    for wrong in ([["emotion", "the tram"]], "the tram"):
        with pytest.raises(TypeError, match="texts are"):
            encoder.encode(wrong)


def test_vectors_of_any_length_are_made_unit(server, encoder):
    server.answer = lambda body, number: (200, as_reply(7 * embed(body["input"])))
    np.testing.assert_allclose(np.linalg.norm(encoder.encode(TEXTS), axis=1), 1, atol=1e-6)


def test_before_any_text_only_one_word_is_sent(server):
    loaded = load_encoder(server.name)
    assert [body["input"] for body in server.requests] == [["text"]]
    assert (loaded.name, loaded.host) == (f"words at {server.host}", server.host)


def test_many_texts_go_in_batches_at_a_time_and_come_back_in_order(server, encoder):
    at_once, most = set(), []

    def slowly(body, number):
        at_once.add(number)
        most.append(len(at_once))
        time.sleep(0.02 * (number % 3))
        at_once.discard(number)

    server.answer = slowly
    texts = [f"number {row}" for row in range(200)]
    reports = []
    vectors = encoder.encode(texts, progress=lambda *at: reports.append(at))
    np.testing.assert_allclose(vectors, embed(texts), atol=1e-6)
    assert max(len(body["input"]) for body in server.requests) == endpoint_module.MOST_BATCH_TEXTS
    assert max(most) > 1
    assert reports == sorted(reports)
    assert reports[-1] == (200, 200)


def test_answers_are_put_in_order_by_their_index(server, encoder):
    def shuffled(body, number):
        reply = as_reply(embed(body["input"]))
        return 200, {"data": reply["data"][::-1]}

    server.answer = shuffled
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)


def test_answers_without_any_index_are_in_order(server, encoder):
    server.answer = lambda body, number: (
        200,
        {"data": [{"embedding": vector.tolist()} for vector in embed(body["input"])]},
    )
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)


def test_base64_is_read_too(server, encoder):
    def encoded(body, number):
        rows = [base64.b64encode(vector.astype("<f4").tobytes()).decode() for vector in embed(body["input"])]
        return 200, {"data": [{"index": row, "embedding": text} for row, text in enumerate(rows)]}

    server.answer = encoded
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)


def changed(change):
    """An answer in which the vectors (n, 48) became something else."""

    def answer(body, number):
        data = as_reply(embed(body["input"]))["data"]
        return 200, {"data": change(data)}

    return answer


def without_index(data):
    return [{**item, "index": 0} for item in data]


def put(value):
    return lambda data: [{**data[0], "embedding": value}, *data[1:]]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[:-1], "2 vectors for 3 texts"),
        (lambda data: [*data, data[0]], "4 vectors for 3 texts"),
        (without_index, "do not say of which text"),
        (put([1.0, 2.0]), "a vector of 2 numbers where 48 are needed"),
        (put([]), "a vector of 0 numbers where 48 are needed"),
        (put([float("nan")] * 48), "that are no numbers"),
        (put([None] * 48), "that are no numbers"),
        (put("not base64!"), "something else"),
        (put({"a": 1}), "something else"),
        (put([10**400] * 48), "something else"),
        (lambda data: [{**item, "index": float(item["index"])} for item in data], "do not say of which text"),
        (lambda data: [{**item, "index": [0]} for item in data], "do not say of which text"),
        (lambda data: "no list", "something else"),
        (lambda data: None, "something else"),
    ],
)
def test_what_is_no_vector_for_each_text_is_refused(server, encoder, change, said):
    server.answer = changed(change)
    with pytest.raises(EncoderUnavailable, match=f"{server.host} answered with .*{said}"):
        encoder.encode(TEXTS)
    assert len(server.requests) == 2  # asked once


@pytest.mark.parametrize("content", [b"<html>", b"", [1], {"choices": []}, b"[" * 100_000])
def test_an_answer_in_another_form_is_explained(server, content):
    server.answer = lambda body, number: (200, content)
    with pytest.raises(EncoderUnavailable, match=r"usually ends in /v1\.$"):
        EndpointEncoder(server.name, pause=lambda seconds: None)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
def test_a_busy_server_is_asked_again_with_growing_pauses(server, encoder, pauses, status):
    server.answer = lambda body, number: (status, {"error": "busy"}) if number in (2, 3, 4) else None
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert pauses == [1, 2, 4]


def test_a_server_says_how_long_to_wait(server, encoder, pauses):
    def answer(body, number):
        asked = {2: "7", 3: "9999", 4: "Wed, 21 Oct 2026 07:28:00 GMT"}.get(number)
        return (429, {}, ("Retry-After", asked)) if asked else None

    server.answer = answer
    encoder.encode(TEXTS)
    assert pauses == [7, LIMITS.longest_pause, 4]
    assert http_client.retry_seconds(3, "nan") == http_client.retry_seconds(3, "inf") == 4


def test_a_server_that_stays_busy_is_given_up(server, encoder, pauses):
    server.answer = lambda body, number: (429, {"error": {"message": "no quota"}})
    with pytest.raises(
        EncoderUnavailable, match=r"accepts no more texts for now \(no quota\): try again later"
    ):
        encoder.encode(TEXTS)
    assert (len(server.requests) - 1, len(pauses)) == (LIMITS.attempts, LIMITS.attempts - 1)
    server.requests.clear()
    with pytest.raises(EncoderUnavailable, match="no quota"):
        EndpointEncoder(server.name, pause=pauses.append)
    assert len(server.requests) == FIRST_LIMITS.attempts


@pytest.mark.parametrize("how", ["short", "half a text"])
def test_an_answer_cut_off_in_the_middle_is_asked_for_again(server, encoder, pauses, how):
    def cut(body, number):
        if number > 3:
            return None
        if how == "short":
            return 200, b'{"data": [', ("Content-Length", "5000")
        return 200, b'{"data": [{"index": 0, "emb'

    server.answer = cut
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert pauses == [1, 2]
    server.answer = lambda body, number: (200, b'{"data": [')
    with pytest.raises(
        EncoderUnavailable, match=r"No answer from .* \(its answer was cut off in the middle\)"
    ):
        encoder.encode(TEXTS)


def test_a_server_that_is_not_there_is_said_so():
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
    with pytest.raises(EncoderUnavailable, match=f"{KEY_VARIABLE} holds signs that no key has") as caught:
        EndpointEncoder(server.name)
    assert "secret" not in str(caught.value)
    assert server.requests == []


def test_a_server_on_this_machine_is_asked_without_a_proxy(server, monkeypatch):
    proxy = EmbeddingsServer()
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://{proxy.host}")
    monkeypatch.setattr(http_client, "_OPENER", urllib.request.build_opener(http_client._NoRedirect))
    EndpointEncoder(server.name).encode(TEXTS)
    assert len(server.requests) == 2 and not proxy.requests
    proxy.close()


def test_a_refusal_that_is_cut_off_is_a_refusal(server):
    broken = b"5\r\nhello\r\nff\r\nnot so much"  # of a server that falls over while it explains
    server.answer = lambda body, number: (501, broken, ("Transfer-Encoding", "chunked"))
    with pytest.raises(EncoderUnavailable, match=r"could not answer \(501: Not Implemented\)"):
        EndpointEncoder(server.name, pause=lambda seconds: None)


@pytest.mark.parametrize("status", [301, 302, 307])
def test_neither_texts_nor_the_key_follow_a_redirect(server, encoder, status):
    other = EmbeddingsServer()
    server.answer = lambda body, number: (status, {}, ("Location", f"http://{other.host}/v1/embeddings"))
    with pytest.raises(EncoderUnavailable, match=str(status)):
        encoder.encode(TEXTS)
    assert other.requests == []
    other.close()


def test_a_server_that_takes_less_at_a_time_gets_less(server, encoder):
    def at_most_three(body, number):
        return (422, {"error": "batch size > 3"}) if len(body["input"]) > 3 else None

    server.answer = at_most_three
    texts = [f"number {row}" for row in range(20)]
    np.testing.assert_allclose(encoder.encode(texts), embed(texts), atol=1e-6)


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


def test_a_refusal_that_no_shortening_helps_is_said_once(server, encoder):
    server.answer = lambda body, number: (400, {"error": {"message": "bad day"}})
    with pytest.raises(EncoderUnavailable, match=r"could not answer \(400: bad day\)"):
        encoder.encode(["word " * 200])
    assert len(server.requests) < 6


def test_a_server_that_knows_one_format_is_asked_without_naming_it(server):
    def plain(body, number):
        if "encoding_format" in body:
            return 400, {"error": {"message": "Unknown field: encoding_format"}}
        return None

    server.answer = plain
    encoder = EndpointEncoder(server.name)
    np.testing.assert_allclose(encoder.encode(TEXTS), embed(TEXTS), atol=1e-6)
    assert ["encoding_format" in body for body in server.requests] == [True, False, False]


def test_a_run_is_cancelled_while_the_server_thinks(server, encoder):
    go_on = threading.Event()
    server.answer = lambda body, number: go_on.wait(20) and None
    calls = []

    def cancel(done, total):
        calls.append((done, total))
        if len(calls) == 2:
            raise Cancelled("stopped")

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        encoder.encode([f"number {row}" for row in range(500)], progress=cancel)
    assert time.perf_counter() - start < 3
    assert calls == [(0, 500)] * 2
    n_asked = len(server.requests)
    go_on.set()
    time.sleep(0.1)
    assert len(server.requests) == n_asked  # the rest is never sent


def test_a_run_is_cancelled_while_a_busy_server_is_waited_for(server):
    encoder = EndpointEncoder(server.name)
    server.answer = lambda body, number: (429, {})

    def cancel(done, total):
        raise Cancelled("stopped")

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        encoder.encode(TEXTS, progress=cancel)
    assert time.perf_counter() - start < 3
    n_asked = len(server.requests)
    time.sleep(1.2)
    assert len(server.requests) == n_asked


def test_instructions_are_worded_as_the_model_knows_or_as_chosen(server):
    address = server.name.partition("#")[0]
    known = EndpointEncoder(f"{address}#Qwen3-Embedding:0.6b")
    assert known.prompt_for("emotion") == "Instruct: emotion\nQuery:"
    known.encode(["the tram"], instruction="emotion")
    assert server.requests[-1]["input"] == ["Instruct: emotion\nQuery:the tram"]
    assert known.key_for("emotion") != known.key_for("topic") != known.key == known.key_for(None)
    fixed = EndpointEncoder(f"{address}#nomic-embed-text:latest")
    assert (fixed.follows_instructions, fixed.prompt_for("clustering")) == ("fixed tasks", "clustering: ")
    plain = EndpointEncoder(server.name)
    assert plain.follows_instructions == "no"
    with pytest.raises(EncoderUnavailable, match="follows no instructions"):
        plain.encode(TEXTS, instruction="emotion")
    chosen = EndpointEncoder(server.name, template="{instruction}: ")
    assert chosen.prompt_for("emotion") == "emotion: "
    with pytest.raises(EncoderUnavailable, match="no place for the instruction"):
        EndpointEncoder(server.name, template="Represent:")


def test_provenance_follows_address_and_model(server, encoder):
    other = EndpointEncoder(server.name.replace("#words", "#others"))
    assert len({encoder.key, other.key, encoder.key_for(None)}) == 2
    assert EndpointEncoder(server.name.replace("/v1#", "/v1/#")).key == encoder.key


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("endpoint:ftp://host/v1#model", "is no address of an embeddings server"),
        ("endpoint:host/v1#model", "is no address"),
        ("endpoint:http://#model", "is no address"),
        ("endpoint:http://host:port/v1#model", "is no address"),
        ("endpoint:http://host/v1?key=secret#model", "is no address"),
        ("endpoint:http://a host/v1#model", "is no address"),
        ("endpoint:http://host/v1", "names no model"),
        ("endpoint:http://ada:secret@host/v1#model", f"take it out, and set {KEY_VARIABLE}"),
    ],
)
def test_what_is_no_address_is_refused_before_anything_is_sent(name, said):
    with pytest.raises(EncoderUnavailable, match=said):
        split_endpoint(name)
    with pytest.raises(EncoderUnavailable, match=said):
        load_encoder(name)
    assert host_of(name) is None
    assert not describe_encoder(name).on_this_machine


def test_a_password_in_an_address_is_not_shown():
    with pytest.raises(EncoderUnavailable) as caught:
        split_endpoint("endpoint:http://ada:secret@host/v1#model")
    assert "secret" not in str(caught.value)


def test_where_texts_go_is_known_before_they_are_sent():
    name = "endpoint:https://api.example.org:8443/v1#small"
    assert host_of(name) == "api.example.org:8443"
    assert host_of("all-MiniLM-L6-v2") is None
    assert not describe_encoder(name).on_this_machine
    assert describe_encoder("endpoint:http://127.0.0.1:8080/v1#small").on_this_machine
    assert [
        is_local(host) for host in ("localhost", "[::1]:80", "127.0.0.1.example.org", "localhostess")
    ] == [
        True,
        True,
        False,
        False,
    ]
    assert estimate_seconds(["a", "a", "b"], name) == 1
    assert estimate_seconds([str(row) for row in range(5_000)], name) == 50
    with pytest.raises(EncoderUnavailable, match=r"the server at api\.example\.org:8443 is not known"):
        count_too_long(["a"], name)
