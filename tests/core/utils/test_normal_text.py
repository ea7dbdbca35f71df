import unicodedata

import pytest

from core.utils import folded_text, normal_text


@pytest.mark.parametrize(
    "same",
    [
        "cafe\N{COMBINING ACUTE ACCENT} au lait",  # NFD
        "café\N{NO-BREAK SPACE}au  lait",
        "café\tau\r\nlait",
        "café\rau\N{LINE SEPARATOR}lait\n",
        "\N{ZERO WIDTH NO-BREAK SPACE}café au \N{ZERO WIDTH SPACE}lait",
        "café au\N{IDEOGRAPHIC SPACE}lait\N{RIGHT-TO-LEFT MARK}",
        "café \N{NARROW NO-BREAK SPACE} au la\N{SOFT HYPHEN}it",
        "\x00café au\x07 lait",
    ],
)
def test_what_cannot_be_seen_makes_no_difference(same):
    assert normal_text(same) == "café au lait"


@pytest.mark.parametrize("text", ["", " ", "\r\n", "\N{NO-BREAK SPACE}\N{ZERO WIDTH SPACE}"])
def test_a_text_of_blanks_is_empty(text):
    assert normal_text(text) == ""


def test_what_can_be_seen_makes_one():
    family = "\N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}"
    apart = family.replace("\N{ZERO WIDTH JOINER}", "")
    different = ["Cafe", "cafe", "café", "caf e", "½", "1/2", family, apart]
    assert len(set(map(normal_text, different))) == len(different)


def test_it_is_its_own_normal_form():
    for text in ("a\u200b\u0301b", "e\N{ZERO WIDTH SPACE}\N{COMBINING ACUTE ACCENT}", " \xa0x\u2028"):
        once = normal_text(text)
        assert normal_text(once) == once == unicodedata.normalize("NFC", once)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Caf\u00e9  OL\u00c9", "cafe ole"),
        ("Straße", "strasse"),
        ("が か", "が か"),
        ("नहीं", "नहीं"),
        ("배송", "배송"),
    ],
)
def test_folded_texts_have_no_case_and_accents(text, folded):
    assert folded_text(text) == folded
