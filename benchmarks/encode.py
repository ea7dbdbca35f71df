"""Texts per second of Refract's encoder against a plain SentenceTransformer.encode call, in the same run.

python benchmarks/encode.py [FILE [TEXT_COLUMN]]     default: 1,500 made-up texts of 3 to 120 words
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.corpus import build_corpus, guess_text_column, read_table
from core.encoders import DEFAULT_ENCODER, load_encoder
from core.encoders.reading import count_tokens
from core.encoders.sources import packaged_folder

WORDS = """
the a my we it was is not very order driver app invoice support parcel late early kind rude price fair again
never waited twice refund broken screen charged today happy angry thanks because when after with
"""


def made_up_texts(n: int) -> list[str]:
    """Different texts of 3 to 120 words, short ones more often, as in feedback."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(mean=3.0, sigma=0.8, size=n), 3, 120).astype(int)
    words = WORDS.split()
    return [f"{number} " + " ".join(rng.choice(words, size=length)) for number, length in enumerate(lengths)]


def texts_of_file(path: Path, text_column: str | None, most: int) -> list[str]:
    """Different texts of a file, evenly sampled down to `most`."""
    table = read_table(path.name, path.read_bytes())
    texts = build_corpus(table, text_column or guess_text_column(table.frame)).texts
    texts = list(dict.fromkeys(texts))
    return texts[:: -(-len(texts) // most)]


def seconds(call: Callable[[], np.ndarray]) -> float:
    """Duration of one call, in seconds."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main() -> None:
    """Measure in turns, so that a busy moment hits both; print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("text_column", nargs="?")
    parser.add_argument("--most", type=int, default=1_500, help="texts at most")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = (
        texts_of_file(arguments.file, arguments.text_column, arguments.most)
        if arguments.file
        else made_up_texts(arguments.most)
    )

    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    ours = load_encoder(DEFAULT_ENCODER)
    expected = plain.encode(texts, normalize_embeddings=True)
    found = ours.encode(texts)
    calls = {"plain float32": lambda: plain.encode(texts), "Refract": lambda: ours.encode(texts)}
    times = {name: [] for name in calls}
    for _ in range(arguments.rounds):
        for name, call in calls.items():
            times[name].append(seconds(call))
    median = {name: statistics.median(durations) for name, durations in times.items()}

    tokens = count_tokens(texts, ours.max_tokens)
    print(f"{len(texts):,} texts of some {tokens / len(texts):.0f} tokens, {arguments.rounds} rounds")
    for name, duration in median.items():
        print(f"{name:14} {len(texts) / duration:6.0f} texts/s {tokens / duration:8,.0f} tokens/s")
    print(f"ratio of medians {median['plain float32'] / median['Refract']:.2f} (2.5 needed)")
    print(f"cosine to float32: worst {np.sum(expected * found, axis=1).min():.5f}")
    part = ours.encode(texts[::7])
    print(f"cosine to the same text in another corpus: worst {np.sum(found[::7] * part, axis=1).min():.5f}")


if __name__ == "__main__":
    main()
