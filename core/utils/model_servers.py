"""Servers of language models: which models they have, and which of them run on this machine."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from ..errors import LanguageModelError
from .chat_client import LanguageModel, check_address
from .http import RequestRefused, ServerRefused, ServerUnreachable, get, host_in

USUAL_PORTS = (("Ollama", 11434), ("LM Studio", 1234), ("vLLM", 8000), ("llama.cpp", 8080))
"""Programs that serve language models, with the port on which each listens unless told otherwise."""

LIST_SECONDS, LOOK_SECONDS = 10.0, 1.5
"""How long a server may take to list its models: the one that was typed, and one that may not be there."""

MOST_BYTES = 4_000_000


@dataclass(frozen=True)
class LocalServer:
    """A server on this machine, by the program that usually listens on its port."""

    program: str
    url: str
    models: tuple[str, ...]


def list_models(url: str, key: str = "", *, timeout: float = LIST_SECONDS) -> list[str]:
    """Return the names of the models that a server of the OpenAI protocol has.

    Parameters
    ----------
    url : str
        Base address, to which `/models` is added.
    key : str
        Bearer token; "" for servers without. It is sent to this address only.

    Raises
    ------
    LanguageModelError
        When the address is wrong, nobody answers, or the key is refused.
    """
    check_address(url)
    host = host_in(url)
    try:
        reply = get(url.rstrip("/") + "/models", key=key, timeout=timeout, most_bytes=MOST_BYTES)
    except ServerRefused as refused:
        raise LanguageModelError(str(refused)) from None
    except RequestRefused as refusal:
        if refusal.status in (401, 403):
            message = f"{host} refuses the key ({refusal.status}): enter one that is valid there."
        else:
            message = (
                f"{host} does not list its models ({refusal.status}: {refusal.message}): check the address, "
                "which usually ends in /v1, or type the name of the model."
            )
        raise LanguageModelError(message) from None
    except ServerUnreachable as error:
        raise LanguageModelError(
            f"No answer from {host} ({error}): check that the server runs, and its address."
        ) from None
    try:
        return sorted({str(model["id"]) for model in json.loads(reply)["data"]})
    except (ValueError, KeyError, TypeError, RecursionError):
        raise LanguageModelError(
            f"The reply of {host} is not of the OpenAI protocol: check the address, which usually ends in "
            "/v1."
        ) from None


def find_local_servers(ports: Sequence[tuple[str, int]] = USUAL_PORTS) -> list[LocalServer]:
    """Return the servers that answer on the usual ports of this machine; no key is sent."""

    def look(program: str, port: int) -> LocalServer | None:
        url = f"http://127.0.0.1:{port}/v1"
        try:
            return LocalServer(program, url, tuple(list_models(url, timeout=LOOK_SECONDS)))
        except LanguageModelError:
            return None

    with ThreadPoolExecutor(max(1, len(ports))) as pool:
        found = pool.map(look, *zip(*ports, strict=True)) if ports else ()
        return [server for server in found if server is not None]


def try_model(model: LanguageModel) -> float:
    """Let a model answer one word; return the seconds that it took. No text of a corpus is sent.

    Raises LanguageModelError where there is no answer.
    """
    start = time.monotonic()
    replace(model, attempts=1).complete("Answer with one word.", "Say yes.", max_tokens=16)
    return time.monotonic() - start
