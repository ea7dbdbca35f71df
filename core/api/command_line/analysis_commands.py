"""The commands on an analysis: `fit`, `cluster`, `map`, `evidence`, `export`, `apply`."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from ...corpus import read_table, texts_of
from ...errors import LabelError, StoreError
from ...evidence import Evidence
from ...transforms import Method, MethodKind
from ..encoded_texts import open_corpus
from ..label_files import read_labels_of_column, read_labels_of_file
from ..reading import text_column
from ..reshaped_texts import ReshapedTexts, open_analysis
from .output import add_folder, open_home, print_facts, print_table, write_table

ANALYSIS_HELP = "number or instruction of an analysis, as `list` shows it"


def add_fit(parser: argparse.ArgumentParser) -> None:
    """Reshape the space of a corpus by labels, and check on held-out labels whether it helps."""
    parser.add_argument("corpus", metavar="CORPUS", help="name of an encoded corpus, as `list` shows it")
    parser.add_argument(
        "--instruction", default="", metavar="TEXT", help="such as “by what the customer feels”"
    )
    parser.add_argument(
        "--labels", type=Path, metavar="FILE", help="texts or rows with labels, such as a file of `suggest`"
    )
    parser.add_argument("--column", metavar="COLUMN", help="column of the corpus that holds labels")
    parser.add_argument("--names", nargs="+", default=[], metavar="NAME", help="labels that no text has yet")
    parser.add_argument(
        "--method", choices=["guided", "gstransform"], default="guided", help="(default: %(default)s)"
    )
    parser.add_argument(
        "--reencode", metavar="ENCODER", help="encode every text again under the instruction, by this encoder"
    )
    add_folder(parser)
    parser.set_defaults(run=_fit)


def add_cluster(parser: argparse.ArgumentParser) -> None:
    """List the clusters of the reshaped map, the largest first."""
    _add_analysis(parser)
    parser.add_argument(
        "-k", type=int, metavar="K", help="K clusters by k-means (default: as the app shows them)"
    )
    add_folder(parser)
    parser.set_defaults(run=_cluster)


def add_map(parser: argparse.ArgumentParser) -> None:
    """Write the place of every text on both maps, with its cluster and predicted label, as CSV."""
    _add_analysis(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the CSV there")
    add_folder(parser)
    parser.set_defaults(run=_map)


def add_evidence(parser: argparse.ArgumentParser) -> None:
    """Say whether an analysis helps: held-out labels in the generic and in the reshaped space."""
    _add_analysis(parser)
    add_folder(parser)
    parser.set_defaults(run=_evidence)


def add_export(parser: argparse.ArgumentParser) -> None:
    """Write an analysis as a file of one kind; without a kind, list the kinds."""
    _add_analysis(parser)
    parser.add_argument("kind", nargs="?", metavar="KIND", help="such as csv, parquet, encoder, evidence")
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="(default: its usual name, here)")
    add_folder(parser)
    parser.set_defaults(run=_export)


def add_apply(parser: argparse.ArgumentParser) -> None:
    """Label other texts by an analysis: a CSV file with label, probability and cluster.

    For files of millions see `batch apply`.
    """
    _add_analysis(parser)
    parser.add_argument("texts", metavar="FILE", help="texts in any format of a corpus")
    parser.add_argument("--text", metavar="COLUMN", help="column of the texts (default: guessed)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the CSV there")
    add_folder(parser)
    parser.set_defaults(run=_apply)


def _add_analysis(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("analysis", metavar="ANALYSIS", help=ANALYSIS_HELP)


def _open(options: argparse.Namespace) -> ReshapedTexts:
    return open_analysis(options.analysis, home=open_home(options))


def _fit(options: argparse.Namespace) -> None:
    if options.labels and options.column:
        raise LabelError("Labels by --labels and by --column found: name one of them.")
    space = open_corpus(options.corpus, home=open_home(options))
    labels: dict[int, str] = {}
    if options.labels:
        labels = read_labels_of_file(space.corpus, options.labels)
    elif options.column:
        labels = read_labels_of_column(space.corpus, options.column)
    instruction = options.instruction or (f"by {options.column}" if options.column else "")
    method = Method(MethodKind.REENCODE, options.reencode) if options.reencode else options.method
    reshaped = space.reshape(labels, instruction=instruction, names=options.names, method=method)
    print_facts(options, _facts(reshaped), f"Analysis {reshaped.id}, {_said(reshaped)}")


def _cluster(options: argparse.Namespace) -> None:
    print_table(options, _open(options).clusters(options.k).reset_index(), "The map has no clusters.")


def _map(options: argparse.Namespace) -> None:
    table = _open(options).to_pandas()
    wanted = ["row", "text", "generic_x", "generic_y", "reshaped_x", "reshaped_y", "reshaped_cluster_name"]
    columns = [name for name in [*wanted, "predicted_label"] if name in table]
    write_table(options, table[columns], "texts")


def _evidence(options: argparse.Namespace) -> None:
    reshaped = _open(options)
    print_facts(options, _facts(reshaped), _said(reshaped))


def _export(options: argparse.Namespace) -> None:
    reshaped = _open(options)
    files = {file.kind: file for file in reshaped.files()}
    if options.kind is None:
        rows = [{"kind": file.kind, "what": file.title, "name": file.name} for file in files.values()]
        print_table(options, pd.DataFrame(rows), "")
        return
    if options.kind not in files:
        raise StoreError(f"There is no file of the kind “{options.kind}”: choose one of {', '.join(files)}.")
    path = options.file or Path(files[options.kind].name)
    reshaped.export(options.kind, path)
    n_bytes = path.stat().st_size
    print_facts(options, {"file": str(path), "bytes": n_bytes}, f"{path}: {n_bytes:,} bytes.")


def _apply(options: argparse.Namespace) -> None:
    reshaped = _open(options)
    table = read_table(options.texts)
    texts = texts_of(table, text_column(table, options.text))
    filled = np.flatnonzero([bool(text.strip()) for text in texts])
    placed = reshaped.place(texts[filled].tolist()).set_axis(filled)
    write_table(options, pd.DataFrame({"text": texts}).join(placed), "texts")


def _facts(reshaped: ReshapedTexts) -> dict[str, object]:
    evidence, verdict = reshaped.evidence(), reshaped.verdict
    return {
        "analysis": reshaped.id,
        "instruction": reshaped.instruction,
        "n_texts": len(reshaped),
        "n_labels": evidence.n_labels,
        "labels": reshaped.labels,
        "verdict": verdict.state,
        "sentence": verdict.sentence,
        "advice": verdict.advice,
        **_figures(evidence),
    }


def _figures(evidence: Evidence) -> dict[str, object]:
    names = ("n_tested", "generic", "reshaped", "gain_low", "gain_high", "chance")
    return {name: getattr(evidence, name) for name in names}


def _said(reshaped: ReshapedTexts) -> str:
    verdict = reshaped.verdict
    advice = f" {verdict.advice}" if verdict.advice else ""
    return f"“{reshaped.instruction or 'untitled'}” over {len(reshaped):,} texts {verdict.sentence}.{advice}"
