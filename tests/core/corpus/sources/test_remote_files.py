"""Files of servers: what is asked, what comes, what is refused."""

import io
import json
import socket

import fsspec
import pytest

from core import read_table
from core.corpus.sources import SourceMoved, fetched, file_systems, find_source, parse_address, read_found
from core.corpus.sources import fetch as fetch_module
from core.errors import Cancelled, CorpusError
from tests.conftest import make_frame
from tests.support.file_server import FileServer


def quiet(*progress):
    pass


def parquet(frame):
    content = io.BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


@pytest.fixture
def other():
    server = FileServer()
    yield server
    server.close()


def find(url, hosts=()):
    return find_source(parse_address(url), quiet, hosts)


@pytest.mark.parametrize("ranges", [True, False])
def test_a_file_is_described_before_it_is_fetched(tmp_path, ranges):
    server = FileServer(ranges=ranges)
    content = parquet(make_frame(30))
    server.files["/my ä.parquet".replace(" ä", "%20%C3%A4")] = content
    found = find(f"{server.url}/my ä.parquet")
    assert (len(found.files), found.n_bytes) == (1, len(content))
    assert not ranges or found.n_rows == 30
    table = read_found(fetched(found, tmp_path, quiet, ()))
    assert table.name == "my ä.parquet" and len(table.frame) == 30
    server.close()


def test_nothing_is_sent_when_an_address_is_only_read(server):
    parse_address(f"{server.url}/x.parquet")
    assert server.asked == []


def test_in_code_one_call_reads_an_address(server):
    server.files["/x.csv"] = make_frame(20).to_csv(index=False).encode()
    assert read_table(f"{server.url}/x.csv").frame["text"].tolist() == make_frame(20)["text"].tolist()


def test_the_list_of_a_folder_is_read(server):
    for name in ("a", "b"):
        server.files[f"/data/{name}.parquet"] = parquet(make_frame(5))
    links = '<a href="../">up</a><a href="a.parquet">a</a><a href="b.parquet">b</a><a href="?C=N">name</a>'
    server.files["/data/"] = server.files["/data"] = (200, {"Content-Type": "text/html"}, links.encode())
    assert [file.name for file in find(f"{server.url}/data/").files] == ["a.parquet", "b.parquet"]
    assert len(read_table(f"{server.url}/data/*.parquet").frame) == 10


def test_an_address_without_an_ending_is_read_by_its_kind(server):
    server.files["/get"] = (200, {"Content-Type": "text/csv"}, make_frame(9).to_csv(index=False).encode())
    assert len(read_table(f"{server.url}/get?id=3").frame) == 9


def test_a_redirect_to_another_host_is_asked_about(server, other):
    other.files["/x.csv"] = make_frame(9).to_csv(index=False).encode()
    server.files["/x.csv"] = (302, {"Location": f"{other.url}/x.csv"}, b"")
    with pytest.raises(SourceMoved) as raised:
        find(f"{server.url}/x.csv")
    assert raised.value.host == other.host and other.asked == []
    assert find(f"{server.url}/x.csv", [other.host]).n_bytes == len(other.files["/x.csv"])


def test_a_redirect_to_a_link_local_address_is_refused(server):
    server.files["/x.csv"] = (302, {"Location": "http://169.254.169.254/latest/x.csv"}, b"")
    with pytest.raises(CorpusError, match=r"169\.254\.169\.254"):
        read_table(f"{server.url}/x.csv")


def test_a_name_that_resolves_to_a_link_local_address_is_refused(monkeypatch):
    resolved = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *arguments, **options: resolved)
    with pytest.raises(CorpusError, match="secrets"):
        read_table("http://files.example.org/x.csv")


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ((404, {}, b""), "nothing"),
        ((401, {}, b""), "401"),
        ((403, {}, b""), "permission"),
        ((500, {}, b""), "500"),
        ((200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Please log in"), "web page"),
    ],
)
def test_an_answer_that_is_no_file_gets_one_sentence(server, answer, word):
    server.files["/x.csv"] = answer
    with pytest.raises(CorpusError) as raised:
        read_table(f"http://me:secret@{server.host}/x.csv?token=secret")
    assert word in str(raised.value) and "secret" not in str(raised.value)
    assert raised.value.__cause__ is None


def test_nobody_at_an_address_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(CorpusError, match="reached"):
            read_table(f"http://127.0.0.1:{taken.getsockname()[1]}/x.csv")


