"""The command `evaluate`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ...encoders import DEFAULT_ENCODER
from ...errors import CorpusError, StoreError
from ...utils import PACKAGE, ProgressLine, write_atomically
from .data import GroupedTexts, Material, Wordings
from .datasets import read_facets, read_published
from .methods import make_settings
from .published_tasks import TASKS, find_task
from .run import evaluate

DESCRIPTION = """\
Score the generic space, what transforms make of it, and other encoders: V-measure of clusters, purity
of neighbours, triplets, Spearman's correlation, robustness to instructions. Where transforms are among the
methods, all are scored on the texts whose labels none of them was shown. GuidedTransform also reads hidden
layers of the encoder where it has some, as in the app."""
EXAMPLES = """\
examples:
  %(prog)s assets/demo/feedback.csv
      generic space and GuidedTransform with 40 labels, on every column of labels
  %(prog)s tickets.csv --facets cause --labels 20 80 --picks random suggested
      with 20 and with 80 labels, picked at random and as the app suggests them
  %(prog)s tickets.csv --facets cause --methods generic guided hkunlp/instructor-base \\
      --instruction cause="What caused the problem?"
      beside an encoder that encodes every text under the instruction
  %(prog)s NYTClustering IntentEmotion InstructSTSB --methods generic hkunlp/instructor-base
      tasks of the papers, fetched once
  %(prog)s NYTClustering --folder ~/data
      the same from ~/data/NYTClustering/topic.csv and location.csv, without a network

tasks of the papers:
"""
MTEB = f"""

with mteb installed, its tasks score the same spaces from Python:
  from {PACKAGE}.evidence.benchmark import MtebEncoder
  mteb.evaluate(MtebEncoder(encoder, transform=fitted), mteb.get_tasks(...), cache=None)
