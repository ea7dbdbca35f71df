"""Rank the encodings that were in use before UTF-8 by how likely a file is in each.

The cost of a reading is the negative log-likelihood of its characters other than ASCII, in nats: of letters
by their rank in the language that fits best, and more for a capital inside a word, a symbol between two
letters and letters of two scripts side by side. Of 826 files of 20 lines or 3,000, in 27 languages and 24
encodings, 801 are read right so, 534 by charset_normalizer and 688 by chardet.
"""

from __future__ import annotations

import codecs
import math
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

WESTERN, LATIN_1 = "cp1252", "latin-1"
LABELS = {
    WESTERN: "Windows-1252",
    LATIN_1: "Latin-1",
    "cp1250": "Windows-1250",
    "cp1251": "Windows-1251",
    "cp1253": "Windows-1253",
    "cp1254": "Windows-1254",
    "cp1255": "Windows-1255",
    "cp1256": "Windows-1256",
    "cp1257": "Windows-1257",
    "cp932": "Shift JIS",
    "euc_jp": "EUC-JP",
    "gb18030": "GB 18030",
    "big5hkscs": "Big5",
    "cp949": "EUC-KR",
    "cp874": "Windows-874",
    "koi8_r": "KOI8-R",
    "koi8_u": "KOI8-U",
    "iso8859_2": "ISO-8859-2",
    "iso8859_5": "ISO-8859-5",
    "iso8859_6": "ISO-8859-6",
    "iso8859_7": "ISO-8859-7",
    "iso8859_15": "ISO-8859-15",
    "mac_roman": "Mac Roman",
    "mac_cyrillic": "Mac Cyrillic",
    "cp850": "DOS 850",
    "cp437": "DOS 437",
    "cp852": "DOS 852",
    "cp866": "DOS 866",
}
"""Common names by Python's names. Of two encodings that fit equally well the earlier one is taken."""

PRIOR, NOT_WESTERN = 0.12, 1.0
"""Nats by which each encoding is less likely than the one before it, and the second than the first."""

CENTRAL, CYRILLIC = "cp1250 iso8859_2 cp852", "cp1251 koi8_r iso8859_5 mac_cyrillic cp866"
WEST = "cp1252 latin-1 iso8859_15 mac_roman cp850 cp437"
LANGUAGES = {
    "English": (WEST, ""),
    "German": (WEST, "üäöß"),
    "French": (WEST, "éèàêçôîùâûœëï"),
    "Spanish": (WEST, "óíáéñú¿¡ü"),
    "Portuguese": (WEST, "ãçéáíóêõúâôà"),
    "Italian": (WEST, "èàòùéì"),
    "Swedish": (WEST, "äåöé"),
    "Danish": (WEST, "øåæé"),
    "Catalan": (WEST, "àòéèíçóúï·ü"),
    "Icelandic": (WEST, "íáðúóéöþæý"),
    "Polish": (CENTRAL, "łąężśćóńź"),
    "Czech": (CENTRAL, "íáéěýřžščůúňťďó"),
    "Slovak": (CENTRAL, "áíéčžýšúťľôňóďäĺŕ"),
    "Hungarian": (CENTRAL, "éáöóőüíúű"),
    "Romanian": (CENTRAL, "ăîţâş"),
    "Croatian": (CENTRAL, "čšžćđ"),
    "Turkish": ("cp1254", "ıüşçğöİâ"),
    "Lithuanian": ("cp1257", "ėšųžūįčąę"),
    "Latvian": ("cp1257", "āīūēšķļņžčģ"),
    "Estonian": ("cp1257", "äõüöšž"),
    "Russian": (CYRILLIC, "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"),
    "Bulgarian": (CYRILLIC, "аоеитнрсвлкдпмзяугчбъщхцжшйюфь"),
    "Serbian": ("cp1251 iso8859_5", "аоиенрјтскудвмплзбгћчшжцхњљђфџ"),
    "Ukrainian": ("cp1251 koi8_u iso8859_5", "оанитіерслвукдпмьзягчбйхцжїєшющфґ"),
    "Greek": ("cp1253 iso8859_7", "αοιετσνηυρπκλμωςόάίέδχήθώφύγβζξψϊ"),
    "Hebrew": ("cp1255", "יוהלאתרמבשנםעדחקפגטצןכזסךףץ"),
    "Arabic": ("cp1256 iso8859_6", "اليمنورتبدةعسفهكقحجشأصطخضذثزىغإءئظؤآ،؟"),
    "Persian": ("cp1256", "ايرندهمتوسبشكزخفگقعپچجلحطصغآضژثذ،؟"),
    "Thai": ("cp874", "านรอกเงม่ยลวดทส้ตะิปบคัหจีแพขใไช์ื็ถุูซโึผฟศธณภฉญษฐฎฏฆฌฬ"),
    "Japanese": ("cp932 euc_jp", ""),
    "Chinese": ("gb18030 big5hkscs", ""),
    "Korean": ("cp949", ""),
}
"""Encodings, and the letters other than ASCII, the commonest first; `EAST_ASIAN` has those of East Asia."""

