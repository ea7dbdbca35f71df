"""Which way is chosen on which kind of machine; the clock and the speeds are made up."""

import numpy as np
import pytest

from core.encoders.compute import fastest_way, time_ways, ways_on
from core.encoders.compute.timing import ROUNDS, SECONDS

MACHINES = {
    # Seconds of a run, measured where a comment says so, else made up after the processor's manual.
    "AMX": ("cpu", {"plain": 0.3, "packed bfloat16": 0.09, "packed float32": 0.27, "float32": 0.29}),
    "AVX-512 with bfloat16, without AMX": (  # measured
        "cpu",
        {"plain": 0.3, "packed bfloat16": 0.44, "packed float32": 0.26, "float32": 0.28},
    ),
    # Where a product of matrices is slower in bfloat16, it is not tried.
    "AVX2": ("cpu", {"plain": 0.5, "packed float32": 0.44, "float32": 0.48}),
    "nothing gains": ("cpu", {"plain": 0.3, "packed float32": 0.299, "float32": 0.31}),
    "Apple's chip": ("mps", {"plain": 0.2, "float16": 0.05, "bfloat16": None, "float32": 0.09}),
    "CUDA": ("cuda", {"plain": 0.15, "float16": 0.012, "bfloat16": 0.013, "float32": 0.04}),
    "CUDA before bfloat16": ("cuda", {"plain": 0.15, "float16": 0.02, "bfloat16": 0.3, "float32": 0.05}),
    "XPU where float16 overflows": (
        "xpu",
        {"plain": 0.2, "float16": np.nan, "bfloat16": 0.03, "float32": 0.1},
    ),
}
CHOSEN = {
    "AMX": "packed bfloat16",
    "AVX-512 with bfloat16, without AMX": "packed float32",
    "AVX2": "packed float32",
    "nothing gains": "plain",
    "Apple's chip": "float16",
    "CUDA": "float16",
    "CUDA before bfloat16": "float16",
    "XPU where float16 overflows": "bfloat16",
}


class Machine:
    """Runs take the time that is said, on a clock that stands still otherwise."""

    def __init__(self, seconds, first=1.0):
        self.seconds, self.first, self.now, self.runs = seconds, first, 0.0, []

    def clock(self):
        return self.now

    def run(self, way):
        taken = self.seconds[way]
        vectors = np.eye(3, dtype=np.float32)
        if taken is None:
            raise RuntimeError("unsupported number format")
        if np.isnan(taken):
            return vectors * np.float32(np.nan)
        self.now += taken * (self.first if way not in self.runs else 1)
        self.runs.append(way)
        return vectors


@pytest.mark.parametrize("kind", MACHINES)
def test_the_fastest_way_with_equal_vectors_is_chosen(kind):
    device, seconds = MACHINES[kind]
    if device != "cpu":  # on a processor they depend on what torch was built with
        assert [way.name for way in ways_on(device)] == list(seconds)
    machine = Machine(seconds, first=1.5)
    found = time_ways(list(seconds), machine.run, clock=machine.clock)
    assert fastest_way(found, "plain") == CHOSEN[kind]
    assert machine.now <= SECONDS


def test_a_way_with_other_vectors_is_ruled_out():
    machine = Machine({"plain": 0.1, "wrong": 0.01})
    turned = np.roll(np.eye(3, dtype=np.float32), 1, axis=0)

    def run(way):
        vectors = machine.run(way)
        return turned if way == "wrong" else vectors

    assert list(time_ways(["plain", "wrong"], run, clock=machine.clock)) == ["plain"]


def test_ways_take_turns_and_slow_ones_are_left_out():
    machine = Machine({"plain": 0.02, "fast": 0.01, "slow": 0.2})
    time_ways(["plain", "fast", "slow"], machine.run, clock=machine.clock)
    assert machine.runs.count("slow") == 2  # the first run, and a round
    assert machine.runs.count("plain") == machine.runs.count("fast") == ROUNDS + 1


def test_where_time_runs_short_it_stays_plain():
    machine = Machine({"plain": 2.0, "fast": 1.0})
    found = time_ways(["plain", "fast"], machine.run, clock=machine.clock)
    assert list(found) == ["plain"] and machine.now <= SECONDS
    assert fastest_way({}, "plain") == "plain"


def test_a_plain_way_that_fails_is_an_error():
    machine = Machine({"plain": None, "fast": 1.0})
    with pytest.raises(RuntimeError, match="unsupported"):
        time_ways(["plain", "fast"], machine.run, clock=machine.clock)
