"""Read Parquet."""

from __future__ import annotations

import io

import pandas as pd

from core.corpus.tables.raw_table import RawTable, ReadOptions
from core.errors import CorpusError


def read_parquet(name: str, content: bytes, options: ReadOptions) -> RawTable:
    """Read the table of a Parquet file.

    Raises
    ------
    CorpusError
        When the file is damaged or of another kind.
    """
    import pyarrow as pa
    import pyarrow.parquet

    # Whole numbers stay whole beside missing values.
    whole = {
        getattr(pa, kind.lower())(): getattr(pd, f"{kind}Dtype")()
        for kind in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    }
    try:
        table = pyarrow.parquet.read_table(io.BytesIO(content))
        columns = [column.to_pandas(types_mapper=whole.get) for column in table.columns]
        frame = pd.DataFrame(dict(enumerate(columns)))
        frame.columns = table.column_names
    except Exception as error:  # the reader's errors for damaged files are of many types
        raise CorpusError(
            f"“{name}” is not a readable Parquet file: write it again, or save it as CSV."
        ) from error
    return RawTable(frame)
