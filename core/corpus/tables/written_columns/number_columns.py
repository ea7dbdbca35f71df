"""Read columns of strings as numbers: decimal commas, thousands separators, per cent, currencies."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_DIGITS = 18
"""Digits of a whole number; one with more would lose its last ones."""

SAMPLE_VALUES = 60
"""Values, spread evenly, by which a column is known not to hold numbers."""

LEAST_SHARE = 0.9
"""Share of numbers above which the other values of a column are worth a note."""

LEAST_PHONE_DIGITS = 8
"""Digits from which groups of one length throughout are telephone or register numbers."""

PLAIN_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
PLAIN_REAL = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
GROUPED_DIGITS = re.compile(r"\d+(?: \d+)+", re.ASCII)
TRAILING_ZERO = re.compile(r"\d+\.\d*[1-9]0+", re.ASCII)
MANGLED_ID = re.compile(r"\d[.,]\d+E\+?(?:1[5-9]|[2-9]\d)", re.IGNORECASE | re.ASCII)
"""As spreadsheets write ids of more than 15 digits."""

ID_NAMES = re.compile(
    r"(?:^|[^A-Za-z])(?:ids?|uuid|guid|code|plz|zip|post(?:al)?.?code|phone|tel|telephone|telefon|mobile|fax"
    r"|iban|isbn|issn|ean|gtin|sku|ip|nr|version|release|chapter|section|hash)(?:$|[^A-Za-z])"
    r"|[a-z](?:Id|ID|Code|Version|Phone|Zip)$|nummer$",
    re.IGNORECASE,
)
VERSION_NAMES = re.compile(r"version|release|chapter|section|kapitel|firmware|build", re.IGNORECASE)

CURRENCY = (
    r"(?:US\$|R\$|[AC]\$|[$€£¥₹₽₩₺₴₫฿₪₱₦]|(?:USD|EUR|GBP|CHF|JPY|CNY|INR|RUB|SEK|NOK|DKK|PLN|CZK|HUF|TRY|BRL|MXN"
    r"|CAD|AUD|NZD|ZAR|KRW|SGD|HKD|RMB)(?![A-Za-z])|S?Fr\.|kr\.?|zł|Kč|Ft|Rs\.?|руб\.?)"
)
WRITTEN = re.compile(
    rf"(?P<open>\()?\s*+(?P<sign>[+-])?\s*+(?P<before>{CURRENCY})?\s*+(?P<inner>[+-])?\s*+"
    r"(?P<digits>[.,]?\d[\d.,' ]*+)(?P<power>[eE][+-]?\d{1,3})?(?:(?<=[.,])--?)?\s*+"
    rf"(?P<unit>%|{CURRENCY})?\s*+(?P<after>-)?\s*+(?P<close>\))?",
    re.ASCII | re.IGNORECASE,
)
"""A number with its sign, currency or per cent sign; accountants put negative ones in brackets."""

WHOLE = r"0|[1-9]\d*"  # not 007
POINT = re.compile(
    rf"(?:{WHOLE}|[1-9]\d{{0,2}}(?P<group>[,' ])\d{{3}}(?:(?P=group)\d{{3}})*|[1-9]\d?(?:,\d\d)+,\d{{3}})?"
    r"(?:\.\d+)?",
    re.ASCII,
)
"""Decimal point; a comma, an apostrophe or a blank between thousands, or Indian groups of two."""

COMMA = re.compile(
    rf"(?:{WHOLE}|[1-9]\d{{0,2}}(?P<group>[.' ])\d{{3}}(?:(?P=group)\d{{3}})*)?(?:,\d+)?", re.ASCII
)
"""Decimal comma; thousands are apart by a point, an apostrophe or a blank."""

SAME_SIGNS = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ")
    | dict.fromkeys("\u2212\u2010\u2011\u2012\u2013", "-")
    | dict.fromkeys("\u2019\u02bc", "'")
)


@dataclass(frozen=True)
class Number:
    """A number as it is written, and its plain form by either decimal mark; None where it has none."""

    point: str | None
    comma: str | None
    unit: str = ""


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """A column of numbers that are written as strings.

    Attributes
    ----------
    codes : int array (n,)
        Position of each value in `numbers`; -1 for a missing one.
    numbers : list of Number
    decimal_comma : bool or None
        What the values say; None where both readings fit, whether or not they give the same numbers.
    texts : list of str
        As they stand in the file, of each of `numbers`.
    ambiguous : str
        A value that would be another number by the other reading; "" where there is none.
    """

    codes: np.ndarray
    texts: list[str]
    numbers: list[Number]
    decimal_comma: bool | None
    ambiguous: str

    @property
    def needs_words(self) -> bool:
        """Whether some values are not in the plain form of programs."""
        return _is_written([text.strip() for text in self.texts])

    def values(self, decimal_comma: bool) -> pd.Series:
        """Return the numbers: int64, Int64 where whole ones are missing, else float64."""
        plain = [number.comma if decimal_comma else number.point for number in self.numbers]
        missing = self.codes < 0
        if all(text is not None and text.lstrip("-").isdigit() for text in plain):
            whole = np.array([int(text or 0) for text in plain], dtype=np.int64)[self.codes]
            if not missing.any():
                return pd.Series(whole)
            return pd.Series(pd.arrays.IntegerArray(whole, missing))
        real = np.array([float(text or "nan") for text in plain])[self.codes]
        real[missing] = np.nan
        return pd.Series(real)

    def notes(self, decimal_comma: bool, guess: str) -> list[str]:
        """Return phrases on how the values were read.

        Parameters
        ----------
        decimal_comma : bool
        guess : str
            What the decimal mark was guessed from; "" where it was not.
        """
        unit = next((number.unit for number in self.numbers if number.unit), "")
        if not unit and not decimal_comma and not guess and not self.needs_words:
            return []
        shown = self.ambiguous or max(self.texts, key=lambda text: (len(re.sub(r"[\w\s]", "", text)), text))
        number = self.numbers[self.texts.index(shown)]
        plain = number.comma if decimal_comma else number.point
        value = f"{float(plain or 'nan'):.15g}"
        how = f", a guess by {guess}: no value says which mark is the decimal one" if guess else ""
        return [f"numbers, “{shown.strip()}” is {value}{how}"]


def find_numbers(name: str, values: Sequence[str | None]) -> tuple[NumberColumn | None, str]:
    """Find the numbers of a column of strings.

    Returns None where it holds no numbers, or numbers that say more as text: ids, telephone numbers,
    versions; and a phrase that says why, "" where nothing needs to be said.
    """
    filled = [value for value in values if value is not None]
    some = filled[:: -(-len(filled) // SAMPLE_VALUES) or 1]
    if sum(_read(value) is not None for value in some) < LEAST_SHARE * len(some) or not some:
        return None, ""
    codes, different = pd.factorize(np.asarray(values, dtype=object))
    numbers = [_read(value) for value in different]
    other = [position for position, number in enumerate(numbers) if number is None]
    if other:
        n_other = int(np.isin(codes, other).sum())
        if n_other > (1 - LEAST_SHARE) * len(filled) or _leading_zero(different[other[0]]):
            return None, ""
        return None, f"stays text: all its values but {n_other:,} are numbers (not “{different[other[0]]}”)"
    known = [number for number in numbers if number is not None]
    reason = _reason_of_units(known)
    if reason is None:
        reason = reason_for_text(name, list(different))
    if reason is not None:
        return None, reason
    point, comma = all(n.point is not None for n in known), all(n.comma is not None for n in known)
    if not point and not comma:
        return None, ""
    differ = next((text for text, n in zip(different, known, strict=True) if n.point != n.comma), "")
    only = None if point and comma else comma
    return NumberColumn(codes, list(different), known, only, differ if point and comma else ""), ""


def is_id_name(name: str) -> bool:
    """Return whether a column's name says that its values are ids, codes or versions."""
    return ID_NAMES.search(name.strip()) is not None


