"""Check the texts and results of a file that nobody vouches for; in a child process, as they may be large."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ...errors import RefractError
from ...transforms import Method
from ...utils import Report
from ..arrays import ArtifactStore, is_within
from ..corpus_files import load_corpus
from ..fits import has_fit, load_findings, load_fit
from ..spaces import find_distinct_vectors, find_sample_size, has_hierarchy, load_graph, load_hierarchy
from ..word_tables import has_word_table, load_word_table
from .contents import FIT_DOCUMENT, GENERIC, REENCODED, RESHAPED, Keys

WRONG = (RefractError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
"""What reading a file that was made by hand may raise."""

PART = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)?")
OF_EACH_TEXT = {
    "vectors": ("f", 2),
    "neighbours": ("iu", 2),
    "similarities": ("f", 2),
    "map": ("f", 2),
    "near": ("f", 1),
    "leaves": ("iu", 1),
    "given": ("iu", 1),
    "probabilities": ("f", 2),
    "fits_none": ("f", 1),
    "change": ("f", 1),
}
"""Kinds of numbers and dimensions of the arrays that have a row for each text."""


def check_staged(report: Report, *, folder: str, keys: dict, n_texts: int, n_labels: int) -> str:
    """Return what is wrong with the files of an analysis in a folder; "" for nothing.

    Parameters
    ----------
    folder : str
        Laid out as that of a corpus in a data folder.
    keys : dict
        Fields of `Keys`.
    """
    report("Checking the file", 0, 1)
    try:
        corpus_folder, known = Path(folder), Keys(**keys)
        if (corpus_folder / "corpus.parquet").exists():
            _check_corpus(corpus_folder, n_texts)
        results = ArtifactStore(corpus_folder / "results")
        for group, key in known.groups().items():
            if group in (GENERIC, RESHAPED, REENCODED):
                _check_group(results, key, n_texts)
        _check_words(results, known.corpus)
        if known.fit is not None:
            _check_fit(results, known, n_texts, n_labels)
    except WRONG as error:
        return str(error) or type(error).__name__
    return ""


def _check_corpus(folder: Path, n_texts: int) -> None:
    corpus = load_corpus(folder, "", "corpus", n_texts)
    texts = [*corpus.texts, *(corpus.left_out.texts if corpus.left_out is not None else ())]
    if not all(isinstance(text, str) for text in texts):
        raise ValueError("a text is no text")
    if not all(isinstance(name, str) for name in corpus.metadata.columns):
        raise ValueError("a column has no name")
    rows = corpus.source_rows
    if rows is not None and (rows.dtype.kind not in "iu" or (rows < 0).any()):
        raise ValueError("the rows in the file of the texts are wrong")


def _check_group(results: ArtifactStore, key: str, n_texts: int) -> None:
    """Check a space or a Fit, each part by its name."""
    for path in results.folder.glob(f"{key}.*.npy"):
        name = path.name.removeprefix(f"{key}.").removesuffix(".npy")
        _check_array(name, results.load_array(f"{key}.{name}"), n_texts)
    if results.has_array(f"{key}.map"):
        points = results.load_array(f"{key}.map")
        if points.shape != (n_texts, 2) or not np.isfinite(points).all():
            raise ValueError("a map has texts without a place")
        load_graph(results, key)
    if has_hierarchy(results, key):
        load_hierarchy(results, key)
    find_distinct_vectors(results, key)
    find_sample_size(results, key)
    if results.has_document(f"{key}.answers"):
        answers = results.load_document(f"{key}.answers")
        if not isinstance(answers, list) or len(answers) != n_texts or not all(map(_is_text, answers)):
            raise ValueError("the answers are not one for each text")
    if results.has_document(f"{key}.views"):
        layers = results.load_document(f"{key}.views")["layers"]
        if not all(isinstance(layer, int) for layer in layers):
            raise ValueError("the hidden layers have wrong numbers")


def _check_array(name: str, array: np.ndarray, n_texts: int) -> None:
    """Raise ValueError for an array that holds no numbers, or has other rows than its name says."""
    if array.dtype.kind not in "fiubV" or (array.dtype.kind == "V") != (name == "merges"):
        raise ValueError(f"{name} holds no numbers")
    kinds, n_dimensions = OF_EACH_TEXT.get(name, ("iu", 1) if name.startswith("k-means-") else ("", 0))
    rows = array.shape[:1]
    if name.startswith("views-"):
        kinds, n_dimensions, rows = "f", 3, array.shape[1:2]
    wrong_kind = array.dtype.kind not in kinds or array.ndim != n_dimensions
    if kinds and (wrong_kind or rows != (n_texts,)):
        raise ValueError(f"{name} has no row for each of {n_texts:,} texts")


def _check_words(results: ArtifactStore, corpus_key: str) -> None:
    """Check the word table; one of another version is not read, but counted again."""
    if has_word_table(results, corpus_key) and not all(
        map(_is_text, load_word_table(results, corpus_key).shown)
    ):
        raise ValueError("a word is no text")


def _check_fit(results: ArtifactStore, keys: Keys, n_texts: int, n_labels: int) -> None:
    document = results.load_document(f"{keys.fit}.labels")
    labels, classes = document["labels"], document["classes"]
    # These names become names of files.
    parts = [*document.get("arrays", []), *_estimator_names(results, keys)]
    if not all(isinstance(part, str) and PART.fullmatch(part) for part in parts):
        raise ValueError(f"{FIT_DOCUMENT} lists a wrong name")
    if document.get("space_key", keys.fit) != keys.space:
        raise ValueError(f"{FIT_DOCUMENT} is of another space")
    if not all(map(_is_text, [document["instruction"], *labels])) or not all(
        _is_text(phrase) for phrases in document["phrases"] for phrase in phrases
    ):
        raise ValueError(f"{FIT_DOCUMENT} holds no texts")
    Method.from_text(document.get("approach"))
    if not is_within(np.array(classes, dtype=np.int64), len(labels)):
        raise ValueError(f"{FIT_DOCUMENT} predicts labels that it does not name")
    if not all(isinstance(number, int) and -1 <= number < n_labels for number in document["label_ids"]):
        raise ValueError(f"{FIT_DOCUMENT} names labels that the analysis does not have")
    given = results.load_array(f"{keys.fit}.given")
    if given.dtype.kind != "i" or not is_within(given.astype(np.int64) + 1, len(labels) + 1):
        raise ValueError("a given label is none of the labels")
    if results.load_array(f"{keys.fit}.probabilities").shape != (n_texts, len(classes)):
        raise ValueError("the probabilities are not one for each text and label")
    load_findings(results, str(keys.fit))
    if results.has_array(f"{keys.space}.vectors"):
        if not has_fit(results, keys.fit):
            raise ValueError("a part of the Fit is missing")
        load_fit(results, str(keys.fit))


def _estimator_names(results: ArtifactStore, keys: Keys) -> list[str]:
    if not results.has_document(f"{keys.fit}.estimators"):
        return []
    found = results.load_document(f"{keys.fit}.estimators")
    if not set(found) <= {"classifier", "network"}:
        raise ValueError("the Fit has unknown estimators")
    return [name for names in found.values() for name in names]


def _is_text(value: object) -> bool:
    return isinstance(value, str)
