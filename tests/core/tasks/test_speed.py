import pytest

from core.tasks import speed
from core.tasks.prepare import prepare
from core.tasks.speed import time_encoder

pytestmark = pytest.mark.model


class Clock:
    """A clock that goes on by a second when it is read, and by an hour in a report."""

    def __init__(self):
        self.now = 0

    def perf_counter(self):
        self.now += 1
        return self.now

    def report(self, stage, done, total):
        self.now += 3_600


def test_a_pause_does_not_count_as_drawing(store, corpus, monkeypatch):
    clock = Clock()
    monkeypatch.setattr(speed, "time", clock)
    store.add_corpus(corpus)
    prepare(store, clock.report, corpus_key=corpus.key, encoder="words")
    assert 0 < store.speeds.drawing_seconds(len(corpus.texts)) < 3_600


def test_an_encoder_is_timed_before_the_first_run(store, corpus):
    assert store.speeds.tokens_per_second("words", 8) is None
    time_encoder(store, lambda *progress: None, encoder="words", texts=speed.texts_to_time(corpus.texts))
    assert store.speeds.tokens_per_second("words", 8) > 0
