"""The result of a comparison: one row for each system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...transforms import Method, MethodKind


@dataclass(frozen=True)
class System:
    """A method with its title.

    Attributes
    ----------
    title : str
        Its name on the screen.
    """

    method: Method
    title: str


@dataclass(frozen=True)
class SystemRow:
    """Accuracy, time and memory of a system.

    Attributes
    ----------
    n_texts : int
        Texts of the sample.
    run : str
        When the run began in which this was measured, in UTC. Times of one run can be compared best.
    accuracy : float
        Balanced accuracy of held-out labels, 0 to 1; NaN with too few labels.
    generic : float
        The same for the generic space.
    gain_low, gain_high : float
        95 % interval of the gain over the generic space, -1 to 1.
    verdict : str
        Of `core.evidence.Evidence`.
    first_seconds : float
        From texts to vectors under a first instruction; NaN when unknown.
    second_seconds : float
        To vectors under one more instruction; NaN when the system cannot follow one.
    peak_bytes, graphics_bytes : int
        Peak memory of its process, and of graphics cards; 0 when unknown or not used.
    note : str
        A sentence on a limitation; "" for none.
    failure : str
        Why there is no result; "" where there is one.
    """

    system: System
    n_texts: int
    run: str
    accuracy: float = math.nan
    generic: float = math.nan
    gain_low: float = math.nan
    gain_high: float = math.nan
    verdict: str = ""
    first_seconds: float = math.nan
    second_seconds: float = math.nan
    peak_bytes: int = 0
    graphics_bytes: int = 0
    note: str = ""
    failure: str = ""

    def to_document(self) -> dict[str, Any]:
        """Return it as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> SystemRow:
        """Read what `to_document` returned. A system that an earlier version wrote has no method."""
        system = document["system"]
        method = Method(**system["method"]) if "method" in system else Method(MethodKind.GENERIC)
        title = "Reshape" if method.kind == MethodKind.GUIDED else system["title"]  # it had another name
        return cls(**{**document, "system": System(method, title)})

    @property
    def enough(self) -> bool:
        """Whether there were enough labels to measure accuracy."""
        return not math.isnan(self.accuracy)


@dataclass(frozen=True)
class Comparison:
    """Rows of systems that were measured on the same texts.

    Attributes
    ----------
    n_texts, n_corpus : int
        Texts of the sample and of the corpus.
    n_labels, n_classes : int
        Texts of the sample that carry a label, and how many different labels.
    rows : tuple of SystemRow
        Of the systems that were measured, in the order of the request.
    missing : tuple of System
        Systems that are not measured yet, or failed.
    """

    n_texts: int
    n_corpus: int
    n_labels: int
    n_classes: int
    rows: tuple[SystemRow, ...] = ()
    missing: tuple[System, ...] = ()

    @property
    def measured(self) -> tuple[SystemRow, ...]:
        """Rows with a result."""
        return tuple(row for row in self.rows if not row.failure)

    def seconds_on_all(self, row: SystemRow) -> float:
        """Return the seconds to one more instruction for the whole corpus; NaN where unknown.

        Re-encoding and reshaping are linear in the number of texts. `GSTransform` learns from labelled texts
        only: where all texts of the sample are labelled, the number of labels of the corpus is unknown.
        """
        if row.system.method.kind == MethodKind.GSTRANSFORM:
            return row.second_seconds if self.n_labels < self.n_texts else math.nan
        return row.second_seconds * self.n_corpus / self.n_texts

    def find(self, kind: MethodKind) -> SystemRow | None:
        """Return the row of a kind of method; None where it has no result."""
        return next((row for row in self.measured if row.system.method.kind == kind), None)
