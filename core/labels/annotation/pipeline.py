"""Label construction with a language model: from an instruction to a labelled sample of texts.

This is the first phase of GSTransform (Feng et al., 2025). The model summarises each sampled text under the
instruction. The summaries are clustered, and the model names each cluster by its difference from the others.
Then the model sorts each text into one of these categories. Every reply is kept, so that a stopped run can be
resumed; every failure is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from ...errors import LanguageModelError
from ...maps.clusters import find_k_clusters
from ...utils import LanguageModel, Report, normalise, progress_of
from .categories import (
    NOTHING_KNOWN,
    KnownLabels,
    keep_categories,
    load_categories,
    merge_categories,
)
from .prompts import (
    MAX_TEXT_CHARACTERS,
    PromptStep,
    category_step,
    sorting_step,
    summary_step,
)
from .reply_cache import ReplyCache
from .retry import Counts, StepRun

MAX_ANNOTATED_TEXTS = 3_000
"""Texts of a sample at most."""

MAX_GROUPS = 50
"""Groups of summaries at most. Results are stable from 10 to 90 groups."""

SHOWN_SUMMARIES = 25
"""Summaries of a group, and of the others, in the prompt for its name."""

BROAD_CATEGORY_SHARE = 0.8
"""Share of the labels from which one category counts as too broad."""

STAGES = {"summaries": "Summarising texts", "categories": "Naming categories", "labels": "Sorting texts"}
GROUPING = "Grouping the summaries"
RESUME_HINT = "Every answer so far is kept: start again to go on."


@dataclass
class AnnotationReport:
    """Counts and errors of a run.

    Attributes
    ----------
    model, host : str
        The language model, and the server that received the texts.
    n_texts : int
        Texts of the sample.
    steps : dict of str to Counts
        "summaries", "categories" and "labels", up to the step that the run reached.
    n_clusters : int
        Groups of summaries; 0 where the categories are those of an earlier run.
    categories : dict of str to int
        Texts that the model sorted into each category.
    n_merged : int
        Groups with the name of another, up to case and punctuation.
    n_cut : int
        Texts of which only the first `MAX_TEXT_CHARACTERS` characters were sent.
    n_by_person : int
        Texts of the sample that a person labelled or skipped, so that the model did not sort them.
    swallowed_by : str
        Category with `BROAD_CATEGORY_SHARE` of the labels or more; "" for none.
    stopped : str
        Sentence with the reason why the run ended early; "" when it did not.
    """

    model: str
    host: str
    n_texts: int
    steps: dict[str, Counts] = field(default_factory=dict)
    n_clusters: int = 0
    categories: dict[str, int] = field(default_factory=dict)
    n_merged: int = 0
    n_cut: int = 0
    n_by_person: int = 0
    swallowed_by: str = ""
    stopped: str = ""

    def to_document(self) -> dict:
        """Return the report as a JSON object."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict) -> AnnotationReport:
        """Return the report from the result of `to_document`."""
        steps = {name: Counts(**counts) for name, counts in document["steps"].items()}
        return cls(**{**document, "steps": steps})


@dataclass(frozen=True)
class Annotation:
    """Labels by text row, and the report of the run."""

    labels: dict[int, str]
    report: AnnotationReport


def sample_rows(n_texts: int, n: int) -> np.ndarray:
    """Draw at most n (and `MAX_ANNOTATED_TEXTS`) rows by a fixed seed, ascending.

    A larger sample contains every smaller one.
    """
    rows = np.random.default_rng(0).permutation(n_texts)[: max(0, min(n, MAX_ANNOTATED_TEXTS))]
    return np.sort(rows).astype(np.int64)


