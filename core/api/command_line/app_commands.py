"""The commands that prepare the app: `demo`, `download`."""

from __future__ import annotations

import argparse
import sys

from ...encoders import download_model, pinned_name
from ...storage import Store
from ...tasks import TASKS, is_demo_wanted, prepare_demo, unmeasured_demo
from ...utils import data_home


def add_demo(parser: argparse.ArgumentParser) -> None:
    """Encode the demo corpus, fit and check its two analyses, for the app to open at once.

    Nothing is done where they were built before, also when they were removed since.
    """
    parser.set_defaults(run=_build_demo)


def add_download(parser: argparse.ArgumentParser) -> None:
    """Fetch an encoder from the Hugging Face hub. No other command fetches one.

    A branch, tag or commit may follow the name after an @. The name with its commit is printed, for later
    use.
    """
    parser.add_argument("encoder", metavar="NAME", help="such as hkunlp/instructor-base or OWNER/MODEL@TAG")
    parser.set_defaults(run=_download)


def _download(options: argparse.Namespace) -> None:
    download_model(options.encoder)
    sys.stdout.write(f"{pinned_name(options.encoder)}\n")


def _build_demo(options: argparse.Namespace) -> None:
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
