"""What was found out about the text column of a table, on disk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from ...corpus import CorpusReport, NonAnswer, TextLanguages
from ...labels import LabelColumn
from ...utils import read_checked, write_checked


@dataclass(frozen=True)
class Examined:
    """A report on the texts, and the columns that can serve as labels."""

    report: CorpusReport
    label_columns: tuple[LabelColumn, ...]


def save_examined(path: Path, examined: Examined) -> None:
    """Write a report as JSON."""
    content = json.dumps(asdict(examined), ensure_ascii=False).encode()
    write_checked(path, lambda file: file.write(content))


def find_examined(path: Path) -> Examined | None:
    """Return a report; None where there is none."""
    try:
        kept = json.loads(read_checked(path))
        report = kept["report"]
        report |= {
            "repeated": tuple((text, n) for text, n in report["repeated"]),
            "non_answers": tuple(NonAnswer(**each) for each in report["non_answers"]),
            "languages": TextLanguages(**report["languages"]),
            "suggested_aside": tuple(report["suggested_aside"]),
        }
        columns = tuple(
            LabelColumn(**each | {"values": tuple(each["values"]), "counts": tuple(each["counts"])})
            for each in kept["label_columns"]
        )
        return Examined(CorpusReport(**report), columns)
    except (OSError, ValueError, KeyError, TypeError):
        return None
