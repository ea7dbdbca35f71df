"""What the server lets in."""

import base64
import http.client
import os

import pytest

from tests.support.app_server import running_app

PATH = "/_stcore/stream"


def knock(address, host):
    """HTTP status of a websocket handshake that calls the server by this name."""
    name, port = address.removeprefix("http://").split(":")
    connection = http.client.HTTPConnection(name, int(port), timeout=10)
    try:
        connection.putrequest("GET", PATH, skip_host=True)
        for header, value in {
            "Host": f"{host}:{port}",
            "Origin": f"http://{host}:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
        }.items():
            connection.putheader(header, value)
        connection.endheaders()
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.model
def test_a_foreign_name_for_this_machine_is_refused(tmp_path):
    """DNS rebinding: a page of attacker.example, whose name points here, must not read the corpus. This
    holds wherever the app is started from."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with running_app(tmp_path / "home", folder=elsewhere) as address:
        assert {name: knock(address, name) for name in ("127.0.0.1", "localhost", "attacker.example")} == {
            "127.0.0.1": 101,
            "localhost": 101,
            "attacker.example": 403,
        }
