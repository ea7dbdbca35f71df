"""Running methods on materials: the same texts and seeds for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from core.encoders import DEFAULT_ENCODER, Encoder, load_encoder
from core.evidence.benchmark.data import (
    Facet,
    GroupedTexts,
    Material,
    TextPairs,
    TextTriplets,
    Wordings,
    check_names,
)
from core.evidence.benchmark.methods import Method, instruction_for, name_vectors, reshape
from core.evidence.benchmark.metrics import clustering_score, margins, similarity_score, triplet_score
from core.evidence.benchmark.report import Report
from core.evidence.benchmark.splits import Plan, make_plans
from core.evidence.benchmark.tally import Tally

Tell = Callable[[str, int, int], None]
"""Called with what is being done, and (done, total) of it; may raise `core.errors.Cancelled`."""

SEEDS = (0, 1, 2)


def evaluate(
    materials: Sequence[Material],
    methods: Sequence[Method],
    *,
    encoder: str = DEFAULT_ENCODER,
    seeds: Iterable[int] = SEEDS,
    load: Callable[[str], Encoder] = load_encoder,
    tell: Tell | None = None,
) -> Report:
    """Score methods on texts grouped by facets, on triplets and on pairs.

    Where methods learn from labels, all methods are scored on the texts that none of them was shown. Encoders
    are loaded one at a time.

    Parameters
    ----------
    materials : sequence of GroupedTexts, TextTriplets or TextPairs
    methods : sequence of Method
    encoder : str
        Of the generic space, and of what transforms make of it.
    seeds : iterable of int
        Of picks, triplets and clusterings.
    load : callable
        Returns the encoder of a name.
    tell : callable, optional

    Raises
    ------
    EncoderUnavailable
        When an encoder cannot be loaded, or not be told the instruction.
    CorpusError
        When two materials are called alike, or hardly any labelled text is left to be scored.
    Cancelled
        When `tell` raises it.
    """
    check_names(materials)
    tell = tell or (lambda what, done, total: None)
    tally, plans, seeds = Tally(methods), {}, list(seeds)
    generic = [encoder] if any(not method.encoder for method in methods) else []
    names = dict.fromkeys([*generic, *(method.encoder for method in methods if method.encoder)])
    for name in names:
        tell(f"Loading {name}", 0, 1)
        loaded = load(name)
        mine = [method for method in methods if (method.encoder or encoder) == name]
        runner = Runner(loaded, mine, tally, tell)
        for number, material in enumerate(materials):
            if isinstance(material, GroupedTexts):
                if number not in plans:  # the encoder of the generic space comes first
                    plans[number] = make_plans(material, methods, seeds, runner.space, tally.note)
                runner.score_grouped(material, plans[number])
            else:
                runner.score_fixed(material)
        del loaded, runner
        gc.collect()  # the next model may not fit beside this one
    return Report(encoder, tally.scores(), tuple(tally.notes))


class Runner:
    """Methods of one encoder.

    Parameters
    ----------
    encoder : Encoder
    methods : sequence of Method
    tally : Tally
    tell : callable
    """

    def __init__(self, encoder: Encoder, methods: Sequence[Method], tally: Tally, tell: Tell) -> None:
        self.encoder = encoder
        self.methods = methods
        self.tally = tally
        self.tell = tell
        self._generic: tuple[list[str], np.ndarray, float] | None = None

    def space(self, material: GroupedTexts) -> tuple[np.ndarray, float]:
        """Vectors without an instruction, kept for the last texts, and the seconds that they took."""
        if self._generic is None or self._generic[0] is not material.texts:
            self._generic = (material.texts, *self._encode(material.texts, None, material.dataset))
        return self._generic[1:]

    def score_grouped(self, material: GroupedTexts, plans: list[list[Plan]]) -> None:
        """Score clusterings, triplets, pairs made of them, and robustness."""
        for facet, of_facet in zip(material.facets, plans, strict=True):
            for method in self.methods:
                if method.kind == "encoder":
                    asked = self._asked(method, facet.instruction)
                    vectors, seconds = self._encode(
                        material.texts, asked, f"{material.dataset}, {facet.name}"
                    )
                    if facet.wordings and self.encoder.follows_instructions == "free text":
                        self._score_wordings(material, facet, facet.wordings, of_facet, method)
                for plan in of_facet:
                    if method.learns and method not in plan.picked:
                        continue
                    if method.kind != "encoder":
                        vectors, seconds = self._reshaped(material, facet, method, plan)
                    self._score(material, facet, method, plan, vectors, seconds)

    def score_fixed(self, material: TextTriplets | TextPairs) -> None:
        """Score the triplets or pairs of the papers, from which no transform can learn."""
        for method in self.methods:
            if method.learns:
                self.tally.note(
                    f"{material.dataset} has no labels to learn from: transforms were not scored on it."
                )
            elif isinstance(material, TextTriplets):
                asked = self._asked(method, material.instruction)
                texts = [*material.anchor, *material.positive, *material.negative]
                vectors, seconds = self._encode(texts, asked, f"{material.dataset}, {material.aspect}")
                value, n = triplet_score(*np.split(vectors, 3)), len(material.anchor)
                self.tally.add(material.dataset, material.aspect, "triplets", method, value, n, seconds)
            else:
                first, second, seconds = self._encode_pairs(material, method)
                value, n = similarity_score(first, second, material.scores), len(material.scores)
                self.tally.add(material.dataset, "pairs", "similarity", method, value, n, seconds)

    def _score(
        self,
        material: GroupedTexts,
        facet: Facet,
        method: Method,
        plan: Plan,
        vectors: np.ndarray,
        seconds: float,
    ) -> None:
        add = partial(self.tally.add, material.dataset, facet.name)
        codes = facet.codes[plan.scored]
        value = clustering_score(vectors[plan.scored], codes, plan.seed)
        add("clustering", method, value, len(codes), seconds)
        if len(plan.triplets):
            anchor, positive, negative = (vectors[rows] for rows in plan.triplets.T)
            value, n = triplet_score(anchor, positive, negative), len(anchor)
            add("triplets", method, value, n, seconds)
            value = similarity_score(
                np.concatenate([anchor, anchor]), np.concatenate([positive, negative]), np.arange(2 * n) < n
            )
            add("similarity", method, value, 2 * n, seconds)

    def _score_wordings(
        self, material: GroupedTexts, facet: Facet, wordings: Wordings, plans: list[Plan], method: Method
    ) -> None:
        rows, seconds = facet.labelled, []

        def scores(instructions: tuple[str, ...]) -> list[float]:
            found = []
            for instruction in instructions:
                vectors, took = self._encode(material.texts, instruction, f"{facet.name}: “{instruction}”")
                seconds.append(took)
                found.append(
                    float(
                        np.mean([clustering_score(vectors[rows], facet.codes[rows], p.seed) for p in plans])
                    )
                )
            return found

        found = margins(*map(scores, (wordings.correct, wordings.implicit, wordings.incorrect)))
        for measure, value in zip(("ΔCI", "ΔII"), found, strict=True):
            self.tally.add(
                material.dataset, facet.name, measure, method, value, len(rows), float(np.mean(seconds))
            )

    def _reshaped(
        self, material: GroupedTexts, facet: Facet, method: Method, plan: Plan
    ) -> tuple[np.ndarray, float]:
        vectors, seconds = self.space(material)
        if method.kind == "generic":
            return vectors, seconds
        what = f"{material.dataset}, {facet.name}: {method.title}, seed {plan.seed}"
        self.tell(what, 0, 1)
        y = np.full(len(vectors), -1)
        y[plan.picked[method]] = facet.codes[plan.picked[method]]
        started = time.perf_counter()
        names = name_vectors(self.encoder, facet) if method.kind == "guided" else None
        made = reshape(method, vectors, y, names, plan.seed, partial(self.tell, what))
        return made, time.perf_counter() - started

    def _asked(self, method: Method, instruction: str) -> str | None:
        """What the encoder is told; a note tells where that is not the instruction."""
        if method.kind != "encoder":
            return None
        asked = instruction_for(self.encoder, instruction)
        if asked is None and instruction:
            self.tally.note(f"{method.title} follows no instruction, and read the texts as they are.")
        elif asked and asked != instruction:
            self.tally.note(f"{method.title} follows fixed tasks only, and read for “{asked}”.")
        return asked

    def _encode(self, texts: Sequence[str], instruction: str | None, what: str) -> tuple[np.ndarray, float]:
        progress = partial(self.tell, f"{what}: encoding with {self.encoder.name}")
        started = time.perf_counter()
        vectors = self.encoder.encode(texts, instruction=instruction, progress=progress)
        return vectors, time.perf_counter() - started

    def _encode_pairs(self, material: TextPairs, method: Method) -> tuple[np.ndarray, np.ndarray, float]:
        """Vectors of both texts of each pair under its instruction, and the mean seconds of an instruction.

        Pairs of one instruction go together.
        """
        asked = np.array([self._asked(method, words) or "" for words in material.instructions], dtype=object)
        first, second = (np.empty((len(asked), self.encoder.n_dims), np.float32) for _ in range(2))
        total = 0.0
        different = list(dict.fromkeys(asked))
        for number, words in enumerate(different):
            rows = np.flatnonzero(asked == words)
            texts = [material.first[row] for row in rows] + [material.second[row] for row in rows]
            what = f"{material.dataset}, instruction {number + 1:,} of {len(different):,}"
            vectors, seconds = self._encode(texts, words or None, what)
            first[rows], second[rows] = np.split(vectors, 2)
            total += seconds
        return first, second, total / len(different)
