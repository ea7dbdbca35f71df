"""Corpus page: choose texts, see what is in them, encode."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.corpus import Corpus, CorpusReport, build_corpus, examine, guess_text_column
from core.corpus.tables import Table, read_table
from core.encoders import DEFAULT_ENCODER, split_ready, title_of
from core.errors import CorpusError, RefractError
from core.storage import StoredCorpus
from pages.charts import text_length_histogram
from pages.common import (
    cache,
    current_corpus,
    get_state,
    is_prepared,
    jobs,
    layout,
    markdown,
    open_corpus,
    show_message,
)
from pages.common.encoders import (
    Upload,
    draw_encoder_chooser,
    keep,
    kept_name,
    read_upload,
    reading_cost,
    why_not,
)

DEMO = Path(__file__).resolve().parents[2] / "assets" / "demo" / "feedback.csv"
SOURCES = {
    "demo": ":material/school: **Try the demo**  \n:small[Feedback to a service, ready to explore]",
    "upload": ":material/upload_file: **Upload**  \n:small[CSV, TSV, JSON, Parquet, Excel, plain text]",
    "again": ":material/history: **Open again**  \n:small[Corpora kept on this machine]",
}
FORMATS = ["csv", "tsv", "jsonl", "json", "parquet", "xlsx", "txt", "gz"]
PREVIEW_ROWS = 50
WAYS = {"encoder": "An encoder reads them", "ready": "Vectors I have already"}
WAYS_HELP = (
    "A map needs a vector of each text: made here by an encoder, or made elsewhere and given as a file. The "
    "texts' meaning on the generic map comes from them."
)


def corpus_page() -> None:
    """Choose texts, see what is in them, encode."""
    entry = current_corpus()
    ready = is_prepared(entry)
    layout.page_head(
        "Corpus",
        "Choose the texts to explore. They stay on this machine, unless you choose a server to read them.",
        next_page=layout.MAPS if ready else None,
        next_label=f"See the map of “{markdown(entry.name)}”" if ready else "",
    )
    stored = cache.store().corpora()
    source = st.segmented_control(
        "Where from",
        [name for name in SOURCES if name != "again" or stored],
        format_func=SOURCES.get,
        key="corpus_source",
        label_visibility="collapsed",
        width="stretch",
        persist_state="session",
    )
    if source == "again":
        draw_stored(stored)
        return
    if source is None:
        draw_current(entry)
        return
    try:
        found = ("demo", demo_table()) if source == "demo" else uploaded_table()
        if found is not None:
            draw_table(*found)
    except CorpusError as error:
        show_message(str(error))


def demo_table() -> Table:
    """The demo corpus."""
    return read_table(DEMO.name, DEMO.read_bytes())


def uploaded_table() -> tuple[str, Table] | None:
    """Id and table of the uploaded file, kept for the session; None before an upload."""
    file = st.file_uploader("Upload a file with one text a row", type=FORMATS, key="corpus_upload")
    limit = st.get_option("server.maxUploadSize")  # megabytes
    kept = st.session_state.get("uploaded_table")
    if file is None:
        st.caption(f"Up to {limit} MB; server.maxUploadSize in .streamlit/config.toml raises the limit.")
        return kept
    if kept is None or kept[0] != file.file_id:
        with st.spinner(f"Reading {file.name}…"):
            table = read_table(file.name, file.getvalue(), most_bytes=limit * 2**20)
            kept = st.session_state["uploaded_table"] = (file.file_id, table)
    return kept


def draw_table(table_id: str, table: Table) -> None:
    """Preview at the left, report and Encode at the right."""
    left, right = st.columns([3, 2], gap="large")
    with right:
        columns = [str(column) for column in table.frame.columns]
        if st.session_state.get("corpus_table_shown") != table_id:  # a new table gets its own guess
            st.session_state["corpus_table_shown"] = table_id
            st.session_state.pop("corpus_text_column", None)
        text_column = st.selectbox(
            "Text column",
            columns,
            index=columns.index(guess_text_column(table.frame)),
            key="corpus_text_column",
            help="Guessed: the column with the longest varied texts. The others stay as metadata.",
        )
    report, corpus = look_at(table_id, text_column, table)
    with left:
        draw_preview(table, text_column)
        st.plotly_chart(
            text_length_histogram([len(text) for text in corpus.texts]),
            key="corpus_lengths",
            height=150,
            config={"displayModeBar": False},
        )
    with right:
        draw_report(report, table)
        way = st.segmented_control(
            "Vectors of the texts",
            list(WAYS),
            format_func=WAYS.__getitem__,
            default="encoder",
            required=True,
            key="corpus_way",
            help=WAYS_HELP,
            persist_state="session",
        )
        if way == "ready":
            draw_ready(corpus)
        else:
            draw_encoder(corpus)


def draw_encoder(corpus: Corpus) -> None:
    """Choose an encoder, and encode."""
    encoder, _ = draw_encoder_chooser(
        key="corpus",
        instructed=False,
        texts=corpus.texts,
        corpus_key=corpus.key,
        before_try=lambda: cache.store().add_corpus(corpus),
    )
    if not encoder:
        return
    problem = why_not(encoder, instructed=False)
    n_long, max_tokens, _ = reading_cost(corpus.key, encoder, corpus.texts)
    if n_long and not problem:
        st.caption(
            f"**{n_long:,}** texts are longer than the {max_tokens:,} tokens that the encoder reads: their "
            "ends are cut."
        )
    draw_encode(corpus, encoder, disabled=bool(problem))


def draw_ready(corpus: Corpus) -> None:
    """Choose a file of vectors, and draw the map of them."""
    upload = read_upload(corpus, key="corpus")
    if upload is not None:
        draw_encode(corpus, kept_name(corpus.key, upload), upload=upload)


@st.cache_resource(max_entries=3, scope="session", show_spinner="Looking at the texts…")
def look_at(table_id: str, text_column: str, _table: Table) -> tuple[CorpusReport, Corpus]:
    """Report on a text column, and the corpus it makes; remembered by the table's id and the column."""
    return examine(_table, text_column), build_corpus(_table, text_column)


