"""Any places, names and colours: a payload that a browser can read, or a ValueError."""

import json
import warnings

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from core.maps.drawing import Colouring, Mark, Name, NumericColouring, Pane, encode_maps, encode_places
from tests.support.map_payload import decode_payload

TEXT = st.text(st.characters(exclude_categories=[]), max_size=20)  # surrogates and NUL too
FLOATS = st.floats(width=32)  # NaN and infinite ones too
NUMBERS = st.integers(1, 120)


def strict(payload):
    """Header and blobs, read as JSON.parse reads it: NaN and Infinity are no JSON."""
    header, blobs = decode_payload(payload)
    length = int.from_bytes(payload[:4], "little")
    json.loads(payload[4 : 4 + length], parse_constant=lambda name: 1 / 0)
    return header, blobs


@settings(max_examples=60, deadline=None)
@given(NUMBERS.flatmap(lambda n: arrays(np.float32, (n, 2), elements=FLOATS)), TEXT)
def test_places(points, title):
    finite = bool(np.isfinite(points).all())
    try:
        _, payload = encode_places([Pane(title, points)])
    except ValueError:
        assert not finite
        return
    assert finite
    header, blobs = strict(payload)
    places = blobs["points_0"].reshape(-1, 2)
    assert len(places) == len(points) and np.isfinite(places).all() and np.abs(places).max() <= 1.001
    assert np.isfinite(header["panes"][0]["home"]).all()


@settings(max_examples=60, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=6), st.data())
def test_names_and_classes(names, data):
    n = data.draw(NUMBERS)
    codes = data.draw(arrays(np.int64, n, elements=st.integers(-2, len(names))))
    points = np.random.default_rng(0).normal(size=(n, 2)).astype(np.float32)
    pane = Pane(
        names[0], points, tuple(Name(name, 0.1, 0.2, 3) for name in names), marks=(Mark(0, 1, names[-1]),)
    )
    colouring = Colouring(names[0], codes, names, ["#000000"] * len(names), names[-1])
    fits = codes.min() >= -1 and codes.max() < len(names)
    try:
        header, blobs = strict(encode_maps([pane], colouring, key="k", places="p", texts="t"))
    except ValueError:
        assert not fits
        return
    assert fits
    np.testing.assert_array_equal(blobs["values"].astype(int) - 1, codes)
    shown = [name[0] for name in header["panes"][0]["names"]]
    assert shown == [name.encode("utf-8", "replace").decode() for name in names]


@settings(max_examples=60, deadline=None)
@given(NUMBERS.flatmap(lambda n: arrays(np.float64, n, elements=st.floats())))
def test_numbers(values):
    points = np.zeros((len(values), 2), dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # 1e300 is infinite in 32 bits
        payload = encode_maps(
            [Pane("m", points)], NumericColouring("n", values), key="k", places="p", texts="t"
        )
        finite = np.isfinite(values.astype(np.float32))
    header, blobs = strict(payload)
    np.testing.assert_array_equal(np.isfinite(blobs["values"]), finite)
    assert header["colouring"]["low"] <= header["colouring"]["high"]
