"""Whether the next Fit of an analysis can start, where, and what it costs."""

from __future__ import annotations

from core.corpus import Corpus
from core.encoders import host_of, split_ready, title_of
from core.errors import StoreError
from core.storage import Analysis, find_ready
from pages.common import cache
from pages.common.encoders import kept_trial, prompt_of, reading_cost, why_not
from pages.common.state import is_read
from pages.common.text import duration, markdown

NAME_ANOTHER = "Two labels are needed before Fit can reshape the map: name another above."
LABEL_TEXTS = "Label texts of two labels or more: here their names alone say nothing."


def approach_ready(analysis: Analysis) -> str | None:
    """Say why an analysis cannot be fitted or read yet, in one sentence; None when it can.

    Parameters
    ----------
    analysis : Analysis
        As it is in the store now.
    """
    approach, store = analysis.approach, cache.store()
    if not approach.reencodes:
        if len(store.label_names(analysis.id)) < 2:
            return NAME_ANOTHER
        return None if _names_count(analysis) or _n_kinds(analysis) >= 2 else LABEL_TEXTS
    if not approach.encoder:
        return "Choose the encoder that reads the texts, or a file of vectors, above."
    try:
        if find_ready(store.results(analysis.corpus_key), approach.encoder) is not None:
            return None
    except StoreError as error:
        return str(error)
    if not analysis.instruction:
        return "Type an instruction above first: every text is read under it."
    if why_not(approach.encoder, approach.template, analysis.instruction):
        return "This encoder cannot read them so: the reason stands above."
    return None


def starts_on_guide(analysis: Analysis) -> bool:
    """Whether the next Fit is left to the guide page, as it reads every text again or cannot start yet.

    There stands what it costs, where the texts go, and what is missing.
    """
    approach = analysis.approach
    reads = approach.reencodes and split_ready(approach.encoder) is None and not is_read(analysis)
    return reads or approach_ready(analysis) is not None


def start_label(analysis: Analysis, n_texts: int, *, fresh: bool = False) -> str | None:
    """What the button that starts a reading says; None for a Fit by labels. `fresh` as in `approach_hint`."""
    if not analysis.approach.reencodes:
        return None
    if split_ready(analysis.approach.encoder) is not None:
        return f"Map {n_texts:,} vectors"
    if is_read(analysis) and not fresh:
        return "Fit the labels"
    return f"Read {n_texts:,} texts anew"


def approach_hint(analysis: Analysis, corpus: Corpus, *, fresh: bool = False) -> str | None:
    """What a reading would take and where the texts go, in markdown; None for a Fit by labels.

    Parameters
    ----------
    analysis : Analysis
    corpus : Corpus
    fresh : bool, default=False
        Whether the maps show this reading already.
    """
    approach = analysis.approach
    if not approach.reencodes or not approach.encoder:
        return None
    title = markdown(title_of(approach.encoder))
    if fresh:
        return f"The maps show this reading by {title}: nothing would be read again."
    if split_ready(approach.encoder) is not None:
        return f"Shows the {title}; nothing is encoded."
    if is_read(analysis):
        return f"The texts are read by {title} already: this learns the labels in that space, in seconds."
    trial = kept_trial(
        corpus_key=corpus.key,
        encoder=approach.encoder,
        template=approach.template,
        instruction=analysis.instruction,
    )
    if trial is not None:
        size = f"about {duration(trial.seconds)} here, timed on {trial.n_texts} texts"
    else:
        prompt = prompt_of(approach.encoder, approach.template, analysis.instruction)
        seconds = reading_cost(corpus.key, approach.encoder, corpus.texts, prompt=prompt)[2]
        size = f"roughly {duration(seconds)} here"
    host = host_of(approach.encoder)
    goes = f" Every text is sent to **{markdown(host)}**." if host else ""
    return f"By {title}: {size}. What is read is kept, also after Cancel.{goes}"


def _names_count(analysis: Analysis) -> bool:
    """Whether label names count as evidence: the recipe has no use for them, and ready vectors read none."""
    encoder = cache.store().corpus_entry(analysis.corpus_key).encoder
    return analysis.approach.kind == "guided" and split_ready(encoder) is None


def _n_kinds(analysis: Analysis) -> int:
    """How many different labels some text was given."""
    return cache.store().guide_labels(analysis.id)["label"].nunique()
