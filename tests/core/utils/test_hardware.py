"""What this machine computes with."""

from types import SimpleNamespace

import pytest
import torch

from core.utils import bfloat16_is_faster, default_device, find_choice, hardware, keep_choice


@pytest.fixture(autouse=True)
def data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))


@pytest.mark.parametrize("kind", ["cuda", "mps", "xpu", None])
def test_models_compute_on_the_accelerator_if_there_is_one(kind, monkeypatch):
    found = SimpleNamespace(type=kind) if kind else None
    monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda check_available=False: found)
    assert default_device() == (kind or "cpu")


@pytest.mark.parametrize(("rounded", "faster"), [(0.3, True), (1.6, False), (0.99, False)])
def test_bfloat16_is_used_where_it_is_measured_to_be_faster(rounded, faster, monkeypatch):
    calls = []

    def time_products():
        calls.append(1)
        return {"float32": 1.0, "bfloat16": rounded}

    monkeypatch.setattr(hardware, "_time_products", time_products)
    for _ in range(2):  # the second finds what the first kept
        assert bfloat16_is_faster.__wrapped__() is faster
    assert calls == [1]


def test_both_number_formats_are_timed():
    seconds = hardware._time_products()
    assert set(seconds) == {"float32", "bfloat16"} and min(seconds.values()) > 0


def test_the_newest_choice_of_this_machine_counts(monkeypatch):
    assert find_choice("way") is None
    keep_choice("way", "a", {"a": 1.0})
    keep_choice("way", "b", {"a": 2.0, "b": 1.0})
    found = find_choice("way")
    assert (found["answer"], found["seconds"]) == ("b", {"a": 2.0, "b": 1.0})
    monkeypatch.setattr(hardware, "machine_key", lambda: "another")
    assert find_choice("way") is None
    keep_choice("way", "c", {})
    assert find_choice("way")["answer"] == "c"
