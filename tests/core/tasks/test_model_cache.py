"""Encoders that stay in memory: which, for how long, and who waits for whom."""

import os
import threading

import pytest

from core.tasks import NUMBA, load_warm_encoder, model_cache


@pytest.fixture
def loaded(monkeypatch):
    """Names that were loaded, in their order."""
    names = []

    def load(name, *, template):
        names.append(name)
        return object()

    monkeypatch.setattr(model_cache, "load_encoder", load)
    model_cache.forget()
    yield names
    model_cache.forget()


def test_the_two_used_last_stay(loaded):
    first = load_warm_encoder("a")
    load_warm_encoder("b")
    assert load_warm_encoder("a") is first
    load_warm_encoder("c")  # b was used before a
    assert load_warm_encoder("a") is first
    load_warm_encoder("b")
    assert loaded == ["a", "b", "c", "b"]


def test_another_template_is_another_encoder(loaded):
    assert load_warm_encoder("a", "{instruction}:") is not load_warm_encoder("a")
    assert loaded == ["a", "a"]


def test_a_model_that_was_trained_further_is_loaded_again(loaded, tmp_path):
    (tmp_path / "config.json").write_text("{}")
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"before")
    before = load_warm_encoder(str(tmp_path))
    assert load_warm_encoder(str(tmp_path)) is before
    weights.write_bytes(b"after")
    os.utime(weights, (1, 1))
    assert load_warm_encoder(str(tmp_path)) is not before


def test_what_is_there_does_not_wait_for_what_is_fetched(loaded, monkeypatch):
    there, fetching, go_on = load_warm_encoder("there"), threading.Event(), threading.Event()

    def fetch(name, *, template):
        fetching.set()
        go_on.wait(10)
        return object()

    monkeypatch.setattr(model_cache, "load_encoder", fetch)
    thread = threading.Thread(target=load_warm_encoder, args=["far away"])
    thread.start()
    assert fetching.wait(10)
    found = []
    asking = threading.Thread(target=lambda: found.append(load_warm_encoder("there")), daemon=True)
    asking.start()
    asking.join(5)
    assert found == [there]
    go_on.set()
    thread.join(10)


def test_asked_twice_at_once_it_is_loaded_once(monkeypatch):
    together, names = threading.Barrier(2), []

    def load(name, *, template):
        names.append(name)
        return object()

    def ask():
        together.wait(10)
        load_warm_encoder("a")

    monkeypatch.setattr(model_cache, "load_encoder", load)
    model_cache.forget()
    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    model_cache.forget()
    assert names == ["a"]


def test_a_task_that_runs_while_another_is_paused_may_enter_numba():
    with NUMBA:
        assert NUMBA.acquire(timeout=5)
        NUMBA.release()
