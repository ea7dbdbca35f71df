"""Vectors made elsewhere, of the texts' own file or of another: match them to the texts, store them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.corpus import Corpus, vectors_of_texts
from core.corpus.tables import Table
from core.encoders import PrecomputedVectors, as_precomputed
from core.errors import CorpusError, EncoderUnavailable, StoreError
from core.storage import find_precomputed, save_precomputed
from core.tasks.imports import name_parts
from core.tasks.imports import read_vectors as vectors_in_file
from pages.common import account, cache
from pages.common.jobs import draw_reading
from pages.common.state import state_of
from pages.common.text import markdown

OTHER_FILE = ""
IN_ORDER = "None: they are in the order of the texts"
GUESS = "Found by its name"
USUAL_ID = re.compile(r"(?i)ids?|(text|doc|document|row)_?id")
OWN_VECTORS_HELP = (
    "Found in the file of the texts: a column with a list of numbers in each row. Vectors are scaled to "
    "length 1."
)
VECTORS_HELP = (
    "NumPy (.npy, or .npz with an array of vectors and one of ids), or Parquet with a list of numbers in "
    "each row. Pickles are refused. Vectors are scaled to length 1."
)
IDS_HELP = (
    "The column of your table whose ids are in the file too, in any order. Without one the file needs one "
    "vector for each text, in the same order."
)


@dataclass(frozen=True)
class Upload:
    """Vectors of a corpus, with the name of their file."""

    file_name: str
    precomputed: PrecomputedVectors


@dataclass
class KeptVectors:
    """Names of the vectors that this session kept, by corpus key, file name and content key."""

    names: dict[tuple[str, str, str], str] = field(default_factory=dict)


@dataclass
class VectorReads:
    """The latest upload: its parts, and its vectors by the choices on the page, or a sentence."""

    parts_of: str = ""
    parts: list[str] = field(default_factory=list)
    key: tuple[str | None, ...] = ()
    found: PrecomputedVectors | str | None = None


def draw_vector_upload(corpus: Corpus, *, key: str) -> str | None:
    """Draw the upload of vectors for a stored corpus, and store those that match the texts at once.

    Their name as an encoder is returned; None before there are any.
    """
    upload = read_upload(corpus, key=key)
    return keep_vectors(corpus.key, upload) if upload else None


def read_vectors(corpus: Corpus, table: Table, table_id: str, *, key: str) -> Upload | None:
    """Draw the choice between the vectors in the file of the texts and those of another, and read them.

    `key` begins the keys of the widgets: "{key}_ready_column", and those of `read_upload`. `table_id` tells
    tables apart.
    """
    columns = list(table.vectors)
    if not columns:
        return read_upload(corpus, key=key)
    titles = {
        name: f"Use the column *{markdown(name)}* of this file ({table.vectors[name].shape[1]:,} numbers)"
        for name in columns
    }
    column = st.radio(
        "Vectors",
        [*columns, OTHER_FILE],
        format_func={**titles, OTHER_FILE: "Upload another file"}.__getitem__,
        key=f"{key}_ready_column",
        help=OWN_VECTORS_HELP,
    )
    if column == OTHER_FILE:
        return read_upload(corpus, key=key)
    found = _read_column(table_id, corpus.key, column, table, corpus)
    if isinstance(found, str):
        st.error(markdown(found), icon=":material/error:")
        return None
    n, d = found.vectors.shape
    st.success(
        f"{n:,} vectors of {d:,} numbers, each from the row of its text.", icon=":material/check_circle:"
    )
    return Upload(f"{table.name} ({column})", found)


def read_upload(corpus: Corpus, *, key: str) -> Upload | None:
    """Draw the upload of a file of vectors and read it; a problem is shown in one sentence.

    `key` begins the keys of the widgets: "{key}_ready", "{key}_ready_vectors", "{key}_ready_ids",
    "{key}_ready_corpus_ids".
    """
    try:
        file = account.upload_file("Vectors, one for each text", key=f"{key}_ready", help=VECTORS_HELP)
    except CorpusError as error:
        st.error(markdown(str(error)), icon=":material/error:")
        return None
    if file is None:
        limit = account.upload_limit()
        st.caption(f"Made elsewhere, for these {len(corpus.texts):,} texts. Up to {limit} MB.")
        return None
    parts = _parts_of(file)
    vectors = ids = corpus_ids = None
    if parts:
        with st.container(horizontal=True):
            vectors = _choose("Vectors", parts, f"{key}_ready_vectors")
            ids = _choose("Ids", parts, f"{key}_ready_ids")
        corpus_ids = _choose_corpus_ids(corpus, ids, f"{key}_ready_corpus_ids")
    found = _read(corpus, file, vectors, ids, corpus_ids)
    if isinstance(found, str):
        st.error(markdown(found), icon=":material/error:")
        return None
    matched = "matched by their ids" if found.matched_by == "ids" else "taken in the order of the texts"
    n, d = found.vectors.shape
    st.success(f"{n:,} vectors of {d:,} numbers, {matched}.", icon=":material/check_circle:")
    return Upload(file.name, found)


def keep_vectors(corpus_key: str, upload: Upload) -> str:
    """Store vectors with their corpus; return their name as an encoder."""
    name = kept_vectors_name(corpus_key, upload)
    if not name:
        results = cache.store().results(corpus_key)
        name = save_precomputed(results, corpus_key, upload.file_name, upload.precomputed)
        state_of(KeptVectors).names[corpus_key, upload.file_name, upload.precomputed.key] = name
    return name


def kept_vectors_name(corpus_key: str, upload: Upload) -> str:
    """Return the name of vectors that this session stored; "" before, or once their corpus is deleted."""
    which = corpus_key, upload.file_name, upload.precomputed.key
    name = state_of(KeptVectors).names.get(which, "")
    try:
        return name if find_precomputed(cache.store().results(corpus_key), name) else ""
    except StoreError:
        return ""


def _parts_of(file: UploadedFile) -> list[str]:
    """Return the names of the arrays or columns in a file; none for .npy or an unreadable file."""
    state = state_of(VectorReads)
    if state.parts_of != file.file_id:
        with draw_reading(file.name) as report:
            state.parts = name_parts(file.name, file.getvalue(), report)
        state.parts_of = file.file_id
    return state.parts


@st.cache_resource(max_entries=2, scope="session", show_spinner="Reading the vectors…")
def _read_column(
    table_id: str, corpus_key: str, column: str, _table: Table, _corpus: Corpus
) -> PrecomputedVectors | str:
    """Read the vectors of a table's column; return a sentence where texts have none."""
    try:
        return as_precomputed(_table.name, vectors_of_texts(_table, _corpus, column), "rows")
    except (CorpusError, EncoderUnavailable) as error:
        return str(error)


