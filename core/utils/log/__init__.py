"""The log of unexpected failures: where in the code they happened, and nothing of what people keep."""

from core.utils.log.describe import describe_failure, failure_id
from core.utils.log.record import catch_uncaught, log_failure

__all__ = ["catch_uncaught", "describe_failure", "failure_id", "log_failure"]
