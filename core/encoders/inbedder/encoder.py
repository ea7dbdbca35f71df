"""InBedder: a language model is asked about each text, and the state in which it answers is the vector.

Reference: Peng, Zhang, Wang, Srinivasa, Liu, Wang, Shang: "Answer is All You Need: Instruction-following Text
Embedding via Answering the Question", ACL 2024, arXiv:2402.09642.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.encoders.base import Encoder
from core.encoders.batching import check_texts, make_batches, stack_vectors, work_through
from core.encoders.inbedder.hidden_states import N_MASKS, CausalModel, MaskedModel, sampler
from core.encoders.inbedder.loading import load_language_model
from core.encoders.model_files import model_key
from core.encoders.sentence_transformer import check_prompt_length, own_tokenizer
from core.encoders.spec import INPUT
from core.encoders.token_limits import ANSWER_TOKENS, CHARACTERS_PER_TOKEN, USUAL_ANSWER_TOKENS, prompt_tokens
from core.errors import EncoderUnavailable
from core.utils import Progress, content_key

if TYPE_CHECKING:
    import torch

VERSION = 1  # raise when the same model would give other vectors
CAUSAL_OUTPUTS = ("fst_gen", "avg_gen", "last_gen", "avg_ppt", "avg_all", "re_encode", "re_encode_multiple")
MASKED_OUTPUTS = ("avg_gen", "avg_ppt", "avg_all", "re_encode")
NO_ANSWER_NEEDED = ("fst_gen", "avg_ppt")
N_SAMPLED, TEMPERATURE, SEED = 10, 0.8, 42  # of "re_encode_multiple"
BATCH_TOKENS = {"cpu": 2_048, "cuda": 16_384}
MOST_BATCH_TEXTS = 128
OUTPUT = re.compile(r"(?P<kind>[a-z_]+?)(?:_layer_(?P<layer>\d+))?")


def inbedder_prompt(text: str, question: str, mask: str = "") -> str:
    """Return the published prompt, word for word; braces in a text mean nothing.

    Parameters
    ----------
    text, question : str
    mask : str, optional
        Mask token of a model that fills masks.
    """
    return f"### Input:\n{text}\n\n### Instruction:\n{question}\n\n### Response:{mask * N_MASKS}"


def read_question(instruction: str | None, name: str) -> str:
    """Return an instruction as a question.

    Raises
    ------
    EncoderUnavailable
        When there is none, for the encoder of this name.
    """
    question = (instruction or "").strip()
    if not question:
        raise EncoderUnavailable(
            f"The encoder {name} answers a question about each text, and there is none: give it one, such as "
            "“How does the customer feel?”."
        )
    return question


class InBedderEncoder:
    """A language model trained to answer briefly, as an encoder; satisfies `core.encoders.Encoder`.

    Causal models (Llama, OPT) write an answer after the prompt; masked ones (RoBERTa) fill three masks there.
    Answers are the likeliest ones, so that they are the same every time. Computes in the published number
    format: float32, for Llama bfloat16 where the hardware has it. Code that a model brings along is never
    run.

    Parameters
    ----------
    name : str
        What people know it by.
    folder : Path
        Its files; nothing is fetched.
    output : str
        One of `CAUSAL_OUTPUTS` or `MASKED_OUTPUTS`; "" is what its authors advise: "fst_gen" of causal
        models, "avg_gen" of masked ones. See `hidden_states` for what they are. The last layer's
        states are taken, or those that "_layer_N" after it names (0: the token embeddings). "re_encode"
        embeds the answer by an ordinary encoder, "re_encode_multiple" ten answers by chance, and takes their
        mean.
    number_format : "float32" or "bfloat16", optional
    load_reader : callable, optional
        Returns that ordinary encoder; called when it is first needed.

    Raises
    ------
    EncoderUnavailable
        When the files cannot be read as such a model, or it has no such output.
    """

    follows_instructions = "free text"
    tasks = ()

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        output: str = "",
        number_format: str = "",
        load_reader: Callable[[], Encoder] | None = None,
    ) -> None:
        self.name = name
        self._model, self._tokenizer, self.masked = load_language_model(name, folder, number_format)
        self._counter = own_tokenizer(self._tokenizer)
        self._reader = self._make_reader()
        self.output, self.layer = _read_output(output, self.masked, self._reader.n_layers, name)
        self._ordinary = load_reader() if self._re_encodes and load_reader else None
        if self._re_encodes and self._ordinary is None:
            raise EncoderUnavailable(
                f"The output {self.output} of {name} needs an ordinary encoder for the answers: name another."
            )
        config = self._model.config
        self.n_dims = self._ordinary.n_dims if self._ordinary else _width(config, self.layer)
        self.answer_tokens = ANSWER_TOKENS.get(config.model_type, USUAL_ANSWER_TOKENS)
        self.max_tokens = prompt_tokens(config.to_dict(), masked=self.masked)
        self._batch_tokens = BATCH_TOKENS.get(self.device, BATCH_TOKENS["cpu"])
        by = (self.output, self.layer, self.answer_tokens, self._ordinary.key if self._ordinary else None)
        self.key = content_key(
            "inbedder", VERSION, model_key(folder), str(self._model.dtype), self.device, by
        )

    def prompt_for(self, instruction: str | None) -> str:
        """Return the exact string given to the model, with "{input}" where each text goes.

        Raises
        ------
        EncoderUnavailable
            Without an instruction.
        """
        return self._prompt(INPUT, self._question(instruction))

    def key_for(self, instruction: str | None) -> str:
        """Provenance of the vectors under an instruction."""
        return content_key("prompted", self.key, self._question(instruction))

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Unit vectors of n texts under a question; each different text is computed once.

        The first written token needs no writing: "fst_gen" and "avg_ppt" read the prompt alone, several times
        as fast.

        Parameters
        ----------
        texts : sequence of n str
            Beginnings of those longer than `max_tokens`, the question's included, are cut.
        instruction : str
            A question about each text, such as "How does the customer feel?".
        progress : callable, optional
            Called after each batch with (texts done, n); may raise `Cancelled`.

        Returns
        -------
        float32 array (n, n_dims)

        Raises
        ------
        EncoderUnavailable
            Without an instruction, or with one that is too long.
        """
        vectors, _ = self._encode(texts, instruction, progress, answers=False)
        return vectors

    def encode_and_answer(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, list[str]]:
        """Unit vectors of n texts, and what the model answered about each; parameters as of `encode`."""
        return self._encode(texts, instruction, progress, answers=True)

    @property
    def answers_cost_more(self) -> bool:
        """Whether the vectors come from the prompt alone, so that writing answers takes extra time."""
        return not self.masked and self.output in NO_ANSWER_NEEDED

    @property
    def device(self) -> str:
        """Where it computes: "cpu" or "cuda"."""
        return self._model.device.type

    @property
    def _re_encodes(self) -> bool:
        return self.output.startswith("re_encode")

    def _encode(
        self, texts: Sequence[str], instruction: str | None, progress: Progress | None, *, answers: bool
    ) -> tuple[np.ndarray, list[str]]:
        check_texts(texts)
        question = self._question(instruction)
        n_prompt = len(self._counter(self._prompt("", question))["input_ids"])
        check_prompt_length(n_prompt, self.max_tokens, self.name)
        batches = partial(self._batches, more_tokens=n_prompt)
        # Beginnings are cut here as by the tokenizer: what stands next to the question is kept.
        kept = self.max_tokens * CHARACTERS_PER_TOKEN
        read = partial(self._read_batch, question=question, answers=answers)
        results = work_through([text[-kept:] for text in texts], batches, read, progress)
        vectors = stack_vectors([vector for vector, _ in results], self.n_dims, self.name)
        return vectors, [answer for _, answer in results]

    def _batches(self, texts: Iterable[str], more_tokens: int) -> list[list[str]]:
        return make_batches(
            texts,
            max_tokens=self.max_tokens,
            batch_tokens=self._batch_tokens,
            most_texts=MOST_BATCH_TEXTS,
            more_tokens=more_tokens,
        )

    def _question(self, instruction: str | None) -> str:
        return read_question(instruction, self.name)

    def _prompt(self, text: str, question: str) -> str:
        return inbedder_prompt(text, question, self._tokenizer.mask_token if self.masked else "")

    def _inert(self, text: str) -> str:
        """A text in which special tokens are mere characters: a “<mask>” of its own would be one more."""
        for token in self._tokenizer.all_special_tokens:
            text = text.replace(token, f"{token[0]} {token[1:]}")
        return text

    def _read_batch(self, texts: list[str], question: str, answers: bool) -> list[tuple[np.ndarray, str]]:
        import torch

        prompts = [self._prompt(self._inert(text), question) for text in texts]
        encoded = self._tokenizer(
            prompts, padding=True, truncation=True, max_length=self.max_tokens, return_tensors="pt"
        ).to(self._model.device)
        tokens, mask = encoded["input_ids"], encoded["attention_mask"]
        with torch.inference_mode():
            read = self._read_masked if self.masked else self._read_causal
            vectors, written = read(tokens, mask, answers)
        if vectors is not None:
            vectors = torch.nn.functional.normalize(vectors, dim=1).cpu().numpy()
        if self._re_encodes:
            vectors = self._embed_answers(tokens, mask, written)
        return list(zip(vectors, written, strict=True))

    def _read_causal(
        self, tokens: torch.Tensor, mask: torch.Tensor, answers: bool
    ) -> tuple[torch.Tensor | None, list[str]]:
        if self.output in NO_ANSWER_NEEDED and not answers:
            states = self._reader.prompt_states(tokens, mask, self.layer)
            return self._reader.pool(self.output, states, mask), [""] * len(tokens)
        states, answer, after = self._reader.answer(tokens, mask, self.layer, self.answer_tokens)
        written = self._decode(answer)
        if self._re_encodes:
            return None, written
        return self._reader.pool(self.output, states, mask, answer, after), written

    def _read_masked(
        self, tokens: torch.Tensor, mask: torch.Tensor, answers: bool
    ) -> tuple[torch.Tensor | None, list[str]]:
        wanted = answers or self._re_encodes
        states, answer = self._reader.read(tokens, mask, self.layer, answer=wanted)
        written = self._decode(answer) if wanted else [""] * len(tokens)
        return None if self._re_encodes else self._reader.pool(self.output, states, tokens, mask), written

    def _embed_answers(self, tokens: torch.Tensor, mask: torch.Tensor, written: list[str]) -> np.ndarray:
        """Unit vectors of the answers, or means of those of several answers by chance."""
        import torch

        if self.output == "re_encode":
            return self._ordinary.encode(written)
        choose = sampler(SEED, TEMPERATURE, self._model.device)
        total = np.zeros((len(written), self.n_dims), dtype=np.float32)
        for _ in range(N_SAMPLED):
            with torch.inference_mode():
                _, answer, _ = self._reader.answer(tokens, mask, self.layer, self.answer_tokens, choose)
            total += self._ordinary.encode(self._decode(answer))
        return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)

    def _decode(self, answer: torch.Tensor) -> list[str]:
        found = self._tokenizer.batch_decode(answer, skip_special_tokens=True)
        return [" ".join(text.split()) for text in found]

    def _make_reader(self) -> CausalModel | MaskedModel:
        tokenizer = self._tokenizer
        if self.masked:
            end = tokenizer.eos_token_id if tokenizer.eos_token_id is not None else tokenizer.sep_token_id
            return MaskedModel(self._model, tokenizer.mask_token_id, -1 if end is None else end)
        ends = self._model.generation_config.eos_token_id
        ends = [ends] if isinstance(ends, int) else list(ends or [])
        ends = sorted({*ends, tokenizer.eos_token_id} - {None})
        return CausalModel(self._model, tokenizer.all_special_ids, ends, tokenizer.pad_token_id)


def _read_output(output: str, masked: bool, n_layers: int, name: str) -> tuple[str, int]:
    """Kind of output and layer."""
    known = MASKED_OUTPUTS if masked else CAUSAL_OUTPUTS
    found = OUTPUT.fullmatch(output or ("avg_gen" if masked else "fst_gen"))
    layer = int(found["layer"]) if found and found["layer"] else n_layers
    if not found or found["kind"] not in known or layer > n_layers:
        raise EncoderUnavailable(
            f"The encoder {name} has no output “{output}”: choose one of {', '.join(known)}, if need be "
            f"followed by _layer_0 to _layer_{n_layers}."
        )
    return found["kind"], layer


def _width(config: object, layer: int) -> int:
    """Length of the states of a layer; small OPT models narrow the last one."""
    narrowed = getattr(config, "word_embed_proj_dim", None)
    return int(narrowed if narrowed and layer == config.num_hidden_layers else config.hidden_size)
