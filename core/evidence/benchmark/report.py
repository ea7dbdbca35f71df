"""Collect scores, and write them as tables and as a JSON document."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from .methods import Setting
from .metrics import harmonic_mean
from .published_tasks import AVERAGED

Measure = Literal["clustering", "purity", "triplets", "similarity", "ΔCI", "ΔII"]
MEASURES: dict[Measure, str] = {
    "clustering": "Clustering: V-measure of k-means",
    "purity": "Purity: share of the 10 nearest texts with the same label",
    "triplets": "Triplets: share that is nearer to the positive",
    "similarity": "Similarity: Spearman's rank correlation",
    "ΔCI": "Robustness ΔCI: worst correct instruction less best incorrect one",
    "ΔII": "Robustness ΔII: worst implicit instruction less best incorrect one",
}
JOINED = ("clustering", "triplets")
"""Measures of which the harmonic mean over facets is given."""
HARMONIC = "harmonic mean"
WIDTH = 100  # of running text on the screen
AVERAGE = "average of IntentEmotion, NYTClustering and InstructSTSB"
NOTE = (
    "All figures × 100; ± standard deviation over seeds. Seconds: of the generic space, once for all "
    "instructions; of transforms, in addition, for one more instruction; of other encoders, for each "
    "instruction, every text encoded again."
)


@dataclass(frozen=True)
class Score:
    """Score of one method on one facet.

    Attributes
    ----------
    measure : str
        A key of `MEASURES`.
    values : tuple of float
        One for each seed, 0 to 1; differences for robustness.
    n : int
        Texts, triplets or pairs that were scored, the fewest of all seeds.
    seconds : float
        Until the vectors were there; mean over seeds.
    """

    dataset: str
    facet: str
    measure: Measure
    setting: Setting
    values: tuple[float, ...]
    n: int
    seconds: float

    @property
    def mean(self) -> float:
        """Mean over seeds."""
        return float(np.mean(self.values))

    @property
    def deviation(self) -> float:
        """Standard deviation over seeds."""
        return float(np.std(self.values))


@dataclass(frozen=True)
class Report:
    """All scores of one evaluation.

    Attributes
    ----------
    encoder : str
        Of the generic space.
    notes : tuple of str
        One sentence for each thing that was left out.
    """

    encoder: str
    scores: tuple[Score, ...]
    notes: tuple[str, ...] = ()

    def joined(self) -> list[Score]:
        """Harmonic means over the facets of a dataset, seed by seed, where a method has several."""
        grouped: dict[tuple, list[Score]] = {}
        different = {(score.dataset, score.measure, score.facet) for score in self.scores}
        facets = Counter((dataset, measure) for dataset, measure, _ in different)
        for score in self.scores:
            if score.measure in JOINED:
                grouped.setdefault((score.dataset, score.measure, score.setting), []).append(score)
        return [
            Score(
                dataset,
                HARMONIC,
                measure,
                setting,
                tuple(map(harmonic_mean, zip(*(score.values for score in scores), strict=True))),
                sum(score.n for score in scores),
                sum(score.seconds for score in scores),
            )
            for (dataset, measure, setting), scores in grouped.items()
            if len(scores) == facets[dataset, measure] > 1 and len({len(s.values) for s in scores}) == 1
        ]

    def averages(self) -> dict[Setting, float]:
        """Mean score of InBedder's paper, for the methods that were run on all three tasks."""
        found: dict[Setting, dict[str, float]] = {}
        for score in (*self.scores, *self.joined()):
            if score.facet == HARMONIC or score.measure == "similarity":
                found.setdefault(score.setting, {})[score.dataset] = score.mean
        return {
            setting: float(np.mean([means[name] for name in AVERAGED]))
            for setting, means in found.items()
            if set(AVERAGED) <= set(means)
        }

    def to_document(self) -> dict[str, object]:
        """Return everything as JSON holds it, shares between 0 and 1."""
        rows = [
            {name: getattr(score, name) for name in ("dataset", "facet", "measure", "values", "n", "seconds")}
            | {"method": score.setting.title, "mean": score.mean, "sd": score.deviation}
            | {"labels": score.setting.labels}
            | {"picking": score.setting.picking if score.setting.method.learns else ""}
            for score in (*self.scores, *self.joined())
        ]
        averages = {setting.title: mean for setting, mean in self.averages().items()}
        return {"encoder": self.encoder, "scores": rows, AVERAGE: averages, "notes": list(self.notes)}

    def to_text(self) -> str:
        """Tables for the screen, one for each dataset and measure."""
        scores = [*self.scores, *self.joined()]
        tables = dict.fromkeys((score.dataset, score.measure) for score in self.scores)
        parts = []
        for dataset, measure in tables:
            shown = [score for score in scores if (score.dataset, score.measure) == (dataset, measure)]
            parts.append(f"{dataset}\n{MEASURES[measure]}\n{_table(shown)}")
        if averages := self.averages():
            lines = [[setting.title, f"{100 * mean:.1f}"] for setting, mean in averages.items()]
            parts.append(f"{AVERAGE[0].upper()}{AVERAGE[1:]}\n{_lines(lines)}")
        notes = [f"Generic encoder: {self.encoder}. {NOTE}", *self.notes]
        return "\n\n".join([*parts, *(textwrap.fill(note, WIDTH) for note in notes)]) + "\n"


@dataclass
class ScoreCollector:
    """Collect scores seed by seed, and notes.

    Attributes
    ----------
    settings : sequence of Setting
        Their order is that of the scores.
    """

    settings: Sequence[Setting]
    figures: dict[tuple[str, str, Measure, Setting], list[tuple[float, int, float]]] = field(
        default_factory=dict
    )
    notes: dict[str, None] = field(default_factory=dict)

    def add(
        self,
        dataset: str,
        facet: str,
        measure: Measure,
        setting: Setting,
        value: float,
        n: int,
        seconds: float,
    ) -> None:
        """Add the figure of one more seed; parameters as the attributes of `Score`."""
        self.figures.setdefault((dataset, facet, measure, setting), []).append((value, n, seconds))

    def note(self, sentence: str) -> None:
        """Add a sentence, once."""
        self.notes[sentence] = None

    def scores(self) -> tuple[Score, ...]:
        """Return all figures with their seeds together, in the order of `settings`."""
        scores = []
        for key, found in sorted(self.figures.items(), key=lambda item: self.settings.index(item[0][-1])):
            values, counts, seconds = zip(*found, strict=True)
            scores.append(Score(*key, values, min(counts), float(np.mean(seconds))))
        return tuple(scores)


def _table(scores: Sequence[Score]) -> str:
    facets = list(dict.fromkeys(score.facet for score in scores))
    cells = {(score.setting, score.facet): score for score in scores}
    lines = [["", *facets, "seconds"]]
    for setting in dict.fromkeys(score.setting for score in scores):
        found = [cells.get((setting, facet)) for facet in facets]
        seconds = [score.seconds for score in found if score is not None and score.facet != HARMONIC]
        lines.append([setting.title, *map(_cell, found), f"{np.mean(seconds):.2f}"])
    return _lines(lines)


def _cell(score: Score | None) -> str:
    if score is None:
        return "–"
    spread = f" ± {100 * score.deviation:.1f}" if len(score.values) > 1 else ""
    return f"{100 * score.mean:.1f}{spread}"


def _lines(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip()
        for line in lines
    )
