"""How much of what one person may bring to a shared server."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.utils.server_rules import check_size
from pages.common.account.place import rules


def upload_limit() -> int:
    """Return the megabytes that one file may have: the server's limit, or that of its rules."""
    limit, known = int(st.get_option("server.maxUploadSize")), rules()
    return limit if known is None else min(limit, known.max_upload_mb)


def upload_file(
    label: str, *, key: str, help: str | None = None, is_labelled: bool = True
) -> UploadedFile | None:
    """Draw an upload of one file of any type, and return it; None before there is one.

    Without `type`: a file of another format is refused in words, when it is read.

    Raises
    ------
    CorpusError
        When it is larger than a shared server takes.
    """
    file = st.file_uploader(
        label,
        key=key,
        help=help,
        max_upload_size=upload_limit(),
        label_visibility="visible" if is_labelled else "collapsed",
    )
    if file is not None:
        check_size(file.name, file.size)
    return file
