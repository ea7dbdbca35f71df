"""The command `batch …`: corpora beyond one machine, file by file."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from types import FrameType

from ..encoders import DEFAULT_ENCODER, pinned_name
from ..errors import CorpusError
from .analysis import export_analysis, load_analysis
from .apply import ApplyJob
from .choices import choose_columns
from .encode import EncodeJob
from .files import FileTask, find_tasks
from .local import run_local, take_shard
from .one_file import Job, Outcome, pending
from .ray_pool import LOCAL, RayOptions, run_ray
from .split import split_files, verify_files

DESCRIPTION = """\
Encode, label and reshape any number of texts. The unit is a Parquet file: a file in, a file of the same
name out, with the same rows and ids in order. A file is there whole or not at all, so that the same command
goes on where it stopped, and any number of machines share a folder. docs/scale.md says how."""
EXAMPLES = """\
examples:
  %(prog)s split tickets.parquet texts --rows 100000
      one large file becomes files of a hundred thousand rows
  %(prog)s encode texts vectors --text body --id ticket --views --dtype float16
      a vector for each text
  %(prog)s export "by cause" cause.safetensors
      an analysis of the app as one file
  %(prog)s apply cause.safetensors vectors results
      labels, nearest cluster and reshaped vectors, without encoding again
  %(prog)s apply cause.safetensors texts results --text body --shard 17/200
      the same from texts; the 17th of 200 jobs of Slurm or Kubernetes
  %(prog)s verify vectors results
      compare rows and ids of all files
