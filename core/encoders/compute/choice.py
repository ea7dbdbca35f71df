"""Choose the fastest way for a model on this machine: measured once, then remembered."""

from __future__ import annotations

import copy
import gc
import threading
import time
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from ...utils import bfloat16_is_faster, content_key, find_choice, keep_choice
from .timing import SECONDS, fastest_way, time_ways
from .ways import PLAIN, Way, convert, encode_in_batches, token_counter, ways_on

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

CHOICE_VERSION = 1  # raise it when the ways change: they are then timed again
MOST_TIMED_BYTES = 2**31
"""Of a model in float32. For a larger one, a matrix product is timed in its place: copies of it would take
too much memory, and a batch too long."""

FEWEST_TEXTS, MOST_TEXTS = 4, 1_024
LEAST_SECONDS = 0.3
"""Of a plain run, about 90 texts on two cores: of fewer, batches by tokens would not differ from others."""

_timing = threading.Lock()  # one at a time: two would disturb each other
_chosen: dict[str, str] = {}


def choose_way(model: SentenceTransformer, model_key: str, number_format: str | None = None) -> Way:
    """Return the fastest way of a float32 model on its device, never slower than the plain one.

    Takes at most about 3 s once for each machine and model; after that the choice is read from a file.

    Parameters
    ----------
    model_key : str
        Key of the model's content.
    number_format : str, optional
        Only ways with this number format.
    """
    device = model.device.type
    ways = [way for way in ways_on(device) if number_format in (None, way.number_format)] or [PLAIN]
    if number_format is None and device == "cpu" and not bfloat16_is_faster():
        # Where the processor emulates it, a single run would take most of the time.
        ways = [way for way in ways if way.dtype != "bfloat16"]
    if len(ways) == 1 or model.transformers_model is None:
        return ways[0]
    question = content_key("way to encode", CHOICE_VERSION, model_key, device, [way.name for way in ways])
    with _timing:
        if question not in _chosen:
            _chosen[question] = _find_way(model, question, ways)
    return next(way for way in ways if way.name == _chosen[question])


def _find_way(model: SentenceTransformer, question: str, ways: Sequence[Way]) -> str:
    kept = find_choice(question)
    if kept is not None and kept["answer"] in [way.name for way in ways]:
        return kept["answer"]
    if sum(parameter.nbytes for parameter in model.parameters()) > MOST_TIMED_BYTES:
        return _way_of_large(ways, model.device.type).name
    seconds = time_on_texts(model, ways)
    answer = fastest_way(seconds, ways[0].name)
    if len(seconds) > 1:  # else time ran short, as on a very busy machine: try again at the next start
        keep_choice(question, answer, seconds)
    return answer


def time_on_texts(
    model: SentenceTransformer, ways: Sequence[Way], *, seconds: float = SECONDS
) -> dict[str, float]:
    """Return the seconds that each way takes for some texts; a way that cannot win may be left out."""
    started = time.perf_counter()
    texts = _texts_to_time(model)
    converted: dict[str, SentenceTransformer] = {}
    by_name = {way.name: way for way in ways}
    count_tokens = token_counter(copy.deepcopy(model.tokenizer))

    def run(name: str) -> np.ndarray:
        if name not in converted:
            converted[name] = convert(model, by_name[name])
        return encode_in_batches(converted[name], by_name[name], texts, count_tokens)

    left = seconds - (time.perf_counter() - started)
    found = time_ways(list(by_name), run, seconds=left)
    converted.clear()
    gc.collect()  # modules refer to themselves: the copies would stay until some later collection
    return found


def _way_of_large(ways: Sequence[Way], device: str) -> Way:
    """Return the way for a model that is too large to be timed; on a processor the product was timed."""
    import torch

    if device == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False):
        return ways[0]
    return next((way for way in ways if way.dtype == "bfloat16"), ways[0])


def _texts_to_time(model: SentenceTransformer) -> list[str]:
    """Return so many texts that the plain way takes about `LEAST_SECONDS`; this initialises libraries."""
    encode_in_batches(model, PLAIN, make_texts(1))
    n, taken = FEWEST_TEXTS, 0.0
    while n < MOST_TEXTS and taken < LEAST_SECONDS / 4:
        n = 4 * n if taken else n
        start = time.perf_counter()
        encode_in_batches(model, PLAIN, make_texts(n))
        taken = time.perf_counter() - start
    return make_texts(max(FEWEST_TEXTS, int(n * min(4.0, LEAST_SECONDS / taken))))


WORDS = (
    "the a of and to in is was for with my our that this not but very after before when because so we they",
    "order delivery invoice refund customer service tram driver doctor hospital appointment paper result",
    "friendly late broken helpful unacceptable reimbursement electricity neighbourhood subscription",
    "called waited paid wrote answered promised cancelled misunderstood recommended 2026 14:30 €49.90 Zürich",
    "PayPal covid-19 bluetooth smartphone pasta yoghurt parcel, again. please! why? thanks; however,",
)
TYPICAL_WORDS = 20
"""Of a text: about 30 tokens."""


@cache
def make_texts(n: int) -> list[str]:
    """Return n different texts of nearly one length, like neighbours in a corpus that is sorted by length.

    The pool they are taken from is larger: as in a corpus, texts of as many characters differ in tokens.
    """
    rng, words = np.random.default_rng(0), " ".join(WORDS).split()
    pool = {" ".join(rng.choice(words, TYPICAL_WORDS)): None for _ in range(4 * n)}
    by_length = sorted(pool, key=len)
    first = (len(by_length) - n) // 2
    return by_length[first : first + n]
