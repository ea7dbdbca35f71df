import numpy as np
import pytest

from core.corpus import read_words, table_words
from core.maps.clusters import first_words, leading_labels, name_clusters

LABELS = ["angry", "refund"]


def names_of(texts, clusters, labels=None, quote=None):
    return name_clusters(table_words(read_words(texts), len(texts)), clusters, labels=labels, quote=quote)


@pytest.mark.parametrize(("n_angry", "leads"), [(78, False), (79, False), (80, True), (100, True)])
def test_a_label_leads_from_four_fifths_of_the_texts(n_angry, leads):
    predicted = np.where(np.arange(100) < n_angry, 0, 1)
    assert leading_labels(np.zeros(100, dtype=int), predicted, LABELS) == ({0: "angry"} if leads else {})


@pytest.mark.parametrize("size", [5, 15, 35, 85, 115])
def test_exactly_four_fifths_of_any_size_lead(size):
    predicted = np.where(np.arange(size) < size * 4 // 5, 1, 0)
    assert leading_labels(np.zeros(size, dtype=int), predicted, LABELS) == {0: "refund"}


def test_texts_without_a_label_count_against_it_and_noise_does_not():
    clusters = np.repeat([0, 1, -1], 10)
    predicted = np.array([0] * 7 + [-1] * 3 + [1] * 8 + [-1] * 2 + [0] * 10)
    assert leading_labels(clusters, predicted, LABELS) == {1: "refund"}


def test_labels_of_one_name_count_together_and_a_blank_name_does_not_lead():
    assert leading_labels(np.zeros(4, dtype=int), np.array([0, 1, 0, 1]), ["angry", "angry"]) == {0: "angry"}
    assert leading_labels(np.zeros(4, dtype=int), np.zeros(4, dtype=int), [" "]) == {}


def test_no_clusters_have_no_labels():
    assert leading_labels(np.full(3, -1), np.zeros(3, dtype=int), LABELS) == {}
    assert leading_labels(np.zeros(3, dtype=int), np.full(3, -1), []) == {}


def test_a_label_leads_and_takes_the_place_of_a_word():
    texts = ["invoice charge credit"] * 4 + ["boat sail"] * 4
    names = names_of(texts, np.repeat([0, 1], 4), {0: "angry"})
    words = names[0].removeprefix("angry: ").split(" · ")
    assert names[0].startswith("angry: ") and set(" ".join(words).split()) <= set(texts[0].split())
    assert names == names_of(texts, np.repeat([0, 1], 4), {0: "angry"})
    assert "angry" not in names[1]


def test_words_that_repeat_the_label_are_not_said_twice():
    texts = ["refunds charge", "refund charge", "refunds charge", "boat", "boat", "boat"]
    assert names_of(texts, np.repeat([0, 1], 3), {0: "refund"})[0] == "refund: charge"
    texts = ["refund", "refunds", "refund", "boat", "boat", "boat"]
    assert names_of(texts, np.repeat([0, 1], 3), {0: "refund"})[0] == "refund"


def test_a_phrase_keeps_its_word_that_the_label_does_not_say():
    texts = ["the credit limit", "a credit limit", "credit limit", "boat", "boat", "boat"]
    assert names_of(texts, np.repeat([0, 1], 3), {0: "credit_card"})[0] == "credit_card: limit"


def test_words_of_scripts_without_spaces_do_not_repeat_the_label():
    texts = ["手机", "手机", "手机", "boat", "boat", "boat"]
    assert names_of(texts, np.repeat([0, 1], 3), {0: "手机"})[0] == "手机"
    texts = ["手机 屏幕"] * 3 + ["boat"] * 3
    assert names_of(texts, np.repeat([0, 1], 3), {0: "手机"})[0] == "手机: 屏幕"


def test_a_long_label_leaves_room_for_the_words_and_stays_distinct():
    texts = ["charge"] * 4 + ["boat"] * 4 + ["charge"] * 4 + ["boat"] * 4
    long = "complains about a payment that came "
    names = names_of(
        texts, np.repeat([0, 1, 2, 3], 4), dict.fromkeys([0, 1], long + "late") | {2: long + "twice"}
    )
    assert names[0].startswith("complains about a") and names[0].endswith("…: charge") and len(names[0]) <= 40
    assert len(set(names.values())) == 4
    assert names_of(texts, np.repeat([0, 1, 2, 3], 4), {0: "x" * 80})[0] == f"{'x' * 27}…: charge"


def test_clusters_of_one_label_have_different_words():
    texts = ["charge late"] * 4 + ["charge card"] * 4 + ["boat"] * 9
    names = names_of(texts, np.repeat([0, 1, 2], [4, 4, 9]), {0: "angry", 1: "angry"})
    first, second = (set(names[code].removeprefix("angry: ").split(" · ")) for code in (0, 1))
    assert first != second and all(names[code].startswith("angry: ") for code in (0, 1))


def test_clusters_of_one_label_without_other_words_stay_apart():
    texts = ["refund"] * 8 + ["boat"] * 4
    names = names_of(texts, np.repeat([0, 1, 2], 4), {0: "refund", 1: "refund"}, lambda rows: ["“refund”"])
    assert names == {0: "refund", 1: "refund: “refund”", 2: "boat"}
    names = names_of(texts, np.repeat([0, 1, 2], 4), {0: "refund", 1: "refund"})
    assert names == {0: "refund", 1: "refund (2)", 2: "boat"}


VECTORS = np.eye(6, dtype=np.float32)


def quoting(texts, vectors=VECTORS):
    return lambda rows: first_words(texts, vectors, rows)


def test_a_cluster_without_a_word_is_named_by_its_most_typical_text():
    texts = ["12 34", "56", "12  34\n", "boat", "boat", "boat"]
    vectors = np.array([[1, 0, 0], [0, 1, 0], [1, 0.1, 0], *[[0, 0, 1]] * 3], dtype=np.float32)
    names = names_of(texts, np.repeat([0, 1], 3), quote=quoting(texts, vectors))
    assert names == {0: "“12 34”", 1: "boat"}
    assert names_of(texts, np.repeat([0, 1], 3), {0: "angry"}, quoting(texts, vectors))[0] == "angry"


def test_only_texts_without_visible_characters_leave_a_number():
    texts = ["", " \n", "\u200b", "!!", "!!", "?"]
    names = names_of(texts, np.array([0, 0, 0, 1, 1, 1]), quote=quoting(texts))
    assert names[0] == "cluster 1" and names[1] in ("“!!”", "“?”")


def test_clusters_of_equal_texts_without_words_have_names_of_their_own():
    texts = ["!!"] * 6
    names = names_of(texts, np.repeat([0, 1, 2], 2), quote=quoting(texts))
    assert len(set(names.values())) == 3 and all(name.startswith("“!!”") for name in names.values())


def test_texts_are_read_only_for_clusters_without_words():
    def refuse(rows):
        raise AssertionError("has words")

    assert names_of(["boat"] * 3 + ["car"] * 3, np.repeat([0, 1], 3), quote=refuse) == {0: "boat", 1: "car"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short enough", "“short enough”"),
        ("one two three four five six seven eight nine ten", "“one two three four five six seven eight…”"),
        ("a sentence that ends just here, and goes on", "“a sentence that ends just here, and…”"),
        ("x" * 60, f"“{'x' * 39}…”"),
        ("手" * 60, f"“{'手' * 39}…”"),
        ("on it " + "x" * 60, f"“on it {'x' * 33}…”"),
        ("  spaces \n and\tlines ", "“spaces and lines”"),
    ],
)
def test_the_first_words_of_a_text(text, expected):
    assert first_words([text], VECTORS[:1], np.array([0])) == [expected]
    assert len(expected) <= 42
