"""A language model behind any server that speaks the OpenAI chat protocol: a small client, off by default."""

from __future__ import annotations

import json
import os
import re
import threading
import time
import urllib.error
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass, field
from http.client import HTTPException

from core.errors import LanguageModelError
from core.utils.hashing import Progress
from core.utils.http_client import (
    can_be_key,
    host_in,
    is_web_address,
    may_pass,
    message_of,
    post_json,
    seconds_to_wait,
)

URL, MODEL, KEY = "REFRACT_LLM_URL", "REFRACT_LLM_MODEL", "REFRACT_LLM_KEY"
"""Environment variables: base address such as http://127.0.0.1:11434/v1, name of the model, key if one is
needed. The key is read from there only, and never written anywhere."""

ATTEMPTS = 4
"""Times a question is asked before the server counts as gone."""

LONGEST_PAUSE = 30.0  # seconds, whatever a server asks for
TIMEOUT = 120.0  # seconds for one answer
PARALLEL = 4  # questions at a time
LOOK_EVERY = 0.5  # seconds, while no answer comes
LONGEST_REPLY = 4_000_000  # bytes
THOUGHT = re.compile(r"\A.*</think>|<think>.*", re.DOTALL)  # its beginning or its end may be missing


@dataclass(frozen=True)
class Answer:
    """What a model answered; not `complete` when it was cut at the longest length allowed."""

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
        Times a question is asked before the server counts as gone.
    refused : set of str
        Settings that the server said it does not take, so that each is tried once.
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)
    attempts: int = ATTEMPTS
    refused: set[str] = field(default_factory=set, repr=False, compare=False)

    @property
    def host(self) -> str:
        """Where texts go, to be told to people."""
        return host_in(self.url)

    def ask(
        self, instruction: str, question: str, *, longest: int = 200, stop: threading.Event | None = None
    ) -> Answer:
        """Ask one question, again after a while where the server is busy or away for a moment.

        Parameters
        ----------
        instruction : str
            What the model is to do (the system message).
        question : str
        longest : int, default=200
            Tokens of the answer at most.
        stop : threading.Event, optional
            Once it is set, nothing more is sent.

        Raises
        ------
        LanguageModelError
            When there is no answer.
        """
        messages = [{"role": "system", "content": instruction}, {"role": "user", "content": question}]
        for attempt in range(1, self.attempts + 1):
            if stop is not None and stop.is_set():
                raise LanguageModelError("Stopped before it was asked.", passing=True)
            body = {"model": self.model, "messages": messages, **self._settings(longest)}
            try:
                return _read_answer(self._post(body), self)
            except urllib.error.HTTPError as error:
                with error:
                    said = message_of(error, self.key)
                    refused = _settings_refused(body, said) if error.code in (400, 422) else set()
                    if attempt < self.attempts and refused:
                        self.refused.update(refused)
                        continue
                    if attempt == self.attempts or not may_pass(error.code):
                        raise self._refused(error.code, said) from None  # the trace's request holds the key
                    seconds = seconds_to_wait(attempt, error.headers.get("Retry-After"))
            except (OSError, HTTPException) as error:
                if attempt == self.attempts:
                    reason = getattr(error, "reason", None) or error
                    raise LanguageModelError(
                        f"No answer from {self.host} ({reason}): check that the server runs and that {URL} "
                        "is its address.",
                        hopeless=True,
                        passing=True,
                    ) from None
                seconds = seconds_to_wait(attempt)
            self.pause(min(seconds, LONGEST_PAUSE))
        raise AssertionError("the last attempt answers or raises")

    def _settings(self, longest: int) -> dict:
        limit = "max_completion_tokens" if "max_tokens" in self.refused else "max_tokens"
        settings = {"temperature": 0, limit: longest}
        return {name: value for name, value in settings.items() if name not in self.refused}

    def _post(self, body: dict) -> bytes:
        address = self.url.rstrip("/") + "/chat/completions"
        return post_json(address, body, key=self.key, timeout=TIMEOUT, most_bytes=LONGEST_REPLY)

    def _refused(self, code: int, said: str) -> LanguageModelError:
        if code in (401, 403):
            text = f"{self.host} refuses the key ({code}): set {KEY} to one that is valid there."
        elif code == 404:
            text = f"{self.host} knows no model “{self.model}” ({said}): check {MODEL} and {URL}."
        elif code == 429:
            text = f"{self.host} takes no more questions for now ({said}): try again later."
        else:
            text = f"{self.host} could not answer ({code}: {said}): check its own messages."
        # A single question may be too long for the model; the others need not be.
        return LanguageModelError(text, hopeless=code not in (400, 413, 422), passing=may_pass(code))


