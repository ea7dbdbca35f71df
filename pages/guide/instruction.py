"""Instruction of an analysis, with examples to start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from core.labels import LabelColumn
from core.storage import Analysis
from pages.common import (
    attempt,
    cache,
    draw_notice,
    ensure_analysis,
    has_widget,
    is_fitted,
    keep_notice,
    keep_toast,
    markdown,
    reset_state,
    set_widget,
    state_of,
    widget_value,
)

FIELDS = "fields"  # where messages about the instruction are shown
INSTRUCTION, EXAMPLE = "guide_instruction", "guide_example"
MOST_COLUMNS = 3  # that are examples
GENERAL_EXAMPLES = ("by what it is about", "by what the writer feels", "by what the writer wants")
PURPOSE = "Texts that share this stand close together on the map. A few labels then show what you mean."


@dataclass
class InstructionField:
    """The instruction field of this session.

    Attributes
    ----------
    filled_by : the analysis and the instruction that the field shows
    just_typed : whether the cursor goes on to the field of the label names
    """

    filled_by: tuple[int | None, str] | None = None
    just_typed: bool = False


def draw_instruction(analysis: Analysis | None, columns: Sequence[LabelColumn]) -> None:
    """Draw the instruction; changing it renames the analysis, and starts one when there is none.

    Parameters
    ----------
    columns : sequence of LabelColumn
        Columns of the corpus that hold labels: each is an example, as long as no instruction is given.
    """
    kept = (analysis.id, analysis.instruction) if analysis else (None, "")

    def save() -> None:
        typed = widget_value(INSTRUCTION)
        if kept[1] and not typed.strip():  # also what a browser may send while the page is being drawn
            reset_state(InstructionField)
            return
        save_instruction(analysis, typed)

    def choose() -> None:
        example = widget_value(EXAMPLE)
        set_widget(EXAMPLE, None)
        if example:
            save_instruction(analysis, example)

    # Only when the analysis or its instruction changed: a rerun must not overwrite what is being typed.
    field = state_of(InstructionField)
    if not has_widget(INSTRUCTION) or field.filled_by != kept:
        field.filled_by = kept
        set_widget(INSTRUCTION, kept[1])
    st.text_input(
        "Instruction",
        key=INSTRUCTION,
        placeholder="by what the customer feels",
        on_change=save,
        max_chars=200,
    )
    draw_notice(FIELDS)
    if not kept[1]:
        st.caption(PURPOSE)
        st.pills(
            "Or start from an example", examples(columns), format_func=markdown, key=EXAMPLE, on_change=choose
        )


def save_instruction(analysis: Analysis | None, typed: str) -> None:
    """Store the instruction of an analysis, or of a new one, and say what follows. For callbacks."""
    before = analysis.instruction if analysis else ""
    instruction = " ".join(typed.split())
    replaced = []
    if not attempt(
        lambda: replaced.append(
            cache.store().set_instruction(analysis.id if analysis else ensure_analysis(), typed)
        ),
        FIELDS,
    ):
        return
    if replaced[0] not in (before, instruction):
        keep_notice(
            FIELDS,
            f"Another tab made the instruction “{replaced[0]}” meanwhile. What you typed counts now; type "
            "the other to bring it back.",
            "info",
        )
    elif not before:
        state_of(InstructionField).just_typed = True
    elif is_fitted(analysis) and instruction != before:
        keep_toast(f"The instruction is now “{instruction}”. Reshape the map to follow it.", "edit")


def examples(columns: Sequence[LabelColumn]) -> list[str]:
    """Return instructions to start from: by columns of the file, then some that suit many texts."""
    by_column = [f"by {column.name.replace('_', ' ').lower()}" for column in columns[:MOST_COLUMNS]]
    return list(dict.fromkeys([*by_column, *GENERAL_EXAMPLES]))
