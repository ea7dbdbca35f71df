"""Asking a language model many questions of which some fail: answers are kept, failures counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from core.errors import LanguageModelError
from core.labels.annotation.prompts import UNUSABLE, Reading
from core.labels.annotation.reply_cache import AnswerCache, answer_keys
from core.utils import Answer, LanguageModel, Progress, ask_each

ATTEMPTS = 6
"""Times a question is asked while the server is busy: half a minute, or as long as the server asks for."""

GONE_AFTER = 5
"""Questions in a row without any answer after which the server counts as gone."""

ROOM = 8
"""A second question may be answered so many times longer: some models think aloud first."""

TOO_LONG, NO_ANSWER, NOT_TAKEN = "longer than the model reads", "no answer", "not taken by the server"
LENGTH_WORDS = ("context length", "context size", "context window", "too long", "too large", "many tokens")
"""What servers say of a text that is longer than the model reads."""


@dataclass
class Counts:
    """What became of the questions of one step.

    Attributes
    ----------
    asked : int
        Questions sent, second ones included.
    kept : int
        Questions that an answer was kept for from before.
    wordy : int
        Answers of use with prose around them, which was taken away.
    shortened : int
        Texts that were sent in part, since the whole was longer than the model reads.
    failures : dict of str to int
        Items without an answer of use, by what was wrong with the last answer.
    said : str
        The latest sentence about a question that got no answer at all.
    """

    asked: int = 0
    kept: int = 0
    wordy: int = 0
    shortened: int = 0
    failures: dict[str, int] = field(default_factory=dict)
    said: str = ""


@dataclass(frozen=True)
class Step:
    """Questions of one kind.

    Attributes
    ----------
    task : str
        The system message.
    firmer : str
        Said at the end of a question that is asked for the second time.
    question : callable
        The question for an item, with so many characters of each of its texts at most.
    read : callable
        What an answer says.
    characters, fewest : int
        Of each text of a question: at first; and the least to which they are cut.
    longest : int
        Tokens of an answer.
    """

    task: str
    firmer: str
    question: Callable[[int, int], str]
    read: Callable[[Answer], Reading]
    characters: int
    fewest: int
    longest: int


@dataclass(frozen=True)
class _State:
    """How an item is asked next."""

    characters: int
    firmly: bool = False


def ask_step(
    model: LanguageModel,
    step: Step,
    lengths: Mapping[int, int],
    answers: AnswerCache,
    *,
    found: dict[int, str],
    counts: Counts,
    progress: Progress,
) -> None:
    """Ask one question for each item; what the answers say goes to `found`, what fails to `counts`.

    An answer of no use is asked for once more in firmer words; a text that is too long for the model is
    halved until it fits. Answers of use are kept.

    Parameters
    ----------
    model : LanguageModel
    step : Step
    lengths : mapping of int to int
        The items, with the characters of their longest text.
    answers : AnswerCache
    found : dict of int to str
        Filled as answers come, so that it is of use when this raises.
    counts : Counts
        Added to, likewise.
    progress : Progress
        Called after each answer, and while none comes.

    Raises
    ------
    LanguageModelError
        When the server is gone, or an error shows that every question would fail alike.
    """
    _Asking(replace(model, attempts=ATTEMPTS), step, lengths, answers, found, counts, progress).run()


@dataclass
class _Asking:
    model: LanguageModel
    step: Step
    lengths: Mapping[int, int]
    answers: AnswerCache
    found: dict[int, str]
    counts: Counts
    progress: Progress
    in_a_row: int = 0  # questions without any answer

    def run(self) -> None:
        states = {item: _State(self.step.characters) for item in self.lengths}
        while states:
            again: dict[int, _State] = {}
            for firmly in (False, True):
                group = {item: state for item, state in states.items() if state.firmly == firmly}
                again |= self._ask(group, self.step.longest * (ROOM if firmly else 1))
            states = again

    def _ask(self, states: Mapping[int, _State], longest: int) -> dict[int, _State]:
        """Ask for some items; returns those to be asked again, and how."""
        questions = {item: self._question(item, state) for item, state in states.items()}
        keys = answer_keys(self.model.model, self.step.task, questions.values())
        key_of = dict(zip(questions, keys, strict=True))
        self._take_kept(key_of)
        items = [item for item in questions if item not in self.found]
        again: dict[int, _State] = {}
        came = ask_each(
            self.model,
            self.step.task,
            [questions[item] for item in items],
            longest=longest,
            waiting=self._tell,
        )
        with closing(came):  # whatever is raised, nothing more is sent
            for position, answer in came:
                item = items[position]
                self.counts.asked += 1
                if isinstance(answer, LanguageModelError):
                    next_state = self._after_error(item, states[item], answer)
                else:
                    next_state = self._after_answer(item, states[item], answer, key_of[item])
                if next_state is not None:
                    again[item] = next_state
                self._tell()
        return again

    def _question(self, item: int, state: _State) -> str:
        question = self.step.question(item, state.characters)
        return f"{question}\n\n{self.step.firmer}" if state.firmly else question

    def _take_kept(self, key_of: Mapping[int, str]) -> None:
        kept = self.answers.find(list(key_of.values()))
        for item, key in key_of.items():
            if key in kept:
                reading = self.step.read(Answer(*json.loads(kept[key])))
                if not reading.problem:
                    self._take(item, reading)
                    self.counts.kept += 1
        self._tell()

    def _take(self, item: int, reading: Reading) -> None:
        self.found[item] = reading.value
        self.counts.wordy += reading.wordy

    def _after_answer(self, item: int, state: _State, answer: Answer, key: str) -> _State | None:
        self.in_a_row = 0
        reading = self.step.read(answer)
        if not reading.problem:
            self._take(item, reading)
            self.answers.keep(key, json.dumps([answer.text, answer.complete], ensure_ascii=False))
        elif reading.problem in UNUSABLE and not state.firmly:
            return replace(state, firmly=True)
        else:
            self._fail(reading.problem)
        return None

    def _after_error(self, item: int, state: _State, error: LanguageModelError) -> _State | None:
        self.counts.said = str(error)
        if error.hopeless and not error.passing:
            raise error
        if any(word in str(error).casefold() for word in LENGTH_WORDS):
            self.in_a_row = 0
            shorter = min(state.characters, self.lengths[item]) // 2
            if shorter >= self.step.fewest:
                self.counts.shortened += state.characters == self.step.characters
                return replace(state, characters=shorter)
            self._fail(TOO_LONG)
            return None
        self._fail(NO_ANSWER if error.passing else NOT_TAKEN)
        self.in_a_row += 1
        # A server that took some texts may well refuse others for what they say, one after the other.
        if self.in_a_row >= GONE_AFTER and (error.passing or not self.found):
            raise error
        return None

    def _fail(self, problem: str) -> None:
        self.counts.failures[problem] = self.counts.failures.get(problem, 0) + 1

    def _tell(self) -> None:
        done = len(self.found) + sum(self.counts.failures.values())
        self.progress(done, len(self.lengths))
