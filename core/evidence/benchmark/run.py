"""Run methods on materials, with the same texts and seeds for all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import numpy as np

from ...encoders import DEFAULT_ENCODER, Encoder, encode_like_corpus, load_encoder
from ...transforms import MethodKind
from ...utils import Progress, Report, progress_of
from ..method_run import MethodInput, instruction_for, run_method
from .data import (
    Facet,
    GroupedTexts,
    Material,
    TextPairs,
    TextTriplets,
    Wordings,
    check_names,
)
from .generic_space import GenericSpace
from .methods import Setting, name_vectors, shown_codes
from .metrics import clustering_score, purity_score, similarity_score, triplet_score
from .report import Report as ScoreReport
from .report import ScoreCollector
from .splits import Split, make_splits


def evaluate(
    materials: Sequence[Material],
    settings: Sequence[Setting],
    *,
    encoder: str = DEFAULT_ENCODER,
    seeds: Iterable[int] = range(3),
    load: Callable[[str], Encoder] = load_encoder,
    report: Report | None = None,
) -> ScoreReport:
    """Score methods on texts grouped by facets, on triplets and on pairs.

    Where methods learn from labels, all methods are scored on the texts that none of them was shown. Encoders
    are loaded one at a time.

    Parameters
    ----------
    materials : sequence of GroupedTexts, TextTriplets or TextPairs
    encoder : str
        Of the generic space, and of what transforms make of it.
    seeds : iterable of int
        Of picks, triplets and clusterings.
    load : callable
        Returns the encoder of a name.

    Raises
    ------
    EncoderUnavailable
        When an encoder cannot be loaded, or cannot follow the instruction.
    CorpusError
        When two materials are called alike, or hardly any labelled text is left to be scored.
    Cancelled
        When `report` raises it.
    """
    check_names(materials)
    report = report or (lambda stage, done, total: None)
    collector, splits, seeds = ScoreCollector(settings), {}, list(seeds)
    named = [setting.method.encoder for setting in settings]
    # The encoder of the generic space comes first: texts are picked in that space.
    names = dict.fromkeys([*([encoder] if "" in named else []), *filter(None, named)])
    for name in names:
        report(f"Loading {name}", 0, 1)
        loaded = load(name)
        mine = [setting for setting in settings if (setting.method.encoder or encoder) == name]
        runner = Runner(loaded, mine, collector, report)
        for number, material in enumerate(materials):
            if isinstance(material, GroupedTexts):
                if number not in splits:
                    splits[number] = make_splits(material, settings, seeds, runner.space, collector.note)
                runner.score_grouped(material, splits[number])
            else:
                runner.score_fixed(material)
        del loaded, runner
        gc.collect()  # the next model may not fit beside this one
    return ScoreReport(encoder, collector.scores(), tuple(collector.notes))


class Runner:
    """Score the methods of one encoder."""

    def __init__(
        self, encoder: Encoder, settings: Sequence[Setting], collector: ScoreCollector, report: Report
    ) -> None:
        self.encoder = encoder
        self.settings = settings
        self.collector = collector
        self.report = report
        self._generic: tuple[list[str], GenericSpace] | None = None

    def space(self, material: GroupedTexts) -> GenericSpace:
        """Return the generic space; that of the last texts is kept."""
        if self._generic is None or self._generic[0] is not material.texts:
            progress, started = self._progress(material.dataset), time.perf_counter()
            vectors, views = encode_like_corpus(self.encoder, material.texts, progress=progress)
            found = GenericSpace(vectors, views, time.perf_counter() - started)
            self._generic = (material.texts, found)
        return self._generic[1]

    def score_grouped(self, material: GroupedTexts, splits: list[list[Split]]) -> None:
        """Score clusterings, purity, triplets, pairs made of them, and robustness."""
        for facet, of_facet in zip(material.facets, splits, strict=True):
            for setting in self.settings:
                if setting.method.reencodes:
                    instruction = self._instruction(setting, facet.instruction)
                    what = f"{material.dataset}, {facet.name}"
                    vectors, seconds = self._encode(material.texts, instruction, what)
                    if facet.wordings and self.encoder.follows_instructions == "free text":
                        self._score_wordings(material, facet, facet.wordings, of_facet, setting)
                for split in of_facet:
                    if setting.method.learns and setting not in split.picked:
                        continue
                    if not setting.method.reencodes:
                        vectors, seconds = self._transformed(material, facet, setting, split)
                    self._score(material, facet, setting, split, vectors, seconds)

    def score_fixed(self, material: TextTriplets | TextPairs) -> None:
        """Score the triplets or pairs of the papers, from which no transform can learn."""
        for setting in self.settings:
            if setting.method.learns:
                self.collector.note(
                    f"{material.dataset} has no labels to learn from: transforms were not scored on it."
                )
            elif isinstance(material, TextTriplets):
                instruction = self._instruction(setting, material.instruction)
                texts = [*material.anchor, *material.positive, *material.negative]
                vectors, seconds = self._encode(texts, instruction, f"{material.dataset}, {material.aspect}")
                value, n = triplet_score(*np.split(vectors, 3)), len(material.anchor)
                self.collector.add(material.dataset, material.aspect, "triplets", setting, value, n, seconds)
            else:
                first, second, seconds = self._encode_pairs(material, setting)
                value, n = similarity_score(first, second, material.scores), len(material.scores)
                self.collector.add(material.dataset, "pairs", "similarity", setting, value, n, seconds)

    def _score(
        self,
        material: GroupedTexts,
        facet: Facet,
        setting: Setting,
        split: Split,
        vectors: np.ndarray,
        seconds: float,
    ) -> None:
        add = partial(self.collector.add, material.dataset, facet.name)
        scored, codes = vectors[split.scored], facet.codes[split.scored]
        add("clustering", setting, clustering_score(scored, codes, split.seed), len(codes), seconds)
        add("purity", setting, purity_score(scored, codes, split.seed), len(codes), seconds)
        if len(split.triplets):
            anchor, positive, negative = (vectors[rows] for rows in split.triplets.T)
            value, n = triplet_score(anchor, positive, negative), len(anchor)
            add("triplets", setting, value, n, seconds)
            value = similarity_score(
                np.concatenate([anchor, anchor]), np.concatenate([positive, negative]), np.arange(2 * n) < n
            )
            add("similarity", setting, value, 2 * n, seconds)

    def _score_wordings(
        self, material: GroupedTexts, facet: Facet, wordings: Wordings, splits: list[Split], setting: Setting
    ) -> None:
        rows, seconds = facet.labelled, []

        def scores(instructions: tuple[str, ...]) -> list[float]:
            found = []
            for instruction in instructions:
                vectors, took = self._encode(material.texts, instruction, f"{facet.name}: “{instruction}”")
                seconds.append(took)
                of_seeds = [clustering_score(vectors[rows], facet.codes[rows], each.seed) for each in splits]
                found.append(float(np.mean(of_seeds)))
            return found

        correct, implicit, incorrect = map(scores, (wordings.correct, wordings.implicit, wordings.incorrect))
        add = partial(self.collector.add, material.dataset, facet.name)
        add("ΔCI", setting, min(correct) - max(incorrect), len(rows), float(np.mean(seconds)))
        add("ΔII", setting, min(implicit) - max(incorrect), len(rows), float(np.mean(seconds)))

    def _transformed(
        self, material: GroupedTexts, facet: Facet, setting: Setting, split: Split
    ) -> tuple[np.ndarray, float]:
        """Generic vectors or those of a transform, and the seconds that they took."""
        generic = self.space(material)
        if not setting.method.learns:
            return generic.vectors, generic.seconds
        what = f"{material.dataset}, {facet.name}: {setting.title}, seed {split.seed}"
        self.report(what, 0, 1)
        started = time.perf_counter()
        guided = setting.method.kind == MethodKind.GUIDED
        names, name_views = name_vectors(self.encoder, facet) if guided else (None, [])
        given = shown_codes(facet, split.picked[setting])
        sample = MethodInput(generic.vectors, given, names, views=generic.views, label_views=name_views)
        progress = progress_of(self.report, what)
        made = run_method(setting.method, sample, seed=split.seed, progress=progress)
        return made, time.perf_counter() - started

    def _instruction(self, setting: Setting, instruction: str) -> str | None:
        """Return what the encoder is given, with a note where that is not the instruction."""
        if not setting.method.reencodes:
            return None
        given, note = instruction_for(self.encoder, instruction)
        if note:
            self.collector.note(f"{setting.title}: {note[:1].lower()}{note[1:]}")
        return given

    def _encode(self, texts: Sequence[str], instruction: str | None, what: str) -> tuple[np.ndarray, float]:
        progress, started = self._progress(what), time.perf_counter()
        vectors = self.encoder.encode(texts, instruction=instruction, progress=progress)
        return vectors, time.perf_counter() - started

    def _progress(self, what: str) -> Progress:
        return progress_of(self.report, f"{what}: encoding with {self.encoder.name}")

    def _encode_pairs(self, material: TextPairs, setting: Setting) -> tuple[np.ndarray, np.ndarray, float]:
        """Vectors of both texts of each pair under its instruction, and the mean seconds of an instruction.

        Pairs of one instruction are encoded together.
        """
        given = np.array([self._instruction(setting, each) or "" for each in material.instructions], object)
        first, second = (np.empty((len(given), self.encoder.n_dims), np.float32) for _ in range(2))
        total = 0.0
        different = list(dict.fromkeys(given))
        for number, instruction in enumerate(different):
            rows = np.flatnonzero(given == instruction)
            texts = [material.first[row] for row in rows] + [material.second[row] for row in rows]
            what = f"{material.dataset}, instruction {number + 1:,} of {len(different):,}"
            vectors, seconds = self._encode(texts, instruction or None, what)
            first[rows], second[rows] = np.split(vectors, 2)
            total += seconds
        return first, second, total / len(different)
