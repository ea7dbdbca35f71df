"""Choose, describe and try an encoder; upload ready vectors."""

from pages.common.encoders.chooser import draw_encoder_chooser, prompt_of, reading_cost, why_not
from pages.common.encoders.fields import forget_fields
from pages.common.encoders.trial import kept_trial
from pages.common.encoders.vector_upload import Upload, draw_ready_upload, keep, kept_name, read_upload

__all__ = [
    "Upload",
    "draw_encoder_chooser",
    "draw_ready_upload",
    "forget_fields",
    "keep",
    "kept_name",
    "kept_trial",
    "prompt_of",
    "read_upload",
    "reading_cost",
    "why_not",
]
