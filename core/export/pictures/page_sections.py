"""The sections of the report in HTML."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ...evidence import CheckEstimate, Evidence, points
from ...labels import NONE_OF_THESE
from ...maps.drawing import on_dark, partition_colours
from ...utils import percent
from ..source import ExportSource
from .caption import capitalised
from .citation import works_of
from .report import ClusterRow, LabelRow, cluster_rows, label_rows, method_said
from .shown import verdict_of

TYPICAL_LENGTH = 300
"""Characters of a text in a table at most."""
UNKNOWN = "–"


@dataclass(frozen=True)
class Section:
    """A section with its heading, the anchor of its link, and its HTML."""

    title: str
    anchor: str
    body: str

    @property
    def html(self) -> str:
        """The section with its heading."""
        return f'<section id="{self.anchor}"><h2>{self.title}</h2>{self.body}</section>'


def sections_of(source: ExportSource, record: Mapping[str, str], longest: int | None) -> list[Section]:
    """Return what stands below the maps, as far as there is something to say.

    Parameters
    ----------
    record : mapping
        What `made_by` says of the encoders.
    longest : int or None
        Most characters of a text.
    """
    length = TYPICAL_LENGTH if longest is None else min(longest, TYPICAL_LENGTH)
    labels = label_rows(source, length)
    found = [
        Section("Evidence", "evidence", _evidence(source, labels)),
        Section("Labels", "labels", _labels(labels)),
        Section("Clusters", "clusters", _clusters(source, length)),
        Section("Method", "method", _method(source, record)),
        Section("How to cite", "cite", _cite(source)),
    ]
    return [section for section in found if section.body]


def _evidence(source: ExportSource, labels: Sequence[LabelRow]) -> str:
    parts = []
    verdict, evidence, check = verdict_of(source), source.findings.evidence, source.check
    if verdict is not None:
        parts.append(f"<p><strong>{escape(capitalised(verdict.sentence))}.</strong></p>")
    if evidence is not None and evidence.enough:
        parts.append(_evidence_table(evidence, labels))
    if check is not None and check.enough:
        parts.append(_check(check))
    return "".join(parts)


def _evidence_table(evidence: Evidence, labels: Sequence[LabelRow]) -> str:
    rows = [
        [_named(row.name, row.colour), _count(row.n_given), _share(row.generic), _share(row.reshaped)]
        for row in labels
        if row.n_given
    ]
    gain = points(evidence.gain_low, evidence.gain_high)
    total = [
        "<th scope='row'>All labels, each counting the same</th>",
        _count(evidence.n_labels),
        _share(evidence.generic),
        f'<td class="number">{percent(evidence.reshaped)} (gain {gain})</td>',
    ]
    heads = ["Label", "*Labelled texts", "*Generic space", "*Reshaped space"]
    said = "<p>How often a held-out text has the label of its nearest labelled neighbour:</p>"
    return said + _table(heads, [total, *rows])


def _check(check: CheckEstimate) -> str:
    accuracy = ""
    if check.accuracy is not None:
        found = check.accuracy
        accuracy = (
            f" About {percent(found.value)} of the predicted labels are right "
            f"({percent(found.low)} to {percent(found.high)})."
        )
    rows = [
        [
            f"<th scope='row'><bdi>{escape(each.name or NONE_OF_THESE)}</bdi></th>",
            _share(each.share.value),
            f'<td class="number">{percent(each.share.low)} to {percent(each.share.high)}</td>',
        ]
        for each in check.shares
    ]
    said = f"{check.n_checked:,} texts were drawn at random and labelled without seeing their predictions."
    return f"<h3>Check sample</h3><p>{said}{accuracy}</p>" + _table(
        ["Label", "*Share of all texts", "*95 % interval"], rows
    )


def _labels(labels: Sequence[LabelRow]) -> str:
    if not labels:
        return ""
    defined = any(row.definition for row in labels)
    rows = [
        [
            _named(row.name, row.colour),
            *([_long(row.definition)] if defined else []),
            _count(row.n_given),
            _count(row.n_predicted),
            f"<td><bdi>{escape(', '.join(row.words)) or UNKNOWN}</bdi></td>",
            _long(row.example),
        ]
        for row in labels
    ]
    heads = ["*Given", "*Predicted", "Words that speak for it", "A typical labelled text"]
    return _table(["Label", *(["Definition"] if defined else []), *heads], rows)


def _clusters(source: ExportSource, length: int) -> str:
    labels, fit, clusters = source.label_names, source.fit, source.fit_clusters
    colours = partition_colours(source.generic_clusters, labels, None)
    generic = cluster_rows(source, source.generic, source.generic_clusters, colours, length)
    if fit is None or clusters is None:
        return _cluster_table(generic, 0)
    colours = partition_colours(clusters, labels, fit)
    reshaped = cluster_rows(source, fit.space, clusters, colours, length)
    before = f"<summary>Of the generic map ({len(generic):,})</summary>{_cluster_table(generic, 0)}"
    return f"<h3>Of the reshaped map</h3>{_cluster_table(reshaped, 1)}<details>{before}</details>"


def _cluster_table(clusters: Sequence[ClusterRow], pane: int) -> str:
    moved = any(row.moved is not None for row in clusters)
    rows = []
    for row in clusters:
        button = (
            f'<button type="button" data-pane="{pane}" data-code="{row.code}" title="Select its texts">'
            f"<bdi>{escape(row.name)}</bdi></button>"
        )
        texts = "".join(f'<li dir="auto">{escape(text)}</li>' for text in row.texts)
        rows.append(
            [
                f"<th scope='row'>{_dot(row.colour)}{button}</th>",
                _count(row.size),
                *([_share(math.nan if row.moved is None else row.moved)] if moved else []),
                f'<td class="long"><ul>{texts}</ul></td>',
            ]
        )
    heads = ["Cluster", "*Texts", *(["*Moved"] if moved else []), "Typical texts"]
    return _table(heads, rows)


def _method(source: ExportSource, record: Mapping[str, str]) -> str:
    said = method_said(source, record)
    return "".join(f"<h3>{heading}</h3><p>{escape(words)}</p>" for heading, words in said)


def _cite(source: ExportSource) -> str:
    works = works_of(source)
    lines = "".join(f"<p>{escape(work.sentence)}</p>" for work in works)
    entries = escape("\n\n".join(work.bibtex for work in works))
    return f"{lines}<details open><summary>BibTeX</summary><pre>{entries}</pre></details>"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the head of a column of numbers begins with an asterisk."""
    head = "".join(
        f'<th scope="col" class="number">{name[1:]}</th>'
        if name[0] == "*"
        else f'<th scope="col">{name}</th>'
        for name in heads
    )
    body = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _named(name: str, colour: str) -> str:
    return f"<th scope='row'>{_dot(colour)}<bdi>{escape(name)}</bdi></th>"


def _dot(colour: str) -> str:
    both = f"background:{colour};background:light-dark({colour},{on_dark(colour)})"
    return f'<span class="dot" style="{both}"></span>'


def _long(text: str) -> str:
    return f'<td class="long"><bdi>{escape(text) or UNKNOWN}</bdi></td>'


def _count(number: int | None) -> str:
    return f'<td class="number">{UNKNOWN if number is None else f"{number:,}"}</td>'


def _share(share: float) -> str:
    return f'<td class="number">{UNKNOWN if math.isnan(share) else percent(share)}</td>'
