"""Files of a model in a folder: which are loaded, their content, and what they state."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from ...errors import EncoderUnavailable
from ...utils import content_key

DESCRIPTION_FILES = ("modules.json", "config.json")
WEIGHT_SUFFIXES = (".safetensors", ".bin")
LOADED_SUFFIXES = (*WEIGHT_SUFFIXES, ".json", ".txt", ".model")
USUAL_TOKENS = 512
"""Limit of models whose files state none, and the highest for INSTRUCTOR and InBedder, as trained."""

MOST_SETTINGS_BYTES = 32 * 2**20  # ten times those of the longest vocabularies of added tokens

MOST_TOKENS = 8_192
"""Highest limit, also for models with a higher one: time and memory grow with it."""


def is_model(folder: Path) -> bool:
    """Return whether a folder holds a description of a model, and weights."""
    described = any((folder / description).is_file() for description in DESCRIPTION_FILES)
    return described and any(path.suffix in WEIGHT_SUFFIXES for path in folder.rglob("*") if path.is_file())


def model_key(folder: Path) -> str:
    """Return the content key of all files that are loaded. Cost: about a second a gigabyte, once."""
    return content_key({str(path.relative_to(folder)): file_digest(path) for path in loaded_files(folder)})


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, computed again when its size or time changes."""
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns)


def files_size(folder: Path) -> int:
    """Return the bytes of the files that are loaded; weights in two formats count once."""
    files = loaded_files(folder)
    safe = {path.parent for path in files if path.suffix == ".safetensors"}
    return sum(path.stat().st_size for path in files if path.suffix != ".bin" or path.parent not in safe)


def read_settings(file: Path) -> dict:
    """Return the JSON object in a file; an empty one where there is none, or one of more than 32 MB."""
    try:
        if file.stat().st_size > MOST_SETTINGS_BYTES:
            return {}
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return settings if isinstance(settings, dict) else {}


def transformer_folder(folder: Path) -> Path:
    """Return the folder of the transformer itself; old versions put one inside the model's."""
    inner = folder / "0_Transformer"
    return inner if (inner / "config.json").is_file() else folder


def architecture(folder: Path) -> str:
    """Return the class of a model that its files name, such as "BertModel"; "" where they name none."""
    return str((read_settings(folder / "config.json").get("architectures") or [""])[0])


def stated_tokens(folder: Path) -> int:
    """Return the token limit that a model's files state, else `USUAL_TOKENS`."""
    inner = transformer_folder(folder)
    places = {
        "sentence_bert_config.json": "max_seq_length",
        "tokenizer_config.json": "model_max_length",
        "config.json": "max_position_embeddings",
    }
    limits = [read_settings(inner / file).get(key) for file, key in places.items()]
    # Tokenisers without a limit state a huge number.
    return next((int(limit) for limit in limits if isinstance(limit, int) and limit < 10**6), USUAL_TOKENS)


def loaded_files(folder: Path) -> list[Path]:
    """Return the files that a library may load, in order."""
    return sorted(path for path in folder.rglob("*") if path.suffix in LOADED_SUFFIXES and path.is_file())


@lru_cache(maxsize=256)
def _file_digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def unreadable(name: str, folder: Path, error: Exception) -> EncoderUnavailable:
    """Return the error for files that a library could not load."""
    why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    if "trust_remote_code" in str(error):
        why = "it brings code of its own, which Refract does not run"
    return EncoderUnavailable(
        f"The encoder {name} in {folder} cannot be read ({why}): choose another model or folder."
    )
