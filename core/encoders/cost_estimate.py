"""What an encoder would do with texts, told before it is loaded: how much it reads, and for how long."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from core.encoders.base import Encoder
from core.encoders.catalogue import DEFAULT_ENCODER, find_choice
from core.encoders.endpoint_address import host_of
from core.encoders.model_files import model_folder
from core.encoders.precomputed import ready_refusal
from core.encoders.spec import INPUT, NOWHERE, Kind, find_kind, read_settings, split_name
from core.encoders.token_limits import CHARACTERS_PER_TOKEN, USUAL_TOKENS, max_tokens_of, transformer_folder
from core.errors import EncoderUnavailable
from core.utils import Progress, processor_has_bfloat16

if TYPE_CHECKING:
    from tokenizers import Tokenizer

TYPICAL_CHARACTERS_PER_TOKEN = 4.5
MOST_COUNTED = 5_000  # texts that are tokenised, a second or so when all are long
SECONDS_TO_LOAD = 4.0
# Measured on two cores with the default encoder, whose layers hold 6 x 384 x 384 units of weight.
TOKENS_PER_SECOND = {"bfloat16": 28_000, "float32": 8_000}
DEFAULT_WORK = 6 * 384**2
ENDPOINT_TEXTS_PER_SECOND = 100  # of a server, whose speed is not known
PATTERN_TOKENS = 30  # that an InBedder reads with each text
BYTES_PER_WORK = 48  # of a file of weights: each unit of work stands for 12 numbers of 4 bytes
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
    kind, folder = _model_here(name)
    max_tokens = max_tokens_of(kind, folder)
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
    texts: Sequence[str],
    name: str = DEFAULT_ENCODER,
    *,
    prompt: str = "",
) -> float:
    """Estimate how long an encoder takes for texts, in seconds, loading included.

    Counts about a token for 4.5 characters of each different text, up to where it is cut, and takes the rate
    measured on two cores, scaled by the size of the model: that of its layers where its files are
    here, else as the registry tells. Meant for "3 s or 3 min?"; a graphics card is many times faster than it
    says, an InBedder that writes its answers several times slower. See `time_first_texts`. Vectors of a file
    take no time; a server counts as answering 100 texts a second.

    Parameters
    ----------
    texts : sequence of str
    name : str
        As for `load_encoder`; nothing is fetched.
    prompt : str, optional
        What is read with each text, as `preview_prompt` tells it; "" where that is not known.
    """
    kind = split_name(name).kind
    if kind == "vectors":
        return 0.0
    if kind == "endpoint":
        return max(1.0, len(set(texts)) / ENDPOINT_TEXTS_PER_SECOND)
    try:
        kind, folder = _model_here(name)
        max_tokens, work = max_tokens_of(kind, folder), _layer_work(folder)
    except EncoderUnavailable:  # said when it is loaded; until then by its name
        kind = find_kind(split_name(name), NOWHERE)
        max_tokens, work = _known_size(split_name(name).source)
    tokens = count_tokens(texts, max_tokens)
    if prompt:
        tokens += len(prompt.replace(INPUT, "")) / TYPICAL_CHARACTERS_PER_TOKEN * len(set(texts))
    elif kind == "inbedder":
        tokens += PATTERN_TOKENS * len(set(texts))
    fast = kind != "inbedder" and processor_has_bfloat16()  # those compute as published
    number_format = "bfloat16" if fast else "float32"
    tokens_per_second = TOKENS_PER_SECOND[number_format] * DEFAULT_WORK / work
    return SECONDS_TO_LOAD + tokens / tokens_per_second


def time_first_texts(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    instruction: str | None = None,
    most: int = 16,
    progress: Progress | None = None,
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
    progress : callable, optional
        Called with (texts done, those to do); may raise `Cancelled`.
    """
    sample = sample_by_length(texts, most)
    if not sample:
        return 0.0
    encoder.encode(sample[:1], instruction=instruction)  # the first call sets things up
    start = time.perf_counter()
    encoder.encode(sample, instruction=instruction, progress=progress)
    seconds = time.perf_counter() - start
    return seconds * count_tokens(texts, encoder.max_tokens) / count_tokens(sample, encoder.max_tokens)


def sample_by_length(texts: Sequence[str], most: int) -> list[str]:
    """Return some different texts, evenly taken by length."""
    different = sorted(set(texts), key=lambda text: (len(text), text))
    if len(different) <= most:
        return different
    last = len(different) - 1
    return [different[place * last // max(1, most - 1)] for place in range(most)]


def count_tokens(texts: Sequence[str], max_tokens: int) -> float:
    """About how many tokens are read of different texts: one for 4.5 characters, and two marks a text."""
    return sum(min(len(text) / TYPICAL_CHARACTERS_PER_TOKEN + 2, max_tokens) for text in set(texts))


def _model_here(name: str) -> tuple[Kind, Path]:
    """Kind and folder of a model that is here.

    Raises
    ------
    EncoderUnavailable
        When its files are not here.
    """
    named = split_name(name)
    if named.kind == "vectors":
        raise EncoderUnavailable(ready_refusal(named.source))
    if named.kind == "endpoint":
        raise EncoderUnavailable(
            f"How much the server at {host_of(name) or named.source} reads of a text cannot be told from "
            "here: encode, and longer texts are cut."
        )
    folder = model_folder(named.source, fetch=False)
    return find_kind(named, folder), folder


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


def _known_size(source: str) -> tuple[int, int]:
    """Tokens and layers' weight of a model that is not here, by the registry; else of the usual size."""
    choice = find_choice(source)
    if choice is None:
        return USUAL_TOKENS, BASE_WORK
    return choice.max_tokens, int(choice.gigabytes * 1e9 / BYTES_PER_WORK)


def _layer_work(folder: Path) -> int:
    """Weight of a transformer's layers, in units of their squared width."""
    settings = read_settings(transformer_folder(folder) / "config.json")
    layers = settings.get("num_hidden_layers", settings.get("num_layers"))  # the latter in T5's words
    width = settings.get("hidden_size", settings.get("d_model"))
    return layers * width**2 if isinstance(layers, int) and isinstance(width, int) else BASE_WORK
