"""One reader that is fuzzed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes
    ----------
    read : callable
        Reads bytes; anything but a `RefractError` that it raises is a finding.
    seeds : list of bytes
    in_child : bool
        Whether the app always reads this format in a child process with limits, so that a crash of a
        library, or memory and time without end, end in a sentence there.
    """

    read: Callable[[bytes], None]
    seeds: list[bytes]
    in_child: bool = False
