"""A small file system in memory, which can be filled to the last byte, where this process may mount one."""

import subprocess
import threading
from contextlib import contextmanager

import pytest

PIECE = 16 * 1024


@contextmanager
def mounted(folder, megabytes=3):
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this process may not mount a file system")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk):
    """Fill a disk to the last byte with one file; return it."""
    path = disk / "filler"
    with path.open("ab", buffering=0) as file:
        try:
            while file.write(bytes(PIECE)):
                pass
        except OSError:
            return path


@contextmanager
def kept_full(disk):
    """Keep a disk full: what another thread frees meanwhile, such as half a file, is used up at once."""
    filler, ended = fill(disk), threading.Event()

    def keep():
        while not ended.wait(0.001):
            fill(disk)

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        filler.unlink()
