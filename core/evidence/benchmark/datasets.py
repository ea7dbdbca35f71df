"""Read data to evaluate on: the papers' data from a folder or the hub, and any table with facets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ...corpus import build_corpus, guess_text_column
from ...corpus.tables import Table, as_text, read_table
from ...encoders import HUB_TIMEOUT
from ...errors import CorpusError
from .data import Facet, GroupedTexts, Material, TextPairs, TextTriplets
from .published_tasks import Aspect, PublishedTask

ENDINGS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet", ".csv.gz", ".jsonl.gz", ".json.gz")
MAX_FACET_LABELS = 50
"""A column with more different values is no facet, unless it is named."""


def read_published(task: PublishedTask, folder: Path | None = None) -> list[Material]:
    """Read a task of the papers: from a folder, else from an earlier download, else from the hub.

    The folder contains the task's files, or a folder of the task's name with them.

    Raises
    ------
    CorpusError
        When the files are missing, cannot be downloaded, or lack a column.
    """
    if folder is None:
        folder = _fetched_folder(task)
    elif (folder / task.name).is_dir():
        folder = folder / task.name
    return [_read_aspect(task, aspect, _find_file(task, aspect, folder)) for aspect in task.aspects]


def read_facets(
    file: Path,
    *,
    text_column: str | None = None,
    facets: Sequence[str] = (),
    instructions: Mapping[str, str] | None = None,
    most_texts: int = 5_000,
) -> GroupedTexts:
    """Read a table of texts, and of columns that label them.

    Parameters
    ----------
    file : Path
        CSV or another kind that `core.corpus.tables` reads.
    text_column : str, optional
        Guessed when not given.
    facets : sequence of str
        Columns of labels; by default all others with 2 to 50 labels that come twice or more on average.
    instructions : mapping of str to str, optional
        For encoders that re-encode the texts, by facet; "What is the FACET?" for the others.
    most_texts : int, default=5_000
        Size of the random sample of a larger table, with a fixed seed.

    Raises
    ------
    CorpusError
        When the file cannot be read, a column is missing, a facet is the column of the texts, or there is no
        facet of two labels.
    """
    table = _read_file(file)
    column = text_column or guess_text_column(table.frame)
    _need_columns(file, table, [column, *facets])
    if column in facets:
        raise CorpusError(
            f"The column “{column}” of “{file.name}” holds the texts, so that it cannot label them: name "
            "another, or the column of the texts."
        )
    corpus = build_corpus(table, column)
    rows = np.sort(np.random.default_rng(0).permutation(len(corpus.texts))[:most_texts])
    frame = corpus.metadata.iloc[rows]
    found = [
        _read_facet(file, name, frame[name], (instructions or {}).get(name, f"What is the {name}?"))
        for name in (facets or _facet_columns(frame))
    ]
    if not found:
        raise CorpusError(
            f"“{file.name}” has no column with 2 to {MAX_FACET_LABELS} labels beside its texts (“{column}”): "
            "add one, or name the columns that hold labels."
        )
    return GroupedTexts(file.name.split(".")[0], [corpus.texts[row] for row in rows], tuple(found))


def _read_facet(file: Path, name: str, column: pd.Series, instruction: str) -> Facet:
    codes, labels = _codes(column)
    if len(labels) < 2:
        what = f"only the label “{labels[0]}”" if labels else "no label"
        raise CorpusError(
            f"The column “{name}” of “{file.name}” has {what}, and two are needed: name another."
        )
    return Facet(name, instruction, codes, labels)


def _facet_columns(frame: pd.DataFrame) -> list[str]:
    names = []
    for name in frame.columns:
        codes, labels = _codes(frame[name])
        if 2 <= len(labels) <= MAX_FACET_LABELS and (codes >= 0).sum() >= 2 * len(labels):
            names.append(name)
    return names


def _codes(column: pd.Series) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the positions of labels in the sorted names, -1 where there is none, and the names."""
    values = [None if pd.isna(value) else as_text(value).strip() or None for value in column.tolist()]
    codes, labels = pd.factorize(np.array(values, dtype=object), sort=True)
    return codes.astype(np.int64), tuple(labels)


