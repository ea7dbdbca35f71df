import json
import struct

import numpy as np
import pytest

from core.maps.drawing import (
    PAYLOAD_VERSION,
    Colouring,
    Mark,
    Name,
    NumericColouring,
    Pane,
    checked_rows,
    encode_maps,
    encode_places,
    encode_plain,
    home_view,
)
from tests.support.map_payload import decode_payload

# Twice as wide as high, not centred: becomes x in [-1, 1] and y in [-0.5, 0.5].
POINTS = np.array([[10, 5], [14, 5], [12, 7]], dtype=np.float32)
GENERIC = Pane("generic", POINTS, names=(Name("bags · claim", 12.0, 6.0, 2), Name("claim", 14, 7, 1, 2.5)))
RESHAPED = Pane("reshaped", POINTS[::-1].copy())
LABELS = Colouring("feeling", np.array([1, -1, 0]), ["angry", "pleased"], ["#d55e00", "#009e73"])


def payload(**changes):
    arguments = {
        "panes": [GENERIC, RESHAPED],
        "colouring": LABELS,
        "key": "maps",
        "places": "p",
        "texts": "t",
        "height": 400,
    } | changes
    return encode_maps(arguments.pop("panes"), arguments.pop("colouring"), **arguments)


def header(**changes):
    return decode_payload(payload(**changes))[0]


def blobs(**changes):
    return decode_payload(payload(**changes))[1]


# --- places


def test_points_are_centred_and_scaled_with_their_proportions():
    key, content = encode_places([GENERIC])
    found, arrays = decode_payload(content)
    np.testing.assert_allclose(arrays["points_0"].reshape(-1, 2), [[-1, -0.5], [1, -0.5], [0, 0.5]])
    assert arrays["points_0"].dtype == np.float32
    assert found["places"] == key
    assert found["panes"][0]["extent"] == [1.0, 0.5]
    assert found["panes"][0]["kept"] is False


def test_equal_points_stay_in_the_middle():
    found, arrays = decode_payload(encode_places([Pane("one place", np.full((3, 2), 7.0))])[1])
    np.testing.assert_array_equal(arrays["points_0"], np.zeros(6))
    assert found["panes"][0]["extent"] == [0.0, 0.0]


def test_the_first_view_leaves_outliers_out_and_nothing_else():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (500, 2)).astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    whole = [*(low + high) / 2, *(high - low) / 2]
    np.testing.assert_allclose(home_view(points), whole, atol=1e-5)
    points[:3] = [[0, 30], [0.5, 31], [0.2, 30]]
    x, y, width, height = home_view(points)
    assert abs(x) < 0.1 and abs(y) < 0.1
    assert 0.9 < width < 1.1 and 0.9 < height < 1.1
    # Of a few texts each counts.
    assert home_view(points[:50])[3] > 14


def test_the_groups_that_names_refer_to_are_sent_with_the_points():
    pane = Pane("generic", POINTS, (Name("bags", 12, 6, 2, code=1),), groups=(np.array([1, -1, 0]),))
    found, arrays = decode_payload(encode_places([pane, RESHAPED])[1])
    assert [pane["levels"] for pane in found["panes"]] == [1, 0]
    np.testing.assert_array_equal(arrays["level_0_0"], [2, 0, 1])
    assert header(panes=[pane])["panes"][0]["names"][0][5:] == [0, 1]
    with pytest.raises(ValueError, match="groups of the map 'generic' has 2 values for 3 texts"):
        encode_places([Pane("generic", POINTS, groups=(np.zeros(2, int),))])


def test_kept_neighbours_are_sent_in_one_byte():
    pane = Pane("generic", POINTS, kept=np.array([0, 0.2, 1], dtype=np.float32))
    found, arrays = decode_payload(encode_places([pane, RESHAPED])[1])
    assert [pane["kept"] for pane in found["panes"]] == [True, False]
    np.testing.assert_array_equal(arrays["kept_0"], [0, 51, 255])
    assert "kept_1" not in arrays


