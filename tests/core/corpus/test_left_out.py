"""Copies and set-aside texts: which rows are on the map, and what is kept of the others."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from core.corpus import SET_ASIDE, bare_text, build_corpus
from core.corpus.tables import Table
from core.errors import CorpusError
from core.utils import normal_text

TEXTS = ["good", "N/A", "bad", "good", "n / a", None, "slow", "good ", "Good", "caf\u00e9", "cafe\u0301"]


def table_of(texts, **columns):
    frame = pd.DataFrame({"text": pd.Series(texts, dtype=object), **columns})
    return Table("x.csv", frame, "UTF-8", source_rows=np.arange(2, len(texts) + 2))


def test_copies_are_kept_beside_with_the_row_of_their_original():
    corpus = build_corpus(table_of(TEXTS, n=range(len(TEXTS))), "text", leave_out_copies=True)
    assert corpus.texts.tolist() == ["good", "N/A", "bad", "n / a", "slow", "Good", "café"]
    left_out = corpus.left_out
    assert left_out.texts.tolist() == ["good", "good ", "cafe\u0301"]
    assert left_out.copy_of.tolist() == [0, 0, 6]
    assert left_out.source_rows.tolist() == [5, 9, 12]
    assert left_out.metadata["n"].tolist() == [3, 7, 10]
    assert (len(left_out), left_out.n_copies, left_out.n_set_aside) == (3, 3, 0)


def test_set_aside_texts_are_kept_beside_without_an_original():
    corpus = build_corpus(table_of(TEXTS), "text", leave_out_copies=True, set_aside=frozenset({"n/a"}))
    assert corpus.texts.tolist() == ["good", "bad", "slow", "Good", "café"]
    assert corpus.left_out.texts.tolist() == ["N/A", "good", "n / a", "good ", "cafe\u0301"]
    assert corpus.left_out.copy_of.tolist() == [SET_ASIDE, 0, SET_ASIDE, 0, 4]
    assert corpus.left_out.n_set_aside == 2
    only = build_corpus(table_of(TEXTS), "text", set_aside=frozenset({"N/A"}))
    assert len(only.texts) == 8 and only.left_out.texts.tolist() == ["N/A", "n / a"]


def test_nothing_is_left_out_unasked_and_the_key_says_what_was():
    plain = build_corpus(table_of(TEXTS), "text")
    assert plain.left_out is None and len(plain.texts) == 10
    none_found = build_corpus(table_of(["a", "b", "c"]), "text", leave_out_copies=True)
    assert (
        none_found.left_out is None and none_found.key == build_corpus(table_of(["a", "b", "c"]), "text").key
    )
    keys = {
        build_corpus(table_of(TEXTS), "text", leave_out_copies=copies, set_aside=frozenset(aside)).key
        for copies in (False, True)
        for aside in ((), ("n/a",), ("n/a", "slow"))
    }
    assert len(keys) == 6
    other = build_corpus(table_of([*TEXTS, "good"]), "text", leave_out_copies=True)
    assert other.key not in keys


def test_too_few_texts_left_are_told_with_what_was_left_out():
    table = table_of(["a", "b", "N/A", "N/A"])
    with pytest.raises(CorpusError, match="2 different texts beside the 2 rows left out"):
        build_corpus(table, "text", set_aside=frozenset({"N/A"}))


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("N/A", "na"),
        (" n. a. ", "na"),
        ("No comment!", "nocomment"),
        ("--", "-"),
        ("- - -", "-"),
        ("—", "—"),
        ("?!", "?!"),
        ("特になし。", "特になし"),
        ("👍👍", "👍👍"),
        ("नहीं", "नहीं"),
        ("C++", "c++"),
    ],
)
def test_bare_texts(text, bare):
    assert bare_text(text) == bare


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    some.lists(some.sampled_from(["a", "a ", "A", "b", "n/a", "NA", "-", "--", "é", "e\u0301", "c", "d"])),
    some.booleans(),
    some.sets(some.sampled_from(["n/a", "-"])),
)
def test_every_row_is_on_the_map_or_beside_it(texts, copies, aside):
    texts = ["x", "y", "z", *texts]
    corpus = build_corpus(table_of(texts), "text", leave_out_copies=copies, set_aside=frozenset(aside))
    beside = corpus.left_out
    rows = corpus.source_rows.tolist() + ([] if beside is None else beside.source_rows.tolist())
    assert sorted(rows) == list(range(2, len(texts) + 2))
    if copies:
        assert len({normal_text(text) for text in corpus.texts}) == len(corpus.texts)
    for text, original in zip(*((beside.texts, beside.copy_of) if beside else ((), ())), strict=True):
        if original == SET_ASIDE:
            assert bare_text(text) in {bare_text(each) for each in aside}
        else:
            assert normal_text(text) == normal_text(corpus.texts[original])


def test_places_in_the_table_count_what_is_left_out():
    texts = ["", "good", "N/A", "bad", "good", "slow"]
    assert build_corpus(table_of(texts), "text").places_in_table().tolist() == [0, 1, 2, 3, 4]
    corpus = build_corpus(table_of(texts), "text", leave_out_copies=True, set_aside=frozenset({"N/A"}))
    assert corpus.texts.tolist() == ["good", "bad", "slow"]
    assert corpus.places_in_table().tolist() == [0, 2, 4]
