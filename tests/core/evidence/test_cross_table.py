"""Flows between partitions: counts, splits and merges in words, likeness, and the panel."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import Partition
from core.evidence import CrossTable, diagonal_order, flows, fold, likeness, movements
from core.evidence.cross_table import Flow, Likeness
from tests.support.session import selected as selected_rows


def partition(codes, **names):
    names = {int(code[1:]): name for code, name in names.items()}
    codes = np.asarray(codes, dtype=np.int32)
    return Partition(codes, names or {int(code): f"group {code}" for code in np.unique(codes[codes >= 0])})


# Ten texts: billing (0) goes to anger and confusion, delivery (1) to anger; one text was in no group.
LEFT = partition([0, 0, 0, 0, 0, 0, 1, 1, 1, -1], _0="billing", _1="delivery")
RIGHT = partition([5, 5, 5, 7, 7, -1, 5, 5, 5, 7], _5="anger", _7="confusion")


def random_table(seed=0, n=500):
    rng = np.random.default_rng(seed)
    return CrossTable(
        partition(rng.integers(-1, 9, n)), partition(rng.integers(-1, 30, n)), rng.random(n) < 0.7
    )


def test_the_table_counts_each_pair_with_none_last():
    table = CrossTable(LEFT, RIGHT)
    assert table.left_groups == [0, 1, -1] and table.right_groups == [5, 7, -1]
    assert table.counts.tolist() == [[3, 2, 1], [3, 0, 0], [0, 1, 0]]


def test_only_the_texts_that_pass_are_counted():
    among = np.array([1, 1, 0, 0, 0, 0, 0, 1, 0, 0], dtype=bool)
    table = CrossTable(LEFT, RIGHT, among)
    assert table.left_groups == [0, 1] and table.right_groups == [5]
    assert table.counts.tolist() == [[2], [1]]
    assert table.rows(0, 5).tolist() == [0, 1]
    assert table.rows(None, 5).tolist() == [0, 1, 7]
    assert among.sum() == 3  # the mask is unchanged


def test_a_table_of_no_texts_is_empty():
    table = CrossTable(LEFT, RIGHT, np.zeros(10, dtype=bool))
    assert table.counts.shape == (0, 0) and flows(table) == [] and movements(table) == []


@pytest.mark.parametrize("seed", range(5))
def test_sums_agree(seed):
    table = random_table(seed)
    assert table.counts.sum() == table.among.sum()
    for groups, axis, side in ((table.left_groups, 1, "left"), (table.right_groups, 0, "right")):
        codes = getattr(table, side).codes[table.among]
        assert table.counts.sum(axis=axis).tolist() == [int((codes == group).sum()) for group in groups]
    assert sum(flow.count for flow in flows(table)) == table.among.sum()
    for flow in flows(table):
        assert len(table.rows(flow.left, flow.right)) == flow.count
    every = np.concatenate([table.rows(flow.left, flow.right) for flow in flows(table)])
    assert np.array_equal(np.sort(every), np.flatnonzero(table.among))


def test_flows_stand_from_the_largest_down():
    found = flows(CrossTable(LEFT, RIGHT))
    assert found[:2] == [Flow(0, 5, 3), Flow(1, 5, 3)]
    assert [flow.count for flow in found] == sorted((flow.count for flow in found), reverse=True)


def test_a_split_a_merge_and_a_group_that_stays():
    splits, gathers, confusion, stays = movements(CrossTable(LEFT, RIGHT))
    assert (splits.kind, splits.group, splits.size) == ("splits", 0, 6)
    assert splits.parts == ((5, 3), (7, 2), (-1, 1)) and splits.rest == 0
    assert (gathers.kind, gathers.group, gathers.parts) == ("gathers", 5, ((0, 3), (1, 3)))
    assert (confusion.kind, confusion.group, confusion.parts) == ("gathers", 7, ((0, 2), (-1, 1)))
    assert (stays.kind, stays.group, stays.parts) == ("stays", 1, ((5, 3),))


def test_parts_below_a_tenth_are_not_named():
    left = partition([0] * 100)
    right = partition([0] * 60 + [1] * 31 + [2] * 9)
    (splits,) = movements(CrossTable(left, right))
    assert splits.parts == ((0, 60), (1, 31)) and splits.rest == 9


def test_a_scattered_group_still_says_where_most_of_it_went():
    (splits,) = movements(CrossTable(partition([0] * 20), partition(np.arange(20))))
    assert (splits.kind, len(splits.parts), splits.rest) == ("splits", 3, 17)


def test_a_group_that_one_small_part_stands_out_of_does_not_stay_together():
    right = partition([0] * 20 + [*range(1, 81)])
    (splits,) = movements(CrossTable(partition([0] * 100), right))
    assert splits.kind == "splits" and splits.parts[0] == (0, 20) and splits.rest == 78


@pytest.mark.parametrize("seed", range(5))
def test_movements_account_for_every_text_of_their_group(seed):
    table = random_table(seed)
    for move in movements(table):
        assert move.rest >= 0 and move.size == move.rest + sum(count for _, count in move.parts)
    named = {move.group for move in movements(table) if move.kind != "gathers"}
    assert named == set(table.left_groups) - {-1}


def test_likeness_of_equal_renamed_and_unrelated_groups():
    renamed = partition(np.where(LEFT.codes < 0, -1, 9 - LEFT.codes))
    same = likeness(CrossTable(LEFT, renamed))
    assert same.adjusted_rand == pytest.approx(1) and same.mutual_information == pytest.approx(1)
    assert same.n_texts == 9  # the one in no group does not count
    crossed = likeness(CrossTable(partition([0, 0, 1, 1] * 50), partition([0, 1] * 100)))
    assert abs(crossed.adjusted_rand) < 0.02 and crossed.mutual_information < 0.02
    assert np.isnan(likeness(CrossTable(LEFT, RIGHT, np.zeros(10, dtype=bool))).adjusted_rand)


@pytest.mark.parametrize("seed", range(5))
def test_likeness_is_that_of_scikit_learn(seed):
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    table = random_table(seed, n=60 * (seed + 1))
    both = table.among & (table.left.codes >= 0) & (table.right.codes >= 0)
    left, right = table.left.codes[both], table.right.codes[both]
    found = likeness(table)
    assert found.adjusted_rand == pytest.approx(adjusted_rand_score(left, right))
    assert found.mutual_information == pytest.approx(normalized_mutual_info_score(left, right))


def test_likeness_of_one_group_with_itself():
    one = partition([0, 0, 0])
    assert likeness(CrossTable(one, one)) == Likeness(1.0, 1.0, 3)


def test_likeness_counts_only_the_texts_that_pass():
    among = np.arange(10) < 5
    assert likeness(CrossTable(LEFT, RIGHT, among)).n_texts == 5


def test_folding_keeps_the_largest_and_every_text():
    sizes = [9, 5, 4, 2, 1]
    before = partition(np.repeat([*range(5), -1], [*sizes, 3]))
    after = fold(before, 3)
    assert after.names == {0: "group 0", 1: "group 1", 5: "3 other groups"}
    assert after.sizes() == {0: 9, 1: 5, 5: 7}
    assert (after.codes == -1).sum() == 3
    assert before.codes.max() == 4  # the partition itself is not changed
    assert fold(before, 5) is before


def test_folding_by_some_texts_keeps_the_groups_that_are_large_there():
    before = partition([0, 0, 0, 1, 1, 2])
    assert fold(before, 2, before.codes != 0).names == {1: "group 1", 3: "2 other groups"}


def test_columns_stand_near_the_rows_they_belong_to():
    counts = np.array([[0, 0, 4], [9, 0, 1], [0, 6, 0]])
    rows, columns = diagonal_order(counts)
    assert rows.tolist() == [1, 2, 0]
    assert columns.tolist() == [0, 1, 2]
    assert diagonal_order(np.zeros((0, 0), dtype=int))[0].tolist() == []


def panel(corpus_key, analysis_id, left="generic"):
    import numpy as np
    import streamlit as st

    from pages.common import cache
    from pages.maps.panels import draw_flows
    from pages.maps.view import current_view, left_key

    store = cache.store()
    st.session_state.setdefault(left_key(corpus_key), left)
    analysis = store.find_analysis(analysis_id) if analysis_id else None
    draw_flows(current_view(store.find_corpus(corpus_key), analysis), np.zeros(0, dtype=np.int64))


def test_the_panel_tells_in_words_and_a_click_selects(store, prepared, labelled):
    from pages.common import cache

    cache.runner().submit("fit", "x", analysis_id=labelled)
    app = AppTest.from_function(panel, args=(prepared, labelled), default_timeout=30).run()
    assert not app.exception
    assert app.selectbox[0].options[0] == "Clusters · Generic"
    assert app.selectbox[1].value == "Predicted labels · by feeling"
    assert any("Agreement" in element.value for element in app.markdown)
    app.selectbox[0].select("Column · topic").run()
    button = app.button(key="maps_flow_0_0")
    count = button.label.removesuffix("**").rsplit("**", 1)[1]
    button.click().run()
    rows = selected_rows(app, prepared).tolist()
    assert len(rows) == int(count)
    topics = {store.load_corpus(prepared).metadata["topic"][row] for row in rows}
    assert len(topics) == 1


def test_a_renamed_analysis_keeps_the_panel_working(store, prepared, labelled):
    from pages.common import cache

    cache.runner().submit("fit", "x", analysis_id=labelled)
    app = AppTest.from_function(panel, args=(prepared, labelled), default_timeout=30).run()
    app.selectbox[1].select("Predicted labels · by feeling").run()
    store.set_instruction(labelled, "by mood")
    app.run()
    assert not app.exception and app.selectbox[1].value.endswith("· by mood")


@pytest.mark.parametrize("kind", ["Matrix", "Table"])
def test_the_panel_has_other_forms(prepared, labelled, kind):
    from pages.common import cache

    cache.runner().submit("fit", "x", analysis_id=labelled)
    app = AppTest.from_function(panel, args=(prepared, labelled), default_timeout=30).run()
    app.segmented_control(key="maps_flows_kind").set_value(kind).run()
    assert not app.exception
    assert len(app.dataframe) == (kind == "Table")


def test_labels_of_two_analyses_are_crossed(store, prepared, labelled):
    from pages.common import cache

    topics = store.load_corpus(prepared).metadata["topic"].tolist()
    other = store.add_analysis(prepared, "by topic")
    for name in dict.fromkeys(topics):
        store.label_names.add(other, name)
    store.labels.give(other, {row: topics[row] for row in range(12)}, "ada")
    for analysis in (labelled, other):
        cache.runner().submit("fit", "x", analysis_id=analysis)
    arguments = (prepared, labelled, f"analysis-{other}")
    app = AppTest.from_function(panel, args=arguments, default_timeout=30).run()
    assert not app.exception
    assert app.selectbox[0].value == "Predicted labels · by topic"
    assert app.selectbox[1].value == "Predicted labels · by feeling"


def test_one_map_is_held_against_a_column(prepared):
    app = AppTest.from_function(panel, args=(prepared, None), default_timeout=30).run()
    assert not app.exception
    assert app.selectbox[0].value == "Column · topic" and app.selectbox[1].value == "Clusters · Generic"
