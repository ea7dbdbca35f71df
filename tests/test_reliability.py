"""The document about reliability has the counts of the last run, and names tests that exist."""

import re

from benchmarks.reliability import BEGIN, DOCUMENT, END, counts_table
from tests.conftest import ROOT


def test_counts_are_those_of_the_results():
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.split(BEGIN)[1].split(END)[0].strip() == counts_table()


def test_every_file_that_is_named_exists():
    text = DOCUMENT.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:tests|benchmarks|core|pages|docs|deploy)/[\w/.-]+)`", text))
    assert len(named) > 10
    assert not [name for name in named if not (ROOT / name).exists()]
