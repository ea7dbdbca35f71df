"""An uploaded file that is no table, but an analysis saved elsewhere: open it, and go to its maps."""

from __future__ import annotations

from pathlib import PurePath

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.errors import StoreError
from core.storage.analysis_file import ENDING, open_analysis
from pages.common import (
    MAPS_NOTICE,
    analysis_title,
    cache,
    draw_reading,
    is_prepared,
    keep_notice,
    keep_toast,
    navigation,
    show_message,
    switch_corpus,
)
from pages.common import open_analysis as use_analysis


def is_analysis_file(file: UploadedFile) -> bool:
    """Whether an upload is an analysis, by its name."""
    return PurePath(file.name).suffix.lower() == ENDING


def open_file(file: UploadedFile) -> None:
    """Open the analysis of a file and its maps, or say why it cannot be opened."""
    try:
        with draw_reading(file.name) as report:
            found = open_analysis(cache.store(), file, shown=PurePath(file.name).name, report=report)
    except StoreError as error:
        show_message(str(error))
        return
    switch_corpus(found.corpus_key)
    use_analysis(found.analysis_id)
    title = analysis_title(cache.store().analysis(found.analysis_id))
    keep_toast(
        f"“{title}” " + ("was opened." if found.is_new else "is here already: it was opened as it is.")
    )
    if is_prepared(cache.store().corpus_entry(found.corpus_key)):
        if found.notes:
            keep_notice(MAPS_NOTICE, " ".join(found.notes), "info")
        navigation.go_to(navigation.MAPS)
    else:  # its vectors are to be computed first
        st.rerun()
