"""Read one date: year first, day or month first, with the name of the month, with a time and a zone."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import NamedTuple

from .month_names import MONTHS, SMALL_WORDS, WEEKDAYS

LONGEST_DATE = 80  # characters

CENTURY_TURN = 69
"""Two-digit years from here on are of the 20th century, as Python and most programs take them."""

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000  # microseconds
EPOCH = date(1970, 1, 1).toordinal()

ZONES = {
    "z": 0, "utc": 0, "gmt": 0, "wet": 0, "west": 60, "bst": 60, "cet": 60, "mez": 60, "cest": 120,
    "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "est": -300, "edt": -240, "cst": -360, "cdt": -300,
    "mst": -420, "mdt": -360, "pst": -480, "pdt": -420,
}  # fmt: skip
"""Minutes ahead of UTC."""

TIME = re.compile(
    r"(?:^|[\sT,]+|(?<=\d{4})[:_])(?P<hour>\d{1,2})[:h](?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<part>\d{1,9}))?)?"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?(?:\s*uhr\b)?"
    r"(?:\s*(?:(?:utc|gmt)?(?P<sign>[+-])(?P<ahead>\d\d|\d(?!\d)):?(?P<minutes>\d\d)?(?:\s+[a-z]{3,4}\b)?"
    rf"|(?P<zone>(?:{'|'.join(ZONES)})\b)))?(?:\s*\([^()]*\))?(?!\d)",
    re.IGNORECASE | re.ASCII,
)
HOUR_ONLY = re.compile(r"[\s,]+(?P<hour>\d{1,2})\s*(?P<half>[ap])\.?\s?m\b\.?$", re.IGNORECASE)
YEAR_FIRST = re.compile(r"(\d{4})\s*([-/.])\s*(\d{1,2})(?:\s*\2\s*(\d{1,2})\.?)?", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})\s*([-/.])\s*(\d{1,2})\s*\2\s*(\d{4}|\d\d)\.?", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)?Z?)?", re.ASCII)
WORDS = re.compile(r"[^\W\d_]+|\d+")
EAST_ASIAN = str.maketrans({"年": "-", "月": "-", "日": " ", "년": "-", "월": "-", "일": " "})


class WrittenDate(NamedTuple):
    """A date as it is written.

    Attributes
    ----------
    year : int
    first, second : int
        Month and day where `separator` is "", else in the order in which they stand.
    separator : str
        Between day and month where either may come first.
    time : int
        Microseconds of the day.
    ahead : int or None
        Minutes ahead of UTC; None without a zone.
    short_year : bool
        Whether the year has two digits.
    whole_month : bool
        Whether there is no day.
    """

    year: int
    first: int
    second: int
    separator: str = ""
    time: int = 0
    ahead: int | None = None
    short_year: bool = False
    whole_month: bool = False

    def since_1970(self, day_first: bool) -> int | None:
        """Return microseconds since 1970 (UTC where there is a zone); None for a day that does not exist."""
        month, day = (self.second, self.first) if self.separator and day_first else (self.first, self.second)
        try:
            days = date(self.year, month, day).toordinal() - EPOCH
        except ValueError:
            return None
        return days * DAY + self.time - (self.ahead or 0) * MINUTE


def read_date(value: str) -> WrittenDate | None:
    """Read a date; None for anything else."""
    if len(value) > LONGEST_DATE:
        return None
    text = value.strip()
    if not text.isascii():
        text = text.translate(EAST_ASIAN).replace("\u00a0", " ").replace("\u202f", " ").strip()
    elif written := _read_iso(text):
        return written
    time, ahead = 0, None
    match = TIME.search(text) or HOUR_ONLY.search(text)
    if match:
        found = _time(match)
        if found is None:
            return None
        time, ahead = found
        text = f"{text[: match.start()]} {text[match.end() :]}".strip()
    written = _day(text)
    return None if written is None else written._replace(time=time, ahead=ahead)


def _read_iso(text: str) -> WrittenDate | None:
    """Read a date as most programs write it, many times faster than by the patterns; None for another."""
    if text[4:5] != "-" or text[7:8] != "-":
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    time = when.hour * HOUR + when.minute * MINUTE + when.second * SECOND + when.microsecond
    offset = when.utcoffset()
    ahead = None if offset is None else int(offset.total_seconds() // 60)
    return WrittenDate(when.year, when.month, when.day, time=time, ahead=ahead)


def read_compact_date(value: str) -> WrittenDate | None:
    """Read a date of digits only, such as 20240301 or 20240301T080000."""
    match = COMPACT.fullmatch(value.strip())
    if not match or not 1900 <= int(match[1]) <= 2100:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
    if hour > 23 or minute > 59 or second > 59:
        return None
    ahead = 0 if value.strip().endswith("Z") else None
    return WrittenDate(year, month, day, time=hour * HOUR + minute * MINUTE + second * SECOND, ahead=ahead)


def _time(match: re.Match) -> tuple[int, int | None] | None:
    """Return the microseconds of the day and the minutes ahead of UTC."""
    found = match.groupdict()
    hour, minute, second = (int(found.get(part) or 0) for part in ("hour", "minute", "second"))
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    part = int((found.get("part") or "0")[:6].ljust(6, "0"))
    time = hour * HOUR + minute * MINUTE + min(second, 59) * SECOND + part
    if found.get("sign"):
        ahead = 60 * int(found["ahead"]) + int(found["minutes"] or 0)
        return time, -ahead if found["sign"] == "-" else ahead
    return time, ZONES.get((found.get("zone") or "").lower())


def _day(text: str) -> WrittenDate | None:
    """Read a date without a time."""
    numeric = text
    if word := re.match(r"([^\W\d_]+)\.?,?\s+", text):
        numeric = text[word.end() :] if word[1].lower() in WEEKDAYS else ""
    match = YEAR_FIRST.fullmatch(numeric)
    if match:
        year, separator, month, day = match.groups()
        if day is None and separator == ".":  # a number such as 2024.5
            return None
        return WrittenDate(int(year), int(month), int(day or 1), whole_month=day is None)
    match = YEAR_LAST.fullmatch(numeric)
    if match:
        first, separator, second, year = match.groups()
        short = len(year) == 2
        return WrittenDate(_year(year), int(first), int(second), separator, short_year=short)
    return _day_with_month_name(text)


def _day_with_month_name(text: str) -> WrittenDate | None:
    """Read a date whose month has a name."""
    if re.search(r"[^\w\s.,'’/-]", text):
        return None
    words = [word for word in WORDS.findall(text.lower()) if word not in SMALL_WORDS]
    months = [word for word in words if word in MONTHS]
    if len(months) == 2 and months[0] in WEEKDAYS:  # Italian "mar" is also Tuesday
        words.remove(months.pop(0))
    if len(months) != 1:
        return None
    numbers = [word for word in words if word.isdigit()]
    rest = [word for word in words if not word.isdigit() and word != months[0]]
    if any(word not in WEEKDAYS for word in rest):
        return None
    month = MONTHS[months[0]]
    if len(numbers) == 1 and len(numbers[0]) == 4 and not rest:
        return WrittenDate(int(numbers[0]), month, 1, whole_month=True)
    if len(numbers) != 2:
        return None
    day, year = numbers if len(numbers[0]) <= 2 else reversed(numbers)
    if len(day) > 2 or len(year) not in (2, 4):
        return None
    return WrittenDate(_year(year), month, int(day), short_year=len(year) == 2)


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (1900 if int(digits) >= CENTURY_TURN else 2000)