def configured() -> LanguageModel | None:
    """The language model that the environment names; None where there is none.

    Raises
    ------
    LanguageModelError
        When the address is not one of the web, or the key cannot be one.
    """
    url, model = os.environ.get(URL, "").strip(), os.environ.get(MODEL, "").strip()
    if not url or not model:
        return None
    if not is_web_address(url):
        raise LanguageModelError(
            f"{URL} is “{url}”, which is no web address: set it to one such as http://127.0.0.1:11434/v1."
        )
    key = os.environ.get(KEY, "").strip()
    if not can_be_key(key):
        raise LanguageModelError(f"{KEY} holds signs that no key has: set it again.")
    return LanguageModel(url, model, key)


def ask_each(
    model: LanguageModel,
    instruction: str,
    questions: Sequence[str],
    *,
    longest: int = 200,
    waiting: Callable[[], None] = lambda: None,
) -> Iterator[tuple[int, Answer | LanguageModelError]]:
    """Ask several questions, `PARALLEL` at a time; yields (position, answer or error) as they come.

    Nothing more is sent once the generator is closed, or an error shows that no question would be answered.

    Parameters
    ----------
    waiting : callable, optional
        Called every `LOOK_EVERY` seconds while no answer comes; may raise to stop.
    """
    pool, stop = ThreadPoolExecutor(PARALLEL), threading.Event()

    def ask(question: str) -> Answer:
        try:
            return model.ask(instruction, question, longest=longest, stop=stop)
        except LanguageModelError as error:
            if error.hopeless and not error.passing:
                stop.set()  # the others would be sent in vain
            raise

    try:
        asked = {pool.submit(ask, question): position for position, question in enumerate(questions)}
        open_ones = set(asked)
        while open_ones:
            ended, open_ones = wait(open_ones, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
            if not ended:
                waiting()
            for future in sorted(ended, key=asked.get):
                try:
                    yield asked[future], future.result()
                except LanguageModelError as error:
                    yield asked[future], error
    finally:
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)


def ask_all(
    model: LanguageModel,
    instruction: str,
    questions: Sequence[str],
    *,
    longest: int = 200,
    progress: Progress | None = None,
) -> list[Answer | LanguageModelError]:
    """Ask several questions, `PARALLEL` at a time; a question without an answer has its error in its place.

    Raises
    ------
    LanguageModelError
        When an error shows that the other questions would fail alike: the rest is not asked.
    """
    answers: dict[int, Answer | LanguageModelError] = {}
    with closing(ask_each(model, instruction, questions, longest=longest)) as came:
        for position, answer in came:
            if isinstance(answer, LanguageModelError) and answer.hopeless:
                raise answer
            answers[position] = answer
            if progress:
                progress(len(answers), len(questions))
    return [answers[position] for position in range(len(questions))]


def _read_answer(reply: bytes, model: LanguageModel) -> Answer:
    try:
        choice = json.loads(reply)["choices"][0]
        text = choice["message"]["content"] or ""
        return Answer(THOUGHT.sub("", text).strip(), choice.get("finish_reason") != "length")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        if isinstance(error, ValueError) and reply.lstrip().startswith(b"{"):
            raise ConnectionError("its answer was cut off in the middle") from None
        raise LanguageModelError(
            f"{model.host} answered in a form that is not the OpenAI chat protocol: check {URL}, which "
            "usually ends in /v1.",
            hopeless=True,
        ) from None


def _settings_refused(body: dict, said: str) -> set[str]:
    """Settings of a request that a server says it does not take, as newer models do with some."""
    if "support" not in said.casefold():
        return set()
    return {
        name
        for name in ("temperature", "max_tokens", "max_completion_tokens")
        if name in body and name in said
    }
