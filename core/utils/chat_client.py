"""Client of language models on servers of the OpenAI chat protocol; off by default."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..errors import LanguageModelError
from .http import (
    AddressRefused,
    RequestLimits,
    RequestRefused,
    ServerRefused,
    ServerUnreachable,
    can_be_key,
    host_in,
    is_metadata_address,
    is_transient,
    is_web_address,
    post_with_retries,
    run_parallel,
)
from .server_rules import check_endpoint

URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE = "REFRACT_LLM_URL", "REFRACT_LLM_MODEL", "REFRACT_LLM_KEY"
"""Environment variables, used where nobody chose a model: base address such as http://127.0.0.1:11434/v1,
name of the model, and a key where the server needs one. The key is never written anywhere."""

ATTEMPTS = 4
"""Requests for one completion before the server counts as gone."""

LONGEST_PAUSE, TIMEOUT = 30.0, 120.0
"""Seconds between two attempts at most, and seconds until a whole reply is here."""

MAX_REPLY_BYTES = 4_000_000
MAX_TOKENS = 200
"""Of a completion, by default."""

THOUGHT = re.compile(r"\A.*</think>|<think>.*", re.DOTALL)  # its beginning or its end may be missing


@dataclass(frozen=True)
class Completion:
    """Text by a model; not `complete` when it was cut at the token limit."""

    text: str
    complete: bool


@dataclass(frozen=True)
class LanguageModel:
    """One model on one server.

    Attributes
    ----------
    url : str
        Base address, to which `/chat/completions` is added.
    key : str
        Bearer token; "" for servers without.
    pause : callable
        Waits so many seconds between attempts.
    refused : set of str
        Settings that the server does not accept; each is tried once.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    attempts: int = ATTEMPTS
    refused: set[str] = field(default_factory=set, repr=False, compare=False)

    @property
    def host(self) -> str:
        """Host and port that receive the texts."""
        return host_in(self.url)

    def complete(
        self, task: str, prompt: str, *, max_tokens: int = MAX_TOKENS, stop: threading.Event | None = None
    ) -> Completion:
        """Return the completion of a system message (the task) and a user message (the prompt).

        The request is repeated after a pause while the server is busy or away, until `stop` is set.

        Raises
        ------
        LanguageModelError
            When there is no completion.
        Cancelled
            When `stop` is set.
        """
        messages = [{"role": "system", "content": task}, {"role": "user", "content": prompt}]
        try:
            return post_with_retries(
                self.url.rstrip("/") + "/chat/completions",
                lambda: {"model": self.model, "messages": messages, **self._settings(max_tokens)},
                self._read_reply,
                RequestLimits(self.attempts, TIMEOUT, LONGEST_PAUSE, MAX_REPLY_BYTES),
                key=self.key,
                pause=self.pause,
                stop=stop or threading.Event(),
                adapt=self._leave_out_refused,
            )
        except ServerRefused as refused:
            raise LanguageModelError(str(refused), permanent=True) from None
        except RequestRefused as refusal:
            raise self._explain(refusal) from None
        except ServerUnreachable as error:
            raise LanguageModelError(
                f"No answer from {self.host} ({error}): check that the server runs, and its address.",
                transient=True,
            ) from None

    def _settings(self, max_tokens: int) -> dict:
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        settings = {"temperature": 0, limit: max_tokens}
        return {name: value for name, value in settings.items() if name not in self.refused}

    def _leave_out_refused(self, refusal: RequestRefused, body: dict) -> bool:
        """Record settings named in a refusal: newer models do not accept some of them."""
        names = ("temperature", "max_tokens", "max_completion_tokens")
        named = {name for name in names if name in body and name in refusal.message}
        if refusal.status not in (400, 422) or "support" not in refusal.message.casefold() or not named:
            return False
        self.refused.update(named)
        return True

    def _read_reply(self, reply: bytes) -> Completion:
        try:
            choice = json.loads(reply)["choices"][0]
            # Half of a surrogate pair can be neither stored nor shown.
            text = (choice["message"]["content"] or "").encode("utf-8", "replace").decode()
            return Completion(THOUGHT.sub("", text).strip(), choice.get("finish_reason") != "length")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError) as error:
            if isinstance(error, ValueError) and reply.lstrip().startswith(b"{"):
                raise ConnectionError("its answer was cut off in the middle") from None
            raise LanguageModelError(
                f"The reply of {self.host} is not of the OpenAI chat protocol: check the address, which "
                "usually ends in /v1.",
                permanent=True,
            ) from None

    def _explain(self, refusal: RequestRefused) -> LanguageModelError:
        status, said = refusal.status, refusal.message
        if status in (401, 403):
            text = f"{self.host} refuses the key ({status}): enter one that is valid there."
        elif status == 404:
            text = f"{self.host} knows no model “{self.model}” ({said}): check the model and the address."
        elif status == 429:
            text = f"{self.host} accepts no more requests for now ({said}): try again later."
        else:
            text = f"{self.host} could not answer ({status}: {said}): check the messages of the server."
        transient = is_transient(status)
        # These refusals may be about one prompt, such as one that is too long.
        one_prompt = status in (400, 413, 422)
        return LanguageModelError(text, permanent=not transient and not one_prompt, transient=transient)


