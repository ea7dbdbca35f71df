"""Posting JSON to servers that people name, such as language models: no redirects, keys are never shown."""

from __future__ import annotations

import json
import math
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

PASSING = (408, 409, 425, 429)  # and all of 500 and above: asking again may help
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
LONGEST_MESSAGE = 200  # characters of what a server says


def is_web_address(url: str) -> bool:
    """Whether a text is an address of the web, complete with its host."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket left open
        return False


def can_be_key(text: str) -> bool:
    """Whether a text can be sent as a key; a library would show any other in its message."""
    return text.isascii() and text.isprintable()


def host_in(url: str) -> str:
    """Host and port of an address, to be told to people."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_local(host: str) -> bool:
    """Whether a server is on this machine, so that texts do not leave it."""
    return any(host == local or host.startswith(f"{local}:") for local in LOCAL_HOSTS)


def post_json(url: str, body: dict, *, key: str, timeout: float, most_bytes: int) -> bytes:
    """Post a JSON object; returns the reply as it came.

    Parameters
    ----------
    url : str
        Texts go there and nowhere else: a redirect is an error, and to a server on this machine they go
        without a proxy, whatever the environment names.
    body : dict
    key : str
        Sent as a bearer token; "" for servers without.
    timeout : float
        Seconds without a sign of the server.
    most_bytes : int
        Of the reply that are read.

    Raises
    ------
    urllib.error.HTTPError
        When the server refuses; it holds the key, so raise your own `from None`.
    OSError, http.client.HTTPException
        When there is no answer, or it was cut off in the middle.
    """
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "refract"},
    )
    if key:
        # Not sent along to wherever the server may point.
        request.add_unredirected_header("Authorization", f"Bearer {key}")
    opener = _STRAIGHT if is_local(host_in(url)) else _OPENER
    with opener.open(request, timeout=timeout) as reply:
        content = reply.read(most_bytes)
        if reply.length and len(content) < most_bytes:
            raise ConnectionError("its answer was cut off in the middle")
        return content


def message_of(error: urllib.error.HTTPError, key: str = "") -> str:
    """What a server said about its refusal, in one short line, without the key."""
    try:
        content = error.read(10_000).decode("utf-8", "replace")
    except (OSError, HTTPException):  # it says too little, or nothing
        content = ""
    try:
        said = json.loads(content)["error"]
        content = said["message"] if isinstance(said, dict) else str(said)
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    line = " ".join(str(content).split()) or str(error.reason)
    line = line.replace(key, "…") if key else line
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def may_pass(status: int) -> bool:
    """Whether a refusal may be over when the same is asked again."""
    return status in PASSING or status >= 500


def seconds_to_wait(attempt: int, asked_for: str | None = None) -> float:
    """Pause after a failed attempt (1 is the first): twice as long each time, or as long as the server asks.

    Parameters
    ----------
    attempt : int
    asked_for : str, optional
        The server's Retry-After; a date counts as nothing.
    """
    try:
        asked = float(asked_for or 0)
    except ValueError:
        asked = 0.0
    return max(asked if math.isfinite(asked) else 0.0, 2.0 ** (attempt - 1))


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *given: object, **named: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)
_STRAIGHT = urllib.request.build_opener(urllib.request.ProxyHandler({}), _StayHere)
