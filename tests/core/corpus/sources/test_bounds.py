"""A server of files may send anything: each answer ends in a sentence, within limits of time and size."""

import gzip
import zlib
from pathlib import Path

import pytest

from core.corpus.sources import fetch as fetch_module
from core.corpus.sources import fetched, file_systems, find_source, limited, parse_address
from core.errors import Cancelled, CorpusError
from core.utils import Limits, peak_bytes
from tests.support.rude_server import CHUNK, ENDLESS, OK, RudeServer, drip, endless

MEGABYTE = 2**20
CLOSE = OK + b"Connection: close\r\n"
PAGE = CLOSE + b"Content-Type: text/html\r\n"
GZIP, DEFLATE = (pack(b"0" * (8 * MEGABYTE)) for pack in (gzip.compress, zlib.compress))


def quiet(*progress):
    pass


@pytest.fixture(scope="module")
def rude():
    server = RudeServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """Small limits, so that a test is quick."""
    monkeypatch.setattr(file_systems, "SILENT_SECONDS", 2.0)
    monkeypatch.setattr(file_systems, "ANSWER_SECONDS", 0.4)
    monkeypatch.setattr(file_systems, "MOST_ANSWER_BYTES", MEGABYTE)
    monkeypatch.setattr(fetch_module, "SLOW_SECONDS", 0.4)
    monkeypatch.setattr(fetch_module, "MOST_UNSAID", 4 * MEGABYTE)


def refusal(rude, say, path="/x.csv", folder=None):
    """Return the sentence about what a server says; what it took, and its connections, are checked."""
    rude.say, before = say, peak_bytes()
    try:
        with pytest.raises(CorpusError) as raised:
            found = find_source(parse_address(rude.url + path), quiet, ())
            assert folder is not None, found
            fetched(found, folder, quiet, ())
    finally:
        rude.say = lambda: []
    assert peak_bytes() - before < 100 * MEGABYTE
    assert rude.left_alone()
    assert folder is None or not [*folder.iterdir()]
    return str(raised.value)


BROKEN, LATE, LONG, LED = "no answer of a web server", "in time", "1 MB, which is the limit", "refers"


@pytest.mark.parametrize(
    ("say", "said"),
    [
        (lambda: drip(b"HTTP/1.1 200 OK"), LATE),
        (lambda: drip(OK + b"X: "), LATE),
        (lambda: endless(OK + b"X: ", b"x" * 65_536), BROKEN),
        (lambda: endless(OK, b"X: y\r\n"), BROKEN),
        (lambda: endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
        (lambda: [b"no status line\r\n\r\n"], BROKEN),
        (lambda: [b"\x00\xff\r\n\r\n"], BROKEN),
        (lambda: [CLOSE + b"Content-Length: -5\r\n\r\n"], BROKEN),
        (lambda: [], "broke off"),
    ],
    ids=[
        "status",
        "header",
        "a long header",
        "headers",
        "interim",
        "no status",
        "bytes",
        "length",
        "nothing",
    ],
)
def test_what_is_no_answer_ends_in_one_sentence(rude, say, said):
    assert said in refusal(rude, say)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/x.csv", "without end"),
        ("file:///etc/passwd", "not of the web"),
        ("ftp://127.0.0.1/x.csv", "not of the web"),
        ("data:text/csv,a", "not of the web"),
        ("//metadata.google.internal/x.csv", "never asked"),
        ("http://[::ffff:169.254.169.254]/x.csv", "never asked"),
        ("http://0251.0376.0251.0376/x.csv", "never asked"),
    ],
)
def test_each_step_of_a_redirect_is_checked(rude, place, said):
    redirect = f"HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: {place}\r\n\r\n".encode()
    assert said in refusal(rude, lambda: [redirect])


