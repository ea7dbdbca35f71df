import os
import socket
import threading

import pytest

from core.encoders.openai_endpoint import KEY_VARIABLE, EndpointEncoder
from core.errors import Cancelled, EncoderUnavailable, LanguageModelError
from core.utils import AddressRefused, ServerUnreachable, configured, list_models, run_parallel
from core.utils.http import KeyRefused
from core.utils.http.client import get, is_transient, retry_seconds
from core.utils.server_rules import RULES_FILE
from tests.support.chat_server import server  # noqa: F401 - a fixture

ASKED = {"key": "sk-canary", "timeout": 2.0, "most_bytes": 1000}


@pytest.fixture
def lead(monkeypatch):
    """Let names lead to addresses, one after another at each look-up; return what was connected to."""
    real, connected, answers = socket.getaddrinfo, [], {}

    def look_up(host, *arguments, **options):
        if host in answers:
            host = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
        return real(host, *arguments, **options)

    def connect(address, *arguments, **options):
        connected.append(address[0])
        return connect_really(address, *arguments, **options)

    connect_really = socket.create_connection
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    return answers, connected


class TestMetadataAddresses:
    @pytest.mark.parametrize("inner", ["169.254.169.254", "100.100.100.200", "::ffff:169.254.1.1", "fe80::1"])
    @pytest.mark.parametrize("scheme", ["http", "https"])
    def test_a_name_that_leads_to_one_is_not_connected_to(self, lead, inner, scheme):
        answers, connected = lead
        answers["models.example"] = [inner]
        with pytest.raises(AddressRefused, match=r"^models\.example is an address at which machines keep"):
            get(f"{scheme}://models.example/v1/models", **ASKED)
        assert connected == []

    def test_the_address_that_was_checked_is_the_one_that_is_connected_to(self, lead, server):  # noqa: F811
        """A name whose answers change between check and use, as in DNS rebinding."""
        answers, connected = lead
        answers["models.example"] = ["127.0.0.1", "169.254.169.254"]
        url = server.url.replace("127.0.0.1", "models.example")
        assert list_models(url) == ["large", "small"]
        assert connected == ["127.0.0.1"]

    @pytest.mark.skipif("HTTP_PROXY" in os.environ, reason="another proxy is set")
    def test_a_proxy_is_not_asked_for_one(self, monkeypatch, server):  # noqa: F811
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        with pytest.raises(AddressRefused):
            get("http://2852039166/latest/meta-data/", **ASKED)
        assert server.listed == []

    @pytest.mark.parametrize(
        "host", ["169.254.169.254", "0xA9FEA9FE", "[fe80::1]", "metadata.google.internal"]
    )
    def test_models_and_encoders_at_one_are_refused_before_anything_is_sent(self, host):
        url = f"http://{host}/v1"
        with pytest.raises(LanguageModelError, match="never asked"):
            configured({"url": url, "model": "small", "key": "sk-canary"})
        with pytest.raises(LanguageModelError, match="never asked"):
            list_models(url, "sk-canary")
        with pytest.raises(EncoderUnavailable, match="never asked"):
            EndpointEncoder(f"endpoint:{url}#small")

    def test_a_name_found_out_late_stops_all_prompts(self, lead):
        answers, _ = lead
        answers["models.example"] = ["169.254.169.254"]
        model = configured({"url": "http://models.example/v1", "model": "small", "key": "sk-canary"})
        with pytest.raises(LanguageModelError, match="never asked") as refused:
            model.complete("Answer.", "a text")
        assert refused.value.permanent
        with pytest.raises(EncoderUnavailable, match="never asked"):
            EndpointEncoder("endpoint:http://models.example/v1#small")


