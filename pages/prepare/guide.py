"""Guide page: type an instruction, name labels, label texts, fit."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.errors import RefractError
from core.keys import content_key
from core.palette import colour_of
from core.pipeline import Fit, fit_key
from core.spaces import Space
from core.store import Analysis
from pages.common import cache, frame, jobs
from pages.common.deck import Deck, current_row, get_deck, give, undo
from pages.common.label_import import draw_import
from pages.common.markdown import markdown
from pages.common.state import (
    current_analysis,
    current_corpus,
    ensure_analysis,
    is_fitted,
    is_prepared,
    open_analysis,
    person,
)

KEYS = 9  # labels that a single key gives
SUGGESTED_PER_LABEL = 10  # texts to a label after which the maps regroup visibly
CLEAR_LEAD = 0.2  # of the likeliest label over the next; below it the Fit wavers
CARD_HEIGHT = 190  # pixels; longer texts scroll
LONGEST_SHOWN = 1500  # characters of a text in the deck


def guide_page() -> None:
    """Type an instruction, name labels, label texts, fit."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    frame.page_head(
        "Guide",
        "Say what the map should show, and label a handful of texts that way.",
        next_page=frame.MAPS if fitted else None,
        next_label="Compare the maps" if fitted else "",
    )
    if entry is None:
        frame.ask_for("Guide labels belong to texts: choose a corpus first.", frame.CORPUS, "Choose a corpus")
    if not is_prepared(entry):
        frame.ask_for(f"“{markdown(entry.name)}” is not encoded yet.", frame.CORPUS, "See how far it is")
    show_maps_after_fit(analysis)
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key)
    draw_instruction(analysis)
    draw_labels(analysis)
    analysis = current_analysis()
    if analysis is None or not cache.store().label_names(analysis.id):
        st.info(
            "Type an instruction, then name two labels or more, such as *angry* and *pleased*. "
            "Labels that exist already can be imported below.",
            icon=":material/info:",
        )
    else:
        fit = cache.fit(entry.key, analysis.fit_key) if is_fitted(analysis) else None
        draw_deck(analysis, corpus, generic, fit)
        draw_fit(analysis)
    draw_import(corpus)
    if analysis is not None:
        draw_labelled(analysis, corpus)


def draw_instruction(analysis: Analysis | None) -> None:
    """The instruction; changing it renames the analysis, and starts one when there is none."""
    key = "guide_instruction"
    kept = (analysis.id, analysis.instruction) if analysis else (None, "")

    def save() -> None:
        try:
            cache.store().set_instruction(
                analysis.id if analysis else ensure_analysis(), st.session_state[key]
            )
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    def remove() -> None:
        jobs.cancel_of(analysis_id=analysis.id)
        cache.store().delete_analysis(analysis.id)
        remaining = cache.store().analyses(analysis.corpus_key)
        open_analysis(remaining[-1].id if remaining else None)

    # Only when it is another: words that are being typed must not be overwritten by a rerun.
    if key not in st.session_state or st.session_state.get("guide_instruction_of") != kept:
        st.session_state["guide_instruction_of"] = kept
        st.session_state[key] = kept[1]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Instruction",
            key=key,
            placeholder="by what the customer feels",
            help="What two texts must share to stand close together. The labels carry it out.",
            on_change=save,
            max_chars=200,
        )
        if analysis is not None:
            with st.popover("", icon=":material/delete:", help="Remove this analysis", key="guide_remove"):
                st.markdown("Remove this instruction with its labels and its map? This cannot be undone.")
                st.button("Remove", key="guide_remove_analysis", type="primary", on_click=remove)


def draw_labels(analysis: Analysis | None) -> None:
    """A field to add a label name, and a place to change the names."""
    store = cache.store()
    names = store.label_names(analysis.id) if analysis else []

    def add() -> None:
        try:
            store.add_label(ensure_analysis(), st.session_state["guide_new_label"])
            st.session_state["guide_new_label"] = ""
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    with st.container(key="guide_labels", horizontal=True, vertical_alignment="bottom"):
        # No form: a name is added by Enter as well as by the button, one after another.
        st.text_input(
            "Labels", key="guide_new_label", placeholder="name a label, Enter", width=260, on_change=add
        )
        st.button("Add label", key="guide_add_label", icon=":material/add:")
        if names:
            with st.popover("Edit labels", icon=":material/edit:", key="guide_edit_labels"):
                for name in names:
                    draw_label_editor(analysis.id, name)
    if "guide_label_error" in st.session_state:
        st.warning(markdown(st.session_state.pop("guide_label_error")), icon=":material/warning:")


