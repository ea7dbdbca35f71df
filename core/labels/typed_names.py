"""Several label names that were typed or pasted at once."""

from __future__ import annotations

import csv

from core.labels.importing import name_key
from core.utils import normal_text

QUOTES = str.maketrans("“”„«»", '"' * 5)


def split_names(typed: str) -> list[str]:
    """Return the names in a text: between commas, semicolons, tabs and line breaks, each name once.

    A name in quotation marks keeps its commas: `"late, again", rude` are two names. What is quoted only in
    part, such as `5" pipe`, stays as it is.
    """
    names: dict[str, str] = {}
    for line in typed.splitlines():
        line = line.translate(QUOTES) if any(mark in line for mark in "“”„«»") else line
        separator = next((sign for sign in "\t,;" if sign in line), ",")
        for part in next(csv.reader([line], delimiter=separator, skipinitialspace=True), []):
            name = normal_text(part)
            if name:
                names.setdefault(name_key(name), name)
    return list(names.values())
