"""Speeds that this machine showed."""

import platform

import pytest

from core.storage import Speeds


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1
        return self.now


def test_nothing_is_known_before_the_first_run(tmp_path):
    speeds = Speeds(tmp_path)
    assert speeds.tokens_per_second("mini", 20) is None and speeds.drawing_seconds(100) is None


def test_the_newest_speed_of_texts_of_like_length_counts(tmp_path):
    speeds = Speeds(tmp_path, clock=Clock())
    speeds.keep_encoding("mini", "cpu", 20, 100)
    speeds.keep_encoding("mini", "cpu", 300, 900)
    speeds.keep_encoding("other", "cpu", 20, 5)
    assert speeds.tokens_per_second("mini", 30) == 100
    assert speeds.tokens_per_second("mini", 1_000) == 900
    assert speeds.tokens_per_second("mini", 10) == 100  # the nearest length
    speeds.keep_encoding("mini", "cpu", 20, 50)  # a slower day
    assert Speeds(tmp_path).tokens_per_second("mini", 30) == 50


def test_the_device_used_last_counts(tmp_path):
    speeds = Speeds(tmp_path, clock=Clock())
    speeds.keep_encoding("mini", "cpu", 20, 100)
    speeds.keep_encoding("mini", "cuda", 300, 9_000)
    assert speeds.tokens_per_second("mini", 20) == 9_000


def test_speeds_of_another_machine_are_not_taken_for_this_one(tmp_path, monkeypatch):
    Speeds(tmp_path).keep_encoding("mini", "cpu", 20, 100)
    monkeypatch.setattr(platform, "node", lambda: "elsewhere")
    assert Speeds(tmp_path).tokens_per_second("mini", 20) is None
    Speeds(tmp_path).keep_encoding("mini", "cpu", 20, 7)
    assert Speeds(tmp_path).tokens_per_second("mini", 20) == 7


def test_a_larger_map_takes_longer_and_a_tiny_one_not_nothing(tmp_path):
    speeds = Speeds(tmp_path)
    speeds.keep_drawing(1_000, 10)
    assert speeds.drawing_seconds(3_000) == pytest.approx(30)
    assert 1 < speeds.drawing_seconds(1) < 10


def test_a_damaged_file_or_a_folder_that_cannot_be_written_does_no_harm(tmp_path):
    (tmp_path / "speeds.json").write_bytes(b"\xff{")
    speeds = Speeds(tmp_path)
    assert speeds.tokens_per_second("mini", 20) is None
    speeds.keep_encoding("mini", "cpu", 20, 3)
    assert speeds.tokens_per_second("mini", 20) == 3
    (tmp_path / "file").write_text("")
    Speeds(tmp_path / "file").keep_drawing(5, 5)