class TestKeysInTheOpen:
    """Over plain http a key goes to private addresses only, whatever names lead to them."""

    def ask(self, scheme="http", key="sk-canary"):
        try:
            get(f"{scheme}://models.example/v1/models", key=key, timeout=0.2, most_bytes=1000)
        except ServerUnreachable:  # asked, and nobody is there
            return True
        except KeyRefused as refused:
            assert "sk-canary" not in str(refused) and "https://" in str(refused)
            return False

    @pytest.fixture
    def nobody(self, lead, monkeypatch):
        answers, _ = lead
        monkeypatch.setattr(socket, "create_connection", lambda *_: (_ for _ in ()).throw(TimeoutError))
        return answers

    @pytest.mark.parametrize(
        ("found", "asked"),
        [
            ("127.0.0.1", True), ("10.1.2.3", True), ("192.168.1.2", True), ("100.64.1.2", True),
            ("::1", True), ("fd00::1", True), ("93.184.215.14", False), ("2606:2800::1", False),
            ("::ffff:8.8.8.8", False),
        ],
    )  # fmt: skip
    def test_where_a_name_leads_counts(self, nobody, found, asked):
        nobody["models.example"] = [found]
        assert self.ask() is asked
        assert self.ask(key="") and self.ask("https")

    @pytest.mark.skipif("HTTP_PROXY" in os.environ, reason="another proxy is set")
    def test_a_proxy_gets_no_key_to_send_on_in_the_open(self, monkeypatch, server):  # noqa: F811
        monkeypatch.setenv("http_proxy", server.url.removesuffix("/v1"))
        assert not self.ask()
        assert server.listed == []

    def test_whoever_runs_a_shared_server_may_list_the_address(self, nobody, tmp_path, monkeypatch):
        nobody["models.example"] = ["93.184.215.14"]
        monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
        (tmp_path / RULES_FILE).write_text('endpoints = ["http://models.example/"]')
        assert self.ask()

    def test_it_is_a_sentence_of_models_and_encoders(self, nobody, monkeypatch):
        nobody["models.example"] = ["93.184.215.14"]
        monkeypatch.setenv(KEY_VARIABLE, "sk-canary")
        model = configured({"url": "http://models.example/v1", "model": "small", "key": "sk-canary"})
        with pytest.raises(LanguageModelError, match="not encrypted") as refused:
            model.complete("Answer.", "a text")
        assert refused.value.permanent
        with pytest.raises(EncoderUnavailable, match="not encrypted"):
            EndpointEncoder("endpoint:http://models.example/v1#small")


@pytest.mark.parametrize("url", ["http://ada:sk-canary@host/v1", "https://host/v1?key=sk-canary"])
def test_a_secret_in_an_address_is_refused_and_not_repeated(url):
    with pytest.raises(LanguageModelError) as refused:
        configured({"url": url, "model": "small"})
    assert "sk-canary" not in str(refused.value)


def test_results_come_with_their_positions():
    assert sorted(run_parallel(lambda item, stop: item.upper(), ["a", "b", "c"])) == [
        (0, "A"),
        (1, "B"),
        (2, "C"),
    ]


def test_the_error_of_one_item_stops_the_others_and_is_the_one_raised():
    """Items that stop because of it raise Cancelled, maybe before it is seen."""
    started = []

    def work(item, stop):
        started.append(item)
        if item == 3:
            raise ValueError("item 3")
        if not stop.wait(5):
            raise AssertionError("never stopped")
        raise Cancelled("Stopped.")

    with pytest.raises(ValueError, match="item 3"):
        list(run_parallel(work, range(100)))
    threading.Event().wait(0.1)
    assert len(started) < 20


def test_pauses_double_and_follow_the_server():
    assert [retry_seconds(attempt) for attempt in (1, 2, 3)] == [1, 2, 4]
    assert retry_seconds(1, "9") == 9 and retry_seconds(1, "inf") == retry_seconds(1, "later") == 1


def test_busy_servers_are_transient_and_refusals_are_not():
    assert all(map(is_transient, (408, 425, 429, 500, 503)))
    assert not any(map(is_transient, (301, 400, 401, 404, 422)))
