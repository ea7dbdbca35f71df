"""Layout of every page: styles, the sidebar with the steps, the page head."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from core.corpus.tables import unique_names
from core.evidence import NO_HELP, NOT_CHECKED, TOO_EARLY, WORKS, Evidence
from core.storage import Analysis, StoredCorpus, load_finding
from pages.common import account, cache, jobs
from pages.common.corpus_switcher import draw_corpus_switcher
from pages.common.encoders import draw_preview_mark, follow_preview
from pages.common.navigation import CORPUS, EVIDENCE, EXPORT, GUIDE, MAPS, ROOT, go_to
from pages.common.next_step import draw_next_step
from pages.common.notices import show_message
from pages.common.state import (
    analysis_title,
    current_analysis,
    current_corpus,
    get_state,
    has_lost_map,
    is_fitted,
    is_prepared,
    open_analysis,
)
from pages.common.text import markdown

LONGEST_NAME = 40  # characters of an analysis in the sidebar
SHORT = {WORKS: ":green[works]", TOO_EARLY: "too early", NO_HELP: NO_HELP, NOT_CHECKED: NOT_CHECKED}


def apply_styles() -> None:
    """Apply the project's styles, on top of the theme in `.streamlit/config.toml`."""
    st.html(ROOT / "assets" / "styles.css")


def withdraw_page_not_found() -> None:
    """Close Streamlit's message that an address such as /maps does not exist.

    At the first run of a server, Streamlit looks for flat page files in `pages/` and finds none. It reports
    that to the browser before `st.navigation` lists the pages that do exist.
    """
    st.html(
        """<script>{
        const until = Date.now() + 5000;
        const close = () => {
          for (const dialog of document.querySelectorAll('[role="dialog"]'))
            if (dialog.textContent.startsWith("Page not found")) {
              dialog.querySelector('button[aria-label="Close"]')?.click();
              return;
            }
          if (Date.now() < until) requestAnimationFrame(close);
        };
        close();
        }</script>""",
        unsafe_allow_javascript=True,
    )


def draw_sidebar() -> None:
    """Draw the steps with their state, the analyses of the corpus, and the jobs."""
    with st.sidebar:
        st.markdown("### Refract")
        entry, analysis = current_corpus(), current_analysis()
        follow_preview(entry)
        draw_corpus_switcher(entry)
        with st.container(key="steps", gap=None):
            for number, (page, name, state) in enumerate(_steps(entry, analysis), start=1):
                st.page_link(page, label=f"{number} **{name}**" + (f" {state}" if state else ""))
        if entry is not None:
            _draw_analyses(entry.key)
        with st.container(key="jobs"):
            jobs.draw_line()
        account.draw_account()


def page_head(title: str, purpose: str, *, page: str, leads_on: bool = True) -> None:
    """Draw the title, the purpose of the page, and the next step.

    Parameters
    ----------
    page : str
        Its file, as `pages.common.navigation` names it.
    leads_on : bool, default=True
        Whether the next step is offered; not where the primary button of the page is the step.
    """
    with st.container(key="page_head", horizontal=True, vertical_alignment="center"):
        st.markdown(f"#### {markdown(title)}", width="content")
        st.caption(purpose, width="stretch")
        if leads_on:
            draw_next_step(page)
    if page != CORPUS:
        draw_preview_mark(current_corpus())
        _draw_lost_map(current_analysis())


def _draw_lost_map(analysis: Analysis | None) -> None:
    """Say that a reshaped map is not there any more; the head offers to reshape it again."""
    with st.empty():  # what follows keeps its place when the message goes
        if is_prepared(current_corpus()) and has_lost_map(analysis):
            show_message(
                f"A part of the reshaped map of “{analysis_title(analysis)}” is missing, or was damaged and "
                "set aside: reshape the map again. The labels are kept.",
                "warning",
            )


def draw_chart(figure: go.Figure, key: str, height: int) -> None:
    """Draw a Plotly figure of so many pixels without its toolbar."""
    st.plotly_chart(figure, key=key, height=height, config={"displayModeBar": False})


