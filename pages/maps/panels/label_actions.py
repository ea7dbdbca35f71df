"""Label actions of the panels "Label" and "Labels": give labels, undo."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.common import (
    cache,
    change_labels,
    markdown,
    overtaken_text,
    own_step,
    own_undone,
    person,
    redo_own,
    step_text,
    undo_own,
)

ORIGINS = {
    "deck": "one text at a time on the page Guide",
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
