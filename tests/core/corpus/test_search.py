import time
import unicodedata

import numpy as np
import pytest

from core.corpus import build_index, find_meaning, find_pattern, find_words, mark_pattern, mark_words
from core.errors import RefractError
from core.neighbours import unit_rows

TEXTS = [
    "Two bags were lost, and the handbag too",
    "A BAG!",
    "The card was charged twice",
    "He paid twice, by credit card",
    "Credit where it is due: the card came",
    "Un café près d'ici",
    "昨日の配達は遅かった",
    "",
]


@pytest.fixture(scope="module")
def index():
    return build_index(np.array(TEXTS, dtype=object))


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("bag", [1, 0]),  # begins a word; the larger part of a short text
        ("BAGS lost", [0]),
        ("andbag", []),
        ("card twice", [2, 3]),
        ("twice card", [2, 3]),
        ("“credit card”", [3]),
        ('"credit  card"', [3]),
        ("credit card", [3, 4]),
        ("cafe", [5]),
        ("CAFÉ pres", [5]),
        ("配達", [6]),
        ("twice,", [3]),
        ("", []),
        ("   ", []),
        ("nowhere", []),
        (".*", []),
    ],
)
def test_words(index, query, rows):
    found = find_words(index, query)
    assert found.dtype == np.int64
    assert found.tolist() == rows


def test_words_agree_with_a_plain_search():
    rng = np.random.default_rng(0)
    texts = [" ".join(rng.choice(["ab", "abc", "b", "Bc", "çb"], 4)) for _ in range(300)]
    index = build_index(texts)

    def folded(text):
        return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)).lower()

    for query in ("ab", "ab b", "abc bc", "cb", "çb ab"):
        expected = [
            row
            for row, text in enumerate(texts)
            if all(
                any(word.startswith(part) for word in folded(text).split()) for part in folded(query).split()
            )
        ]
        assert sorted(find_words(index, query).tolist()) == expected


def test_letters_that_change_at_the_end_of_a_word_are_one():
    index = build_index(["ΟΔΟΣ ΜΕΓΑΛΗ", "μια οδός", "οδοι"])
    for query in ("ΟΔΟΣ", "οδός", "οδοσ"):
        assert sorted(find_words(index, query).tolist()) == [0, 1]


@pytest.mark.parametrize("query", ['"  "', "“ ”", "\u0301"])
def test_a_query_without_letters_finds_nothing(index, query):
    assert find_words(index, query).tolist() == []
    assert find_words(index, f"{query} bag").tolist() == find_words(index, "bag").tolist()


@pytest.mark.parametrize(
    ("pattern", "rows"),
    [
        ("bags?", [0, 1]),
        ("^a bag", [1]),
        (r"\btwice\b.*card", [3]),
        ("caf.", [5]),
        ("配.", [6]),
        ("(?-i)CREDIT", []),
        ("", []),
    ],
)
def test_patterns(index, pattern, rows):
    assert find_pattern(index, pattern).tolist() == rows


@pytest.mark.parametrize("pattern", ["(bag", "bag**", r"(a)\1", "(?=bag)", "[z-a]", "x{5000}"])
def test_a_bad_pattern_is_explained_in_one_sentence(index, pattern):
    with pytest.raises(RefractError, match=r"Invalid pattern \(.+\): correct it"):
        find_pattern(index, pattern)


def test_a_pattern_is_not_longer_than_is_read(index):
    with pytest.raises(RefractError, match="1,001 characters"):
        find_pattern(index, "a" * 1001)


def test_words_are_not_longer_than_is_read(index):
    with pytest.raises(RefractError, match="1,999 characters"):
        find_words(index, " ".join("a" * 1000))


@pytest.mark.parametrize("find", [find_words, find_pattern])
def test_a_search_ends_when_its_time_is_up(find):
    index = build_index(["some words"] * 400_000)  # four blocks
    with pytest.raises(RefractError, match="of 400,000"):
        find(index, "words", seconds=0)
    assert len(find(index, "words", seconds=60)) == 400_000


@pytest.mark.parametrize(
    "texts", [["", ""], ["", "x" * 3_000_000, "", "ab"], ["ab", *["x" * 700_000] * 4, ""]]
)
def test_blocks_hold_every_text_once(texts):
    index = build_index(texts)
    assert find_pattern(index, "$").tolist() == list(range(len(texts)))
    assert find_words(index, "ab").tolist() == [row for row, text in enumerate(texts) if text == "ab"]


def test_no_pattern_hangs():
    index = build_index(["a" * 20_000 + "b"])
    start = time.monotonic()
    assert find_pattern(index, "^(a+)+$").tolist() == []
    assert find_pattern(index, "(a|aa|a?)*c").tolist() == []
    assert time.monotonic() - start < 5


def test_meaning_agrees_with_a_full_sort():
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.normal(size=(200, 8)))
    vectors[3] = 0
    query = rng.normal(size=8).astype(np.float32)
    cosines = vectors @ query / np.linalg.norm(query)
    rows, similarities = find_meaning(vectors, query, 20)
    assert rows.tolist() == np.argsort(-cosines, kind="stable")[:20].tolist()
    np.testing.assert_allclose(similarities, cosines[rows], atol=1e-6)
    assert find_meaning(vectors, 5 * query, 20)[0].tolist() == rows.tolist()
    assert len(find_meaning(vectors, query, 1000)[0]) == 200
    assert len(find_meaning(vectors, query, 0)[0]) == 0


def test_of_equally_near_texts_the_first_are_found():
    vectors = unit_rows(np.ones((10, 3)))
    assert find_meaning(vectors, np.ones(3), 4)[0].tolist() == [0, 1, 2, 3]


def test_a_query_of_zeros_is_near_to_nothing():
    assert find_meaning(np.eye(3, dtype=np.float32), np.zeros(3), 2)[1].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("My bags, no handbag. BAG", "bag", ["bag", "BAG"]),
        ("Café and cafe", "CAFÉ", ["Café", "cafe"]),
        ("İstanbul", "istanbul", ["İstanbul"]),
        ("昨日の配達は", "配達", ["配達"]),
        ("side by side by", '"side by"', ["side by", "side by"]),
        ("nothing", "", []),
        ("a (b) c", "(b", ["(b"]),
    ],
)
def test_words_are_marked_where_they_are_found(text, query, marked):
    pieces = mark_words(text, query)
    assert pieces[1::2] == marked and "".join(pieces) == text
    assert bool(marked) == bool(len(find_words(build_index([text]), query)))


def test_patterns_are_marked_where_they_match():
    texts = ["Refunded, refund!", "none", "aaa\ue000"]
    pieces = mark_pattern(texts, "refund(ed|s)?")
    assert [found[1::2] for found in pieces] == [["Refunded", "refund"], [], []]
    assert "".join(pieces[0]) == texts[0]
    (long,) = mark_pattern(["a" * 20_000 + "b"], "(a+)+c")  # in linear time
    assert len(long) == 1
