"""Check a data folder, repair it, back it up and restore it."""

from .archive import back_up, restore
from .cli import add_backup, add_doctor, add_restore
from .doctor import Finding, examine
from .repair import repair_database

__all__ = [
    "Finding",
    "add_backup",
    "add_doctor",
    "add_restore",
    "back_up",
    "examine",
    "repair_database",
    "restore",
]
