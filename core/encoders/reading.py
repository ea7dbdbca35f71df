"""What an encoder would do with texts, told before it is loaded: how much it reads, and for how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders.names import EncoderName, find_kind, read_settings, split_name
from core.encoders.protocol import Encoder
from core.encoders.registry import DEFAULT_ENCODER
from core.encoders.sources import model_folder
from core.errors import EncoderUnavailable
from core.hardware import processor_has_bfloat16

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CHARACTERS_PER_TOKEN = 64  # as in `sentence`: text beyond so many is never read
TYPICAL_CHARACTERS_PER_TOKEN = 4.5
MOST_COUNTED = 5_000  # texts that are tokenised, a second or so when all are long
DEFAULT_TOKENS = 512
SECONDS_TO_LOAD = 4.0
# Measured on two cores with the default encoder, whose layers hold 6 x 384 x 384 units of weight.
TOKENS_PER_SECOND = {"bfloat16": 28_000, "float32": 8_000}
DEFAULT_WORK = 6 * 384**2
BASE_WORK = 12 * 768**2  # of a model that is not known yet: the usual size


def count_too_long(texts: Sequence[str], name: str = DEFAULT_ENCODER) -> tuple[int, int]:
    """How many texts an encoder would cut, and at how many tokens.

    Only texts that can be too long are tokenised. Of more than 5,000 such texts an even sample is, and the
    count is scaled up. Never loads torch.

    Parameters
    ----------
    texts : sequence of str
    name : str
        As for `load_encoder`; nothing is fetched.

    Returns
    -------
    n_too_long : int
    max_tokens : int

    Raises
    ------
    EncoderUnavailable
        When the model's files are not on this machine, or its tokens cannot be counted without loading it.
    """
    named = split_name(name)
    folder = model_folder(named.source, fetch=False)
    max_tokens = _max_tokens(named, folder)
    # A token has one byte at least, begin and end marks aside.
    candidates = [text for text in texts if _n_bytes(text) > max_tokens - 2]
    if not candidates:
        return 0, max_tokens
    step = -(-len(candidates) // MOST_COUNTED)
    sample = [text[: max_tokens * CHARACTERS_PER_TOKEN] for text in candidates[::step]]
    tokenizer = _tokenizer(folder, name)
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens + 1)
    n_long = sum(len(encoding.ids) > max_tokens for encoding in tokenizer.encode_batch_fast(sample))
    return round(n_long * len(candidates) / len(sample)), max_tokens


def estimate_seconds(
    texts: Sequence[str], name: str = DEFAULT_ENCODER, *, tokens_per_second: float | None = None
) -> float:
    """Estimate how long an encoder takes for texts, in seconds, loading included.

    Counts about a token for 4.5 characters of each different text, up to where it is cut. Without a rate,
    takes one measured on two cores, scaled by the size of the model's layers where its files are here.
    Meant for "3 s or 3 min?"; a graphics card is many times faster than it says.

    Parameters
    ----------
    texts : sequence of str
    name : str
        As for `load_encoder`; nothing is fetched.
    tokens_per_second : float, optional
        Rate of an earlier run, in the tokens of `count_tokens`.
    """
    max_tokens, work = DEFAULT_TOKENS, BASE_WORK
    try:
        named = split_name(name)
        folder = model_folder(named.source, fetch=False)
        max_tokens, work = _max_tokens(named, folder), _layer_work(folder)
    except EncoderUnavailable:
        pass  # said when it is loaded; until then a model of the usual size
    if tokens_per_second is None:
        number_format = "bfloat16" if processor_has_bfloat16() else "float32"
        tokens_per_second = TOKENS_PER_SECOND[number_format] * DEFAULT_WORK / work
    return SECONDS_TO_LOAD + count_tokens(texts, max_tokens) / tokens_per_second


def time_first_texts(
    encoder: Encoder, texts: Sequence[str], *, instruction: str | None = None, most: int = 16
) -> float:
    """Return how many seconds a loaded encoder will take here for texts: a few are encoded, and timed.

    For those that take minutes or hours, where `estimate_seconds` is too coarse. Says a little too much, as
    small batches are slower.

    Parameters
    ----------
    encoder : Encoder
    texts : sequence of str
    instruction : str, optional
    most : int, default=16
        Texts that are encoded, evenly taken.
    """
    different = sorted(set(texts), key=len)
    if not different:
        return 0.0
    sample = different[:: -(-len(different) // most)]
    encoder.encode(sample[:1], instruction=instruction)  # the first call sets things up
    start = time.perf_counter()
    encoder.encode(sample, instruction=instruction)
    seconds = time.perf_counter() - start
    return seconds * count_tokens(different, encoder.max_tokens) / count_tokens(sample, encoder.max_tokens)


def count_tokens(texts: Sequence[str], max_tokens: int) -> float:
    """About how many tokens are read of different texts: one for 4.5 characters, and two marks a text."""
    return sum(min(len(text) / TYPICAL_CHARACTERS_PER_TOKEN + 2, max_tokens) for text in set(texts))


def _n_bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "replace"))


def _tokenizer(folder: Path, name: str) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # the library raises plain Exception, also for a missing file
        raise EncoderUnavailable(
            f"The tokens of the encoder {name} cannot be counted before it is loaded: encode, and longer "
            "texts are cut."
        ) from error


def _max_tokens(named: EncoderName, folder: Path) -> int:
    """Limit that the model's files name: for sentences first, then the tokenizer's, then the layers'."""
    sources = {
        "sentence_bert_config.json": "max_seq_length",
        "tokenizer_config.json": "model_max_length",
        "config.json": "max_position_embeddings",
    }
    limits = [read_settings(folder / file).get(key) for file, key in sources.items()]
    limit = next((int(limit) for limit in limits if isinstance(limit, int) and limit < 10**6), DEFAULT_TOKENS)
    # The others read as much as they were trained on, whatever they could.
    return limit if find_kind(named, folder) == "sentence" else min(limit, DEFAULT_TOKENS)


def _layer_work(folder: Path) -> int:
    """Weight of a transformer's layers, in units of their squared width."""
    settings = read_settings(folder / "config.json")
    layers = settings.get("num_hidden_layers", settings.get("num_layers"))  # the latter in T5's words
    width = settings.get("hidden_size", settings.get("d_model"))
    return layers * width**2 if isinstance(layers, int) and isinstance(width, int) else BASE_WORK
