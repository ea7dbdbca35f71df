"""Task that compares systems, and its stored results."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np

from ..encoders import files_signature
from ..evidence import Evidence
from ..evidence.comparison import (
    Comparison,
    Encoders,
    Sample,
    System,
    SystemRow,
    find_refusal,
    list_systems,
    measure_system,
    sample_rows,
)
from ..labels import label_phrases
from ..storage import ArtifactStore, EncodedCorpus, Store, find_precomputed, has_views, load_views
from ..transforms import Method, MethodKind
from ..utils import ChildProcessFailed, Report, content_key, run_in_child
from .model_cache import load_warm_corpus

COMPARISON_VERSION = 2  # raise it when the same run would give other figures
MEASURE = f"{__name__}:measure_in_child"  # for `run_in_child`


@dataclass(frozen=True)
class ComparisonInputs:
    """Snapshot of what a comparison depends on.

    Attributes
    ----------
    rows : ndarray of int64, shape (n_texts,)
        Positions of the sample in the corpus, ascending.
    given : ndarray of int64, shape (n_texts,)
        Label of each text of the sample; -1 where unlabelled.
    """

    entry: EncodedCorpus
    results: ArtifactStore
    instruction: str
    labels: list[str]
    rows: np.ndarray
    given: np.ndarray
    systems: tuple[System, ...]

    @property
    def key(self) -> str:
        """Key of its rows: it changes with labels, instruction, embeddings and sample."""
        parts = [self.entry.embedding_key, self.instruction, self.labels, self.given, self.rows]
        return content_key("comparison", COMPARISON_VERSION, *parts)

    def row_key(self, system: System) -> str:
        """Return the key of the row of a system, the same as in earlier versions, which knew no views."""
        method = system.method
        signature = files_signature(method.encoder) if method.reencodes else ""
        parts = [json.loads(method.to_key())["kind"], method.encoder, method.template, signature]
        if method.kind == MethodKind.GUIDED and has_views(self.results, self.entry.embedding_key):
            parts.append("views")
        return f"{self.key}.{content_key('row', *parts)}"

    def refusal(self, system: System) -> str:
        """Return why a system cannot be measured; "" when it can."""
        n_classes = len(np.unique(self.given[self.given >= 0]))
        return find_refusal(system.method, self.instruction, len(self.labels), n_classes)


def compare(
    store: Store,
    report: Report,
    *,
    analysis_id: int,
    encoders: Encoders,
    n_texts: int,
    again: bool = False,
) -> None:
    """Measure the generic space, both transforms, and encoders that re-encode every text, on one sample.

    Each system runs in its own process. Its row is stored at once, so that a stopped run can be resumed. A
    system that failed is measured again.

    Parameters
    ----------
    encoders : sequence of (encoder, template)
    n_texts : int
        Size of the sample: all labelled texts (as many of them as fit, drawn at random), and others drawn at
        random.
    again : bool, default=False
        Whether to measure stored rows again; each is kept until its new row is there.
    """
    inputs = comparison_inputs(store, analysis_id, encoders, n_texts)
    latest = {"encoders": [list(each) for each in encoders], "n_texts": n_texts}
    inputs.results.save_document(_latest_key(analysis_id), latest)
    run = datetime.now(UTC).isoformat(timespec="seconds")
    texts = load_warm_corpus(store, inputs.entry.key).texts
    # Sent to the other process by a pipe: a temporary file of texts might be left behind.
    sample = {
        "folder": str(inputs.results.folder),
        "embedding_key": inputs.entry.embedding_key,  # the embeddings stay in their file
        "rows": inputs.rows.tolist(),
        "texts": [str(texts[row]) for row in inputs.rows],
        "given": inputs.given.tolist(),
        "phrases": label_phrases(inputs.instruction, inputs.labels),
        "instruction": inputs.instruction,
        "corpus_encoder": inputs.entry.encoder,
    }
    for system in inputs.systems:
        row = _load_row(inputs, system)
        if again or row is None or row.failure:
            row = _measure(inputs, report, system, sample, run)
            inputs.results.save_document(inputs.row_key(system), row.to_document())


def load_comparison(store: Store, analysis_id: int, encoders: Encoders, n_texts: int) -> Comparison:
    """Return the stored rows for the labels, instruction and embeddings as they are now."""
    inputs = comparison_inputs(store, analysis_id, encoders, n_texts)
    rows = [_load_row(inputs, system) for system in inputs.systems]
    generic = next(
        (row for row in rows if row is not None and row.system.method.kind == MethodKind.GENERIC), None
    )
    # A system that is refused now is not missing: a failed row says why.
    done = {
        row.system for row in rows if row is not None and not (row.failure and not inputs.refusal(row.system))
    }
    codes = inputs.given[inputs.given >= 0]
    return Comparison(
        n_texts=len(inputs.rows),
        n_corpus=inputs.entry.n_texts,
        n_labels=len(codes),
        n_classes=len(np.unique(codes)),
        rows=tuple(_with_encoding(row, generic) for row in rows if row is not None),
        missing=tuple(system for system in inputs.systems if system not in done),
    )


def latest_request(store: Store, analysis_id: int) -> tuple[list[tuple[str, str]], int] | None:
    """Return encoders and number of texts of the latest run; None where there was none."""
    return store.results(store.analysis(analysis_id).corpus_key).find_document(
        _latest_key(analysis_id),
        lambda latest: (
            [(str(name), str(template)) for name, template in latest["encoders"]],
            latest["n_texts"],
        ),
    )


def comparison_inputs(store: Store, analysis_id: int, encoders: Encoders, n_texts: int) -> ComparisonInputs:
    """Return the inputs of a comparison as they are now."""
    analysis = store.analysis(analysis_id)
    entry = store.encoded_corpus(analysis.corpus_key)
    guide = store.labels.read(analysis_id)
    given = guide.codes
    rows = sample_rows(given, n_texts)
    return ComparisonInputs(
        entry=entry,
        results=store.results(entry.key),
        instruction=analysis.instruction,
        labels=list(guide.names),
        rows=rows,
        given=given[rows],
        systems=list_systems(encoders),
    )


def measure_in_child(report: Report, *, sample: Mapping, method: Mapping) -> dict:
    """Measure one system in this process, and return `Measured` as JSON.

    Parameters
    ----------
    sample : mapping
        As `compare` builds it.
    method : mapping
        Fields of a `Method`.
    """
    known, chosen = dict(sample), Method(**method)
    results = ArtifactStore(Path(known.pop("folder")))
    rows = np.array(known.pop("rows"), dtype=np.int64)
    embedding_key = known.pop("embedding_key")
    vectors = np.asarray(results.load_array(f"{embedding_key}.vectors")[rows])
    views = [np.asarray(view[rows]) for view in load_views(results, embedding_key)]
    given = np.array(known.pop("given"), dtype=np.int64)
    key = find_precomputed(results, chosen.encoder) if chosen.reencodes else None
    measured = measure_system(
        report,
        sample=Sample(vectors=vectors, given=given, views=views, **known),
        method=chosen,
        precomputed=None if key is None else np.asarray(results.load_array(f"{key}.vectors")[rows]),
    )
    return asdict(measured)


def _measure(inputs: ComparisonInputs, report: Report, system: System, sample: dict, run: str) -> SystemRow:
    """Return the row of a system, also where it fails."""
    row = SystemRow(system, len(inputs.rows), run)

    def report_stage(stage: str, done: int, total: int) -> None:
        report(f"{system.title}: {stage[:1].lower()}{stage[1:]}", done, total)

    report_stage("Starting", 0, 1)
    failure = inputs.refusal(system)
    if failure:
        return replace(row, failure=failure)
    try:
        answer = run_in_child(MEASURE, report_stage, sample=sample, method=asdict(system.method))
    except ChildProcessFailed as error:
        return replace(row, failure=str(error))
    found = cast("dict[str, Any]", answer)  # as `measure_in_child` returns it
    evidence = Evidence.from_document(found.pop("evidence"))
    row = replace(row, **found, accuracy=evidence.reshaped, generic=evidence.generic)
    if system.method.kind == MethodKind.GENERIC:
        return row
    return replace(row, gain_low=evidence.gain_low, gain_high=evidence.gain_high, verdict=evidence.verdict)


def _with_encoding(row: SystemRow, generic: SystemRow | None) -> SystemRow:
    """Add time and memory of the generic embeddings to the row of a transform."""
    if not row.system.method.learns:
        return row
    if generic is None or generic.failure:
        return replace(row, first_seconds=math.nan)
    return replace(
        row,
        first_seconds=generic.first_seconds + row.first_seconds,
        peak_bytes=max(row.peak_bytes, generic.peak_bytes),
        graphics_bytes=max(row.graphics_bytes, generic.graphics_bytes),
    )


def _load_row(inputs: ComparisonInputs, system: System) -> SystemRow | None:
    row = inputs.results.find_document(inputs.row_key(system), SystemRow.from_document)
    return None if row is None else replace(row, system=system)  # titles depend on the other encoders


def _latest_key(analysis_id: int) -> str:
    return f"comparison.{analysis_id}"
