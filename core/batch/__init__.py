"""Corpora beyond one machine: encode, label and reshape Parquet files, one at a time, on any executor."""

from .analysis import export_analysis, find_analysis, load_analysis
from .apply import ApplyJob
from .cli import add_batch
from .encode import EncodeJob
from .files import FileTask, find_tasks
from .local import run_local, take_shard
from .one_file import Done, Job, Outcome, pending, work
from .ray_pool import RayOptions, run_ray
from .split import split_files, verify_files

__all__ = [
    "ApplyJob",
    "Done",
    "EncodeJob",
    "FileTask",
    "Job",
    "Outcome",
    "RayOptions",
    "add_batch",
    "export_analysis",
    "find_analysis",
    "find_tasks",
    "load_analysis",
    "pending",
    "run_local",
    "run_ray",
    "split_files",
    "take_shard",
    "verify_files",
    "work",
]