def _read(
    corpus: Corpus, file: UploadedFile, vectors: str | None, ids: str | None, corpus_ids: str | None
) -> PrecomputedVectors | str:
    """Read the vectors, once for a choice; return a sentence where they cannot be read."""
    state, key = state_of(VectorReads), (file.file_id, corpus.key, vectors, ids, corpus_ids)
    if state.key == key and state.found is not None:
        return state.found
    known = None if corpus_ids is None else corpus.metadata[corpus_ids].to_numpy(dtype=object)
    try:
        with draw_reading(file.name) as report:
            state.found = vectors_in_file(
                file.name, file.getvalue(), corpus, report, ids=known, column=vectors, id_column=ids
            )
    except EncoderUnavailable as error:
        state.found = str(error)
    state.key = key
    return state.found


def _choose(label: str, parts: list[str], key: str) -> str | None:
    chosen = st.selectbox(f"{label} in the file", [GUESS, *parts], key=key)
    return None if chosen == GUESS else chosen


def _choose_corpus_ids(corpus: Corpus, ids: str | None, key: str) -> str | None:
    """Draw the choice of the id column; first the name in the file, or a usual name for ids."""
    columns = list(corpus.metadata.columns)
    usual = [column for column in columns if column == ids] + list(filter(USUAL_ID.fullmatch, columns))
    chosen = st.selectbox(
        "Ids of the texts",
        [IN_ORDER, *columns],
        index=columns.index(usual[0]) + 1 if usual else 0,
        key=key,
        help=IDS_HELP,
    )
    return None if chosen == IN_ORDER else chosen
