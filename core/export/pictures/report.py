"""What the report says: labels and clusters in rows, the method in words."""

from __future__ import annotations

import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from ... import __version__
from ...corpus import Partition
from ...maps import Space
from ...maps.clusters import typical_rows
from ...maps.drawing import colour_of
from ...utils import one_line
from ..source import ExportSource
from .caption import encoders_said, labels_said

TYPICAL = 3
"""Texts shown of a cluster."""
MOST_WORDS = 6
"""Driving words shown of a label."""
MOVED = 0.5
"""A text moved where more than this share of its nearest neighbours was replaced, 0 to 1."""
PACKAGES = ("numpy", "scipy", "scikit-learn", "umap-learn", "hdbscan", "sentence-transformers", "torch")
"""Libraries that the vectors, maps and clusters depend on."""


@dataclass(frozen=True)
class LabelRow:
    """One label of the analysis.

    Attributes
    ----------
    n_given, n_predicted : numbers of texts; `n_predicted` is None without predictions
    generic, reshaped : float
        Recall on held-out texts, 0 to 1; NaN where it is not known.
    words : its driving words, strongest first
    example : the most typical of its labelled texts; "" without one
    definition : what it means; "" where nobody wrote that down
    """

    name: str
    colour: str
    n_given: int
    n_predicted: int | None
    generic: float = math.nan
    reshaped: float = math.nan
    words: Sequence[str] = ()
    example: str = ""
    definition: str = ""


@dataclass(frozen=True)
class ClusterRow:
    """One cluster of a map; `moved` is the share of its texts that moved, 0 to 1, None where unknown."""

    code: int
    name: str
    colour: str
    size: int
    moved: float | None
    texts: Sequence[str]


def label_rows(source: ExportSource, longest: int) -> list[LabelRow]:
    """Return the labels of an analysis, in their order; texts are cut to `longest` characters."""
    fit, findings = source.fit, source.findings
    names = list(dict.fromkeys([*source.label_names, *(fit.labels if fit is not None else [])]))
    given = np.array(["" if name is None else name for name in source.given or []], dtype=object)
    predicted = None
    if fit is not None and fit.has_predictions:
        predicted = np.asarray(fit.labels, dtype=object)[fit.predicted]
    recalls, words = {}, {}
    if fit is not None and findings.evidence is not None:
        recalls = {fit.labels[found.code]: found for found in findings.evidence.by_label}
    if fit is not None and findings.words is not None:
        labels = [fit.labels[code] for code in fit.classes]
        words = dict(zip(labels, findings.words, strict=True))
    space = source.generic if fit is None else fit.space
    rows = []
    for name, colour in colour_of(names).items():
        own = np.flatnonzero(given == name)
        found = recalls.get(name)
        typical = typical_rows(space.vectors, own, 1) if len(own) else []
        rows.append(
            LabelRow(
                name,
                colour,
                len(own),
                None if predicted is None else int((predicted == name).sum()),
                math.nan if found is None else found.generic,
                math.nan if found is None else found.reshaped,
                [word.word for word in words.get(name, ())[:MOST_WORDS]],
                one_line(source.corpus.texts[typical[0]], longest) if typical else "",
                source.definitions.get(name, ""),
            )
        )
    return rows


def cluster_rows(
    source: ExportSource, space: Space, clusters: Partition, colours: Sequence[str], longest: int
) -> list[ClusterRow]:
    """Return the clusters of a map, the largest first, with the texts nearest to their mean vector.

    Parameters
    ----------
    colours : by code, from `partition_colours`
    longest : most characters of a text
    """
    change = source.findings.change
    moved = None if change is None else np.asarray(change) > MOVED
    rows = []
    for code, size in clusters.sizes().items():
        own = clusters.rows(code)
        texts = [source.corpus.texts[row] for row in typical_rows(space.vectors, own, TYPICAL)]
        share = None if moved is None else float(moved[own].mean())
        shown = [one_line(text, longest) for text in texts]
        rows.append(ClusterRow(code, clusters.names[code], colours[code], size, share, shown))
    return sorted(rows, key=lambda row: -row.size)


def method_said(source: ExportSource, record: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return how the results were made: pairs of a heading and a paragraph.

    `record` is what `made_by` says of the encoders.
    """
    fit = source.fit
    said = [
        ("Texts", _texts(source)),
        (
            "Vectors",
            f"Each text became a vector of {source.generic.vectors.shape[1]:,} dimensions and length 1: the "
            f"generic space. Encoder: {encoders_said(record, short=False)}.",
        ),
    ]
    if fit is not None:
        said.append(("Reshaping", f"{_REACHED[fit.method.kind.value]} {labels_said(fit)}"))
    said += [
        (
            "Maps",
            "UMAP’s layout of the graph of nearest neighbours (cosine) places the texts in two dimensions. "
            "The generic map starts from the principal components"
            + (
                "."
                if fit is None
                else ", the other one from the generic map, so that places stay comparable."
            )
            + " Near means similar; axes and large distances mean nothing.",
        ),
        (
            "Clusters",
            "Dense groups of the map by HDBSCAN, or by k-means of the vectors where that was chosen, as "
            "people edited them. Their names are words that are frequent in them and rare elsewhere "
            "(class-based TF-IDF), unless somebody gave them another name.",
        ),
    ]
    if fit is not None and source.findings.evidence is not None:
        said.append(("Evidence", _EVIDENCE))
    if source.findings.change is not None:
        said.append(
            (
                "Moved texts",
                f"A text counts as moved where more than {100 * MOVED:.0f} % of its nearest neighbours in "
                "the generic space are no nearest neighbours in the reshaped one.",
            )
        )
    versions = ", ".join(_versions())
    said.append(
        ("Seeds and versions", f"Fits, maps, clusters and checks have the random seed 0. {versions}.")
    )
    return said


_REACHED = {
    "guided": "GuidedTransform reshaped the stored vectors. Kernel ridge regressions and label propagation "
    "on the graph of nearest neighbours give each text a probability of each label. These, a projection "
    "by shrinkage LDA and the generic vector make the reshaped vector.",
    "gstransform": "GSTransform reshaped the stored vectors by a small network, trained so that texts of one "
    "label come near each other.",
    "reencode": "The encoder read every text again under the instruction; no label shaped the space.",
}
_EVIDENCE = (
    "Some of the given labels were held out in turn, and the others reshaped the space. Each held-out text "
    "took the label of its nearest labelled neighbour. The figures say how often that was right, each label "
    "counting the same, in the generic and in the reshaped space. Brackets: 95 % confidence interval of the "
    "gain, in points."
)


def _texts(source: ExportSource) -> str:
    corpus = source.corpus
    said = f"{len(corpus.texts):,} texts of {corpus.name}, column “{corpus.text_column}”."
    beside = corpus.left_out
    if beside is None:
        return said
    return f"{said} Left out: {beside.n_copies:,} copies, {beside.n_set_aside:,} texts that were set aside."


def _versions() -> list[str]:
    """Return Refract, Python and the libraries with their versions, as far as they are installed."""
    found = [f"Refract {__version__}", f"Python {platform.python_version()}"]
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return found
