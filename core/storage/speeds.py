"""How fast this machine encodes texts and draws maps, as its own runs showed."""

from __future__ import annotations

import json
import os
import platform
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from ..errors import StoreError
from ..utils import read_checked, write_checked

FILE = "speeds.json"
LENGTHS = (16, 64, 256)
"""Mean tokens of a text that divide short from long texts: short ones take more time a token."""

LEAST_SHARE = 0.3
"""Of the seconds of a known map: one of fewer texts takes at least so much."""


class EncodingSpeed(TypedDict):
    """Tokens a second of an encoder on a device, for texts of a class of length."""

    encoder: str
    device: str
    length: int
    tokens_per_second: float
    measured_at: float


class Drawing(TypedDict):
    """Seconds that neighbours, map and clusters of so many texts took."""

    n_texts: int
    seconds: float


class Measured(TypedDict):
    """Content of the file."""

    machine: str
    encoding: list[EncodingSpeed]
    drawing: Drawing | None
    look: Drawing | None


class Speeds:
    """Speeds measured on this machine, the newest of each kind; kept in one small file of the data folder.

    Speeds of another machine that used the same folder are not returned. A file that cannot be read or
    written changes nothing but the estimates.
    """

    def __init__(self, home: Path, *, clock: Callable[[], float] = time.time) -> None:
        self._path = home / FILE
        self._clock = clock

    def keep_encoding(self, encoder: str, device: str, mean_tokens: float, tokens_per_second: float) -> None:
        """Remember the speed of an encoder on texts of so many tokens on average."""
        known, length = self._read(), _length_class(mean_tokens)
        others = [
            speed
            for speed in known["encoding"]
            if (speed["encoder"], speed["device"], speed["length"]) != (encoder, device, length)
        ]
        new = EncodingSpeed(
            encoder=encoder,
            device=device,
            length=length,
            tokens_per_second=tokens_per_second,
            measured_at=self._clock(),
        )
        self._write({**known, "encoding": [*others, new]})

    def tokens_per_second(self, encoder: str, mean_tokens: float) -> float | None:
        """Return the speed of an encoder on the device it used last, for texts most like these in length.

        None where it was not measured here.
        """
        speeds = [speed for speed in self._read()["encoding"] if speed["encoder"] == encoder]
        if not speeds:
            return None
        device = max(speeds, key=lambda speed: speed["measured_at"])["device"]
        length = _length_class(mean_tokens)
        best = min(
            (speed for speed in speeds if speed["device"] == device),
            key=lambda speed: (abs(speed["length"] - length), -speed["measured_at"]),
        )
        return best["tokens_per_second"]

    def keep_drawing(self, n_texts: int, seconds: float) -> None:
        """Remember how long neighbours, map and clusters took."""
        self._write({**self._read(), "drawing": {"n_texts": n_texts, "seconds": seconds}})

    def drawing_seconds(self, n_texts: int) -> float | None:
        """Return how long neighbours, map and clusters of so many texts take; None before the first map."""
        return _scaled(self._read()["drawing"], n_texts)

    def keep_look(self, n_texts: int, seconds: float) -> None:
        """Remember how long a quick preview took: its vectors, map and clusters."""
        self._write({**self._read(), "look": {"n_texts": n_texts, "seconds": seconds}})

    def look_seconds(self, n_texts: int) -> float | None:
        """Return how long a quick preview of so many texts takes; None before the first."""
        return _scaled(self._read()["look"], n_texts)

    def _read(self) -> Measured:
        machine = f"{platform.node()}, {os.cpu_count()} processors"
        empty = Measured(machine=machine, encoding=[], drawing=None, look=None)
        try:
            found: Measured = json.loads(read_checked(self._path))
            usable = found["machine"] == machine and isinstance(found["encoding"], list)
            return {**empty, **found} if usable else empty
        except (OSError, ValueError, KeyError, TypeError):
            return empty

    def _write(self, measured: Measured) -> None:
        content = json.dumps(measured, ensure_ascii=False).encode()
        with suppress(StoreError):
            write_checked(self._path, lambda file: file.write(content))


def _scaled(known: Drawing | None, n_texts: int) -> float | None:
    if known is None or known["n_texts"] <= 0:
        return None
    return known["seconds"] * max(LEAST_SHARE, n_texts / known["n_texts"])


def _length_class(mean_tokens: float) -> int:
    return sum(mean_tokens > limit for limit in LENGTHS)
