"""InBedder: a language model answers a question about each text, and its hidden state is the vector.

Reference: Peng, Zhang, Wang, Srinivasa, Liu, Wang, Shang: "Answer is All You Need: Instruction-following Text
Embedding via Answering the Question", ACL 2024, arXiv:2402.09642.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ...errors import EncoderUnavailable
from ...utils import MAX_CHARACTERS_PER_TOKEN, Progress, content_key
from ..base import Encoder
from ..batching import check_prompt_length, check_texts, encode_batches, stack_vectors
from ..model_files import PACKAGED_MODEL, USUAL_TOKENS, model_key, packaged_folder
from ..prompts import FollowsInstructions, Wording
from ..sentence_transformer import SentenceEncoder
from ..spec import INPUT
from .hidden_states import N_MASKS, PROMPT_OUTPUTS, CausalModel, MaskedModel, sampler
from .loading import load_language_model

if TYPE_CHECKING:
    import torch
    from transformers import PretrainedConfig

INBEDDER_VERSION = 1  # raise when the same model would give other vectors
CAUSAL_OUTPUTS = ("fst_gen", "avg_gen", "last_gen", "avg_ppt", "avg_all", "re_encode", "re_encode_multiple")
MASKED_OUTPUTS = ("avg_gen", "avg_ppt", "avg_all", "re_encode")

ANSWER_TOKENS = {"llama": 3}
"""Length of an answer by type of model, as published; of other types:"""
USUAL_ANSWER_TOKENS = 20
N_SAMPLED, TEMPERATURE, SEED = 10, 0.8, 42  # answers of "re_encode_multiple"
BATCH_TOKENS = {"cpu": 2_048, "card": 16_384}
MOST_BATCH_TEXTS = 128
OUTPUT = re.compile(r"(?P<kind>[a-z_]+?)(?:_layer_(?P<layer>\d+))?")


def inbedder_prompt(text: str, question: str, mask: str = "") -> str:
    """Return the published prompt; `mask` is the mask token of a masked model. Braces stay as they are."""
    return f"### Input:\n{text}\n\n### Instruction:\n{question}\n\n### Response:{mask * N_MASKS}"


def as_question(instruction: str | None, name: str) -> str:
    """Return an instruction without outer white space.

    Raises
    ------
    EncoderUnavailable
        When there is none; the message names the encoder.
    """
    question = (instruction or "").strip()
    if not question:
        raise EncoderUnavailable(
            f"The encoder {name} answers a question about each text, and there is none: give it one, such as "
            "“How does the customer feel?”."
        )
    return question


def limit_prompt(settings: dict, *, masked: bool) -> int:
    """Return the token limit of a prompt by a model's config.json; the answer's places are left free."""
    places = settings.get("max_position_embeddings") or USUAL_TOKENS * 2
    # RoBERTa counts positions from 2.
    free = 2 if masked else ANSWER_TOKENS.get(settings.get("model_type", ""), USUAL_ANSWER_TOKENS)
    return min(USUAL_TOKENS, places - free)


def _load_packaged() -> Encoder:
    return SentenceEncoder(PACKAGED_MODEL, packaged_folder(), Wording())


class InBedderEncoder:
    """A language model trained on brief answers; follows `core.encoders.Encoder`.

    Causal models (Llama, OPT) write an answer after the prompt; masked models (RoBERTa) fill three masks
    there. Decoding is greedy, so answers repeat. Computes in the published number format: float32, for Llama
    bfloat16 where that is fast. Code in a model's folder never runs.

    Parameters
    ----------
    name : str
        Shown to people.
    folder : Path
        Files of the model; nothing is downloaded.
    output : str
        One of `CAUSAL_OUTPUTS` or `MASKED_OUTPUTS`, explained in `hidden_states`; "" is the authors' choice:
        "fst_gen" of causal models, "avg_gen" of masked ones. The states are those of the last layer, or of
        the layer in the suffix "_layer_N" (0: the token embeddings). "re_encode" encodes the answer with a
        text encoder, "re_encode_multiple" ten sampled answers, and takes their mean.
    load_text_encoder : callable, optional
        Returns the text encoder for answers, by default the packaged one; called for these two outputs only.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be loaded as such a model, or it has no such output.
    """

    follows_instructions: FollowsInstructions = "free text"
    tasks: tuple[str, ...] = ()

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        output: str = "",
        load_text_encoder: Callable[[], Encoder] = _load_packaged,
    ) -> None:
        self.name = name
        self._model, self._tokenizer, self.masked = load_language_model(name, folder)
        # A copy: to count a whole prompt switches off truncation, a state that other threads need.
        self._counter = copy.deepcopy(self._tokenizer)
        self._states = self._make_states()
        self.output, self.layer = _parse_output(output, self.masked, self._states.n_layers, name)
        self._text_encoder = load_text_encoder() if self.output.startswith("re_encode") else None
        config = self._model.config
        self.n_dims = self._text_encoder.n_dims if self._text_encoder else _width(config, self.layer)
        self.answer_tokens = ANSWER_TOKENS.get(config.model_type, USUAL_ANSWER_TOKENS)
        self.max_tokens = limit_prompt(config.to_dict(), masked=self.masked)
        self._batch_tokens = BATCH_TOKENS["cpu" if self.device == "cpu" else "card"]
        text_encoder_key = self._text_encoder.key if self._text_encoder else None
        by = (self.output, self.layer, self.answer_tokens, text_encoder_key)
        number_format = str(self._model.dtype)
        self.key = content_key(
            "inbedder", INBEDDER_VERSION, model_key(folder), number_format, self.device, by
        )

    def prompt_for(self, instruction: str | None) -> str:
        """Return the prompt with "{input}" in place of the text."""
        return self._prompt(INPUT, as_question(instruction, self.name))

    def key_for(self, instruction: str | None) -> str:
        """Return the provenance of the vectors under an instruction."""
        return content_key("prompted", self.key, as_question(instruction, self.name))

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return the unit vectors of n texts under a question, as `Encoder.encode`.

        A text that exceeds `max_tokens` together with the question loses its beginning. Cost: one pass over
        the prompt for "fst_gen" and "avg_ppt"; other outputs of causal models write an answer too, and take
        several times as long.
        """
        vectors, _ = self._encode(texts, instruction, progress, answers=False)
        return vectors

    def encode_and_answer(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, list[str]]:
        """Return the unit vectors and the answers for n texts."""
        return self._encode(texts, instruction, progress, answers=True)

    @property
    def answers_cost_more(self) -> bool:
        """Whether the vectors come from the prompt alone, so that answers take more time."""
        return not self.masked and self.output in PROMPT_OUTPUTS

    @property
    def device(self) -> str:
        """Device that computes: "cpu", "cuda", "mps" or "xpu"."""
        return self._model.device.type

    def _encode(
        self, texts: Sequence[str], instruction: str | None, progress: Progress | None, *, answers: bool
    ) -> tuple[np.ndarray, list[str]]:
        check_texts(texts)
        question = as_question(instruction, self.name)
        n_prompt = len(self._counter(self._prompt("", question))["input_ids"])
        check_prompt_length(n_prompt, self.max_tokens, self.name)
        # As in the tokeniser, beginnings are cut: the part next to the question is kept.
        kept = self.max_tokens * MAX_CHARACTERS_PER_TOKEN
        encode = partial(self._encode_batch, question=question, answers=answers)
        results = encode_batches(
            [text[-kept:] for text in texts],
            encode,
            progress,
            max_tokens=self.max_tokens,
            batch_tokens=self._batch_tokens,
            most_texts=MOST_BATCH_TEXTS,
            prompt_tokens=n_prompt,
        )
        vectors = stack_vectors([vector for vector, _ in results], self.n_dims, self.name)
        return vectors, [answer for _, answer in results]

    def _prompt(self, text: str, question: str) -> str:
        return inbedder_prompt(text, question, self._tokenizer.mask_token if self.masked else "")

    def _escape(self, text: str) -> str:
        """Text without special tokens: a “<mask>” in a text would be one mask more."""
        for token in self._tokenizer.all_special_tokens:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _encode_batch(self, texts: list[str], question: str, answers: bool) -> list[tuple[np.ndarray, str]]:
        import torch

        prompts = [self._prompt(self._escape(text), question) for text in texts]
        encoded = self._tokenizer(
            prompts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        ).to(self._model.device)
        tokens, mask = encoded["input_ids"], encoded["attention_mask"]
        with torch.inference_mode():
            pooled, answer = self._states.embed(
                self.output, tokens, mask, self.layer, self.answer_tokens, answers=answers
            )
        written = [""] * len(texts) if answer is None else self._decode(answer)
        if pooled is None:
            vectors = self._embed_answers(tokens, mask, written)
        else:
            vectors = torch.nn.functional.normalize(pooled, dim=1).cpu().numpy()
        return list(zip(vectors, written, strict=True))

    def _embed_answers(self, tokens: torch.Tensor, mask: torch.Tensor, written: list[str]) -> np.ndarray:
        """Unit vectors of the answers, or means over several sampled answers."""
        import torch

        assert self._text_encoder is not None
        if self.output == "re_encode":
            return self._text_encoder.encode(written)
        assert isinstance(self._states, CausalModel)  # a masked model samples nothing
        choose = sampler(SEED, TEMPERATURE, self._model.device)
        total = np.zeros((len(written), self.n_dims), dtype=np.float32)
        for _ in range(N_SAMPLED):
            with torch.inference_mode():
                _, answer, _ = self._states.answer(tokens, mask, self.layer, self.answer_tokens, choose)
            total += self._text_encoder.encode(self._decode(answer))
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def _decode(self, answer: torch.Tensor) -> list[str]:
        texts = self._tokenizer.batch_decode(answer, skip_special_tokens=True)
        return [" ".join(text.split()) for text in texts]

    def _make_states(self) -> CausalModel | MaskedModel:
        tokenizer = self._tokenizer
        if self.masked:
            end = tokenizer.eos_token_id if tokenizer.eos_token_id is not None else tokenizer.sep_token_id
            return MaskedModel(self._model, tokenizer.mask_token_id, -1 if end is None else end)
        ends = self._model.generation_config.eos_token_id
        ends = [ends] if isinstance(ends, int) else list(ends or [])
        ends = sorted({*ends, tokenizer.eos_token_id} - {None})
        return CausalModel(self._model, tokenizer.all_special_ids, ends, tokenizer.pad_token_id)


def _parse_output(output: str, masked: bool, n_layers: int, name: str) -> tuple[str, int]:
    """Return the kind of output and its layer."""
    known = MASKED_OUTPUTS if masked else CAUSAL_OUTPUTS
    found = OUTPUT.fullmatch(output or ("avg_gen" if masked else "fst_gen"))
    layer = int(found["layer"]) if found and found["layer"] else n_layers
    if not found or found["kind"] not in known or layer > n_layers:
        raise EncoderUnavailable(
            f"The encoder {name} has no output “{output}”: choose one of {', '.join(known)}, with or without "
            f"_layer_0 to _layer_{n_layers} after it."
        )
    return found["kind"], layer


def _width(config: PretrainedConfig, layer: int) -> int:
    """Width of the states of a layer; small OPT models project the last one to fewer dimensions."""
    narrowed = getattr(config, "word_embed_proj_dim", None)
    return int(narrowed if narrowed and layer == config.num_hidden_layers else config.hidden_size)
