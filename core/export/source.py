"""What can be exported of a corpus and one analysis, and a file that it can become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

import numpy as np
import pandas as pd

from ..corpus import Corpus, Partition
from ..encoders import title_of
from ..evidence import CheckEstimate, Findings
from ..maps import Fit, Space
from ..transforms import Method
from ..utils import cut
from .made_by import ENCODER, RESHAPED_ENCODER
from .overview import AnalysisResults

MEGABYTE = 1_000_000
TABLES, PICTURES, OTHER_TOOLS, NEW_TEXTS, EVIDENCE = GROUPS = (
    "Tables",
    "Pictures and report",
    "Labels for other programs",
    "For new texts",
    "Evidence and record",
)


@dataclass(frozen=True)
class ExportSource:
    """Everything that can be exported of a corpus and one analysis.

    Attributes
    ----------
    corpus : Corpus of n texts
    encoder : str, name of the encoder of the generic space
    generic_near : float32 array (n,), `Findings.near` of the generic map; None where it is not measured
    title : str, of the analysis, for names of files
    given : list of n label names, None for a text without one; None without labels
    label_names : list of all label names
    definitions : mapping of label name to what it means; without those that nobody defined
    check_labels : list of n answers to the check sample, `CheckLabels.labels`; None without a checked text
    check : what the check sample says of the corpus; None without one
    history : DataFrame of `LabelStore.history`, None without an analysis
    fit_clusters : Partition of the Fit's space
    answers : list of n str, a language model's answers about the texts, or None
    findings : Findings of the Fit
    analyses : sequence of callables
        Each reads what one analysis of the corpus adds to the table over all of them.
    """

    corpus: Corpus
    encoder: str
    generic: Space
    generic_clusters: Partition
    generic_near: np.ndarray | None = None
    title: str = ""
    given: Sequence[str | None] | None = None
    label_names: Sequence[str] = ()
    definitions: Mapping[str, str] = field(default_factory=dict)
    check_labels: Sequence[str | None] | None = None
    check: CheckEstimate | None = None
    history: pd.DataFrame | None = None
    fit: Fit | None = None
    fit_clusters: Partition | None = None
    answers: Sequence[str] | None = None
    findings: Findings = field(default_factory=Findings)
    analyses: Sequence[Callable[[], AnalysisResults]] = ()

    @property
    def encoders(self) -> dict[str, str]:
        """The encoder of the corpus, and that of a space of re-encoded texts, as `made_by` takes them."""
        found = {ENCODER: self.encoder}
        if self.fit is not None and self.fit.method.reencodes:
            found[RESHAPED_ENCODER] = self.fit.method.encoder
        return found


@dataclass(frozen=True)
class File:
    """One file that can be exported.

    Attributes
    ----------
    kind : str, distinct for each file of a source
    group : str, what files stand together, one of `GROUPS`
    title, hint : str, what it is; what it is for, what opens it, and its size, in markdown
    write : callable that writes it to a binary file, in parts where it is large
    """

    kind: str
    title: str
    hint: str
    name: str
    mime: str
    write: Callable[[BinaryIO], object]
    group: str = TABLES


def title_of_analysis(instruction: str, method: Method, *, longest: int | None = None) -> str:
    """Return an instruction, and its method unless that is reshaping by labels.

    Of a title longer than `longest` characters, the end of the instruction is cut first.
    """
    how = ""
    if method.kind == "gstransform":
        how = " · GSTransform"
    elif method.reencodes:
        how = f" · {title_of(method.encoder)}" if method.encoder else " · re-encoded"
    title = instruction or "untitled"
    if longest is None or len(title) + len(how) <= longest:
        return title + how
    how = cut(how, longest * 2 // 3)
    return cut(title, longest - len(how)) + how


def about_size(n_bytes: float) -> str:
    """Return the size of a file in words."""
    if n_bytes < MEGABYTE / 20:
        return "less than 0.1 MB"
    return f"about {n_bytes / MEGABYTE:,.1f} MB"
