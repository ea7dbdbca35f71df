"""Describe an exception without the values that it holds: no text, label, key or file name."""

from __future__ import annotations

import base64
import errno
import hashlib
import re
import sysconfig
import traceback
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).resolve().parents[3]
MIN_CHARACTERS = 4
"""Of a part of a message that is kept: it stands in the code that raised the error, so it is no value."""

MOST_CAUSES, MOST_FRAMES = 8, 60
LEFT_OUT = "…"


def failure_id(error: BaseException) -> str:
    """Return the number of a failure, such as "E-7K3Q9P"; the same place in the code has the same number."""
    places = "\n".join(_places(error))
    digest = hashlib.sha256(f"{type(error).__qualname__}\n{places}".encode()).digest()
    return "E-" + base64.b32encode(digest).decode()[:6]


def describe_failure(error: BaseException) -> str:
    """Return types, places in the code and the constant part of the messages of an error and its causes.

    An exception's message may quote what a person keeps. Only parts that are constants of the code which
    raised it are kept, and the rest is “…”.
    """
    return "\n".join(line for each in _chain(error) for line in [_headline(each), *_places(each)])


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what caused it, the outermost first."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen and len(seen) < MOST_CAUSES:
        seen.add(id(following))
        yield following
        cause, context = following.__cause__, following.__context__
        following = cause or (None if following.__suppress_context__ else context)


def _headline(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, OSError) and error.errno is not None and error.errno in errno.errorcode:
        return f"{name}: {errno.errorcode[error.errno]}"
    code = getattr(error, "sqlite_errorname", None)
    return f"{name}: {code if isinstance(code, str) else _constant_part(error)}"


def _constant_part(error: BaseException) -> str:
    """Return the message with all but the constants of the code that raised it left out."""
    last = None
    for frame, _ in traceback.walk_tb(error.__traceback__):
        last = frame
    try:
        message = str(error)
    except Exception:  # of any type: an exception's own code is not to be relied upon
        return LEFT_OUT
    known = sorted(_constants(last.f_code), key=len, reverse=True) if last is not None else []
    if not known or not message:
        return LEFT_OUT
    kept = re.findall("|".join(map(re.escape, known)), message)
    return LEFT_OUT.join(["", *kept, ""]) if kept else LEFT_OUT


def _constants(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str) and len(constant) >= MIN_CHARACTERS:
            yield constant


def _places(error: BaseException) -> list[str]:
    """Return file, line and function of each frame, the outermost first."""
    places = [
        f"  {_shown(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return places[-MOST_FRAMES:]


@cache
def _shown(file: str) -> str:
    """Return a file of code without the folders of this machine."""
    for folder in (sysconfig.get_path("purelib"), sysconfig.get_path("stdlib"), str(ROOT)):
        if file.startswith(folder):
            return Path(file).relative_to(folder).as_posix()
    return Path(file).name
