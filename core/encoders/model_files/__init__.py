"""Files of models: in a folder, packaged with Refract, or on the Hugging Face hub."""

from .find import (
    download_model,
    files_signature,
    find_folder,
    model_folder,
    packaged_folder,
)
from .folder import (
    MOST_TOKENS,
    USUAL_TOKENS,
    architecture,
    files_size,
    is_model,
    model_key,
    read_settings,
    stated_tokens,
    transformer_folder,
    unreadable,
)
from .hub import COMMIT, HUB_TIMEOUT, commit_of, hub_host, repository_of
from .packaged import PACKAGED_COMMIT, PACKAGED_MODEL, is_packaged

__all__ = [
    "COMMIT",
    "HUB_TIMEOUT",
    "MOST_TOKENS",
    "PACKAGED_COMMIT",
    "PACKAGED_MODEL",
    "USUAL_TOKENS",
    "architecture",
    "commit_of",
    "download_model",
    "files_signature",
    "files_size",
    "find_folder",
    "hub_host",
    "is_model",
    "is_packaged",
    "model_folder",
    "model_key",
    "packaged_folder",
    "read_settings",
    "repository_of",
    "stated_tokens",
    "transformer_folder",
    "unreadable",
]