@pytest.mark.parametrize(
    ("say", "said"),
    [
        (lambda: endless(PAGE + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK), LONG),
        (lambda: endless(PAGE + b"\r\n", b"x" * 65_536), LONG),
        (lambda: drip(PAGE + b"\r\n"), LATE),
        (lambda: [PAGE + b"Content-Encoding: gzip\r\n\r\n", GZIP], LONG),
        (lambda: [PAGE + b"Content-Encoding: deflate\r\n\r\n", DEFLATE], LONG),
        (lambda: [PAGE + b"Content-Encoding: br\r\n\r\n", b"\0" * 100], BROKEN),
        (lambda: [PAGE + b"Content-Encoding: zstd\r\n\r\n", b"\0" * 100], BROKEN),
        (lambda: [CLOSE + b"Content-Type: text/html; charset=zlib\r\n\r\n", b"<a>"], "LookupError"),
        (lambda: [CLOSE + b"Content-Type: text/html; charset=utf-16\r\n\r\n", b"<a>"], "web page"),
    ],
    ids=["chunked", "no length", "drip", "gzip", "deflate", "br", "zstd", "charset", "utf-16"],
)
def test_the_list_of_a_folder_is_bounded(rude, say, said):
    assert said in refusal(rude, say, "/folder/")


@pytest.mark.parametrize(
    ("say", "said"),
    [
        (lambda: endless(CLOSE + b"\r\n", b"x" * 65_536), "whose size its server does not say"),
        (lambda: endless(ENDLESS, CHUNK), "whose size its server does not say"),
        (lambda: [CLOSE + b"Content-Encoding: gzip\r\n\r\n", GZIP], "does not say"),
        (lambda: drip(CLOSE + b"Content-Length: 5000\r\n\r\n"), "slower than 1 kB a second"),
        (lambda: [CLOSE + b"Content-Length: 1000000000000000\r\n\r\n"], "the disk"),
        (lambda: [CLOSE + b"Content-Length: 5000\r\n\r\n", b"half"], "broke off"),
    ],
    ids=["no length", "chunked", "gzip", "drip", "a length that lies", "cut"],
)
def test_a_file_that_is_fetched_is_bounded(rude, tmp_path, say, said):
    assert said in refusal(rude, say, folder=tmp_path)


def test_a_file_longer_than_its_server_said_first_is_refused(rude, tmp_path):
    sizes = iter([10, 10**9])

    def say():
        return [CLOSE + b"Content-Length: %d\r\n\r\n" % next(sizes), b"x" * MEGABYTE]

    assert "more than the 10 bytes" in refusal(rude, say, folder=tmp_path)


def test_the_end_of_a_parquet_file_is_bounded(rude):
    """Of 100 MB where 128 KB are asked for; and one that says that its columns take 2 GB."""
    part = b"HTTP/1.1 206 Partial Content\r\nConnection: close\r\n"
    start = part + b"Content-Length: 100000000\r\n\r\n"
    assert LONG in refusal(rude, lambda: endless(start, b"x" * 65_536), "/x.parquet")
    claim = part + b"Content-Length: 8\r\n\r\n\xff\xff\xff\x7fPAR1"
    assert "not a readable Parquet file" in refusal(rude, lambda: [claim], "/x.parquet")


@pytest.mark.model
def test_a_child_process_asks_and_is_gone_once_it_is_stopped(rude, tmp_path, monkeypatch):
    """What was fetched halfway is removed, and memory has a limit."""
    address, folder = parse_address(f"{rude.url}/x.csv"), tmp_path / "files"

    def stop(stage, done, total):
        if [*folder.rglob("*.part")]:
            raise Cancelled("Stopped.")

    rude.say = lambda: drip(CLOSE + b"Content-Length: 50000\r\n\r\n")
    with pytest.raises(Cancelled):
        limited.fetch_limited(address, folder, stop, hosts=(), first=tmp_path / "first")
    assert [*folder.iterdir()] == []
    assert rude.left_alone()
    monkeypatch.setattr(limited, "limits_for", lambda n_bytes: Limits(20 * MEGABYTE, 20))
    rude.say = lambda: endless(PAGE + b"\r\n", b"x" * 65_536)
    with pytest.raises(CorpusError, match=r"0\.0 GB of memory"):
        limited.find_limited(parse_address(f"{rude.url}/folder/"), quiet, hosts=())
    assert not Path(tmp_path / "first").exists()