def test_the_key_of_places_changes_with_places_and_kept_neighbours_only():
    key, _ = encode_places([GENERIC, RESHAPED])
    assert encode_places([Pane("other name", POINTS), RESHAPED])[0] == key
    assert encode_places([GENERIC, Pane("reshaped", POINTS * [1, 2])])[0] != key
    assert encode_places([Pane("generic", POINTS, kept=np.ones(3)), RESHAPED])[0] != key
    assert encode_places([RESHAPED, GENERIC])[0] != key
    assert encode_places([GENERIC])[0] != key


# --- the rest


def test_payload_round_trip():
    found, arrays = decode_payload(payload(select=("s1", np.array([2, 0, 2]))))
    assert (found["n"], found["key"], found["height"]) == (3, "maps", 400)
    assert (found["places"], found["texts"]) == ("p", "t")
    assert found["select"] == {"token": "s1"}
    assert [pane["title"] for pane in found["panes"]] == ["generic", "reshaped"]
    assert found["colouring"]["labels"] == ["angry", "pleased"]
    assert found["colouring"]["colours"] == ["#d55e00", "#009e73"]
    assert found["colouring"]["grey"] == "unlabelled"
    np.testing.assert_array_equal(arrays["values"], [2, 0, 1])
    np.testing.assert_array_equal(arrays["select"], [0, 2])


def test_names_and_marks_move_with_the_points():
    pane = Pane("generic", POINTS, GENERIC.names, marks=(Mark(10, 7, "typed"),))
    (found,) = header(panes=[pane])["panes"]
    assert found["names"] == [
        ["bags · claim", 0.0, 0.0, 2.0, 1.0, 0, -1],
        ["claim", 1.0, 0.5, 1.0, 2.5, 0, -1],
    ]
    assert found["marks"] == [[-1.0, 0.5, "typed"]]


def test_a_filter_is_sent_with_how_many_it_leaves_out():
    found, arrays = decode_payload(payload(shown=np.array([True, False, False])))
    assert found["shown"]["greyed"] == 2
    np.testing.assert_array_equal(arrays["shown"], [1, 0, 0])


def test_a_filter_that_leaves_all_and_hits_of_nothing_are_as_none():
    assert payload(shown=np.ones(3, dtype=bool), lit=np.array([], dtype=np.int64)) == payload()


def test_hits_are_sent_in_order_each_once():
    found, arrays = decode_payload(payload(lit=np.array([2, 0, 2])))
    assert found["lit"]["key"]
    np.testing.assert_array_equal(arrays["lit"], [0, 2])


@pytest.mark.parametrize(("highest", "kind"), [(254, np.uint8), (255, np.uint16)])
def test_up_to_255_classes_take_a_byte_each(highest, kind):
    codes = np.array([-1, 0, highest])
    labels = list(map(str, range(highest + 1)))
    _, arrays = decode_payload(payload(colouring=Colouring("x", codes, labels, ["#000000"] * len(labels))))
    np.testing.assert_array_equal(arrays["values"], codes + 1)
    assert arrays["values"].dtype == kind


def test_everything_is_padded_to_four_bytes():
    for label in ["a", "ab", "abc", "abcd", "é"]:
        content = payload(colouring=Colouring(label, np.array([0, 0, 0]), ["x"], ["#000000"]))
        found, arrays = decode_payload(content)
        assert found["colouring"]["title"] == label
        np.testing.assert_array_equal(arrays["values"], [1, 1, 1])
        assert found["blobs"]["values"]["length"] == 3
        assert len(content) % 4 == 0
        assert all(blob["offset"] % 4 == 0 for blob in found["blobs"].values())


def test_payload_begins_with_the_length_of_its_header():
    for content in (payload(), encode_places([GENERIC])[1], encode_plain("maps")):
        (length,) = struct.unpack_from("<I", content)
        assert json.loads(content[4 : 4 + length])["version"] == PAYLOAD_VERSION


def test_same_arguments_give_the_same_bytes():
    assert payload() == payload()
    assert encode_places([GENERIC]) == encode_places([GENERIC])


