"""Refract without its pages: `python -m core evaluate …`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core.errors import RefractError
from core.evidence.benchmark import add_evaluate


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, 0 for success."""
    parser = argparse.ArgumentParser(prog="python -m core", description="Refract without its pages.")
    add_evaluate(parser.add_subparsers(title="commands", required=True, metavar="COMMAND"))
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except RefractError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
