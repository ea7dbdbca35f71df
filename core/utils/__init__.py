"""Tools that know nothing of texts: hashing, files, HTTP, hardware, memory, progress, child processes."""

from core.utils.chat_client import (
    KEY_VARIABLE,
    MODEL_VARIABLE,
    URL_VARIABLE,
    Completion,
    LanguageModel,
    Secret,
    complete_each,
    configured,
)
from core.utils.child_process import ChildProcessFailed, run_in_child
from core.utils.files import data_home, write_atomically
from core.utils.formatting import cut, one_line, percent
from core.utils.hardware import (
    Choice,
    bfloat16_is_faster,
    default_device,
    find_choice,
    keep_choice,
    machine_key,
)
from core.utils.hashing import content_key
from core.utils.http_client import (
    RequestLimits,
    RequestRefused,
    ServerUnreachable,
    can_be_key,
    host_in,
    is_local,
    is_metadata_address,
    is_web_address,
    post_with_retries,
    run_parallel,
)
from core.utils.llm_answers import AnswerProblem, ParsedAnswer, is_refusal, normalise, parse_line, parse_name
from core.utils.memory import graphics_peak_bytes, peak_bytes
from core.utils.messages import MessageWriter, explain_error, open_child_streams, read_messages
from core.utils.model_servers import LocalServer, find_local_servers, list_models, try_model
from core.utils.normal_text import folded_text, normal_text
from core.utils.progress import Progress, Report, progress_of
from core.utils.sqlite import LOCK_TIMEOUT, LatestReads, SqliteFile
from core.utils.tokens import MAX_CHARACTERS_PER_TOKEN, TYPICAL_CHARACTERS_PER_TOKEN, estimate_tokens

__all__ = [
    "KEY_VARIABLE",
    "LOCK_TIMEOUT",
    "MAX_CHARACTERS_PER_TOKEN",
    "MODEL_VARIABLE",
    "TYPICAL_CHARACTERS_PER_TOKEN",
    "URL_VARIABLE",
    "AnswerProblem",
    "ChildProcessFailed",
    "Choice",
    "Completion",
    "LanguageModel",
    "LatestReads",
    "LocalServer",
    "MessageWriter",
    "ParsedAnswer",
    "Progress",
    "Report",
    "RequestLimits",
    "RequestRefused",
    "Secret",
    "ServerUnreachable",
    "SqliteFile",
    "bfloat16_is_faster",
    "can_be_key",
    "complete_each",
    "configured",
    "content_key",
    "cut",
    "data_home",
    "default_device",
    "estimate_tokens",
    "explain_error",
    "find_choice",
    "find_local_servers",
    "folded_text",
    "graphics_peak_bytes",
    "host_in",
    "is_local",
    "is_metadata_address",
    "is_refusal",
    "is_web_address",
    "keep_choice",
    "list_models",
    "machine_key",
    "normal_text",
    "normalise",
    "one_line",
    "open_child_streams",
    "parse_line",
    "parse_name",
    "peak_bytes",
    "percent",
    "post_with_retries",
    "progress_of",
    "read_messages",
    "run_in_child",
    "run_parallel",
    "try_model",
    "write_atomically",
]
