"""Corpora beyond one machine: encode, label and reshape Parquet files, one at a time, on any executor."""

from core.batch.analysis import export_analysis, load_analysis
from core.batch.apply import ApplyJob
from core.batch.cli import add_batch
from core.batch.encode import EncodeJob
from core.batch.files import FileTask, find_tasks
from core.batch.local import run_local, take_shard
from core.batch.one_file import Done, Job, Outcome, pending, work
from core.batch.ray_pool import RayOptions, run_ray
from core.batch.split import split_files, verify_files

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
