"""Requests to servers of the settings: no redirects, no key in a message, retries, parallel requests."""

from __future__ import annotations

import json
import math
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TypeVar

from core.errors import Cancelled
from core.utils.formatting import one_line
from core.utils.http.addresses import AddressRefused, host_in, is_local, is_metadata_address

TRANSIENT_STATUSES = (408, 409, 425, 429)
"""Refusals below 500 after which the same request may succeed; so it may after all from 500 on."""

MAX_MESSAGE_CHARACTERS = 200
"""Of a server's message about a refusal."""

PARALLEL_REQUESTS = 4
IDLE_SECONDS = 0.25
"""Time between two calls of `idle` in `run_parallel`."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class RequestLimits:
    """Limits of time, attempts and size for requests to a server.

    `timeout` is in seconds without a byte from the server, `longest_pause` in seconds between two attempts.
    `most_bytes` of a reply are read. `retry_timeouts` sends a request again that timed out.
    """

    attempts: int
    timeout: float
    longest_pause: float
    most_bytes: int
    retry_timeouts: bool = True


class RequestRefused(Exception):
    """A reply with an error status: the status, and the server's message without the key."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


class ServerUnreachable(Exception):
    """No reply, or one that was cut off, after all attempts."""


def can_be_key(text: str) -> bool:
    """Return whether a text can be sent as a key; `http.client` would show another in its message."""
    return text.isascii() and text.isprintable()


def is_transient(status: int) -> bool:
    """Return whether the same request may succeed after a refusal with this status."""
    return status in TRANSIENT_STATUSES or status >= 500


def post_with_retries(
    url: str,
    make_body: Callable[[], dict],
    read_reply: Callable[[bytes], Result],
    limits: RequestLimits,
    *,
    key: str,
    pause: Callable[[float], object],
    stop: threading.Event,
    adapt: Callable[[RequestRefused, dict], bool],
) -> Result:
    """Post a JSON object, again after a pause while the server is busy or away.

    Parameters
    ----------
    url : str
        Texts go to this server only: a redirect is an error, and no proxy is used for a local server.
    make_body : callable
        Returns the object; called before each attempt.
    read_reply : callable
        Parses the reply. A ConnectionError from it counts as a reply that was cut off.
    key : str
        Bearer token; "" for servers without.
    pause : callable
        Waits so many seconds.
    stop : threading.Event
        Once it is set, nothing more is sent.
    adapt : callable
        Called with a refusal and the refused body. Returns True when `make_body` now leaves out what the
        server did not accept: the next attempt follows at once. May raise to end the attempts.

    Raises
    ------
    RequestRefused
        When the refusal is permanent, or was the last attempt.
    ServerUnreachable
        When there is no whole reply.
    AddressRefused
        When the address is, or leads to, one that is never asked.
    Cancelled
        When `stop` is set.
    """
    for attempt in range(1, limits.attempts + 1):
        if stop.is_set():
            raise Cancelled("Stopped.")
        last, body = attempt == limits.attempts, make_body()
        try:
            return read_reply(_post(url, body, key, limits))
        except urllib.error.HTTPError as error:
            with error:
                refusal = RequestRefused(error.code, _message_of(error, key))
            if adapt(refusal, body) and not last:
                continue
            if last or not is_transient(refusal.status):
                raise refusal from None  # HTTPError holds the request, and with it the key
            seconds = retry_seconds(attempt, error.headers.get("Retry-After"))
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            if last or (isinstance(reason, TimeoutError) and not limits.retry_timeouts):
                raise ServerUnreachable(str(reason)) from None
            seconds = retry_seconds(attempt)
        pause(min(seconds, limits.longest_pause))
    raise AssertionError("the last attempt returns or raises")


