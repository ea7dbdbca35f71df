"""What is selected on the maps, as panels of the page see and set it."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.utils import content_key


def select_texts(corpus_key: str, rows: np.ndarray) -> None:
    """Select texts on both maps; for callbacks, so that the maps of the same run show it."""
    key = f"maps_select_{corpus_key}"
    rows = np.unique(np.asarray(rows, dtype=np.int64))
    token = content_key(st.session_state.get(key, ("",))[0], rows)
    st.session_state[key] = (token, rows)


def selection_from_python(corpus_key: str) -> tuple[str, np.ndarray] | None:
    """The latest selection made by `select_texts`, with a token that tells it from the one before."""
    return st.session_state.get(f"maps_select_{corpus_key}")
