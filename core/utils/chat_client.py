"""A small client for language models behind any server of the OpenAI chat protocol; off by default."""

from __future__ import annotations

import json
import os
import re
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from core.errors import LanguageModelError
from core.utils.http_client import (
    RequestLimits,
    RequestRefused,
    ServerUnreachable,
    can_be_key,
    host_in,
    is_transient,
    is_web_address,
    post_with_retries,
    run_parallel,
)
from core.utils.progress import Progress

URL_VARIABLE, MODEL_VARIABLE, KEY_VARIABLE = "REFRACT_LLM_URL", "REFRACT_LLM_MODEL", "REFRACT_LLM_KEY"
"""Environment variables: base address such as http://127.0.0.1:11434/v1, name of the model, and a key where
the server needs one. The key is read from there only, and never written anywhere."""

ATTEMPTS = 4
"""Requests for one completion before the server counts as gone."""

LONGEST_PAUSE = 30.0  # seconds
TIMEOUT = 120.0  # seconds
MAX_REPLY_BYTES = 4_000_000
MAX_TOKENS = 200
"""Of a completion, where the caller sets no limit."""

THOUGHT = re.compile(r"\A.*</think>|<think>.*", re.DOTALL)  # its beginning or its end may be missing


@dataclass(frozen=True)
class Completion:
    """Text that a model wrote; not `complete` when it was cut at the token limit."""

    text: str
    complete: bool


@dataclass(frozen=True)
class LanguageModel:
    """One model on one server.

    Attributes
    ----------
    url : str
        Base address, to which `/chat/completions` is added.
    model : str
    key : str
        Sent as a bearer token; "" for servers without.
    pause : callable
        Waits so many seconds between attempts.
    attempts : int
        Requests for one completion before the server counts as gone.
    refused : set of str
        Settings that the server does not accept, so that each is tried once.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    attempts: int = ATTEMPTS
    refused: set[str] = field(default_factory=set, repr=False, compare=False)

    @property
    def host(self) -> str:
        """Host and port that get the texts."""
        return host_in(self.url)

    def complete(
        self,
        task: str,
        prompt: str,
        *,
        max_tokens: int = MAX_TOKENS,
        stop: threading.Event | None = None,
    ) -> Completion:
        """Return the completion of one prompt, repeated after a pause while the server is busy or away.

        Parameters
        ----------
        task : str
            The system message.
        prompt : str
            The user message.
        max_tokens : int, default=200
            Of the completion.
        stop : threading.Event, optional
            Once it is set, nothing more is sent.

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
        except RequestRefused as refusal:
            raise self._explain(refusal) from None
        except ServerUnreachable as error:
            raise LanguageModelError(
                f"No answer from {self.host} ({error}): check that the server runs and that {URL_VARIABLE} "
                "is its address.",
                transient=True,
            ) from None

    def _settings(self, max_tokens: int) -> dict:
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        settings = {"temperature": 0, limit: max_tokens}
        return {name: value for name, value in settings.items() if name not in self.refused}

    def _leave_out_refused(self, refusal: RequestRefused, body: dict) -> bool:
        """Note the settings that the server does not accept, as newer models do with some."""
        names = ("temperature", "max_tokens", "max_completion_tokens")
        named = {name for name in names if name in body and name in refusal.message}
        if refusal.status not in (400, 422) or "support" not in refusal.message.casefold() or not named:
            return False
        self.refused.update(named)
        return True

    def _read_reply(self, reply: bytes) -> Completion:
        try:
            choice = json.loads(reply)["choices"][0]
            text = choice["message"]["content"] or ""
            return Completion(THOUGHT.sub("", text).strip(), choice.get("finish_reason") != "length")
        except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            if isinstance(error, ValueError) and reply.lstrip().startswith(b"{"):
                raise ConnectionError("its answer was cut off in the middle") from None
            raise LanguageModelError(
                f"The reply of {self.host} is not of the OpenAI chat protocol: check {URL_VARIABLE}, which "
                "usually ends in /v1.",
                permanent=True,
            ) from None

    def _explain(self, refusal: RequestRefused) -> LanguageModelError:
        status, said = refusal.status, refusal.message
        if status in (401, 403):
            text = f"{self.host} refuses the key ({status}): set {KEY_VARIABLE} to one that is valid there."
        elif status == 404:
            text = (
                f"{self.host} knows no model “{self.model}” ({said}): check {MODEL_VARIABLE} and "
                f"{URL_VARIABLE}."
            )
        elif status == 429:
            text = f"{self.host} accepts no more requests for now ({said}): try again later."
        else:
            text = f"{self.host} could not answer ({status}: {said}): check the messages of the server."
        transient = is_transient(status)
        # These refusals may be about one prompt, such as one that is too long.
        one_prompt = status in (400, 413, 422)
        return LanguageModelError(text, permanent=not transient and not one_prompt, transient=transient)


def configured() -> LanguageModel | None:
    """Return the language model that the environment names; None where there is none.

    Raises
    ------
    LanguageModelError
        When the address is no web address, or the key holds signs that cannot be sent.
    """
    url, model = (os.environ.get(name, "").strip() for name in (URL_VARIABLE, MODEL_VARIABLE))
    if not url or not model:
        return None
    if not is_web_address(url):
        raise LanguageModelError(
            f"{URL_VARIABLE} is “{url}”, which is no web address: set it to one such as "
            "http://127.0.0.1:11434/v1."
        )
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not can_be_key(key):
        raise LanguageModelError(f"{KEY_VARIABLE} holds signs that no key has: set it again.")
    return LanguageModel(url, model, key)


def complete_each(
    model: LanguageModel,
    task: str,
    prompts: Sequence[str],
    *,
    max_tokens: int = MAX_TOKENS,
    idle: Callable[[], None] = lambda: None,
) -> Generator[tuple[int, Completion | LanguageModelError], None, None]:
    """Yield (position, completion or error) of several prompts as they come, some at a time.

    Nothing more is sent once the generator is closed.

    Parameters
    ----------
    idle : callable, optional
        Called several times a second while no completion comes; may raise to stop.

    Raises
    ------
    LanguageModelError
        When an error is permanent: no other prompt would get a completion.
    """

    def complete(prompt: str, stop: threading.Event) -> Completion | LanguageModelError:
        try:
            return model.complete(task, prompt, max_tokens=max_tokens, stop=stop)
        except LanguageModelError as error:
            if error.permanent:
                raise
            return error

    return run_parallel(complete, prompts, idle=idle)


def complete_all(
    model: LanguageModel,
    task: str,
    prompts: Sequence[str],
    *,
    max_tokens: int = MAX_TOKENS,
    progress: Progress | None = None,
) -> list[Completion | LanguageModelError]:
    """Return the completions of several prompts in their order; a refused prompt has its error in its place.

    Raises
    ------
    LanguageModelError
        When the server is gone or refuses every request: the rest is not sent.
    """
    found: dict[int, Completion | LanguageModelError] = {}
    with closing(complete_each(model, task, prompts, max_tokens=max_tokens)) as completions:
        for position, completion in completions:
            if isinstance(completion, LanguageModelError) and completion.transient:
                raise completion
            found[position] = completion
            if progress:
                progress(len(found), len(prompts))
    return [found[position] for position in range(len(prompts))]
