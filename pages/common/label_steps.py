"""The latest step of labels of the person here: what Undo would take back, and taking it back."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.labels import HandOuts
from core.storage import LabelEvent
from pages.common import cache
from pages.common.person import earlier_names, person
from pages.common.text import markdown


@dataclass(frozen=True)
class OwnStep:
    """The latest step of the person, and the name under which it was done."""

    name: str
    step: LabelEvent


@st.cache_resource(show_spinner=False)
def hand_outs() -> HandOuts:
    """The texts that the decks of all sessions show."""
    return HandOuts()


def own_names() -> list[str]:
    """Return the name of the person of this session, then names that the session had before.

    One of these that another session labelled under at the same time is left out: it may be someone else's.
    """
    return [person(), *(name for name in reversed(earlier_names()) if not hand_outs().is_shared(name))]


def own_step(analysis_id: int) -> OwnStep | None:
    """Return the latest step of this person: under the present name, else under an earlier one."""
    for name in own_names():
        step = cache.store().labels.last_step(analysis_id, name)
        if step is not None:
            return OwnStep(name, step)
    return None


def undo_own(analysis_id: int, own: OwnStep) -> str:
    """Undo a step as `own_step` returned it; return what stays as it is, "" for nothing.

    Raises LabelError when the latest step is another one by now.
    """
    cache.store().labels.undo(analysis_id, own.name, meant=own.step)
    return overtaken_text(own.step)


def step_text(step: LabelEvent) -> str:
    """Return the label and the number of texts of a step, in markdown."""
    texts = "1 text" if len(step.rows) == 1 else f"{len(step.rows):,} texts"
    if not step.labels:
        return f"no label for {texts}"
    if len(step.labels) == 1:
        return f"“{markdown(step.labels[0])}” for {texts}"
    return f"{len(step.labels)} labels for {texts}"


def overtaken_text(step: LabelEvent) -> str:
    """Return which texts of a step keep what another person gave them since; "" for none."""
    if not step.overtaken:
        return ""
    others = " and ".join(step.overtaken_by)
    if len(step.rows) == 1:
        return f"{others} labelled or skipped the text since, and that stays."
    texts = "1 of the texts" if len(step.overtaken) == 1 else f"{len(step.overtaken):,} of the texts"
    return f"{others} labelled or skipped {texts} since, and that stays."
