"""Encoders turn texts into embeddings: unit vectors, in the generic space or under an instruction."""

from core.encoders.addresses import host_of
from core.encoders.answers import explain_clusters
from core.encoders.facts import EncoderFacts, default_template, describe_encoder, preview_prompt, title_of
from core.encoders.protocol import Encoder
from core.encoders.reading import count_too_long, estimate_seconds, time_first_texts
from core.encoders.ready import ReadyVectors, read_ready_vectors, ready_name, split_ready
from core.encoders.registry import (
    DEFAULT_ENCODER,
    EncoderChoice,
    available_encoders,
    instructed_encoders,
    load_encoder,
)
from core.encoders.sources import files_signature

__all__ = [
    "DEFAULT_ENCODER",
    "Encoder",
    "EncoderChoice",
    "EncoderFacts",
    "ReadyVectors",
    "available_encoders",
    "count_too_long",
    "default_template",
    "describe_encoder",
    "estimate_seconds",
    "explain_clusters",
    "files_signature",
    "host_of",
    "instructed_encoders",
    "load_encoder",
    "preview_prompt",
    "read_ready_vectors",
    "ready_name",
    "split_ready",
    "time_first_texts",
    "title_of",
]
