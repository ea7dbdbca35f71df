"""Models on the Hugging Face hub: kept downloads by revision, and new ones, which a person asks for."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from ...errors import EncoderUnavailable
from ...utils import (
    AddressRefused,
    ChildProcessEnded,
    ChildProcessFailed,
    Report,
    guard_hub,
    run_in_child,
)
from .folder import DESCRIPTION_FILES, is_model
from .packaged import (
    PACKAGED_COMMIT,
    PACKAGED_FILES,
    PACKAGED_MODEL,
    PACKAGED_REPOSITORY,
    downloaded_place,
    keep_download,
)
from .watch import SLOWEST, Download, Stalled, counting_bar

HUB_OWNER = "sentence-transformers"  # of names without an owner
HUB_TIMEOUT = 10.0  # seconds
SECONDS_STALLED = 60.0
"""A download that brings less than `SLOWEST` a second for so long is stopped."""
UNFINISHED = "*.incomplete"  # files that the hub's library leaves where its process is ended
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

    return _host_of(constants.ENDPOINT)


def _host_of(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or endpoint


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


def download(repository: str, revision: str = "", report: Report | None = None) -> Path:
    """Download a model, in a process of its own: the hub's library can be neither bounded nor stopped.

    Parameters
    ----------
    revision : str
        A branch, tag or commit; "" for the main branch.
    report : Report, optional
        Called with the bytes that came, and all; may raise `Cancelled`.

    Raises
    ------
    EncoderUnavailable
        When there is no such model or revision, the disk is too full, the download failed, or nothing came
        for `SECONDS_STALLED`.
    """
    from huggingface_hub import constants

    blobs = Path(constants.HF_HUB_CACHE) / f"models--{repository.replace('/', '--')}" / "blobs"
    before = set(blobs.glob(UNFINISHED))
    try:
        asked = {"repository": repository, "revision": revision, "cache": constants.HF_HUB_CACHE}
        return Path(_in_child("fetch", repository, report, **asked))
    finally:
        for path in set(blobs.glob(UNFINISHED)) - before:  # the library goes on with none of them
            path.unlink(missing_ok=True)


def download_packaged(report: Report | None = None) -> Path:
    """Download the files of the packaged model, each as the table of `packaged` has it.

    Raises
    ------
    EncoderUnavailable
        When they could not be downloaded, or are not the official ones.
    """
    place = downloaded_place()
    part = None
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{PACKAGED_MODEL}-", dir=place.parent))
        _in_child("fetch_packaged", PACKAGED_MODEL, report, folder=str(part))
        shutil.rmtree(part / ".cache", ignore_errors=True)  # the library's own notes
        return keep_download(part)
    except OSError as error:
        raise EncoderUnavailable(_not_packaged(error)) from error
    finally:
        if part is not None:
            shutil.rmtree(part, ignore_errors=True)


def _in_child(function: str, name: str, report: Report | None, **arguments: str) -> str:
    """Run a function of this module in a child process, asking and keeping where this process does."""
    from huggingface_hub import constants

    try:
        return str(
            run_in_child(
                f"{__name__}:{function}",
                report or (lambda stage, done, total: None),
                limits=None,
                endpoint=constants.ENDPOINT,
                seconds=SECONDS_STALLED,
                **arguments,
            )
        )
    except ChildProcessEnded as error:
        raise EncoderUnavailable(
            f"The download of {name} ended in the middle: try again, or choose another encoder."
        ) from error
    except ChildProcessFailed as error:
        raise EncoderUnavailable(str(error)) from error


def fetch(
    report: Report, *, repository: str, revision: str, endpoint: str, cache: str, seconds: float
) -> str:
    """Download a model to the cache of the hub's library; return its folder. For child processes.

    Raises as `download`.
    """
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )
    from huggingface_hub.utils import disable_progress_bars, filter_repo_objects

    where = f"looked in {cache}"
    otherwise = f"or choose {PACKAGED_MODEL}, which needs no network, or a folder."
    coming = Download(f"Downloading from {_host_of(endpoint)}")
    disable_progress_bars()
    guard_hub(coming.count)

    def work() -> str:
        information = HfApi(endpoint=endpoint).model_info(
            repository, revision=revision or None, timeout=HUB_TIMEOUT, files_metadata=True
        )
        files = [file.rfilename for file in information.siblings or []]
        twice = [PICKLED_WEIGHTS] if any(file.endswith(".safetensors") for file in files) else []
        ignored = [*NOT_DOWNLOADED, *twice]
        wanted = set(filter_repo_objects(files, ignore_patterns=ignored))
        sizes = [file.size or 0 for file in information.siblings or [] if file.rfilename in wanted]
        _check_disk(repository, sizes, Path(cache))
        coming.total = max(1, sum(sizes))
        return str(
            snapshot_download(
                repository,
                revision=revision or None,
                ignore_patterns=ignored,
                etag_timeout=HUB_TIMEOUT,
                endpoint=endpoint,
                cache_dir=cache,
                tqdm_class=counting_bar(coming),
            )
        )

    try:
        folder = coming.follow(work, report, seconds)
    except AddressRefused as error:
        raise EncoderUnavailable(str(error)) from error
    except EncoderUnavailable:
        raise
    except Stalled as error:
        raise EncoderUnavailable(
            f"The download of {repository} was stopped: less than {SLOWEST // 1000} kB a second came from "
            f"{_host_of(endpoint)} for {seconds:,.0f} seconds. The files that came whole are kept: try again "
            f"later, and only the others are fetched, {otherwise}"
        ) from error
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
            f"{endpoint} ({type(error).__name__}): connect to the network and try again, "
            f"{otherwise}"
        ) from error
    if not is_model(Path(folder)):
        raise EncoderUnavailable(
            f"{repository} on the Hugging Face hub holds no model that Refract can read (no "
            f"{' or '.join(DESCRIPTION_FILES)} with weights beside it): choose another, {otherwise}"
        )
    return folder


def fetch_packaged(report: Report, *, folder: str, endpoint: str, seconds: float) -> str:
    """Download the packaged model to a folder, unchecked. For child processes; raises as `download`."""
    from huggingface_hub import snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    coming = Download(f"Downloading from {_host_of(endpoint)}")
    disable_progress_bars()
    guard_hub(coming.count)

    def work() -> str:
        return str(
            snapshot_download(
                PACKAGED_REPOSITORY,
                revision=PACKAGED_COMMIT,
                allow_patterns=list(PACKAGED_FILES),
                local_dir=folder,
                etag_timeout=HUB_TIMEOUT,
                endpoint=endpoint,
                tqdm_class=counting_bar(coming),
            )
        )

    try:
        return coming.follow(work, report, seconds)
    except Stalled as error:
        raise EncoderUnavailable(
            f"The download of {PACKAGED_MODEL} was stopped: less than {SLOWEST // 1000} kB a second came "
            f"from {_host_of(endpoint)} for {seconds:,.0f} seconds; try again later, or run pip install -r "
            "requirements.txt."
        ) from error
    except Exception as error:  # as above
        raise EncoderUnavailable(_not_packaged(error, endpoint)) from error


def _not_packaged(error: Exception, endpoint: str = "") -> str:
    return (
        f"The encoder {PACKAGED_MODEL} could not be downloaded from {endpoint or hub_host()} "
        f"({type(error).__name__}): connect to the network and try again, or run pip install -r "
        "requirements.txt."
    )


def _check_disk(repository: str, sizes: list[int], place: Path) -> None:
    """Raise EncoderUnavailable where files of these sizes do not fit beside the downloads of the hub."""
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if sum(sizes) > free:
        raise EncoderUnavailable(
            f"The encoder {repository} has {sum(sizes) / 1e9:,.1f} GB, and the disk of {place} has "
            f"{free / 1e9:,.1f} GB left: free some space, or choose another."
        )
