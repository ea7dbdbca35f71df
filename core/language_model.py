"""A language model behind any server that speaks the OpenAI chat protocol: a small client, off by default."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from core.errors import LanguageModelError
from core.keys import Progress

URL, MODEL, KEY = "REFRACT_LLM_URL", "REFRACT_LLM_MODEL", "REFRACT_LLM_KEY"
"""Environment variables: base address such as http://127.0.0.1:11434/v1, name of the model, key if one is
needed. The key is read from there only, and never written anywhere."""

ATTEMPTS = 4
"""Times a question is asked before the server counts as gone."""

LONGEST_PAUSE = 30.0  # seconds, whatever a server asks for
TIMEOUT = 120.0  # seconds for one answer
PARALLEL = 4  # questions at a time
LONGEST_REPLY = 4_000_000  # bytes
PASSING = (408, 409, 425, 429)  # and all of 500 and above: asking again may help
THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)


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
    """

    url: str
    model: str
    key: str = field(default="", repr=False)
    pause: Callable[[float], None] = field(default=time.sleep, repr=False, compare=False)

    @property
    def host(self) -> str:
        """Where texts go, to be told to people."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    def ask(self, instruction: str, question: str, *, longest: int = 200) -> Answer:
        """Ask one question, again after a while where the server is busy or away for a moment.

        Parameters
        ----------
        instruction : str
            What the model is to do (the system message).
        question : str
        longest : int, default=200
            Tokens of the answer at most.

        Raises
        ------
        LanguageModelError
            When there is no answer.
        """
        body = {
            "model": self.model,
            "messages": [
                {"role": "system", "content": instruction},
                {"role": "user", "content": question},
            ],
            "temperature": 0,
            "max_tokens": longest,
        }
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return _read_answer(self._post(body), self)
            except urllib.error.HTTPError as error:
                with error:
                    if attempt == ATTEMPTS or not (error.code in PASSING or error.code >= 500):
                        raise self._refused(error) from None  # the request in the trace holds the key
                    wait = _wait_asked_for(error.headers.get("Retry-After"))
            except (OSError, TimeoutError) as error:
                if attempt == ATTEMPTS:
                    reason = getattr(error, "reason", None) or error
                    raise LanguageModelError(
                        f"No answer from {self.host} ({reason}): check that the server runs and that {URL} "
                        "is its address.",
                        hopeless=True,
                    ) from None
                wait = 0.0
            self.pause(min(max(wait, 2.0 ** (attempt - 1)), LONGEST_PAUSE))
        raise AssertionError("the last attempt answers or raises")

    def _post(self, body: dict) -> bytes:
        request = urllib.request.Request(
            self.url.rstrip("/") + "/chat/completions",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "User-Agent": "refract"},
        )
        if self.key:
            # Not sent along to wherever the server may point.
            request.add_unredirected_header("Authorization", f"Bearer {self.key}")
        with _OPENER.open(request, timeout=TIMEOUT) as reply:
            return reply.read(LONGEST_REPLY)

    def _refused(self, error: urllib.error.HTTPError) -> LanguageModelError:
        said = _message_of(error)
        said = said.replace(self.key, "…") if self.key else said
        if error.code in (401, 403):
            text = f"{self.host} refuses the key ({error.code}): set {KEY} to one that is valid there."
        elif error.code == 404:
            text = f"{self.host} knows no model “{self.model}” ({said}): check {MODEL} and {URL}."
        elif error.code == 429:
            text = f"{self.host} takes no more questions for now ({said}): try again later."
        else:
            text = f"{self.host} could not answer ({error.code}: {said}): check its own messages."
        # A single question may be too long for the model; the others need not be.
        return LanguageModelError(text, hopeless=error.code not in (400, 413, 422))


def configured() -> LanguageModel | None:
    """The language model that the environment names; None where there is none.

    Raises
    ------
    LanguageModelError
        When the address is not one of the web.
    """
    url, model = os.environ.get(URL, "").strip(), os.environ.get(MODEL, "").strip()
    if not url or not model:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise LanguageModelError(
            f"{URL} is “{url}”, which is no web address: set it to one such as http://127.0.0.1:11434/v1."
        )
    return LanguageModel(url, model, os.environ.get(KEY, "").strip())


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
    answers: list[Answer | LanguageModelError] = []
    pool = ThreadPoolExecutor(PARALLEL)
    try:
        waiting = [pool.submit(model.ask, instruction, question, longest=longest) for question in questions]
        for future in waiting:
            try:
                answers.append(future.result())
            except LanguageModelError as error:
                if error.hopeless:
                    raise
                answers.append(error)
            if progress:
                progress(len(answers), len(questions))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return answers


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: texts go to the address that was configured, and nowhere else."""

    def redirect_request(self, *given: object, **named: object) -> None:
        return None


_OPENER = urllib.request.build_opener(_StayHere)


def _read_answer(reply: bytes, model: LanguageModel) -> Answer:
    try:
        choice = json.loads(reply)["choices"][0]
        text = choice["message"]["content"] or ""
        return Answer(THOUGHT.sub("", text).strip(), choice.get("finish_reason") != "length")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise LanguageModelError(
            f"{model.host} answered in a form that is not the OpenAI chat protocol: check {URL}, which "
            "usually ends in /v1.",
            hopeless=True,
        ) from None


def _message_of(error: urllib.error.HTTPError) -> str:
    """What a server said about its refusal, in one short line."""
    try:
        content = error.read(10_000).decode("utf-8", "replace")
    except OSError:
        return error.reason
    try:
        said = json.loads(content)["error"]
        content = said["message"] if isinstance(said, dict) else str(said)
    except (ValueError, KeyError, TypeError):
        pass
    line = " ".join(str(content).split()) or str(error.reason)
    return line if len(line) <= 200 else line[:199] + "…"


def _wait_asked_for(header: str | None) -> float:
    try:
        return float(header or 0)
    except ValueError:  # a date
        return 0.0