def draw_label_editor(analysis_id: int, name: str) -> None:
    """Rename or remove one label."""
    store = cache.store()
    key = f"rename_{analysis_id}_{name}"

    def rename() -> None:
        try:
            store.rename_label(analysis_id, name, st.session_state[key])
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    def remove() -> None:
        try:
            store.remove_label(analysis_id, name)
        except RefractError as error:
            st.session_state["guide_label_error"] = str(error)

    with st.container(horizontal=True, vertical_alignment="center"):
        st.text_input("Name", value=name, key=key, label_visibility="collapsed", on_change=rename)
        st.button(
            "",
            icon=":material/delete:",
            key=f"remove_{analysis_id}_{name}",
            help=f"Remove “{markdown(name)}” (only while no text ever had it)",
            type="tertiary",
            on_click=remove,
        )


def draw_deck(analysis: Analysis, corpus: Corpus, generic: Space, fit: Fit | None) -> None:
    """One text at a time: label, skip, undo."""
    store = cache.store()
    deck = get_deck(analysis.id, analysis.fit_key if fit else None)
    guide = store.guide_labels(analysis.id)
    with st.spinner("Choosing texts…", show_time=False):
        row = current_row(deck, guide, corpus, generic, fit)
    names = store.label_names(analysis.id)
    counts = guide["label"].value_counts()
    left, right = st.columns([3, 1], gap="medium")
    with left, st.container(border=True, key="guide_card", height=CARD_HEIGHT):
        if row is None:
            st.markdown("Every text was labelled or skipped. **Fit** shows what they make of the map.")
        else:
            draw_text(corpus, row)
    with right:
        draw_reason(row, fit)
    with st.container(horizontal=True, key="guide_buttons"):
        for position, name in enumerate(names[:KEYS]):
            st.button(
                f"**{markdown(name)}** · {counts.get(name, 0)}",
                key=f"guide_label_{position}",
                shortcut=str(position + 1),
                disabled=row is None,
                on_click=record,
                args=[deck, row, name],
            )
        if len(names) > KEYS:
            st.selectbox(
                "Other label",
                names[KEYS:],
                index=None,
                key=f"guide_other_{row}",
                placeholder="other label…",
                label_visibility="collapsed",
                width=180,
                on_change=lambda: record(deck, row, st.session_state[f"guide_other_{row}"]),
            )
        st.button(
            "Skip",
            key="guide_skip",
            shortcut="S",
            type="tertiary",
            disabled=row is None,
            on_click=record,
            args=[deck, row, None],
        )
        st.button(
            "Undo",
            key="guide_undo",
            shortcut="Z",
            type="tertiary",
            disabled=guide.empty,
            on_click=take_back,
            args=[deck],
        )
    colours = list(colour_of(names).values())[:KEYS]
    rules = (f".st-key-guide_label_{i} button {{border-left: 5px solid {c}}}" for i, c in enumerate(colours))
    st.html(f"<style>{' '.join(rules)}</style>")
    labelled = int(guide["label"].notna().sum())
    keys = f"Keys 1 to {min(len(names), KEYS)} give the label" if len(names) > 1 else "Key 1 gives the label"
    st.caption(
        f"{labelled:,} of about {SUGGESTED_PER_LABEL * len(names)} suggested labels given. "
        f"{keys}, S skips, Z undoes; click beside a field first."
    )
    if "guide_deck_error" in st.session_state:
        st.error(markdown(st.session_state.pop("guide_deck_error")), icon=":material/error:")


def record(deck: Deck, row: int, label: str | None) -> None:
    """Keep a label; a full disk is said, and the text stays where it is."""
    try:
        give(deck, row, label, person())
    except RefractError as error:
        st.session_state["guide_deck_error"] = str(error)


def take_back(deck: Deck) -> None:
    """Undo the latest step."""
    try:
        touched = undo(deck)
    except RefractError as error:
        st.session_state["guide_deck_error"] = str(error)
        return
    if touched > 1:
        st.toast(f"{touched:,} labels taken back.")


def draw_text(corpus: Corpus, row: int) -> None:
    """The text, large, and its metadata, quiet."""
    text = corpus.texts[row]
    cut = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    st.text(cut)
    values = [
        f"{name}: {value}"
        for name, value in corpus.metadata.iloc[row].items()
        if pd.notna(value) and value != ""
    ]
    st.caption(markdown(" · ".join(values[:6])))


