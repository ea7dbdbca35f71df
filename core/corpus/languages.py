"""Scripts and languages of texts, found offline."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..utils import percent

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MOST_LOOKED_AT = 500
"""Different texts, spread evenly over the corpus, whose scripts and languages are found: half a second."""

LEAST_LETTERS = 12
"""Letters below which the language of a text cannot be told, unless its script has one language only."""

LONGEST_LOOKED_AT = 500  # characters of a text

LEAST_SHARE = 0.02
"""Share of the texts from which a script or language is named."""

SURE = 0.6
"""Probability of a language from which it is believed."""

JAPANESE_SHARE = 0.25
"""Texts with kana for each one in Chinese characters only, from which the latter count as Japanese."""

EMOJI, NO_LETTERS = "emoji", "no letters"

SCRIPTS = {
    "CJK": "Chinese characters",
    "HIRAGANA": "Japanese kana",
    "KATAKANA": "Japanese kana",
    "KATAKANA-HIRAGANA": "Japanese kana",
    "HALFWIDTH": "Japanese kana",
    "FULLWIDTH": "Latin",
    "HANGUL": "Hangul",
    "IDEOGRAPHIC": "Chinese characters",
}
"""By the first word of a character's Unicode name, where it is not the name of the script."""

SCRIPT_LANGUAGES = {
    "Chinese characters": "Chinese",
    "Japanese kana": "Japanese",
    "Hangul": "Korean",
    "Thai": "Thai",
    "Greek": "Greek",
    "Hebrew": "Hebrew",
    "Armenian": "Armenian",
    "Georgian": "Georgian",
    "Khmer": "Khmer",
    "Lao": "Lao",
    "Tamil": "Tamil",
    "Telugu": "Telugu",
    "Kannada": "Kannada",
    "Malayalam": "Malayalam",
    "Gujarati": "Gujarati",
    "Gurmukhi": "Punjabi",
    "Sinhala": "Sinhala",
}
"""Scripts whose texts are in one language, as far as matters here."""

LANGUAGES = {
    "Latin": {
        "en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese",
        "it": "Italian", "nl": "Dutch", "sv": "Swedish", "da": "Danish", "no": "Norwegian",
        "nb": "Norwegian", "nn": "Norwegian", "fi": "Finnish", "et": "Estonian", "lv": "Latvian",
        "lt": "Lithuanian", "pl": "Polish", "cs": "Czech", "sk": "Slovak", "sl": "Slovenian",
        "hr": "Croatian", "hu": "Hungarian", "ro": "Romanian", "sq": "Albanian", "tr": "Turkish",
        "az": "Azerbaijani", "uz": "Uzbek", "id": "Indonesian", "ms": "Malay", "tl": "Tagalog",
        "vi": "Vietnamese", "sw": "Swahili", "af": "Afrikaans", "ca": "Catalan", "eu": "Basque",
        "gl": "Galician", "ga": "Irish", "cy": "Welsh", "is": "Icelandic", "eo": "Esperanto",
        "la": "Latin",
    },
    "Cyrillic": {
        "ru": "Russian", "uk": "Ukrainian", "bg": "Bulgarian", "sr": "Serbian", "be": "Belarusian",
        "mk": "Macedonian", "kk": "Kazakh", "ky": "Kyrgyz", "mn": "Mongolian", "tg": "Tajik",
    },
    "Arabic": {"ar": "Arabic", "fa": "Persian", "ur": "Urdu", "ps": "Pashto", "ug": "Uyghur"},
    "Devanagari": {"hi": "Hindi", "mr": "Marathi", "ne": "Nepali"},
    "Bengali": {"bn": "Bengali", "as": "Assamese"},
}  # fmt: skip
"""Languages that are told apart, by script and ISO 639 code; rare ones would only be found by mistake."""


@dataclass(frozen=True)
class TextLanguages:
    """Scripts and languages of texts.

    Attributes
    ----------
    n_texts : int
        Different texts that were looked at.
    scripts : dict of str to float
        Share of the texts whose main script it is, the largest first; `EMOJI` and `NO_LETTERS` for texts
        without letters.
    languages : dict of str to float
        Share of a language among the texts whose language can be told, the largest first; those below
        `LEAST_SHARE` are not in it.
    n_told : int
        Texts whose language can be told.
    """

    n_texts: int
    scripts: dict[str, float]
    languages: dict[str, float]
    n_told: int

    @property
    def main_language(self) -> str:
        """Language of most of the texts; "" where none can be told."""
        return next(iter(self.languages), "")

    def sentence(self) -> str:
        """Return languages and scripts in words, such as "Mostly English (92%), German 5%"; "" for none."""
        scripts = {name: share for name, share in self.scripts.items() if share >= LEAST_SHARE}
        if not self.languages:
            return _in_words(scripts)
        wordless = [f"; {name} {percent(scripts[name])}" for name in (EMOJI, NO_LETTERS) if name in scripts]
        return _in_words(self.languages) + "".join(wordless)


