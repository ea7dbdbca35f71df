"""How prompt-following encoders want an instruction worded, where it is known.

Sources: model cards (Qwen3-Embedding, multilingual-e5-large-instruct, EmbeddingGemma, nomic-embed-text); a
model's own saved prompts go before them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.encoders.base import FollowsInstructions
from core.encoders.spec import read_settings
from core.errors import EncoderUnavailable

SLOT = "{instruction}"
WEB_SEARCH = re.compile(r"Instruct: [^\n]+\n(Query: ?)")
"""A saved prompt that shows how a model words any instruction."""


@dataclass(frozen=True)
class Wording:
    """How an instruction is put before a text.

    Attributes
    ----------
    template : str, with "{instruction}" in it; "" where instructions cannot be free
    tasks : mapping of task name to prompt
    """

    template: str = ""
    tasks: Mapping[str, str] = field(default_factory=dict)

    @property
    def follows(self) -> FollowsInstructions:
        """Which instructions can be followed."""
        return "free text" if self.template else "fixed tasks" if self.tasks else "no"

    def prompt_for(self, instruction: str | None, name: str) -> str:
        """Return what is put before each text; "" without an instruction.

        Raises
        ------
        EncoderUnavailable
            When the encoder, of this name, does not follow it.
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


PLAIN = Wording()
INSTRUCT_TIGHT = Wording(f"Instruct: {SLOT}\nQuery:")
INSTRUCT = Wording(f"Instruct: {SLOT}\nQuery: ")
GEMMA = Wording(
    tasks={
        "clustering": "task: clustering | query: ",
        "classification": "task: classification | query: ",
        "sentence similarity": "task: sentence similarity | query: ",
    }
)
NOMIC = Wording(
    tasks={
        "clustering": "clustering: ",
        "classification": "classification: ",
        "search_query": "search_query: ",
        "search_document": "search_document: ",
    }
)
KNOWN = (
    ("qwen3-embedding", INSTRUCT_TIGHT),
    ("e5-large-instruct", INSTRUCT),
    ("embeddinggemma", GEMMA),
    ("nomic-embed-text", NOMIC),
)


def chosen_wording(template: str) -> Wording:
    """Return the wording that a person chose.

    Raises
    ------
    EncoderUnavailable
        When the instruction has no place in it: all instructions would be the same.
    """
    if SLOT not in template:
        raise EncoderUnavailable(
            f"The wording “{template}” has no place for the instruction: write {SLOT} where it goes."
        )
    return Wording(template)


def saved_prompts(folder: Path) -> tuple[dict[str, str], str]:
    """Prompts that a model was saved with, and the one put before texts without an instruction ("": none)."""
    settings = read_settings(folder / "config_sentence_transformers.json")
    prompts = settings.get("prompts")
    prompts = prompts if isinstance(prompts, dict) else {}
    prompts = {name: prompt for name, prompt in prompts.items() if isinstance(prompt, str)}
    return prompts, prompts.get(settings.get("default_prompt_name") or "", "")


def known_wording(source: str, saved: Mapping[str, str | None]) -> Wording:
    """Return how a model wants instructions worded.

    Parameters
    ----------
    source : str
        Its folder or name on the hub; the last part tells known ones.
    saved : mapping of name to prompt
        Prompts that the model was saved with.
    """
    called = Path(source).name.lower()
    known = next((wording for part, wording in KNOWN if part in called), PLAIN)
    if known.template:
        return known
    prompts = {name: prompt for name, prompt in saved.items() if prompt}
    shown = next(filter(None, map(WEB_SEARCH.fullmatch, prompts.values())), None)
    if shown:
        return Wording(f"Instruct: {SLOT}\n{shown[1]}")
    return Wording(tasks={**prompts, **known.tasks})