def _leading_zero(text: str) -> bool:
    return re.match(r"\s*[+-]?0\d", text) is not None


def _read(value: str) -> Number | None:
    """Read a value by both decimal marks; None for anything else than a number."""
    if len(value) > 60:
        return None
    match = WRITTEN.fullmatch((value if value.isascii() else value.translate(SAME_SIGNS)).strip())
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [match[part] for part in ("sign", "inner", "after") if match[part]]
    if len(signs) + bool(match["open"]) > 1 or (match["before"] and match["unit"]):
        return None
    digits = match["digits"].rstrip(" ")
    if digits.endswith((".", ",")):  # 12.– is an amount without cents
        if not re.search(r"[.,]--?", match[0]):
            return None
        digits = digits[:-1]
    if signs == ["+"] and (" " in digits or len(digits) >= 7):  # a telephone number
        return None
    minus = "-" if signs == ["-"] or match["open"] else ""
    power = match["power"] or ""
    point = _plain(POINT, digits, ",' ", ".")
    comma = _plain(COMMA, digits, ".' ", ",")
    if point is None and comma is None:
        return None
    unit = match["before"] or match["unit"] or ""
    return Number(
        None if point is None else f"{minus}{point}{power}",
        None if comma is None else f"{minus}{comma}{power}",
        unit,
    )


