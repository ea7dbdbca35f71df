"""Measure one system on a sample."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.encoders import Encoder, EncoderSpec, family_of, host_of, load_encoder, model_folder, split_ready
from core.errors import LabelError
from core.evidence.comparison.result import Kind
from core.evidence.cross_validation import cross_validate
from core.evidence.result import Evidence
from core.labels import encode_names
from core.neighbours import EXACT_LIMIT, build_graph
from core.transforms import GSTransform, GuidedTransform
from core.utils import Report, graphics_peak_bytes, peak_bytes, stage

ROUNDS = 5  # of a quick second instruction; the middle one counts
QUICK = 2.0  # seconds
NEUTRAL_TASK = "clustering"  # of encoders of fixed tasks, where the instruction is none of theirs


@dataclass(frozen=True)
class Sample:
    """Texts to compare on, with what is known of them.

    Attributes
    ----------
    texts : list of str
    vectors : float32 array (n, d), the corpus' embeddings
    given : int64 array (n,), label of each text; -1 where there is none
    phrases : list of lists of str, what is encoded for each label name
    instruction : str
    corpus_encoder : str
    """

    texts: list[str]
    vectors: np.ndarray
    given: np.ndarray
    phrases: list[list[str]]
    instruction: str
    corpus_encoder: str


@dataclass(frozen=True)
class Measured:
    """What was found about a system; attributes as of `core.evidence.comparison.result.SystemRow`."""

    evidence: Evidence
    first_seconds: float = math.nan
    second_seconds: float = math.nan
    peak_bytes: int = 0
    graphics_bytes: int = 0
    note: str = ""


def measure_system(
    report: Report,
    *,
    sample: Sample,
    kind: Kind,
    encoder: str,
    template: str,
    ready: np.ndarray | None = None,
) -> Measured:
    """Time a system, note its memory, then look how well held-out labels are found again.

    Loading libraries and fetching a model's files is not counted: it happens once.

    Parameters
    ----------
    report : Report
    sample : Sample
    kind, encoder, template : as of `System`
    ready : float32 array (n, d), optional
        The sample's vectors where the encoder's name stands for vectors that were made elsewhere.

    Returns
    -------
    Measured
        Seconds of a transform begin where the embeddings are there.

    Raises
    ------
    EncoderUnavailable
        When an encoder that is needed cannot be loaded, or cannot follow the instruction.
    LabelError
        When a transform has too few labels.
    """
    match kind:
        case "generic":
            return _measure_generic(report, sample)
        case "guided":
            return _measure_guided(report, sample)
        case "gstransform":
            return _measure_recipe(report, sample)
        case "reading":
            return _measure_reading(report, sample, encoder, template, ready)


def _measure_generic(report: Report, sample: Sample) -> Measured:
    seconds, note = math.nan, ""
    if split_ready(sample.corpus_encoder) is None:
        encoder, loading = _load(report, sample.corpus_encoder, "")
        encode = stage(report, "Encoding")
        _, encoding = _timed(lambda: encoder.encode(sample.texts, progress=encode))
        seconds, note = loading + encoding, _server_note(sample.corpus_encoder)
    else:
        note = "Its vectors come from a file: how long they took is not known."
    memory = _memory()
    evidence = _evidence(report, sample, read=sample.vectors)
    return Measured(evidence, seconds, math.nan, *memory, note)


def _measure_guided(report: Report, sample: Sample) -> Measured:
    encoder = None
    if split_ready(sample.corpus_encoder) is None and sample.phrases:
        encoder, _ = _load(report, sample.corpus_encoder, "")
    if len(sample.vectors) > EXACT_LIMIT:  # the app's worker has compiled it before, too
        report("Compiling the search for neighbours", 0, 1)
        build_graph(np.random.default_rng(0).normal(size=(EXACT_LIMIT + 1, 2)).astype(np.float32))
    report("Finding neighbours", 0, 1)
    graph, finding = _timed(lambda: build_graph(sample.vectors))
    report("Reshaping", 0, 1)
    names = None

    def follow() -> None:
        nonlocal names
        names = None if encoder is None else encode_names(encoder, sample.phrases)
        transform = GuidedTransform(random_state=0)
        transform.fit_transform(sample.vectors, sample.given, graph=graph, label_vectors=names)

    first, second = _first_and_second(follow)
    memory = _memory()
    evidence = _evidence(report, sample, graph=graph, label_vectors=names)
    return Measured(evidence, finding + first, second, *memory)


def _measure_recipe(report: Report, sample: Sample) -> Measured:
    import torch  # noqa: F401  before the clock starts

    counting = stage(report, "Training")

    def follow() -> None:
        GSTransform(random_state=0).fit(sample.vectors, sample.given, progress=counting).transform(
            sample.vectors
        )

    first, second = _first_and_second(follow)
    memory = _memory()
    try:
        evidence = _evidence(report, sample, transform=GSTransform(random_state=0))
    except ValueError as error:
        raise LabelError(
            "The training left the range of numbers with some of the labels hidden: give more labels."
        ) from error
    return Measured(evidence, first, second, *memory)


def _measure_reading(
    report: Report, sample: Sample, name: str, template: str, ready: np.ndarray | None
) -> Measured:
    if ready is not None:
        note = "Its vectors come from a file: how long they took is not known."
        return Measured(_evidence(report, sample, read=ready), note=note)
    encoder, loading = _load(report, name, template)
    instruction, note = _instruction_for(encoder, sample.instruction)
    reading = stage(report, "Reading")

    def read() -> np.ndarray:
        return encoder.encode(sample.texts, instruction=instruction, progress=reading)

    vectors, first = _timed(read)
    # The first pass of a model takes a little longer; to a server, texts are sent once.
    second = _timed(read)[1] if first < QUICK and host_of(name) is None else first
    memory = _memory()
    evidence = _evidence(report, sample, read=vectors)
    follows = instruction == sample.instruction
    note = " ".join(filter(None, [note, _server_note(name)]))
    return Measured(evidence, loading + first, second if follows else math.nan, *memory, note)


def _instruction_for(encoder: Encoder, instruction: str) -> tuple[str | None, str]:
    """What an encoder is given in place of an instruction that it cannot follow, and the word on it."""
    if encoder.follows_instructions == "no":
        return None, "It follows no instruction, and read the texts as they are."
    if encoder.follows_instructions == "free text" or instruction in encoder.tasks:
        return instruction, ""
    task = NEUTRAL_TASK if NEUTRAL_TASK in encoder.tasks else encoder.tasks[0]
    return task, f"It follows fixed tasks only, and read for “{task}”."


def _evidence(report: Report, sample: Sample, **given: object) -> Evidence:
    progress = stage(report, "Checking by hidden labels")
    return cross_validate(sample.vectors, sample.given, progress=progress, **given)


def _first_and_second(follow: Callable[[], None]) -> tuple[float, float]:
    """Seconds of a first and of a further instruction."""
    _, first = _timed(follow)
    rounds = [_timed(follow)[1]]
    while rounds[0] < QUICK and len(rounds) < ROUNDS:
        rounds.append(_timed(follow)[1])
    return first, statistics.median(rounds)


def _load(report: Report, name: str, template: str) -> tuple[Encoder, float]:
    """An encoder, and the seconds that it took to load from files that are here."""
    if host_of(name) is None:
        report("Looking for the model", 0, 1)
        spec = EncoderSpec.parse(name)
        kind = family_of(spec, model_folder(spec.source)).kind
        report("Loading libraries", 0, 1)
        _load_libraries(language_model=kind == "inbedder")
    report("Loading the model", 0, 1)
    return _timed(lambda: load_encoder(name, template=template or None))


def _load_libraries(*, language_model: bool) -> None:
    """Before the clock starts. `import transformers` alone loads next to nothing."""
    if language_model:
        from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel  # noqa: F401
    else:
        import sentence_transformers  # noqa: F401


def _server_note(name: str) -> str:
    return "What it takes on the server is not counted." if host_of(name) is not None else ""


def _memory() -> tuple[int, int]:
    return peak_bytes(), graphics_peak_bytes()


def _timed(work: Callable) -> tuple:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start