def draw_reason(row: int | None, fit: Fit | None) -> None:
    """Why this text is shown, and what the latest Fit takes it for."""
    with st.container(border=True, height=CARD_HEIGHT, key="guide_reason"):
        st.caption("Why this one")
        if row is None:
            return
        if fit is None:
            st.markdown("It stands for a group of texts without a label yet.")
            return
        first, second = fit.probabilities[row].argsort()[::-1][:2]
        names = [markdown(fit.labels[fit.classes[column]]) for column in (first, second)]
        shares = [fit.probabilities[row][column] for column in (first, second)]
        if shares[0] - shares[1] < CLEAR_LEAD:
            st.markdown("The latest Fit wavers over this one.")
        else:
            st.markdown("It stands for a group of texts with few labels yet.")
        looks = " · ".join(f"{name} **{share:.0%}**" for name, share in zip(names, shares, strict=True))
        st.caption(f"Looks like: {looks}")


def draw_fit(analysis: Analysis) -> None:
    """Fit: the page's one primary button, from two different labels on."""
    guide = cache.store().guide_labels(analysis.id)
    found = guide["label"].dropna().nunique()
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is not None and job.active:
        jobs.draw_progress(job)
        return
    if job is not None and job.status == "failed":
        st.error(markdown(job.message), icon=":material/error:")
    fresh = is_fitted(analysis) and analysis.fit_key == fit_key(cache.store(), analysis.id)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Fit",
            key="guide_fit",
            type="primary",
            icon=":material/auto_awesome:",
            on_click=start_fit,
            args=[analysis],
        )
        if fresh:
            st.caption("The maps show these labels. More labels make them better.")
        elif found < 2:
            st.caption("Two different labels are needed before Fit can reshape the map.")
        else:
            st.caption("Reshapes the space by the labels given so far; takes seconds, encodes nothing again.")


def start_fit(analysis: Analysis) -> None:
    """Queue a Fit; its end brings the maps up."""
    guide = cache.store().guide_labels(analysis.id)["label"].dropna()
    if guide.nunique() < 2:
        st.session_state["guide_deck_error"] = (
            f"Fit needs texts of two different labels, and there are {guide.nunique()}: label some more."
        )
        return
    st.session_state["guide_fit_started"] = analysis.id
    jobs.start_fit(analysis)


def show_maps_after_fit(analysis: Analysis | None) -> None:
    """Go to the maps when the Fit started here has ended, before anything else is drawn."""
    if analysis is None or st.session_state.get("guide_fit_started") != analysis.id:
        return
    job = jobs.latest("fit", analysis_id=analysis.id)
    if job is not None and job.active:
        return
    del st.session_state["guide_fit_started"]
    if job is not None and job.status == "done":
        st.switch_page(frame.MAPS)


def draw_labelled(analysis: Analysis, corpus: Corpus) -> None:
    """Table of the labels given so far; a label can be changed or taken away in place."""
    guide = cache.store().guide_labels(analysis.id)
    given = guide[guide["label"].notna()].reset_index(drop=True)
    if given.empty:
        return
    with st.expander(f"Labelled so far · {len(given):,}", icon=":material/list:"):
        shown = given.assign(text=[corpus.texts[row] for row in given["row"]])
        # The table's edits belong to its rows: other rows, another table.
        key = f"guide_labelled_{content_key(given['row'].tolist(), given['given_at'].tolist())}"

        def apply() -> None:
            changes = {
                int(given["row"][position]): edit["label"]
                for position, edit in st.session_state[key]["edited_rows"].items()
                if "label" in edit
            }
            if changes:
                try:
                    cache.store().give_labels(analysis.id, changes, person())
                except RefractError as error:
                    st.session_state["guide_deck_error"] = str(error)

        st.data_editor(
            shown[["text", "label", "given_by", "given_at"]],
            key=key,
            hide_index=True,
            height=320,
            disabled=["text", "given_by", "given_at"],
            on_change=apply,
            column_config={
                "text": st.column_config.TextColumn("Text", width="large"),
                "label": st.column_config.SelectboxColumn(
                    "Label",
                    options=cache.store().label_names(analysis.id),
                    help="Change it, or empty it to take it away",
                ),
                "given_by": "Given by",
                "given_at": st.column_config.DatetimeColumn("When (UTC)", format="YYYY-MM-DD HH:mm"),
            },
        )


guide_page()
