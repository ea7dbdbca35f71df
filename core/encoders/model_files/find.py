"""The folder of a model by its name: packaged, a folder, or downloaded."""

from __future__ import annotations

from pathlib import Path

from ...errors import EncoderUnavailable
from ...utils import COMMAND, Report, content_key
from ...utils.server_rules import check_model
from ..spec import EncoderSpec, is_folder
from .folder import DESCRIPTION_FILES, is_model, loaded_files
from .hub import (
    HUB_OWNER,
    download,
    download_packaged,
    downloaded_folder,
    hub_host,
    repository_of,
    searched_place,
)
from .packaged import PACKAGED_MODEL, find_packaged, is_packaged


def model_folder(source: str, revision: str = "") -> Path:
    """Return the folder of a model's files; nothing is downloaded.

    Raises
    ------
    EncoderUnavailable
        When there is no such model on this machine, or its files are not those expected.
    """
    folder = find_folder(source, revision)
    if folder is None:
        named = f"{source}@{revision}" if revision else source
        raise EncoderUnavailable(
            f"The encoder {named} is not on this machine ({searched_place()}): download it from {hub_host()} "
            f"first, as by {COMMAND} download {named}, or choose one that is here."
        )
    return folder


def find_folder(source: str, revision: str = "") -> Path | None:
    """Return the folder of a model's files; None for a name on the hub that was not downloaded yet.

    Parameters
    ----------
    source : str
        The packaged model's name, a folder, or a name on the hub.
    revision : str
        Of a name on the hub: a branch, tag or commit; "" for the main branch.

    Raises
    ------
    EncoderUnavailable
        When the name cannot stand for a model, or its files are not those expected.
    """
    name = source.strip()
    if is_packaged(name, revision):
        return find_packaged()
    if is_folder(name) and not revision:
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
    return downloaded_folder(repository_of(name), revision)


def packaged_folder() -> Path:
    """Return the folder of the packaged model, after a check of all its files.

    Raises
    ------
    EncoderUnavailable
        When it is not on this machine, or a file is missing, changed or additional.
    """
    return model_folder(PACKAGED_MODEL)


def download_model(name: str, report: Report | None = None) -> None:
    """Download a model from the hub where it is not on this machine; a person asked for it.

    Parameters
    ----------
    report : Report, optional
        Called with the bytes that came, and all; may raise `Cancelled`.

    Raises
    ------
    EncoderUnavailable
        When there is no such model, the server does not allow it, or the download failed or stalled.
    """
    spec = EncoderSpec.parse(name)
    if spec.is_local:
        check_model(spec.source)
    if not spec.is_local or find_folder(spec.source, spec.revision) is not None:
        return
    if is_packaged(spec.source, spec.revision):
        download_packaged(report)
    else:
        download(repository_of(spec.source), spec.revision, report)


def files_signature(name: str) -> str:
    """Return a signature of an encoder's files, by sizes and times, that changes when the files do.

    "" for models on the hub, whose names hold the commit, and for names without a folder of a model.
    """
    spec = EncoderSpec.parse(name)
    if not spec.is_local or not is_folder(spec.source):
        return ""
    folder = Path(spec.source).expanduser()
    if not is_model(folder):
        return ""
    found = [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in loaded_files(folder)]
    return content_key("files", found)
