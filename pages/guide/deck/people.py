"""People who label together: their names, how many labels each gave, labels that others changed."""

from __future__ import annotations

import streamlit as st

from core.corpus import Corpus
from core.labels import GuideLabels
from core.storage import Analysis, ChangedLabel
from core.utils import one_line
from pages.common import account, attempt, cache, draw_name_field, hand_outs, markdown, person, state_of
from pages.guide.deck.deck import DECK, DeckState

LONGEST_QUOTE = 100  # characters of a text whose label was changed


def shows_name_field(guide: GuideLabels) -> bool:
    """Return whether the page shows the field for one's name beside the deck: more than one person labels."""
    return len(guide.n_by_person) > 1 or _shared_name()


def _shared_name() -> bool:
    """Return whether another tab labels under this name, which might be someone else's."""
    if account.is_shared_server():  # the name is that of the sign-in
        return False
    return person() in hand_outs().people(state_of(DeckState).queue)


def draw_people(guide: GuideLabels) -> None:
    """Draw the field for one's name and who gave how many labels, where there is more than one person."""
    if not shows_name_field(guide):
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="guide_people"):
        draw_name_field()
        counts = guide.n_by_person
        if len(counts) > 1:
            given = " · ".join(f"{markdown(name)} **{number:,}**" for name, number in counts.items())
            st.caption(f"Labels by person: {given}")
    if _shared_name():
        st.caption(
            f":material/group: Another tab labels as {markdown(person())}, too. If that is someone else, "
            "type a name of your own, so that Undo takes back only your labels."
        )


def draw_changed_labels(analysis: Analysis, corpus: Corpus) -> None:
    """Draw the first label of this person that another one changed, with what can be done about it."""
    changed = cache.store().changed_labels.of(analysis.id, person())
    if not changed:
        return
    first = changed[0]
    with st.container(border=True, key="guide_changed"):
        st.markdown(change_text(first, corpus))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Restore my label",
                key="guide_changed_back",
                help=f"The text is labelled {markdown(first.mine)} again, and the other is told.",
                on_click=take_back,
                args=[analysis.id, first],
            )
            st.button("Fine", key="guide_changed_fine", on_click=accept, args=[[first]])
            if len(changed) > 1:
                st.button(
                    f"Fine with all {len(changed):,}",
                    key="guide_changed_all",
                    type="tertiary",
                    on_click=accept,
                    args=[changed],
                )


def change_text(change: ChangedLabel, corpus: Corpus) -> str:
    """Return who changed which label, in markdown."""
    text = markdown(one_line(corpus.texts[change.row], LONGEST_QUOTE))
    who, mine = markdown(change.changed_by), markdown(change.mine)
    if change.now is None:
        return f":material/group: **{who}** took away your label **{mine}** of “{text}”."
    return (
        f":material/group: **{who}** changed your label of “{text}” from **{mine}** to "
        f"**{markdown(change.now)}**."
    )


def accept(changed: list[ChangedLabel]) -> None:
    """Leave changed labels as they are, and do not tell of them again. For callbacks."""
    attempt(lambda: cache.store().changed_labels.tell(person(), changed), DECK)


def take_back(analysis_id: int, change: ChangedLabel) -> None:
    """Give a text the label again that another person changed. For callbacks."""
    attempt(lambda: cache.store().labels.give(analysis_id, {change.row: change.mine}, person()), DECK)
