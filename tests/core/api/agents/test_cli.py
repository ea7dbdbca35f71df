"""The command itself: over standard input and output, and over HTTP."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

import anyio
import pytest

from core.__main__ import main
from tests.support.app_server import ROOT, free_port

COMMAND = ["-m", "core", "mcp"]


def test_without_the_package_one_sentence_says_what_to_install(monkeypatch, capsys):
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "mcp" else found(name))
    assert main(["mcp"]) == 1
    said = capsys.readouterr().err
    assert 'pip install "refract-text[agents]"' in said and said.count("\n") == 1


@pytest.mark.parametrize("port", ["0", "65536", "x"])
def test_a_port_is_a_number(port, capsys):
    with pytest.raises(SystemExit):
        main(["mcp", "--port", port])
    assert "a number from 1 to 65535" in capsys.readouterr().err


def test_the_help_says_who_will_see_the_texts(capsys):
    with pytest.raises(SystemExit):
        main(["mcp", "--help"])
    assert "Whoever the agent sends its context to will see the texts" in capsys.readouterr().out


@pytest.mark.model
def test_a_client_talks_to_the_command(fitted_home, tmp_path):
    pytest.importorskip("mcp")
    from mcp import Client, StdioServerParameters
    from mcp.client.stdio import stdio_client

    environment = {**os.environ, "REFRACT_HOME": str(fitted_home)}
    parameters = StdioServerParameters(command=sys.executable, args=COMMAND, cwd=ROOT, env=environment)

    async def talk(said):
        async with Client(stdio_client(parameters, errlog=said)) as client:
            tools = [tool.name for tool in (await client.list_tools()).tools]
            found = await client.call_tool("texts", {"analysis": 1, "search": "van", "limit": 2})
            wrong = await client.call_tool("overview", {"analysis": 99})
            return tools, json.loads(found.content[0].text), wrong

    with open(tmp_path / "said", "w+") as said:
        tools, found, wrong = anyio.run(talk, said)
        said.seek(0)
        assert said.read() == ""  # neither texts nor anything else
    assert "texts" in tools and "label" not in tools
    assert len(found["texts"]) == 2 and all("van" in text["text"] for text in found["texts"])
    assert wrong.is_error


@pytest.fixture(scope="module")
def served(fitted_home):
    """Port of a server over HTTP."""
    pytest.importorskip("mcp")
    port = free_port()
    environment = {**os.environ, "REFRACT_HOME": str(fitted_home)}
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "--port", str(port)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    watchdog = threading.Timer(120, process.kill)
    watchdog.start()
    assert f"http://127.0.0.1:{port}/mcp" in process.stderr.readline()
    yield port
    process.terminate()
    said, errors = process.communicate(timeout=30)
    watchdog.cancel()
    assert said == "" and "number" not in errors  # every text has this word


def post(port, **headers):
    """Return the status of a first request."""
    first = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": {"name": "probe", "version": "1"},
        },
    }
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream", **headers}
    request = urllib.request.Request(f"http://127.0.0.1:{port}/mcp", json.dumps(first).encode(), headers)
    end = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                return reply.status
        except urllib.error.HTTPError as error:
            return error.code
        except urllib.error.URLError:  # it has said its address, and begins to listen
            if time.monotonic() > end:
                raise


@pytest.mark.model
@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example:{port}"}, 421),
        ({"Host": "127.0.0.1:1"}, 421),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_programs_that_know_its_address_are_answered(served, headers, status):
    named = {name: value.format(port=served) for name, value in headers.items()}
    assert post(served, **named) == status


@pytest.mark.model
def test_a_client_talks_over_http(served):
    from mcp import Client

    async def talk():
        async with Client(f"http://127.0.0.1:{served}/mcp") as client:
            return json.loads((await client.call_tool("overview", {"analysis": 1})).content[0].text)

    assert anyio.run(talk)["instruction"] == "by feeling"


@pytest.mark.model
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_listens_on_loopback_alone(served):
    with open("/proc/net/tcp") as table:
        listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
    assert [each for each in listening if each.endswith(f":{served:04X}")] == [f"0100007F:{served:04X}"]
    with open("/proc/net/tcp6") as table:
        assert not [line for line in table if line.split()[1].endswith(f":{served:04X}")]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", served)) == 0
