"""Estimates of tokens and seconds."""

from pathlib import Path

import pytest

from core.encoders import (
    SpeedWatch,
    count_tokens,
    count_too_long,
    measure_speed,
    time_first_texts,
)
from tests.conftest import WordEncoder

pytestmark = pytest.mark.model

ROOT = Path(__file__).resolve().parents[3]


def test_too_long_texts_are_counted_by_hand(tiny_model):
    # The default encoder reads 256 tokens: 254 words between two marks.
    texts = ["late " * 254, "late " * 255, "x" * 300, "short", "", "한 " * 100]
    assert count_too_long(texts) == (2, 256)  # a syllable of Hangul is three tokens for it, 302 in all
    assert count_too_long(["late " * 14, "late " * 15], str(tiny_model)) == (1, 16)
    assert count_too_long(["late " * 300, "a"] * 30_000) == (30_000, 256)


def test_equal_texts_are_counted_once_and_long_ones_cut():
    assert count_tokens(["a" * 45, "a" * 45, "b" * 90], 256) == 45 / 4 + 2 + 90 / 4 + 2
    assert count_tokens(["a" * 10**6], 256) == 256
    assert count_tokens(["a" * 40, "b" * 40, "b" * 40], 256, "by what: {input}") == 2 * (10 + 2 + 9 / 4)


def test_costs_are_measured_on_a_few_texts(tiny):
    texts = [f"the tram was late {n}" for n in range(200)]
    few, many = time_first_texts(tiny, texts[:20]), time_first_texts(tiny, texts)
    assert few > 0
    assert 0 < many < 60
    assert time_first_texts(tiny, []) == 0


class Clock:
    """Seconds that pass only where a test says so."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


class SlowEncoder(WordEncoder):
    """Takes a second of the clock for so many texts."""

    def __init__(self, clock, texts_per_second):
        self.clock, self.texts_per_second, self.encoded = clock, texts_per_second, 0

    def encode(self, texts, *, instruction=None, progress=None):
        self.clock.now += len(texts) / self.texts_per_second
        self.encoded += len(texts)
        return super().encode(texts, instruction=instruction, progress=progress)


def test_a_run_shows_its_speed_between_its_first_and_its_last_batch():
    clock, seen = Clock(), []
    watch = SpeedWatch(1_000, lambda *counts: seen.append(counts), clock=clock)
    assert watch.tokens_per_second is None
    for done, now in ((40, 9), (60, 11), (100, 14)):  # 40 of 100 texts were there: an earlier run was stopped
        clock.now = now
        watch(done, 100)
    assert watch.tokens_per_second == pytest.approx(600 / 5) and seen[-1] == (100, 100)


def test_a_run_of_one_batch_shows_its_speed_too():
    clock = Clock()
    watch = SpeedWatch(500, clock=clock)
    clock.now = 2
    watch(10, 10)
    assert watch.tokens_per_second == 250


def test_the_speed_is_measured_on_as_many_texts_as_a_second_allows():
    clock, texts = Clock(), [f"{number:090}" for number in range(112)]
    slow = SlowEncoder(clock, 20)
    speed = measure_speed(slow, texts, clock=clock)
    assert speed == pytest.approx(20 * (90 / 4 + 2)) and slow.encoded <= 1 + 16 + 32
    fast = SlowEncoder(clock, 10_000)
    measure_speed(fast, texts, clock=clock)
    assert fast.encoded == 1 + 112
    assert measure_speed(fast, [], clock=clock) is None


def test_a_pause_does_not_count():
    clock = Clock()

    def pause(done, total):
        clock.now += 100

    watch = SpeedWatch(1_000, pause, clock=clock)
    for done in (50, 100):
        clock.now += 5
        watch(done, 100)
    assert watch.tokens_per_second == pytest.approx(500 / 5)
