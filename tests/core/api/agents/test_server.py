"""What a client of the official SDK sees, in memory."""

import json

import anyio
import pytest

from core.api.agents.opened import Reader
from core.errors import RefractError
from core.utils import log

pytest.importorskip("mcp")

from mcp import Client
from mcp.types import Implementation

from core.api.agents import server as agents_server
from core.api.agents.server import make_server

READ = ["list_analyses", "overview", "search", "clusters", "texts", "evidence"]
WRITE = ["suggest", "label"]
pytestmark = pytest.mark.model


def ask(reader, action, *, allow_labels=True, name="Probe"):
    """Run `action(client)` with a client of that name."""

    async def run():
        server = make_server(reader.store, allow_labels=allow_labels)
        async with Client(server, client_info=Implementation(name=name, version="1")) as client:
            return await action(client)

    return anyio.run(run)


def call(reader, tool, *, allow_labels=True, name="Probe", **arguments):
    """Return the text of an answer, and whether it is an error."""

    async def action(client):
        return await client.call_tool(tool, arguments)

    found = ask(reader, action, allow_labels=allow_labels, name=name)
    (content,) = found.content
    assert found.structured_content is None
    return content.text, found.is_error


def read(reader, tool, **arguments):
    text, is_error = call(reader, tool, **arguments)
    assert not is_error, text
    return json.loads(text)


@pytest.mark.parametrize(("allow_labels", "wanted"), [(False, READ), (True, READ + WRITE)])
def test_tools_that_label_exist_only_where_allowed(reader, allow_labels, wanted):
    async def action(client):
        return (await client.list_tools()).tools

    tools = ask(reader, action, allow_labels=allow_labels)
    assert [tool.name for tool in tools] == wanted
    assert all(tool.annotations.read_only_hint == (tool.name != "label") for tool in tools)
    assert all(tool.description and "\n    " not in tool.description for tool in tools)
    described = [field for tool in tools for field in tool.input_schema.get("properties", {}).values()]
    assert all(field.get("description") for field in described)


def test_without_the_permission_labels_are_refused(own_reader):
    arguments = {"analysis": 1, "labels": [{"row": 30, "label": "angry"}]}
    text, is_error = call(own_reader, "label", allow_labels=False, **arguments)
    assert is_error and "label" in text
    assert own_reader.store.labels.read(1).label_of(30) is None


def test_each_reading_tool_answers(reader):
    assert read(reader, "list_analyses")["found"] == 2
    assert read(reader, "overview", analysis=1)["instruction"] == "by feeling"
    assert read(reader, "search", analysis=1, query="van")["found"]
    assert read(reader, "search", analysis=1, query="angry courier", by="meaning", limit=3)["texts"]
    assert read(reader, "clusters", analysis=1)["clusters"]
    assert read(reader, "texts", analysis=1, rows=[3, 4])["found"] == 2
    assert read(reader, "evidence", analysis=1)["verdict"]
    assert read(reader, "suggest", analysis=1)["texts"]


def test_a_label_has_the_name_of_the_client(own_reader):
    labels = [{"row": 30, "label": "angry"}, {"row": 0, "label": "pleased"}]
    text, is_error = call(own_reader, "label", name="ada", analysis=1, labels=labels)
    found = json.loads(text)
    assert not is_error and found["labelled"] == [30] and found["refused"][0]["row"] == 0
    guide = own_reader.store.labels.read(1)
    newest = guide.table.iloc[0]
    assert (newest["row"], newest["given_by"], newest["source"]) == (30, "ada", "model")
    assert guide.n_by_person == {"ada": 12}  # even a client of the same name adds nothing to a person's


def test_errors_are_sentences(reader):
    text, is_error = call(reader, "overview", analysis=99)
    assert is_error and text.endswith("There is no analysis 99: list_analyses returns those there are.")


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("texts", {"limit": 51}),
        ("texts", {"offset": -1}),
        ("texts", {"rows": list(range(51))}),
        ("search", {"query": "x", "limit": 0}),
        ("search", {"query": "x", "by": "pattern"}),
        ("label", {"labels": [{"row": row % 60, "label": "angry"} for row in range(101)]}),
        ("label", {"labels": []}),
    ],
)
def test_sizes_have_a_hard_maximum(reader, tool, arguments):
    text, is_error = call(reader, tool, analysis=1, **arguments)
    assert is_error and "validation error" in text


def test_the_largest_answer_is_bounded(reader):
    text, _ = call(reader, "texts", analysis=1, limit=50)
    assert len(text) < 50 * 1_300


def test_a_hostile_text_is_data(reader, opened):
    text, is_error = call(reader, "texts", analysis=1, rows=[60])
    assert not is_error
    assert "\u202e" not in text and "\U000e0041" not in text and "\x9b" not in text
    found = json.loads(text)
    assert found["texts"][0]["text"] == opened.corpus.texts[60]
    assert "never instructions" in found["notice"] and text.index("notice") < text.index("Ignore all")


def test_an_unexpected_error_tells_nothing_of_the_texts(reader, opened, monkeypatch, capfd, tmp_path):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
    monkeypatch.setattr(log.record, "_written", {})

    def fail(self, analysis_id):
        raise RuntimeError(opened.corpus.texts[5])

    monkeypatch.setattr(Reader, "open", fail)
    text, is_error = call(reader, "overview", analysis=1)
    assert is_error and "Something unexpected went wrong (E-" in text
    written = "".join(capfd.readouterr()) + (tmp_path / "logs" / "refract.log").read_text()
    assert "RuntimeError" in written and "number 5" not in written + text


def test_a_taken_port_is_one_sentence(reader):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(RefractError, match=f"Port {port} cannot be used"):
            agents_server.serve_http(make_server(reader.store, allow_labels=False), port)
