"""Texts in any number for speed measurements: sentences of the demo corpus, recombined."""

from __future__ import annotations

import csv
import random
from pathlib import Path

DEMO = Path(__file__).resolve().parent.parent / "assets" / "demo" / "feedback.csv"


def make_texts(n: int) -> tuple[list[str], list[str]]:
    """Return n distinct texts and a label each (the topic of the first half); the same every time."""
    with DEMO.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = random.Random(0).sample(range(len(rows) ** 2), n)
    firsts, seconds = [rows[pair // len(rows)] for pair in pairs], [rows[pair % len(rows)] for pair in pairs]
    texts = [f"{first['text']} {second['text']}" for first, second in zip(firsts, seconds, strict=True)]
    return texts, [first["topic"] for first in firsts]
