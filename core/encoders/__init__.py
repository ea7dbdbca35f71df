"""Turn texts into embeddings: sentence-transformers, INSTRUCTOR, InBedder, servers, ready vectors."""

from core.encoders.base import Encoder
from core.encoders.catalogue import (
    DEFAULT_ENCODER,
    EncoderChoice,
    available_encoders,
    instructed_encoders,
    load_encoder,
)
from core.encoders.cost_estimate import (
    count_tokens,
    count_too_long,
    estimate_seconds,
    sample_by_length,
    time_first_texts,
)
from core.encoders.describe import EncoderFacts, default_template, describe_encoder, preview_prompt, title_of
from core.encoders.endpoint_address import host_of
from core.encoders.model_files import HUB_TIMEOUT, files_signature, model_folder, packaged_folder
from core.encoders.precomputed import ReadyVectors, read_ready_vectors, ready_name, split_ready
from core.encoders.spec import find_kind, is_folder, split_name

__all__ = [
    "DEFAULT_ENCODER",
    "HUB_TIMEOUT",
    "Encoder",
    "EncoderChoice",
    "EncoderFacts",
    "ReadyVectors",
    "available_encoders",
    "count_tokens",
    "count_too_long",
    "default_template",
    "describe_encoder",
    "estimate_seconds",
    "files_signature",
    "find_kind",
    "host_of",
    "instructed_encoders",
    "is_folder",
    "load_encoder",
    "model_folder",
    "packaged_folder",
    "preview_prompt",
    "read_ready_vectors",
    "ready_name",
    "sample_by_length",
    "split_name",
    "split_ready",
    "time_first_texts",
    "title_of",
]
