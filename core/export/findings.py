"""Findings to export: the evidence of a Fit as JSON, its linear form as NPZ."""

from __future__ import annotations

import io
import json
import math
from dataclasses import asdict

import numpy as np

from core.evidence import Findings
from core.maps import Fit
from core.transforms import LinearForm

HOW_TO = """import numpy as np
form = np.load("{file}")
X = ...  # embeddings by str(form["encoder"]), float32 (n, {n_dims}), rows of length 1
Z = X @ form["weights"] + form["intercept"]  # the reshaped space, (n, {n_reshaped}); compare rows by cosine
print(form["agreement"])  # share of the ten nearest neighbours that Z has in common with the full form"""


def findings_to_json_bytes(fit: Fit, findings: Findings, *, encoder: str) -> bytes:
    """Write the findings of a Fit as JSON, label names in place of codes; null for what was not measured.

    Parameters
    ----------
    encoder : str
        Of the corpus; an encoder of the method is part of "method".
    """
    document: dict[str, object] = {
        "instruction": fit.instruction,
        "encoder": encoder,
        "method": asdict(fit.method),
        "labels": fit.labels,
        "n_labels_given": int((np.asarray(fit.given) >= 0).sum()),
        "from_names_only": fit.from_names_only,
        "linear_form_agreement": findings.linear.agreement if findings.linear else None,
        "evidence": None,
        "control": asdict(findings.control) if findings.control else None,
        "learning_curve": asdict(findings.curve) if findings.curve else None,
        "neighbours_replaced_mean": None,
        "driving_words": None,
        "map_quality": asdict(findings.map_quality) if findings.map_quality else None,
    }
    if findings.evidence is not None:
        evidence = asdict(findings.evidence)
        by_label = {fit.labels[found.pop("code")]: found for found in evidence.pop("by_label")}
        said = {"verdict": findings.evidence.verdict, "sentence": findings.evidence.sentence(fit.labels)}
        document["evidence"] = said | evidence | {"by_label": by_label}
    if findings.change is not None:
        document["neighbours_replaced_mean"] = float(np.mean(findings.change))
    if findings.words is not None:
        labels = [fit.labels[code] for code in fit.classes]
        words = ([word._asdict() for word in driving] for driving in findings.words)
        document["driving_words"] = dict(zip(labels, words, strict=True))
    return json.dumps(_finite(document), ensure_ascii=False, indent=2).encode()


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
    "label_names" str (n_labels,); single values: "encoder", "instruction", "agreement" (see `LinearForm`),
    "n_labels_given", and "how_to", the lines of Python that use the file.

    Parameters
    ----------
    linear : LinearForm of that Fit
    encoder : str, name of the encoder that made the embeddings
    file_name : str, for the lines of "how_to"
    """
    n_dims, n_reshaped = linear.weights.shape
    file = io.BytesIO()
    np.savez(
        file,
        weights=linear.weights,
        intercept=linear.intercept,
        label_names=np.asarray(fit.labels, dtype=np.str_),
        encoder=np.str_(encoder),
        instruction=np.str_(fit.instruction),
        agreement=np.float64(linear.agreement),
        n_labels_given=np.int64((np.asarray(fit.given) >= 0).sum()),
        how_to=np.str_(HOW_TO.format(file=file_name, n_dims=n_dims, n_reshaped=n_reshaped)),
    )
    return file.getvalue()
