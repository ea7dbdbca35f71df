"""The command `mcp`."""

from __future__ import annotations

import argparse
import importlib.util

from ...errors import RefractError
from ...utils import data_home

PRIVACY = """\
Whoever the agent sends its context to will see the texts that it reads here. Everything is read-only
without --allow-labels; every label that an agent gives is marked as a model's. See docs/agents.md.
"""


def add_mcp(parser: argparse.ArgumentParser) -> None:
    """Serve the analyses of this machine to an agent, over standard input and output."""
    parser.epilog = PRIVACY
    parser.add_argument("--allow-labels", action="store_true", help="let the agent label texts, too")
    parser.add_argument(
        "--port", type=_port, help="serve HTTP at 127.0.0.1 instead, for programs of this machine alone"
    )
    parser.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> None:
    if importlib.util.find_spec("mcp") is None:
        raise RefractError(
            "The server for agents needs the package mcp, which is not installed: install it by "
            'pip install "refract-text[agents]".'
        )
    from ...storage import Store
    from .server import make_server, serve_http, serve_stdio

    server = make_server(Store(data_home()), allow_labels=options.allow_labels)
    if options.port is None:
        serve_stdio(server)
    else:
        serve_http(server, options.port)


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65_535):
        raise argparse.ArgumentTypeError(f"{text} found; a number from 1 to 65535 is needed")
    return int(text)