def test_keys_change_with_the_content_they_stand_for_and_only_then():
    recoloured = header(colouring=Colouring("feeling", np.array([0, 0, 0]), ["angry"], ["#d55e00"]))
    before, filtered = header(), header(shown=np.array([True, True, False]))
    assert recoloured["colouring"]["key"] != before["colouring"]["key"]
    assert filtered["colouring"] == before["colouring"]
    assert filtered["shown"]["key"] != header(shown=np.array([True, False, True]))["shown"]["key"]
    assert header(lit=np.array([1]))["lit"]["key"] != header(lit=np.array([2]))["lit"]["key"]


def test_numbers_are_sent_with_their_range():
    values = np.array([2.0, np.nan, 5.0])
    found, arrays = decode_payload(payload(colouring=NumericColouring("stars", values, ends=("few", "many"))))
    assert (found["colouring"]["low"], found["colouring"]["high"]) == (2.0, 5.0)
    assert found["colouring"]["ends"] == ["few", "many"]
    np.testing.assert_array_equal(arrays["values"], np.array(values, dtype=np.float32))


def test_infinite_numbers_are_grey_and_all_missing_is_allowed():
    infinite = NumericColouring("x", np.array([1, np.inf, -np.inf]))
    assert np.isnan(blobs(colouring=infinite)["values"][1:]).all()
    found = header(colouring=NumericColouring("x", np.full(3, np.nan)))
    assert (found["colouring"]["low"], found["colouring"]["high"]) == (0.0, 0.0)


def test_half_a_character_does_not_stop_the_maps():
    found = header(panes=[Pane("broken \ud83d title", POINTS)])
    assert found["panes"][0]["title"] == "broken ? title"


def test_rows_are_checked():
    np.testing.assert_array_equal(checked_rows(np.array([2, 0, 2]), 3), [0, 2])
    with pytest.raises(ValueError, match="from -1 to 0, but there are 3"):
        checked_rows(np.array([-1, 0]), 3)


@pytest.mark.parametrize(
    ("panes", "message"),
    [
        ([], "1 or 2 panes, not 0"),
        ([GENERIC] * 3, "1 or 2 panes, not 3"),
        ([GENERIC, Pane("a", POINTS[:2])], r"'a' has points of shape \(2, 2\) for 3 texts"),
        ([Pane("a", np.array([[0, 0], [1, np.nan], [2, 2]]))], "'a' has 1 of 3 points without"),
        ([Pane("a", np.empty((0, 2)))], "needs at least 1"),
        ([Pane("a", POINTS, kept=np.ones(4))], "kept of the map 'a' has 4 values for 3 texts"),
        ([Pane("a", POINTS, kept=np.full(3, np.nan))], "'a' has shares of kept neighbours"),
    ],
)
def test_places_that_do_not_fit_are_named(panes, message):
    with pytest.raises(ValueError, match=message):
        encode_places(panes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"colouring": Colouring("c", np.zeros(4, int), ["x"], ["#000"])}, "'c' has 4 values for 3 texts"),
        ({"colouring": NumericColouring("c", np.zeros(2))}, "'c' has 2 values for 3 texts"),
        ({"colouring": Colouring("c", np.zeros(3, int), ["x", "y"], ["#000"])}, "2 labels and 1 colours"),
        ({"colouring": Colouring("c", np.array([0, 1, 0]), ["x"], ["#000"])}, "from 0 to 1 for 1 labels"),
        ({"colouring": Colouring("c", np.array([0, -2, 0]), ["x"], ["#000"])}, "codes from -2 to 0"),
        ({"select": ("s", np.array([0, 3]))}, "from 0 to 3, but there are 3 texts"),
        ({"lit": np.array([5])}, "from 5 to 5, but there are 3 texts"),
        ({"shown": np.zeros(2, dtype=bool)}, "the filter has 2 values for 3 texts"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        payload(**changes)


def test_too_many_labels_are_refused(monkeypatch):
    monkeypatch.setattr("core.maps.drawing.payload.MAX_CLASSES", 1)
    with pytest.raises(ValueError, match="2 labels, more than 1"):
        payload()
