"""The commands on a corpus: `encode`, `suggest`, `list`."""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd

from ...encoders import DEFAULT_ENCODER
from ...storage import Store
from ..encoded_texts import open_corpus
from ..label_files import read_labels_of_file
from ..reading import read
from ..reshaped_texts import latest_verdict
from .output import add_folder, home_of, open_home, print_facts, print_table, write_table


def add_encode(parser: argparse.ArgumentParser) -> None:
    """Read a file, encode its texts and draw the generic map. The app shows the corpus then, too."""
    parser.add_argument(
        "file", metavar="FILE", help="path, folder, pattern, or an address such as https:// or hf://"
    )
    parser.add_argument("--text", metavar="COLUMN", help="column of the texts (default: guessed)")
    parser.add_argument(
        "--encoder", default=DEFAULT_ENCODER, help="name or folder (default: %(default)s, which comes along)"
    )
    add_folder(parser)
    parser.set_defaults(run=_encode)


def add_suggest(parser: argparse.ArgumentParser) -> None:
    """Choose the texts to label first: a CSV file with an empty column “label”, to be filled in for `fit`."""
    parser.add_argument("corpus", metavar="CORPUS", help="name of an encoded corpus, as `list` shows it")
    parser.add_argument("-n", type=int, default=40, metavar="N", help="texts (default: %(default)s)")
    parser.add_argument("--labels", type=Path, metavar="FILE", help="what is labelled already")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the CSV there")
    add_folder(parser)
    parser.set_defaults(run=_suggest)


def add_list(parser: argparse.ArgumentParser) -> None:
    """List the corpora of the data folder and their analyses, the corpus opened last first."""
    add_folder(parser)
    parser.set_defaults(run=_list)


def _encode(options: argparse.Namespace) -> None:
    space = read(options.file, text=options.text).encode(options.encoder, home=home_of(options))
    facts: dict[str, object] = {
        "corpus": space.corpus.name,
        "n_texts": len(space),
        "text_column": space.corpus.text_column,
        "encoder": space.encoder,
        "n_dims": space.vectors.shape[1],
    }
    sentence = (
        f"“{space.corpus.name}”: {len(space):,} texts of the column “{space.corpus.text_column}”, encoded by "
        f"{space.encoder}."
    )
    print_facts(options, facts, sentence)


def _suggest(options: argparse.Namespace) -> None:
    space = open_corpus(options.corpus, home=open_home(options))
    known = read_labels_of_file(space.corpus, options.labels) if options.labels else {}
    rows = space.suggest(options.n, known)
    table = pd.DataFrame({"row": rows, "text": space.corpus.texts[rows], "label": ""})
    write_table(options, table, "texts to label")


def _list(options: argparse.Namespace) -> None:
    store = Store(open_home(options))
    rows = []
    for corpus in store.corpora():
        rows.append(
            {"analysis": None, "name": corpus.name, "texts": corpus.n_texts, "labels": None, "verdict": None}
        )
        for analysis in store.analyses(corpus.key):
            rows.append(
                {
                    "analysis": analysis.id,
                    "name": f"  {analysis.instruction or 'untitled'}",
                    "texts": corpus.n_texts,
                    "labels": store.labels.read(analysis.id).n_labels,
                    "verdict": latest_verdict(store, analysis),
                }
            )
    table = pd.DataFrame(rows, columns=["analysis", "name", "texts", "labels", "verdict"])
    table = table.astype({"analysis": "Int64", "labels": "Int64"})
    if options.json:
        table["name"] = table["name"].str.strip()
    print_table(options, table, "There is no corpus yet: encode a file first.")
