"""Tools that know nothing of texts: hashing, files, HTTP, hardware, memory, progress, child processes."""

from core.utils.chat_client import KEY, MODEL, URL, Answer, LanguageModel, ask_all, ask_each, configured
from core.utils.child_process import ChildProcessFailed, child_main, run_in_child
from core.utils.files import storage_error, write_atomically
from core.utils.formatting import cut, one_line, percent
from core.utils.hardware import processor_has_bfloat16
from core.utils.hashing import Progress, content_key
from core.utils.http_client import (
    can_be_key,
    host_in,
    is_local,
    is_web_address,
    may_pass,
    message_of,
    post_json,
    seconds_to_wait,
)
from core.utils.memory import graphics_peak_bytes, peak_bytes
from core.utils.progress import Report, stage

__all__ = [
    "KEY",
    "MODEL",
    "URL",
    "Answer",
    "ChildProcessFailed",
    "LanguageModel",
    "Progress",
    "Report",
    "ask_all",
    "ask_each",
    "can_be_key",
    "child_main",
    "configured",
    "content_key",
    "cut",
    "graphics_peak_bytes",
    "host_in",
    "is_local",
    "is_web_address",
    "may_pass",
    "message_of",
    "one_line",
    "peak_bytes",
    "percent",
    "post_json",
    "processor_has_bfloat16",
    "run_in_child",
    "seconds_to_wait",
    "stage",
    "storage_error",
    "write_atomically",
]
