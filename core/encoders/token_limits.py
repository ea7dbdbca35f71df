"""How many tokens a model reads, as its files tell."""

from __future__ import annotations

from pathlib import Path

from core.encoders.spec import Kind, read_settings

USUAL_TOKENS = 512
"""Read by models whose files name no limit, and at most by INSTRUCTOR and InBedder, as trained."""
MOST_TOKENS = 8_192  # of one text, also for models that could read more
CHARACTERS_PER_TOKEN = 64  # far above any mean: what a text holds beyond so many is cut unread
ANSWER_TOKENS = {"llama": 3}  # of an InBedder, as published; others:
USUAL_ANSWER_TOKENS = 20


def max_tokens_of(kind: Kind, folder: Path) -> int:
    """Tokens that an encoder reads of a text, its instruction's included."""
    settings = read_settings(folder / "config.json")
    if kind == "inbedder":
        return prompt_tokens(settings, masked=fills_masks(folder))
    inner = transformer_folder(folder)
    sources = {
        "sentence_bert_config.json": "max_seq_length",
        "tokenizer_config.json": "model_max_length",
        "config.json": "max_position_embeddings",
    }
    limits = [read_settings(inner / file).get(key) for file, key in sources.items()]
    limit = next((int(limit) for limit in limits if isinstance(limit, int) and limit < 10**6), None)
    if kind == "instructor":
        return min(limit or USUAL_TOKENS, USUAL_TOKENS)
    return min(limit or USUAL_TOKENS, MOST_TOKENS)


def prompt_tokens(settings: dict, *, masked: bool) -> int:
    """Tokens of an InBedder's prompt, the answer's places left free.

    Parameters
    ----------
    settings : dict
        The model's config.json.
    masked : bool
        Whether it fills masks.
    """
    places = settings.get("max_position_embeddings") or USUAL_TOKENS * 2
    free = 2 if masked else ANSWER_TOKENS.get(settings.get("model_type", ""), USUAL_ANSWER_TOKENS)
    return min(USUAL_TOKENS, places - free)  # RoBERTa counts from 2


def transformer_folder(folder: Path) -> Path:
    """Folder of the transformer's own files; old versions put it below the model's."""
    below = folder / "0_Transformer"
    return below if (below / "config.json").is_file() else folder


def fills_masks(folder: Path) -> bool:
    """Whether a model is a masked language model."""
    architectures = read_settings(folder / "config.json").get("architectures") or [""]
    return str(architectures[0]).endswith("ForMaskedLM")
