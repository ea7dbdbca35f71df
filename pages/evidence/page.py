"""Evidence page: did it help, for which labels, would more labels help, and what changed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.evidence import Control, Evidence, Findings, LearningCurve, findings_wanted
from core.maps import Fit
from core.storage import Analysis, load_findings
from pages.charts import accuracy_bars, label_dumbbells, learning_lines
from pages.common import (
    INSTRUCTION_ONLY,
    MISTAKES,
    MORE,
    NAMES_ONLY,
    NAMES_ONLY_HELP,
    SUGGESTED,
    cache,
    current_analysis,
    current_corpus,
    evidence_help,
    follow,
    is_fitted,
    is_prepared,
    layout,
    markdown,
    offer_refit,
)
from pages.evidence.comparison import draw_compare_systems
from pages.evidence.what_changed import draw_change, draw_linear, draw_words

CHART = 210  # pixels
ROW = 27  # pixels of one label
MOST_ROWS = 13  # labels without scrolling
NAMED = 5  # labels named in a sentence

MEANING = {
    "helps": "Luck alone would make it look this good {often}.",
    "no gain": "Luck could bring the difference: more labels may show a gain, wrong ones hide it.",
    "worse": "Look for wrong labels first; then give more, or choose labels that the texts tell apart.",
}
MEANING_OF_READING = {
    "no gain": "Luck could bring the difference: word the instruction otherwise, or try another encoder.",
    "worse": "This encoder does not see what the labels tell apart: word the instruction otherwise, or try "
    "another.",
}
RARELY = "less than once in 1,000 times"
COMPARISON_HELP = (
    "How often a hidden label is found again by its nearest labelled neighbour. *Published recipe*: "
    "GSTransform, the method this one builds on, with the same labels; it was made for thousands of them. "
    "*Shuffled labels*: the labels dealt to the wrong texts, then checked the same way; what is found there "
    "is luck, and the reshaped space must be clearly above it. Hover over a bar for its meaning."
)
CURVE_HELP = (
    "The same check with only some of the labels known. Where the line still climbs at its end, more labels "
    "will help; the sentence draws the line on."
)


def evidence_page() -> None:
    """Did it help, for which labels, would more labels help, and what changed."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    layout.page_head(
        "Evidence",
        "Whether the labels are better separated than before, and what else changed.",
        next_page=layout.EXPORT if fitted else None,
        next_label="Export" if fitted else "",
    )
    if entry is None:
        layout.ask_for("Evidence is about a map: choose a corpus first.", layout.CORPUS, "Choose a corpus")
    if not is_prepared(entry):
        layout.ask_for(f"“{markdown(entry.name)}” is not encoded yet.", layout.CORPUS, "See how far it is")
    if not fitted:
        layout.ask_for(
            "There is no map of an instruction to check yet: type one, and have it followed.",
            layout.GUIDE,
            "Give an instruction",
        )
    fit = cache.fit(analysis)
    findings = load_findings(cache.store().results(entry.key), analysis.fit_key)
    draw_verdict(analysis, fit, findings)
    wanted = findings_wanted(fit.approach)
    if not fit.from_names_only and "control" in wanted:
        left, right = st.columns(2, gap="large")
        with left:
            draw_comparison(findings.evidence, findings.control)
        with right:
            draw_curve(findings.curve)
    if has_labels(fit):
        draw_labels(fit, findings.evidence)
    st.markdown(f"##### What the {'reading' if fit.approach.reencodes else 'reshaping'} changed")
    draw_change(
        findings.change,
        cache.corpus(entry.key),
        lambda: cache.most_changed(entry.key, entry.embedding_key, analysis.fit_key),
    )
    if "words" in wanted:
        draw_words(findings.words, fit)
        draw_linear(findings.linear)
    draw_compare_systems(analysis, cache.corpus(entry.key))


def has_labels(fit: Fit) -> bool:
    """Whether some text was labelled, so that there is something to check by."""
    return bool((np.asarray(fit.given) >= 0).any())


