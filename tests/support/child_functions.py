"""Functions that the tests run in a process of their own."""

import os
import signal
import sys
import time

from core.errors import LabelError
from core.utils import graphics_peak_bytes, peak_bytes


def double(report, number):
    for done in range(3):
        report("Counting", done, 3)
    sys.stdout.write("said by a library\n")
    return {"twice": 2 * number, "process": os.getpid(), "variable": os.environ.get("CHILD_VARIABLE")}


def fail(report, kind):
    if kind == "sentence":
        raise LabelError("Two labels are needed: name another.")
    raise {
        "bug": KeyError("nobody"),
        "memory": MemoryError(),
        "card": RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        "allocator": RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"),
        "windows": RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 8 bytes."),
    }[kind]


def vanish(report, how):
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    sys.stderr.flush()
    os._exit(how)


def sleep(report, seconds):
    report(f"Sleeping as {os.getpid()}", 0, 1)
    time.sleep(seconds)


def use_memory(report, n_bytes):
    before = peak_bytes()
    block = bytearray(n_bytes)
    block[::4096] = b"x" * len(block[::4096])
    del block
    return [before, peak_bytes(), graphics_peak_bytes(), "torch" in sys.modules]


def run_out_of_memory(report, limit):
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    return len(bytearray(4 * limit))


def read_score(report):
    with open("/proc/self/oom_score_adj") as file:
        return int(file.read())


def take_memory(report, n_bytes, at_once):
    report("Taking memory", 0, 1)
    blocks = []
    while True:
        size = n_bytes if at_once else 2**20
        blocks.append(bytearray(size))
        blocks[-1][::4096] = b"x" * len(blocks[-1][::4096])
        if len(blocks) * size >= n_bytes:
            time.sleep(1)  # so that it is noticed, however fast the machine
            return len(blocks)
