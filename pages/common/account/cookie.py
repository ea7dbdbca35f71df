"""Who sent a request that no session stands for, such as that for a file."""

from __future__ import annotations

import json
from collections.abc import Mapping

from streamlit.auth_util import get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from core.storage.team import Member, SignInRefused, identify
from pages.common.account.place import registry, rules


def member_of(cookies: Mapping[str, str]) -> Member | None:
    """Return whose sign-in the cookies of a request hold; None where nobody is signed in, or not any more.

    Streamlit has no public way to read its cookie; `tests/test_team.py` fails where this one changes.

    Raises
    ------
    StoreError
        When the rules of the server, or its record of ended sign-ins, cannot be read.
    """
    known = rules()
    secret = get_cookie_secret()

    def part(name: str) -> bytes | None:
        return decode_signed_value(secret, name, cookies.get(name, "").encode("latin-1", "replace"))

    signed = get_cookie_with_chunks(part, USER_COOKIE_NAME) if secret else None
    if known is None or not signed:
        return None
    try:
        found = identify(json.loads(signed), known)
    except (SignInRefused, ValueError):
        return None
    return None if registry().has_ended(found) else found
