"""Which encoders made a table: columns that stay with it wherever it is taken."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from ..encoders import recorded_commit

ENCODER, RESHAPED_ENCODER, COMMIT = "encoder", "reshaped_encoder", "_commit"
ENCODER_COLUMNS = {f"{name}{end}" for name in (ENCODER, RESHAPED_ENCODER) for end in ("", COMMIT)}
"""Names that no metadata column keeps in an export."""


def made_by(encoders: Mapping[str, str]) -> dict[str, str]:
    """Return each encoder, and under its name with "_commit" what `recorded_commit` says of it.

    Parameters
    ----------
    encoders : mapping
        Of "encoder", or another name of a column, to the name of an encoder.
    """
    found: dict[str, str] = {}
    for column, encoder in encoders.items():
        found |= {column: encoder, f"{column}{COMMIT}": recorded_commit(encoder)}
    return found


def with_encoders(table: pd.DataFrame, encoders: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with a column for each value of `made_by`: which encoders made its results."""
    return table.assign(**constant_columns(encoders, len(table)))


def constant_columns(values: Mapping[str, str], n_rows: int) -> dict[str, pd.Categorical]:
    """Return columns of n rows with one value each: a byte a row in memory, hardly any in Parquet."""
    zeros = np.zeros(n_rows, dtype=np.int8)
    return {name: pd.Categorical.from_codes(zeros, categories=[value]) for name, value in values.items()}
