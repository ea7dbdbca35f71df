"""Check a data folder, repair it, back it up and restore it."""

from core.storage.safety.archive import back_up, restore
from core.storage.safety.cli import add_safety
from core.storage.safety.doctor import Finding, examine
from core.storage.safety.repair import repair_database

__all__ = ["Finding", "add_safety", "back_up", "examine", "repair_database", "restore"]
