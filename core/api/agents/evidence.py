"""Whether reshaping helped, and what it changed."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...evidence import CheckEstimate, Findings, check_estimate, most_changed, moving_groups
from ...export import findings_document
from ...maps import Fit
from ...storage import Store, load_findings
from ...utils import cut
from .answer import LONGEST_EXAMPLE, LONGEST_NAME, NOTICE, Json, rounded, show_text
from .opened import Opened, Reader
from .overview import describe_map, describe_verdict, find_verdict

MOST_LABELS = 50
MOST_WORDS = 8  # of a label
MOST_GROUPS = 6
MOST_CHANGED = 5
FIGURES = ("n_labels", "n_tested", "generic", "reshaped", "gain_low", "gain_high", "chance")
MEANING = (
    "generic and reshaped: balanced accuracy, 0 to 1, on held-out labels, by the nearest labelled text in "
    "each space; gain_low to gain_high: 95 % interval of their difference; chance: how often chance alone "
    "gives such a gain; permuted: the same accuracy with shuffled labels, near which nothing was learned"
)


def evidence(reader: Reader, opened: Opened) -> Json:
    """Return verdict, figures and what moved of the reshaped map; what is not measured yet is left out."""
    answer: Json = {
        "notice": NOTICE,
        "analysis": opened.analysis.id,
        "reshaped_map": describe_map(reader.store, opened),
    }
    fit, key = opened.fit, opened.analysis.fit_key
    if fit is None or key is None:
        return answer | {"verdict": None}
    findings = load_findings(reader.store.results(opened.entry.key), key)
    check = _check(reader.store, opened, fit)
    document = findings_document(fit, findings, encoder=opened.entry.encoder or "", check=check)
    answer["verdict"] = describe_verdict(find_verdict(reader.store, opened))
    if findings.evidence is not None:
        answer |= _figures(document)
    if document["check_sample"] is not None:
        answer["check_sample"] = _rounded(
            {name: document["check_sample"][name] for name in ("n_checked", "accuracy")}
        )
    if document["driving_words"] is not None:
        answer["words_that_drive_each_label"] = {
            label: [word["word"] for word in words[:MOST_WORDS]]
            for label, words in list(document["driving_words"].items())[:MOST_LABELS]
        }
    return answer | _moved(reader, opened, fit, findings)


def _check(store: Store, opened: Opened, fit: Fit) -> CheckEstimate | None:
    checks = store.check_labels.read(opened.analysis.id)
    return check_estimate(fit, opened.guide, checks) if checks.n_checked else None


def _figures(document: dict[str, Any]) -> Json:
    """Return the figures of the check, and those of each label."""
    found = document["evidence"]
    figures = {name: found[name] for name in FIGURES}
    if document["control"] is not None:
        figures["permuted"] = document["control"]["permuted"]
    by_label = list(found["by_label"].items())[:MOST_LABELS]
    return {"figures": _rounded(figures), "meaning": MEANING, "by_label": _rounded(dict(by_label))}


def _moved(reader: Reader, opened: Opened, fit: Fit, findings: Findings) -> Json:
    """Return how many neighbours were replaced, groups of texts that moved together, and single texts."""
    if findings.change is None:
        return {}
    generic, reshaped = (reader.open_map(opened, generic=which) for which in (True, False))
    change, graphs = np.asarray(findings.change), (generic.space.graph, fit.space.graph)
    groups = moving_groups(generic.clusters, reshaped.clusters, change, *graphs, most=MOST_GROUPS)
    return {
        "neighbours_replaced": rounded(np.mean(change), 2),
        "groups_that_moved_together": [
            {
                "texts": len(group.rows),
                "from_generic_cluster": cut(generic.clusters.names[group.left], LONGEST_NAME),
                "to_reshaped_cluster": cut(reshaped.clusters.names[group.right], LONGEST_NAME),
                "rows": group.rows[:MOST_CHANGED].tolist(),
                "example": _example(opened, int(group.rows[0])),
            }
            for group in groups
        ],
        "texts_that_changed_most": [
            {
                **_example(opened, each.row),
                "was_beside": _example(opened, each.lost),
                "is_beside": _example(opened, each.gained),
            }
            for each in most_changed(*graphs, MOST_CHANGED)
        ],
    }


def _example(opened: Opened, row: int) -> Json:
    return {"row": row, **show_text(str(opened.corpus.texts[row]), LONGEST_EXAMPLE)}


def _rounded(value: Any) -> Any:  # noqa: ANN401 - any value that JSON knows
    """Return a value of JSON with rounded numbers."""
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    return rounded(value) if isinstance(value, float) else value
