"""Find the analysis that a person names, and turn it into a file."""

from __future__ import annotations

from pathlib import Path

from ..errors import StoreError
from ..export import TextModel, build_text_model, read_text_model, text_model_to_bytes
from ..storage import Analysis, Store, load_space
from ..tasks import analysis_clusters
from ..utils import data_home, write_atomically

MOST_LISTED = 20
"""Analyses that a message lists at most."""


def load_analysis(name: str) -> tuple[bytes, TextModel]:
    """Return an analysis as the content of its file, and as a model.

    Parameters
    ----------
    name : str
        An exported file; or the number or the instruction of an analysis of the data folder.

    Raises
    ------
    StoreError
        When there is none, or several have this instruction.
    """
    file = Path(name).expanduser()
    if file.is_file():
        content = file.read_bytes()
        return content, read_text_model(content, file.name)
    if file.suffix == ".safetensors":
        raise StoreError(f"There is no file “{name}”: name an exported analysis.")
    model = _build(Store(data_home()), name)
    return text_model_to_bytes(model), model


def export_analysis(name: str, file: Path) -> TextModel:
    """Write an analysis as a file that `load_analysis` reads."""
    content, model = load_analysis(name)
    write_atomically(file, lambda stream: stream.write(content))
    return model


def _build(store: Store, name: str) -> TextModel:
    analysis = find_analysis(store, name)
    fit, clusters = analysis_clusters(store, analysis.id)
    entry = store.encoded_corpus(analysis.corpus_key)
    # Labels were learned from the vectors of the Fit; those of another encoder may have come since.
    if analysis.embedding_key != entry.embedding_key:
        raise StoreError("This corpus was encoded again since the analysis was reshaped: reshape it again.")
    generic = load_space(store.results(entry.key), entry.embedding_key)
    return build_text_model(fit, generic, clusters, encoder=entry.encoder)


def find_analysis(store: Store, name: str, *, reshaped: bool = True) -> Analysis:
    """Return the analysis of a store with this number or instruction: of those that are reshaped, or of all.

    Raises
    ------
    StoreError
        When there is none, or several have this instruction.
    """
    found = [
        (corpus.name, analysis)
        for corpus in store.corpora()
        for analysis in store.analyses(corpus.key)
        if analysis.fit_key is not None or not reshaped
    ]
    if not found:
        lacks = "was reshaped yet: reshape" if reshaped else "was started yet: start"
        raise StoreError(f"No analysis in {store.home} {lacks} one first.")
    wanted = name.strip()
    fitting = [each for each in found if str(each[1].id) == wanted]
    fitting = fitting or [each for each in found if each[1].instruction.casefold() == wanted.casefold()]
    if len(fitting) == 1:
        return fitting[0][1]
    shown = [f"{each.id} (“{each.instruction}” of {corpus})" for corpus, each in (fitting or found)]
    listed = ", ".join(shown[:MOST_LISTED]) + (", …" if len(shown) > MOST_LISTED else "")
    if fitting:
        raise StoreError(f"Several analyses are called “{name}”: name one by its number, {listed}.")
    raise StoreError(f"There is no analysis “{name}”: name one of {listed}.")