def draw_preview(table: Table, text_column: str) -> None:
    """First rows, the text column first and marked."""
    preview = table.frame.head(PREVIEW_ROWS)
    preview = preview[[text_column, *(column for column in preview.columns if column != text_column)]]
    st.markdown(f"**{markdown(table.name)}** :small[first {len(preview)} of {len(table.frame):,} rows]")
    st.dataframe(
        preview,
        hide_index=True,
        height=430,
        column_config={
            text_column: st.column_config.TextColumn(f"✎ {text_column}", width="large", help="The text")
        },
    )


def draw_report(report: CorpusReport, table: Table) -> None:
    """What is in the table, before anything runs."""
    facts = [
        f"**{report.n_rows:,}** rows",
        f"**{report.n_empty:,}** empty" + (" (left out)" if report.n_empty else ""),
        f"**{report.n_duplicates:,}** duplicates" + (" (kept)" if report.n_duplicates else ""),
        f"encoding {report.encoding}" if report.encoding else "",
        f"median {report.median_length:,.0f} characters, longest {report.longest:,}",
    ]
    st.markdown(" · ".join(fact for fact in facts if fact))
    for note in table.notes:
        st.caption(f":material/info: {markdown(note)}")


def draw_encode(
    corpus: Corpus, encoder: str, *, upload: Upload | None = None, disabled: bool = False
) -> None:
    """The page's one primary button: encode, with progress and Cancel; or open what is encoded.

    With an upload its vectors take the place of encoding; `encoder` is then their name, "" before that.
    """
    stored = {entry.key: entry for entry in cache.store().corpora()}.get(corpus.key)
    job = jobs.latest("prepare", corpus_key=corpus.key)
    if job is not None and job.active:
        jobs.draw_progress(job, cancel_key="corpus_cancel")
        return
    job = jobs.latest("prepare", corpus_key=corpus.key, encoder=encoder)
    if job is not None and job.status == "failed":
        st.error(markdown(job.message), icon=":material/error:")
    if job is not None and job.status == "cancelled":
        st.info("Cancelled; nothing was lost. It starts again.", icon=":material/info:")
    there = is_prepared(stored) and stored.encoder == encoder
    if there:
        st.success(
            "The map is ready." if upload else "Encoded: the map is ready.", icon=":material/check_circle:"
        )
    n_texts = f"{len(corpus.texts):,} texts"
    label = f"Map {n_texts} by these vectors" if upload else f"Encode {n_texts}"
    if there:
        label = f"Open the map of {n_texts}"
    if st.button(label, key="corpus_encode", type="primary", width="stretch", disabled=disabled):
        try:
            cache.store().add_corpus(corpus)
            open_corpus(corpus.key)
            encoder = keep(corpus.key, upload) if upload else encoder
        except RefractError as error:
            show_message(str(error))
            return
        if there:
            st.switch_page(layout.MAPS)
        title = f"Mapping {corpus.name}" if upload else f"Encoding {corpus.name}"
        jobs.start("prepare", title, corpus_key=corpus.key, encoder=encoder)
        st.rerun()


