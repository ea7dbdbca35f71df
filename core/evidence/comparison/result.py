"""What a comparison finds: one row for each system."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["generic", "guided", "gstransform", "reading"]


@dataclass(frozen=True)
class System:
    """A way to vectors.

    Attributes
    ----------
    kind : "generic", "guided", "gstransform" or "reading"
        The stored embeddings, `GuidedTransform` and `GSTransform` of them, or an encoder that reads every
        text under the instruction.
    encoder, template : str
        Of a reading, as for `core.encoders.load_encoder`; else "".
    title : str, for people
    """

    kind: Kind
    encoder: str
    template: str
    title: str


@dataclass(frozen=True)
class SystemRow:
    """How good, how fast and how large a system was here.

    Attributes
    ----------
    system : System
    n_texts : int
        Texts of the sample.
    run : str
        When the run began in which this was measured, in UTC. Times of one run can be compared best.
    accuracy : float
        Balanced accuracy of held-out labels, 0 to 1; not a number with too few labels.
    generic : float
        The same for the generic space, 0 to 1; not a number with too few labels.
    gain_low, gain_high : float
        95 % interval of the gain over the generic space, -1 to 1.
    verdict : str
        What `core.evidence.Evidence` says of that gain.
    first_seconds : float
        From bare texts to vectors under a first instruction; not a number when it is not known.
    second_seconds : float
        To vectors under one more instruction; not a number when the system cannot follow one.
    peak_bytes, graphics_bytes : int
        Most memory of its process, and of graphics cards; 0 when not known, or not used.
    note : str
        A sentence on what was special; "" for none.
    failure : str
        A sentence when it came to no result; "" else.
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
        """Return the row of which `to_document` made this."""
        return cls(**{**document, "system": System(**document["system"])})

    @property
    def enough(self) -> bool:
        """Whether there were labels enough to tell how good it is."""
        return not math.isnan(self.accuracy)


@dataclass(frozen=True)
class Comparison:
    """Rows of systems that were measured on the same texts.

    Attributes
    ----------
    n_texts, n_corpus : int
        Texts of the sample, and of the corpus.
    n_labels, n_classes : int
        Texts of the sample that carry a label, and how many different labels.
    rows : tuple of SystemRow
        Of the systems that were measured, in the order in which they were asked for.
    missing : tuple of System
        Those that were not yet, or failed.
    """

    n_texts: int
    n_corpus: int
    n_labels: int
    n_classes: int
    rows: tuple[SystemRow, ...] = ()
    missing: tuple[System, ...] = ()

    @property
    def measured(self) -> tuple[SystemRow, ...]:
        """Rows that came to a result."""
        return tuple(row for row in self.rows if not row.failure)

    def seconds_on_all(self, row: SystemRow) -> float:
        """Seconds to one more instruction for the whole corpus; not a number where that is not known.

        Reading and reshaping take as much longer as there are more texts. The published recipe learns from
        the labelled ones alone: where the sample could hold no more of them, nobody knows how many there are.
        """
        if row.system.kind == "gstransform":
            return row.second_seconds if self.n_labels < self.n_texts else math.nan
        return row.second_seconds * self.n_corpus / self.n_texts

    def find(self, kind: Kind) -> SystemRow | None:
        """The row of a kind, when it came to a result."""
        return next((row for row in self.measured if row.system.kind == kind), None)
