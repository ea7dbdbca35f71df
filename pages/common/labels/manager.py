"""Label names: rename, define, merge, delete and restore them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from core.labels import LONGEST_DEFINITION, LONGEST_LABEL, GuideLabels, RetiredLabel
from core.storage import Analysis
from core.utils import content_key, normal_text
from pages.common import cache
from pages.common.notices import attempt, draw_notice, keep_toast
from pages.common.state import set_widget, widget_value
from pages.common.text import markdown

LABELS = "labels"  # where messages about labels are shown
MERGE_HELP = "Their texts get this label. The record of who gave which label is kept."
DEFINITION_HELP = (
    "Shown when the mouse rests on the label's button, told to a language model that labels, and part of the "
    "report. The map does not learn from it."
)
DELETE_HELP = "Its texts then have no label. The record is kept, and the label can be restored."


def change_labels(step: Callable[[], object]) -> None:
    """Run a step that changes labels; `draw_notice(LABELS)` shows its error. For callbacks."""
    attempt(step, LABELS, redraw=True)


def draw_label_manager(analysis: Analysis, key: str) -> None:
    """Draw the label names; chosen ones can be renamed, defined, merged or deleted.

    Parameters
    ----------
    key : str, start of the keys of all widgets
    """
    draw_notice(LABELS)
    store = cache.store()
    guide = store.labels.read(analysis.id)
    chosen = draw_choice(analysis, guide, key) if guide.names else []
    if len(chosen) == 1:
        draw_rename(analysis, chosen[0], key)
        draw_definition(analysis, chosen[0], key)
    if chosen:
        draw_merge(analysis, guide, chosen, key)
    for label in guide.retired:
        draw_retired(analysis, label, key)


def choice_key(analysis: Analysis, names: Sequence[str], key: str) -> str:
    """Return the key of the choice of labels: what is chosen belongs to these names."""
    return f"{key}_choice_{content_key(analysis.id, list(names))}"


def draw_choice(analysis: Analysis, guide: GuideLabels, key: str) -> list[str]:
    """Draw the names with the number of their texts; return the chosen ones."""
    chosen = st.pills(
        "Choose a label to rename, define, merge or delete it",
        guide.names,
        selection_mode="multi",
        format_func=lambda name: f"{markdown(name)} · {guide.counts[name]:,}",
        key=choice_key(analysis, guide.names, key),
    )
    return [name for name in guide.names if name in chosen]


def draw_rename(analysis: Analysis, name: str, key: str) -> None:
    """Draw a field with the name of the chosen label, which renames it."""
    field = f"{key}_rename_{name}"

    def rename() -> None:
        new = normal_text(str(widget_value(field)))
        done = attempt(lambda: cache.store().label_names.rename(analysis.id, name, new), LABELS, redraw=True)
        if done:  # it stays the chosen one
            set_widget(choice_key(analysis, cache.store().label_names.current(analysis.id), key), [new])
        else:
            set_widget(field, name)

    st.text_input(
        "Name",
        value=name,
        key=field,
        width=300,
        max_chars=LONGEST_LABEL,
        help="Its texts keep the label, with the record of who gave it and when.",
        on_change=rename,
    )


def draw_definition(analysis: Analysis, name: str, key: str) -> None:
    """Draw a field with what the chosen label means, which saves it."""
    shown, field = _find_definition(analysis, name, key)

    def define() -> None:
        typed = str(widget_value(field))
        saved = attempt(
            lambda: cache.store().label_names.define(analysis.id, name, typed, instead_of=shown),
            LABELS,
            redraw=True,
        )
        if not saved:  # it stays in the field, below a message with what it would have replaced
            set_widget(_find_definition(analysis, name, key)[1], typed)

    st.text_area(
        "Definition",
        value=shown,
        key=field,
        height="content",
        max_chars=LONGEST_DEFINITION,
        placeholder="What a text of this label says, and where another label is meant",
        help=DEFINITION_HELP,
        on_change=define,
    )


def _find_definition(analysis: Analysis, name: str, key: str) -> tuple[str, str]:
    """Return the definition of a label, and the key of its field: one of another tab has another field."""
    found = cache.store().labels.read(analysis.id).definitions.get(name, "")
    return found, f"{key}_definition_{content_key(analysis.id, name, found)}"


def draw_merge(analysis: Analysis, guide: GuideLabels, chosen: list[str], key: str) -> None:
    """Draw what merges the chosen labels into one, or deletes them."""
    store = cache.store()
    others = [name for name in guide.names if name not in chosen]
    by_size = sorted(chosen, key=lambda name: -guide.counts[name])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        into = st.selectbox(
            "Merge into",
            [*by_size, *others] if len(chosen) > 1 else others,
            index=0 if len(chosen) > 1 else None,
            key=f"{key}_into_{content_key(chosen)}",
            placeholder="another label",
            help=MERGE_HELP,
            width=190,
        )

        def merge() -> None:
            store.label_names.merge(analysis.id, chosen, into)
            gone = ", ".join(f"“{name}”" for name in chosen if name != into)
            keep_toast(f"The texts of {gone} are labelled “{into}” now.", "merge")

        def delete() -> None:
            for name in chosen:
                store.label_names.delete(analysis.id, name)
            gone = ", ".join(f"“{name}”" for name in chosen)
            keep_toast(f"{gone} {'was' if len(chosen) == 1 else 'were'} deleted.", "delete")

        st.button("Merge", key=f"{key}_merge", disabled=into is None, on_click=change_labels, args=[merge])
        st.button(
            "Delete" if len(chosen) == 1 else f"Delete {len(chosen)}",
            key=f"{key}_delete",
            icon=":material/delete:",
            help=DELETE_HELP,
            on_click=change_labels,
            args=[delete],
        )


def draw_retired(analysis: Analysis, label: RetiredLabel, key: str) -> None:
    """Draw a merged or deleted label, with a button that restores it."""
    went = f"merged into **{markdown(label.merged_into)}**" if label.merged_into else "deleted"
    texts = "1 text" if label.n_texts == 1 else f"{label.n_texts:,} texts"
    with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_retired_{label.name}"):
        st.markdown(f":small[**{markdown(label.name)}** {went} · {texts}]", width="stretch")
        st.button(
            "Restore",
            key=f"{key}_restore_{label.name}",
            type="tertiary",
            on_click=change_labels,
            args=[lambda: cache.store().label_names.restore(analysis.id, label.name)],
        )
