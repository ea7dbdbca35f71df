"""Who is signed in, from what the identity provider says."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...errors import RefractError
from ...utils.server_rules import ServerRules


class SignInRefused(RefractError):
    """Nobody is signed in, or whoever is may not be."""


@dataclass(frozen=True)
class Member:
    """A person who is signed in.

    Attributes
    ----------
    id : str
        Made of the provider and its number for the person, which never change; an address may.
    email : str
        In small letters; "" where the provider does not vouch for it.
    name : str
        As the person is shown to others, and as their labels are recorded.
    sign_in : str
        Tells this sign-in from others of the same person.
    """

    id: str
    email: str
    name: str
    sign_in: str

    def home(self, root: Path) -> Path:
        """Return the data folder of this person."""
        return root / "people" / self.id


def identify(claims: Mapping[str, object], rules: ServerRules, *, now: float | None = None) -> Member:
    """Return the person of verified claims of an ID token.

    Parameters
    ----------
    now : float, optional
        Seconds since 1970, in place of the clock.

    Raises
    ------
    SignInRefused
        When nobody is signed in, the sign-in is too old, or the person is no member.
    """
    if claims.get("is_logged_in") is not True:
        raise SignInRefused("Sign in to see your corpora.")
    issuer, subject, issued = (claims.get(name) for name in ("iss", "sub", "iat"))
    if not (isinstance(issuer, str) and issuer and isinstance(subject, str) and subject):
        raise SignInRefused("The sign-in service did not say who you are: ask whoever runs this server.")
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise SignInRefused("The sign-in service did not say when you signed in: sign in again.")
    age = (time.time() if now is None else now) - issued
    if age > rules.sign_in_hours * 3600:
        raise SignInRefused(f"You signed in more than {rules.sign_in_hours:g} hours ago: sign in again.")
    email, verified = _email(claims, rules)
    if rules.members and not (verified and _is_member(email, rules)):
        raise SignInRefused(
            f"{email or 'This account'} may not use this server: sign in with another address, or ask "
            "whoever runs the server."
        )
    digest = _digest(issuer, subject)
    name = email if verified else f"{str(claims.get('name') or 'someone')[:40]} ({digest[:6]})"
    sign_in = _digest(issuer, subject, str(issued), str(claims.get("nonce", "")))
    return Member(digest, email if verified else "", name, sign_in)


def clean_email(text: object) -> str:
    """Return an address as it is compared: without spaces around it, in small letters."""
    return text.strip().casefold() if isinstance(text, str) else ""


def _email(claims: Mapping[str, object], rules: ServerRules) -> tuple[str, bool]:
    """Return the address and whether it is verified: the provider says so, or every one of it is."""
    email, said = clean_email(claims.get("email")), claims.get("email_verified")
    verified = said is True or said == "true" or (said is None and rules.email_always_verified)
    return email, bool(email) and verified


def _is_member(email: str, rules: ServerRules) -> bool:
    return any(
        email.endswith(member) if member.startswith("@") else email == member
        for member in map(clean_email, rules.members)
    )


def _digest(*parts: str) -> str:
    """Return 32 hexadecimal digits; the lengths keep ("ab", "c") from ("a", "bc")."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:32]
