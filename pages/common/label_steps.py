"""The latest step of labels of the person here: what Undo would take back, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable
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


@st.cache_resource(show_spinner=False)
def _added_labels() -> dict[tuple[int, str, str, int], list[int]]:
    """Ids of the labels that steps created, by step; for all sessions, so that a reload forgets none."""
    return {}


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

    Labels that the step created are removed with it, unless other texts have them by now.

    Raises LabelError when the latest step is another one by now.
    """
    cache.store().labels.undo(analysis_id, own.name, meant=own.step)
    _remove_added(analysis_id, own.step)
    return overtaken_text(own.step)


def keep_added(analysis_id: int, names: Iterable[str]) -> None:
    """Note that the latest step of this person created these labels: `undo_own` takes them back with it."""
    names, step = set(names), cache.store().labels.last_step(analysis_id, person())
    if names and step is not None:
        guide = cache.store().labels.read(analysis_id)
        added = [label for label, name in zip(guide.ids, guide.names, strict=True) if name in names]
        _added_labels()[_step_key(analysis_id, step)] = added


def _remove_added(analysis_id: int, step: LabelEvent) -> None:
    """Remove the labels that an undone step created, except those that texts or check labels have."""
    store, added = cache.store(), _added_labels().pop(_step_key(analysis_id, step), [])
    if not added:
        return
    guide, checks = store.labels.read(analysis_id), store.check_labels.read(analysis_id)
    checked = {checks.ids[code] for code in checks.codes.tolist() if code >= 0}
    for label, name in zip(guide.ids, guide.names, strict=True):
        if label in added and label not in checked and not guide.counts[name]:
            store.label_names.delete(analysis_id, name)


def _step_key(analysis_id: int, step: LabelEvent) -> tuple[int, str, str, int]:
    return analysis_id, step.given_by, step.given_at, step.rows[0]


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
