"""The log of unexpected failures: where in the code they happened, and nothing of what people keep."""

from .describe import describe_failure, failure_id
from .record import catch_uncaught, log_failure

__all__ = ["catch_uncaught", "describe_failure", "failure_id", "log_failure"]
