"""Several label names that were typed or pasted at once."""

from __future__ import annotations

import re

from ..utils import normal_text
from .importing import name_key

MARKS = '"“”„«»'
QUOTED = rf'[{MARKS}]((?:[^{MARKS}]|"")*)(?:[{MARKS}]\s*(?=[\t,;]|$)|$)'
"""A name in quotation marks, of which the last may be missing at the end of a line."""


def split_names(typed: str) -> list[str]:
    """Return the names in a text: between commas, semicolons, tabs and line breaks, each name once.

    A name in quotation marks keeps its commas: `"late, again", rude` are two names. What is quoted only in
    part, such as `5" pipe`, stays as it is.
    """
    names: dict[str, str] = {}
    for line in typed.splitlines():
        unquoted = re.sub(rf"(?<![^\t,;])[^\S\t]*{QUOTED}", "", line)
        separator = next((sign for sign in "\t,;" if sign in unquoted), ",")
        for quoted, plain in re.findall(rf"\s*(?:{QUOTED}|([^{separator}]*))(?:{separator}|$)", line):
            name = normal_text(quoted.replace('""', '"') or plain)
            if name:
                names.setdefault(name_key(name), name)
    return list(names.values())
