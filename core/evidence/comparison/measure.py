"""Measure one system on a sample."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ...encoders import (
    Encoder,
    EncoderSpec,
    encode_like_corpus,
    family_of,
    host_of,
    load_encoder,
    model_folder,
    split_precomputed,
)
from ...errors import LabelError
from ...labels import encode_names_like_corpus
from ...neighbours import EXACT_LIMIT, build_graph
from ...transforms import GSTransform, Method, MethodKind
from ...utils import Report, graphics_peak_bytes, peak_bytes, progress_of
from ..cross_validation import cross_validate
from ..method_run import MethodInput, instruction_for, run_method
from ..result import Evidence

QUICK_ROUNDS = 5  # repetitions of a quick second instruction; their median counts
QUICK_SECONDS = 2.0
FROM_FILE = "Its vectors come from a file: how long they took is not known."


@dataclass(frozen=True)
class Sample:
    """Texts to compare on, with their labels.

    Attributes
    ----------
    texts : list of n_texts str
    vectors : ndarray of float32, shape (n_texts, n_dims)
        Stored embeddings.
    given : ndarray of int64, shape (n_texts,)
        Label of each text; -1 where unlabelled.
    phrases : list of lists of str
        Texts that are encoded for each label name.
    views : sequence of ndarray of float16, shape (n_texts, n_hidden)
        Stored views.
    """

    texts: list[str]
    vectors: np.ndarray
    given: np.ndarray
    phrases: list[list[str]]
    instruction: str
    corpus_encoder: str
    views: Sequence[np.ndarray] = ()


@dataclass(frozen=True)
class Measured:
    """Result of measuring a system; attributes as of `core.evidence.comparison.result.SystemRow`."""

    evidence: Evidence
    first_seconds: float = math.nan
    second_seconds: float = math.nan
    peak_bytes: int = 0
    graphics_bytes: int = 0
    note: str = ""


def measure_system(
    report: Report, *, sample: Sample, method: Method, precomputed: np.ndarray | None = None
) -> Measured:
    """Measure time and memory of a system, then its accuracy on held-out labels.

    Loading libraries and downloading model files is not timed: it happens once.

    Parameters
    ----------
    precomputed : ndarray of float32, shape (n_texts, n_dims), optional
        Vectors of the sample where the encoder's name stands for an uploaded file of vectors.

    Returns
    -------
    Measured
        The seconds of a transform exclude those of the stored embeddings.

    Raises
    ------
    EncoderUnavailable
        When an encoder that is needed cannot be loaded, or cannot follow the instruction.
    LabelError
        When a transform has too few labels.
    """
    match method.kind:
        case MethodKind.GENERIC:
            return _measure_generic(report, sample)
        case MethodKind.GUIDED:
            return _measure_guided(report, sample)
        case MethodKind.GSTRANSFORM:
            return _measure_gstransform(report, sample)
        case _:
            return _measure_reencoding(report, sample, method, precomputed)


def _measure_generic(report: Report, sample: Sample) -> Measured:
    seconds, note = math.nan, FROM_FILE
    if split_precomputed(sample.corpus_encoder) is None:
        encoder, loading = _load(report, sample.corpus_encoder, "")
        encode = progress_of(report, "Encoding")
        _, encoding = _timed(lambda: encode_like_corpus(encoder, sample.texts, progress=encode))
        seconds, note = loading + encoding, _server_note(sample.corpus_encoder)
    memory = _memory()
    evidence = _check(report, sample)(reencoded=sample.vectors)
    return Measured(evidence, seconds, math.nan, *memory, note)


def _measure_guided(report: Report, sample: Sample) -> Measured:
    encoder = None
    if split_precomputed(sample.corpus_encoder) is None and sample.phrases:
        encoder, _ = _load(report, sample.corpus_encoder, "")
    if len(sample.vectors) > EXACT_LIMIT:  # compiled code is not timed: the worker of the app compiles once
        report("Compiling the search for neighbours", 0, 1)
        build_graph(np.random.default_rng(0).normal(size=(EXACT_LIMIT + 1, 2)).astype(np.float32))
    report("Finding neighbours", 0, 1)
    graph, finding = _timed(lambda: build_graph(sample.vectors))
    report("Reshaping", 0, 1)
    names, name_views = None, []

    def apply() -> None:
        nonlocal names, name_views
        if encoder is not None:
            names, found = encode_names_like_corpus(encoder, sample.phrases)
            name_views = found if sample.views else []
        given = MethodInput(sample.vectors, sample.given, names, graph, sample.views, name_views)
        run_method(Method(), given)

    first, second = _first_and_second(apply)
    memory = _memory()
    known = {"views": sample.views, "label_vectors": names, "label_views": name_views}
    evidence = _check(report, sample)(graph=graph, **known)
    return Measured(evidence, finding + first, second, *memory)


def _measure_gstransform(report: Report, sample: Sample) -> Measured:
    import torch  # noqa: F401  not timed

    training = progress_of(report, "Training")

    def apply() -> None:
        given = MethodInput(sample.vectors, sample.given)
        run_method(Method(MethodKind.GSTRANSFORM), given, progress=training)

    first, second = _first_and_second(apply)
    memory = _memory()
    try:
        evidence = _check(report, sample)(transform=GSTransform(random_state=0))
    except ValueError as error:
        raise LabelError(
            "The training did not converge with some of the labels hidden: give more labels."
        ) from error
    return Measured(evidence, first, second, *memory)


def _measure_reencoding(
    report: Report, sample: Sample, method: Method, precomputed: np.ndarray | None
) -> Measured:
    name = method.encoder
    if precomputed is not None:
        return Measured(_check(report, sample)(reencoded=precomputed), note=FROM_FILE)
    encoder, loading = _load(report, name, method.template)
    instruction, note = instruction_for(encoder, sample.instruction)
    given = MethodInput(sample.vectors, sample.given, texts=sample.texts, instruction=instruction)
    progress = progress_of(report, "Encoding")

    def encode() -> np.ndarray:
        return run_method(method, given, encoder=encoder, progress=progress)

    vectors, first = _timed(encode)
    # The first pass of a model takes a little longer. Texts are sent to a server only once.
    second = _timed(encode)[1] if first < QUICK_SECONDS and host_of(name) is None else first
    memory = _memory()
    evidence = _check(report, sample)(reencoded=vectors)
    follows = instruction == sample.instruction
    note = " ".join(filter(None, [note, _server_note(name)]))
    return Measured(evidence, loading + first, second if follows else math.nan, *memory, note)


def _check(report: Report, sample: Sample) -> Callable[..., Evidence]:
    """Return `cross_validate` of the sample, with progress."""
    progress = progress_of(report, "Checking by hidden labels")
    return partial(cross_validate, sample.vectors, sample.given, progress=progress)


def _first_and_second(apply: Callable[[], None]) -> tuple[float, float]:
    """Return the seconds of a first and of one more instruction."""
    _, first = _timed(apply)
    rounds = [_timed(apply)[1]]
    while rounds[0] < QUICK_SECONDS and len(rounds) < QUICK_ROUNDS:
        rounds.append(_timed(apply)[1])
    return first, statistics.median(rounds)


def _load(report: Report, name: str, template: str) -> tuple[Encoder, float]:
    """Return an encoder, and the seconds to load it from local files."""
    if host_of(name) is None:
        report("Looking for the model", 0, 1)
        spec = EncoderSpec.parse(name)
        kind = family_of(spec, model_folder(spec.source, spec.revision)).kind
        report("Loading libraries", 0, 1)
        _load_libraries(language_model=kind == "inbedder")
    report("Loading the model", 0, 1)
    return _timed(lambda: load_encoder(name, template=template or None))


def _load_libraries(*, language_model: bool) -> None:
    """Import the libraries before the time is taken; `import transformers` alone loads almost nothing."""
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
