"""Everything out: one table of texts and results, the vectors, the linear form, and what was measured.

Texts go out exactly as they came in, also those that begin with "=" or "+": a spreadsheet may take these for
formulas, so open exports of texts you do not trust with automatic formulas off.
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import PurePath

import numpy as np
import pandas as pd

from core.corpus import Corpus
from core.evidence import Findings
from core.maps import Fit
from core.transforms import LinearForm

RESULT_COLUMNS = (
    "given_label",
    "predicted_label",
    "probability",
    "answer",
    "generic_cluster",
    "generic_cluster_name",
    "reshaped_cluster",
    "reshaped_cluster_name",
    "generic_x",
    "generic_y",
    "reshaped_x",
    "reshaped_y",
    "neighbours_replaced",
)

SAMPLE_ROWS = 500
"""Rows by which the size of a table is told before it is written."""

HOW_TO = """import numpy as np
form = np.load("{file}")
X = ...  # embeddings by str(form["encoder"]), float32 (n, {n_dims}), rows of length 1
Z = X @ form["weights"] + form["intercept"]  # the reshaped space, (n, {n_reshaped}); compare rows by cosine
print(form["agreement"])  # share of the ten nearest neighbours that Z has in common with the full form"""


def build_export(
    corpus: Corpus,
    *,
    generic_clusters: np.ndarray,
    generic_names: Mapping[int, str],
    generic_map: np.ndarray,
    given: Sequence[str | None] | None = None,
    predicted: Sequence[str | None] | None = None,
    probability: np.ndarray | None = None,
    answers: Sequence[str] | None = None,
    reshaped_clusters: np.ndarray | None = None,
    reshaped_names: Mapping[int, str] | None = None,
    reshaped_map: np.ndarray | None = None,
    neighbours_replaced: np.ndarray | None = None,
) -> pd.DataFrame:
    """Table of a corpus and what was found: one row a text, in the corpus' order.

    The columns are "text", the metadata, and those of `RESULT_COLUMNS` whose values are passed, always in
    this order. A metadata column called like one of these becomes "… (metadata)", also where that result is
    not there yet.

    Parameters
    ----------
    corpus : Corpus of n texts
    generic_clusters, reshaped_clusters : int array (n,), -1 for noise, whose name is left empty
    generic_names, reshaped_names : mapping of cluster to name
    generic_map, reshaped_map : float array (n, 2)
    given, predicted : sequence of n label names, None for a text without one
    probability : float array (n,), of the predicted label
    answers : sequence of n str, what a language model answered about each text; "" where it wrote nothing
    neighbours_replaced : float array (n,), share of the generic neighbours that the reshaped space replaced

    Raises
    ------
    ValueError
        When something does not have n rows.
    """
    results = {
        "given_label": _names(given),
        "predicted_label": _names(predicted),
        "probability": probability,
        "answer": None if answers is None else _names([answer or None for answer in answers]),
        "generic_cluster": generic_clusters,
        "generic_cluster_name": _cluster_names(generic_clusters, generic_names),
        "reshaped_cluster": reshaped_clusters,
        "reshaped_cluster_name": _cluster_names(reshaped_clusters, reshaped_names),
        **_coordinates("generic", generic_map),
        **_coordinates("reshaped", reshaped_map),
        "neighbours_replaced": neighbours_replaced,
    }
    table = pd.DataFrame({"text": pd.Series(corpus.texts, dtype="str")})
    metadata = corpus.metadata.set_axis(_free_names(corpus.metadata.columns), axis=1)
    table = pd.concat([table, metadata.reset_index(drop=True)], axis=1)
    for name in RESULT_COLUMNS:
        values = results[name]
        if values is None:
            continue
        if len(values) != len(corpus.texts):
            raise ValueError(f"{name} has {len(values)} rows, the corpus has {len(corpus.texts)}")
        table[name] = values
    return table


def build_record(corpus: Corpus, history: pd.DataFrame) -> pd.DataFrame:
    """Record of labels with the texts that were labelled.

    Parameters
    ----------
    corpus : Corpus
    history : DataFrame
        As of `core.storage.store.Store.label_history`.

    Returns
    -------
    DataFrame
        One row an entry, oldest first: text, label, counts_as, given_by, given_at, row, step.
    """
    table = history[["label", "counts_as", "given_by", "given_at", "row", "step"]].copy()
    table.insert(0, "text", corpus.texts[history["row"].to_numpy(dtype=np.int64)])
    return table


