"""Texts per second of Refract's encoder against a plain SentenceTransformer.encode call, in the same run.

python -m benchmarks.encode [FILE [TEXT_COLUMN]]     default: sentences of the demo corpus, recombined
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.texts import make_texts
from core.corpus import build_corpus, guess_text_column
from core.corpus.tables import read_table
from core.encoders import DEFAULT_ENCODER, load_encoder, packaged_folder


def measure_encoding(texts: Sequence[str], rounds: int = 5) -> dict[str, float]:
    """Measure speed and accuracy of the default encoder; both sides take turns, as the machine may be busy.

    Returns
    -------
    dict
        Texts per second of either side and the ratio of their median times; the same ratio of processor time,
        which other programs on the machine distort less; the worst cosine of a text to its float32 vector,
        and to its vector when another part of the texts is encoded.
    """
    from sentence_transformers import SentenceTransformer

    texts = list(dict.fromkeys(texts))
    plain = SentenceTransformer(str(packaged_folder()), device="cpu")
    ours = load_encoder(DEFAULT_ENCODER)
    expected, found = plain.encode(texts, normalize_embeddings=True), ours.encode(texts)
    part = ours.encode(texts[::7])
    times = [
        (*seconds(lambda: plain.encode(texts)), *seconds(lambda: ours.encode(texts))) for _ in range(rounds)
    ]
    plain_seconds, plain_work, our_seconds, our_work = np.median(times, axis=0).tolist()
    return {
        "encode_plain_texts_per_s": len(texts) / plain_seconds,
        "encode_texts_per_s": len(texts) / our_seconds,
        "encode_ratio": plain_seconds / our_seconds,
        "encode_ratio_of_processor_time": plain_work / our_work,
        "encode_worst_cosine": float(np.sum(expected * found, axis=1).min()),
        "encode_worst_cosine_elsewhere": float(np.sum(found[::7] * part, axis=1).min()),
    }


def texts_of_file(path: Path, text_column: str | None, most: int) -> list[str]:
    """Return different texts of a file, at most `most`, evenly sampled."""
    table = read_table(path.name, path.read_bytes())
    texts = build_corpus(table, text_column or guess_text_column(table.frame)).texts
    texts = list(dict.fromkeys(texts))
    return texts[:: -(-len(texts) // most)]


def seconds(call: Callable[[], np.ndarray]) -> tuple[float, float]:
    """Return the duration of one call and its processor time, in seconds."""
    start, work = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - start, time.process_time() - work


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", type=Path)
    parser.add_argument("text_column", nargs="?")
    parser.add_argument("--most", type=int, default=1_500, help="texts at most")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args(arguments)
    if options.file is None:
        texts = make_texts(options.most)[0]
    else:
        texts = texts_of_file(options.file, options.text_column, options.most)
    print(f"{len(texts):,} texts of {np.mean([len(text) for text in texts]):.0f} characters")
    for name, value in measure_encoding(texts, options.rounds).items():
        print(f"{name:32} {value:.5g}")


if __name__ == "__main__":
    main()