def stop_with_link(message: str, page: str, label: str) -> None:
    """Show what a page still needs and a link to the page that provides it; end this page."""
    with st.container(border=True, key="missing"):
        st.markdown(message)
        st.page_link(page, label=f"**{label}** :material/arrow_forward:")
    st.stop()


def require_prepared(entry: StoredCorpus | None, without_corpus: str) -> None:
    """End the page unless a corpus is open and encoded; `without_corpus` is the message without one."""
    if entry is None:
        stop_with_link(without_corpus, CORPUS, "Choose a corpus")
    if not is_prepared(entry):
        job = jobs.latest(*jobs.MAP_TASKS, corpus_key=entry.key)
        if job is not None and job.active:
            stop_with_link(f"“{markdown(entry.name)}” is being encoded.", CORPUS, "See the progress")
        if entry.embedding_key is not None:
            stop_with_link(
                f"The map of “{markdown(entry.name)}” is missing, or was damaged and set aside: encode the "
                "corpus again. Its labels are kept.",
                CORPUS,
                "Encode it",
            )
        stop_with_link(f"“{markdown(entry.name)}” is not encoded yet.", CORPUS, "Encode it")


def _steps(entry: StoredCorpus | None, analysis: Analysis | None) -> list[tuple[str, str, str]]:
    ready, fitted = is_prepared(entry), is_fitted(analysis)
    labelled = 0
    if analysis is not None:
        labelled = cache.store().labels.read(analysis.id).n_labels
    return [
        (CORPUS, "Corpus", f":small[{'✓ ' if ready else ''}{entry.n_texts:,} texts]" if entry else ""),
        (
            GUIDE,
            "Guide",
            f":small[● {labelled:,} {'label' if labelled == 1 else 'labels'}]" if labelled else "",
        ),
        (MAPS, "Maps", f":small[{_maps_state(entry, fitted=fitted)}]" if ready else ""),
        (EVIDENCE, "Evidence", f":small[{_state(analysis, _evidence(analysis))}]" if fitted else ""),
        (EXPORT, "Export", ""),
    ]


def _maps_state(entry: StoredCorpus | None, *, fitted: bool) -> str:
    if entry is not None and entry.is_preview:
        return "quick preview"
    return "two maps" if fitted else "generic"


def _evidence(analysis: Analysis) -> Evidence | None:
    return load_finding(cache.store().results(analysis.corpus_key), analysis.fit_key, "evidence")


def _draw_analyses(corpus_key: str) -> None:
    analyses = cache.store().analyses(corpus_key)
    if not analyses:
        return
    st.caption("Analyses")
    chosen = get_state().analysis_id
    # Buttons: st.radio identifies options by their titles, which change and repeat.
    with st.container(key="analyses", gap=None):
        titles = [analysis_title(analysis, longest=LONGEST_NAME) for analysis in analyses]
        for analysis, title in zip(analyses, unique_names(titles)[0], strict=True):
            mark = "checked" if analysis.id == chosen else "unchecked"
            st.button(
                markdown(title) + _result(analysis),
                key=f"analysis_{analysis.id}",
                icon=f":material/radio_button_{mark}:",
                type="tertiary",
                on_click=open_analysis,
                args=[analysis.id],
            )
    if st.button("New instruction", icon=":material/add:", key="new_analysis", type="tertiary"):
        open_analysis(None)
        go_to(GUIDE)


def _result(analysis: Analysis) -> str:
    """Return the verdict on an analysis and its gain in points, as markdown; "" before it is checked."""
    if not is_fitted(analysis):
        return ""
    evidence, gain = _evidence(analysis), ""
    if evidence is not None and evidence.verdict == WORKS:
        n_points = f"{100 * evidence.gain:.0f}"
        gain = f" :green[+{n_points} {'point' if n_points == '1' else 'points'}]"
    return f"  \n:small[{_state(analysis, evidence)}{gain}]"


def _state(analysis: Analysis, evidence: Evidence | None) -> str:
    """Return the verdict on a fitted analysis in a word or two, as markdown."""
    if evidence is not None:
        return SHORT[evidence.verdict]
    job = jobs.latest("measure", analysis_id=analysis.id)
    return "being checked" if job is not None and job.active else NOT_CHECKED
