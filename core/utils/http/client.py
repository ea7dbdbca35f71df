"""Requests to servers of the settings: no redirects, no key in a message, retries, parallel requests."""

from __future__ import annotations

import json
import math
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException
from typing import TypeVar

from ...errors import Cancelled
from ..formatting import one_line
from .addresses import AddressRefused, ServerRefused, host_in, is_metadata_address
from .connection import open_request

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

    `timeout` is in seconds until the whole reply is here, `longest_pause` in seconds between two attempts.
    A reply of more than `most_bytes` is refused. `retry_timeouts` sends a request again that timed out.
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


class ReplyTooLong(ServerRefused):
    """Error: a reply that is longer than any of its kind."""

    def __init__(self, host: str, most_bytes: int) -> None:
        super().__init__(
            f"{host} sent more than {most_bytes / 1e6:,.0f} MB, which is the limit for an answer: check that "
            "the address is the right one, and what answers there."
        )


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
    ServerRefused
        When the address is, or leads to, one that is never asked, the key could be read on the way, or the
        reply is longer than the limit.
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
                raise _unreachable(error, key) from None
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
    ServerRefused
        When the address is, or leads to, one that is never asked, the key could be read on the way, or the
        reply is longer than the limit.
    """
    request = urllib.request.Request(url, headers={"User-Agent": "refract"})
    try:
        return _read(request, key, timeout, most_bytes)
    except urllib.error.HTTPError as error:
        with error:
            raise RequestRefused(error.code, _message_of(error, key)) from None
    except (OSError, HTTPException) as error:
        raise _unreachable(error, key) from None


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
    with open_request(request, timeout) as reply:
        content = reply.read(most_bytes + 1)
        if len(content) > most_bytes:
            raise ReplyTooLong(host, most_bytes)
        if reply.length:
            raise ConnectionError("its answer was cut off in the middle")
        return content


def _unreachable(error: Exception, key: str) -> ServerUnreachable:
    """Return the error for a reply that did not come, in one short line: it may hold what a server sent."""
    return ServerUnreachable(_short(str(getattr(error, "reason", None) or error), key))


def _short(said: str, key: str) -> str:
    line = " ".join(said.split())
    return one_line(line.replace(key, "…") if key else line, MAX_MESSAGE_CHARACTERS)


def _message_of(error: urllib.error.HTTPError, key: str) -> str:
    """Return the server's message about its refusal, in one short line, without the key."""
    try:
        content = error.read(10_000).decode("utf-8", "replace")
    except (OSError, HTTPException):  # shorter than declared, or nothing
        content = ""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        reason = json.loads(content)["error"]
        content = reason["message"] if isinstance(reason, dict) else str(reason)
    return _short(str(content), key) or _short(str(error.reason), key)
