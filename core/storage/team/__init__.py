"""Several people on one server: who is signed in, whose folder holds what, who may open which corpus.

Each person has a data folder of their own, and so has each corpus that is shared. A page that holds the store
of a folder reaches nothing outside it, whatever key or number it is given.
"""

from .audit import record
from .database import TEAM_FILE, TEAM_TABLES, has_shared_data, open_team
from .members import Member, SignInRefused, identify
from .registry import NotShared, Registry, SharedCorpus
from .sharing import data_folders, remove_shared, remove_unfinished, share_corpus

__all__ = [
    "TEAM_FILE",
    "TEAM_TABLES",
    "Member",
    "NotShared",
    "Registry",
    "SharedCorpus",
    "SignInRefused",
    "data_folders",
    "has_shared_data",
    "identify",
    "open_team",
    "record",
    "remove_shared",
    "remove_unfinished",
    "share_corpus",
]