def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(file_systems, "SILENT_SECONDS", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(CorpusError, match="in time"):
            read_table(f"http://127.0.0.1:{silent.getsockname()[1]}/x.csv")


@pytest.mark.parametrize("name", ["x.pdf", "x.zip"])
def test_what_is_no_table_is_refused_before_it_is_fetched(server, name):
    server.files[f"/{name}"] = b"%PDF"
    with pytest.raises(CorpusError, match=name):
        find(f"{server.url}/{name}")


def test_a_file_that_breaks_off_is_not_kept(tmp_path, server):
    content = make_frame(30).to_csv(index=False).encode()
    server.files["/x.csv"] = content
    found = find(f"{server.url}/x.csv")
    server.files["/x.csv"] = (200, {"Content-Length": str(len(content))}, content[:100])
    with pytest.raises(CorpusError):
        fetched(found, tmp_path, quiet, ())
    server.files["/x.csv"] = content[:100]
    with pytest.raises(CorpusError, match="100 of"):
        fetched(found, tmp_path, quiet, ())
    assert list(tmp_path.iterdir()) == []


def test_what_is_here_is_not_fetched_again(tmp_path, server):
    server.files["/x.csv"] = make_frame(30).to_csv(index=False).encode()
    found = find(f"{server.url}/x.csv")
    fetched(found, tmp_path, quiet, ())
    server.asked.clear()
    fetched(found, tmp_path, quiet, ())
    assert server.asked == []


def test_fetching_can_be_stopped(tmp_path, server):
    server.files["/x.csv"] = make_frame(30).to_csv(index=False).encode()

    def stop(stage, done, total):
        raise Cancelled("Stopped.")

    with pytest.raises(Cancelled):
        fetched(find(f"{server.url}/x.csv"), tmp_path, stop, ())


def test_a_disk_that_is_too_small_is_said_before(tmp_path, server, monkeypatch):
    server.files["/x.csv"] = make_frame(30).to_csv(index=False).encode()
    found = find(f"{server.url}/x.csv")
    usage = fetch_module.shutil.disk_usage(tmp_path)._replace(free=10)
    monkeypatch.setattr(fetch_module.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(CorpusError, match="disk"):
        fetched(found, tmp_path, quiet, ())


def test_a_store_of_files_reads_as_a_folder(tmp_path):
    store = fsspec.filesystem("memory")
    for lang in ("de", "en"):
        store.pipe(f"/bucket/lang={lang}/part-0.parquet", parquet(make_frame(6)))
    store.pipe("/bucket/_SUCCESS", b"")
    try:
        found = find("memory://bucket")
        assert (found.n_rows, len(found.files)) == (12, 2)
        frame = read_table("memory://bucket/*/*.parquet").frame
        assert frame["lang"].value_counts().to_dict() == {"de": 6, "en": 6}
        assert len(read_table("memory://bucket/lang=de/part-0.parquet").frame) == 6
        with pytest.raises(CorpusError, match="bucket/none"):
            read_table("memory://bucket/none.parquet")
    finally:
        store.rm("/bucket", recursive=True)


def test_a_data_set_of_the_hub_is_read(server, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", server.url)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    content, data = parquet(make_frame(12)), "data/train-00000.parquet"
    about = {"id": "some/one", "sha": "a" * 40, "tags": [], "siblings": [], "downloads": 0, "likes": 0}
    folder = {"type": "directory", "oid": "b" * 40, "size": 0, "path": "data"}
    file = {"type": "file", "oid": "c" * 40, "size": len(content), "path": data}

    def reply(answer):
        return 200, {"Content-Type": "application/json"}, json.dumps(answer).encode()

    api = "/api/datasets/some/one"
    server.files |= {
        api: reply(about | {"private": False, "gated": False, "disabled": False}),
        f"{api}/tree/main": reply([folder, file]),
        f"{api}/tree/main/data": reply([file]),
        f"/datasets/some/one/resolve/main/{data}": content,
    }
    found = find("hf://datasets/some/one")
    assert (found.address.host, found.n_rows, found.files[0].name) == (server.host, 12, "train-00000.parquet")
    table = read_table("hf://datasets/some/one/data/*.parquet")
    assert (table.name, len(table.frame)) == ("data", 12)
    with pytest.raises(CorpusError, match="other"):
        find("hf://datasets/some/other")


def test_names_of_a_server_stay_below_the_folder(tmp_path):
    target = fetch_module.safe_name("../../a:b/..\\x?.csv")
    assert not target.is_absolute() and ".." not in target.parts
    assert (tmp_path / target).resolve().is_relative_to(tmp_path)


def test_a_store_without_its_package_names_it(monkeypatch):
    def missing(protocol, **options):
        raise ImportError("Install s3fs to access S3")

    monkeypatch.setattr(fsspec, "filesystem", missing)
    with pytest.raises(CorpusError, match="s3fs"):
        find("s3://bucket/x.parquet")