def number_of_groups(n_texts: int) -> int:
    """Return the number of groups for the summaries of n texts."""
    return max(1, min(MAX_GROUPS, n_texts // 2))


def annotate(
    model: LanguageModel,
    texts: Sequence[str],
    rows: np.ndarray,
    instruction: str,
    *,
    encode: Callable[..., np.ndarray],
    cache: ReplyCache,
    known: KnownLabels = NOTHING_KNOWN,
    report: Report = lambda stage, done, total: None,
) -> Annotation:
    """Label a sample of texts by an instruction.

    Parameters
    ----------
    texts : sequence of str
        The whole corpus.
    rows : int array
        The sample, ascending.
    encode : callable
        `encode(texts, progress=…)` of an encoder, for the summaries.
    cache : ReplyCache
        Prompts with a kept reply are not sent again.

    Returns
    -------
    Annotation
        When the server fails during the run: the labels found so far, and the reason in `report.stopped`.

    Raises
    ------
    Cancelled
        When `report` raises it; replies so far are kept.
    """
    run = _Run(model, texts, rows, instruction, encode, cache, known, report)
    try:
        run.label_sample()
    except LanguageModelError as error:
        can_resume = error.permanent or error.transient
        run.outcome.stopped = f"{error} {RESUME_HINT}" if can_resume else str(error)
    run.count_labels()
    return Annotation(dict(sorted(run.labels.items())), run.outcome)


@dataclass
class _Run:
    model: LanguageModel
    texts: Sequence[str]
    rows: np.ndarray
    instruction: str
    encode: Callable[..., np.ndarray]
    cache: ReplyCache
    known: KnownLabels
    report: Report
    categories: list[str] = field(default_factory=list)
    labels: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.outcome = AnnotationReport(self.model.model, self.model.host, len(self.rows))
        self.outcome.n_cut = sum(len(self.texts[row]) > MAX_TEXT_CHARACTERS for row in self.rows)

    def label_sample(self) -> None:
        """Fill `categories` and `labels`."""
        found = load_categories(self.cache, self.model, self.instruction, self.rows)
        if found is None:
            found = self._name_groups(self._group(self._summarise()))
            if len({normalise(name) for name in found}) > 1:
                keep_categories(self.cache, self.model, self.instruction, self.rows, found)
        self.categories, self.outcome.n_merged = merge_categories(found, self.known)
        if len(self.categories) < 2:
            only = f"only one category, “{self.categories[0]}”" if self.categories else "no category"
            raise LanguageModelError(
                f"{self.model.model} found {only} in these texts: word the instruction more clearly, or name "
                "two labels yourself."
            )
        step = sorting_step(self.texts, self.instruction, self.categories, self.known.definitions)
        rows = [int(row) for row in self.rows if int(row) not in self.known.by_person]
        self._complete("labels", step, {row: len(self.texts[row]) for row in rows}, self.labels)

    def count_labels(self) -> None:
        """Add the sizes of the categories to the report."""
        outcome, sizes = self.outcome, Counter(self.labels.values())
        outcome.n_by_person = sum(int(row) in self.known.by_person for row in self.rows)
        order = sorted(self.categories, key=lambda name: (-sizes[name], name))
        outcome.categories = {name: sizes[name] for name in order}
        if len(order) > 1 and sizes[order[0]] >= max(BROAD_CATEGORY_SHARE * len(self.labels), 5):
            outcome.swallowed_by = order[0]

    def _summarise(self) -> dict[int, str]:
        lengths = {int(row): len(self.texts[row]) for row in self.rows}
        step = summary_step(self.texts, self.instruction)
        return self._complete_required("summaries", step, lengths, "a summary")

    def _group(self, summaries: Mapping[int, str]) -> list[list[str]]:
        """Cluster the distinct summaries; the largest group first."""
        self.report(GROUPING, 0, 1)
        distinct = {normalise(summary): summary for summary in summaries.values()}
        phrases = [distinct[key] for key in sorted(distinct)]
        vectors = self.encode(phrases, progress=progress_of(self.report, GROUPING))
        k = min(number_of_groups(len(summaries)), len(np.unique(vectors.round(3), axis=0)))
        codes = find_k_clusters(vectors, k)
        groups = [[phrases[i] for i in np.flatnonzero(codes == code)] for code in range(codes.max() + 1)]
        self.outcome.n_clusters = len(groups)
        return groups

    def _name_groups(self, groups: list[list[str]]) -> list[str]:
        """Return the names of the groups for which the model gave one."""
        samples = [self._sample_summaries(groups, group) for group in range(len(groups))]
        existing = sorted(self.known.names, key=normalise)
        step = category_step(self.instruction, samples, existing, self.known.definitions)
        lengths = {group: max(map(len, inside)) for group, (inside, _) in enumerate(samples)}
        names = self._complete_required("categories", step, lengths, "a category")
        return [names[group] for group in sorted(names)]

    def _sample_summaries(self, groups: list[list[str]], group: int) -> tuple[list[str], list[str]]:
        """Draw summaries inside a group and outside it, by a fixed seed."""
        random = np.random.default_rng(group)
        outside = [note for other, notes in enumerate(groups) if other != group for note in notes]
        drawn = [sorted(random.permutation(len(side))[:SHOWN_SUMMARIES]) for side in (groups[group], outside)]
        return [groups[group][i] for i in drawn[0]], [outside[i] for i in drawn[1]]

    def _complete(
        self, name: str, step: PromptStep, lengths: Mapping[int, int], found: dict[int, str]
    ) -> None:
        counts = self.outcome.steps[name] = Counts()
        progress = progress_of(self.report, STAGES[name])
        StepRun(self.model, step, lengths, self.cache, progress, found, counts).complete()

    def _complete_required(
        self, name: str, step: PromptStep, lengths: Mapping[int, int], kind: str
    ) -> dict[int, str]:
        """Complete a step; raise LanguageModelError when it has no usable answer."""
        found: dict[int, str] = {}
        self._complete(name, step, lengths, found)
        if not found:
            counts = self.outcome.steps[name]
            reasons = ", ".join(counts.failures)
            reasons += f"; {counts.said.rstrip('.')}" if counts.said else ""
            raise LanguageModelError(
                f"None of the answers of {self.model.model} was {kind} ({reasons}): try another model."
            )
        return found
