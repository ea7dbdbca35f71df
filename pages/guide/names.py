"""Label names: chips of those in use, a field for more, and suggestions from the columns of the file."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from uuid import uuid4

import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.labels import (
    CHECK_SAMPLE,
    GuideLabels,
    LabelColumn,
    answers_instruction,
    is_offered,
    rank_by_instruction,
    split_names,
)
from core.maps.drawing import colour_of
from core.storage import Analysis
from core.utils import cut
from pages.common import (
    cache,
    draw_notice,
    ensure_analysis,
    keep_notice,
    markdown,
    set_widget,
    state_of,
    widget_value,
)
from pages.guide.deck import KEYS
from pages.guide.instruction import InstructionField
from pages.guide.label_import import import_column, label_columns

NAMES = "names"  # where messages about the label names are shown
FIELD, NAME_BY, LABEL_BY = "guide_new_label", "guide_name_by", "guide_label_by"
MOST_SUGGESTED = 3  # columns
LONGEST_SUGGESTION = 60  # characters of the values of a column
MOST_TYPED = 200  # names at once
MOST_REFUSED = 3  # refusals whose reason is shown
NAMES_HELP = (
    "Name two labels or more, with commas between them or pasted as a list. The map learns from the names "
    "too, so name every kind of text that occurs, if only as “other”."
)
FOCUS = f"""<script>{{{{  // {{mark}}: the browser runs an equal script only once
  const end = Date.now() + 3000;
  const focus = () => {{{{
    const field = document.querySelector(".st-key-{FIELD} input");
    if (field) field.focus();
    else if (Date.now() < end) requestAnimationFrame(focus);
  }}}};
  focus();
}}}}</script>"""
PASTE_LINES = f"""<script>{{  // a field of one line joins pasted lines to one word: put commas between them
  const paste = (event) => {{
    if (!event.target.closest?.(".st-key-{FIELD}")) return;
    const text = event.clipboardData.getData("text");
    if (!/[\\r\\n]/.test(text.trim())) return;
    event.preventDefault();
    const lines = text.trim().split(/\\s*[\\r\\n]+\\s*/);
    const names = lines.map((line) => (line.includes(",") ? `"${{line.replaceAll('"', '""')}}"` : line));
    document.execCommand("insertText", false, names.join(", "));
  }};
  document.removeEventListener("paste", window.refractPaste);
  window.refractPaste = paste;
  document.addEventListener("paste", paste);
}}</script>"""


def draw_names(analysis: Analysis | None, corpus: Corpus, *, with_deck: bool) -> None:
    """Draw a field for label names, the names without a button, and before there are two, suggestions.

    Parameters
    ----------
    with_deck : bool
        Whether the deck stands below, with a button for each of the first labels while a text is left.
    """
    guide = cache.store().labels.read(analysis.id) if analysis else None
    with st.container(key="guide_labels", horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Labels",
            key=FIELD,
            placeholder="name more, comma between" if guide and guide.names else "angry, pleased, worried",
            width=300,
            on_change=add_typed,
        )
        has_card = with_deck and guide is not None and not guide.seen.all()
        shown = guide.names[KEYS if has_card else 0 :] if guide else ()
        if guide is not None and shown and widget_value("guide_mode") != CHECK_SAMPLE:  # counts tell too much
            st.html(chips(guide, shown))
    with st.container(key="guide_scripts"):  # takes no room
        st.html(PASTE_LINES, unsafe_allow_javascript=True)
        field = state_of(InstructionField)
        if field.just_typed:
            field.just_typed = False
            st.html(FOCUS.format(mark=uuid4().hex), unsafe_allow_javascript=True)
    draw_notice(NAMES)
    if guide is None or len(guide.names) < 2:
        instruction = analysis.instruction if analysis else ""
        draw_suggestions(corpus, instruction, one_is_named=guide is not None and bool(guide.names))


def add_typed() -> None:
    """Add the typed names, empty the field, and say which were refused and why. For callbacks."""
    typed = split_names(str(widget_value(FIELD, "")))
    if len(typed) > MOST_TYPED:  # they stay in the field
        many = f"{len(typed):,} names typed, at most {MOST_TYPED} are added at once: leave out the others."
        keep_notice(NAMES, many, "warning")
        return
    set_widget(FIELD, "")
    add_names(typed)


def add_names(names: Sequence[str]) -> None:
    """Add label names to the analysis in use, or to a new one. For callbacks."""
    refused = []
    for name in names:
        try:
            cache.store().label_names.add(ensure_analysis(), name)
        except RefractError as error:
            refused.append(str(error))
    if refused:
        shown, n_more = refused[:MOST_REFUSED], len(refused) - MOST_REFUSED
        if n_more > 0:
            shown.append(f"{n_more:,} more {'was' if n_more == 1 else 'were'} refused.")
        keep_notice(NAMES, " ".join(shown), "warning")


def chips(guide: GuideLabels, names: Sequence[str]) -> str:
    """Return labels as HTML: colour, name and number of texts; their definitions where one points."""
    colours = colour_of(guide.names)
    parts = []
    for name in names:
        number = guide.counts[name]
        title = f"{name}: {number:,} {'text' if number == 1 else 'texts'}"
        if name in guide.definitions:
            title += f"\n{guide.definitions[name]}"
        parts.append(
            f'<span title="{escape(title)}">'
            f'<i style="background:{colours[name]}"></i><em>{escape(name)}</em><b>{number:,}</b></span>'
        )
    return f'<div class="label-chips">{"".join(parts)}</div>'


def draw_suggestions(corpus: Corpus, instruction: str, *, one_is_named: bool) -> None:
    """Draw what is missing, and the columns of the file that have names or labels already."""
    columns = [column for column in label_columns(corpus.key, corpus) if is_offered(column, instruction)]
    columns = rank_by_instruction(columns, instruction)
    matching = [column for column in columns if answers_instruction(column, instruction)]
    columns = (matching or columns)[:MOST_SUGGESTED]
    st.caption("Name one more label." if one_is_named else NAMES_HELP)
    if not columns:
        return
    by_name = {column.name: column for column in columns}

    def name_all() -> None:
        chosen = by_name.get(str(widget_value(NAME_BY)))
        set_widget(NAME_BY, None)
        if chosen is not None:
            add_names(sorted(chosen.values))

    def label_all() -> None:
        chosen = by_name.get(str(widget_value(LABEL_BY)))
        set_widget(LABEL_BY, None)
        if chosen is not None:
            import_column(corpus, chosen.name)

    st.pills(
        "Or use the names in your file",
        list(by_name),
        format_func=lambda name: name_all_text(by_name[name]),
        key=NAME_BY,
        on_change=name_all,
    )
    st.pills(
        "Or use all its labels (one Undo takes them back)",
        list(by_name),
        format_func=lambda name: label_all_text(by_name[name]),
        key=LABEL_BY,
        on_change=label_all,
    )


def name_all_text(column: LabelColumn) -> str:
    """Return the name and the values of a column, in markdown."""
    values = cut(", ".join(sorted(column.values)), LONGEST_SUGGESTION)
    return f"**{markdown(column.name)}**: {markdown(values)}"


def label_all_text(column: LabelColumn) -> str:
    """Return the name of a column and its number of labels, in markdown."""
    return f"**{markdown(column.name)}** · {column.n_texts:,} labels"