def draw_current(entry: StoredCorpus | None) -> None:
    """Before a choice: what Refract does, or the corpus that is open."""
    if entry is None:
        st.markdown(
            "Refract shows a corpus as a map, and **reshapes it by what you care about**: type an "
            "instruction, label a handful of texts, and see the new map beside the generic one. "
            "Start with the demo, or upload your own texts."
        )
        return
    ready = is_prepared(entry)
    with st.container(border=True):
        st.markdown(
            f"**{markdown(entry.name)}** · {entry.n_texts:,} texts · "
            + ("encoded" if ready else "not encoded yet")
        )
        if ready:
            with st.container(horizontal=True):
                st.page_link(layout.MAPS, label="Explore the map", icon=":material/map:")
                st.page_link(layout.GUIDE, label="Give an instruction", icon=":material/edit:")
            return
        draw_resume(entry)


def draw_stored(stored: list[StoredCorpus]) -> None:
    """Corpora kept on this machine, newest first."""
    for entry in stored:
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key=f"stored_{entry.key}"
        ):
            opened = entry.opened_at[:16].replace("T", " ")
            state = "not encoded yet"
            if is_prepared(entry):
                by = "" if split_ready(entry.encoder) else "read by "
                state = by + markdown(title_of(entry.encoder))
            facts = f"{entry.n_texts:,} texts · {state} · opened {opened} UTC"
            st.markdown(f"**{markdown(entry.name)}**  \n:small[{facts}]", width="stretch")
            if is_prepared(entry):
                if st.button("Open", key=f"open_{entry.key}", type="primary"):
                    open_corpus(entry.key)
                    st.switch_page(layout.MAPS)
            else:
                draw_resume(entry)
            with st.popover("", icon=":material/delete:", help="Remove from this machine"):
                st.markdown(f"Remove **{markdown(entry.name)}** with all its labels? This cannot be undone.")
                if st.button("Remove", key=f"remove_{entry.key}", type="primary"):
                    jobs.cancel_of(corpus_key=entry.key)
                    for analysis in cache.store().analyses(entry.key):
                        jobs.cancel_of(analysis_id=analysis.id)
                    cache.store().delete_corpus(entry.key)
                    if get_state().corpus_key == entry.key:
                        get_state().corpus_key = get_state().analysis_id = None
                    st.rerun()


def draw_resume(entry: StoredCorpus) -> None:
    """Progress of a corpus whose encoding runs, or a button to start it."""
    job = jobs.latest("prepare", corpus_key=entry.key)
    if job is not None and job.active:
        jobs.draw_progress(job, cancel_key=f"cancel_{entry.key}")
        return
    if job is not None and job.status == "failed":
        st.error(markdown(job.message), icon=":material/error:")
    if st.button(f"Encode {entry.n_texts:,} texts", key=f"resume_{entry.key}"):
        open_corpus(entry.key)
        encoder = job.arguments["encoder"] if job else entry.encoder or DEFAULT_ENCODER
        jobs.start("prepare", f"Encoding {entry.name}", corpus_key=entry.key, encoder=encoder)
        st.rerun()


corpus_page()
