"""Label actions of the panels: give labels, undo."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st

from core.labels import name_key
from core.utils import normal_text
from pages.common import (
    cache,
    change_labels,
    ensure_analysis,
    markdown,
    overtaken_text,
    own_step,
    own_undone,
    person,
    redo_own,
    step_text,
    undo_own,
)
from pages.maps.view import MapView

ORIGINS = {
    "deck": "one text at a time in Guide",
    "map": "on the maps",
    "cluster": "from a cluster",
    "column": "from the column “{name}”",
    "file": "from the file “{name}”",
    "model": "a language model",
}
"""Words for the source of a label (`core.labels.SOURCES`), with its name where it has one."""


def draw_give(
    label: str,
    key: str,
    analysis_id: int,
    labels: Mapping[int, str],
    *,
    reviewed: bool = False,
    **options: object,
) -> None:
    """Draw a button that gives labels as one step; the options are those of `st.button`."""

    def give() -> None:
        cache.store().labels.give(analysis_id, labels, person(), source="map", reviewed=reviewed)

    st.button(label, key=key, on_click=change_labels, args=[give], **options)


def known_name(typed: str, labels: list[str]) -> str:
    """Return the label that was typed: an existing one when only letter case or Unicode form differ."""
    return {name_key(label): label for label in labels}.get(name_key(typed), normal_text(typed))


def give_name(view: MapView, name: str, rows: np.ndarray, instruction: str = "") -> None:
    """Label texts as one step; create the label and the analysis where they are new. For callbacks."""
    store = cache.store()
    analysis_id = view.analysis.id if view.analysis else ensure_analysis()
    if instruction.strip():
        store.set_instruction(analysis_id, instruction)
    # A label that was offered and is gone was renamed, merged or deleted elsewhere: do not add it again.
    is_new = name not in view.labels and name not in store.label_names.current(analysis_id)
    labels = dict.fromkeys(rows.tolist(), name)
    store.labels.give(analysis_id, labels, person(), source="map", add_names=is_new)


def draw_undo(analysis_id: int, key: str) -> None:
    """Draw a button that undoes the latest step of this person, and one that redoes; each says which step."""
    own, undone = own_step(analysis_id), own_undone(analysis_id)
    if own is not None:
        step = own.step
        giver = markdown(step.given_by) + _origin(analysis_id, step.rows, step.given_at)
        stays = markdown(overtaken_text(step))
        st.button(
            f"Undo {step_text(step)}",
            key=key,
            type="tertiary",
            icon=":material/undo:",
            help=f"Undoes your latest step, by {giver}." + (f" {stays}" if stays else ""),
            on_click=change_labels,
            args=[lambda: undo_own(analysis_id, own)],
        )
    if undone is not None:
        stays = markdown(overtaken_text(undone.step))
        st.button(
            f"Redo {step_text(undone.step)}",
            key=f"{key}_redo",
            type="tertiary",
            icon=":material/redo:",
            help="Brings back what you undid last." + (f" {stays}" if stays else ""),
            on_click=change_labels,
            args=[lambda: redo_own(analysis_id, undone)],
        )


def _origin(analysis_id: int, rows: list[int], given_at: str) -> str:
    """Return where the labels of a step come from, after a comma; "" where all of them are gone since."""
    table = cache.store().labels.read(analysis_id).table
    given = table[table["row"].isin(rows) & (table["given_at"] == given_at)]
    if given.empty:
        return ""
    return ", " + ORIGINS[given["source"].iloc[0]].format(name=markdown(given["source_name"].iloc[0]))
