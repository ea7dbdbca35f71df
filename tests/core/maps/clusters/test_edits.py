import zlib

import numpy as np
import pytest

from core.errors import StoreError
from core.maps.clusters import Edit, decode_edit, encode_edit
from core.maps.clusters.edits import apply_edits, describe


def rows(*numbers):
    return np.array(numbers, dtype=np.int64)


# Ten texts in a row: three clusters and one text apart.
CODES = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, -1])
POINTS = np.column_stack([np.arange(10.0), np.zeros(10)])
A, B, C = rows(0, 1, 2, 3), rows(4, 5, 6), rows(7, 8)


def edited(*edits, codes=CODES):
    return apply_edits(codes, edits, POINTS)


def test_without_edits_nothing_changes():
    result = edited()
    assert result.codes.tolist() == CODES.tolist()
    assert (result.kept_names, result.lost) == ({}, [])


def test_a_name_stays_with_its_texts():
    name = Edit("name", (B,), ("billing",))
    assert edited(name).kept_names == {1: "billing"}
    # After a refit it has other members and another number: 4 and 5 are 2 of 4 texts in either.
    assert edited(name, codes=np.array([1, 1, 1, 0, 0, 0, 2, 2, 2, 2])).kept_names == {2: "billing"}


def test_a_name_without_its_cluster_is_lost_and_returns_with_it():
    name = Edit("name", (C,), ("rare",))
    coarse = edited(name, codes=np.zeros(10, dtype=int))
    assert coarse.kept_names == {} and coarse.lost == ["name “rare”"]
    assert edited(name).kept_names == {2: "rare"}


def test_the_later_of_two_names_counts():
    assert edited(Edit("name", (A,), ("old",)), Edit("name", (A,), ("new",))).kept_names == {0: "new"}


def test_of_two_names_on_one_cluster_the_better_fit_counts():
    both = (Edit("name", (A,), ("four",)), Edit("name", (B,), ("three",)))
    together = np.array([0, 0, 0, 0, 0, 0, 0, 1, 1, -1])
    result = edited(*both, codes=together)
    assert result.kept_names == {0: "four"}
    assert result.lost == ["name “three”"]


def test_no_two_kept_names_are_equal():
    one, other = Edit("name", (A,), ("same",)), Edit("name", (B,), ("Same",))
    assert edited(one, other).kept_names == {0: "same", 1: "Same (2)"}


def test_several_names_are_one_edit():
    assert edited(Edit("name", (A, C), ("first", "last"))).kept_names == {0: "first", 2: "last"}


def test_unlock_removes_a_name():
    assert edited(Edit("name", (A,), ("mine",)), Edit("unlock", (A,))).kept_names == {}


def test_merged_clusters_are_one():
    result = edited(Edit("merge", (B, C)))
    assert result.codes.tolist() == [1, 1, 1, 1, 0, 0, 0, 0, 0, -1]


def test_a_merge_keeps_the_name_of_the_first():
    names = Edit("name", (B, C), ("b", "c"))
    result = edited(names, Edit("merge", (C, B)))
    assert list(result.kept_names.values()) == ["c"]


def test_a_merge_applies_to_a_finer_cut():
    finer = np.array([0, 0, 1, 1, 2, 2, 3, 4, 4, -1])
    result = edited(Edit("merge", (A, C)), codes=finer)
    members = set(np.flatnonzero(result.codes == result.codes[0]).tolist())
    assert members == {0, 1, 2, 3, 7, 8}
    assert result.lost == []


def test_a_merge_is_not_lost_where_all_are_one_already():
    assert edited(Edit("merge", (A, B)), codes=np.zeros(10, dtype=int)).lost == []


def test_a_split_makes_two_of_one():
    result = edited(Edit("split", (rows(0, 1), rows(2, 3))))
    assert result.codes[0] == result.codes[1] != result.codes[2] == result.codes[3]
    assert len(np.unique(result.codes[result.codes >= 0])) == 4


def test_texts_that_joined_since_go_to_the_nearest_part():
    grown = np.array([0, 0, 0, 0, 0, 1, 1, 2, 2, -1])  # text 4 joined
    result = edited(Edit("split", (rows(0, 1), rows(2, 3))), codes=grown)
    assert result.codes[4] == result.codes[3] != result.codes[0]


def test_a_split_is_not_lost_where_the_parts_are_apart_already():
    result = edited(Edit("split", (A, B)))
    assert result.codes.tolist() == CODES.tolist() and result.lost == []


def test_a_split_without_its_cluster_is_lost():
    one = np.zeros(10, dtype=int)
    result = edited(Edit("split", (rows(0), rows(2))), codes=one)
    assert result.codes.tolist() == one.tolist() and result.lost == ["split into 2"]


