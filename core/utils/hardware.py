"""What this machine computes with, and what turned out to be fastest on it."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import TypedDict

from ..errors import StoreError
from .files import data_home, read_checked, write_checked
from .hashing import content_key

CHOICES_FILE = "choices.json"
MOST_CHOICES = 200
"""Choices that are kept in the file: the oldest ones go first."""

ROUNDS = 5
PRODUCT = (512, 384, 4_096)
"""Shape of the matrix product that is timed: about 10 ms in float32 on one core."""

LEAST_GAIN = 1.05
"""By which another number format than float32 has to be faster."""


PASSIVE_WAIT = {"OMP_WAIT_POLICY": "PASSIVE", "OPENBLAS_THREAD_TIMEOUT": "1"}
"""Environment in which waiting threads sleep instead of spinning, for before the libraries are loaded: a Fit
beside a busy browser ends 0.8 s sooner."""


class Choice(TypedDict):
    """What was chosen on a machine, and the seconds that each candidate took."""

    machine: str
    question: str
    answer: str
    seconds: dict[str, float]


def default_device() -> str:
    """Return the device that models compute on: "cuda", "mps", "xpu" or another accelerator, else "cpu"."""
    import torch

    found = torch.accelerator.current_accelerator(check_available=True)
    return "cpu" if found is None else found.type


@cache
def machine_key() -> str:
    """Return a key of what speeds depend on: processor, cores, accelerator and torch version.

    Equal machines that share a data folder have one key.
    """
    import torch

    device = default_device()
    with suppress(Exception):  # a device module without names
        device = torch.get_device_module(device).get_device_name()
    processor = (platform.system(), platform.machine(), platform.processor(), torch.cpu.get_capabilities())
    return content_key(
        "machine", repr(processor), os.cpu_count(), torch.get_num_threads(), device, torch.__version__
    )


def find_choice(question: str) -> Choice | None:
    """Return what was chosen on this machine earlier; None where it was not."""
    machine = machine_key()
    return next((one for one in _read() if (one["machine"], one["question"]) == (machine, question)), None)


def keep_choice(question: str, answer: str, seconds: Mapping[str, float]) -> None:
    """Remember a choice for this machine, in a small file of the data folder.

    A file that cannot be read or written changes nothing: the choice is then made again.
    """
    machine = machine_key()
    others = [one for one in _read() if (one["machine"], one["question"]) != (machine, question)]
    new = Choice(machine=machine, question=question, answer=answer, seconds=dict(seconds))
    content = json.dumps([*others, new][-MOST_CHOICES:], indent=1).encode()
    with suppress(StoreError):
        write_checked(data_home() / CHOICES_FILE, lambda file: file.write(content))


@cache
def bfloat16_is_faster() -> bool:
    """Return whether the processor multiplies matrices faster in bfloat16 than in float32; timed once.

    A flag of the processor does not tell: with AMX a product takes a third of the time, with AVX-512
    instructions for bfloat16 alone 1.6 times as long.
    """
    question = "product of matrices"
    kept = find_choice(question)
    if kept is None:
        seconds = _time_products()
        answer = "bfloat16" if seconds["bfloat16"] * LEAST_GAIN < seconds["float32"] else "float32"
        keep_choice(question, answer, seconds)
        return answer == "bfloat16"
    return kept["answer"] == "bfloat16"


def _time_products() -> dict[str, float]:
    """Return the least seconds of a matrix product in either number format; the two take turns."""
    import torch

    n_rows, n_inner, n_columns = PRODUCT
    seconds: dict[str, float] = {}
    for _ in range(ROUNDS):
        for name in ("float32", "bfloat16"):
            number_format = getattr(torch, name)
            left = torch.ones(n_rows, n_inner, dtype=number_format)
            right = torch.ones(n_inner, n_columns, dtype=number_format)
            start = time.perf_counter()
            torch.mm(left, right)
            taken = time.perf_counter() - start
            seconds[name] = min(taken, seconds.get(name, taken))
    return seconds


def _read() -> list[Choice]:
    try:
        found = json.loads(read_checked(data_home() / CHOICES_FILE))
        return [one for one in found if one.keys() == Choice.__annotations__.keys()]
    except (OSError, ValueError, TypeError, AttributeError):
        return []
