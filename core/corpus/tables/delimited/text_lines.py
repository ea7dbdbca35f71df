"""The lines of a file, whose ends may be written in several ways."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ..text_encoding import TextEncoding
from .dialect import lone_returns_are_text, split_sep_line

SAMPLE_CHARACTERS = 2**18
LONE_RETURN = "\ufdd1"
"""Stands for a carriage return inside a value while the rows are cut; no character of any text."""

LEAST_DOUBLED = 0.5
"""Share of the line ends that have two carriage returns, by mistake, from which they are one."""


@dataclass(frozen=True)
class TextLines:
    """Text of a file, of which the lines are read again for each dialect that is tried.

    Attributes
    ----------
    encoding : TextEncoding
    content : bytes
    sample : str
        The beginning, with the line ends as `lines` has them.
    whole : bool
        Whether the sample is the whole file.
    has_lone_returns : bool
        Whether values hold carriage returns; `LONE_RETURN` stands for them.
    has_doubled_ends : bool
        Whether lines end in two carriage returns and a line feed, which are read as one line end.
    """

    encoding: TextEncoding
    content: bytes
    sample: str
    whole: bool
    has_lone_returns: bool
    has_doubled_ends: bool

    @classmethod
    def open(cls, encoding: TextEncoding, content: bytes) -> TextLines:
        """Read the sample of a file, and find its line ends."""
        with encoding.open(content) as file:
            sample = file.read(SAMPLE_CHARACTERS + 1)
        whole = len(sample) <= SAMPLE_CHARACTERS
        sample = sample[:SAMPLE_CHARACTERS]
        doubled = sample.count("\r\r\n") > LEAST_DOUBLED * sample.count("\n")
        lone = doubled or (_has_lone_return(encoding, content) and lone_returns_are_text(sample))
        text = cls(encoding, content, sample, whole, lone, doubled)
        return cls(encoding, content, text._usual(sample), whole, lone, doubled)

    @property
    def sample_below_sep(self) -> str:
        """The sample without a `sep=` line."""
        return self.sample[split_sep_line(self.sample)[1] :]

    def lines(self) -> Iterator[str]:
        """Yield the lines below a `sep=` line, with their ends."""
        skipped = self.first_line - 1
        if self.has_lone_returns:
            text = self._usual(self.encoding.decode(self.content))
            yield from islice(io.StringIO(text, newline=""), skipped, None)
            return
        with self.encoding.open(self.content) as file:
            yield from islice(file, skipped, None)

    def sample_lines(self) -> list[str]:
        """Return the lines of the sample but for the last one, which may be cut."""
        lines = io.StringIO(self.sample_below_sep, newline="").readlines()
        return lines if self.whole else lines[:-1]

    @property
    def first_line(self) -> int:
        """Number of the first line that `lines` yields."""
        return 2 if split_sep_line(self.sample)[1] else 1

    def _usual(self, text: str) -> str:
        if self.has_doubled_ends:
            text = text.replace("\r\r\n", "\r\n")
        return re.sub("\r(?!\n)", LONE_RETURN, text) if self.has_lone_returns else text


def _has_lone_return(encoding: TextEncoding, content: bytes) -> bool:
    if b"\r" not in content:
        return False
    if encoding.codec.startswith(("utf-16", "utf_16", "utf-32", "utf_32")):
        return re.search("\r(?!\n)", encoding.decode(content)) is not None
    return content.count(b"\r") > content.count(b"\r\n")
