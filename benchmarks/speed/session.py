"""A session of the app without a browser: it speaks Streamlit's websocket protocol.

It clicks buttons by their keys, types into fields, opens pages, and waits until the server has drawn
everything. Streamlit documents no protocol: `tests/test_benchmark_runs.py` fails when it changes.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Self
from urllib.parse import quote

import requests
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import connect

from pages.common.person import COOKIE

TIMEOUT_S = 120.0  # for everything that follows a click
XSRF_COOKIE = "_streamlit_xsrf"
FOLLOWS_S = 0.05  # in which a run that was asked for by another begins


class NotShownError(KeyError):
    """The page has no widget of the key that was to be used; a person could not have used it either."""


class Session:
    """One open tab of the app.

    Parameters
    ----------
    address : str
        Of the app, such as http://127.0.0.1:8501.
    person : str
        Name under which it labels.
    cookies : mapping, optional
        Cookies of a browser that is signed in, by name.

    Attributes
    ----------
    errors : list of str
        What the app showed as an error so far.
    next_text_s : float or None
        Seconds from the last click until another text stood on the card of the deck; None while none does.
    redirect : str
        Where the app sent the browser to sign in or out.
    """

    def __init__(self, address: str, person: str, cookies: Mapping[str, str] | None = None) -> None:
        self._opened = ExitStack()
        self._address, self._session_id = address, ""
        sent = {COOKIE: quote(person), **(cookies or {})}
        protocols = ["streamlit", sent[XSRF_COOKIE]] if XSRF_COOKIE in sent else ["streamlit"]
        connection = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            subprotocols=protocols,  # type: ignore[list-item]  # a NewType of str that is not exported
            origin=address,  # type: ignore[arg-type]  # the same
            additional_headers={"Cookie": "; ".join(f"{name}={value}" for name, value in sent.items())},
            max_size=None,
        )
        self._socket = self._opened.enter_context(connection)
        self._pages: dict[str, str] = {}
        self._widgets: dict[str, tuple[str, str]] = {}
        self._page = ""
        self.errors: list[str] = []
        self.next_text_s: float | None = None
        self._text: str | None = None
        self._clicked = 0.0
        self._drawn: set[str] = set()  # pages that were drawn since the last click, by their hash
        self._ended: float | None = 0.0  # when the last run did; None while one is at work
        self.redirect = ""
        self._rerun()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    def open(self, page: str) -> float:
        """Open a page by the name in its address; return the seconds until it is drawn."""
        opened = self._pages[page]
        self._settle()  # a run that is still to come would be of the page before
        self._widgets.clear()
        self._page = opened
        seconds = self._rerun()
        while opened not in self._drawn:  # that was a run of the page before, which was still to come
            self._ended = None
            seconds = self._settle() - self._clicked
        return seconds

    def click(self, key: str) -> float:
        """Click the button of a key; return the seconds until the page is drawn."""
        return self._change(key, WidgetState(trigger_value=True))

    def type(self, key: str, text: str) -> float:
        """Type a text into the field of a key; return the seconds until the page is drawn."""
        return self._change(key, WidgetState(string_value=text))

    def upload(self, key: str, name: str, content: bytes) -> float:
        """Upload a file to the field of a key; return the seconds until the page is drawn."""
        health = requests.get(f"{self._address}/_stcore/health", timeout=TIMEOUT_S)
        token = health.cookies[XSRF_COOKIE]
        asking = BackMsg()
        asking.file_urls_request.request_id = name
        asking.file_urls_request.session_id = self._session_id
        asking.file_urls_request.file_names.append(name)
        self._socket.send(asking.SerializeToString())
        urls = self._await_urls()
        sent = requests.put(
            f"{self._address}{urls.upload_url}",
            files={"file": (name, content)},
            headers={"X-Xsrftoken": token, "Origin": self._address},
            cookies={XSRF_COOKIE: token},
            timeout=TIMEOUT_S,
        )
        sent.raise_for_status()
        state = WidgetState()
        info = state.file_uploader_state_value.uploaded_file_info.add()
        info.name, info.size, info.file_id = name, len(content), urls.file_id
        info.file_urls.CopyFrom(urls)
        return self._change(key, state)

    def _await_urls(self) -> FileURLs:
        while True:
            received = self._socket.recv(timeout=TIMEOUT_S)
            message = ForwardMsg.FromString(received if isinstance(received, bytes) else received.encode())
            if message.WhichOneof("type") == "file_urls_response":
                return message.file_urls_response.file_urls[0]

    def shows(self, key: str) -> bool:
        """Return whether the page has a widget of this key."""
        return key in self._widgets

    def _change(self, key: str, state: WidgetState) -> float:
        self._settle()  # what an earlier click still draws may bring the widget
        state.id, fragment = self._find(key)
        return self._rerun(state, fragment)

    def _find(self, key: str) -> tuple[str, str]:
        """Return the id of a widget, and the fragment that it is in."""
        if key not in self._widgets:
            raise NotShownError(key)
        return self._widgets[key]

    def press(self, key: str) -> float:
        """Click the button of a key; return the seconds until the next text is there, or an error.

        `follow` takes in what comes later.
        """
        state = WidgetState(trigger_value=True)
        state.id, fragment = self._find(key)
        self._send(state, fragment)
        deadline = self._clicked + TIMEOUT_S
        while self.next_text_s is None and not self.errors:
            self._receive(deadline)
        return self.next_text_s or time.perf_counter() - self._clicked

    def follow(self, until: float) -> None:
        """Take in what the server sends until this time of `time.perf_counter`, as an open tab does."""
        while time.perf_counter() < until:
            with suppress(TimeoutError):
                self._receive(until)

    def _rerun(self, state: WidgetState | None = None, fragment: str = "") -> float:
        self._settle()  # what follows an earlier click may still be on its way
        self._send(state, fragment)
        return self._settle() - self._clicked

    def _send(self, state: WidgetState | None, fragment: str) -> None:
        self._clicked, self.next_text_s, self._ended = time.perf_counter(), None, None
        self._drawn.clear()
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = fragment
        if state is not None:
            message.rerun_script.widget_states.widgets.append(state)
        else:
            message.rerun_script.widget_states.SetInParent()
        self._socket.send(message.SerializeToString())

    def _settle(self) -> float:
        """Take in what the server sends until its last run has ended; return when it did."""
        deadline = time.perf_counter() + TIMEOUT_S
        while True:
            try:
                self._receive(deadline if self._ended is None else time.perf_counter() + FOLLOWS_S)
            except TimeoutError:
                if self._ended is None:
                    raise
                return self._ended

    def _receive(self, until: float) -> None:
        """Take in the next message; raise TimeoutError where none comes in time."""
        received = self._socket.recv(timeout=max(until - time.perf_counter(), 0.0))
        message = ForwardMsg.FromString(received if isinstance(received, bytes) else received.encode())
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._ended = None
            self._page = message.new_session.page_script_hash
            self._drawn.add(self._page)
            self._session_id = message.new_session.initialize.session_id
        elif kind == "navigation":
            pages = message.navigation.app_pages
            self._pages = {each.url_pathname: each.page_script_hash for each in pages}
            self._page = message.navigation.page_script_hash
        elif kind == "delta":
            self._take_in(message)
        elif kind == "auth_redirect":
            self.redirect = message.auth_redirect.url
        elif kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._ended = time.perf_counter()

    def _take_in(self, message: ForwardMsg) -> None:
        """Note a widget by its key, and an error by its text."""
        if message.delta.WhichOneof("type") != "new_element":
            return
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        drawn = getattr(element, kind) if kind else None
        if kind == "text" and element.text.body != self._text:
            self._text = element.text.body
            self.next_text_s = time.perf_counter() - self._clicked
        if kind == "exception":
            self.errors.append(f"{element.exception.type}: {element.exception.message}")
        elif kind == "alert" and element.alert.format == Alert.ERROR:
            self.errors.append(element.alert.body)
        # An id is "$$ID-HASH-KEY"; the key is "None" where a widget has none.
        parts = str(getattr(drawn, "id", "")).split("-", 2)
        if len(parts) == 3 and parts[0] == "$$ID":
            self._widgets[parts[2]] = drawn.id, message.delta.fragment_id
