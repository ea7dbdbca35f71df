"""File systems of servers, through fsspec; nothing is asked but the hosts that a person named."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ...errors import Cancelled, CorpusError
from ...utils import AddressRefused, guard_hub, is_local, is_metadata_address
from .address import DEFAULT_PORTS, MEMORY, Address, plain_host, refused_host

if TYPE_CHECKING:
    import aiohttp
    import fsspec

CONNECT_SECONDS, SILENT_SECONDS = 20.0, 60.0
"""How long a server may take to answer, and may send nothing."""

ANSWER_SECONDS, MOST_ANSWER_BYTES = 60.0, 64 * 2**20
"""How long one answer may take that is no file to fetch, and how long it may be: the list of a folder, or a
part of a file."""

PACKAGES = {"s3": "s3fs", "gs": "gcsfs", "az": "adlfs", "abfs": "adlfs", "hf": "huggingface_hub"}
NO_METADATA = {"AWS_EC2_METADATA_DISABLED": "true", "NO_GCE_CHECK": "true"}
"""Keeps libraries from asking a link-local address for keys; a person who wants that sets another value."""


BROKEN = ("BadHttp", "BadStatusLine", "LineTooLong", "InvalidHeader", "ContentEncoding")
"""Parts of the names of errors in the form of an answer; their status is aiohttp's, not the server's."""


class SourceMoved(CorpusError):
    """Error: a server refers to a host that was not named; `host` is that one."""

    def __init__(self, message: str, host: str) -> None:
        super().__init__(message)
        self.host = host


def open_file_system(
    address: Address, hosts: Collection[str] | None, *, whole_files: bool = False
) -> fsspec.AbstractFileSystem:
    """Return the file system of an address; nothing is sent yet.

    Parameters
    ----------
    address : Address
    hosts : collection of str or None
        Hosts that may be asked besides the one named; None for any that it refers to.
    whole_files : bool
        Whether an answer may take longer than `ANSWER_SECONDS`; the caller then looks at its speed.

    Raises
    ------
    CorpusError
        When the package for addresses of this kind is not installed.
    """
    import fsspec

    if address.protocol in DEFAULT_PORTS:
        allowed = None if hosts is None else {address.host, *hosts}

        async def connect(**options: object) -> aiohttp.ClientSession:
            seconds = None if whole_files else ANSWER_SECONDS
            return _open_session(allowed, proxies=not is_local(address.host), seconds=seconds)

        return fsspec.filesystem("https", get_client=connect, encoded=True, skip_instance_cache=True)
    for name, value in NO_METADATA.items():
        os.environ.setdefault(name, value)
    options = {"endpoint": os.environ.get("HF_ENDPOINT") or None} if address.protocol == "hf" else {}
    if address.protocol == "hf":
        guard_hub()
    try:
        return fsspec.filesystem(address.protocol, skip_instance_cache=address.protocol != MEMORY, **options)
    except ImportError as error:
        package = PACKAGES.get(address.protocol, "")
        raise CorpusError(
            f"Addresses that begin with {address.protocol}:// need the package {package}, which is not "
            f"installed: run “pip install {package}” and start Refract again."
        ) from error


def _open_session(
    allowed: Collection[str] | None, *, proxies: bool, seconds: float | None
) -> aiohttp.ClientSession:
    import aiohttp

    class Answer(aiohttp.ClientResponse):
        """Answer that is not read into memory beyond a limit, unpacked; files are read in parts.

        `_body` is private to aiohttp, which has no limit for `read`. A test fails when it has no effect.
        """

        async def read(self) -> bytes:
            if self._body is None:
                parts, n_bytes = [], 0
                async for part in self.content.iter_any():
                    parts.append(part)
                    n_bytes += len(part)
                    if n_bytes > MOST_ANSWER_BYTES:
                        self.close()
                        raise CorpusError(
                            f"{self.url.host} sent more than {MOST_ANSWER_BYTES / 1e6:,.0f} MB, which is the "
                            "limit for the list of a folder and for what tells of the columns of a file: "
                            "download the files by other means, and name their folder."
                        )
                self._body = b"".join(parts)
            return await super().read()

    class Resolver(aiohttp.ThreadedResolver):
        """Resolver that gives no link-local address."""

        async def resolve(
            self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
        ) -> list[aiohttp.abc.ResolveResult]:
            found = await super().resolve(host, port, family)
            if any(is_metadata_address(each["host"]) for each in found):
                raise refused_host(host)
            return found

    async def check(
        request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Refuse a host before it is asked: called for each redirect too."""
        host = plain_host(request.url.scheme, request.url.host_port_subcomponent or "")
        if is_metadata_address(host):
            raise refused_host(host)
        if allowed is not None and host not in allowed:
            named = sorted(allowed)[0]
            raise SourceMoved(f"{named} refers to another server, {host}, which was not asked.", host)
        return await handler(request)

    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=Resolver()),
        response_class=Answer,
        timeout=aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS, sock_read=SILENT_SECONDS),
        headers={"User-Agent": "refract", "Accept-Encoding": "identity"},
        middlewares=(check,),
        trust_env=proxies,
    )


