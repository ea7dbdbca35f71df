"""Memory that was freed goes back to the system."""

import platform
import subprocess
import sys

import pytest

# Eight threads at a time take 30 MB each, as runs of a page do, and free them.
USE = """
import re, sys, threading
from pathlib import Path
import numpy as np
from core.utils import return_freed_memory

def own_mb():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"RssAnon:\\s*(\\d+)", status)[1]) / 1024

def use():
    arrays = [np.ones(100_000, np.uint8) for _ in range(300)]
    all_at_work.wait()
    arrays.clear()

if sys.argv[1] == "return":
    return_freed_memory()
np.ones(30_000_000, np.uint8)  # freed at once: glibc raises its thresholds
before, all_at_work = own_mb(), threading.Barrier(8)
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(own_mb() - before)
"""


def kept_mb(how):
    result = subprocess.run([sys.executable, "-c", USE, how], capture_output=True, text=True, check=True)
    return float(result.stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have other thresholds")
def test_memory_that_threads_freed_goes_back_to_the_system():
    assert kept_mb("keep") > 180  # of 240: what this is about; where glibc returns it by itself, delete both
    assert kept_mb("return") < 110


GAPS = """
import re, sys, threading
from pathlib import Path
import numpy as np
from core.utils import return_freed_memory, return_gaps

def own_mb():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"RssAnon:\\s*(\\d+)", status)[1]) / 1024

def use():
    kept.append(np.ones(1_000, np.uint8))  # the thread is given its arena
    all_at_work.wait()
    with one_at_a_time:
        arrays = [np.ones(100_000, np.uint8) for _ in range(300)]
        kept.append(arrays.pop())  # in the way of returning the end
        arrays.clear()
    all_at_work.wait()

return_freed_memory(most_arenas=2 if sys.argv[1] == "few" else None)
kept, one_at_a_time = [], threading.Lock()
before, all_at_work = own_mb(), threading.Barrier(8)
threads = [threading.Thread(target=use) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
with_gaps = own_mb() - before
return_gaps()
print(with_gaps, own_mb() - before)
"""


def gaps_mb(how):
    """MB with the gaps, and after they were returned."""
    result = subprocess.run([sys.executable, "-c", GAPS, how], capture_output=True, text=True, check=True)
    return [float(each) for each in result.stdout.split()]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have other arenas")
def test_gaps_are_in_few_arenas_and_are_returned():
    many, returned = gaps_mb("many")
    assert many > 120 and returned < many / 4
    few, returned = gaps_mb("few")
    assert few < many / 2 and returned < 30
