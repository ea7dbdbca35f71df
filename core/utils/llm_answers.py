"""Parse short answers of language models: the line with the answer, a name, a refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from .chat_client import Completion

MAX_NAME_CHARACTERS, MAX_NAME_WORDS = 60, 8

LEAD_PATTERN = re.compile(
    r"^(?:answer|summary|phrase|note|result|(?:group |cluster )?(?:name|title|label)|category)\s*[:：]\s*"
    r"|^(?:sure|certainly|of course)\s*[!,.]\s*",
    re.IGNORECASE,
)
REFUSAL_PATTERN = re.compile(
    r"^(?:(?:i'm|i am) (?:very |so )?sorry\b|(?:sorry|unfortunately|i apologi[sz]e),?\s+(?:but )?(?:i|as)\b"
    r"|i (?:can't|cannot|can not|won't|will not|am unable|am not able|must decline)\b"
    r"|i'm (?:unable|not able)\b|as an? (?:ai|language model|assistant)\b)",
    re.IGNORECASE,
)


class AnswerProblem(StrEnum):
    """Reason why an answer is unusable."""

    EMPTY = "empty"
    CUT = "cut off"
    REFUSED = "a refusal"
    LONG = "too long"
    OUTSIDE = "outside the list"
    NONE = "none fits"


@dataclass(frozen=True)
class ParsedAnswer:
    """Value of an answer, or its problem; `wordy` when prose around the value was removed."""

    value: str
    problem: AnswerProblem | None = None
    wordy: bool = False


def normalise(name: str) -> str:
    """Return a name without case and punctuation, for comparison; C++ and C# stay different."""
    return " ".join(re.sub(r"(?<!\w)[+#]|[^\w+#]|_", " ", name.casefold()).split())


def is_refusal(text: str) -> bool:
    """Return whether a text begins as refusals of language models do."""
    return REFUSAL_PATTERN.match(text.replace("’", "'")) is not None


def parse_line(completion: Completion) -> ParsedAnswer:
    """Parse the first line that does not introduce another, without markup and quotation marks."""
    lines = [line.strip().strip("*#_`>- ").strip() for line in completion.text.splitlines()]
    lines = [line for line in lines if line]
    while len(lines) > 1 and lines[0].endswith((":", "：")):
        lines.pop(0)
    line = LEAD_PATTERN.sub("", lines[0]) if lines else ""
    line = " ".join(line.strip("*_`\"'“”„«»‘’ ").split())
    problem = None
    if not completion.complete and "\n" not in completion.text.strip():
        problem = AnswerProblem.CUT
    elif not normalise(line):
        problem = AnswerProblem.EMPTY
    elif is_refusal(line):
        problem = AnswerProblem.REFUSED
    return ParsedAnswer(line, problem, len(completion.text.split()) > len(line.split()))


def parse_name(completion: Completion) -> ParsedAnswer:
    """Parse a name of a few words."""
    answer = parse_line(completion)
    name = answer.value.rstrip(".。")
    too_long = len(name) > MAX_NAME_CHARACTERS or len(name.split()) > MAX_NAME_WORDS
    return ParsedAnswer(name, answer.problem or (AnswerProblem.LONG if too_long else None), answer.wordy)
