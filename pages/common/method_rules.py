"""Whether the next Fit of an analysis can start, where, and what it costs."""

from __future__ import annotations

from core.corpus import Corpus
from core.encoders import host_of, split_precomputed, title_of
from core.errors import StoreError
from core.storage import Analysis, find_precomputed
from pages.common import cache
from pages.common.encoders import encoding_cost, kept_trial, prompt_of, why_not
from pages.common.state import is_reencoded
from pages.common.text import duration, markdown

NAME_ANOTHER = "Fit needs two labels: name another above."
LABEL_TEXTS = "Label texts with two labels or more: label names alone are not enough here."


def method_ready(analysis: Analysis) -> str | None:
    """Return why an analysis cannot be fitted or re-encoded yet, in one sentence; None when it can.

    Parameters
    ----------
    analysis : Analysis
        As it is in the store now.
    """
    method, store = analysis.method, cache.store()
    if method.learns:
        corpus_encoder = store.corpus_entry(analysis.corpus_key).encoder
        missing = method.lacks_labels(
            len(store.label_names.current(analysis.id)),
            store.labels.read(analysis.id).table["label"].nunique(),
            names_encoded=split_precomputed(corpus_encoder) is None,
        )
        return {"names": NAME_ANOTHER, "labelled texts": LABEL_TEXTS}.get(missing)
    if not method.encoder:
        return "Choose the encoder of the texts, or a file of vectors, above."
    try:
        if find_precomputed(store.results(analysis.corpus_key), method.encoder) is not None:
            return None
    except StoreError as error:
        return str(error)
    if not analysis.instruction:
        return "Type an instruction above first: every text is encoded under it."
    if why_not(method.encoder, method.template, analysis.instruction):
        return "This encoder cannot encode them: the reason is shown above."
    return None


def starts_on_guide(analysis: Analysis) -> bool:
    """Whether the next Fit has to start on the guide page: it re-encodes every text, or cannot start yet.

    That page shows the cost, the host that receives the texts, and what is missing.
    """
    method = analysis.method
    encodes = method.reencodes and split_precomputed(method.encoder) is None and not is_reencoded(analysis)
    return encodes or method_ready(analysis) is not None


def start_label(analysis: Analysis, n_texts: int, *, fresh: bool = False) -> str | None:
    """Label of the button that re-encodes; None for a Fit by labels. `fresh` as in `method_hint`."""
    if not analysis.method.reencodes:
        return None
    if split_precomputed(analysis.method.encoder) is not None:
        return f"Map {n_texts:,} vectors"
    if is_reencoded(analysis) and not fresh:
        return "Fit the labels"
    return f"Re-encode {n_texts:,} texts"


def method_hint(analysis: Analysis, corpus: Corpus, *, fresh: bool = False) -> str | None:
    """Cost of re-encoding and the host that receives the texts, in markdown; None for a Fit by labels.

    Parameters
    ----------
    analysis : Analysis
    corpus : Corpus
    fresh : bool, default=False
        Whether the maps show this method already.
    """
    method = analysis.method
    if not method.reencodes or not method.encoder:
        return None
    title = markdown(title_of(method.encoder))
    if fresh:
        return f"The maps show the texts as encoded by {title}: nothing would be encoded again."
    if split_precomputed(method.encoder) is not None:
        return f"Shows the {title}; nothing is encoded."
    if is_reencoded(analysis):
        return f"The texts are encoded by {title} already: this learns the labels in that space, in seconds."
    trial = kept_trial(
        corpus_key=corpus.key,
        encoder=method.encoder,
        template=method.template,
        instruction=analysis.instruction,
    )
    if trial is not None:
        size = f"about {duration(trial.seconds)} here, timed on {trial.n_texts} texts"
    else:
        prompt = prompt_of(method.encoder, method.template, analysis.instruction)
        seconds = encoding_cost(corpus.key, method.encoder, corpus.texts, prompt=prompt)[2]
        size = f"roughly {duration(seconds)} here"
    host = host_of(method.encoder)
    sent = f" Every text is sent to **{markdown(host)}**." if host else ""
    return f"By {title}: {size}. What is encoded is kept, also after Cancel.{sent}"
