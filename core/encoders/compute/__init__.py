"""How a sentence-transformers model computes: the ways to do it, and the fastest of them on this machine."""

from .choice import choose_way, time_on_texts
from .timing import fastest_way, time_ways
from .ways import (
    PLAIN,
    Way,
    convert,
    encode_in_batches,
    number_formats,
    token_counter,
    ways_on,
)

__all__ = [
    "PLAIN",
    "Way",
    "choose_way",
    "convert",
    "encode_in_batches",
    "fastest_way",
    "number_formats",
    "time_on_texts",
    "time_ways",
    "token_counter",
    "ways_on",
]
