"""Paths and addresses as people type them."""

from pathlib import Path

import pytest

from core.corpus.sources.address import parse_address
from core.errors import CorpusError
from core.utils import is_metadata_address


@pytest.mark.parametrize(
    ("typed", "protocol", "path", "host"),
    [
        ("/data/my reviews/ä.csv", "file", "/data/my reviews/ä.csv", ""),
        ('  "/data/x.csv" ', "file", "/data/x.csv", ""),
        ("~/x.csv", "file", str(Path.home() / "x.csv"), ""),
        ("file:///data/my%20x.csv", "file", "/data/my x.csv", ""),
        ("x.csv", "file", str(Path.cwd() / "x.csv"), ""),
        ("https://Example.org:443/ä b.parquet", "https", None, "example.org"),
        ("http://me:secret@example.org:8000/x?key=secret#a", "http", None, "example.org:8000"),
        ("hf://datasets/some/one/**/*.parquet", "hf", None, "huggingface.co"),
        ("s3://bucket/x", "s3", None, "s3.amazonaws.com"),
    ],
)
def test_what_is_typed_is_a_path_or_an_address(monkeypatch, typed, protocol, path, host):
    for variable in ("HF_ENDPOINT", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(variable, raising=False)
    address = parse_address(typed)
    assert (address.protocol, address.host) == (protocol, host)
    assert path is None or address.path == path
    assert "secret" not in address.shown


def test_a_drive_letter_is_no_protocol():
    assert parse_address("C:\\data\\x.csv").protocol == "file"


def test_the_variable_of_a_store_names_the_server_that_is_asked(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9000")
    assert parse_address("s3://bucket/x").host == "127.0.0.1:9000"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "  ",
        "two\nlines",
        "ftp://host/x.csv",
        "simplecache::https://host/x.csv",
        "https://",
        "https://host:port/x",
        "http://169.254.169.254/latest",
        "http://[fe80::1]/x",
        "http://2852039166/x",
        "http://metadata.google.internal/x",
        "file://[",
        "s3://[bucket/x",
        "az://]",
        "hf://[x",
    ],
)
def test_what_is_no_source_gets_one_sentence(typed):
    with pytest.raises(CorpusError, match=r"^[^.]+.*\.$"):
        parse_address(typed)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("169.254.1.1", True),
        ("169.254.1.1:80", True),
        ("0xA9FEA9FE", True),
        ("[fe80::1%eth0]:80", True),
        ("::ffff:169.254.169.254", True),
        ("fd00:ec2::254", True),
        ("[fd20:ce::254]", True),
        ("100.100.100.200", True),
        ("168.63.129.16:80", True),
        ("2852039166", True),
        ("0251.0376.0251.0376", True),
        ("169.254.43518:80", True),
        ("１６９.２５４.１６９.２５４", True),
        ("169。254。169。254", True),
        ("169.254.169.254.", True),
        ("[64:ff9b::a9fe:a9fe]:80", True),
        ("::169.254.169.254", True),
        ("2002:a9fe:a9fe::1", True),
        ("Metadata.Google.Internal.", True),
        ("instance-data", True),
        ("127.0.0.1:8000", False),
        ("[::1]:80", False),
        ("example.org", False),
        ("192.168.1.4", False),
        ("10.254.169.254", False),
        ("[2001:db8::a9fe:a9fe]", False),
        ("metadata.example.org", False),
        ("", False),
    ],
)
def test_metadata_addresses_are_known_however_they_are_written(host, expected):
    assert is_metadata_address(host) is expected


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("/data/reviews/*.parquet", "reviews"),
        ("/data/reviews/lang=*/**/*.parquet", "reviews"),
        ("/data/reviews/lang=de", "reviews"),
        ("/data/x.csv", "x.csv"),
        ("https://host/a%20b/x.csv?key=1", "x.csv"),
    ],
)
def test_a_corpus_is_named_by_what_was_typed(typed, name):
    assert parse_address(typed).name == name
