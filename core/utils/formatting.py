"""Short forms of texts and numbers for messages, charts and pages."""


def cut(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters; one that is longer ends with an ellipsis."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def one_line(text: str, longest: int) -> str:
    """Return a text on one line, cut to `longest` characters."""
    return cut(" ".join(text.split()), longest)


def percent(share: float) -> str:
    """Return a share, 0 to 1, as a whole per cent: "7 %"."""
    return f"{100 * share:.0f} %"
