"""The wording around an instruction that models were trained with.

Sources: model cards (Qwen3-Embedding, multilingual-e5-large-instruct, EmbeddingGemma, nomic-embed-text).
Prompts saved with a model come first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..errors import EncoderUnavailable
from .model_files import read_settings

FollowsInstructions = Literal["free text", "fixed tasks", "no"]
"""Which instructions change the vectors of a text: any, those of the encoder's own list, or none."""

SLOT = "{instruction}"
WEB_SEARCH = re.compile(r"Instruct: [^\n]+\n(Query: ?)")
"""A saved prompt that shows the model's wording for any instruction."""


@dataclass(frozen=True)
class Wording:
    """The prompt before a text for each instruction.

    Attributes
    ----------
    template : str
        With "{instruction}" in it; "" where only fixed tasks, or no instructions, are followed.
    tasks : mapping of task name to prompt
    """

    template: str = ""
    tasks: Mapping[str, str] = field(default_factory=dict)

    @property
    def follows(self) -> FollowsInstructions:
        """Kind of instructions that can be followed."""
        return "free text" if self.template else "fixed tasks" if self.tasks else "no"

    @property
    def fixed_tasks(self) -> tuple[str, ...]:
        """The only instructions that can be followed; () where any or none can be."""
        return () if self.template else tuple(self.tasks)

    def prompt_for(self, instruction: str | None, name: str) -> str:
        """Return the prompt before each text; "" without an instruction.

        Raises
        ------
        EncoderUnavailable
            When the encoder of this name does not follow the instruction.
        """
        instruction = (instruction or "").strip()
        if not instruction:
            return ""
        if self.template:
            return self.template.replace(SLOT, instruction)
        if instruction in self.tasks:
            return self.tasks[instruction]
        if self.tasks:
            known = ", ".join(self.tasks)
            raise EncoderUnavailable(
                f"The encoder {name} knows fixed tasks only ({known}), not “{instruction}”: choose one of "
                "them."
            )
        raise EncoderUnavailable(
            f"The encoder {name} follows no instructions: leave the instruction out, or choose an encoder "
            "that does."
        )


KNOWN_WORDINGS = {
    "qwen3-embedding": Wording(f"Instruct: {SLOT}\nQuery:"),
    "e5-large-instruct": Wording(f"Instruct: {SLOT}\nQuery: "),
    "embeddinggemma": Wording(
        tasks={
            task: f"task: {task} | query: "
            for task in ("clustering", "classification", "sentence similarity")
        }
    ),
    "nomic-embed-text": Wording(
        tasks={
            task: f"{task}: " for task in ("clustering", "classification", "search_query", "search_document")
        }
    ),
}
"""By a part of the model's name."""


def chosen_wording(template: str) -> Wording:
    """Return the wording that a person chose.

    Raises
    ------
    EncoderUnavailable
        When it has no place for the instruction: all instructions would give the same prompt.
    """
    if SLOT not in template:
        raise EncoderUnavailable(
            f"The wording “{template}” has no place for the instruction: write {SLOT} where it goes."
        )
    return Wording(template)


def saved_prompts(folder: Path) -> tuple[dict[str, str], str]:
    """Return the prompts saved with a model, and the one for texts without an instruction ("": none)."""
    settings = read_settings(folder / "config_sentence_transformers.json")
    saved = settings.get("prompts")
    saved = saved if isinstance(saved, dict) else {}
    prompts = {name: prompt for name, prompt in saved.items() if isinstance(prompt, str)}
    return prompts, prompts.get(settings.get("default_prompt_name") or "", "")


def known_wording(source: str, saved: Mapping[str, str | None]) -> Wording:
    """Return the wording that a model was trained with.

    Parameters
    ----------
    source : str
        Folder or name on the hub; known models are recognised by the last part.
    saved : mapping of name to prompt
        Prompts saved with the model.
    """
    model = Path(source).name.lower()
    known = next((wording for part, wording in KNOWN_WORDINGS.items() if part in model), Wording())
    if known.template:
        return known
    prompts = {name: prompt for name, prompt in saved.items() if prompt}
    example = next(filter(None, map(WEB_SEARCH.fullmatch, prompts.values())), None)
    if example:
        return Wording(f"Instruct: {SLOT}\n{example[1]}")
    return Wording(tasks={**prompts, **known.tasks})