class Secret(str):
    """A text that no log and no representation shows; JSON holds it as it is."""

    def __repr__(self) -> str:
        return "'…'"


def configured(choice: Mapping[str, str] | None = None) -> LanguageModel | None:
    """Return the chosen language model, or else the one that the environment names; None without either.

    Parameters
    ----------
    choice : mapping, optional
        "url", "model" and "key" as a person chose them. The key of the environment is for the address in the
        environment only.

    Raises
    ------
    LanguageModelError
        When the address cannot be one of a server or is not allowed on a shared one, or the key holds
        characters that cannot be sent.
    """
    names = (URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE)
    url, model, key = ((os.environ.get(name) or "").strip() for name in names)
    url_name, key_name = URL_VARIABLE, KEY_VARIABLE
    if choice is not None and choice.get("url"):
        key = choice.get("key", "").strip() or (key if choice["url"].strip() == url else "")
        url, model = choice["url"].strip(), choice.get("model", "").strip()
        url_name, key_name = "The address", "The key"
    if not url or not model:
        return None
    check_address(url, url_name)
    check_endpoint(url, LanguageModelError)
    if not can_be_key(key):
        raise LanguageModelError(f"{key_name} holds characters that no key has: set it again.")
    return LanguageModel(url, model, Secret(key))


def check_address(url: str, name: str = "The address") -> None:
    """Raise LanguageModelError where an address cannot be one of a server of language models.

    A password or a key in it would be shown and stored with the address.
    """
    if not is_web_address(url):
        raise LanguageModelError(
            f"{name} is “{url}”, which is no web address: set it to one such as http://127.0.0.1:11434/v1."
        )
    if "@" in urlsplit(url).netloc or "?" in url or "#" in url:
        raise LanguageModelError(
            f"{name} holds a name, a password or what follows “?”: leave them out, and enter the key as such."
        )
    if is_metadata_address(host_in(url)):
        raise LanguageModelError(str(AddressRefused(host_in(url))), permanent=True)


def complete_each(
    model: LanguageModel,
    task: str,
    prompts: Sequence[str],
    *,
    max_tokens: int = MAX_TOKENS,
    idle: Callable[[], None] = lambda: None,
) -> Generator[tuple[int, Completion | LanguageModelError], None, None]:
    """Yield (position, completion or error) of each prompt as it comes, with `run_parallel`.

    Raises
    ------
    LanguageModelError
        When an error is permanent.
    """

    def complete(prompt: str, stop: threading.Event) -> Completion | LanguageModelError:
        try:
            return model.complete(task, prompt, max_tokens=max_tokens, stop=stop)
        except LanguageModelError as error:
            if error.permanent:
                raise
            return error

    return run_parallel(complete, prompts, idle=idle)