def page_instead(address: Address) -> CorpusError:
    """Return the error of an address that gives a page to read in place of a file."""
    return CorpusError(
        f"“{address.shown}” is a web page, not a file of texts: open it in a browser, and copy the "
        "address of its download."
    )


@contextmanager
def explained(address: Address) -> Iterator[None]:
    """Turn the many errors of file systems into one sentence; no secret of an address is in it."""
    try:
        yield
    except Exception as error:
        if isinstance(error, Cancelled):
            raise
        raise _explain(address, list(_chain(error))) from None  # their words hold the whole address


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _explain(address: Address, errors: list[BaseException]) -> CorpusError:
    """Return the error for a chain of them, the outermost first."""
    for error in errors:
        if isinstance(error, CorpusError):
            return error
        if isinstance(error, AddressRefused):
            return CorpusError(str(error))
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            return CorpusError("The disk is full: free some space, and fetch the files again.")
    status = next((each for each in map(_status, errors) if each is not None), None)
    names = " ".join(type(error).__name__ for error in errors)
    said = _misled(address, names) or _refused(address, status, names) or _unanswered(address, names)
    return CorpusError(said)


def _misled(address: Address, names: str) -> str:
    """Return a sentence about an answer that leads nowhere; "" for others."""
    where = address.host or address.shown
    if "TooManyRedirects" in names:
        return f"{where} refers from one address to the next without end: check the address."
    if any(name in names for name in ("NonHttpUrl", "InvalidUrl")):
        return f"{where} refers to an address that is not of the web: ask for the address of the file itself."
    if any(name in names for name in BROKEN):
        return (
            f"{where} sent what is no answer of a web server, or one beyond its limits: check the address, "
            "or download the files by other means and name the folder."
        )
    return ""


def _refused(address: Address, status: int | None, names: str) -> str:
    """Return a sentence about a server that answered; "" where it did not."""
    where = address.host or address.shown
    if status in (401, 403) or any(name in names for name in ("Gated", "Credential", "PermissionError")):
        return (
            f"{where} does not give these files without permission{_said(status)}: set your key for it in "
            "the environment in which Refract starts, or download them by other means and name the folder."
        )
    missing = "NotFound" in names and not _silent(names)  # fsspec says so of a silent server too
    if status in (404, 410) or (status is None and missing):
        return (
            f"{where} has nothing at “{address.shown}”{_said(status)}: check the address, letter by letter."
        )
    return "" if status is None else f"{where} gave an error{_said(status)}: try again later."


def _unanswered(address: Address, names: str) -> str:
    """Return a sentence about a server that did not answer, by the names of the errors."""
    where = address.host or address.shown
    if "Offline" in names:
        return f"{where} was not asked, because HF_HUB_OFFLINE is set: unset it, or name a file."
    if "Timeout" in names:
        return f"{where} did not answer in time: try again later."
    if _unreachable(names):
        return f"{where} cannot be reached: check the address and the network, and try again."
    if "Payload" in names or "Disconnected" in names:
        return f"{where} broke off in the middle: try again."
    return (
        f"{where} did not give the files ({names.partition(' ')[0]}): check the address, or download them by "
        "other means and name the folder."
    )


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # of boto
        response_status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        return response_status if isinstance(response_status, int) else None
    status = getattr(error, "status", None) or getattr(response, "status_code", None)
    return status if isinstance(status, int) and status >= 400 else None


def _said(status: int | None) -> str:
    return f" ({status})" if status is not None else ""


def _silent(names: str) -> bool:
    return _unreachable(names) or any(name in names for name in ("Timeout", "Payload", "Disconnected"))


def _unreachable(names: str) -> bool:
    return any(name in names for name in ("Connector", "ConnectError", "ConnectionError", "EndpointConn"))
