"""A cell of any length comes to an end: one person's file must not hold the server of all."""

import subprocess
import sys

from tests.support import long_cells


def test_long_cells_are_read_to_their_end():
    ended = subprocess.run([sys.executable, "-m", long_cells.__name__], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr[:2_000]
    assert ended.stdout.count("read ") == len(long_cells.CELLS)
