import numpy as np
import pytest

from core.corpus import distinct_words, echo_each_other, read_words, table_words
from core.corpus.tokenizer import split_words
from core.storage import ArtifactStore
from core.tasks.steps import keep_word_table


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Don't panic, it's what we'll do!", ["Don't", "panic", "what", "do"]),
        ("l’avion d'Anna", ["avion", "Anna"]),
        ("see https://a.example/b?c=d or www.e.example", ["see", "or"]),
        ("@anna write to me@mail.example #late", ["write", "to", "late"]),
        ("RT @anna: late again via @bo", ["late", "again"]),
        ("#LostLuggage #iPhone #late_again #JFK #1", ["Lost", "Luggage", "iPhone", "late", "again", "JFK"]),
        ("谢谢@美国航空 航班", ["谢谢", "航班"]),
        ("RT @用户：延误 ＠delta", ["延误"]),
        ("请看https://a.example/b", ["请看"]),
        ("mail anna.b+c@de.example now", ["mail", "now"]),
        ("the RT scan, via Rome", ["the", "RT", "scan", "via", "Rome"]),
        (
            "soap &amp; tea&nbsp;time, caf&eacute; &#39;closed&#39; R&D",
            ["soap", "tea", "time", "café", "closed"],
        ),
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


def test_handles_and_entities_stand_in_no_pair_of_words():
    texts = ["@delta late flight &amp; RT @united: late flight", "谢谢@航空 航班延误 ＠delta 航班延误"] * 3
    table = table_words(read_words(texts), len(texts))
    pairs = {(table.shown[first], table.shown[second]) for first, second in table.pairs.tolist()}
    assert ("late", "flight") in pairs and ("航班", "班延") in pairs
    assert not {word for pair in pairs for word in pair} & {"delta", "united", "amp", "RT", "航空"}


def test_names_of_users_are_left_out_also_without_their_sign():
    texts = ["@JetBlue late", "@JetBlue: late JetBlue", "@delta delta", "the delta", "ann@jetblue.com delta"]
    words = read_words(texts)
    assert set(words.shown) == {"late", "delta", "the"}
    assert len(words.terms) == len(words.rows) == 6 and words.terms.max() < len(words.shown)


def test_long_texts_are_read_in_part():
    assert len(split_words("word " * 100_000)) == 400


def test_words_ignore_case_and_show_the_most_frequent_spelling():
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


def test_texts_without_words_count_for_nothing():
    rows, terms = distinct_words(read_words(["", "12"]))
    assert len(rows) == len(terms) == 0


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


def test_a_table_counts_words_and_pairs_once_a_text():
    texts = ["red fox red fox", "the red fox", "fox", "", "lazy dog"]
    table = table_words(read_words(texts), len(texts))
    number = {word: position for position, word in enumerate(table.shown)}
    assert table.pairs.tolist() == [[number["red"], number["fox"]]]  # the only pair that is there twice
    counts = table.counts(np.array([0, 0, 1, 1, 1]), 2).toarray()
    assert counts.shape == (2, len(table.shown) + 1)
    found = {word: counts[:, position].tolist() for word, position in number.items()}
    assert found == {"red": [2, 0], "fox": [2, 1], "the": [1, 0], "lazy": [0, 1], "dog": [0, 1]}
    assert counts[:, -1].tolist() == [2, 0]


def test_a_table_counts_like_the_words(tmp_path):
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["red", "green", "blue", "grey", "pink"], 6)) for _ in range(50)]
    place = rng.integers(0, 4, 50)
    words = read_words(texts)
    table = keep_word_table(ArtifactStore(tmp_path), "corpus", texts)
    expected = [
        [
            sum(word in text.split() for text, at in zip(texts, place, strict=True) if at == each)
            for word in words.shown
        ]
        for each in range(4)
    ]
    assert table.counts(place, 4).toarray()[:, : len(words.shown)].tolist() == expected
    beside = {
        pair: sum(f" {pair} " in f" {text} " for text in texts)
        for pair in {f"{a} {b}" for a in words.shown for b in words.shown if a != b}
    }
    overall = np.asarray(table.counts(np.zeros(50, dtype=int), 1).toarray())[0, len(words.shown) :]
    shown = [f"{table.shown[a]} {table.shown[b]}" for a, b in table.pairs]
    assert dict(zip(shown, overall.tolist(), strict=True)) == {k: n for k, n in beside.items() if n >= 2}


def test_a_kept_table_is_read_again(tmp_path, monkeypatch):
    made = keep_word_table(ArtifactStore(tmp_path), "corpus", ["red fox", "red fox"])
    monkeypatch.setattr("core.corpus.tokenizer.read_words", None)
    again = keep_word_table(ArtifactStore(tmp_path), "corpus", ["red fox", "red fox"])
    assert again.shown == made.shown and np.array_equal(again.entries, made.entries)


@pytest.mark.parametrize("texts", [[], [""], ["12 !", "…"]])
def test_a_table_of_nothing(texts):
    table = table_words(read_words(texts), len(texts))
    assert table.counts(np.zeros(len(texts), dtype=int), 1).sum() == 0
