"""Where files are, as a person names it: a path, folder or pattern of this machine, or an address."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

from ...errors import CorpusError
from ...utils import AddressRefused, host_in, is_metadata_address, is_web_address

LOCAL, MEMORY = "file", "memory"
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")  # two letters at least: "C:" is a drive
CHAINED = re.compile(r"^[A-Za-z][\w+-]+::|::[A-Za-z][\w+.-]*://")  # of fsspec
EXAMPLES = "a path, or an address that begins with https://, hf:// or s3://"
CLOUDS = {
    "hf": ("HF_ENDPOINT", "huggingface.co"),
    "s3": ("AWS_ENDPOINT_URL", "s3.amazonaws.com"),
    "gs": ("STORAGE_EMULATOR_HOST", "storage.googleapis.com"),
    "az": ("", "blob.core.windows.net"),
    "abfs": ("", "blob.core.windows.net"),
}
"""Variable that names another server for each kind of address, and the server without it."""

DEFAULT_PORTS = {"http": ":80", "https": ":443"}
PATTERN = re.compile(r"[*?\[]")
SAFE = "/:@?&=+$,;#%!*'()[]~|^-._"  # stays in a web address as it is
MARKS = "\"'“”«»"  # around a path that was copied


@dataclass(frozen=True)
class Address:
    """Where files are.

    Attributes
    ----------
    protocol : str
        "file" for this machine.
    path : str
        Absolute path, or the address with its protocol.
    host : str
        Server that is asked; "" for this machine.
    """

    protocol: str
    path: str
    host: str = ""

    @property
    def shown(self) -> str:
        """The address without what may be secret: user, password, and what follows “?” or “#”."""
        if not self.host:
            return self.path
        parts = urlsplit(self.path)
        return f"{parts.scheme}://{host_in(self.path)}{unquote(parts.path)}"

    @property
    def name(self) -> str:
        """A name for the corpus: of the file, or of the folder that a pattern begins with."""
        parts = [part for part in re.split(r"[/\\]", self.shown) if part]
        while len(parts) > 1 and (PATTERN.search(parts[-1]) or "=" in parts[-1]):
            parts.pop()
        return parts[-1] if parts else self.shown


def parse_address(typed: str | os.PathLike[str]) -> Address:
    """Read a path, folder, pattern or address.

    Raises
    ------
    CorpusError
        When nothing is named, or by an address of another kind.
    """
    text = os.fspath(typed).strip().strip(MARKS).strip()
    if not text:
        raise CorpusError(f"Nothing is named: type {EXAMPLES}.")
    if "\0" in text or "\n" in text:
        raise CorpusError(f"A path is one line of letters, and this is more: type {EXAMPLES}.")
    if "://" in text and CHAINED.search(text):
        raise CorpusError(f"“{text}” joins several addresses by “::”: type one of them.")
    scheme = SCHEME.match(text)
    if scheme is None:
        return Address(LOCAL, _absolute(text))
    try:
        urlsplit(text)
    except ValueError as error:
        raise CorpusError(f"“{text}” has a bracket in place of a host: type {EXAMPLES}.") from error
    protocol = scheme[1].lower()
    if protocol == LOCAL:
        return Address(LOCAL, _absolute(url2pathname(urlsplit(text).path)))
    if protocol == MEMORY:
        return Address(MEMORY, text)
    if protocol in DEFAULT_PORTS:
        return _web_address(protocol, text[scheme.end() :])
    if protocol not in CLOUDS:
        raise CorpusError(f"Addresses that begin with {protocol}:// are not read: type {EXAMPLES}.")
    variable, host = CLOUDS[protocol]
    elsewhere = os.environ.get(variable, "") if variable else ""
    return _checked(Address(protocol, text, host_in(elsewhere) or elsewhere or host))


def _absolute(path: str) -> str:
    with suppress(RuntimeError):  # no such user
        path = str(Path(path).expanduser())
    return os.path.abspath(path)  # noqa: PTH100  # `resolve` would follow links, and show another path


def _web_address(protocol: str, rest: str) -> Address:
    # Blanks and letters beyond ASCII as a browser sends them; what is escaped stays.
    try:
        url = f"{protocol}://{quote(rest, safe=SAFE)}"
    except UnicodeEncodeError:  # half of a character
        url = ""
    if not is_web_address(url):
        raise CorpusError(
            f"“{protocol}://{rest}” is no web address: type one such as https://host/file.parquet."
        )
    return _checked(Address(protocol, url, plain_host(protocol, host_in(url))))


def plain_host(protocol: str, host: str) -> str:
    """Return a host in small letters, without the port that the protocol has anyway."""
    return host.lower().removesuffix(DEFAULT_PORTS.get(protocol, ""))


def _checked(address: Address) -> Address:
    if is_metadata_address(address.host):
        raise refused_host(address.host)
    return address


def refused_host(host: str) -> CorpusError:
    """Return the error of a host that is never asked."""
    return CorpusError(str(AddressRefused(host)))


def base_name(path: str) -> str:
    """Return the last part of a path or address, without what follows “?”."""
    return PurePath(unquote(urlsplit(path).path if SCHEME.match(path) else path)).name


def folder_of(path: str) -> Path:
    """Return the longest folder of a path, or of a pattern, that exists."""
    folder = Path(path)
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    return folder
