"""Who is signed in on a shared server, and whose data folder a session works on."""

from pages.common.account.cookie import member_of
from pages.common.account.limits import upload_file, upload_limit
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
    "member_of",
    "place",
    "registry",
    "rules",
    "shared_corpora",
    "upload_file",
    "upload_limit",
]
