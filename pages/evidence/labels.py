"""The labels on the evidence page: how often each is found again, and a button for more texts of it."""

from __future__ import annotations

import html
import math

import streamlit as st

from core.evidence import Evidence, LabelEvidence, labels_by_need
from core.maps import Fit
from core.maps.drawing import colour_of
from core.utils import percent
from pages.charts import GAIN, LOSS
from pages.common import draw_step, label_step, n_shown, navigation, on_ground, show_more

FIRST_SHOWN = 6
LIST = "evidence_labels"
LABELS_HELP = (
    "Of the texts with a label, the share whose nearest labelled text has it, too, when their own label is "
    "hidden. Dot: on this map. Ring: on the generic map, before."
)


def draw_labels(fit: Fit, evidence: Evidence) -> None:
    """Draw a row for each label, the weakest first."""
    needs = labels_by_need(evidence, len(fit.labels))
    st.markdown("##### Labels :small[the weakest first]", help=LABELS_HELP)
    colours = colour_of(fit.labels)
    shown = n_shown(LIST, FIRST_SHOWN)
    with st.container(key=LIST, gap="small"):
        for place, need in enumerate(needs[:shown]):
            name = fit.labels[need.found.code]
            with st.container(horizontal=True, vertical_alignment="center", key=f"evidence_label_{place}"):
                st.html(label_row(name, colours[name], need.found))
                if not need.settled:
                    step = label_step(need.n_more, name)
                    draw_step(step, f"evidence_more_{place}", navigation.EVIDENCE)
    if len(needs) > shown:
        st.button(
            f"Show all {len(needs)} labels",
            key="evidence_all_labels",
            type="tertiary",
            on_click=show_more,
            args=[LIST, len(needs)],
        )


def label_row(name: str, colour: str, found: LabelEvidence) -> str:
    """Return the name of a label, its recall in both spaces as a bar, and the figures, as HTML."""
    texts = f"{found.n_labels:,} {'text' if found.n_labels == 1 else 'texts'}"
    swatch = f'<i style="background: {on_ground(colour)}"></i>'
    head = f'<span class="of">{swatch}{html.escape(name)} <small>{texts}</small></span>'
    if math.isnan(found.reshaped):
        return f'<div class="label-row">{head}<small>too few to check</small></div>'
    low, high = sorted((found.generic, found.reshaped))
    way = LOSS if found.reshaped < found.generic else GAIN
    bar = (
        f'<span class="recall"><b style="left: {100 * low:.1f}%; width: {100 * (high - low):.1f}%; '
        f'background: {way}"></b><u style="left: {100 * found.generic:.1f}%"></u>'
        f'<em style="left: {100 * found.reshaped:.1f}%; background: {way}"></em></span>'
    )
    before = f"<small>{percent(found.generic)} before</small>"
    now = f"<span><strong>{percent(found.reshaped)}</strong> {before}</span>"
    return f'<div class="label-row">{head}{bar}{now}</div>'
