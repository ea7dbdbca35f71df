"""Functions in a child process, and their peak memory."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

from core.errors import Cancelled
from core.utils import (
    ChildProcessEnded,
    ChildProcessFailed,
    LimitReached,
    Limits,
    available_bytes,
    child_process,
    graphics_peak_bytes,
    memory,
    peak_bytes,
    run_in_child,
)
from core.utils.messages import OUT_OF_MEMORY
from tests.support.app_server import ROOT

pytestmark = pytest.mark.model

MODULE = "tests.support.child_functions:"
MEGABYTE = 1_000_000


def silent(stage, done, total):
    pass


def is_running(process):
    try:
        os.kill(process, 0)
    except OSError:
        return False
    return True


def wait_for_end(process, seconds=5.0):
    end = time.monotonic() + seconds
    while is_running(process) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(process)


class TestRun:
    def test_it_returns_the_result_of_another_process(self, monkeypatch):
        monkeypatch.setenv("CHILD_VARIABLE", "a key")
        result = run_in_child(f"{MODULE}double", silent, number=21)
        assert result["twice"] == 42 and result["variable"] == "a key"
        assert result["process"] != os.getpid()
        assert wait_for_end(result["process"])

    def test_progress_is_reported_in_its_order(self):
        reported = []
        run_in_child(f"{MODULE}double", lambda *progress: reported.append(progress), number=1)
        counted = [
            done for stage, done, total in dict.fromkeys(reported) if (stage, total) == ("Counting", 3)
        ]
        assert reported[0] == ("Starting", 0, 1) and counted == [0, 1, 2]

    def test_the_message_of_our_own_errors_is_kept(self):
        with pytest.raises(ChildProcessFailed, match=r"^Two labels are needed: name another\.$"):
            run_in_child(f"{MODULE}fail", silent, kind="sentence")

    def test_an_unexpected_error_is_named(self):
        with pytest.raises(ChildProcessFailed, match=r"unexpected went wrong \(E-\w{6}\)"):
            run_in_child(f"{MODULE}fail", silent, kind="bug")

    @pytest.mark.parametrize("kind", ["memory", "card", "allocator", "windows"])
    def test_lack_of_memory_has_one_message(self, kind):
        with pytest.raises(ChildProcessFailed) as failed:
            run_in_child(f"{MODULE}fail", silent, kind=kind)
        assert str(failed.value) == OUT_OF_MEMORY

    @pytest.mark.skipif(sys.platform == "win32", reason="no such signal")
    def test_a_killed_process_counts_as_out_of_memory(self):
        with pytest.raises(ChildProcessFailed) as failed:
            run_in_child(f"{MODULE}vanish", silent, how="killed")
        assert str(failed.value) == OUT_OF_MEMORY

    def test_a_process_that_ended_without_a_result_is_an_error(self):
        with pytest.raises(ChildProcessFailed, match=r"stopped in the middle \(exit code 3\)"):
            run_in_child(f"{MODULE}vanish", silent, how=3)

    @pytest.mark.skipif(sys.platform != "linux", reason="the limit is Linux's")
    def test_running_out_of_memory_ends_the_child_only(self):
        with pytest.raises(ChildProcessFailed) as failed:
            run_in_child(f"{MODULE}run_out_of_memory", silent, limit=400 * MEGABYTE)
        assert str(failed.value) == OUT_OF_MEMORY


class TestCancel:
    def test_a_process_that_reports_nothing_can_be_cancelled(self):
        seen = []

        def report(stage, done, total):
            if stage.startswith("Sleeping"):
                seen.append(int(stage.split()[-1]))
            if len(seen) == 3:  # called repeatedly though nothing is reported
                raise Cancelled("Stopped.")

        start = time.monotonic()
        with pytest.raises(Cancelled):
            run_in_child(f"{MODULE}sleep", report, seconds=60)
        assert time.monotonic() - start < 10
        assert not is_running(seen[0])

    def test_it_does_not_outlive_its_parent(self):
        code = (
            "from core.utils.child_process import run_in_child\n"
            f"run_in_child('{MODULE}sleep', lambda stage, *_: print(stage, flush=True), seconds=60)\n"
        )
        parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        stage = next(line for line in parent.stdout if line.startswith("Sleeping"))
        child = int(stage.split()[-1])
        assert is_running(child)
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert wait_for_end(child)


class TestLimits:
    limits = Limits(memory=200 * MEGABYTE, seconds=30)

    def test_a_function_below_its_limits_gives_its_result(self):
        n_bytes = 100 * MEGABYTE
        found = run_in_child(
            f"{MODULE}take_memory", silent, limits=self.limits, n_bytes=n_bytes, at_once=True
        )
        assert found == 1

    @pytest.mark.parametrize("n_bytes", [3 * 200 * MEGABYTE, 10**12])  # noticed, and refused by the system
    @pytest.mark.parametrize("at_once", [True, False])
    def test_more_memory_ends_it_and_the_limit_is_named(self, at_once, n_bytes):
        with pytest.raises(LimitReached, match=r"0\.2 GB of memory"):
            run_in_child(f"{MODULE}take_memory", silent, limits=self.limits, n_bytes=n_bytes, at_once=at_once)

    def test_more_time_ends_it_and_the_limit_is_named(self):
        seen = set()
        with pytest.raises(LimitReached, match="1 seconds"):
            run_in_child(
                f"{MODULE}sleep",
                lambda stage, *_: seen.add(stage),
                limits=Limits(memory=10**9, seconds=1),
                seconds=60,
            )
        (process,) = {int(stage.split()[-1]) for stage in seen if stage.startswith("Sleeping")}
        assert not is_running(process)

    def test_sentences_and_sudden_ends_stay_what_they_are(self):
        with pytest.raises(ChildProcessFailed, match=r"^Two labels are needed: name another\.$"):
            run_in_child(f"{MODULE}fail", silent, limits=self.limits, kind="sentence")
        with pytest.raises(ChildProcessEnded):
            run_in_child(f"{MODULE}vanish", silent, limits=self.limits, how=3)

    def test_the_limit_of_a_container_counts(self, monkeypatch, tmp_path):
        assert available_bytes() > 0
        for name, file, words in (
            ("MACHINE_STATUS", "meminfo", "MemTotal: 9000 kB\nMemAvailable: 8000 kB\n"),
            ("GROUP_LIMIT", "max", "3000000\n"),
            ("GROUP_USE", "current", "1000000\n"),
        ):
            (tmp_path / file).write_text(words)
            monkeypatch.setattr(memory, name, tmp_path / file)
        assert available_bytes() == 2_000_000
        (tmp_path / "max").write_text("max\n")
        assert available_bytes() == 8_000 * 1024


class TestPeakMemory:
    def test_it_counts_freed_memory(self):
        before, peak, graphics, torch_loaded = run_in_child(
            f"{MODULE}use_memory", silent, n_bytes=200 * MEGABYTE
        )
        assert 5 * MEGABYTE < before < 150 * MEGABYTE
        assert before + 150 * MEGABYTE < peak < before + 260 * MEGABYTE
        assert graphics == 0 and not torch_loaded

    def test_the_memory_of_the_parent_does_not_count(self):
        block = bytearray(400 * MEGABYTE)
        block[::4096] = b"x" * len(block[::4096])
        assert peak_bytes() > 400 * MEGABYTE
        before, *_ = run_in_child(f"{MODULE}use_memory", silent, n_bytes=1)
        assert before < 150 * MEGABYTE
        del block


def test_linux_ends_the_child_first_when_memory_runs_out():
    if not child_process.OOM_SCORE.exists():
        pytest.skip("only Linux has this setting")
    assert run_in_child(f"{MODULE}read_score", silent) == 1000


def test_memory_of_all_graphics_cards_in_use_counts(monkeypatch):
    cards = SimpleNamespace(
        is_initialized=lambda: True,
        device_count=lambda: 2,
        max_memory_reserved=lambda card: (card + 1) * MEGABYTE,
    )
    accelerator = SimpleNamespace(current_accelerator=lambda check_available: "xpu")
    fake = SimpleNamespace(accelerator=accelerator, get_device_module=lambda device: cards)
    monkeypatch.setitem(sys.modules, "torch", fake)
    assert graphics_peak_bytes() == 3 * MEGABYTE
    cards.is_initialized = lambda: False
    assert graphics_peak_bytes() == 0
