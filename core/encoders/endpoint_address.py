"""Names of encoders on servers, and what they tell before anything is sent."""

from __future__ import annotations

from core.encoders.prompts import Wording, chosen_wording, known_wording
from core.encoders.spec import split_name
from core.errors import EncoderUnavailable
from core.utils import host_in, is_web_address

KEY = "REFRACT_EMBEDDINGS_KEY"
"""Environment variable with the server's key, if it needs one; read from there only, and never written."""

EXAMPLE = "endpoint:http://127.0.0.1:11434/v1#nomic-embed-text"


def split_endpoint(name: str) -> tuple[str, str]:
    """Address and model of an encoder on a server.

    Raises
    ------
    EncoderUnavailable
        When the address is not one of the web, holds more than an address, or no model is named.
    """
    named = split_name(name)
    url, model = named.source.rstrip("/"), named.output
    if "@" in url:
        raise EncoderUnavailable(
            f"The address of the server holds a name or a password: take it out, and set {KEY} instead."
        )
    if not is_web_address(url) or "?" in url or any(map(str.isspace, url)):
        raise EncoderUnavailable(
            f"“{url}” is no address of an embeddings server: give one that begins with http:// or https:// "
            f"and usually ends in /v1, then # and the model, such as {EXAMPLE}."
        )
    if not model:
        raise EncoderUnavailable(
            f"“{name}” names no model of the server: add # and its name, such as {EXAMPLE}."
        )
    return url, model


def host_of(name: str) -> str | None:
    """Where texts are sent, such as "127.0.0.1:11434"; None for encoders that run here."""
    if split_name(name).kind != "endpoint":
        return None
    try:
        return host_in(split_endpoint(name)[0])
    except EncoderUnavailable:
        return None


def endpoint_wording(model: str, template: str = "") -> Wording:
    """How a model of this name wants instructions worded; as the person chose where there is a template."""
    return chosen_wording(template) if template else known_wording(model, {})


def endpoint_title(model: str, host: str) -> str:
    """What people call a model on a server."""
    return f"{model} at {host}"
