"""A page with nothing but the linked maps, for tests in a browser: 400 texts in four groups on a square."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from core.maps.drawing import Colouring, Mark, Name, Pane
from pages.maps.component import linked_maps
from pages.maps.scales import dates_on_scale

SPREAD = np.stack(np.meshgrid(np.linspace(-0.3, 0.3, 10), np.linspace(-0.3, 0.3, 10)), -1).reshape(-1, 2)
CORNERS = np.array([[-1, 1], [1, 1], [-1, -1], [1, -1]])
GROUP = np.repeat(np.arange(4), 100)
LEFT = (CORNERS[GROUP] + np.tile(SPREAD, (4, 1))).astype(np.float32)
# The second and the third group change places.
RIGHT = (CORNERS[[0, 2, 1, 3]][GROUP] + np.tile(SPREAD, (4, 1))).astype(np.float32)
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7"]
NAMES = ["north west", "north east", "south west", "south east"]


SWITCHES = (
    "recolour", "hits", "filter", "marks", "unmeasured", "alone", "elsewhere", "dates", "fill",
    "outliers", "events",
)  # fmt: skip


def texts() -> np.ndarray:
    return np.array([f"Text {i} of {NAMES[group]}" for i, group in enumerate(GROUP)], dtype=object)


def dates() -> pd.Series:
    """One day a text; the first has none, the second a placeholder."""
    found = pd.date_range("2023-01-05", periods=len(GROUP)).to_series().astype("datetime64[us]")
    found.iloc[:2] = [pd.NaT, pd.Timestamp("9999-12-31")]
    return found.reset_index(drop=True)


@st.fragment
def draw() -> None:
    """Draw the maps, and a switch for each of their options."""
    runs = st.session_state["runs"] = st.session_state.get("runs", 0) + 1
    with st.container(horizontal=True):
        numbers, hits, filtered, marked, unmeasured, alone, elsewhere, dated, fill, outliers, events = [
            st.checkbox(name, key=name) for name in SWITCHES
        ]
    if elsewhere:
        return
    codes = GROUP % 2 if numbers else GROUP
    names = tuple(Name(NAMES[k], *CORNERS[k], 100, code=k) for k in range(4))
    left = LEFT.copy()
    if outliers:
        left[:3] = [[0, 9], [0.1, 9], [0.2, 9]]
    finer = tuple(Name(f"part {k}", *(CORNERS[k] + [0, -0.25]), 10, 2.0) for k in range(4))
    kept = None if unmeasured else np.where(GROUP == 0, 0.1, 0.9)
    marks = (Mark(0, 0, "typed text"),) if marked else ()
    selected = linked_maps(
        [Pane("Generic", left, names + finer, kept, marks, (GROUP,)), Pane("Reshaped", RIGHT)][
            : 1 if alone else 2
        ],
        dates_on_scale("when", dates())
        if dated
        else Colouring(
            "parity" if numbers else "group", codes, NAMES[: codes.max() + 1], COLOURS[: codes.max() + 1]
        ),
        texts(),
        key="maps",
        texts_key="400 texts",
        select=st.session_state.get("select"),
        shown=GROUP != 1 if filtered else None,
        lit=np.arange(200, 220) if hits else None,
        height=None if fill else 560,
        on_open=note("opened") if events else None,
        on_rename=note("renamed") if events else None,
    )
    st.button("select ten", on_click=st.session_state.__setitem__, args=["select", ("ten", np.arange(10))])
    counts = np.bincount(GROUP[selected], minlength=4).tolist()
    st.markdown(f"selected {counts} in run {runs}")
    for event in ("opened", "renamed"):
        if event in st.session_state:
            st.markdown(f"{event} {st.session_state[event]}")


def note(event: str) -> Callable[..., None]:
    """Return a function that keeps what an event told."""
    return lambda *told: st.session_state.__setitem__(event, told)


st.set_page_config(layout="wide")
draw()
