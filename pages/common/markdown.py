"""Texts of people inside markdown."""

SPECIAL = set("\\`*_{}[]()#+-!$:|<>~&.")


def markdown(text: str) -> str:
    """Escape a text so that markdown shows it as it is."""
    return "".join("\\" + letter if letter in SPECIAL else letter for letter in text)