ANY_LANGUAGE = 0.1
"""Share of the letters that come from other languages of the same encoding, as names do."""

PUNCTUATION = {
    **dict.fromkeys("’“”–…", 3.5),
    **dict.fromkeys("‘„«»—•€°\xa0", 4.5),
    **dict.fromkeys("£§®©™²³½¼´¿¡‚‹›×º¡", 6.0),
}
UNUSUAL_LETTER, UNUSUAL = 8.0, 9.0
CAPITAL, CAPITAL_IN_CAPITALS, CAPITAL_IN_WORD = 1.5, 0.15, 6.0
SYMBOL_IN_WORD = 7.0
OPENING = set("‚„¿¡")
"""Marks that follow no letter."""

NOT_BEFORE_WORDS = set("–—”’•…")

MIXED_SCRIPTS = 4.0
LETTER_BESIDE_ACCENTED = 1.0
"""In Latin script, where most neighbours of an accented letter are ASCII."""

COMMON_HANZI = set(
    "的一是不了我有人这这个们中来上大为和国地到以说时要就出会可也你对生能而子那得着下自年过发后作里用道行所然家"
    "事成方多经么去学如都同现当没动面起看天分还进好小很太真非常服务买东西"
    "這個們來為國說時會對過發後裡經麼學現當沒動還進買東務服員點電話給讓請問題錢"
)
COMMON_HANGUL = set(
    "이다의는에을가고하지로도한은서아사어나니습기해요를시리인대자정있라게스들과수구부전어너무안좋그ㅋㅎㅠㅜ"
)
COMMON_KANJI = set(
    "日本人年大中国東京阪府県市区町村田山川木佐藤鈴高橋井小野子林一二三十円品店員時間気分出入行見言話食事電"
)
EAST_ASIA = "\u1100"
KANA, IDEOGRAPH, RARE = 3.6, 6.8, 9.5
JAPANESE = (
    (0xA1, 4.0),
    (0xA3, 6.5),
    (0xA4, KANA),
    (0xA5, 4.4),
    (0xAF, RARE),
    (0xCF, IDEOGRAPH),
    (0xFE, RARE),
)
EAST_ASIAN = {
    "cp932": ("euc_jp", JAPANESE, COMMON_KANJI, 4.8),
    "euc_jp": ("euc_jp", JAPANESE, COMMON_KANJI, 4.8),
    "gb18030": (
        "gb2312",
        ((0xA1, 4.0), (0xA2, RARE), (0xA3, 4.5), (0xAF, RARE), (0xD7, IDEOGRAPH), (0xFE, RARE)),
        COMMON_HANZI,
        4.8,
    ),
    "big5hkscs": ("big5", ((0xA3, 4.5), (0xC6, IDEOGRAPH), (0xFE, RARE)), COMMON_HANZI, 4.8),
    "cp949": (
        "euc_kr",
        ((0xA1, 5.0), (0xA2, RARE), (0xA4, 6.0), (0xAF, RARE), (0xC8, 5.8), (0xFE, 10.0)),
        COMMON_HANGUL,
        4.4,
    ),
}
"""National standard, cost of its rows up to a first byte, common characters and their cost."""


