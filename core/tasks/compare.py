"""The task that compares systems, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core.corpus import Corpus
from core.encoders import files_signature, split_ready, title_of
from core.errors import RefractError
from core.evidence import Evidence
from core.evidence.comparison import Comparison, Kind, Sample, System, SystemRow, measure_system
from core.labels import label_phrases
from core.storage import ArtifactStore, Store, find_ready
from core.utils import ChildProcessFailed, Report, content_key, run_in_child

VERSION = 2  # raise it when the same run would find something else
TRANSFORMS: dict[Kind, str] = {
    "generic": "Generic",
    "guided": "GuidedTransform",
    "gstransform": "GSTransform",
}
MEASURE = "core.tasks.compare:measure_apart"

Encoders = Sequence[Sequence[str]]
"""(encoder, template) of each system that reads every text anew, as for `core.encoders.load_encoder`."""


@dataclass(frozen=True)
class Asked:
    """What a comparison is of, as it was at one moment.

    Attributes
    ----------
    results : ArtifactStore, of the corpus
    rows : int64 array (n_texts,), the sample's places in the corpus, ascending
    given : int64 array (n_texts,), label of each text of the sample; -1 where there is none
    labels : list of str
    """

    corpus_key: str
    n_corpus: int
    embedding_key: str
    corpus_encoder: str
    results: ArtifactStore
    instruction: str
    labels: list[str]
    rows: np.ndarray
    given: np.ndarray
    systems: tuple[System, ...]

    @property
    def key(self) -> str:
        """Under which its rows are kept: it changes with labels, instruction, embeddings and sample."""
        parts = [self.embedding_key, self.instruction, self.labels, self.given, self.rows]
        return content_key("comparison", VERSION, *parts)

    def row_key(self, system: System) -> str:
        """Under which the row of a system is kept."""
        signature = files_signature(system.encoder) if system.kind == "reading" else ""
        row = content_key("row", system.kind, system.encoder, system.template, signature)
        return f"{self.key}.{row}"


def compare(
    store: Store,
    report: Report,
    *,
    analysis_id: int,
    encoders: Encoders,
    n_texts: int,
    load_corpus: Callable[[Store, str], Corpus],
    anew: bool = False,
) -> None:
    """Measure the generic space, both transforms, and encoders that read every text anew, on one sample.

    Each system runs in a process of its own. Its row is kept as soon as it is there, so that a run that was
    stopped goes on where it was; a system that failed is tried again.

    Parameters
    ----------
    analysis_id : int
        Whose instruction and labels count.
    encoders : sequence of (encoder, template)
    n_texts : int
        Size of the sample: all labelled texts (as many of them as fit, drawn at random), and others drawn at
        random.
    load_corpus : callable
        That of `core.tasks.model_cache`.
    anew : bool, default=False
        Whether to measure again what is there already; it is kept until then.
    """
    asked = ask(store, analysis_id, encoders, n_texts)
    latest = {"encoders": [list(each) for each in encoders], "n_texts": n_texts}
    asked.results.save_document(_latest_key(analysis_id), latest)
    run = datetime.now(UTC).isoformat(timespec="seconds")
    texts = load_corpus(store, asked.corpus_key).texts
    sample = sample_document(
        results=asked.results,
        embedding_key=asked.embedding_key,
        rows=asked.rows,
        texts=[str(texts[row]) for row in asked.rows],
        given=asked.given,
        phrases=label_phrases(asked.instruction, asked.labels),
        instruction=asked.instruction,
        corpus_encoder=asked.corpus_encoder,
    )
    for system in asked.systems:
        row = _load_row(asked, system)
        if anew or row is None or row.failure:
            row = _measure(asked, report, system, sample, run)
            asked.results.save_document(asked.row_key(system), row.to_document())


def load_comparison(store: Store, analysis_id: int, encoders: Encoders, n_texts: int) -> Comparison:
    """What is known of systems with the labels, instruction and embeddings as they are now.

    Parameters
    ----------
    encoders, n_texts : as for `compare`
    """
    asked = ask(store, analysis_id, encoders, n_texts)
    rows = [_load_row(asked, system) for system in asked.systems]
    generic = next((row for row in rows if row is not None and row.system.kind == "generic"), None)
    # What cannot be measured with things as they are is no longer to be measured once that was told.
    done = {
        row.system
        for row in rows
        if row is not None and not (row.failure and not _refusal(asked, row.system))
    }
    codes = asked.given[asked.given >= 0]
    return Comparison(
        n_texts=len(asked.rows),
        n_corpus=asked.n_corpus,
        n_labels=len(codes),
        n_classes=len(np.unique(codes)),
        rows=tuple(_on_top_of(row, generic) for row in rows if row is not None),
        missing=tuple(system for system in asked.systems if system not in done),
    )


def latest_request(store: Store, analysis_id: int) -> tuple[list[tuple[str, str]], int] | None:
    """Encoders and number of texts of the latest run; None where there was none."""
    results = store.results(store.analysis(analysis_id).corpus_key)
    if not results.has_document(_latest_key(analysis_id)):
        return None
    try:
        latest = results.load_document(_latest_key(analysis_id))
        return [(str(encoder), str(template)) for encoder, template in latest["encoders"]], latest["n_texts"]
    except (RefractError, TypeError, KeyError, ValueError):  # damaged, or of another version
        return None


def ask(store: Store, analysis_id: int, encoders: Encoders, n_texts: int) -> Asked:
    """What a comparison would be of now."""
    analysis = store.analysis(analysis_id)
    entry = store.corpus_entry(analysis.corpus_key)
    labels, given = list(store.labels.read(analysis_id).names), store.labels.read(analysis_id).codes
    rows = sample_rows(given, n_texts)
    return Asked(
        corpus_key=entry.key,
        n_corpus=entry.n_texts,
        embedding_key=entry.embedding_key,
        corpus_encoder=entry.encoder,
        results=store.results(entry.key),
        instruction=analysis.instruction,
        labels=labels,
        rows=rows,
        given=given[rows],
        systems=_systems(encoders),
    )


def sample_rows(given: np.ndarray, n_texts: int) -> np.ndarray:
    """Rows to compare on, ascending: labelled ones first, then others, both drawn at random.

    Parameters
    ----------
    given : int64 array (n,)
        Label of each text; -1 where there is none.
    n_texts : int
        How many; all texts where there are no more.
    """
    order = np.random.default_rng(0).permutation(len(given))
    order = order[np.argsort(given[order] < 0, kind="stable")]
    return np.sort(order[:n_texts])


def _systems(encoders: Encoders) -> tuple[System, ...]:
    readings = [
        System("reading", encoder, template, title_among((encoder, template), encoders))
        for encoder, template in encoders
    ]
    return (*(System(kind, "", "", title) for kind, title in TRANSFORMS.items()), *readings)


def title_among(chosen: Sequence[str], encoders: Encoders) -> str:
    """What a reading is called for people, with as much of its name as tells it from the others.

    Parameters
    ----------
    chosen : (encoder, template), one of `encoders`
    encoders : sequence of (encoder, template)
    """
    encoder, template = chosen
    title = title_of(encoder)
    alike = [(other, how) for other, how in encoders if title_of(other) == title]
    others = [other.replace("\\", "/") for other, _ in alike if other != encoder]
    if others:
        parts = encoder.replace("\\", "/").split("/")
        ends = ["/".join(parts[-length:]) for length in range(2, len(parts) + 1)]
        title = next((end for end in ends if not any(other.endswith(end) for other in others)), encoder)
    again = template and any(other == encoder and how != template for other, how in alike)
    return f"{title}, “{template}”" if again else title


def sample_document(
    *,
    results: ArtifactStore,
    embedding_key: str,
    rows: np.ndarray,
    texts: list[str],
    given: np.ndarray,
    phrases: list[list[str]],
    instruction: str,
    corpus_encoder: str,
) -> dict:
    """Return what `measure_apart` is given, as JSON holds it; the embeddings stay where they are.

    It goes to the other process by a pipe, as a file of texts might be left behind.
    """
    return {
        "folder": str(results.folder),
        "embedding_key": embedding_key,
        "rows": rows.tolist(),
        "texts": texts,
        "given": given.tolist(),
        "phrases": phrases,
        "instruction": instruction,
        "corpus_encoder": corpus_encoder,
    }


def measure_apart(report: Report, *, sample: Mapping, kind: Kind, encoder: str, template: str) -> dict:
    """Measure one system in this process; returns `Measured` as JSON holds it.

    Parameters
    ----------
    report : Report
    sample : mapping, as of `sample_document`
    kind, encoder, template : as of `System`
    """
    known = dict(sample)
    results = ArtifactStore(Path(known.pop("folder")))
    rows = np.array(known.pop("rows"), dtype=np.int64)
    vectors = np.asarray(results.load_array(f"{known.pop('embedding_key')}.vectors")[rows])
    given = np.array(known.pop("given"), dtype=np.int64)
    key = find_ready(results, encoder) if kind == "reading" else None
    measured = measure_system(
        report,
        sample=Sample(vectors=vectors, given=given, **known),
        kind=kind,
        encoder=encoder,
        template=template,
        ready=None if key is None else np.asarray(results.load_array(f"{key}.vectors")[rows]),
    )
    return asdict(measured)


def _measure(asked: Asked, report: Report, system: System, sample: dict, run: str) -> SystemRow:
    """The row of a system, also where it fails."""
    row = SystemRow(system, len(asked.rows), run)

    def tell(stage: str, done: int, total: int) -> None:
        report(f"{system.title}: {stage[:1].lower()}{stage[1:]}", done, total)

    tell("Starting", 0, 1)
    failure = _refusal(asked, system)
    if failure:
        return replace(row, failure=failure)
    arguments = {"kind": system.kind, "encoder": system.encoder, "template": system.template}
    try:
        found = run_in_child(MEASURE, tell, sample=sample, **arguments)
    except ChildProcessFailed as error:
        return replace(row, failure=str(error))
    evidence = Evidence.from_document(found.pop("evidence"))
    row = replace(row, **found, accuracy=evidence.reshaped, generic=evidence.generic)
    if system.kind == "generic":
        return row
    return replace(row, gain_low=evidence.gain_low, gain_high=evidence.gain_high, verdict=evidence.verdict)


def _on_top_of(row: SystemRow, generic: SystemRow | None) -> SystemRow:
    """A transform's row from bare texts on: what it stands on has to be there first."""
    if row.system.kind not in ("guided", "gstransform"):
        return row
    if generic is None or generic.failure:
        return replace(row, first_seconds=math.nan)
    return replace(
        row,
        first_seconds=generic.first_seconds + row.first_seconds,
        peak_bytes=max(row.peak_bytes, generic.peak_bytes),
        graphics_bytes=max(row.graphics_bytes, generic.graphics_bytes),
    )


def _refusal(asked: Asked, system: System) -> str:
    """Why a system cannot be measured, told before it is started; "" when it can."""
    n_classes = len(np.unique(asked.given[asked.given >= 0]))
    match system.kind:
        case "reading":
            needed = not asked.instruction and split_ready(system.encoder) is None
            return "There is no instruction to read under: type one first." if needed else ""
        case "guided" if len(asked.labels) < 2:
            return "Two labels are needed to tell texts apart: name them first."
        case "gstransform" if n_classes < 2:
            return "Texts with two different labels are needed: its names alone do not count."
        case _:
            return ""


def _load_row(asked: Asked, system: System) -> SystemRow | None:
    key = asked.row_key(system)
    if not asked.results.has_document(key):
        return None
    try:
        row = SystemRow.from_document(asked.results.load_document(key))
    except (RefractError, TypeError, KeyError):  # damaged, or of another version
        return None
    return replace(row, system=system)  # titles depend on what else was asked for


def _latest_key(analysis_id: int) -> str:
    return f"comparison.{analysis_id}"
