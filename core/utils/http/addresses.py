"""Addresses of servers: which are well formed, which are of this machine, which are never asked."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import suppress
from urllib.parse import urlsplit

from ...errors import RefractError

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")

METADATA_HOSTS = (
    "metadata",
    "metadata.goog",
    "metadata.google.internal",
    "instance-data",
    "instance-data.ec2.internal",
)
METADATA_NETWORKS = [
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local
        "fe80::/10",
        "100.100.100.200/32",  # Alibaba Cloud
        "168.63.129.16/32",  # Azure
        "192.0.0.192/32",  # Oracle Cloud
        "fd00:ec2::254/128",  # Amazon
        "fd20:ce::254/128",  # Google Cloud
    )
]
"""Where machines find their own credentials: never asked, whoever names them."""

CARRIER_NETWORK = ipaddress.ip_network("100.64.0.0/10")
"""Addresses of virtual private networks, which Python counts neither as private nor as global."""

WRAPPED_IPV4 = [ipaddress.IPv6Network(network) for network in ("::/96", "64:ff9b::/96")]
"""IPv6 networks whose addresses end in an IPv4 address: IPv4-compatible, and NAT64."""


class ServerRefused(RefractError):
    """Error: a server that is not asked, or an answer that is not taken; another attempt is of no use."""


class AddressRefused(ServerRefused):
    """Error: an address at which machines keep their own secrets, or a name that leads to one."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"{host} is an address at which machines keep their own secrets, and is never asked: give the "
            "address of another server."
        )


class KeyRefused(ServerRefused):
    """Error: a key that everybody between here and the server could read."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"The key is not sent to {host}, as the line is not encrypted and leads out of your own network: "
            "give an address that begins with https://, or take the key away."
        )


def is_web_address(url: str) -> bool:
    """Return whether a text is an http(s) address with a host, of characters that can be requested."""
    try:
        parts = urlsplit(url)
        host, path = (parts.hostname or "").encode("idna"), parts.path + parts.query
        known = parts.scheme in ("http", "https") and bool(host) and parts.port != 0
        return known and path.isascii() and path.isprintable() and " " not in url
    except ValueError:  # a port that is no number, a bracket left open, a host with an empty label
        return False


def host_in(url: str) -> str:
    """Return host and port of an address, without user name and password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def is_local(host: str) -> bool:
    """Return whether a server is on this machine, so that texts do not leave it."""
    return any(host == local or host.startswith(f"{local}:") for local in LOCAL_HOSTS)


def is_open_line(url: str) -> bool:
    """Return whether what is sent to an address can be read on the way: plain http to another machine."""
    return urlsplit(url).scheme == "http" and not is_local(host_in(url))


def is_private(address: str) -> bool:
    """Return whether an IP address is of this machine or of a network of one's own; False for names."""
    try:
        found = _with_inner(ipaddress.ip_address(address.partition("%")[0].strip("[]")))
    except ValueError:
        return False
    return all(each.is_private or each in CARRIER_NETWORK for each in found)


def is_metadata_address(host: str) -> bool:
    """Return whether a host is link-local or a cloud's service of credentials, in any way to write it.

    A name is not looked up: check what it resolves to as well.
    """
    bare = host.rpartition("]")[0].lstrip("[") if host.startswith("[") else host
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    bare = bare.partition("%")[0]  # a zone such as %eth0
    with suppress(UnicodeError):  # digits and dots of other scripts, as they are looked up
        bare = bare.encode("idna").decode()
    bare = bare.rstrip(".")
    try:
        with suppress(OSError):
            bare = socket.inet_ntoa(socket.inet_aton(bare))  # 0xA9FEA9FE, 2852039166
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare.lower() in METADATA_HOSTS
    return any(each in network for each in _with_inner(address) for network in METADATA_NETWORKS)


def _with_inner(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Return an address, and the IPv4 addresses that it stands for."""
    found = [address]
    if isinstance(address, ipaddress.IPv6Address):
        found += [
            inner for inner in (address.ipv4_mapped, address.sixtofour, *(address.teredo or ())) if inner
        ]
        if any(address in network for network in WRAPPED_IPV4):
            found.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return found
