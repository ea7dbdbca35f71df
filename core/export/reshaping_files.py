"""The files that reshape new texts outside Refract: the encoder as a model, and its matrix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..encoders import recorded_commit, sentence_folder
from ..maps import Fit
from ..transforms import LinearForm, fit_linear_form
from ..utils import percent
from .encoder_model import build_encoder_model, size_of, write_encoder_model
from .findings import linear_to_npz_bytes
from .matrix import linear_to_onnx_bytes, linear_to_safetensors_bytes
from .source import NEW_TEXTS, ExportSource, File, about_size

BYTES = "application/octet-stream"


def reshaping_files(source: ExportSource, fit: Fit, stem: str) -> list[File]:
    """List the files of a Fit that a matrix approximates; the encoder only where a layer can follow it."""
    folder = sentence_folder(source.encoder)
    encoder = [] if folder is None else [_encoder(source, fit, stem, folder)]
    return [*encoder, *_matrix(source, fit, stem)]


def _encoder(source: ExportSource, fit: Fit, stem: str, base: Path) -> File:
    folder = f"{stem}-encoder"

    def write(file: BinaryIO) -> None:
        known = source.findings.linear
        linear = known if known is not None and not fit.n_views else None
        model = build_encoder_model(
            fit,
            linear or fit_linear_form(source.generic.vectors, fit.unscaled_vectors()),
            encoder=source.encoder,
            title=source.title,
            folder=folder,
            full=source.findings.evidence,
            own=source.findings.linear_evidence,
        )
        write_encoder_model(model, file, folder)

    return File(
        "encoder",
        "Reshaped encoder for sentence-transformers, ZIP",
        f'Encodes new texts without Refract: unpack it, and load it by `SentenceTransformer("{folder}")`. '
        f"{_worth(source, fit)} · {about_size(size_of(base))}",
        f"{folder}.zip",
        "application/zip",
        write,
        NEW_TEXTS,
    )


def _worth(source: ExportSource, fit: Fit) -> str:
    """Say what the encoder is worth, by its own evidence."""
    own, full = source.findings.linear_evidence, source.findings.evidence
    layers = ". It goes without the hidden layers that the map uses" if fit.n_views else ""
    if own is None:
        return f"Its own check on hidden labels comes here when it is done{layers}"
    if not own.enough:
        return f"Too few labels to check it{layers}"
    # The check of the map has more repeats, hence the better figure of what both begin with.
    before = own.generic if full is None or not full.enough else full.generic
    beside = f", {percent(full.reshaped)} on the map" if full is not None and full.enough else ""
    return (
        f"Checked on hidden labels: neighbours share a label {percent(own.reshaped)} of the time, "
        f"{percent(before)} before{beside}{layers}"
    )


def _matrix(source: ExportSource, fit: Fit, stem: str) -> list[File]:
    known, generic = source.findings.linear, source.generic
    n_dims, n_reshaped = generic.vectors.shape[1], fit.space.vectors.shape[1]
    n_dims += sum(view.shape[1] for view in generic.views) if fit.n_views else 0
    kept = ""
    if known is not None and not np.isnan(known.agreement):
        kept = f" It reproduces {percent(known.agreement)} of each text's nearest neighbours."
    size = about_size(4 * n_dims * n_reshaped)

    def linear() -> LinearForm:
        views = generic.views if fit.n_views else ()
        return known or fit_linear_form(generic.vectors, fit.unscaled_vectors(), views)

    def about() -> dict[str, str]:
        return {
            "encoder": source.encoder,
            "encoder_commit": recorded_commit(source.encoder),
            "instruction": fit.instruction,
        }

    def file_of(kind: str, title: str, hint: str, ending: str, make: Callable[[], bytes]) -> File:
        return File(
            kind,
            title,
            f"{hint} · {size}",
            f"{stem}-linear{ending}",
            BYTES,
            lambda file: file.write(make()),
            NEW_TEXTS,
        )

    return [
        file_of(
            "linear",
            "Reshaping as one matrix, NPZ",
            f"Reshapes new texts without Refract: multiply their embeddings by this matrix, {n_dims} × "
            f"{n_reshaped}.{kept} Opens in NumPy; the code is inside",
            ".npz",
            lambda: linear_to_npz_bytes(
                fit, linear(), encoder=source.encoder, file_name=f"{stem}-linear.npz"
            ),
        ),
        file_of(
            "linear_safetensors",
            "The same matrix, safetensors",
            "Opens in PyTorch, JAX, Rust",
            ".safetensors",
            lambda: linear_to_safetensors_bytes(fit, linear(), about()),
        ),
        file_of(
            "linear_onnx",
            "The same matrix, ONNX",
            "Runs in onnxruntime: in the browser, on phones, from C# or Java",
            ".onnx",
            lambda: linear_to_onnx_bytes(fit, linear(), about()),
        ),
    ]