def _plain(pattern: re.Pattern, digits: str, groups: str, mark: str) -> str | None:
    """Return digits with a decimal point and without separators; None where they do not fit a pattern."""
    if not pattern.fullmatch(digits):
        return None
    whole, _, rest = digits.partition(mark)
    whole = whole.translate(dict.fromkeys(map(ord, groups)))
    if len(whole) > MOST_DIGITS:
        return None
    return f"{whole or '0'}.{rest}" if rest else whole


def _reason_of_units(numbers: list[Number]) -> str | None:
    """Return why numbers with units stay text; None where they become numbers."""
    units = {number.unit for number in numbers}
    if len(units - {""}) > 1:
        return f"stays text: it mixes {' and '.join(sorted(units - {''}))}"
    if "%" in units and len(units) > 1:
        return "stays text: some of its numbers are per cent and some are not"
    return None


def reason_for_text(name: str, different: list[str]) -> str | None:
    """Return why numbers stay text, "" where it needs no words; None where they become numbers.

    Ids, telephone numbers and versions lose digits as numbers.
    """
    texts = [text.translate(SAME_SIGNS).strip() for text in different]
    plain = all(map(PLAIN_WHOLE.fullmatch, texts))
    if not plain and (VERSION_NAMES.search(name) or (is_id_name(name) and _is_written(texts))):
        return ""
    if all(map(MANGLED_ID.fullmatch, texts)):
        return "stays text: ids that lost digits before the file was written"
    if len(texts) > 2 and all(map(GROUPED_DIGITS.fullmatch, texts)):
        n_digits = {len(text.replace(" ", "")) for text in texts}
        if len(n_digits) == 1 and min(n_digits) >= LEAST_PHONE_DIGITS:
            return ""
    return _equal_versions(texts)


def _is_written(texts: list[str]) -> bool:
    """Return whether some numbers are not in the plain form of programs."""
    return not all(map(PLAIN_REAL.fullmatch, texts))


def _equal_versions(texts: list[str]) -> str | None:
    """Return a reason where versions such as 1.1 and 1.10 would become one number."""
    known = set(texts)
    for text in filter(TRAILING_ZERO.fullmatch, texts):
        if text.rstrip("0") in known:
            return f"stays text: {text.rstrip('0')} and {text} would be one number"
    return None
