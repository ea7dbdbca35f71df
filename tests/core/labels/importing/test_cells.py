"""Labels in the cells of a column."""

import numpy as np
import pandas as pd
import pytest

from core.labels import Reason
from core.labels.importing.cells import read_cells


def one(cell):
    return read_cells([cell])[0][0]


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        (" very  angry ", "very angry"),
        (["angry"], "angry"),
        ('["angry"]', "angry"),
        ("['angry']", "angry"),
        (np.array(["angry"], dtype=object), "angry"),
        ('{"choices": ["angry"]}', "angry"),
        ([{"choices": ["angry"]}], "angry"),
        ([{"value": "angry", "status": "submitted", "user_id": "x"}], "angry"),
        ({"angry": 1.0, "pleased": 0.0}, "angry"),
        ({"angry": True, "pleased": False}, "angry"),
        ('{"angry": 0.93, "pleased": 0.07}', "angry"),
        (["angry", "Angry"], "angry"),
        ([{"taxonomy": [["delivery", "late"]]}], "delivery / late"),
        ("__label__angry", "angry"),
        ("[sic] angry", "[sic] angry"),
        ("[unclear]", "[unclear]"),
        ("none", "none"),  # may be a label
        (1.0, "1"),
        (1, "1"),
        (2.5, "2.5"),
        ("3.0", "3"),
        (True, "true"),
        (np.bool_(False), "false"),
        ("TRUE", "true"),
        (pd.Timestamp("2024-03-01"), "2024-03-01"),
    ],
)
def test_a_cell_with_one_label(cell, label):
    assert one(cell) == label


@pytest.mark.parametrize(
    "cell", [None, np.nan, pd.NA, pd.NaT, "", " ", [], "[]", "{}", {}, "nan", "NULL", [None]]
)
def test_a_cell_without_a_label(cell):
    assert one(cell) is Reason.NONE


@pytest.mark.parametrize(
    "cell", [["a", "b"], "['a' 'b']", '{"choices": ["a", "b"]}', {"a": 1, "b": 1}, '["a", "b"]']
)
def test_a_cell_with_several_labels(cell):
    assert one(cell) is Reason.SEVERAL


def test_a_label_of_a_part_of_the_text_is_none_of_the_text():
    assert one([[0, 4, "LOC"], [8, 9, "PER"]]) is Reason.NONE
    assert one([{"start": 0, "end": 4, "label": "LOC"}]) is Reason.NONE


def test_a_discarded_response_does_not_count_beside_one_that_does():
    discarded = {"value": "a", "status": "discarded"}
    assert one([discarded]) is Reason.SKIPPED
    assert one([discarded, {"value": "b", "status": "submitted"}]) == "b"


def test_whole_numbers_lose_decimals_only_where_all_are_whole():
    assert read_cells(["1.0", "2.0", "", "3"])[0] == ["1", "2", Reason.NONE, "3"]
    assert read_cells(["1.0", "1.5"])[0] == ["1.0", "1.5"]
    assert read_cells(["version 1.0", "2.0"])[0] == ["version 1.0", "2.0"]


@pytest.mark.parametrize("sign", list("|#;,"))
def test_labels_in_one_cell_are_several_where_each_is_a_label(sign):
    answers, notes = read_cells(["late", "rude", f"late{sign}rude", f"late{sign} rude", "late", "rude"])
    assert answers == ["late", "rude", Reason.SEVERAL, Reason.SEVERAL, "late", "rude"] and not notes


def test_a_name_with_a_sign_is_one_label():
    cells = ["Food, drink", "Travel", "delivery|late", "delivery|lost", "C#", "R&D; other"]
    assert read_cells(cells) == (cells, [])


def test_where_most_cells_have_a_sign_each_is_one_name_and_that_is_told():
    answers, notes = read_cells(["a|b", "b|c", "a|c", "a"])
    assert answers == ["a|b", "b|c", "a|c", "a"] and len(notes) == 1