def to_csv_bytes(table: pd.DataFrame) -> bytes:
    """Table as CSV in UTF-8, with the byte order mark that spreadsheets need to read it as such."""
    return table.to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def csv_size(table: pd.DataFrame) -> float:
    """About how many bytes `to_csv_bytes` would return, told by some of the rows."""
    some = table.iloc[:: max(1, len(table) // SAMPLE_ROWS)]
    return len(to_csv_bytes(some)) * len(table) / max(len(some), 1)


def file_name(corpus_name: str, title: str = "", *, from_names_only: bool = False) -> str:
    """Name of the corpus and of the analysis, fit for any file system; says when it is from names only."""
    parts = [PurePath(corpus_name).stem, title, "from names only" if from_names_only else ""]
    return re.sub(r"[^\w]+", "-", " ".join(part for part in parts if part)).strip("-").lower() or "refract"


def to_parquet_bytes(table: pd.DataFrame) -> bytes:
    """Table as Parquet."""
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


def vectors_to_parquet_bytes(texts: Sequence[str], vectors: np.ndarray) -> bytes:
    """Texts and vectors as Parquet: columns "row" (int64), "text" and "vector" (fixed-size list of float32).

    Parameters
    ----------
    texts : sequence of n str
    vectors : float array (n, d)

    Raises
    ------
    ValueError
        When there is not one vector a text.
    """
    import pyarrow as pa
    import pyarrow.parquet

    n_texts, n_dims = vectors.shape
    if n_texts != len(texts):
        raise ValueError(f"{n_texts} vectors for {len(texts)} texts")
    numbers = np.ascontiguousarray(vectors, dtype=np.float32).reshape(-1)
    table = pa.table(
        {
            "row": np.arange(n_texts, dtype=np.int64),
            "text": pa.array(list(texts), type=pa.large_string()),
            "vector": pa.FixedSizeListArray.from_arrays(pa.array(numbers), n_dims),
        }
    )
    file = io.BytesIO()
    pyarrow.parquet.write_table(table, file)
    return file.getvalue()


def linear_to_npz_bytes(fit: Fit, linear: LinearForm, *, encoder: str, file_name: str) -> bytes:
    """Linear form of a Fit as an NPZ file, readable without pickle: reshape any embedding by one product.

    Arrays: "weights" float32 (d, D), "intercept" float32 (D,), "label_names" str (n_labels,), and as single
    values "encoder", "instruction", "agreement" (see `LinearForm`), "n_labels_given" and "how_to", the lines
    of Python that use it.

    Parameters
    ----------
    fit : Fit
    linear : LinearForm of that Fit
    encoder : str, name of the encoder that made the embeddings
    file_name : str, for the lines that say how to use it
    """
    n_dims, n_reshaped = linear.weights.shape
    file = io.BytesIO()
    np.savez(
        file,
        weights=linear.weights,
        intercept=linear.intercept,
        label_names=np.asarray(fit.labels, dtype=np.str_),
        encoder=np.str_(encoder),
        instruction=np.str_(fit.instruction),
        agreement=np.float64(linear.agreement),
        n_labels_given=np.int64((np.asarray(fit.given) >= 0).sum()),
        how_to=np.str_(HOW_TO.format(file=file_name, n_dims=n_dims, n_reshaped=n_reshaped)),
    )
    return file.getvalue()


def findings_to_json_bytes(fit: Fit, findings: Findings, *, encoder: str) -> bytes:
    """What was measured of a Fit so far, as JSON; null for what was not, or cannot be said.

    Label codes are replaced by names.

    Parameters
    ----------
    fit : Fit
    findings : Findings
    encoder : str
        Of the corpus; of the approach, its own is said too.
    """
    document: dict[str, object] = {
        "instruction": fit.instruction,
        "encoder": encoder,
        "approach": asdict(fit.approach),
        "labels": fit.labels,
        "n_labels_given": int((np.asarray(fit.given) >= 0).sum()),
        "from_names_only": fit.from_names_only,
        "linear_form_agreement": findings.linear.agreement if findings.linear else None,
        "evidence": None,
        "control": asdict(findings.control) if findings.control else None,
        "learning_curve": asdict(findings.curve) if findings.curve else None,
        "neighbours_replaced_mean": None,
        "driving_words": None,
        "map_quality": asdict(findings.map_quality) if findings.map_quality else None,
    }
    if findings.evidence is not None:
        evidence = asdict(findings.evidence)
        by_label = {fit.labels[found.pop("code")]: found for found in evidence.pop("by_label")}
        said = {"verdict": findings.evidence.verdict, "sentence": findings.evidence.sentence(fit.labels)}
        document["evidence"] = said | evidence | {"by_label": by_label}
    if findings.change is not None:
        document["neighbours_replaced_mean"] = float(np.mean(findings.change))
    if findings.words is not None:
        labels = [fit.labels[code] for code in fit.classes]
        words = ([word._asdict() for word in driving] for driving in findings.words)
        document["driving_words"] = dict(zip(labels, words, strict=True))
    return json.dumps(_finite(document), ensure_ascii=False, indent=2).encode()


def _finite(document: object) -> object:
    """The same, with None for what is not a number: JSON has no word for it."""
    if isinstance(document, dict):
        return {name: _finite(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return None if isinstance(document, float) and not math.isfinite(document) else document


def _free_names(names: Sequence[str]) -> list[str]:
    """Metadata names, those that a column of the export needs given another."""
    taken = {"text", *RESULT_COLUMNS}
    free = []
    for name in map(str, names):
        candidate = name
        number = 1
        while candidate in taken or (number > 1 and candidate in names):
            candidate = f"{name} (metadata)" if number == 1 else f"{name} (metadata {number})"
            number += 1
        taken.add(candidate)
        free.append(candidate)
    return free


def _names(labels: Sequence[str | None] | None) -> pd.Series | None:
    return None if labels is None else pd.Series(list(labels), dtype="str")


def _cluster_names(clusters: np.ndarray | None, names: Mapping[int, str] | None) -> pd.Series | None:
    if clusters is None:
        return None
    return _names([(names or {}).get(int(cluster)) for cluster in clusters])


def _coordinates(space: str, points: np.ndarray | None) -> dict[str, np.ndarray | None]:
    x, y = (None, None) if points is None else (points[:, 0], points[:, 1])
    return {f"{space}_x": x, f"{space}_y": y}
