"""Readers with faults: a fuzzer must see each of them."""

import os

from benchmarks.fuzz.target import Target


def stumble(content):
    """Raise an error that no reader may raise."""
    raise ValueError("not a sentence")


def end_process(content):
    """End the process, as a library that crashes."""
    os._exit(9)


def hang(content):
    """Never come back."""
    while True:
        pass


def take_memory(content):
    """Need more memory than there is."""
    raise MemoryError


def make_targets():
    """Return the readers by name."""
    seeds = [b"text"]
    return {
        "stumbles": Target(stumble, seeds),
        "ends": Target(end_process, seeds),
        "hangs": Target(hang, seeds),
        "ends in a child": Target(end_process, seeds, in_child=True),
        "memory in a child": Target(take_memory, seeds, in_child=True),
    }
