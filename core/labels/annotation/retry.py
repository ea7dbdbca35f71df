"""Complete the prompts of one step: retries, a cache of replies, and a count of every failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from ...errors import LanguageModelError
from ...utils import Completion, LanguageModel, ParsedAnswer, Progress, complete_each
from .prompts import UNUSABLE, PromptStep
from .reply_cache import ReplyCache, reply_keys

REQUEST_ATTEMPTS = 6
"""Requests for one prompt while the server is busy: half a minute of pauses, or more by its Retry-After."""

MAX_ERRORS_IN_A_ROW = 5
"""Prompts in a row without an answer after which the server counts as gone."""

SECOND_ANSWER_FACTOR = 8
"""Tokens of a second answer over those of the first: some models think aloud."""

TOO_LONG, NO_ANSWER, NOT_TAKEN = "longer than the model reads", "no answer", "not taken by the server"
"""Problems of a prompt without an answer, besides those of an answer."""

LENGTH_WORDS = ("context length", "context size", "context window", "too long", "too large", "many tokens")
"""Words of servers about a prompt that exceeds the context of the model."""


@dataclass
class Counts:
    """Outcomes of the prompts of one step.

    Attributes
    ----------
    asked : int
        Prompts sent, second ones included.
    kept : int
        Prompts answered from the cache.
    wordy : int
        Usable answers after prose around them was removed.
    shortened : int
        Texts sent in part, since the whole exceeds the context of the model.
    failures : dict of str to int
        Items without a usable answer, by the problem of the last attempt.
    said : str
        Latest error message of the server.
    """

    asked: int = 0
    kept: int = 0
    wordy: int = 0
    shortened: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True)
class _Attempt:
    """Form in which an item is sent."""

    characters: int
    second: bool = False


@dataclass
class StepRun:
    """One prompt of a step for each item; usable answers go to `found`, failures to `counts`.

    After an unusable answer the prompt is sent once more, with a reminder. A text that exceeds the context of
    the model is halved until it fits. Usable answers are kept in the cache.

    Attributes
    ----------
    lengths : mapping of int to int
        Characters of the longest text of each item.
    progress : Progress
        Called after each answer, and regularly without one.
    found, counts
        Filled as answers come, so that they are complete when `complete` raises.
    """

    model: LanguageModel
    step: PromptStep
    lengths: Mapping[int, int]
    cache: ReplyCache
    progress: Progress
    found: dict[int, str]
    counts: Counts
    errors_in_a_row: int = 0

    def complete(self) -> None:
        """Complete all items.

        Raises
        ------
        LanguageModelError
            When the server is gone, or the error is permanent.
        """
        attempts = {item: _Attempt(self.step.characters) for item in self.lengths}
        while attempts:
            following: dict[int, _Attempt] = {}
            for second in (False, True):
                group = {item: attempt for item, attempt in attempts.items() if attempt.second == second}
                max_tokens = self.step.max_tokens * (SECOND_ANSWER_FACTOR if second else 1)
                following |= self._complete_attempts(group, max_tokens)
            attempts = following

    def _complete_attempts(self, attempts: Mapping[int, _Attempt], max_tokens: int) -> dict[int, _Attempt]:
        """Complete some items; return those to send again, with their form."""
        prompts = {item: self._prompt(item, attempt) for item, attempt in attempts.items()}
        keys = reply_keys(self.model.model, self.step.task, prompts.values())
        key_of = dict(zip(prompts, keys, strict=True))
        self._take_cached(key_of)
        items = [item for item in prompts if item not in self.found]
        following: dict[int, _Attempt] = {}
        sent = [prompts[item] for item in items]
        model = replace(self.model, attempts=REQUEST_ATTEMPTS)
        results = complete_each(
            model, self.step.task, sent, max_tokens=max_tokens, idle=self._report_progress
        )
        with closing(results):  # nothing more is sent after an exception
            for position, result in results:
                item = items[position]
                self.counts.asked += 1
                if isinstance(result, LanguageModelError):
                    again = self._after_error(item, attempts[item], result)
                else:
                    again = self._after_completion(item, attempts[item], result, key_of[item])
                if again is not None:
                    following[item] = again
                self._report_progress()
        return following

    def _prompt(self, item: int, attempt: _Attempt) -> str:
        prompt = self.step.prompt(item, attempt.characters)
        return f"{prompt}\n\n{self.step.reminder}" if attempt.second else prompt

    def _take_cached(self, key_of: Mapping[int, str]) -> None:
        cached = self.cache.find(list(key_of.values()))
        for item, key in key_of.items():
            if key in cached:
                answer = self.step.parse(Completion(*json.loads(cached[key])))
                if not answer.problem:
                    self._take(item, answer)
                    self.counts.kept += 1
        self._report_progress()

    def _take(self, item: int, answer: ParsedAnswer) -> None:
        self.found[item] = answer.value
        self.counts.wordy += answer.wordy

    def _after_completion(
        self, item: int, attempt: _Attempt, completion: Completion, key: str
    ) -> _Attempt | None:
        self.errors_in_a_row = 0
        answer = self.step.parse(completion)
        if not answer.problem:
            self._take(item, answer)
            self.cache.keep(key, json.dumps([completion.text, completion.complete], ensure_ascii=False))
        elif answer.problem in UNUSABLE and not attempt.second:
            return replace(attempt, second=True)
        else:
            self._count_failure(answer.problem)
        return None

    def _after_error(self, item: int, attempt: _Attempt, error: LanguageModelError) -> _Attempt | None:
        self.counts.said = str(error)
        if any(word in str(error).casefold() for word in LENGTH_WORDS):
            self.errors_in_a_row = 0
            shorter = min(attempt.characters, self.lengths[item]) // 2
            if shorter >= self.step.fewest:
                self.counts.shortened += attempt.characters == self.step.characters
                return replace(attempt, characters=shorter)
            self._count_failure(TOO_LONG)
            return None
        self._count_failure(NO_ANSWER if error.transient else NOT_TAKEN)
        self.errors_in_a_row += 1
        # A server that accepted some texts may refuse several others in a row for their content.
        if self.errors_in_a_row >= MAX_ERRORS_IN_A_ROW and (error.transient or not self.found):
            raise error
        return None

    def _count_failure(self, problem: str) -> None:
        self.counts.failures[problem] = self.counts.failures.get(problem, 0) + 1

    def _report_progress(self) -> None:
        done = len(self.found) + sum(self.counts.failures.values())
        self.progress(done, len(self.lengths))
