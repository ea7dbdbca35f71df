"""The client with which the Hugging Face hub's own library asks."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from .addresses import AddressRefused, is_metadata_address

if TYPE_CHECKING:
    import httpx2


def guard_hub(count: Callable[[int], None] | None = None) -> None:
    """Let the hub's library refuse the addresses that are never asked, at each step of a redirect too.

    Files in the hub's chunked store come through a library of its own, which takes no such check.

    Parameters
    ----------
    count : callable, optional
        Called with the number of bytes whenever some of a body arrive: the hub's library tells of 10 MB at
        once.
    """
    from huggingface_hub import set_client_factory

    set_client_factory(partial(_client, count))


def _client(count: Callable[[int], None] | None) -> httpx2.Client:
    import httpx2
    from huggingface_hub.utils._http import hf_request_event_hook  # in no public module

    class Counted(httpx2.SyncByteStream):
        def __init__(self, stream: httpx2.SyncByteStream) -> None:
            self.stream = stream

        def __iter__(self) -> Iterator[bytes]:
            for piece in self.stream:
                if count is not None:
                    count(len(piece))
                yield piece

        def close(self) -> None:
            self.stream.close()

    def wrap(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = Counted(response.stream)

    return httpx2.Client(
        event_hooks={"request": [hf_request_event_hook, _check], "response": [wrap]},
        follow_redirects=True,
        timeout=None,
    )


def _check(request: httpx2.Request) -> None:
    host, found = request.url.host, []
    with suppress(OSError):  # behind a proxy, which looks it up
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, request.url.port or 443)]
    if any(map(is_metadata_address, [host, *found])):
        raise AddressRefused(host)
