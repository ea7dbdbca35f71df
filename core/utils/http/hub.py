"""The client with which the Hugging Face hub's own library asks."""

from __future__ import annotations

import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from .addresses import AddressRefused, is_metadata_address

if TYPE_CHECKING:
    import httpx2


def guard_hub() -> None:
    """Let the hub's library refuse the addresses that are never asked, at each step of a redirect too.

    Files in the hub's chunked store come through a library of its own, which takes no such check.
    """
    from huggingface_hub import set_client_factory

    set_client_factory(_client)


def _client() -> httpx2.Client:
    import httpx2
    from huggingface_hub.utils._http import hf_request_event_hook  # in no public module

    return httpx2.Client(
        event_hooks={"request": [hf_request_event_hook, _check]}, follow_redirects=True, timeout=None
    )


def _check(request: httpx2.Request) -> None:
    host, found = request.url.host, []
    with suppress(OSError):  # behind a proxy, which looks it up
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, request.url.port or 443)]
    if any(map(is_metadata_address, [host, *found])):
        raise AddressRefused(host)
