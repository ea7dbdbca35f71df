"""Tell texts from other strings: JSON, vectors, ids, links, dates, numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

KIND_ROWS = 200
"""Values that are looked at."""

MOST_OF_A_KIND = 0.6
"""Share of the values of kinds other than text, from which a column holds no texts."""

LONGEST_LOOKED_AT = 2_000  # characters of a value, its last one beside them
LONGEST_DATE = 80  # characters

_NUMBER = r"(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|nan|\.\.\.)"
_ADDRESS = r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"
_CURRENCY = r"(?:[$€£¥₹]|[A-Z]{3})"
KINDS = {
    "JSON": r"""(?s:\{\s*\}|\{\s*["'].*\}|\[\s*\]|\[\s*[\["'{].*\]|\[[-+\d.eE,\s]*\])""",
    "vectors": rf"[\[({{]*\s*{_NUMBER}(?:[,;\s]+{_NUMBER}){{3,}}[,;\s]*[\])}}]*",
    "links": r"(?:https?|ftp|file|s3|gs|mailto):\S+|www\.\S+|(?:/[\w.~%+-]+){2,}/?|[A-Z]:\\\S+",
    "e-mail addresses": rf"(?:[^<>@]{{0,60}}<)?{_ADDRESS}>?(?:[,;]\s*{_ADDRESS})*",
    "times": r"P(?=\S*\d)[\dYMWDTHS.]+|\d+:\d\d(?::\d\d)?(?:\.\d+)?(?:\s?[aApP]\.?[mM]\.?)?",
    "numbers": rf"[#(]?{_CURRENCY}?\s?[-+−]?\d[\d.,'’_\s]*\)?\s?(?:%|{_CURRENCY}|\w{{1,2}})?",
    "coordinates": r"\(?[-+]?\d+\.\d+°?\s?[NS]?[,;\s]\s?[-+]?\d+\.\d+°?\s?[EWO]?\)?",
    "phone numbers": r"\+?(?=\D*\d)[\d() /.-]+",
    # One word of ASCII with a digit in it, or the hexadecimal digits of a hash.
    "ids": r"(?a:[{(]?(?=[\w.:/#+=-]*\d)[\w.:/#+=-]+[)}]?)",
    "encoded data": r"data:[\w/+.-]+[;,]\S*|[A-Za-z0-9+/_-]{40,}={0,2}",
    "names of programs": r"(?:Mozilla|Opera|Dalvik|okhttp|curl|python-requests)/\d.*",
    "colours": r"#[0-9A-Fa-f]{3,8}",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}

_DATE_WORDS = (
    "at um am pm a p m t z st nd rd th de del of der den le el utc gmt uhr h est edt cst cdt pst pdt cet "
    # Beginnings of the months and days in English, German, French, Spanish, Italian, Dutch, Portuguese.
    "jan feb mar apr may jun jul aug sep oct nov dec mär mai okt dez fév avr jui aoû déc ene abr ago dic "
    "gen mag giu lug ott maa mei fev mon tue wed thu fri sat sun mo di mi do fr sa so die mit don "
    "cest fre sam son lun mer jeu ven dim mié jue vie sáb dom gio ma wo vr za zo seg ter qua qui sex"
)
DATE_WORDS = frozenset(_DATE_WORDS.split())
_WORDS = re.compile(r"[^\W\d_]+")


def kind_of_values(values: Sequence[str]) -> str:
    """Return what most of the values are in place of texts, such as "links"; "" for texts.

    Parameters
    ----------
    values : sequence of str, at least one
        None of them blank; up to `KIND_ROWS` are looked at, spread evenly.
    """
    sample = [value.strip() for value in values[:: -(-len(values) // KIND_ROWS) or 1]]
    found = Counter(kind for value in sample if (kind := kind_of_value(value)))
    return found.most_common(1)[0][0] if found.total() >= MOST_OF_A_KIND * len(sample) else ""


def kind_of_value(value: str) -> str:
    """Return what a value, without blanks around it, is in place of a text; "" for a text."""
    if len(value) > LONGEST_LOOKED_AT:
        value = value[:LONGEST_LOOKED_AT] + value[-1]
    if _is_date(value):
        return "dates"
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.fullmatch(value)), "")


def _is_date(value: str) -> bool:
    """Return whether a value has two numbers, and no words but those of dates."""
    if len(value) > LONGEST_DATE or len(re.findall(r"\d+", value)) < 2:
        return False
    words = _WORDS.findall(value.lower())
    separated = re.fullmatch(r"\D*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d).*", value)
    return bool(words or separated) and all(
        word in DATE_WORDS or (len(word) > 2 and word[:3] in DATE_WORDS) for word in words
    )