def draw_verdict(analysis: Analysis, fit: Fit, findings: Findings) -> None:
    """The sentence that everything below is the detail of, and how far the measuring is."""
    evidence = findings.evidence
    with st.container(border=True, key="evidence_verdict"):
        if fit.from_names_only:
            st.markdown("#### From names only :orange-badge[not checked]")
            st.markdown(NAMES_ONLY, help=NAMES_ONLY_HELP)
        elif not has_labels(fit):
            st.markdown("#### From the instruction only :orange-badge[not checked]")
            st.markdown(INSTRUCTION_ONLY)
        elif evidence is None:
            st.markdown("#### :gray[Not checked yet]")
            st.markdown(":gray[Labels are hidden in turn, and found again by their neighbours.]")
        else:
            st.markdown(f"#### {headline(evidence, fit)}", help=evidence_help(fit.approach))
            st.markdown(explanation(evidence, fit))
        with st.container(horizontal=True, vertical_alignment="center", key="evidence_next"):
            draw_next(fit, evidence)
            offer_refit(analysis)
            wanted = findings_wanted(fit.approach)
            missing = [name for name in wanted if getattr(findings, name) is None]
            if missing:
                follow(analysis, missing)


def draw_next(fit: Fit, evidence: Evidence | None) -> None:
    """How much was tested, and the one next step where labels are what is missing."""
    if not has_labels(fit):
        draw_way("Label texts", SUGGESTED)
    elif evidence is not None and evidence.enough:
        counts = f"{evidence.n_labels:,} labels of {evidence.n_classes} kinds, {evidence.n_tested:,} tested"
        st.caption(f"{counts}.", width="content")
        if evidence.verdict != "helps":
            draw_way("Show possible mistakes", MISTAKES)
    elif evidence is not None:
        draw_way("Label more texts", SUGGESTED)


def headline(evidence: Evidence, fit: Fit) -> str:
    """The evidence's sentence as a headline, with its sign."""
    signs = {"helps": ":green[:material/trending_up:]", "worse": ":red[:material/trending_down:]"}
    sentence = capital(evidence.sentence([markdown(name) for name in fit.labels]))
    return f"{signs.get(evidence.verdict, ':material/info:')} {sentence}"


def explanation(evidence: Evidence, fit: Fit) -> str:
    """The figures in plain words."""
    if not evidence.enough and fit.approach.reencodes:
        return "The maps show the texts as they were read; whether that is better cannot be told yet."
    if not evidence.enough:
        return "The maps show what the labels make of the space; whether that is better cannot be told yet."
    often = f"about once in {1 / evidence.chance:,.0f} times" if evidence.chance >= 0.001 else RARELY
    space, meaning = "the reshaped space", MEANING[evidence.verdict]
    if fit.approach.reencodes:
        space, meaning = "the space as read", MEANING_OF_READING.get(evidence.verdict, meaning)
    return (
        f"Of 100 texts whose label was hidden, each label counting the same, "
        f"**{100 * evidence.reshaped:.0f}** stand nearest to a text of their own label in {space}; "
        f"**{100 * evidence.generic:.0f}** do in the generic one. "
        f"{meaning.format(often=often)}"
    )


def draw_way(label: str, mode: str, more_of: str | None = None) -> None:
    """A button to the guide page's deck in one of its modes."""
    if st.button(label, key=f"evidence_to_{mode.split()[0].lower()}", icon=":material/arrow_forward:"):
        st.session_state["guide_mode"] = mode
        if more_of is not None:
            st.session_state["guide_more_label"] = more_of
        st.switch_page(layout.GUIDE)


