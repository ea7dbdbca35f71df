"""Middleware of a shared server: files for the people whose pages name them, uploads when signed in."""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING

import streamlit as st
from google.protobuf.message import DecodeError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.errors import CorpusError, RefractError
from core.storage.team import Member
from core.utils.server_rules import check_size
from pages.common import account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = ("_stcore/stream", "_stcore/health", "_stcore/host-config")
"""What a browser needs to draw the way in; the socket shows no more than that to who is not signed in."""

GUARDED = ("_stcore/", "media/", "component/")
UPLOAD = "_stcore/upload_file/"
MEDIA = re.compile(r"/media/([0-9a-zA-Z]+)")
FRAME_BYTES = 2**20  # of a request, around the uploaded file
MOST_KNOWN = 20_000  # files; Streamlit drops a file when no open page names it
ANYBODY = ""


class SignInGate:
    """ASGI middleware of a shared server. A machine of one's own has none of it.

    Streamlit serves a file to whoever knows its address. Here it goes to the people on whose pages the server
    itself put the address, while they are signed in: passed on to somebody else, it opens nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._readers: OrderedDict[str, set[str]] = OrderedDict()  # of files, by id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        app: ASGIApp | None = None
        if scope["type"] in ("http", "websocket") and _path(scope).startswith(GUARDED):
            app, send = await self._decide(scope, send)
        await (app or self.app)(scope, receive, send)

    async def _decide(self, scope: Scope, send: Send) -> tuple[ASGIApp | None, Send]:
        """Return the answer that refuses a request, None where it may pass; and where its answer goes."""
        is_socket, connection = scope["type"] == "websocket", HTTPConnection(scope)
        if not is_socket and _path(scope).startswith(OPEN):
            return None, send
        try:
            if not account.is_shared_server():
                return None, send
            who = await run_in_threadpool(account.member_of, connection.cookies)
        except RefractError as error:  # the rules cannot be read: the page says so, too
            return None if is_socket else PlainTextResponse(str(error), 503), send
        if is_socket:
            return None, self._noting(send, who)
        return self._refuse(_path(scope), who, connection), send

    def _noting(self, send: Send, who: Member | None) -> Send:
        """Return `send` of a socket, which notes the files that it names to a person."""

        async def send_and_note(message: Message) -> None:
            content = message.get("bytes") or b""
            if message["type"] == "websocket.send" and b"/media/" in content:
                for file_id in _files_in(content):
                    self._note(file_id, who)
            await send(message)

        return send_and_note

    def _note(self, file_id: str, who: Member | None) -> None:
        # Whoever is not signed in gets the page of the sign-in only: its icon is for everybody.
        self._readers.setdefault(file_id, set()).add(ANYBODY if who is None else who.id)
        self._readers.move_to_end(file_id)
        if len(self._readers) > MOST_KNOWN:
            self._readers.popitem(last=False)

    def _refuse(self, path: str, who: Member | None, connection: HTTPConnection) -> PlainTextResponse | None:
        """Return what is wrong with a request for a path; None where it may pass."""
        readers = self._readers.get(path.removeprefix("media/").partition(".")[0], set())
        if path.startswith("media/") and ANYBODY in readers:
            return None
        if who is None:
            return PlainTextResponse("Sign in first: this is a shared server.", 401)
        if path.startswith("media/") and who.id not in readers:
            return PlainTextResponse("This file is not on a page of yours: open the page that has it.", 403)
        if path.startswith(UPLOAD) and connection.scope["method"] == "PUT":
            return _refuse_upload(connection)
        return None


def _refuse_upload(connection: HTTPConnection) -> PlainTextResponse | None:
    length = connection.headers.get("content-length", "")
    if not length.isdecimal():
        return PlainTextResponse("The size of the upload is missing.", 411)
    try:
        check_size("The upload", int(length) - FRAME_BYTES)
    except CorpusError as error:
        return PlainTextResponse(str(error), 413)
    return None


def _files_in(content: bytes) -> Iterator[str]:
    """Yield the ids of files that a message to a browser offers; not those that a text of people quotes."""
    try:
        message = ForwardMsg.FromString(content)
    except DecodeError:
        return
    element = message.delta.new_element
    for address in (
        message.page_config_changed.favicon,
        message.backend_operation_response.deferred_file.url,
        element.download_button.url,
        *(image.url for image in element.imgs.imgs),
    ):
        found = MEDIA.search(address)
        if found is not None:
            yield found[1]


def _path(scope: Scope) -> str:
    """Return the path of a request below the app's own, without the first slash."""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return str(scope["path"]).lstrip("/").removeprefix(base).lstrip("/")
