"""Connections for one request: to the very address that was checked, and until one moment in time."""

from __future__ import annotations

import io
import socket
import ssl
import time
import urllib.request
from contextlib import suppress
from functools import cache, partial
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING

from ..server_rules import find_rules
from .addresses import (
    AddressRefused,
    KeyRefused,
    host_in,
    is_local,
    is_metadata_address,
    is_private,
)

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def open_request(request: urllib.request.Request, seconds: float) -> HTTPResponse:
    """Send a request, and return the reply, of which every byte must come within so many seconds.

    Redirects are errors, and a local server is asked without a proxy.

    Raises
    ------
    urllib.error.HTTPError
        When the reply has an error status.
    OSError, http.client.HTTPException
        When there is no reply; a TimeoutError also comes while the reply is read.
    AddressRefused
        When the name of the server leads to an address that is never asked.
    KeyRefused
        When a key would go over plain http to an address that is not private.
    """
    # None stands for the proxies that the environment names now.
    proxy = urllib.request.ProxyHandler({} if is_local(host_in(request.full_url)) else None)
    return urllib.request.build_opener(proxy, _NoRedirect, _Checked).open(request, timeout=seconds)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Handler that turns a redirect into an error."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def _left(end: float) -> float:
    """Return the seconds until a moment; raise TimeoutError once it is over."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def _connect(
    end: float,
    only_private: bool,
    address: tuple[str, int],
    timeout: float | None,
    source: tuple[str, int] | None = None,
) -> socket.socket:
    """Connect to a host at the very address that was checked: looked up again, it could be another one."""
    host, port = address
    found = [each[4] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if any(is_metadata_address(str(each[0])) for each in found):
        raise AddressRefused(host)
    if only_private and not all(is_private(str(each[0])) for each in found):
        raise KeyRefused(host)
    for each in found[:-1]:
        with suppress(OSError):
            return socket.create_connection((str(each[0]), port), _left(end), source)
    return socket.create_connection((str(found[-1][0]), port), _left(end), source)


class _UntilEnd(io.RawIOBase):
    """The bytes of a socket until a moment; a timeout of the socket alone starts again with each byte."""

    def __init__(self, sock: socket.socket, raw: io.RawIOBase, end: float) -> None:
        self._sock, self._raw, self._end = sock, raw, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        self._sock.settimeout(_left(self._end))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reply(HTTPResponse):
    """Reply whose status, headers and body come through `_UntilEnd`."""

    def __init__(
        self, end: float, sock: socket.socket, debuglevel: int = 0, method: str | None = None
    ) -> None:
        super().__init__(sock, debuglevel, method)
        self.fp = io.BufferedReader(_UntilEnd(sock, self.fp.detach(), end))


def _prepare(connection: HTTPConnection, *, only_private: bool = False) -> None:
    """Let a connection be made by `_connect`, and end as a whole after the time for it.

    `_create_connection` is private to `http.client`, which has no other way to choose the address, and
    `response_class` has no documentation. Tests fail when they have no effect any more.
    """
    assert connection.timeout is not None  # given with every request
    end = time.monotonic() + connection.timeout
    # Neither is in the stubs as something that may be set.
    connection._create_connection = partial(_connect, end, only_private)  # type: ignore[attr-defined]
    connection.response_class = partial(_Reply, end)  # type: ignore[assignment]


class _CheckedConnection(HTTPConnection):
    def connect(self) -> None:
        _prepare(self)
        super().connect()


class _PrivateConnection(HTTPConnection):
    """The same to an address of one's own network only."""

    def connect(self) -> None:
        _prepare(self, only_private=True)
        super().connect()


class _CheckedTlsConnection(HTTPSConnection):
    """The same over TLS; the certificate is checked against the name."""

    def connect(self) -> None:
        _prepare(self)
        super().connect()


class _Checked(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Handler of both kinds of address."""

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        if not request.has_header("Authorization") or _is_allowed(request.full_url):
            return self.do_open(_CheckedConnection, request)
        if request.has_proxy():  # which looks the name up, and sends the key on
            raise KeyRefused(host_in(request.full_url))
        return self.do_open(_PrivateConnection, request)

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_CheckedTlsConnection, request, context=_tls())


def _is_allowed(url: str) -> bool:
    """Return whether the rules of a shared server name an address, of which its key is."""
    rules = find_rules()
    return rules is not None and rules.allows_endpoint(url)


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
