"""Steps of labels of the person here: what Undo would take back and Redo bring back, and doing so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from core.labels import HandOuts
from core.storage import LabelEvent
from pages.common import cache
from pages.common.notices import keep_toast
from pages.common.person import earlier_names, person
from pages.common.text import markdown

Step = TypeVar("Step")
MOST_NAMES = 3  # named, of the label names that a step added


@dataclass(frozen=True)
class OwnStep(Generic[Step]):
    """A step of the person, and the name under which it was done."""

    name: str
    step: Step


@cache.kept(show_spinner=False)
def hand_outs() -> HandOuts:
    """The texts that the decks of all sessions show."""
    return HandOuts(cache.store().home / "hand-outs.sqlite")


def own_names() -> list[str]:
    """Return the name of the person of this session, then names that the session had before.

    One of these that another session labelled under at the same time is left out: it may be someone else's.
    """
    return [person(), *(name for name in reversed(earlier_names()) if not hand_outs().is_shared(name))]


def find_own(find: Callable[[int, str], Step | None], analysis_id: int) -> OwnStep[Step] | None:
    """Return the step that `find` gives for the present name of this person, else for an earlier one."""
    for name in own_names():
        step = find(analysis_id, name)
        if step is not None:
            return OwnStep(name, step)
    return None


def own_step(analysis_id: int) -> OwnStep[LabelEvent] | None:
    """Return the latest step of this person."""
    return find_own(cache.store().labels.last_step, analysis_id)


def own_undone(analysis_id: int) -> OwnStep[LabelEvent] | None:
    """Return the step that this person undid last, until they give another label."""
    return find_own(cache.store().labels.last_undone, analysis_id)


def undo_own(analysis_id: int, own: OwnStep[LabelEvent]) -> str:
    """Undo a step as `own_step` returned it; return what stays as it is, "" for nothing.

    Label names that the step added go with it, unless something else uses them. A toast tells of what one
    text on a card does not show.

    Raises LabelError when the latest step is another one by now.
    """
    cache.store().labels.undo(analysis_id, own.name, meant=own.step)
    if len(own.step.rows) > 1 or own.step.names:
        keep_toast(f"Undone: {step_text(own.step, plain=True)}. Redo brings it back.", "undo")
    return overtaken_text(own.step)


def redo_own(analysis_id: int, own: OwnStep[LabelEvent]) -> str:
    """Redo a step as `own_undone` returned it; return what stays as it is, "" for nothing.

    Raises LabelError when the step that was undone last is another one by now.
    """
    cache.store().labels.redo(analysis_id, own.name, meant=own.step)
    if len(own.step.rows) > 1 or own.step.names:
        keep_toast(f"Redone: {step_text(own.step, plain=True)}.", "redo")
    return overtaken_text(own.step)


def step_text(step: LabelEvent, *, plain: bool = False) -> str:
    """Return what a step did: its label and number of texts, and the label names that go with it.

    In markdown, or as plain text.
    """
    shown = (lambda text: text) if plain else markdown
    texts = "1 text" if len(step.rows) == 1 else f"{len(step.rows):,} texts"
    if step.source in ("column", "file"):
        labels = "1 label" if len(step.rows) == 1 else f"{len(step.rows):,} labels"
        said = f"import of {labels} from “{shown(step.source_name)}”"
    elif not step.labels:
        said = f"no label for {texts}"
    elif len(step.labels) == 1:
        said = f"“{shown(step.labels[0])}” for {texts}"
    else:
        said = f"{len(step.labels)} labels for {texts}"
    if not step.names:
        return said
    if len(step.names) > MOST_NAMES:
        return f"{said} and the {len(step.names):,} label names that it added"
    if step.names == step.labels and len(step.names) == 1 and step.source not in ("column", "file"):
        return f"{said} and its label name"
    names = [f"“{shown(name)}”" for name in step.names]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{said} and the label {'name' if len(names) == 1 else 'names'} {listed}"


def overtaken_text(step: LabelEvent) -> str:
    """Return which texts of a step keep what another person gave them since; "" for none."""
    if not step.overtaken:
        return ""
    others = " and ".join(step.overtaken_by)
    if len(step.rows) == 1:
        return f"{others} labelled or skipped the text since, and that stays."
    texts = "1 of the texts" if len(step.overtaken) == 1 else f"{len(step.overtaken):,} of the texts"
    return f"{others} labelled or skipped {texts} since, and that stays."
