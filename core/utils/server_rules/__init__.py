"""What a shared server allows: which models, servers and files, and how much of each for one person."""

from .rules import (
    RULES_FILE,
    ServerRules,
    check_endpoint,
    check_model,
    check_size,
    check_source,
    find_rules,
    start_rules,
)

__all__ = [
    "RULES_FILE",
    "ServerRules",
    "check_endpoint",
    "check_model",
    "check_size",
    "check_source",
    "find_rules",
    "start_rules",
]
