"""The record of shared corpora and ended sign-ins, in `team.sqlite` of the server's data folder."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ...errors import RefractError, StoreError
from ...utils import lock_shared, unlock_shared
from .database import open_team
from .members import Member, clean_email

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
LONGEST_ADDRESS = 254  # characters, by RFC 5321


class NotShared(RefractError):
    """A corpus that this person may not open, or not any more."""


@dataclass(frozen=True)
class SharedCorpus:
    """A corpus in a data folder of its own, which several people may open.

    Attributes
    ----------
    id : str
        Of the folder; it cannot be guessed, and opens nothing by itself.
    owner, owner_name : str
        Who shares it.
    """

    id: str
    owner: str
    owner_name: str
    corpus_key: str
    name: str

    def home(self, root: Path) -> Path:
        """Return its data folder."""
        return root / "shared" / self.id


class Registry:
    """Who may open which shared corpus, and which sign-ins ended; any thread and process may use it.

    Raises
    ------
    StoreError
        When the file is damaged or missing, or cannot be used: nobody then gets to any corpus.
    """

    def __init__(self, root: Path) -> None:
        is_first = lock_shared(root)
        try:
            self._database = open_team(root)
        except StoreError:
            if is_first:  # a damaged file can be repaired while the app says that it is
                unlock_shared(root)
            raise

    def note_sign_in(self, member: Member) -> None:
        """Record who is signed in, under the present name."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO people (id, name, signed_in_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
                "name = excluded.name, signed_in_at = excluded.signed_in_at",
                (member.id, member.name, _now()),
            )

    def end_sign_in(self, member: Member) -> None:
        """Record that a person signed out: other tabs of this sign-in, and copies of its cookie, end too."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO ended_sign_ins (sign_in, ended_at) VALUES (?, ?)",
                (member.sign_in, _now()),
            )

    def has_ended(self, member: Member) -> bool:
        """Whether the sign-in of a person was ended."""
        with self._database.transaction() as connection:
            found = connection.execute("SELECT 1 FROM ended_sign_ins WHERE sign_in = ?", (member.sign_in,))
            return found.fetchone() is not None

    def add_corpus(self, shared: SharedCorpus) -> None:
        """Record a corpus that its owner put into a folder of its own; nobody else may open it yet."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO corpora (id, owner, corpus_key, name, shared_at) VALUES (?, ?, ?, ?, ?)",
                (shared.id, shared.owner, shared.corpus_key, shared.name, _now()),
            )

    def remove_corpus(self, shared: SharedCorpus, member: Member) -> None:
        """Remove a corpus from the record; raise NotShared for others than its owner."""
        self._require_owner(shared, member)
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM corpora WHERE id = ?", (shared.id,))

    def share(self, shared: SharedCorpus, member: Member, email: str) -> None:
        """Let whoever has this verified address open a corpus.

        Raises
        ------
        NotShared
            When somebody else owns it, or the text is no address.
        """
        self._require_owner(shared, member)
        address = self.check_address(email)
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO shares (corpus_id, email, given_at) VALUES (?, ?, ?)",
                (shared.id, address, _now()),
            )

    def check_address(self, email: str) -> str:
        """Return an address as it is kept; raise NotShared where the text is none."""
        address = clean_email(email)
        if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address):
            raise NotShared(f"“{email.strip()}” is no e-mail address: type one such as ada@example.org.")
        return address

    def take_back(self, shared: SharedCorpus, member: Member, email: str) -> None:
        """Take a corpus back from an address: it counts from the next look at it."""
        self._require_owner(shared, member)
        with self._database.transaction() as connection:
            connection.execute(
                "DELETE FROM shares WHERE corpus_id = ? AND email = ?", (shared.id, clean_email(email))
            )

    def shared_with(self, shared: SharedCorpus, member: Member) -> list[str]:
        """Return the addresses that may open a corpus; raise NotShared for others than its owner."""
        self._require_owner(shared, member)
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT email FROM shares WHERE corpus_id = ? ORDER BY email", (shared.id,)
            ).fetchall()
        return [row["email"] for row in rows]

    def corpora_of(self, member: Member) -> list[SharedCorpus]:
        """Return the shared corpora that a person may open: their own and those shared with them."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT corpora.id, owner, people.name AS owner_name, corpus_key, corpora.name AS name "
                "FROM corpora JOIN people ON people.id = owner WHERE owner = ? OR (? != '' AND EXISTS "
                "(SELECT 1 FROM shares WHERE corpus_id = corpora.id AND email = ?)) ORDER BY shared_at DESC",
                (member.id, member.email, member.email),
            ).fetchall()
        return [SharedCorpus(**row) for row in rows]

    def open(self, corpus_id: str, member: Member) -> SharedCorpus:
        """Return a shared corpus; raise NotShared unless this person may open it now."""
        found = next((each for each in self.corpora_of(member) if each.id == corpus_id), None)
        if found is None:
            raise NotShared("This corpus is no longer shared with you: choose another.")
        return found

    def _require_owner(self, shared: SharedCorpus, member: Member) -> None:
        with self._database.transaction() as connection:
            row = connection.execute("SELECT owner FROM corpora WHERE id = ?", (shared.id,)).fetchone()
        if row is None or row["owner"] != member.id:
            raise NotShared("Only the person who shares a corpus can change who may open it.")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
