"""Seconds to a new instruction, by reshaping and by re-encoding: `make bench-reencode`.

Both sides in one run, on the same texts. GuidedTransform reshapes stored embeddings; an INSTRUCTOR encodes
every text again. It has the size of instructor-base and random weights: that suffices for times, and says
nothing about quality. It runs as any encoder does here, in bfloat16 where the processor has it.
Prints a table and writes `results/reencode.json`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.common import RESULTS, make_texts, timed, write_figures
from core.encoders import DEFAULT_ENCODER, Encoder, encode_like_corpus, load_encoder, packaged_folder
from core.labels import encode_names_like_corpus, label_phrases
from core.maps import project
from core.neighbours import Graph, build_graph
from core.transforms import GuidedTransform

N_TEXTS = 5_000
N_LABELS = 60
ROUNDS = 5  # of the fast side; the slow one runs once
N_LAYERS = 12  # of instructor-base
INSTRUCTION = "Represent the customer letter for its topic:"
T5_WORDS = 32_128


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=N_TEXTS)
    parser.add_argument("--out", type=Path, default=RESULTS / "reencode.json")
    parser.add_argument("--labels", type=int, default=N_LABELS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--layers", type=int, default=N_LAYERS, help="of the encoder")
    options = parser.parse_args(arguments)
    figures = {"load_before": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory() as folder:
        instructor = load_encoder(f"instructor:{save_base_model(Path(folder), options.layers)}")
        texts, topics = make_texts(options.texts)
        figures |= measure(instructor, texts, topics, n_labels=options.labels, rounds=options.rounds)
    write_figures(options.out, figures)


def save_base_model(folder: Path, n_layers: int = N_LAYERS) -> Path:
    """Save an INSTRUCTOR of the base size: T5 encoder of 12 layers of width 768, the mean, 768 to 768.

    Its tokenizer is that of the packaged encoder, which makes about as many tokens as T5's own.
    """
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense, Normalize, Pooling, Transformer
    from transformers import PreTrainedTokenizerFast, T5Config, T5EncoderModel

    torch.manual_seed(0)
    config = T5Config(
        vocab_size=T5_WORDS,
        d_model=768,
        d_kv=64,
        d_ff=3072,
        num_layers=n_layers,
        num_heads=12,
        dropout_rate=0.0,
    )
    T5EncoderModel(config).save_pretrained(folder / "bare")
    PreTrainedTokenizerFast(
        tokenizer_file=str(packaged_folder() / "tokenizer.json"),
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        eos_token="[SEP]",
    ).save_pretrained(folder / "bare")
    dense = Dense(768, 768, bias=False, activation_function=torch.nn.Identity())
    modules = [Transformer(str(folder / "bare"), max_seq_length=512), Pooling(768), dense, Normalize()]
    SentenceTransformer(modules=modules, device="cpu").save(str(folder / "instructor-base-sized"))
    return folder / "instructor-base-sized"


def measure(
    instructor: Encoder, texts: list[str], topics: list[str], *, n_labels: int, rounds: int
) -> dict[str, float]:
    """Return the seconds of both ways to the vectors under a new instruction, and on to their map.

    Returns
    -------
    dict
        `guided_s` and `reencode_s` (and with `_to_map_s`, until the map is drawn), their ratios, and
        `encode_once_s`, which reshaping takes before the first instruction of a corpus.
    """
    names = sorted(set(topics))
    codes = np.array([names.index(topic) for topic in topics])
    generic = load_encoder(DEFAULT_ENCODER)
    generic.encode(texts[:64])
    (vectors, views), encode_once, _ = timed(lambda: encode_like_corpus(generic, texts))
    project(vectors[:500], build_graph(vectors[:500]))  # compiles what is timed below
    graph = build_graph(vectors)
    start = project(vectors, graph)
    measured = []
    for number in range(rounds):  # other labels each time, so that nothing is known of them
        labelled = np.arange(number * n_labels, (number + 1) * n_labels)
        given = np.full(len(texts), -1)
        given[labelled] = codes[labelled]
        measured.append(timed(lambda given=given: reshape(generic, names, vectors, views, given, graph)))
    guided, guided_work = (statistics.median(each) for each in list(zip(*measured, strict=True))[1:])
    instructor.encode(texts[:64], instruction=INSTRUCTION)
    again, reencode, reencode_work = timed(lambda: instructor.encode(texts, instruction=INSTRUCTION))
    guided_map, reencode_map = (
        timed(lambda X=X: project(X, build_graph(X), init=start))[1] for X in (measured[0][0], again)
    )
    return {
        "n_texts": len(texts),
        "mean_characters": float(np.mean([len(text) for text in texts])),
        "n_labels": n_labels,
        "encode_once_s": encode_once,
        "guided_s": guided,
        "reencode_s": reencode,
        "ratio": reencode / guided,
        "ratio_of_processor_time": reencode_work / guided_work,
        "guided_to_map_s": guided + guided_map,
        "reencode_to_map_s": reencode + reencode_map,
        "ratio_to_map": (reencode + reencode_map) / (guided + guided_map),
    }


def reshape(
    generic: Encoder,
    names: list[str],
    vectors: np.ndarray,
    views: list[np.ndarray],
    given: np.ndarray,
    graph: Graph,
) -> np.ndarray:
    """Return the reshaped vectors; the label names are encoded too, as under a new instruction."""
    label_vectors, label_views = encode_names_like_corpus(generic, label_phrases("by topic", names))
    known = {"label_vectors": label_vectors, "label_views": label_views}
    return GuidedTransform(random_state=0).fit_transform(vectors, given, views=views, graph=graph, **known)


if __name__ == "__main__":
    main()
