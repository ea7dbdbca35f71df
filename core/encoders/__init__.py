"""Turn texts into embeddings: by models, by servers, by static vectors of tokens, or precomputed."""

from core.encoders.base import (
    AnsweringEncoder,
    Encoder,
    EncoderFacts,
    ViewsEncoder,
    continue_encoder,
    encode_like_corpus,
    gives_views,
    writes_answers,
)
from core.encoders.catalogue import (
    DEFAULT_ENCODER,
    PREVIEW_ENCODER,
    available_encoders,
    check_legibility,
    count_too_long,
    default_template,
    describe_encoder,
    family_of,
    instructed_encoders,
    load_encoder,
    make_encoder,
    preview_prompt,
    title_of,
    vectors_source,
)
from core.encoders.cost_estimate import (
    SpeedWatch,
    count_tokens,
    measure_speed,
    sample_by_length,
    time_first_texts,
)
from core.encoders.legibility import MULTILINGUAL, Legibility
from core.encoders.model_files import HUB_TIMEOUT, files_signature, model_folder, packaged_folder
from core.encoders.openai_endpoint import host_of
from core.encoders.precomputed import (
    PrecomputedVectors,
    as_precomputed,
    precomputed_name,
    read_precomputed,
    split_precomputed,
)
from core.encoders.sentence_transformer import SentenceEncoder
from core.encoders.spec import EncoderSpec, is_folder

__all__ = [
    "DEFAULT_ENCODER",
    "HUB_TIMEOUT",
    "MULTILINGUAL",
    "PREVIEW_ENCODER",
    "AnsweringEncoder",
    "Encoder",
    "EncoderFacts",
    "EncoderSpec",
    "Legibility",
    "PrecomputedVectors",
    "SentenceEncoder",
    "SpeedWatch",
    "ViewsEncoder",
    "as_precomputed",
    "available_encoders",
    "check_legibility",
    "continue_encoder",
    "count_tokens",
    "count_too_long",
    "default_template",
    "describe_encoder",
    "encode_like_corpus",
    "family_of",
    "files_signature",
    "gives_views",
    "host_of",
    "instructed_encoders",
    "is_folder",
    "load_encoder",
    "make_encoder",
    "measure_speed",
    "model_folder",
    "packaged_folder",
    "precomputed_name",
    "preview_prompt",
    "read_precomputed",
    "sample_by_length",
    "split_precomputed",
    "time_first_texts",
    "title_of",
    "vectors_source",
    "writes_answers",
]
