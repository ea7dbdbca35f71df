import numpy as np
import pytest

from core.words import count_texts, distinct_words, echo_each_other, read_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't panic, it's what we'll do!", ["Don't", "panic", "what", "do"]),
        ("l’avion d'Anna", ["avion", "Anna"]),
        ("see https://a.example/b?c=d or www.e.example", ["see", "or"]),
        ("@anna write to me@mail.example #late", ["write", "to", "late"]),
        ("3pm, 10days, 2024-01-02 covid19 a", ["covid"]),
        ("check-in naïve Zürich", ["check-in", "naïve", "Zürich"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("手机app坏", ["app", "手机", "坏"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー"]),
        ("cafe\u0301", ["café"]),
        ("", []),
    ],
)
def test_split_words(text, words):
    assert split_words(text) == words


def test_long_texts_are_read_in_part():
    assert len(split_words("word " * 100_000)) == 400


def test_reading_counts_a_word_whatever_its_case_and_shows_its_most_frequent_spelling():
    words = read_words(["PIN code", "my PIN", "pin pin PIN"])
    assert words.shown == ["PIN", "code", "my"]
    assert words.terms.tolist() == [0, 1, 2, 0, 0, 0, 0]
    assert words.rows.tolist() == [0, 0, 1, 1, 2, 2, 2]


def test_the_same_texts_are_read_once():
    texts = ["red sky", "blue sky"]
    assert read_words(texts) is read_words(texts)
    assert read_words(["red sky", "blue sky"]) is not read_words(texts)


def test_a_word_counts_once_a_text():
    words = read_words(["sea sea sea", "sea sky", ""])
    rows, terms = distinct_words(words)
    assert list(zip(rows.tolist(), terms.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert count_texts(words, np.array([0, 1, 1]), 2).tolist() == [[1, 0], [1, 1]]


def test_texts_without_words_count_for_nothing():
    words = read_words(["", "12"])
    assert count_texts(words, np.array([0, 1]), 2).shape == (2, 0)


@pytest.mark.parametrize(
    ("word", "other", "echo"),
    [
        ("bag", "bags", True),
        ("story", "Stories", True),
        ("Buch", "Bücher", True),
        ("cook", "cooking", True),
        ("credit", "card", False),
        ("手机", "机坏", True),
        ("手机", "屏幕", False),
    ],
)
def test_forms_of_one_word(word, other, echo):
    assert echo_each_other(word, other) == echo
