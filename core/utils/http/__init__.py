"""Requests to servers that a person named, and the addresses that are never asked."""

from core.utils.http.addresses import AddressRefused, host_in, is_local, is_metadata_address, is_web_address
from core.utils.http.client import (
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

__all__ = [
    "AddressRefused",
    "ReplyTooLong",
    "RequestLimits",
    "RequestRefused",
    "ServerUnreachable",
    "can_be_key",
    "get",
    "host_in",
    "is_local",
    "is_metadata_address",
    "is_transient",
    "is_web_address",
    "post_with_retries",
    "run_parallel",
]
