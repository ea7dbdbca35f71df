"""Texts that answer nothing, in the languages of surveys."""

import pytest

from core.corpus import find_non_answers


def found(texts):
    return [(each.text, each.n_rows, each.certain) for each in find_non_answers(texts)]


def test_spellings_are_one_and_the_most_frequent_is_shown():
    texts = ["N/A"] * 3 + ["n/a"] * 2 + [" n. a. ", "No comment!", "no  comments", "-", "--", "- -", "fine"]
    assert found(texts) == [
        ("N/A", 6, True),
        ("-", 3, True),
        ("No comment!", 1, True),
        ("no comments", 1, True),
    ]


MARKS = ("NA", "None.", "nothing", "?", "...", "—", "x", "#N/A", "¿?", "＿", "・・・")
EUROPEAN = (
    "keine",
    "k.A.",
    "Keine Angabe",
    "nichts",
    "rien",
    "RAS",
    "nenhum",
    "niente",
    "geen",
    "yok",
    "brak",
)
SPANISH = ("sin comentarios", "Ninguno", "ningun comentario")
OTHERS = ("нет", "Не знаю", "لا يوجد", "無", "特になし", "なし。", "没有", "无", "없음", "ไม่มี")


@pytest.mark.parametrize("text", [*MARKS, *EUROPEAN, *SPANISH, *OTHERS])
def test_one_of_many_languages(text):
    assert found([text, "The lift is broken"]) == [(text, 1, True)]


LONG = ("No comment on the food, but the room was cold", "nothing works", "none of the lifts works")
SHORT = ("10", "👍", "C++", "ok", "+1", "$", "Xavier", "Nada mal", "nicht so gut", "没有热水")


@pytest.mark.parametrize("text", [*LONG, *SHORT])
def test_an_answer_stays_one(text):
    assert found([text]) == []


@pytest.mark.parametrize(("yes", "no"), [("Yes", "no"), ("ja!", "Nein"), ("はい", "いいえ"), ("да", "Нет")])
def test_a_no_beside_a_yes_may_be_an_answer(yes, no):
    assert found([no, yes, "N/A"]) == [("N/A", 1, True), (no, 1, False)]
    assert found([no, "N/A"]) == [("N/A", 1, True), (no, 1, True)]
