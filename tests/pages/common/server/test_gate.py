"""Requests for files and uploads on a shared server: answered for the people whose pages name them."""

import json
import time

import pytest
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from core.storage.team import identify
from core.utils.server_rules import RULES_FILE, find_rules
from pages.common import account
from pages.common.server import SignInGate

COOKIE, SECRET = "_streamlit_user", "a secret of this server"
CONTENT = "what is in the file"


async def server(scope, receive, send):
    """Answers every request, and says over a socket what it is told."""
    if scope["type"] == "http":
        await PlainTextResponse(CONTENT)(scope, receive, send)
        return
    socket = WebSocket(scope, receive, send)
    await socket.accept()
    while (said := await socket.receive()).get("bytes") is not None:
        await socket.send_bytes(said["bytes"])
    await socket.close()


@pytest.fixture
def client(home, monkeypatch):
    home.mkdir(exist_ok=True)
    (home / RULES_FILE).write_text("max_upload_mb = 1\nsign_in_hours = 1\n")
    monkeypatch.setattr("pages.common.account.cookie.get_cookie_secret", lambda: SECRET)
    return TestClient(SignInGate(server))


def claims(person, **others):
    return {"is_logged_in": True, "iss": "https://in", "sub": person, "iat": time.time(), **others}


def cookie(person, secret=SECRET, **others):
    return {COOKIE: create_signed_value(secret, COOKIE, json.dumps(claims(person, **others))).decode()}


def headers(cookies):
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}


def show(client, cookies, place, address):
    """Let the server show a page with an address in this place to whoever has the cookies."""
    message = ForwardMsg()
    if place == "icon":
        message.page_config_changed.favicon = address
    elif place == "download":
        message.backend_operation_response.deferred_file.url = address
    elif place == "picture":
        message.delta.new_element.imgs.imgs.add().url = address
    elif place == "button":
        message.delta.new_element.download_button.url = address
    else:
        message.delta.new_element.markdown.body = address
    with client.websocket_connect("/_stcore/stream", headers=headers(cookies)) as socket:
        socket.send_bytes(message.SerializeToString())
        assert socket.receive_bytes() == message.SerializeToString()


def asked(client, path, cookies, method="GET", **options):
    answer = client.request(method, path, headers=headers(cookies), **options)
    assert (answer.text == CONTENT) is (answer.status_code == 200)
    return answer.status_code


@pytest.mark.parametrize("place", ["picture", "button", "download"])
def test_a_file_opens_for_those_whose_pages_have_it(client, place):
    ada, bo = cookie("ada"), cookie("bo")
    show(client, ada, place, "/media/abc1.csv")
    assert asked(client, "/media/abc1.csv", ada) == 200
    for cookies, status in ((bo, 403), ({}, 401), (cookie("ada", "another secret"), 401)):
        for path in (
            "/media/abc1.csv",
            "/media/abc1",
            "http://testserver//media/abc1.csv",
            "/media/abc1.png",
        ):
            assert asked(client, path, cookies) == status
    show(client, bo, place, "/media/abc1.csv")
    assert asked(client, "/media/abc1.csv", bo) == 200


def test_an_address_that_somebody_types_opens_nothing(client):
    show(client, cookie("bo"), "text", "look: /media/abc1.csv")
    assert asked(client, "/media/abc1.csv", cookie("bo")) == 403


def test_the_icon_of_the_sign_in_page_is_for_everybody(client):
    show(client, {}, "icon", "/media/def2.svg")
    for cookies in ({}, cookie("bo")):
        assert asked(client, "/media/def2.svg", cookies) == 200


def test_a_sign_in_that_ended_opens_nothing(client, home):
    old, person = cookie("ada", iat=time.time() - 7200), claims("ada")
    signed_in = cookie("ada", iat=person["iat"])
    show(client, signed_in, "picture", "/media/abc1.png")
    assert asked(client, "/media/abc1.png", old) == 401
    assert asked(client, "/media/abc1.png", signed_in) == 200
    account.registry().end_sign_in(identify(person, find_rules(home)))
    assert asked(client, "/media/abc1.png", signed_in) == 401


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/component/maps/index.js", "/_stcore/agent/mcp"])
def test_what_a_page_needs_once_somebody_is_in_needs_a_sign_in(client, path):
    assert asked(client, path, {}) == 401
    assert asked(client, path, cookie("ada")) == 200


@pytest.mark.parametrize("path", ["/", "/maps", "/static/index.js", "/oauth2callback", "/_stcore/health"])
def test_the_way_in_is_open(client, path):
    assert asked(client, path, {}) == 200


def test_uploads_need_a_sign_in_and_keep_to_the_rules(client):
    path, megabyte = "/_stcore/upload_file/session/file", 2**20
    assert asked(client, path, {}, "PUT", content=b"x") == 401
    assert asked(client, path, cookie("ada"), "PUT", content=b"x" * megabyte) == 200
    answer = client.put(path, content=b"x" * (2 * megabyte + 1), headers=headers(cookie("ada")))
    assert answer.status_code == 413 and "max_upload_mb" in answer.text
    assert asked(client, path, cookie("ada"), "PUT", content=iter([b"x"])) == 411


def test_rules_that_cannot_be_read_let_nobody_in(client, home):
    show(client, cookie("ada"), "picture", "/media/abc1.png")
    (home / RULES_FILE).write_text("max_upload_mb = 'much'")
    assert asked(client, "/media/abc1.png", cookie("ada")) == 503


def test_a_machine_of_ones_own_has_no_gate(client, home):
    (home / RULES_FILE).unlink()
    assert asked(client, "/media/abc1.png", {}) == 200
