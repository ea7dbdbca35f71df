"""Who is signed in on a shared server, and whose data folder a session works on."""

from pages.common.account.place import (
    at_own_place,
    current_member,
    enter,
    for_download,
    home,
    is_shared_server,
    place,
    registry,
    rules,
    shared_corpora,
)
from pages.common.account.sign_in import admit, draw_account

__all__ = [
    "admit",
    "at_own_place",
    "current_member",
    "draw_account",
    "enter",
    "for_download",
    "home",
    "is_shared_server",
    "place",
    "registry",
    "rules",
    "shared_corpora",
]
