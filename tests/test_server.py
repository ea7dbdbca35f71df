"""What the server lets in, and what it tells browsers."""

import base64
import http.client
import os

import psutil
import pytest

from tests.support.app_server import ROOT, running_app

pytestmark = pytest.mark.model
PATH = "/_stcore/stream"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def address(folder):
    """The app, started from elsewhere; no process of it may connect to anything but this machine."""
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    environment = {
        "PYTHONPATH": str(ROOT / "tests" / "support" / "watch_sockets"),
        "WATCHED_SOCKETS": str(folder / "sockets"),
    }
    with running_app(folder / "home", folder=elsewhere, environment=environment) as address:
        yield address


def ask(address, path="/", method="GET", **headers):
    """Answer of the server to one request; `host` names it."""
    name, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(name, int(port), timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", headers.pop("host", f"{name}:{port}"))
        for header, value in headers.items():
            connection.putheader(header.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        answer.read() if answer.status != 101 else None
        return answer
    finally:
        connection.close()


def knock(address, host, origin=None):
    """HTTP status of a websocket handshake that calls the server by this name, from a page of this origin."""
    port = address.rpartition(":")[2]
    return ask(
        address,
        PATH,
        host=f"{host}:{port}",
        Origin=origin or f"http://{host}:{port}",
        Connection="Upgrade",
        Upgrade="websocket",
        Sec_WebSocket_Version="13",
        Sec_WebSocket_Key=base64.b64encode(os.urandom(16)).decode(),
    ).status


def test_a_foreign_name_for_this_machine_is_refused(address):
    """DNS rebinding: a page of attacker.example, whose name points here, must not read the corpus. This
    holds wherever the app is started from."""
    assert {name: knock(address, name) for name in ("127.0.0.1", "localhost", "attacker.example")} == {
        "127.0.0.1": 101,
        "localhost": 101,
        "attacker.example": 403,
    }
    for path in ("/", "/media/x.csv", "/_stcore/health"):
        assert ask(address, path, host="attacker.example").status == 403


def test_a_page_of_another_origin_is_refused_without_a_look_up(address, folder):
    """Streamlit asks a server outside for this machine's address then, and allows each of its ports."""
    port = int(address.rpartition(":")[2])
    for origin in (
        "https://attacker.example",
        f"http://attacker.example:{port}",
        f"http://127.0.0.1:{port + 1}",  # another program of this machine
        "null",
        "http://[",
    ):
        assert knock(address, "127.0.0.1", origin) == 403, origin
    assert not (folder / "sockets").exists()


def test_every_answer_forbids_frames_guessed_types_and_other_servers(address):
    page = ask(address)
    script = next(
        part for part in page.headers["Content-Security-Policy"].split("; ") if "script-src" in part
    )
    assert page.status == 200 and "http" not in script and "*" not in script
    for path in (
        "/",
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/none.csv",
        "/favicon.png",
        "/nowhere",
    ):
        headers = ask(address, path).headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in policy and "default-src 'self'" in policy, path
        assert headers["X-Frame-Options"] == "SAMEORIGIN"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_an_upload_without_its_token_is_refused(address):
    for method in ("PUT", "DELETE"):
        answer = ask(address, "/_stcore/upload_file/session/file", method, Content_Length="0")
        assert answer.status == 403
        assert "Access-Control-Allow-Origin" not in answer.headers or (
            answer.headers["Access-Control-Allow-Origin"] != "*"
        )


def test_nothing_listens_but_on_this_machine(address):
    port = int(address.rpartition(":")[2])
    app = next(
        process
        for process in psutil.Process().children(recursive=True)
        if any(each.laddr.port == port for each in listening(process))
    )
    listeners = [each for process in [app, *app.children(recursive=True)] for each in listening(process)]
    assert {each.laddr.ip for each in listeners} == {"127.0.0.1"}


def listening(process):
    return [each for each in process.net_connections() if each.status == psutil.CONN_LISTEN]
