"""The task that downloads an encoder from the hub, which a person asked for."""

from __future__ import annotations

from ..encoders import download_model, hub_host
from ..storage import Store
from ..utils import Report


def download_encoder(store: Store, report: Report, *, encoder: str) -> None:
    """Download an encoder where it is not on this machine.

    Raises
    ------
    EncoderUnavailable
        When there is no such model, or the download failed or stalled.
    """
    report(f"Downloading from {hub_host()}", 0, 1)
    download_model(encoder, report)
