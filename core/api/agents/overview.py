"""The analyses that there are, and one of them at a glance."""

from __future__ import annotations

import numpy as np

from ...errors import RefractError
from ...evidence import Verdict, judge_fit
from ...labels import GuideLabels
from ...maps import Fit
from ...storage import Store, load_finding
from ...tasks import fit_key
from ...utils import cut
from .answer import LONGEST_NAME, NOTICE, Json, page
from .opened import Opened, Reader

MOST_COLUMNS = 30  # of the corpus that are named
MOST_LABELS = 100  # that are listed


def list_analyses(store: Store, offset: int, limit: int) -> Json:
    """Return the analyses of all corpora, those of the corpus opened last first."""
    every = [(entry, analysis) for entry in store.corpora() for analysis in store.analyses(entry.key)]
    listed = [
        {
            "analysis": analysis.id,
            "instruction": cut(analysis.instruction, LONGEST_NAME),
            "corpus": cut(entry.name, LONGEST_NAME),
            "texts": entry.n_texts,
            "labelled_texts": store.labels.read(analysis.id).n_labels,
        }
        for entry, analysis in every[offset : offset + limit]
    ]
    return {"notice": NOTICE, **page(len(every), offset, limit), "analyses": listed}


def overview(reader: Reader, opened: Opened) -> Json:
    """Return what an analysis is about, how far it is, and what the check says of it."""
    store, corpus, entry, guide = reader.store, opened.corpus, opened.entry, opened.guide
    columns = map(str, corpus.metadata.columns[:MOST_COLUMNS])
    return {
        "notice": NOTICE,
        "analysis": opened.analysis.id,
        "instruction": cut(opened.analysis.instruction, LONGEST_NAME),
        "corpus": {
            "name": cut(entry.name, LONGEST_NAME),
            "texts": len(corpus.texts),
            "rows": f"0 to {len(corpus.texts) - 1}",
            "text_column": cut(corpus.text_column, LONGEST_NAME),
            "other_columns": [cut(name, LONGEST_NAME) for name in columns],
            "encoder": entry.encoder,
            **({"preview": "a quick look: its encoder is a rough one"} if entry.is_preview else {}),
        },
        "labelled_texts": guide.n_labels,
        "labelled_by_a_model_and_not_reviewed": int(guide.by_model.sum()),
        "number_of_labels": len(guide.names),
        "labels": count_labels(guide, opened.fit, defined=True),
        "reshaped_map": describe_map(store, opened),
        "verdict": describe_verdict(find_verdict(store, opened)),
    }


def count_labels(guide: GuideLabels, fit: Fit | None, *, defined: bool = False) -> list[Json]:
    """Return each label with the number of texts that were given it, and that are predicted to have it.

    Where asked for, a label that is `defined` has its definition.
    """
    predicted: dict[str, int] = {}
    if fit is not None and fit.has_predictions:
        codes = np.asarray(fit.fitting_labels)
        counts = np.bincount(codes[codes >= 0], minlength=len(fit.labels)).tolist()
        predicted = dict(zip(fit.labels, counts, strict=True))
    return [
        {
            "label": name,
            **(definition_of(guide, name) if defined else {}),
            "given": given,
            **({"predicted": predicted[name]} if name in predicted else {}),
        }
        for name, given in list(guide.counts.items())[:MOST_LABELS]
    ]


def definition_of(guide: GuideLabels, name: str) -> Json:
    """Return what a label means, where somebody wrote that down."""
    return {"definition": guide.definitions[name]} if name in guide.definitions else {}


def describe_map(store: Store, opened: Opened) -> str:
    """Return whether there is a reshaped map, and whether it is of the labels as they are now."""
    if opened.fit is None:
        return "none yet: a person makes it in the app"
    try:
        is_current = opened.analysis.fit_key == fit_key(store, opened.analysis.id)
    except RefractError:  # such as too few labels for another one by now
        is_current = False
    return "up to date" if is_current else "older than the present labels: a person updates it in the app"


def find_verdict(store: Store, opened: Opened) -> Verdict | None:
    """Return the verdict on the reshaped map; None without one, or before it is checked."""
    if opened.fit is None or opened.analysis.fit_key is None:
        return None
    evidence = load_finding(store.results(opened.entry.key), opened.analysis.fit_key, "evidence")
    return judge_fit(opened.fit, evidence, opened.fit.labels)


def describe_verdict(verdict: Verdict | None) -> Json | None:
    """Return a verdict in words."""
    if verdict is None:
        return None
    return {"state": verdict.state, "sentence": verdict.sentence, "advice": verdict.advice}
