"""Label construction with a language model: from an instruction to a labelled sample of texts.

The sampled texts are summarised under the instruction, the summaries are grouped, each group is named by what
sets it apart, and each text is sorted into one of the names: the first phase of GSTransform (Feng et al.,
2025). Every answer is kept, so that a run that was stopped goes on where it was; every failure is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from core.errors import LanguageModelError
from core.labels.annotation.prompts import (
    CLASSIFY,
    FIRMER,
    NAME,
    SUMMARISE,
    classify_task,
    name_question,
    read_choice,
    read_name,
    read_summary,
    summary_question,
    text_question,
)
from core.labels.annotation.reply_cache import AnswerCache, answer_keys
from core.labels.annotation.retry import Counts, Step, ask_step
from core.maps.clusters import bare, find_k_clusters
from core.utils import LanguageModel, Progress, content_key

MOST_TEXTS = 3_000
"""Texts sampled at most."""

CLUSTERS, FEW_TEXTS = 50, 100
"""Groups of summaries: results are stable from 10 to 90; half the number of texts below so many of them."""

SHOWN = 25
"""Summaries of a group, and of the others, in the question for its name."""

LONGEST_TEXT, SHORTEST_TEXT = 6_000, 200
"""Characters of a text that are sent; cut down to so few when the model takes no more."""

SWALLOWS = 0.8
"""Share of the labels from which one category has swallowed the others."""

CHARACTERS_PER_TOKEN = 4
"""Bytes of UTF-8, to be exact: near enough for a cost told beforehand, in most scripts."""

ANSWER_TOKENS = {"summaries": 15, "categories": 5, "labels": 5}
LONGEST_ANSWER = 300  # tokens; far more than is asked for, as some models think first
STAGES = {"summaries": "Summarising texts", "categories": "Naming categories", "labels": "Sorting texts"}
GO_ON = "Every answer so far is kept: start again to go on."
MODEL = "model:"
"""Beginning of who gave a label, when it was a language model; its name follows."""

Encode = Callable[..., np.ndarray]
Tell = Callable[[str, int, int], None]
"""Called with (stage, done, total); may raise `core.errors.Cancelled`."""


@dataclass
class AnnotationReport:
    """What a run did, and what went wrong in it.

    Attributes
    ----------
    model, host : str
        Who was asked, and where.
    n_texts : int
        Texts of the sample.
    steps : dict of str to Counts
        "summaries", "categories" and "labels", as far as the run came.
    n_clusters : int
        Groups of summaries; 0 where the categories were kept from an earlier run.
    categories : dict of str to int
        Texts labelled, by category, as the model sorted them; 0 for those that none fitted.
    n_merged : int
        Groups whose name differed from another's by nothing or by case and punctuation.
    n_cut : int
        Texts of which only the first `LONGEST_TEXT` characters were sent.
    n_by_person : int
        Texts of the sample that were left to the person who labelled or skipped them.
    swallowed_by : str
        Category that has `SWALLOWS` of the labels or more; "" for none.
    stopped : str
        Why the run ended early, as a sentence; "" when it did not.
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
        """As JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: dict) -> AnnotationReport:
        """The report that `to_document` gave."""
        steps = {name: Counts(**counts) for name, counts in document["steps"].items()}
        return cls(**{**document, "steps": steps})


@dataclass(frozen=True)
class Annotation:
    """Labels that a model gave, by text row; and the report."""

    labels: dict[int, str]
    report: AnnotationReport


@dataclass(frozen=True)
class Estimate:
    """What a run would send, before it starts.

    Attributes
    ----------
    n_texts : int
    calls, kept : int
        Questions altogether, and how many of them an answer is kept for. A few more are asked where an answer
        is of no use.
    tokens_in, tokens_out : int
        Of the questions that are left; in thousands right, rather than exact.
    """

    n_texts: int
    calls: int
    kept: int
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True)
class KnownLabels:
    """What an analysis knows already.

    Attributes
    ----------
    names : sequence of str
        Its labels: categories too, beside those that the model finds.
    renamed : mapping of str to str or None
        Labels merged into another, and deleted ones (None): they do not come back by another run.
    by_person : collection of int
        Rows whose label a person gave, or skipped: the model does not sort them.
    """

    names: Sequence[str] = ()
    renamed: Mapping[str, str | None] = field(default_factory=dict)
    by_person: Collection[int] = ()


def sample_rows(n_texts: int, n: int) -> np.ndarray:
    """Rows of a random sample, the same each time; a larger sample contains every smaller one.

    Returns
    -------
    int64 array (at most n and `MOST_TEXTS`,), ascending
    """
    rows = np.random.default_rng(0).permutation(n_texts)[: max(0, min(n, MOST_TEXTS))]
    return np.sort(rows).astype(np.int64)


def estimate(
    model: LanguageModel,
    texts: Sequence[str],
    rows: np.ndarray,
    instruction: str,
    answers: AnswerCache,
    known: KnownLabels = KnownLabels(),
) -> Estimate:
    """What `annotate` would send: calls and tokens. Cost O(n_rows), some 20 ms for 3,000 texts."""
    summaries = _summary_step(texts, instruction)
    questions = {int(row): summaries.question(int(row), LONGEST_TEXT) for row in rows}
    k = number_of_clusters(len(rows))
    sorted_rows = [int(row) for row in rows if int(row) not in known.by_person]
    categories = _kept_categories(model, instruction, rows, answers)
    if categories is None:
        keys = answer_keys(model.model, SUMMARISE, questions.values())
        kept = answers.find(keys)
        asked = [question for question, key in zip(questions.values(), keys, strict=True) if key not in kept]
        n_kept = len(questions) - len(asked)
        label_tokens = _tokens(CLASSIFY) + 4 * k
        tokens_in = sum(map(_tokens, asked)) + len(asked) * _tokens(SUMMARISE)
        tokens_in += k * (_tokens(NAME) + 2 * SHOWN * ANSWER_TOKENS["summaries"])
        tokens_out = len(asked) * ANSWER_TOKENS["summaries"] + k * ANSWER_TOKENS["categories"]
        unsorted = sorted_rows
    else:
        n_kept, tokens_in, tokens_out = len(questions) + k, 0, 0
        step = _label_step(texts, instruction, _canonical(_merge_names(categories, known)[0]))
        label_tokens = _tokens(step.task)
        keys = answer_keys(model.model, step.task, [step.question(row, LONGEST_TEXT) for row in sorted_rows])
        kept = answers.find(keys)
        unsorted = [row for row, key in zip(sorted_rows, keys, strict=True) if key not in kept]
        n_kept += len(sorted_rows) - len(unsorted)
    tokens_in += sum(_tokens(texts[row][:LONGEST_TEXT]) + label_tokens for row in unsorted)
    tokens_out += len(unsorted) * ANSWER_TOKENS["labels"]
    return Estimate(len(rows), len(questions) + k + len(sorted_rows), n_kept, tokens_in, tokens_out)


def annotate(
    model: LanguageModel,
    texts: Sequence[str],
    rows: np.ndarray,
    instruction: str,
    *,
    encode: Encode,
    answers: AnswerCache,
    known: KnownLabels = KnownLabels(),
    tell: Tell = lambda stage, done, total: None,
) -> Annotation:
    """Label a sample of texts by what an instruction asks about.

    Parameters
    ----------
    model : LanguageModel
    texts : sequence of str
        The whole corpus.
    rows : int array
        The sample, ascending.
    instruction : str
    encode : callable
        The generic encoder's `encode(texts, progress=…)`.
    answers : AnswerCache
        Questions answered there are not asked again.
    known : KnownLabels
    tell : callable

    Returns
    -------
    Annotation
        When the server is gone in the middle: the labels found so far, and why in `report.stopped`.

    Raises
    ------
    Cancelled
        When `tell` raises it; answers so far are kept.
    """
    run = _Run(model, texts, rows, instruction, encode, answers, known, tell)
    labels: dict[int, str] = {}
    try:
        run.label(labels)
    except LanguageModelError as error:
        run.report.stopped = f"{error} {GO_ON}" if error.hopeless else str(error)
    run.report.n_by_person = sum(int(row) in known.by_person for row in rows)
    sizes = Counter(labels.values())
    run.report.categories = {name: sizes[name] for name in sorted(run.offered, key=lambda n: (-sizes[n], n))}
    top, size = sizes.most_common(1)[0] if sizes else ("", 0)
    if len(run.offered) > 1 and size >= max(SWALLOWS * len(labels), 5):
        run.report.swallowed_by = top
    return Annotation(dict(sorted(labels.items())), run.report)


def number_of_clusters(n_texts: int) -> int:
    """Groups that the summaries of so many texts are put in."""
    return CLUSTERS if n_texts >= FEW_TEXTS else max(1, n_texts // 2)


@dataclass
class _Run:
    model: LanguageModel
    texts: Sequence[str]
    rows: np.ndarray
    instruction: str
    encode: Encode
    answers: AnswerCache
    known: KnownLabels
    tell: Tell

    def __post_init__(self) -> None:
        self.report = AnnotationReport(self.model.model, self.model.host, len(self.rows))
        self.report.n_cut = sum(len(self.texts[row]) > LONGEST_TEXT for row in self.rows)
        self.offered: list[str] = []

    def label(self, labels: dict[int, str]) -> None:
        categories = _kept_categories(self.model, self.instruction, self.rows, self.answers)
        if categories is None:
            summaries = self._summarise()
            categories = self._name(self._group(summaries))
            if len({bare(name) for name in categories}) > 1:
                key = _categories_key(self.model, self.instruction, self.rows)
                self.answers.keep(key, json.dumps(categories, ensure_ascii=False))
        names, self.report.n_merged = _merge_names(categories, self.known)
        self.offered = _canonical(names)
        if len(self.offered) < 2:
            only = f"only one category, “{self.offered[0]}”" if self.offered else "no category"
            raise LanguageModelError(
                f"{self.model.model} found {only} in these texts: word the instruction more clearly, or name "
                "two labels yourself."
            )
        step = _label_step(self.texts, self.instruction, self.offered)
        rows = [int(row) for row in self.rows if int(row) not in self.known.by_person]
        self._ask("labels", step, {row: len(self.texts[row]) for row in rows}, labels)

    def _summarise(self) -> dict[int, str]:
        summaries: dict[int, str] = {}
        lengths = {int(row): len(self.texts[row]) for row in self.rows}
        self._ask("summaries", _summary_step(self.texts, self.instruction), lengths, summaries)
        if not summaries:
            raise LanguageModelError(
                f"None of the answers of {self.model.model} was a summary{self._said('summaries')}: "
                "try another model."
            )
        return summaries

    def _group(self, summaries: Mapping[int, str]) -> list[list[str]]:
        """Different summaries, those alike together; the largest group first."""
        self.tell("Grouping the summaries", 0, 1)
        different = {bare(summary): summary for summary in summaries.values()}
        phrases = [different[key] for key in sorted(different)]
        progress = _progress(self.tell, "Grouping the summaries")
        vectors = self.encode(phrases, progress=progress)
        k = min(number_of_clusters(len(summaries)), len(np.unique(vectors.round(3), axis=0)))
        codes = find_k_clusters(vectors, k)
        groups = [[phrases[i] for i in np.flatnonzero(codes == code)] for code in range(codes.max() + 1)]
        self.report.n_clusters = len(groups)
        return groups

    def _name(self, groups: list[list[str]]) -> list[str]:
        """Name of each group, for those that got one."""
        questions = [self._shown(groups, code) for code in range(len(groups))]

        def question(code: int, characters: int) -> str:
            inside, outside = ([each[:characters] for each in side] for side in questions[code])
            return name_question(self.instruction, inside, outside, _canonical(self.known.names))

        step = Step(NAME, FIRMER[NAME], question, read_name, 300, 40, LONGEST_ANSWER)
        names: dict[int, str] = {}
        lengths = {code: max(len(each) for each in inside) for code, (inside, _) in enumerate(questions)}
        self._ask("categories", step, lengths, names)
        if not names:
            raise LanguageModelError(
                f"None of the answers of {self.model.model} was a category{self._said('categories')}: "
                "try another model."
            )
        return [names[code] for code in sorted(names)]

    def _shown(self, groups: list[list[str]], code: int) -> tuple[list[str], list[str]]:
        """Summaries inside a group and outside it, drawn by chance, the same each time."""
        random = np.random.default_rng(code)
        others = [each for other, group in enumerate(groups) if other != code for each in group]
        drawn = [sorted(random.permutation(len(side))[:SHOWN]) for side in (groups[code], others)]
        return [groups[code][i] for i in drawn[0]], [others[i] for i in drawn[1]]

    def _ask(self, name: str, step: Step, lengths: Mapping[int, int], found: dict[int, str]) -> None:
        counts = self.report.steps[name] = Counts()
        progress = _progress(self.tell, STAGES[name])
        ask_step(self.model, step, lengths, self.answers, found=found, counts=counts, progress=progress)

    def _said(self, name: str) -> str:
        counts = self.report.steps[name]
        reasons = ", ".join(counts.failures)
        return f" ({reasons}; {counts.said.rstrip('.')})" if counts.said else f" ({reasons})"


def _summary_step(texts: Sequence[str], instruction: str) -> Step:
    def question(row: int, characters: int) -> str:
        return summary_question(instruction, texts[row][:characters])

    sizes = LONGEST_TEXT, SHORTEST_TEXT, LONGEST_ANSWER
    return Step(SUMMARISE, FIRMER[SUMMARISE], question, read_summary, *sizes)


def _label_step(texts: Sequence[str], instruction: str, categories: Sequence[str]) -> Step:
    return Step(
        classify_task(instruction, categories),
        FIRMER[CLASSIFY],
        lambda row, characters: text_question(texts[row][:characters]),
        lambda answer: read_choice(answer, categories),
        LONGEST_TEXT,
        SHORTEST_TEXT,
        LONGEST_ANSWER,
    )


def _merge_names(found: Sequence[str], known: KnownLabels) -> tuple[list[str], int]:
    """Labels there are and categories found, each once; and how many of those found were merged away."""
    names = {bare(name): name for name in known.names}
    renamed = {bare(name): target for name, target in known.renamed.items()}
    spelled: dict[str, Counter] = {}
    for name in found:
        spelled.setdefault(bare(name), Counter())[name] += 1
    for key, spellings in spelled.items():
        if key in renamed and key not in names:
            continue  # merged into a label that is among the names, or not wanted
        names.setdefault(key, spellings.most_common(1)[0][0])
    return list(names.values()), len(found) - len(spelled)


def _canonical(names: Sequence[str]) -> list[str]:
    """The same order whatever was there first, so that the same question is found among those kept."""
    return sorted(names, key=bare)


def _categories_key(model: LanguageModel, instruction: str, rows: np.ndarray) -> str:
    return content_key("categories", SUMMARISE, NAME, model.model, instruction, rows)


def _kept_categories(
    model: LanguageModel, instruction: str, rows: np.ndarray, answers: AnswerCache
) -> list[str] | None:
    """Categories that an earlier run found in the same texts; None when there was none."""
    key = _categories_key(model, instruction, rows)
    kept = answers.find([key])
    return json.loads(kept[key]) if kept else None


def _progress(tell: Tell, stage: str) -> Progress:
    return lambda done, total: tell(stage, done, total)


def _tokens(text: str) -> int:
    return -(-len(text.encode("utf-8", "replace")) // CHARACTERS_PER_TOKEN)
