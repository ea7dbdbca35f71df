"""Loaded by each Python process of a test that has this folder on PYTHONPATH: no connection but loopback.

What is tried is refused, and written to the file that WATCHED_SOCKETS names.
"""

import os
import sys

LOOPBACK = ("localhost", "::1", "", "0.0.0.0", None)


def watch(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path of this machine, or none
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]
    else:
        return
    if host in LOOPBACK or host.startswith("127."):
        return
    with open(os.environ["WATCHED_SOCKETS"], "a") as file:
        file.write(f"{event} {host}\n")
    raise PermissionError(f"a test forbids {event} to {host}")


if "WATCHED_SOCKETS" in os.environ:
    sys.addaudithook(watch)