def get(url: str, *, key: str, timeout: float, most_bytes: int) -> bytes:
    """Return what a server holds at an address, in one attempt; the key goes to this server only.

    Raises
    ------
    RequestRefused
        When the reply has an error status.
    ServerUnreachable
        When there is no whole reply within `timeout` seconds.
    AddressRefused
        When the address is, or leads to, one that is never asked.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "refract"})
    try:
        return _read(request, key, timeout, most_bytes)
    except urllib.error.HTTPError as error:
        with error:
            raise RequestRefused(error.code, _message_of(error, key)) from None
    except (OSError, HTTPException) as error:
        raise ServerUnreachable(str(getattr(error, "reason", None) or error)) from None


def retry_seconds(attempt: int, retry_after: str | None = None) -> float:
    """Return the pause after failed attempt 1, 2, 3, …: 1, 2, 4, … seconds (exponential backoff).

    A longer Retry-After of the server counts, if it is in seconds; a date is ignored.
    """
    try:
        required = float(retry_after or 0)
    except ValueError:
        required = 0.0
    return max(required if math.isfinite(required) else 0.0, 2.0 ** (attempt - 1))


def run_parallel(
    work: Callable[[Item, threading.Event], Result],
    items: Sequence[Item],
    *,
    idle: Callable[[], None] = lambda: None,
) -> Generator[tuple[int, Result], None, None]:
    """Yield (position, result) of each item as it comes, from `PARALLEL_REQUESTS` threads.

    Nothing more is started once the generator is closed or an item raised; that exception is raised here.

    Parameters
    ----------
    work : callable
        Called with an item and an event. When the event is set, it raises `Cancelled` as soon as it can.
    idle : callable, optional
        Called every `IDLE_SECONDS` while no result comes; may raise to stop.
    """
    pool, stop = ThreadPoolExecutor(PARALLEL_REQUESTS), threading.Event()

    def run(item: Item) -> Result:
        try:
            return work(item, stop)
        except BaseException:
            stop.set()
            raise

    try:
        positions = {pool.submit(run, item): position for position, item in enumerate(items)}
        pending = set(positions)
        while pending:
            done, pending = wait(pending, timeout=IDLE_SECONDS, return_when=FIRST_COMPLETED)
            if not done:
                idle()
            for future in sorted(done, key=positions.__getitem__):
                if isinstance(future.exception(), Cancelled):
                    continue  # stopped by the exception of another item, which is raised here
                yield positions[future], future.result()
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def _post(url: str, body: dict, key: str, limits: RequestLimits) -> bytes:
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "refract"},
    )
    return _read(request, key, limits.timeout, limits.most_bytes)


def _read(request: urllib.request.Request, key: str, timeout: float, most_bytes: int) -> bytes:
    host = host_in(request.full_url)
    if is_metadata_address(host):
        raise AddressRefused(host)  # before a proxy is asked for it
    if key:
        request.add_unredirected_header("Authorization", f"Bearer {key}")  # never sent to another server
    opener = _WITHOUT_PROXY if is_local(host) else _OPENER
    with opener.open(request, timeout=timeout) as reply:
        content = reply.read(most_bytes)
        if reply.length and len(content) < most_bytes:
            raise ConnectionError("its answer was cut off in the middle")
        return content


def _message_of(error: urllib.error.HTTPError, key: str) -> str:
    """Return the server's message about its refusal, in one short line, without the key."""
    try:
        content = error.read(10_000).decode("utf-8", "replace")
    except (OSError, HTTPException):  # shorter than declared, or nothing
        content = ""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        reason = json.loads(content)["error"]
        content = reason["message"] if isinstance(reason, dict) else str(reason)
    line = " ".join(str(content).split()) or str(error.reason)
    return one_line(line.replace(key, "…") if key else line, MAX_MESSAGE_CHARACTERS)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Handler that turns a redirect into an error."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def _connect(
    address: tuple[str, int], timeout: float | None, source: tuple[str, int] | None = None
) -> socket.socket:
    """Connect to a host at the very address that was checked: looked up again, it could be another one."""
    host, port = address
    found = [each[4] for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if any(is_metadata_address(str(each[0])) for each in found):
        raise AddressRefused(host)
    for each in found[:-1]:
        with suppress(OSError):
            return socket.create_connection((str(each[0]), port), timeout, source)
    return socket.create_connection((str(found[-1][0]), port), timeout, source)


class _CheckedConnection(HTTPConnection):
    """Connection that is made by `_connect`.

    `_create_connection` is private to `http.client`, which has no other way to choose the address. A test
    fails when it has no effect any more.
    """

    def connect(self) -> None:
        self._create_connection = _connect
        super().connect()


class _CheckedTlsConnection(HTTPSConnection):
    """The same over TLS; the certificate is checked against the name."""

    def connect(self) -> None:
        self._create_connection = _connect
        super().connect()


class _Checked(urllib.request.HTTPHandler, urllib.request.HTTPSHandler):
    """Handler of both kinds of address."""

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_CheckedConnection, request)

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(_CheckedTlsConnection, request, context=_tls())


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


_OPENER = urllib.request.build_opener(_NoRedirect, _Checked)
_WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect, _Checked)