def find_languages(texts: Sequence[str] | np.ndarray, *, most: int = MOST_LOOKED_AT) -> TextLanguages:
    """Find the scripts and languages of up to `most` different texts.

    The language of a short text is told by its letters and by the languages of the other texts: each language
    gets the prior probability of its share of them. The first call takes a second more.
    """
    different = list(dict.fromkeys(texts))
    looked_at = [text[:LONGEST_LOOKED_AT] for text in different[:: -(-len(different) // most) or 1]]
    scripts = [main_script(text) for text in looked_at]
    told = _told_by_script(Counter(scripts))
    for script in LANGUAGES:
        in_script = [text for text, main in zip(looked_at, scripts, strict=True) if main == script]
        told += _languages_in(script, in_script)
    languages = {name: share for name, share in _shares(told).items() if share >= LEAST_SHARE}
    return TextLanguages(len(looked_at), _shares(scripts), languages, len(told))


def main_script(text: str) -> str:
    """Return the script of most letters of a text; `EMOJI` or `NO_LETTERS` where it has none.

    Japanese is written with Chinese characters too: a text with any kana counts as kana.
    """
    scripts = Counter(script for letter in text if (script := _script(letter)))
    if not scripts:
        return NO_LETTERS
    letters = {name: count for name, count in scripts.items() if name != EMOJI}
    if letters.get("Japanese kana") and letters.get("Chinese characters"):
        letters["Japanese kana"] += letters.pop("Chinese characters")
    return max(letters or scripts, key=scripts.__getitem__)


@lru_cache(maxsize=20_000)
def _script(letter: str) -> str:
    """Return the script of a letter, `EMOJI` for a pictogram, and "" for other characters."""
    category = unicodedata.category(letter)
    if category == "So" and letter > "\u2190":
        return EMOJI
    if category[0] != "L":
        return ""
    first = unicodedata.name(letter, "").split(" ")[0]
    return SCRIPTS.get(first, first.capitalize())


def _told_by_script(scripts: Counter[str]) -> list[str]:
    """Return the languages of the texts whose script has one language."""
    languages = Counter(
        {name: scripts[script] for script, name in SCRIPT_LANGUAGES.items() if scripts[script]}
    )
    if languages["Japanese"] >= JAPANESE_SHARE * languages["Chinese"]:  # short Japanese texts have no kana
        languages["Japanese"] += languages.pop("Chinese", 0)
    return list(languages.elements())


def _languages_in(script: str, texts: list[str]) -> list[str]:
    """Return the languages of the texts of one script that can be told."""
    texts = [text for text in texts if sum(map(str.isalpha, text)) >= LEAST_LETTERS]
    if not texts:
        return []
    identifier, names = _identifier(), LANGUAGES[script]
    known = {code: number for number, code in enumerate(names)}
    scores = np.zeros((len(texts), len(names)))
    for row, text in enumerate(texts):
        for code, probability in identifier.rank(text):
            if code in known:
                scores[row, known[code]] = probability
    scores /= scores.sum(axis=1, keepdims=True)
    prior = scores.mean(axis=0)
    scores *= prior
    scores /= scores.sum(axis=1, keepdims=True)
    found = scores.argmax(axis=1)
    codes = list(names)
    return [names[codes[best]] for row, best in enumerate(found) if scores[row, best] >= SURE]


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _shares(names: list[str]) -> dict[str, float]:
    return {name: count / len(names) for name, count in Counter(names).most_common()}


def _in_words(shares: dict[str, float]) -> str:
    """Return the shares in words: "English", "Mostly English (92%), German 5%", "English 50%, German 48%"."""
    if not shares:
        return ""
    (first, share), *others = shares.items()
    rest = "".join(f", {name} {percent(part)}" for name, part in others)
    if not others and share > 1 - LEAST_SHARE:
        return first
    return f"Mostly {first} ({percent(share)}){rest}" if share > 0.5 else f"{first} {percent(share)}{rest}"
