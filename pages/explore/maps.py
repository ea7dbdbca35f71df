"""Maps page: the generic and the reshaped space side by side, linked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import streamlit as st

from core.corpus import Corpus
from core.figures import BARS, composition_bars
from core.fits import Fit, load_finding
from core.keys import content_key
from core.spaces import Space
from core.store import Analysis
from pages.common import cache, frame
from pages.common.colours import colouring, colourings
from pages.common.linked_maps import Colouring, Pane, linked_maps
from pages.common.markdown import markdown
from pages.common.measuring import EVIDENCE_HELP, NAMES_ONLY, NAMES_ONLY_HELP, follow, offer_refit
from pages.common.state import current_analysis, current_corpus, is_fitted, is_prepared

ROWS_SHOWN = 1000
CARDS_SHOWN = 9
HEIGHT = 560  # pixels: both maps above the fold of 1440 x 900


def maps_page() -> None:
    """The generic and the reshaped space side by side, linked."""
    entry, analysis = current_corpus(), current_analysis()
    fitted = is_fitted(analysis)
    frame.page_head(
        (analysis.instruction or "Maps") if fitted else "Maps",
        "Generic space left, reshaped space right."
        if fitted
        else "The generic space: texts of like meaning.",
        next_page=frame.EXPORT if fitted else frame.GUIDE,
        next_label="Export" if fitted else "Reshape it by an instruction",
    )
    st.session_state.pop("guide_fit_started", None)  # who came here needs no bringing
    if entry is None:
        frame.ask_for("The maps need texts: choose a corpus first.", frame.CORPUS, "Choose a corpus")
    if not is_prepared(entry):
        frame.ask_for(f"“{markdown(entry.name)}” is not encoded yet.", frame.CORPUS, "See how far it is")
    corpus = cache.corpus(entry.key)
    generic = cache.space(entry.key, entry.embedding_key)
    fit = cache.fit(entry.key, analysis.fit_key) if fitted else None
    if fit is not None:
        draw_evidence(analysis, fit)
    draw_maps(corpus, generic, fit, analysis)


def draw_evidence(analysis: Analysis, fit: Fit) -> None:
    """One line: whether the labels are better separated than before; and whether labels changed since."""
    with st.container(horizontal=True, vertical_alignment="center", key="maps_evidence"):
        evidence = load_finding(cache.store().results(analysis.corpus_key), analysis.fit_key, "evidence")
        if fit.from_names_only:
            st.markdown(f":orange-badge[from names only] {NAMES_ONLY}", help=NAMES_ONLY_HELP)
        elif evidence is None:
            follow(analysis, ["evidence"])
        else:
            icon = {"helps": ":green[:material/trending_up:]"}.get(evidence.verdict, ":material/info:")
            sentence = evidence.sentence([markdown(name) for name in fit.labels])
            st.markdown(f"{icon} {sentence}", help=EVIDENCE_HELP)
        st.page_link(frame.EVIDENCE, label=":small[Evidence :material/arrow_forward:]")
        offer_refit(analysis)


@st.fragment
def draw_maps(corpus: Corpus, generic: Space, fit: Fit | None, analysis: Analysis | None) -> None:
    """Colour choice, linked maps, what is selected, clusters; redraws without the rest of the page."""
    store = cache.store()
    labels = store.label_names(analysis.id) if analysis else []
    given = store.label_codes(analysis.id, len(corpus.texts)) if analysis else np.full(len(corpus.texts), -1)
    change = None if fit is None else load_finding(store.results(corpus.key), analysis.fit_key, "change")
    choices = colourings(fit, change, corpus)
    with st.container(horizontal=True, vertical_alignment="center", key="maps_tools"):
        st.caption("Colour by", width="content")
        choice = st.selectbox(
            "Colour by",
            choices,
            key=f"maps_colour_{fit is not None}",
            width=240,
            label_visibility="collapsed",
            persist_state="session",
        )
    colours = colouring(choice, corpus, generic, fit, change, given, labels)
    left, right = st.columns([3.4, 1.2], gap="small")
    with left:
        selected = linked_maps(
            panes(generic, fit),
            colours,
            corpus.texts,
            key=f"maps_{corpus.key}",
            height=HEIGHT,
            select=st.session_state.get(f"maps_select_{corpus.key}"),
        )
    with right:
        draw_selection(selected, corpus, colours, fit, given, labels)
    draw_clusters(corpus, generic, fit)


def panes(generic: Space, fit: Fit | None) -> list[Pane]:
    """The generic map, and the reshaped one after a Fit."""
    spaces = {"Generic": generic}
    if fit is not None:
        spaces["Reshaped, from names only" if fit.from_names_only else "Reshaped"] = fit.space
    return [Pane(title, np.asarray(space.map), cluster_labels(space)) for title, space in spaces.items()]


def cluster_labels(space: Space) -> tuple[tuple[str, float, float, int], ...]:
    """Name, place and size of each cluster, largest first; the place is the median of its points."""
    places = []
    for cluster, name in space.cluster_names.items():
        members = space.map[space.clusters == cluster]
        x, y = np.median(members, axis=0)
        places.append((name, float(x), float(y), len(members)))
    return tuple(sorted(places, key=lambda place: -place[3]))


def draw_selection(
    selected: np.ndarray,
    corpus: Corpus,
    colours: Colouring,
    fit: Fit | None,
    given: np.ndarray,
    labels: list[str],
) -> None:
    """The selected texts as a table, and what they consist of."""
    with st.container(border=True, height=HEIGHT, key="maps_selection"):
        if len(selected) == 0:
            st.markdown("**Nothing selected**")
            both = "" if fit is None else " It lights up in both maps."
            st.caption(f"Hold Shift and drag around points, or click one.{both}")
            return
        st.markdown(f"**{len(selected):,} selected** :small[of {len(corpus.texts):,}]")
        shown = selected[:ROWS_SHOWN]
        table = pd.DataFrame({"text": corpus.texts[shown]})
        if fit is not None:
            table["predicted"] = [fit.labels[code] for code in fit.predicted[shown]]
        if (given[shown] >= 0).any():
            table["given"] = [labels[code] if code >= 0 else None for code in given[shown]]
        st.dataframe(
            table,
            key="maps_table",
            hide_index=True,
            height=HEIGHT - 300,
            column_config={"text": st.column_config.TextColumn("Text", width=180)},
        )
        if len(selected) > ROWS_SHOWN:
            st.caption(f"The first {ROWS_SHOWN:,} are listed.")
        if isinstance(colours, Colouring):
            shown = min(len(np.unique(np.asarray(colours.codes)[selected])), BARS)
            st.plotly_chart(
                composition_bars(colours.codes, selected, colours.labels, colours.colours),
                key="maps_composition",
                height=60 + 17 * shown,
                config={"displayModeBar": False},
            )


def draw_clusters(corpus: Corpus, generic: Space, fit: Fit | None) -> None:
    """Cluster cards of both spaces."""
    if fit is None:
        draw_cards("Clusters", generic, corpus, "generic")
        return
    reshaped_tab, generic_tab = st.tabs(["Reshaped clusters", "Generic clusters"])
    with reshaped_tab:
        draw_cards("", fit.space, corpus, "reshaped")
    with generic_tab:
        draw_cards("", generic, corpus, "generic")


def draw_cards(title: str, space: Space, corpus: Corpus, key: str) -> None:
    """One card a cluster: name, size, typical texts, and a button that selects it on the maps."""
    sizes = np.bincount(space.clusters[space.clusters >= 0], minlength=1)
    noise = int((np.asarray(space.clusters) < 0).sum())
    names = space.cluster_names
    if title:
        st.markdown(f"**{title}**")
    st.caption(
        f"{len(names)} clusters, largest first; {noise:,} of {len(corpus.texts):,} texts stand between them."
        if names
        else "No clusters: the texts lie in one even cloud, or are too few."
    )
    everything = len(names) <= CARDS_SHOWN or st.session_state.get(f"all_cards_{key}", False)
    shown = list(names)[: None if everything else CARDS_SHOWN]
    columns = st.columns(3)
    for position, cluster in enumerate(shown):
        with columns[position % 3], st.container(border=True, key=f"card_{key}_{cluster}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{names[cluster]}** :small[{sizes[cluster]:,} texts]")
                st.button(
                    "Select",
                    key=f"select_{key}_{cluster}",
                    type="tertiary",
                    on_click=select_cluster,
                    args=[space, cluster, f"maps_select_{corpus.key}"],
                )
            for row in space.typical_texts.get(cluster, []):
                st.caption(excerpt(corpus.texts[row]))
    if not everything:
        st.button(
            f"Show all {len(names)} clusters",
            key=f"more_{key}",
            on_click=st.session_state.__setitem__,
            args=[f"all_cards_{key}", True],
        )


def select_cluster(space: Space, cluster: int, key: str) -> None:
    """Select a cluster's texts on the maps."""
    rows = np.flatnonzero(np.asarray(space.clusters) == cluster)
    token = content_key(st.session_state.get(key, ("",))[0], rows)
    st.session_state[key] = (token, rows)


def excerpt(text: str, characters: int = 140) -> str:
    """First characters of a text, harmless as markdown."""
    text = " ".join(text.split())
    text = text if len(text) <= characters else text[: characters - 1] + "…"
    return markdown(text)


maps_page()