def test_moved_texts_join_their_new_cluster():
    result = edited(Edit("move", (rows(3, 9), B)))
    assert len({int(result.codes[row]) for row in (3, 4, 5, 6, 9)}) == 1
    assert edited(Edit("move", (rows(3), C)), codes=np.zeros(10, dtype=int)).lost != []


def test_moved_texts_can_be_a_new_cluster():
    result = edited(Edit("move", (rows(0, 9),)))
    assert result.codes[0] == result.codes[9]
    assert np.flatnonzero(result.codes == result.codes[0]).tolist() == [0, 9]


def test_every_text_stays_and_clusters_are_numbered_from_the_largest():
    edits = (Edit("merge", (B, C)), Edit("split", (rows(0, 1), rows(2, 3))), Edit("move", (rows(9), C)))
    codes = edited(*edits).codes
    sizes = np.bincount(codes[codes >= 0])
    assert sizes.sum() == 10 and (np.diff(sizes) <= 0).all() and (sizes > 0).all()


def test_an_edit_is_read_from_its_bytes():
    edit = Edit("name", (rows(0, 5, 1_000_000), rows()), ("straße · ключ", ""))
    again = decode_edit(encode_edit(edit))
    assert (again.kind, again.names) == (edit.kind, edit.names)
    assert [group.tolist() for group in again.groups] == [[0, 5, 1_000_000], []]
    assert decode_edit(encode_edit(Edit("name", (A,), ("x",), "k-means 4"))).cut == "k-means 4"
    without = zlib.compress(b'["merge", [[1], [2]], []]')  # as earlier versions wrote it
    assert decode_edit(without).cut == "" and decode_edit(without).kind == "merge"
    large = encode_edit(Edit("merge", (np.arange(0, 200_000, 2), np.arange(1, 200_000, 2))))
    assert len(large) < 10_000


@pytest.mark.parametrize(
    "content", [b"", b"junk", zlib.compress(b"[1]"), zlib.compress(b'["paint", [], []]')]
)
def test_a_damaged_edit_is_refused(content):
    with pytest.raises(StoreError):
        decode_edit(content)


def test_edits_in_words():
    assert describe(Edit("name", (A,), ("x",))) == "name “x”"
    assert describe(Edit("name", (A,) * 5, tuple("vwxyz"))) == "name “v”, “w”, “x” and 2 more"
    assert describe(Edit("move", (A, B))) == "4 texts moved to another cluster"
    assert describe(Edit("move", (A[:1], B))) == "1 text moved to another cluster"
    assert describe(Edit("merge", (A, B))) == "merge of 2 clusters"


@pytest.fixture
def record(store, corpus):
    store.add_corpus(corpus)
    return store.clusters


def test_choices_are_stored_for_each_map(record, corpus, store):
    analysis = store.add_analysis(corpus.key, "by feeling")
    assert record.choice(corpus.key, None) is None
    record.set_choice(corpus.key, None, "one")
    record.set_choice(corpus.key, None, "two")
    record.set_choice(corpus.key, analysis, "three")
    assert record.choice(corpus.key, None) == "two"
    assert record.choice(corpus.key, analysis) == "three"


def test_edits_are_stored_in_order_and_can_be_undone(record, corpus):
    tokens = [record.last_edit(corpus.key, None)]
    for content in (b"first", b"second"):
        record.add_edit(corpus.key, None, content, "ada")
        tokens.append(record.last_edit(corpus.key, None))
    assert [(stored.edit, stored.edited_by) for stored in record.edits(corpus.key, None)] == [
        (b"first", "ada"),
        (b"second", "ada"),
    ]
    assert record.undo_edit(corpus.key, None)
    assert record.last_edit(corpus.key, None) == tokens[1]
    record.add_edit(corpus.key, None, b"other", "ada")
    assert record.last_edit(corpus.key, None) not in tokens
    assert record.undo_edit(corpus.key, None) and record.undo_edit(corpus.key, None)
    assert not record.undo_edit(corpus.key, None)
    assert record.edits(corpus.key, None) == []


def test_each_map_has_its_own_edits(record, corpus, store):
    analysis = store.add_analysis(corpus.key, "by feeling")
    record.add_edit(corpus.key, analysis, b"edit", "ada")
    assert record.edits(corpus.key, None) == []
    assert not record.undo_edit(corpus.key, None)
    store.delete_analysis(analysis)
    assert record.edits(corpus.key, analysis) == []


def test_nothing_is_stored_for_a_map_that_another_tab_removed(record, corpus, store):
    analysis = store.add_analysis(corpus.key, "by feeling")
    store.delete_analysis(analysis)
    record.set_choice(corpus.key, analysis, "one")
    record.add_edit(corpus.key, analysis, b"edit", "ada")
    assert record.choice(corpus.key, analysis) is None and record.edits(corpus.key, analysis) == []
