"""Refract without its pages: `python -m core evaluate`, `batch`, `demo`, `doctor`, `backup` and more."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from core.batch import add_batch
from core.evidence.benchmark import add_evaluate
from core.storage.safety import add_safety
from core.utils import explain_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit status, 0 for success."""
    parser = argparse.ArgumentParser(prog="python -m core", description="Refract without its pages.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_evaluate(commands)
    add_batch(commands)
    add_safety(commands)
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
        sys.stderr.write(f"{explain_error(error, 'python -m core')}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return 130
    return 0


def _download(options: argparse.Namespace) -> None:
    from core.encoders import download_model, pinned_name

    download_model(options.encoder)
    sys.stdout.write(f"{pinned_name(options.encoder)}\n")


def _build_demo(options: argparse.Namespace) -> None:
    from core.storage import Store  # other commands need neither
    from core.tasks import TASKS, is_demo_wanted, prepare_demo, unmeasured_demo
    from core.utils import data_home

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