def draw_comparison(evidence: Evidence | None, control: Control | None) -> None:
    """The same figure for the generic space, the published recipe and shuffled labels."""
    st.markdown("**Compared with**", help=COMPARISON_HELP)
    if evidence is None or not evidence.enough:
        reserve(CHART, "Measuring…" if evidence is None else "Too few labels to compare.")
        return
    published, permuted = (control.published, control.permuted) if control else (None, None)
    bars = [
        (
            "reshaped",
            evidence.reshaped,
            "In the reshaped space; stroke: the gain with 95 % confidence",
        ),
        ("generic", evidence.generic, "In the generic space, before any label"),
        ("published recipe", published, "In the space of GSTransform (ACL 2025), fitted to the same labels"),
        ("shuffled labels", permuted, "In a space reshaped by the same labels, dealt to the wrong texts"),
    ]
    low, high = evidence.generic + evidence.gain_low, evidence.generic + evidence.gain_high
    figure = accuracy_bars(bars, low=max(0, low), high=min(1, high))
    draw_chart(figure, "evidence_comparison", CHART)


def draw_curve(curve: LearningCurve | None) -> None:
    """What more labels would bring."""
    if curve is None or not curve.points:
        st.markdown("**Would more labels help?**", help=CURVE_HELP)
        reserve(CHART, "Measuring…" if curve is None else "Too few labels to tell.")
        return
    st.markdown(f"**Would more labels help?** {markdown(capital(curve.sentence()))}.", help=CURVE_HELP)
    figure = learning_lines(
        [point.n_labels for point in curve.points],
        [point.generic for point in curve.points],
        [point.reshaped for point in curve.points],
    )
    draw_chart(figure, "evidence_curve", CHART)


def draw_labels(fit: Fit, evidence: Evidence | None) -> None:
    """For each label how often it is found again, before and after; and which have too few texts."""
    dot = "as read" if fit.approach.reencodes else "reshaped"
    st.markdown(
        f"**Label by label** :small[ring: generic, dot: {dot}; the weakest first]",
        help=evidence_help(fit.approach),
    )
    if evidence is None:
        reserve(60 + ROW * min(len(fit.labels), MOST_ROWS), "Measuring…")
        return
    tested = [found for found in evidence.by_label if not np.isnan(found.reshaped)]
    if tested:
        figure = label_dumbbells(
            [fit.labels[found.code] for found in tested],
            [found.n_labels for found in tested],
            [found.generic for found in tested],
            [found.reshaped for found in tested],
        )
        with st.container(height=60 + ROW * MOST_ROWS if len(tested) > MOST_ROWS else "content"):
            draw_chart(figure, "evidence_by_label", 60 + ROW * len(tested))
    draw_neediest(fit, {found.code: found.reshaped for found in tested})


def draw_neediest(fit: Fit, tested: dict[int, float]) -> None:
    """Labels with too few texts to test, and a way to give more of the neediest."""
    counts = np.bincount(fit.given[fit.given >= 0], minlength=len(fit.labels))
    untested = sorted(set(range(len(fit.labels))) - set(tested), key=counts.__getitem__)
    if untested:
        named = ", ".join(f"*{markdown(fit.labels[code])}* ({counts[code]})" for code in untested[:NAMED])
        rest = f" and {len(untested) - NAMED} more" if len(untested) > NAMED else ""
        # With nothing tested, the headline says how many are needed in all.
        needed = " At least two different texts of each are needed." if tested else ""
        st.caption(f":material/info: Too few texts to test: {named}{rest}.{needed}")
    with st.container(horizontal=True, vertical_alignment="center", key="evidence_more"):
        names = [fit.labels[code] for code in [*untested, *sorted(tested, key=tested.get)]]
        label = st.selectbox(
            "Label to find more of", names, key="evidence_more_label", label_visibility="collapsed", width=240
        )
        draw_way("Find more of this label", MORE, label)


def capital(sentence: str) -> str:
    """A sentence with a capital letter at its head."""
    return sentence[:1].upper() + sentence[1:]


def draw_chart(figure: object, key: str, height: int) -> None:
    """A Plotly figure without tools."""
    st.plotly_chart(figure, key=key, height=height, config={"displayModeBar": False})


def reserve(height: int, words: str) -> None:
    """Hold the place of a chart that is not there yet."""
    with st.container(height=height, border=True, vertical_alignment="center", horizontal_alignment="center"):
        st.markdown(f":gray[{words}]", width="content")


evidence_page()
