"""An encoder behind a server: what is sent, and what counts as an answer."""

import base64
import threading
import time

import numpy as np
import pytest

from core.encoders import count_too_long, describe_encoder, host_of, load_encoder
from core.encoders import openai_endpoint as endpoint_module
from core.encoders.openai_endpoint import KEY_VARIABLE, EndpointEncoder, split_endpoint
from core.errors import Cancelled, EncoderUnavailable
from core.utils import is_local
from tests.support.embeddings_server import as_reply, embed

TEXTS = ["the tram was late", "my parcel never came", "a friendly driver", "the tram was late"]


def test_texts_are_sent_and_unit_vectors_come_back(server, endpoint):
    vectors = endpoint.encode(TEXTS)
    assert vectors.shape == (4, endpoint.n_dims) == (4, 48)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors, embed(TEXTS), atol=1e-6)
    assert server.headers[1]["path"] == "/v1/embeddings"
    assert {**server.requests[1], "input": []} == {"model": "words", "input": [], "encoding_format": "float"}
    assert sorted(server.texts) == sorted(set(TEXTS))  # each different text once
    assert endpoint.encode([]).shape == (0, 48)
    for wrong in ([["emotion", "the tram"]], "the tram"):
        with pytest.raises(TypeError, match="texts are"):
            endpoint.encode(wrong)


def test_vectors_of_any_length_are_made_unit(server, endpoint):
    server.answer = lambda body, number: (200, as_reply(7 * embed(body["input"])))
    np.testing.assert_allclose(np.linalg.norm(endpoint.encode(TEXTS), axis=1), 1, atol=1e-6)


def test_before_any_text_only_one_word_is_sent(server):
    loaded = load_encoder(server.name)
    assert [body["input"] for body in server.requests] == [["text"]]
    assert (loaded.name, loaded.host) == (f"words at {server.host}", server.host)


def test_many_texts_go_in_batches_at_a_time_and_come_back_in_order(server, endpoint):
    at_once, most = set(), []

    def slowly(body, number):
        at_once.add(number)
        most.append(len(at_once))
        time.sleep(0.02 * (number % 3))
        at_once.discard(number)

    server.answer = slowly
    texts = [f"number {row}" for row in range(200)]
    reports = []
    vectors = endpoint.encode(texts, progress=lambda *at: reports.append(at))
    np.testing.assert_allclose(vectors, embed(texts), atol=1e-6)
    assert max(len(body["input"]) for body in server.requests) == endpoint_module.MOST_BATCH_TEXTS
    assert max(most) > 1
    assert reports == sorted(reports)
    assert reports[-1] == (200, 200)


def test_answers_are_put_in_order_by_their_index(server, endpoint):
    def in_reverse(body, number):
        reply = as_reply(embed(body["input"]))
        return 200, {"data": reply["data"][::-1]}

    server.answer = in_reverse
    np.testing.assert_allclose(endpoint.encode(TEXTS), embed(TEXTS), atol=1e-6)


def test_answers_without_any_index_are_in_order(server, endpoint):
    server.answer = lambda body, number: (
        200,
        {"data": [{"embedding": vector.tolist()} for vector in embed(body["input"])]},
    )
    np.testing.assert_allclose(endpoint.encode(TEXTS), embed(TEXTS), atol=1e-6)


def test_base64_is_read_too(server, endpoint):
    def encoded(body, number):
        rows = [base64.b64encode(vector.astype("<f4").tobytes()).decode() for vector in embed(body["input"])]
        return 200, {"data": [{"index": row, "embedding": text} for row, text in enumerate(rows)]}

    server.answer = encoded
    np.testing.assert_allclose(endpoint.encode(TEXTS), embed(TEXTS), atol=1e-6)


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
def test_what_is_no_vector_for_each_text_is_refused(server, endpoint, change, said):
    server.answer = changed(change)
    with pytest.raises(EncoderUnavailable, match=f"{server.host} answered with .*{said}"):
        endpoint.encode(TEXTS)
    assert len(server.requests) == 2  # sent once


@pytest.mark.parametrize("content", [b"<html>", b"", [1], {"choices": []}, b"[" * 100_000])
def test_an_answer_in_another_form_is_explained(server, content):
    server.answer = lambda body, number: (200, content)
    with pytest.raises(EncoderUnavailable, match=r"usually ends in /v1\.$"):
        EndpointEncoder(server.name, pause=lambda seconds: None)


def test_a_run_is_cancelled_while_the_server_thinks(server, endpoint):
    go_on = threading.Event()
    server.answer = lambda body, number: go_on.wait(20) and None
    calls = []

    def cancel(done, total):
        calls.append((done, total))
        if len(calls) == 2:
            raise Cancelled("stopped")

    start = time.perf_counter()
    with pytest.raises(Cancelled):
        endpoint.encode([f"number {row}" for row in range(500)], progress=cancel)
    assert time.perf_counter() - start < 3
    assert calls == [(0, 500)] * 2
    n_sent = len(server.requests)
    go_on.set()
    time.sleep(0.1)
    assert len(server.requests) == n_sent  # the rest is never sent


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


def test_provenance_follows_address_and_model(server, endpoint):
    other = EndpointEncoder(server.name.replace("#words", "#others"))
    assert len({endpoint.key, other.key, endpoint.key_for(None)}) == 2
    assert EndpointEncoder(server.name.replace("/v1#", "/v1/#")).key == endpoint.key


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
    with pytest.raises(EncoderUnavailable, match=r"the server at api\.example\.org:8443 is not known"):
        count_too_long(["a"], name)
