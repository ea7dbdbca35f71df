"""Texts of crossed topics and feelings, and an encoder that reads either."""

import json

import numpy as np
import pandas as pd

from core.evidence.benchmark import GroupedTexts
from core.evidence.benchmark.data import Facet


def at_angles(*degrees):
    angles = np.deg2rad(degrees)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


class FacetEncoder:
    """Reads "topic/feeling" texts: a direction for each word, topics louder unless feelings are asked for."""

    name, key, n_dims, max_tokens, tasks = "facets", "facets-1", 16, 64, ()

    def __init__(self, follows="free text"):
        self.follows_instructions = follows
        self.asked = []

    def prompt_for(self, instruction):
        return instruction or ""

    def key_for(self, instruction):
        return f"{self.key}{instruction}"

    def encode(self, texts, *, instruction=None, progress=None):
        self.asked.append(instruction)
        vectors = np.zeros((len(texts), self.n_dims), np.float32)
        for row, text in enumerate(texts):
            for place, word in enumerate(text.split("/")):
                kind = ("topic", "feeling")[place % 2]
                loud = 6 if instruction and kind in instruction else 2 - place % 2
                vectors[row, sum(map(ord, word)) % self.n_dims] += loud
        if progress:
            progress(len(texts), len(texts))
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


def grouped(n=60, wordings=None):
    """Texts such as "b/y": topics a, b, c crossed with feelings x, y."""
    topics, feelings = np.arange(n) % 3, np.arange(n) // 3 % 2
    texts = [f"{'abc'[topic]}/{'xy'[feeling]}" for topic, feeling in zip(topics, feelings, strict=True)]
    return GroupedTexts(
        "made",
        texts,
        (
            Facet("topic", "Which topic?", topics, ("a", "b", "c"), wordings),
            Facet("feeling", "Which feeling?", feelings, ("x", "y")),
        ),
    )


def write_published(folder):
    """Small files laid out as the papers' data are."""
    for name in ("IntentEmotion", "InstructSTSB", "NYTClustering"):
        (folder / name).mkdir()
    for aspect in ("emotion", "intent"):
        rows = {"anchor": ["a/x", "b/y"], "positive": ["a/y", "b/x"], "negative": ["c/x", "c/y"]}
        pd.DataFrame(rows).to_csv(folder / "IntentEmotion" / f"{aspect}.csv", index=False)
    rows = [
        {"sentence1": "a/x", "sentence2": "a/y", "instruction": "Which topic?", "score": 1},
        {"sentence1": "a/x", "sentence2": "a/y", "instruction": "Which feeling?", "score": 0},
        {"sentence1": "b/x", "sentence2": "c/x", "instruction": "Which topic?", "score": 0},
        {"sentence1": "b/x", "sentence2": "c/x", "instruction": "Which feeling?", "score": 1},
    ]
    (folder / "InstructSTSB" / "test.json").write_text("\n".join(map(json.dumps, rows)))
    made = grouped()
    for aspect, facet in zip(("topic", "location"), made.facets, strict=True):
        # The hub's own copies lie as Parquet in a folder for each.
        (folder / "NYTClustering" / aspect / "test").mkdir(parents=True)
        pd.DataFrame({"text": made.texts, "cluster": facet.codes}).to_parquet(
            folder / "NYTClustering" / aspect / "test" / "0000.parquet"
        )
