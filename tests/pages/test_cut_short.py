"""Another program cuts mapped files short under the pages: a sentence and a way on, not the app's end."""

import subprocess
import sys

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cuts no mapped file")


def test_a_file_that_is_cut_short_ends_no_app():
    story = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"]
    story.append("tests/support/cut_short.py")
    ended = subprocess.run(story, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stdout
