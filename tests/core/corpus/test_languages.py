"""Scripts and languages of texts."""

import pytest

from core.corpus import EMOJI, NO_LETTERS, find_languages
from core.corpus.languages import main_script

ENGLISH = [
    "The delivery was late and the driver rude", "Great service!", "Too expensive for what it is",
    "The app crashes all the time", "Driver was friendly", "Bad support", "Would buy again", "Terrible taste",
]  # fmt: skip
GERMAN = [
    "Sehr gute Beratung, gerne wieder", "Das Essen war kalt", "Zu teuer für das Gebotene",
    "Die App stürzt ständig ab", "Der Fahrer war freundlich", "Die Lieferung kam zu spät",
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Łódź 12", "Latin"),
        ("快递晚了两天", "Chinese characters"),
        ("配送が遅れた", "Japanese kana"),
        ("カスタマーサポート", "Japanese kana"),
        ("배송이 늦다", "Hangul"),
        ("Доставка OK", "Cyrillic"),
        ("خدمة ممتازة", "Arabic"),
        ("बहुत अच्छा", "Devanagari"),
        ("❤🔥", EMOJI),
        ("nice 🔥🔥🔥🔥🔥", "Latin"),
        ("12.50", NO_LETTERS),
        ("", NO_LETTERS),
    ],
)
def test_the_script_of_most_letters(text, script):
    assert main_script(text) == script


@pytest.mark.parametrize(
    ("texts", "language"),
    [
        (ENGLISH, "English"),
        (GERMAN, "German"),
        (["Muy buen servicio, pero caro", "La comida estaba fría", "El conductor llegó tarde"], "Spanish"),
        (["Доставка опоздала на два дня", "Водитель был очень грубым", "Всё отлично"], "Russian"),
        (["Дуже повільна доставка, їжа холодна", "Водій був чемний і привітний"], "Ukrainian"),
        (["快递晚了", "很好", "不能使用"], "Chinese"),
        (["配送が遅れてとても残念でした", "最高", "良い"], "Japanese"),
        (["배송이 늦다", "좋아요"], "Korean"),
        (["خدمة ممتازة وسريعة جدا", "الطعام كان باردا"], "Arabic"),
    ],
)
def test_one_language(texts, language):
    found = find_languages(texts)
    assert found.languages == {language: 1.0} and found.main_language == language
    assert found.sentence() == language


def test_shares_of_a_mixture():
    texts = [f"{text} {number}" for number in range(10) for text in ENGLISH] + GERMAN
    found = find_languages(texts)
    assert list(found.languages) == ["English", "German"] and found.languages["English"] > 0.9
    assert "English" in found.sentence() and "German" in found.sentence()


def test_nothing_is_claimed_of_texts_without_words():
    for texts, script in [(["❤", "🔥🔥"], EMOJI), (["12", "3"], NO_LETTERS), (["ok", "bad"], "Latin")]:
        found = find_languages(texts)
        assert found.languages == {} and found.main_language == "" and found.n_told == 0
        assert found.sentence() == script
    assert find_languages([]).sentence() == ""


def test_a_second_script_is_named():
    found = find_languages([*ENGLISH, "🔥", "👍"])
    assert found.scripts[EMOJI] == pytest.approx(0.2)
    assert "English" in found.sentence() and EMOJI in found.sentence()


def test_different_texts_are_sampled_evenly():
    found = find_languages(["N/A"] * 5_000 + [f"{text} {n}" for n in range(100) for text in GERMAN], most=100)
    assert found.n_texts <= 101 and found.main_language == "German"
