"""Characters per token, for estimates before a text is tokenised."""

TYPICAL_CHARACTERS_PER_TOKEN = 4
"""Of English and most European languages; for estimates of time and cost."""

MAX_CHARACTERS_PER_TOKEN = 64
"""Far above the mean of any text: characters beyond this many per token can be cut unread."""


def estimate_tokens(text: str) -> int:
    """Estimate the tokens of a text from its bytes in UTF-8, which suits most scripts."""
    return -(-len(text.encode("utf-8", "replace")) // TYPICAL_CHARACTERS_PER_TOKEN)
