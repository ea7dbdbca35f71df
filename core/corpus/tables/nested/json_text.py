"""Parse the text of a JSON file: one document, JSON Lines, concatenated documents, a script's array."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import dataclass, field

from ....errors import CorpusError

GAP = re.compile(r"[\s,;\ufeff]*")
"""Between two documents: white space, and what joins the parts of a list or of a script."""

BEFORE_DOCUMENT = re.compile(
    r"""\)\]\}',?\s*|(?:(?:var|let|const|export\s+default)\s+)*(?:[\w$.]+(?:\[["']?\w+["']?\])*\s*[=(]\s*)?(?=[\[{])"""
)
"""What scripts write before a document: `window.YTD.tweets.part0 = `, `callback(`, `)]}'`."""

AFTER_SCRIPT = re.compile(r"[\s)]*;?")
STRING_OR_EXTRA = re.compile(
    r"""(?P<kept>"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|/\*(?!.*?\*/).*)|,(?=\s*[\]}])|//[^\n]*|/\*.*?\*/""", re.DOTALL
)
"""A string, or what strict JSON has not: a comma before a closing bracket, a comment; not what is cut off."""

LINE_ENDINGS = (".jsonl", ".ndjson")


@dataclass(frozen=True)
class Documents:
    """Documents of a file in their order, the line that each begins in, and notes for the person."""

    values: list[object]
    lines: list[int]
    notes: list[str] = field(default_factory=list)


def parse_documents(name: str, text: str) -> Documents:
    """Parse all documents of a file.

    A repeated key of an object becomes "key (2)". NaN and infinite numbers are None. Where strict JSON
    fails, commas before closing brackets, comments, line breaks in strings and Python literals are accepted.

    Raises
    ------
    CorpusError
        With the line of the first mistake.
    """
    try:
        return _parse(text, _Decoder())
    except (ValueError, RecursionError) as error:
        first = error
    repaired = STRING_OR_EXTRA.sub(lambda match: match["kept"] or "", text)
    for parse, repair in (
        (
            lambda: _parse(repaired, _Decoder(strict=False)),
            "a comma too many, a comment, or a line break in a string",
        ),
        (lambda: _parse_literals(text), "written as Python literals"),
    ):
        try:
            documents = parse()
        except (ValueError, RecursionError, SyntaxError, MemoryError):
            continue
        documents.notes.append(f"Not strict JSON ({repair}), but read as it was meant.")
        return documents
    line = getattr(first, "lineno", 1)
    started = getattr(first, "started_in_line", 1)
    if started > 1 or name.lower().removesuffix(".gz").endswith(LINE_ENDINGS):
        line = started  # of the broken record; the parser noticed the mistake in it or after it
    raise CorpusError(
        f"“{name}” is not valid JSON at line {line:,}: correct it, or export the file again."
    ) from first


class _Decoder:
    """A JSON decoder that counts what it changes."""

    def __init__(self, *, strict: bool = True) -> None:
        self.n_repeated = self.n_infinite = 0
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, strict=strict
        )
        self.decode = self._decoder.raw_decode

    def notes(self) -> list[str]:
        """Return a sentence for each kind of change."""
        notes = []
        if self.n_repeated:
            notes.append(
                f"Objects with a key more than once: {self.n_repeated:,}; further values are in “key (2)”."
            )
        if self.n_infinite:
            notes.append(f"Infinite numbers: {self.n_infinite:,}; they are left empty.")
        return notes

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        self.n_repeated += 1
        found = {}
        counts: dict[str, int] = {}
        for key, value in pairs:
            counts[key] = counts.get(key, 0) + 1
            found[key if counts[key] == 1 else f"{key} ({counts[key]})"] = value
        return found

    def _constant(self, name: str) -> None:
        self.n_infinite += name != "NaN"


def _parse(text: str, decoder: _Decoder) -> Documents:
    values, lines = [], []
    position, line, counted = _skip(GAP, text, 0), 1, 0
    while position < len(text):
        line += text.count("\n", counted, position)
        counted = position
        script = None
        if text[position] not in '{["':
            script = BEFORE_DOCUMENT.match(text, position)
            position = script.end() if script else position
        try:
            value, position = decoder.decode(text, position)
        except (ValueError, RecursionError) as error:
            error.started_in_line = line  # type: ignore[union-attr]  # exceptions take any attribute
            raise
        values.append(value)
        lines.append(line)
        if script:
            position = _skip(AFTER_SCRIPT, text, position)
        position = _skip(GAP, text, position)
    return Documents(values, lines, decoder.notes())


def _skip(pattern: re.Pattern[str], text: str, position: int) -> int:
    match = pattern.match(text, position)
    return match.end() if match else position


def _parse_literals(text: str) -> Documents:
    """Parse a file in which each line is a literal of Python, such as {'text': None}."""
    numbered = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    values = [ast.literal_eval(line.strip()) for _, line in numbered]
    if not all(isinstance(value, dict) for value in values):
        values = ast.literal_eval(text.strip())
        if not isinstance(values, list):
            raise ValueError("neither records nor a list")
        return Documents([values], [1])
    return Documents(values, [number for number, _ in numbered])
