"""InBedder: embeddings from the hidden states with which a language model answers the instruction."""

from .family import InBedderFamily

__all__ = ["InBedderFamily"]
