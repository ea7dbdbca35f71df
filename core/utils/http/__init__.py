"""Requests to servers that a person named, and the addresses that are never asked."""

from .addresses import (
    AddressRefused,
    KeyRefused,
    ServerRefused,
    host_in,
    is_local,
    is_metadata_address,
    is_open_line,
    is_web_address,
)
from .client import (
    ReplyTooLong,
    RequestLimits,
    RequestRefused,
    ServerUnreachable,
    can_be_key,
    get,
    is_transient,
    post_with_retries,
    run_parallel,
)
from .hub import guard_hub

__all__ = [
    "AddressRefused",
    "KeyRefused",
    "ReplyTooLong",
    "RequestLimits",
    "RequestRefused",
    "ServerRefused",
    "ServerUnreachable",
    "can_be_key",
    "get",
    "guard_hub",
    "host_in",
    "is_local",
    "is_metadata_address",
    "is_open_line",
    "is_transient",
    "is_web_address",
    "post_with_retries",
    "run_parallel",
]
