"""The fuzzer runs, counts its inputs, and tells what a reader does not survive."""

import importlib.util
import subprocess
import sys

import pytest

from benchmarks import fuzz
from benchmarks.fuzz import child, targets

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        importlib.util.find_spec("atheris") is None,
        reason="atheris is for Linux, and its pinned version for Python below 3.14",
    ),
]


def test_every_target_reads_its_own_seeds():
    from core.errors import RefractError

    for target in targets.make_targets().values():
        for seed in target.seeds:
            try:
                target.read(seed)
            except RefractError as error:
                assert ": " in str(error)


def test_a_reader_is_fuzzed_by_its_coverage(tmp_path):
    result = fuzz.run(4, ["json_lines"], keep=tmp_path)
    assert result.inputs > 2 and result.counts == {"json_lines": result.inputs}
    assert result.crashes == 0 and not result.findings


def test_readers_that_raise_end_their_process_or_hang_are_seen():
    result = fuzz.run(10, module="tests.support.careless_readers", longest=1)
    found = {finding.target: finding for finding in result.findings}
    assert set(found) == {"stumbles", "ends", "hangs", "ends in a child", "memory in a child"}
    assert "ValueError" in found["stumbles"].error and "9" in found["ends"].error
    assert "no end" in found["hangs"].error
    contained = [finding for finding in result.findings if finding.contained]
    assert {finding.target for finding in contained} == {"ends in a child", "memory in a child"}
    assert result.crashes == len(result.findings) - len(contained) >= 3
    assert all(result.counts.values())


LARGE_PARENT = """
import subprocess, sys
filled = b"x" * (400 << 20)
subprocess.run([sys.executable, "-c", sys.argv[1]], check=True)
"""
PEAK = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"


@pytest.mark.parametrize("forgets", [False, True])
def test_the_memory_of_the_process_that_starts_it_does_not_count(forgets):
    forget = f"from {child.__name__} import forget_memory_of_parent; forget_memory_of_parent(); "
    code = forget + PEAK if forgets else PEAK
    ended = subprocess.run([sys.executable, "-c", LARGE_PARENT, code], check=True, capture_output=True)
    assert (int(ended.stdout) < 300 << 10) == forgets  # kilobytes