"""
WORDINGS = '{"FACET": {"correct": [...], "implicit": [...], "incorrect": [...]}}'
ROBUSTNESS = f"""\
JSON file with instructions that name a facet, imply it, or name something else: {WORDINGS}, FACET being
a column's or a task's name (NYTClustering/topic where it has several); adds ΔCI and ΔII for the encoders that
follow instructions
"""


def add_evaluate(command: argparse.ArgumentParser) -> None:
    """Add the options to a parser; its `run` takes the parsed ones."""
    width = max(len(task.name) for task in TASKS)
    command.description = DESCRIPTION
    command.epilog = EXAMPLES + "\n".join(f"  {task.name:{width}}  {task.size}" for task in TASKS) + MTEB
    add = command.add_argument
    add(
        "data", nargs="+", metavar="DATA", help="a task of the papers (below), or a table with labelled texts"
    )
    add(
        "--methods",
        nargs="+",
        default=["generic", "guided"],
        metavar="METHOD",
        help="generic, guided (GuidedTransform), gstransform, or an encoder that encodes the texts under the "
        "instruction: a name on the hub, FOLDER, instructor:FOLDER, inbedder:FOLDER, endpoint:ADDRESS#MODEL "
        "(default: generic guided)",
    )
    add("--encoder", default=DEFAULT_ENCODER, help="of the generic space (default: %(default)s)")
    labels_help = "shown to transforms (default: 40)"
    add("--labels", nargs="+", type=_count, default=[40], metavar="N", help=labels_help)
    picks_help = "how the labelled texts are picked (default: random)"
    add("--picks", nargs="+", choices=["random", "suggested"], default=["random"], help=picks_help)
    add("--seeds", type=_count, default=3, metavar="N", help="repetitions (default: %(default)s)")
    add("--folder", type=Path, help="folder of the papers' data, in place of the Hugging Face hub")
    add("--text", metavar="COLUMN", help="column of the texts of a table (default: guessed)")
    facets_help = "columns of labels of a table (default: all with 2 to 50 labels)"
    add("--facets", nargs="+", default=[], metavar="COLUMN", help=facets_help)
    add(
        "--instruction",
        action="append",
        default=[],
        type=_named,
        metavar="COLUMN=TEXT",
        help="under which encoders encode the texts for a column (default: “What is the COLUMN?”); can be "
        "repeated",
    )
    most_help = "texts of a table, sampled (default: %(default)s)"
    add("--most", type=_count, default=5_000, metavar="N", help=most_help)
    add("--robustness", type=Path, metavar="FILE", help=ROBUSTNESS)
    add("--json", type=Path, metavar="FILE", help="file for all figures, of each seed too")
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> None:
    if options.json and options.json.is_dir():  # refused before hours of work
        raise CorpusError(f"“{options.json}” is a folder: name a file for the figures.")
    materials = [material for name in options.data for material in _read(name, options)]
    _check_named(materials, options.instruction)
    if options.robustness:
        materials = _with_wordings(materials, options.robustness)
    settings = make_settings(options.methods, options.labels, options.picks)
    with ProgressLine() as line:
        report = evaluate(
            materials, settings, encoder=options.encoder, seeds=range(options.seeds), report=line.show
        )
    sys.stdout.write(report.to_text())
    if options.json:
        document = json.dumps(report.to_document(), ensure_ascii=False, indent=1) + "\n"
        try:
            write_atomically(options.json, lambda file: file.write(document.encode()))
        except StoreError as error:
            raise StoreError(
                f"The figures could not be kept in {options.json} ({error.__cause__}): name another file."
            ) from error


def _read(name: str, options: argparse.Namespace) -> list[Material]:
    file = Path(name).expanduser()
    if file.is_file():
        return [
            read_facets(
                file,
                text_column=options.text,
                facets=options.facets,
                instructions=dict(options.instruction),
                most_texts=options.most,
            )
        ]
    task = find_task(name)
    if task is None:
        known = ", ".join(task.name for task in TASKS)
        raise CorpusError(
            f"“{name}” is neither a file nor a task of the papers: name a file, or one of {known}."
        )
    return read_published(task, options.folder.expanduser() if options.folder else None)


def _check_named(materials: list[Material], instructions: Sequence[tuple[str, str]]) -> None:
    """Refuse an instruction for a column that is not evaluated."""
    columns = [facet.name for m in materials if isinstance(m, GroupedTexts) for facet in m.facets]
    for name, _ in instructions:
        if name not in columns:
            among = f" among {', '.join(dict.fromkeys(columns))}" if columns else ""
            raise CorpusError(
                f"--instruction names “{name}”, and no such column is evaluated{among}: correct its name."
            )


def _with_wordings(materials: list[Material], file: Path) -> list[Material]:
    """Return the materials, their facets with the instructions of a file."""
    try:
        named = {
            name: Wordings(*(tuple(map(str, sorts[sort])) for sort in ("correct", "implicit", "incorrect")))
            for name, sorts in json.loads(file.read_text(encoding="utf-8")).items()
        }
        complete = all(w.correct and w.implicit and w.incorrect for w in named.values())
    except OSError as error:
        raise CorpusError(
            f"{file} cannot be read ({error.strerror or error}): name a JSON file with {WORDINGS}."
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CorpusError(f"{file} does not hold instructions as JSON: write them as {WORDINGS}.") from error
    found = [_worded(material, named) for material in materials]
    used = any(facet.wordings for m in found if isinstance(m, GroupedTexts) for facet in m.facets)
    if not complete or not used:
        what = "names no facet that is evaluated here" if complete else "lacks instructions of a sort"
        raise CorpusError(f"{file} {what}: write them as {WORDINGS}, one or more of each sort.")
    return found


def _worded(material: Material, named: dict[str, Wordings]) -> Material:
    if not isinstance(material, GroupedTexts):
        return material
    facets = []
    for facet in material.facets:
        names = [f"{material.dataset}/{facet.name}", facet.name]
        names += [material.dataset] if len(material.facets) == 1 else []
        found = next((named[name] for name in names if name in named), None)
        facets.append(replace(facet, wordings=found))
    return replace(material, facets=tuple(facets))


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text} found; a whole number from 1 is needed")
    return int(text)


def _named(text: str) -> tuple[str, str]:
    name, equals, instruction = text.partition("=")
    if not equals or not name.strip() or not instruction.strip():
        raise argparse.ArgumentTypeError(f"“{text}” found; COLUMN=TEXT is needed")
    return name.strip(), instruction.strip()
