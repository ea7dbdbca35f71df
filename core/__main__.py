"""The command line: `refract` where it is installed, `python -m core` in a checkout."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import inspect
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import NamedTuple

from . import __version__
from .errors import RefractError
from .utils import COMMAND, PASSIVE_WAIT, app_folder, explain_error

DESCRIPTION = f"""\
One text corpus, seen through any instruction. Without a command: the app.

  {COMMAND} encode feedback.csv
  {COMMAND} suggest feedback.csv --out labels.csv     fill in its column “label”
  {COMMAND} fit feedback.csv --labels labels.csv --instruction "by what the customer feels"
  {COMMAND} evidence "by what the customer feels"
"""
EPILOG = f"""\
`{COMMAND} COMMAND --help` says more. Results go to the output, progress and errors to stderr. Exit status: 0
done, 1 not done, for the reason that is printed, 2 wrong options, 130 stopped by Ctrl+C.
"""


class Command(NamedTuple):
    """A command: its line in the help, and the function that adds its options to a parser."""

    help: str
    module: str
    function: str


OWN, AGENTS, BATCH = ".api.command_line", ".api.agents", ".batch"
EVALUATE, SAFETY = ".evidence.benchmark", ".storage.safety"
COMMANDS = {
    "serve": Command("start the app, for this machine alone", ".__main__", "add_serve"),
    "encode": Command("read a file, encode its texts, draw the generic map", OWN, "add_encode"),
    "suggest": Command("choose the texts to label first", OWN, "add_suggest"),
    "fit": Command("reshape the space by labels, and check whether it helps", OWN, "add_fit"),
    "evidence": Command("say whether an analysis helps", OWN, "add_evidence"),
    "cluster": Command("list the clusters of an analysis", OWN, "add_cluster"),
    "map": Command("write the place of every text on both maps", OWN, "add_map"),
    "apply": Command("label other texts by an analysis", OWN, "add_apply"),
    "export": Command("write an analysis as a file for other tools", OWN, "add_export"),
    "analysis": Command("save an analysis as one file, open one, or replay one", OWN, "add_analysis"),
    "mcp": Command("let an agent read your analyses, over the Model Context Protocol", AGENTS, "add_mcp"),
    "list": Command("list corpora and analyses", OWN, "add_list"),
    "batch": Command("encode and label millions of texts, on one machine or many", BATCH, "add_batch"),
    "evaluate": Command("score spaces by the figures of the papers", EVALUATE, "add_evaluate"),
    "download": Command("fetch an encoder, to use it afterwards without a network", OWN, "add_download"),
    "demo": Command("build the demo, if that was not done", OWN, "add_demo"),
    "doctor": Command("check all that is kept, and repair it", SAFETY, "add_doctor"),
    "backup": Command("write all that is kept into one file", SAFETY, "add_backup"),
    "restore": Command("read a file of `backup` into a data folder", SAFETY, "add_restore"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, 0 for success."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    os.environ.update(PASSIVE_WAIT | os.environ)
    try:
        options = _parser(given).parse_args(given or ["serve"])
        options.run(options)
    except Exception as error:
        sys.stderr.write(f"{explain_error(error, COMMAND)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


def add_serve(parser: argparse.ArgumentParser) -> None:
    """Start the app at 127.0.0.1, and open it in the browser."""
    parser.add_argument("--port", type=int, help="instead of 8501, or of the next one that is free")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> None:
    if importlib.util.find_spec("streamlit") is None:
        raise RefractError(
            'The app needs Streamlit, which is not installed: install it by pip install "refract-text[app]".'
        )
    # Without the address, Streamlit listens on every interface. Its other settings are beside app.py.
    command = [sys.executable, "-m", "streamlit", "run", str(app_folder() / "app.py")]
    command += ["--server.address", "127.0.0.1"]
    if options.port is not None:
        command += ["--server.port", str(options.port)]
    if options.no_browser:
        command += ["--server.headless", "true"]
    if os.name == "posix":
        os.execv(command[0], command)  # signals reach the server itself
    sys.exit(subprocess.run(command).returncode)


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """Return a parser that knows the options of the command that was given: others are not imported."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    chosen = given[0] if given else "serve"
    for name, command in COMMANDS.items():
        added = commands.add_parser(name, help=command.help)
        if name == chosen:
            add = getattr(importlib.import_module(command.module, __package__), command.function)
            added.description = inspect.getdoc(add)
            added.formatter_class = argparse.RawDescriptionHelpFormatter
            add(added)
    return parser


if __name__ == "__main__":
    sys.exit(main())
