"""The rules of a shared server, read from `team.toml` in its data folder; without that file there are none.

The app and its worker read the same file, so that neither depends on what the other was told.
"""

from __future__ import annotations

import os
import posixpath
import tomllib
from dataclasses import dataclass, fields
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ...errors import CorpusError, EncoderUnavailable, LanguageModelError, StoreError
from ..files import data_home, write_atomically

RULES_FILE = "team.toml"
PACKAGED = ("all-MiniLM-L6-v2", "static:all-MiniLM-L6-v2")
"""Encoders that come with Refract: they need no network, and send no text anywhere."""

FIRST_RULES = """\
# Rules of this shared server. People must sign in while this file is here.
# docs/deploy.md explains each line; the values below are those that count where a line is left out.

# members = ["ada@example.org", "@example.org"]  # who may sign in; [] for everybody the provider lets in
# email_always_verified = false  # true only where the provider checks every address and does not say so
# sign_in_hours = 12
# max_upload_mb = 200
# max_corpora = 20     # of one person
# max_texts = 200_000  # of one corpus
# max_jobs = 6         # of one person, waiting or running
# models = []          # further encoders: names on the hub or folders of this server, * for any ending
# endpoints = []       # servers of embeddings or language models, such as "http://127.0.0.1:11434/"
# sources = []         # folders of this server and addresses whose files people may read
"""


@dataclass(frozen=True)
class ServerRules:
    """What people may do on a shared server.

    Attributes
    ----------
    members : tuple of str
        Addresses ("ada@example.org") and domains ("@example.org") that may sign in; empty for everybody whom
        the provider lets in.
    email_always_verified : bool
        Whether an address counts as verified where the provider does not say so.
    sign_in_hours : float
        After which a person signs in again.
    max_upload_mb, max_corpora, max_texts, max_jobs : int
        Of one file; of one person; of one corpus; of one person, waiting or running.
    models : tuple of str
        Encoders besides those that come with Refract, as names with * for any characters.
    endpoints, sources : tuple of str
        Beginnings of the addresses of servers that may get texts, and of files that may be read.
    """

    members: tuple[str, ...] = ()
    email_always_verified: bool = False
    sign_in_hours: float = 12.0
    max_upload_mb: int = 200
    max_corpora: int = 20
    max_texts: int = 200_000
    max_jobs: int = 6
    models: tuple[str, ...] = ()
    endpoints: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def allows_model(self, name: str) -> bool:
        """Whether people may use an encoder of this name."""
        # A pattern never reaches out of the folder that it names.
        inside = ".." not in Path(name).parts
        return name in PACKAGED or (inside and any(fnmatchcase(name, each) for each in self.models))

    def allows_endpoint(self, address: str) -> bool:
        """Whether texts may be sent to a server."""
        return any(_begins(address, allowed) for allowed in self.endpoints)

    def allows_source(self, address: str) -> bool:
        """Whether people may read the files of a path or an address."""
        return any(_begins(address, allowed) for allowed in self.sources)


def find_rules(home: Path | None = None) -> ServerRules | None:
    """Return the rules of the server whose data folder is `home`; None where it is not shared.

    Raises
    ------
    StoreError
        When the file cannot be read as rules: nothing is allowed then.
    """
    file = (home or data_home()) / RULES_FILE
    try:
        status = file.stat()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(
            f"The rules {file} cannot be read ({error.strerror}): make them readable."
        ) from error
    return _read(file, status.st_mtime_ns, status.st_size)


def start_rules(home: Path) -> None:
    """Write a file of rules in which nothing is set, unless there is one."""
    if find_rules(home) is None:
        write_atomically(home / RULES_FILE, lambda file: file.write(FIRST_RULES.encode()))


def check_model(name: str) -> None:
    """Raise EncoderUnavailable where the server does not allow an encoder of this name."""
    rules = find_rules()
    if rules is not None and not rules.allows_model(name):
        raise EncoderUnavailable(
            f"The encoder “{name}” is not allowed on this server: choose another, or ask whoever runs the "
            "server to list it."
        )


def check_endpoint(address: str, error: type[EncoderUnavailable | LanguageModelError]) -> None:
    """Raise the error where the rules do not let texts be sent to a server."""
    rules = find_rules()
    if rules is not None and not rules.allows_endpoint(address):
        raise error(
            f"The address “{address}” is not allowed on this server: choose another, or ask whoever runs the "
            "server to list it."
        )


def check_source(address: str) -> None:
    """Raise CorpusError where the rules do not let people read the files of a path or an address."""
    rules = find_rules()
    if rules is not None and not rules.allows_source(address):
        raise CorpusError(
            f"“{address}” may not be read through this server: upload the file, or ask whoever runs the "
            "server to list its folder."
        )


def check_size(name: str, n_bytes: int) -> None:
    """Raise CorpusError where the rules do not take a file of this size, however it comes."""
    rules = find_rules()
    if rules is not None and n_bytes > rules.max_upload_mb * 2**20:
        raise CorpusError(
            f"“{name}” has {n_bytes / 2**20:,.1f} MB, and this server takes {rules.max_upload_mb:,} MB at "
            "most: split it, or ask whoever runs the server to raise max_upload_mb."
        )


def _begins(address: str, allowed: str) -> bool:
    """Whether an address is an allowed one or lies below it; nothing that climbs out of it does.

    Scheme, host and port must be the same: no other host begins with the letters of an allowed one.
    """
    here, there = _parts(address), _parts(allowed)
    return here[0] == there[0] and (here[1] == there[1] or here[1].startswith(there[1].rstrip("/") + "/"))


def _parts(address: str) -> tuple[str, str]:
    """Split an address into its origin, "" for a path of this machine, and its path without steps upwards."""
    if "://" not in address:
        return "", os.path.realpath(Path(address).expanduser())
    split = urlsplit(address)
    origin = f"{split.scheme.lower()}://{split.netloc.lower()}"
    return origin, posixpath.normpath("/" + unquote(split.path).lstrip("/"))


@lru_cache(maxsize=4)
def _read(file: Path, changed: int, size: int) -> ServerRules:
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise StoreError(f"The rules {file} cannot be read ({error}): mend the file.") from error
    values: dict[str, object] = {}
    known = {each.name: each.default for each in fields(ServerRules)}
    for name, value in found.items():
        if name not in known:
            raise StoreError(f"The rules {file} hold “{name}”, which no rule is called: remove the line.")
        values[name] = _checked(file, name, value, known[name])
    return ServerRules(**values)  # type: ignore[arg-type]  # each was checked against its default


def _checked(file: Path, name: str, value: object, default: object) -> object:
    """Return a value of the same kind as its default; raise StoreError for another."""
    if isinstance(default, bool):
        kind, fits = "true or false", isinstance(value, bool)
    elif isinstance(default, tuple):
        kind = "a list of texts"
        fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    else:
        kind = "a number above 0" if isinstance(default, float) else "a whole number above 0"
        fits = type(value) in (int, type(default)) and value > 0  # type: ignore[operator]  # a number by then
    if not fits:
        raise StoreError(f"The rules {file} set “{name}” to {value!r}: it must be {kind}.")
    return tuple(value) if isinstance(value, list) else value
