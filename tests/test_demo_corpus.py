"""The demo corpus: balanced, varied and free of give-aways, checked without an encoder."""

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

PATH = Path(__file__).parent.parent / "assets" / "demo" / "feedback.csv"
FACETS = {"topic": 6, "emotion": 6, "intent": 4}


@pytest.fixture(scope="module")
def demo():
    return pd.read_csv(PATH, encoding="utf-8", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def tokens(demo):
    return [re.findall(r"[a-z0-9£']+", text.lower().replace("’", "'")) for text in demo["text"]]


def cramers_v(first, second):
    counts = pd.crosstab(first, second).to_numpy(dtype=float)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
    chi_squared = ((counts - expected) ** 2 / expected).sum()
    return np.sqrt(chi_squared / (counts.sum() * (min(counts.shape) - 1)))


def count_sentences(text):
    pieces = re.split(r"[.!?]+[\"')]*(?:\s+|$)", text)
    return sum(1 for piece in pieces if piece.strip())


def test_cramers_v_of_hand_worked_tables():
    assert cramers_v(pd.Series(list("aabb")), pd.Series(list("xxyy"))) == pytest.approx(1)
    assert cramers_v(pd.Series(list("aabb")), pd.Series(list("xyxy"))) == pytest.approx(0)


def test_columns_and_size(demo):
    assert list(demo.columns) == ["text", *FACETS]
    assert len(demo) >= 480
    assert not (demo == "").to_numpy().any()


def test_file_is_plain_utf8():
    content = PATH.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    text = content.decode("utf-8")
    assert "�" not in text
    assert "Ã" not in text


def test_texts_are_single_trimmed_lines(demo):
    for text in demo["text"]:
        assert text == " ".join(text.split())


@pytest.mark.parametrize(("facet", "n_labels"), list(FACETS.items()))
def test_labels_are_single_words_in_equal_numbers(demo, facet, n_labels):
    counts = demo[facet].value_counts()
    assert len(counts) == n_labels
    assert counts.min() == counts.max()
    assert all(re.fullmatch(r"[a-z]+", label) for label in counts.index)


def test_facets_are_perfectly_crossed(demo):
    cells = demo.groupby(list(FACETS)).size()
    assert len(cells) == np.prod(list(FACETS.values()))
    assert cells.nunique() == 1


@pytest.mark.parametrize(("first", "second"), list(combinations(FACETS, 2)))
def test_facets_are_independent(demo, first, second):
    assert cramers_v(demo[first], demo[second]) < 0.15


def test_rows_are_shuffled(demo):
    for facet, n_labels in FACETS.items():
        labels = demo[facet].to_numpy(dtype=object)
        same_as_next = np.mean(labels[:-1] == labels[1:])
        assert same_as_next < 1 / n_labels + 0.1


def test_no_duplicates_or_near_duplicates(tokens):
    words = [frozenset(row) for row in tokens]
    assert len({" ".join(row) for row in tokens}) == len(tokens)
    closest = max(len(a & b) / len(a | b) for a, b in combinations(words, 2))
    assert closest <= 0.6


def test_openings_are_varied(tokens):
    openings = pd.Series([" ".join(row[:4]) for row in tokens])
    assert openings.value_counts().max() <= 3


def test_lengths_are_natural_and_varied(demo):
    lengths = demo["text"].str.split().str.len()
    assert lengths.between(3, 70).all()
    assert (lengths <= 9).sum() >= 20
    assert (lengths >= 36).sum() >= 20


def test_one_to_three_sentences(demo):
    assert demo["text"].map(count_sentences).between(1, 3).all()


@pytest.mark.parametrize("facet", FACETS)
def test_labels_rarely_name_themselves(demo, facet):
    for label, texts in demo.groupby(facet)["text"]:
        word = rf"\b{label.removesuffix('s')}s?\b"
        named = texts.str.contains(word, case=False, regex=True).mean()
        assert named < 0.2, f"{label} appears in {named:.0%} of its own texts"


def test_no_phrase_is_stock_in_an_emotion(demo, tokens):
    for _, rows in demo.groupby("emotion").indices.items():
        phrases = [{" ".join(tokens[i][j : j + 3]) for j in range(len(tokens[i]) - 2)} for i in rows]
        counts = pd.Series([phrase for found in phrases for phrase in found]).value_counts()
        assert counts.max() < 0.1 * len(rows)
