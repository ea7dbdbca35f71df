"""What the server lets in and out: its middleware, and the last place that handles errors."""

from pages.common.server.failures import handle_failure, silence_tracebacks
from pages.common.server.gate import SignInGate
from pages.common.server.guard import Guard

__all__ = ["Guard", "SignInGate", "handle_failure", "silence_tracebacks"]