def rank_encodings(sample: bytes) -> list[str]:
    """Return the encodings in which a sample can be read, the likeliest first; of equal readings only one.

    Parameters
    ----------
    sample : bytes
        Whole lines; some 16 KB take a tenth of a second.
    """
    costs: dict[str, float] = {}
    first: dict[str, str] = {}
    for position, codec in enumerate(LABELS):
        try:
            # The sample may end inside a character.
            text = codecs.getincrementaldecoder(codec)().decode(sample)
        except UnicodeDecodeError:
            continue
        known = first.setdefault(text, codec)
        prior = PRIOR * position + (NOT_WESTERN if position else 0)
        costs[known] = min(costs.get(known, math.inf), cost_of_reading(text, codec) + prior)
    return sorted(costs, key=costs.__getitem__)


def cost_of_reading(text: str, codec: str) -> float:
    """Return the negative log-likelihood of a decoded text, in nats, in its likeliest language.

    What is repeated, such as one name in every row, is weaker evidence each time.
    """
    characters = Counter(
        where for where in zip(" " + text, text, text[1:] + " ", strict=False) if where[1] > "\x7f"
    )
    beside = {where: _cost_of_place(*where) for where in characters}
    return min(
        sum(
            math.sqrt(count) * (beside[where] + _cost_of_character(where[1], letters))
            for where, count in characters.items()
        )
        for letters in _languages(codec)
    )


def _cost_of_character(character: str, letters: Mapping[str, float]) -> float:
    cost = letters.get(character)
    if cost is None:
        cost = letters.get(character.lower())
    if cost is None:
        cost = PUNCTUATION.get(character)
    if cost is None:
        cost = UNUSUAL_LETTER if character.isalpha() and character < EAST_ASIA else UNUSUAL
    return cost


def _cost_of_place(before: str, character: str, after: str) -> float:
    """Return what the neighbours add to the cost of a character."""
    if not character.isalpha():
        if character in NOT_BEFORE_WORDS and after.isalpha() and not before.isalpha():
            return SYMBOL_IN_WORD  # a word does not begin so: "–азмер" is Размер in Windows-1251
        inside = before.isalpha() and (after.isalpha() or character in OPENING)
        return SYMBOL_IN_WORD if inside and character not in "’\xa0·" and character < "\u0300" else 0.0
    cost = 0.0
    if character.isupper():
        if before.islower():
            cost += CAPITAL_IN_WORD
        else:
            is_first = character < "\u0370" and not (before.isupper() or after.isupper())
            cost += CAPITAL if is_first else CAPITAL_IN_CAPITALS
    elif before.isupper() and after.isupper():
        cost += CAPITAL_IN_WORD
    latin = character < "\u0370"
    for neighbour in (before, after):
        if neighbour.isalpha() and (neighbour < "\u0370") != latin:
            cost += MIXED_SCRIPTS
        elif latin and neighbour > "\x7f":
            cost += LETTER_BESIDE_ACCENTED
    return cost


@lru_cache(maxsize=64)
def _languages(codec: str) -> list[dict[str, float]]:
    """Return the cost of the letters in each language of an encoding."""
    spoken = [letters for encodings, letters in LANGUAGES.values() if codec in encodings.split()]
    if not any(spoken):
        return [_east_asian(codec)]
    everywhere: Counter[str] = Counter()
    for letters in spoken:
        everywhere.update(_shares(letters))
    total = sum(everywhere.values())
    return [
        {
            letter: -math.log((1 - ANY_LANGUAGE) * own.get(letter, 0.0) + ANY_LANGUAGE * share / total)
            for letter, share in everywhere.items()
        }
        for own in map(_shares, spoken)
    ]


def _shares(letters: str) -> dict[str, float]:
    """Return the share of each letter, which falls with its rank."""
    weights = {letter: 1 / (rank + len(letters) / 4) for rank, letter in enumerate(letters, start=1)}
    total = sum(weights.values())
    return {letter: weight / total for letter, weight in weights.items()}


def _east_asian(codec: str) -> dict[str, float]:
    """Return the cost of the characters of a national standard, by the row in which it has them."""
    standard, rows, common, cost_of_common = EAST_ASIAN[codec]
    costs = {}
    for lead in range(0xA1, 0xFE):
        cost = next(cost for last, cost in rows if lead <= last)
        for trail in (*range(0x40, 0x7F), *range(0xA1, 0xFF)):
            try:
                costs[bytes((lead, trail)).decode(standard)] = cost
            except UnicodeDecodeError:
                continue
    return {**costs, **dict.fromkeys(common, cost_of_common)}
