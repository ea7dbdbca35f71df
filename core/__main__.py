"""The command line: `refract` where it is installed, `python -m core` in a checkout."""

from __future__ import annotations

import argparse
import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence

from . import __version__
from .batch import add_batch
from .errors import RefractError
from .evidence.benchmark import add_evaluate
from .storage.safety import add_safety
from .tasks.analysis_file import add_analysis
from .utils import COMMAND, app_folder, explain_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, 0 for success."""
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="One text corpus, seen through any instruction. Without a command: the app.",
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    parser.set_defaults(run=_serve, port=None, no_browser=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="start the app, for this machine alone",
        description="Start the app at 127.0.0.1, and open it in the browser.",
    )
    serve.add_argument("--port", type=int, help="instead of 8501, or of the next one that is free")
    serve.add_argument("--no-browser", action="store_true", help="only print the address")
    serve.set_defaults(run=_serve)
    add_evaluate(commands)
    add_batch(commands)
    add_safety(commands)
    add_analysis(commands)
    demo = commands.add_parser(
        "demo",
        help="build the demo, if that was not done",
        description="Encode the demo corpus, fit and check its two analyses, for the app to open at once. "
        "Nothing is done where they were built before, also when they were removed since.",
    )
    demo.set_defaults(run=_build_demo)
    download = commands.add_parser(
        "download",
        help="fetch an encoder from the Hugging Face hub, to use it afterwards without a network",
        description="Fetch an encoder from the Hugging Face hub. No other command fetches one. A branch, tag "
        "or commit may follow the name after an @. The name with its commit is written, for later use.",
    )
    download.add_argument("encoder", metavar="NAME", help="such as hkunlp/instructor-base or OWNER/MODEL@TAG")
    download.set_defaults(run=_download)
    options = parser.parse_args(arguments)
    try:
        options.run(options)
    except Exception as error:
        sys.stderr.write(f"{explain_error(error, COMMAND)}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


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


def _download(options: argparse.Namespace) -> None:
    from .encoders import download_model, pinned_name

    download_model(options.encoder)
    sys.stdout.write(f"{pinned_name(options.encoder)}\n")


def _build_demo(options: argparse.Namespace) -> None:
    from .storage import Store  # other commands need neither
    from .tasks import TASKS, is_demo_wanted, prepare_demo, unmeasured_demo
    from .utils import data_home

    store, latest = Store(data_home()), ""

    def report(stage: str, done: int, total: int) -> None:
        nonlocal latest
        if stage != latest:
            latest = stage
            sys.stdout.write(f"Demo: {stage[:1].lower()}{stage[1:]}\n")
            sys.stdout.flush()

    if is_demo_wanted(store):
        prepare_demo(store, report)
    for analysis in unmeasured_demo(store):
        TASKS["measure"](store, report, analysis_id=analysis.id, fit_key=analysis.fit_key)


if __name__ == "__main__":
    sys.exit(main())
