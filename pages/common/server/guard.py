"""Middleware in front of Streamlit: by which name and from which page the server may be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import streamlit as st
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocketClose

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

RULES = (
    "default-src 'self' data: blob:",
    # Streamlit's own pages, Plotly and our scripts need both; nothing is loaded from elsewhere.
    "script-src 'self' blob: 'unsafe-inline' 'unsafe-eval'",
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
"""Content-Security-Policy, but for what a page may connect to."""

HEADERS = {
    "X-Frame-Options": "SAMEORIGIN",  # for browsers that know no frame-ancestors
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HOST = re.compile(r"[\w.-]+(:\d+)?|\[[\da-fA-F:]+\](:\d+)?", re.ASCII)
ORIGIN_CLOSED = 1008
"""Code of a closed websocket: a rule of the server is broken."""


class Guard:
    """ASGI middleware: allowed hosts for every request, one origin for websockets, headers for browsers.

    Streamlit itself checks hosts at the websocket only. At a foreign origin it looks this machine's outside
    address up on the network, which Refract promises not to do: the origin is refused before that.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if scope["type"] == "websocket" and not _is_known_origin(headers):
            await WebSocketClose(ORIGIN_CLOSED)(scope, receive, send)
            return
        if scope["type"] == "http" and not _is_known_host(headers):
            await PlainTextResponse("This server does not have that name.", 403)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                policy = "; ".join([*RULES, _connections(headers.get("host", ""))])
                MutableHeaders(scope=message).update({"Content-Security-Policy": policy, **HEADERS})
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _connections(host: str) -> str:
    """Return the rule of what a page may connect to; some browsers do not count websockets to 'self'."""
    sockets = f" ws://{host} wss://{host}" if HOST.fullmatch(host) else ""
    return f"connect-src 'self' data: blob:{sockets}"


def _is_known_host(headers: Headers) -> bool:
    """Return whether the name by which the server is called is one of `server.allowedHosts`."""
    allowed = [name.strip().lower() for name in st.get_option("server.allowedHosts") or ()]
    name = _name_of(f"//{headers.get('host', '')}")
    return (
        not allowed
        or "*" in allowed
        or name in allowed
        or any(pattern.startswith("*.") and name.endswith(pattern[1:]) for pattern in allowed)
    )


def _is_known_origin(headers: Headers) -> bool:
    """Return whether a websocket is opened by a page of this server; other programs send no origin."""
    origin = headers.get("origin")
    if origin is None or origin.lower().partition("://")[2] == headers.get("host", "").lower() != "":
        return True
    if origin in (st.get_option("server.corsAllowedOrigins") or ()) or not st.get_option("server.enableCORS"):
        return True
    # Behind a proxy that does not pass the name on.
    return _name_of(origin) == (st.get_option("browser.serverAddress") or "").lower() != ""


def _name_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:  # a bracket left open
        return ""