def _read_aspect(task: PublishedTask, aspect: Aspect, file: Path) -> Material:
    table = _read_file(file)
    if task.kind == "triplets":
        anchor, positive, negative = _columns(file, table, ["anchor", "positive", "negative"])
        return TextTriplets(task.name, aspect.file, aspect.instruction, anchor, positive, negative)
    if task.kind == "pairs":
        first, second, instructions = _columns(file, table, ["sentence1", "sentence2", "instruction"])
        _need_columns(file, table, ["score"])
        scores = pd.to_numeric(table.frame["score"], errors="coerce").to_numpy(np.float64, na_value=np.nan)
        if not np.isfinite(scores).all():
            raise CorpusError(f"The column “score” of “{file.name}” has rows without a number: correct them.")
        return TextPairs(task.name, first, second, instructions, scores)
    texts, _ = _columns(file, table, ["text", "cluster"])
    name = aspect.file if len(task.aspects) > 1 else "cluster"
    facet = _read_facet(file, "cluster", table.frame["cluster"], aspect.instruction)
    return GroupedTexts(task.name, texts, (Facet(name, facet.instruction, facet.codes, facet.labels),))


def _columns(file: Path, table: Table, names: list[str]) -> list[list[str]]:
    _need_columns(file, table, names)
    return [
        ["" if pd.isna(value) else as_text(value) for value in table.frame[name].tolist()] for name in names
    ]


def _need_columns(file: Path, table: Table, names: list[str]) -> None:
    missing = [name for name in names if name not in table.frame.columns]
    if missing:
        raise CorpusError(
            f"“{file.name}” has no column “{missing[0]}” among {', '.join(table.frame.columns)}: rename the "
            "one that is meant, or name another file."
        )


def _read_file(file: Path) -> Table:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise CorpusError(
            f"The file {file} cannot be read ({error.strerror or error}): check its name."
        ) from error
    return read_table(file.name, content)


def _find_file(task: PublishedTask, aspect: Aspect, folder: Path) -> Path:
    """Return the file of an aspect: it, or its folder (as in the hub's Parquet copies), has that name."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name.endswith(ENDINGS))
    for file in files:
        if file.name.split(".")[0] == aspect.file or aspect.file in file.relative_to(folder).parts[:-1]:
            return file
    wanted = " and ".join(f"{aspect.file}.csv" for aspect in task.aspects)
    raise CorpusError(
        f"The folder {folder} does not hold the data of {task.name} ({wanted}, or the same as JSON or "
        f"Parquet): give the folder that {task.hub_name} was saved to."
    )


def _fetched_folder(task: PublishedTask) -> Path:
    """Return the folder of a task's data, downloaded once."""
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    wanted: dict[str, Any] = {
        "repo_id": task.hub_name,
        "repo_type": "dataset",
        "revision": task.revision,
        "allow_patterns": [f"*{ending}" for ending in ENDINGS],
    }
    try:
        try:
            folder = Path(snapshot_download(**wanted, local_files_only=True))
            for aspect in task.aspects:  # an earlier download may be incomplete
                _find_file(task, aspect, folder)
            return folder
        except Exception:  # not downloaded yet; the exception differs between versions
            return Path(snapshot_download(**wanted, etag_timeout=HUB_TIMEOUT))
    except Exception as error:  # the network library's own errors, which differ from version to version
        files = " and ".join(f"{aspect.file}.csv" for aspect in task.aspects)
        raise CorpusError(
            f"The dataset {task.hub_name} is not on this machine (looked in {constants.HF_HUB_CACHE}) and "
            f"could not be fetched from {constants.ENDPOINT} ({type(error).__name__}): connect to the "
            f"network, or save it elsewhere and name its folder: --folder FOLDER, with {files} in "
            f"FOLDER/{task.name}."
        ) from error
