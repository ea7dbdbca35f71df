"""The table as a folder that the Hugging Face library `datasets` loads."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Mapping
from typing import BinaryIO

import pandas as pd

from ..utils import one_line
from .write import write_parquet

DATA = "data/texts.parquet"
LONGEST_SHOWN = 200
CARD = """---
pretty_name: {name}
configs:
- config_name: default
  data_files:
  - split: train
    path: {data}
---

# {title}

{n_rows:,} texts with their labels, predicted labels, clusters and places on two maps, made with Refract.

```python
from datasets import load_dataset

texts = load_dataset("{folder}", split="train")
```

Whose texts these are, and under which licence they may be shared, this file cannot know: write it here before
you publish the folder.
"""


def write_dataset(
    table: pd.DataFrame, file: BinaryIO, *, folder: str, title: str, made_by: Mapping[str, str]
) -> None:
    """Write a zip file of one folder: a card, and the table as Parquet.

    Parameters
    ----------
    table : DataFrame
        Result of `export_table`, with encoders.
    folder : str
        Its name.
    title : str
        Of the analysis, or of the corpus.
    made_by : mapping of str to str
        As of `write_parquet`.
    """
    shown = one_line(title, LONGEST_SHOWN)
    card = CARD.format(
        name=json.dumps(shown, ensure_ascii=False), data=DATA, title=shown, n_rows=len(table), folder=folder
    )
    with zipfile.ZipFile(file, "w") as archive:  # Parquet is compressed
        archive.writestr(f"{folder}/README.md", card)
        with archive.open(f"{folder}/{DATA}", "w", force_zip64=True) as inside:
            write_parquet(table, inside, made_by)