"""
PLACES = "folder, file or pattern of Parquet files; an address such as s3://bucket/folder works too"


def add_batch(batch: argparse.ArgumentParser) -> None:
    """Add the commands to a parser; their `run` takes the parsed options."""
    batch.description, batch.epilog = DESCRIPTION, EXAMPLES
    parts = batch.add_subparsers(title="commands", required=True, metavar="COMMAND")
    encode = parts.add_parser("encode", help="a vector for each text")
    _add_places(encode)
    encode.add_argument("--encoder", default=DEFAULT_ENCODER, help="name or folder (default: %(default)s)")
    encode.add_argument("--instruction", default="", help="for an encoder that follows one")
    encode.add_argument(
        "--views", action="store_true", help="keep hidden layers too: most analyses of the app need them"
    )
    _add_run(encode, "of the vectors")
    encode.set_defaults(run=_encode)
    apply = parts.add_parser("apply", help="labels, nearest cluster and reshaped vectors by an analysis")
    analysis_help = "an exported file, or the number or instruction of an analysis of this machine"
    apply.add_argument("analysis", metavar="ANALYSIS", help=analysis_help)
    _add_places(apply)
    apply.add_argument(
        "--no-vectors", action="store_true", help="labels and clusters only, a twentieth the size"
    )
    _add_run(apply, "of the reshaped vectors")
    apply.set_defaults(run=_apply)
    export = parts.add_parser("export", help="an analysis as one file")
    export.add_argument("analysis", metavar="ANALYSIS", help="number or instruction")
    export.add_argument("file", metavar="FILE", type=Path)
    export.set_defaults(run=_export)
    split = parts.add_parser("split", help="cut large files into smaller ones")
    _add_places(split)
    split.add_argument("--rows", type=_positive, default=100_000, help="of each file (default: %(default)s)")
    split.set_defaults(run=_split)
    verify = parts.add_parser("verify", help="compare rows and ids of all files")
    _add_places(verify)
    verify.set_defaults(run=_verify)


def _add_places(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="IN", help=PLACES)
    parser.add_argument("target", metavar="OUT", help="folder of the results")


def _add_run(parser: argparse.ArgumentParser, of_what: str) -> None:
    add = parser.add_argument
    add("--text", metavar="COLUMN", help="column of the texts")
    add("--id", metavar="COLUMN", help="column of the ids (default: id, else the number of the row)")
    add(
        "--dtype", choices=["float32", "float16"], default="float32", help=f"{of_what} (default: %(default)s)"
    )
    add("--shard", type=_shard, metavar="K/N", help="do the Kth of N equal parts of the files, K from 1")
    add("--ray", metavar="ADDRESS", help=f"work on a Ray cluster; “{LOCAL}” starts one here")
    add("--workers", type=_positive, metavar="N", help="with --ray (default: as many as there is room for)")
    add(
        "--cpus",
        type=_amount,
        default=1.0,
        metavar="N",
        help="with --ray, of a worker (default: %(default)g)",
    )
    gpus_help = "with --ray, of a worker; 0.5 lets two share a graphics card (default: %(default)g)"
    add("--gpus", type=_amount, default=0.0, metavar="N", help=gpus_help)


def _encode(options: argparse.Namespace) -> None:
    tasks = find_tasks(options.source, options.target)
    text, ids = choose_columns(tasks[0].source, options.text, options.id)
    job = EncodeJob(
        pinned_name(options.encoder),
        text,
        ids,
        instruction=options.instruction,
        views=options.views,
        dtype=options.dtype,
    )
    _say(f"Encoding the column “{text}” with {options.encoder}; ids: {ids or 'numbers of the rows'}.")
    _run(job, tasks, options)


def _apply(options: argparse.Namespace) -> None:
    tasks = find_tasks(options.source, options.target)
    content, model = load_analysis(options.analysis)
    text, ids = choose_columns(tasks[0].source, options.text, options.id, vectors_too=True)
    job = ApplyJob(content, text or None, ids, vectors=not options.no_vectors, dtype=options.dtype)
    what = f"the column “{text}”, encoded with {model.encoder}" if text else "the vectors"
    _say(f"Applying “{model.instruction}” to {what}; ids: {ids or 'numbers of the rows'}.")
    if model.label_agreement is not None:
        _say(
            "Each text counts alone, without its neighbours: of the analysis's own texts, "
            f"{model.label_agreement:.0%} get the same label as in Refract."
        )
    _run(job, tasks, options)


def _export(options: argparse.Namespace) -> None:
    model = export_analysis(options.analysis, options.file)
    agreement = (
        "" if model.label_agreement is None else f"; same label as in Refract: {model.label_agreement:.0%}"
    )
    _say(
        f"{options.file}: “{model.instruction}”, {len(model.classes)} labels, {len(model.clusters)} clusters"
        f"{agreement}. Vectors of {model.encoder}" + (", with views." if model.n_views else ".")
    )


def _split(options: argparse.Namespace) -> None:
    n_files = split_files(options.source, options.target, options.rows, _say)
    _say(f"{_count(n_files, 'file')} in {options.target}.")


def _verify(options: argparse.Namespace) -> None:
    n_files = n_rows = n_missing = 0
    problems = []
    for task, rows, problem in verify_files(options.source, options.target):
        n_files, n_rows = n_files + 1, n_rows + rows
        n_missing += problem == "missing"
        if problem:
            problems.append(problem)
            sys.stderr.write(f"{task.name}: {problem}\n")
    if problems:
        found = f"{n_missing:,} of {_count(n_files, 'file')} missing, {len(problems) - n_missing:,} wrong"
        raise CorpusError(f"{found}: run the command that makes them again.")
    _say(f"{_count(n_files, 'file')} complete: {n_rows:,} rows, the same ids in the same order.")


def _run(job: Job, tasks: Sequence[FileTask], options: argparse.Namespace) -> None:
    """Do the tasks of this shard that are not done, and say what became of each."""
    mine = take_shard(tasks, *options.shard) if options.shard else list(tasks)
    todo = pending(job, mine, options.target)
    of_all = f" of {len(tasks):,}" if options.shard else ""
    _say(f"{_count(len(mine), 'file')}{of_all}: {len(mine) - len(todo):,} done before, {len(todo):,} to do.")
    if not todo:
        return
    if options.ray:
        spread = RayOptions(options.ray, options.workers, options.cpus, options.gpus)
        outcomes = run_ray(job, todo, spread, _say)
    else:
        outcomes = run_local(job, todo)
    before = signal.signal(signal.SIGTERM, _stop)  # as Slurm and Kubernetes end a job: no half file is left
    try:
        _tell_outcomes(outcomes, len(todo))
    finally:
        signal.signal(signal.SIGTERM, before)


def _tell_outcomes(outcomes: Iterator[Outcome], n_files: int) -> None:
    failed, n_rows, n_empty, start = [], 0, 0, time.monotonic()
    for number, outcome in zip(count(1), outcomes):
        if outcome.done is None:
            failed.append(outcome)
            _say(f"{number} of {n_files}  {outcome.task.name}  failed")
            continue
        n_rows, n_empty = n_rows + outcome.done.n_rows, n_empty + outcome.done.n_empty
        speed = n_rows / max(time.monotonic() - start, 1e-9)
        _say(
            f"{number} of {n_files}  {outcome.task.name}  {outcome.done.n_rows:,} rows, {speed:,.0f} a second"
        )
    without = f", {n_empty:,} of them without a text" if n_empty else ""
    _say(f"{_count(n_files - len(failed), 'file')} done: {n_rows:,} rows{without}.")
    for outcome in failed:
        sys.stderr.write(f"{outcome.problem}\n")
    if failed:
        raise CorpusError(
            f"{_count(len(failed), 'file')} of {n_files:,} failed, as listed above: mend or remove them, and "
            "run the same command again."
        )


def _stop(signal_number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text} found; a whole number from 1 is needed")
    return int(text)


def _amount(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e6:
        raise argparse.ArgumentTypeError(f"{text} found; a number from 0 is needed")
    return number


def _shard(text: str) -> tuple[int, int]:
    number, slash, count_ = text.partition("/")
    if not (slash and number.isdecimal() and count_.isdecimal() and 1 <= int(number) <= int(count_)):
        raise argparse.ArgumentTypeError(f"{text} found; K/N is needed, such as 17/200, with K from 1 to N")
    return int(number), int(count_)
