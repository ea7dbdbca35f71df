"""Texts of a selection, each with its labels and cluster; search by words, phrase or meaning."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ...corpus import find_meaning, find_words
from ...encoders import host_of
from ...errors import LabelError, RefractError, StoreError
from ...tasks import QUERIES
from ...utils import cut
from .answer import LONGEST_NAME, NOTICE, Json, page, rounded, show_text
from .opened import Map, Opened, Reader, predicted_label, predicted_rows

WORDS, PHRASE, MEANING = "words", "phrase", "meaning"
LONGEST_SEARCH = 20.0  # seconds
QUOTES = re.compile('[“”„«»"]')  # `find_words` reads what stands between them as a phrase
MOST_NEAREST = 1_000  # texts that a search by meaning returns, over all pages


def texts_of_selection(
    reader: Reader,
    opened: Opened,
    *,
    rows: Sequence[int] | None,
    label: str | None,
    predicted: str | None,
    cluster: int | None,
    search: str | None,
    generic: bool,
    offset: int,
    limit: int,
) -> Json:
    """Return the texts that meet all conditions; None stands for no condition."""
    shown, order = _open_map(reader, opened, generic=generic), "of the corpus"
    found = np.arange(len(opened.corpus.texts))
    if predicted is not None:
        found, order = _predicted(opened, predicted), "most probable first"
    if search is not None:
        hits = find_words(reader.index(opened.corpus), search, seconds=LONGEST_SEARCH)
        found, order = hits[np.isin(hits, found)], "best match first"
    if rows is not None:
        opened.check_rows(list(rows))
        found, order = np.array([row for row in rows if row in set(found.tolist())], np.int64), "as asked for"
    if label is not None:
        code = _known(opened, label)
        found = found[opened.guide.codes[found] == code]
    named: Json = {}
    if cluster is not None:
        name = _cluster_name(shown, cluster)
        assert shown is not None  # else it has no clusters, as `_cluster_name` says
        found = found[np.asarray(shown.clusters.codes)[found] == cluster]
        named = {"cluster": cluster, "cluster_name": name, "map": shown.kind}
    chosen = found[offset : offset + limit].tolist()
    return {
        "notice": NOTICE,
        **named,
        **page(len(found), offset, limit),
        "order": order,
        "texts": [show_row(opened, shown, row) for row in chosen],
    }


def search_texts(
    reader: Reader, opened: Opened, query: str, by: str, *, generic: bool, offset: int, limit: int
) -> Json:
    """Return the texts that hold words or a phrase, or that are nearest in meaning, best first."""
    if not query.strip():
        raise RefractError("The query is empty: say what to search for.")
    shown = _open_map(reader, opened, generic=generic)
    cosines: list[float] = []
    about: Json = {"by": by}
    if by == MEANING:
        found, cosines, about = _nearest(reader, opened, query, generic=generic, n=offset + limit)
    else:
        typed = f'"{QUOTES.sub(" ", query)}"' if by == PHRASE else query
        found = find_words(reader.index(opened.corpus), typed, seconds=LONGEST_SEARCH)
    texts = [show_row(opened, shown, row) for row in found[offset : offset + limit].tolist()]
    for text, cosine in zip(texts, cosines[offset : offset + limit], strict=False):
        text["cosine"] = rounded(cosine)
    found_and_next = page(len(found), offset, limit)
    if by == MEANING:  # all texts are near, more or less
        found_and_next = {"found": len(opened.corpus.texts), "offset": offset, "next_offset": offset + limit}
        if offset + limit >= min(MOST_NEAREST, len(opened.corpus.texts)):
            del found_and_next["next_offset"]
    return {"notice": NOTICE, **about, **found_and_next, "order": "best first", "texts": texts}


def show_row(opened: Opened, shown: Map | None, row: int) -> Json:
    """Return a text with its row, given label, predicted label and cluster, as far as it has them."""
    answer: Json = {"row": row, **show_text(str(opened.corpus.texts[row]))}
    given = opened.guide.label_of(row)
    if given is not None:
        answer |= {"label": given, "label_by": "model" if opened.guide.by_model[row] else "person"}
    predicted = predicted_label(opened.fit, row)
    if predicted is not None and opened.fit is not None:
        answer |= {"predicted": predicted, "probability": rounded(opened.fit.probability[row], 2)}
    if shown is not None and shown.clusters.codes[row] >= 0:
        answer["cluster"] = int(shown.clusters.codes[row])
    return answer


def _open_map(reader: Reader, opened: Opened, *, generic: bool) -> Map | None:
    return None if opened.entry.embedding_key is None else reader.open_map(opened, generic=generic)


def _nearest(
    reader: Reader, opened: Opened, query: str, *, generic: bool, n: int
) -> tuple[np.ndarray, list[float], Json]:
    """Return the n nearest texts, their cosines, and what is told about the search."""
    fit = None if generic else opened.fit
    placed = QUERIES["place_text"](
        reader.store,
        corpus_key=opened.corpus.key,
        text=query,
        fit_key=None if fit is None else opened.analysis.fit_key,
    )
    space = fit.space if fit is not None else reader.generic_space(opened)
    assert space is not None  # `place_text` found it
    vector = np.array(placed["vector"], dtype=np.float32)
    rows, cosines = find_meaning(space.vectors, vector, min(n, MOST_NEAREST))
    about: Json = {"by": MEANING, "map": "generic" if fit is None else "reshaped"}
    encoder = fit.method.encoder if fit is not None and fit.method.reencodes else opened.entry.encoder
    host = host_of(encoder) if encoder else None
    if host:
        about["query_was_sent_to"] = host
    return rows, cosines.tolist(), about


def _known(opened: Opened, label: str) -> int:
    """Return the position of a label in use."""
    if label not in opened.guide.names:
        raise LabelError(f"There is no label “{cut(label, 60)}”: {listed(opened.guide.names)}.")
    return opened.guide.names.index(label)


def _predicted(opened: Opened, label: str) -> np.ndarray:
    if opened.fit is None or not opened.fit.has_predictions:
        raise StoreError("No labels are predicted yet: a person has to reshape the map in the app first.")
    known = [opened.fit.labels[code] for code in opened.fit.classes]
    if label not in known:
        raise LabelError(f"No text is predicted to be “{cut(label, 60)}”: {listed(known)}.")
    return predicted_rows(opened.fit, label)


def _cluster_name(shown: Map | None, cluster: int) -> str:
    if shown is None:
        raise StoreError("There are no clusters yet: a person has to encode the texts in the app first.")
    if cluster not in shown.clusters.names:
        raise StoreError(
            f"The {shown.kind} map has no cluster {cluster}: the tool clusters returns those there are."
        )
    return cut(shown.clusters.names[cluster], LONGEST_NAME)


def listed(names: Sequence[str], most: int = 30) -> str:
    """Return which labels there are, for a message."""
    if not names:
        return "there is none yet"
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return "those there are: " + ", ".join(f"“{name}”" for name in names[:most]) + more
