"""Figures as they come in, seed by seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from core.evidence.benchmark.methods import Method
from core.evidence.benchmark.report import Measure, Score


@dataclass
class Tally:
    """Figures as they come in, in the order in which methods were named."""

    methods: Sequence[Method]
    figures: dict[tuple[str, str, Measure, Method], list[tuple[float, int, float]]] = field(
        default_factory=dict
    )
    notes: dict[str, None] = field(default_factory=dict)

    def add(
        self,
        dataset: str,
        facet: str,
        measure: Measure,
        method: Method,
        value: float,
        n: int,
        seconds: float,
    ) -> None:
        """Keep the figure of one more seed."""
        self.figures.setdefault((dataset, facet, measure, method), []).append((value, n, seconds))

    def note(self, sentence: str) -> None:
        """Keep a sentence, once."""
        self.notes[sentence] = None

    def scores(self) -> tuple[Score, ...]:
        """All figures, seeds together, methods in the order in which they were named."""
        scores = []
        for key, found in sorted(self.figures.items(), key=lambda item: self.methods.index(item[0][-1])):
            values, counts, seconds = zip(*found, strict=True)
            scores.append(Score(*key, values, min(counts), float(np.mean(seconds))))
        return tuple(scores)
