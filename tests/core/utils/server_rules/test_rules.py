"""What a shared server allows."""

import pytest

from core.encoders import describe_encoder, load_encoder
from core.errors import CorpusError, EncoderUnavailable, LanguageModelError, StoreError
from core.storage import Store
from core.tasks import TASKS
from core.utils import configured
from core.utils.server_rules import RULES_FILE, ServerRules, find_rules, start_rules


def nothing(*progress):
    """A report that nobody reads."""


@pytest.fixture
def shared(tmp_path, monkeypatch):
    """Data folder of a shared server; call it with the lines of its rules."""
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))

    def write(text=""):
        (tmp_path / RULES_FILE).write_text(text)
        return tmp_path

    return write


def test_without_the_file_nothing_is_forbidden(tmp_path, monkeypatch):
    monkeypatch.setenv("REFRACT_HOME", str(tmp_path))
    assert find_rules() is None
    assert configured({"url": "http://127.0.0.1:1/v1", "model": "m"}).model == "m"


def test_a_first_file_of_rules_says_what_counts_anyway(tmp_path):
    start_rules(tmp_path)
    assert find_rules(tmp_path) == ServerRules()
    (tmp_path / RULES_FILE).write_text("max_jobs = 2")
    start_rules(tmp_path)
    assert find_rules(tmp_path).max_jobs == 2


@pytest.mark.parametrize(
    "line",
    ["max_jobs = 0", "max_jobs = true", "members = 'ada@x.org'", "memebers = []", "models = [1]", "x ="],
)
def test_rules_that_cannot_be_understood_allow_nothing(shared, line):
    shared(line)
    with pytest.raises(StoreError, match=RULES_FILE):
        find_rules()
    with pytest.raises(StoreError):
        load_encoder("all-MiniLM-L6-v2")


@pytest.mark.parametrize("name", ["all-mpnet-base-v2", "instructor:hkunlp/instructor-base", "static:other"])
def test_encoders_that_are_not_listed_are_not_loaded(shared, name):
    shared()
    with pytest.raises(EncoderUnavailable, match="not allowed on this server"):
        load_encoder(name)


def test_folders_of_the_server_are_not_looked_into(shared, tmp_path):
    for name in ("models/a", "secret"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "config.json").write_text("{}")
    shared(f'models = ["{tmp_path}/models/*"]')
    assert "not allowed" in describe_encoder(str(tmp_path / "secret")).problem
    assert "not allowed" in describe_encoder(f"{tmp_path}/models/../secret").problem
    assert "not allowed" not in describe_encoder(str(tmp_path / "models" / "a")).problem


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://10.0.0.5:8000/v1", True),
        ("http://10.0.0.5:8000/v1/", True),
        ("http://10.0.0.5:8000/", False),
        ("http://10.0.0.5:8000/v1/../admin", False),
        ("http://10.0.0.5:8000/v1%2F..%2F..%2Fadmin", False),
        ("http://10.0.0.5:8000@evil.example/v1", False),
        ("http://10.0.0.5:8001/v1", False),
        ("https://10.0.0.5:8000/v1", False),
    ],
)
def test_texts_go_to_listed_servers_only(shared, address, allowed):
    shared('endpoints = ["http://10.0.0.5:8000/v1"]')
    if allowed:
        assert configured({"url": address, "model": "m"}).url == address
    else:
        with pytest.raises(LanguageModelError):
            configured({"url": address, "model": "m"})
    assert (
        "not allowed" in describe_encoder(f"endpoint:{address}#m").problem
    ) is not allowed or "@" in address


def test_an_endpoint_that_is_not_listed_gets_nothing(shared, server):
    shared()
    with pytest.raises(EncoderUnavailable, match="not allowed"):
        load_encoder(f"endpoint:{server.url}#m")
    assert server.asked == []


@pytest.mark.parametrize("task", ["find_texts", "fetch_texts", "read_texts"])
def test_files_of_the_server_cannot_be_read(shared, task, tmp_path, server):
    home = shared(f'sources = ["{tmp_path}/open"]')
    for folder in ("open", "hidden"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.csv").write_text("text\nfirst words\nsecond words\n")
    (tmp_path / "open" / "way_out").symlink_to(tmp_path / "hidden")
    store = Store(home / "people" / "ada")
    extra = {"table": "t"} if task == "read_texts" else {}
    for path in (
        "hidden/a.csv",
        "open/../hidden/a.csv",
        "open/way_out/a.csv",
        "open/*/../../hidden/a.csv",
        "openly/a.csv",
    ):
        for address in (f"{tmp_path}/{path}", f"file://{tmp_path}/{path}"):
            with pytest.raises(CorpusError, match="may not be read"):
                TASKS[task](store, nothing, import_id="one", address=address, **extra)
    with pytest.raises(CorpusError, match="may not be read"):
        TASKS[task](store, nothing, import_id="one", address=f"{server.url}/a.csv", **extra)
    assert server.asked == []
    TASKS[task](store, nothing, import_id="two", address=f"{tmp_path}/open/a.csv", **extra)


@pytest.mark.parametrize("task", ["find_texts", "fetch_texts", "read_texts"])
def test_files_that_are_read_from_elsewhere_keep_to_the_limit_too(shared, task, tmp_path, server):
    home = shared(f'sources = ["{tmp_path}/open", "{server.url}"]\nmax_upload_mb = 1')
    store, extra = Store(home / "people" / "ada"), {"table": "t"} if task == "read_texts" else {}
    (tmp_path / "open").mkdir()
    large, small = tmp_path / "open" / "large.csv", tmp_path / "open" / "small.csv"
    large.write_text("text\n" + "some words\n" * 100_000)
    small.write_text("text\nsome words\nother words\n")
    with pytest.raises(CorpusError, match=r"large.csv.*1 MB at most.*whoever runs the server"):
        TASKS[task](store, nothing, import_id="one", address=str(large), **extra)
    TASKS[task](store, nothing, import_id="two", address=str(small), **extra)
