"""Findings to export: the evidence of a Fit as JSON, its linear form as NPZ."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from ..encoders import recorded_commit
from ..evidence import CheckEstimate, Findings, judge
from ..labels import NONE_OF_THESE
from ..maps import Fit
from ..transforms import LinearForm

HOW_TO = """import numpy as np
form = np.load("{file}")
X = ...  # embeddings by str(form["encoder"]), float32 (n, {n_dims}), rows of length 1
{inputs}Z = X @ form["weights"]{views} + form["intercept"]  # (n, {n_reshaped}); compare rows by cosine
print(form["agreement"])  # share of the ten nearest neighbours that Z has in common with the full form"""

VIEW_INPUTS = """V = [...]  # token means of {n_views} hidden layers of the encoder, each (n, {n_hidden})
V = [view / np.linalg.norm(view, axis=1, keepdims=True) for view in V]
"""
VIEW_SUM = ' + sum(map(np.matmul, V, form["view_weights"]))'


def findings_to_json_bytes(
    fit: Fit,
    findings: Findings,
    *,
    encoder: str,
    check: CheckEstimate | None = None,
    definitions: Mapping[str, str] | None = None,
) -> bytes:
    """Write `findings_document` as JSON."""
    document = findings_document(fit, findings, encoder=encoder, check=check, definitions=definitions)
    return json.dumps(document, ensure_ascii=False, indent=2).encode()


def findings_document(
    fit: Fit,
    findings: Findings,
    *,
    encoder: str,
    check: CheckEstimate | None = None,
    definitions: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the findings of a Fit as plain values for JSON; None for what was not measured.

    Label names stand in place of codes.

    Parameters
    ----------
    encoder : str
        Of the corpus; an encoder of the method is part of "method".
    check : CheckEstimate, optional
        Becomes "check_sample"; None where too few texts were checked.
    definitions : mapping of str to str, optional
        What labels mean.
    """
    document: dict[str, object] = {
        "instruction": fit.instruction,
        "encoder": encoder,
        "encoder_commit": recorded_commit(encoder),
        "method": asdict(fit.method),
        "labels": fit.labels,
        "definitions": dict(definitions or {}),
        "n_labels_given": int((np.asarray(fit.given) >= 0).sum()),
        "from_names_only": fit.from_names_only,
        "linear_form_agreement": findings.linear.agreement if findings.linear else None,
        "exported_encoder": asdict(findings.linear_evidence) if findings.linear_evidence else None,
        "evidence": None,
        "control": asdict(findings.control) if findings.control else None,
        "learning_curve": asdict(findings.curve) if findings.curve else None,
        "neighbours_replaced_mean": None,
        "driving_words": None,
        "map_quality": asdict(findings.map_quality) if findings.map_quality else None,
        "check_sample": None if check is None or not check.enough else _check_document(check),
    }
    if findings.evidence is not None:
        evidence = asdict(findings.evidence)
        by_label = {fit.labels[found.pop("code")]: found for found in evidence.pop("by_label")}
        found = judge(findings.evidence, fit.labels, reencoded=fit.method.reencodes)
        said = {"verdict": found.state, "sentence": found.sentence}
        document["evidence"] = said | evidence | {"by_label": by_label}
    if findings.change is not None:
        document["neighbours_replaced_mean"] = float(np.mean(findings.change))
    if findings.words is not None:
        labels = [fit.labels[code] for code in fit.classes]
        words = ([word._asdict() for word in driving] for driving in findings.words)
        document["driving_words"] = dict(zip(labels, words, strict=True))
    return {name: _finite(value) for name, value in document.items()}


def _check_document(check: CheckEstimate) -> dict[str, object]:
    """Return estimates with their 95 % intervals; the share of texts that no label fits stands last."""
    shares = [
        {"label": each.name or NONE_OF_THESE, **asdict(each.share), "predicted": each.predicted}
        for each in check.shares
    ]
    return asdict(check) | {"shares": shares}


def _finite(document: object) -> object:
    """Replace NaN and infinities by None: JSON has neither."""
    if isinstance(document, dict):
        return {name: _finite(value) for name, value in document.items()}
    if isinstance(document, list | tuple):
        return [_finite(value) for value in document]
    return None if isinstance(document, float) and not math.isfinite(document) else document


def linear_to_npz_bytes(fit: Fit, linear: LinearForm, *, encoder: str, file_name: str) -> bytes:
    """Write the linear form of a Fit as NPZ, readable without pickle.

    One matrix product reshapes any embedding. Arrays: "weights" float32 (d, D), "intercept" float32 (D,),
    "label_names" str (n_labels,), and for a Fit that used views "view_weights" float32 (n_views, n_hidden,
    D); single values: "encoder", "encoder_commit", "instruction", "agreement" (see `LinearForm`),
    "n_labels_given", and "how_to", the lines of Python that use the file.

    Parameters
    ----------
    linear : LinearForm of that Fit
    encoder : str, name of the encoder that made the embeddings
    file_name : str, for the lines of "how_to"
    """
    n_inputs, n_reshaped = linear.weights.shape
    n_dims, inputs, views = n_inputs, "", ""
    more: dict[str, Any] = {}
    if fit.n_views and fit.classifier is not None:
        n_dims, n_hidden = (len(fit.classifier[f"view_centre_{number}"]) for number in range(2))
        inputs, views = VIEW_INPUTS.format(n_views=fit.n_views, n_hidden=n_hidden), VIEW_SUM
        more["view_weights"] = linear.weights[n_dims:].reshape(fit.n_views, n_hidden, n_reshaped)
    how_to = HOW_TO.format(file=file_name, n_dims=n_dims, n_reshaped=n_reshaped, inputs=inputs, views=views)
    file = io.BytesIO()
    np.savez(
        file,
        **more,
        weights=linear.weights[:n_dims],
        intercept=linear.intercept,
        label_names=np.asarray(fit.labels, dtype=np.str_),
        encoder=np.str_(encoder),
        encoder_commit=np.str_(recorded_commit(encoder)),
        instruction=np.str_(fit.instruction),
        agreement=np.float64(linear.agreement),
        n_labels_given=np.int64((np.asarray(fit.given) >= 0).sum()),
        how_to=np.str_(how_to),
    )
    return file.getvalue()
