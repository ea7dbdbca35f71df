"""Choose, describe and try an encoder; upload precomputed vectors."""

from pages.common.encoders.chooser import draw_encoder_chooser, encoder_problem, encoding_cost, prompt_of
from pages.common.encoders.encoding_time import draw_time, encoding_seconds, time_it
from pages.common.encoders.fields import forget_fields
from pages.common.encoders.legibility import doubt_about
from pages.common.encoders.preview import (
    draw_preview_mark,
    draw_preview_time,
    follow_preview,
    previews_first,
    start_map,
)
from pages.common.encoders.trial import kept_trial
from pages.common.encoders.vector_upload import (
    Upload,
    draw_vector_upload,
    keep_vectors,
    kept_vectors_name,
    read_vectors,
)

__all__ = [
    "Upload",
    "doubt_about",
    "draw_encoder_chooser",
    "draw_preview_mark",
    "draw_preview_time",
    "draw_time",
    "draw_vector_upload",
    "encoder_problem",
    "encoding_cost",
    "encoding_seconds",
    "follow_preview",
    "forget_fields",
    "keep_vectors",
    "kept_trial",
    "kept_vectors_name",
    "previews_first",
    "prompt_of",
    "read_vectors",
    "start_map",
    "time_it",
]
