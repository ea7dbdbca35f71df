"""Hidden states of language models that answer a question about a text, and the answers.

In causal models h0 is the state at the last token of the prompt, which predicts the answer's first token; hk
is the state at token k of the answer. A state hk counts when it predicts no special token; if none does, h1
counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

N_MASKS = 3
PROMPT_OUTPUTS = ("fst_gen", "avg_ppt")
"""Outputs of causal models that need no answer, and take a fraction of the time."""

Choose = Callable[["torch.Tensor"], "torch.Tensor"]
"""Takes logits (n, n_vocabulary), returns the token chosen for each row (n,)."""


def likeliest(logits: torch.Tensor) -> torch.Tensor:
    """Return the likeliest token of each row."""
    return logits.argmax(dim=-1)


def sampler(seed: int, temperature: float, device: torch.device) -> Choose:
    """Return a function that samples from softmax(logits / temperature), the same at every run."""
    import torch

    generator = torch.Generator(device).manual_seed(seed)

    def choose(logits: torch.Tensor) -> torch.Tensor:
        shares = torch.softmax(logits.float() / temperature, dim=-1)
        return torch.multinomial(shares, 1, generator=generator)[:, 0]

    return choose


class CausalModel:
    """States and answers of a causal language model.

    Parameters
    ----------
    model : PreTrainedModel
        With its head.
    special, ends : sequences of int
        Special tokens, and those that end an answer.
    pad : int
    """

    def __init__(self, model: PreTrainedModel, special: list[int], ends: list[int], pad: int) -> None:
        self.model, self.base = model, model.base_model
        self.special, self.ends, self.pad = special, ends, pad
        self.n_layers = model.config.num_hidden_layers

    def embed(
        self, kind: str, tokens: torch.Tensor, mask: torch.Tensor, layer: int, n_tokens: int, *, answers: bool
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Return the pooled states of left-padded prompts, and the answers' tokens.

        The states are None for an output that encodes the answer, the tokens where no answer is needed.
        """
        if kind in PROMPT_OUTPUTS and not answers:
            return self.pool(kind, self._run(tokens, mask, mask, layer, past=None)[0], mask), None
        states, answer, after = self.answer(tokens, mask, layer, n_tokens)
        pooled = None if kind.startswith("re_encode") else self.pool(kind, states, mask, answer, after)
        return pooled, answer

    def answer(
        self, tokens: torch.Tensor, mask: torch.Tensor, layer: int, n_tokens: int, choose: Choose = likeliest
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Write answers of up to `n_tokens` (two at least) to left-padded prompts.

        The library's `generate` would keep the states of all layers; this keeps one layer's.

        Returns
        -------
        states : tensor (n, n_prompt, d) of the prompts
        answer : tensor of int (n, n_written), padded after an end
        after : tensor (n, n_written - 1, d), the states h1, h2, …
        """
        import torch

        ends = torch.tensor(self.ends, device=tokens.device)
        states, last, past = self._run(tokens, mask, mask, layer, past=None, keep=True)
        finished = torch.zeros(len(tokens), dtype=torch.bool, device=tokens.device)
        written, after = [], []
        while True:
            token = choose(self.model.get_output_embeddings()(last[:, -1]))
            token = torch.where(finished, self.pad, token)
            finished |= torch.isin(token, ends)
            written.append(token)
            if len(written) >= max(n_tokens, 2) or (len(written) >= 2 and finished.all()):
                break
            mask = torch.cat([mask, torch.ones_like(mask[:, :1])], dim=1)
            state, last, past = self._run(token[:, None], mask[:, -1:], mask, layer, past, keep=True)
            after.append(state[:, -1])
        return states, torch.stack(written, dim=1), torch.stack(after, dim=1)

    def pool(
        self,
        kind: str,
        states: torch.Tensor,
        mask: torch.Tensor,
        answer: torch.Tensor | None = None,
        after: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Return one vector for each text: float32 tensor (n, d).

        Parameters
        ----------
        kind : str
            "fst_gen": h0. "avg_ppt": mean of the prompt's states without the last. "avg_gen": mean of h0 and
            the hk that count. "last_gen": the last hk that counts. "avg_all": mean of the prompt's states and
            the hk that count.
        states, mask : tensors (n, n_prompt, d) and (n, n_prompt)
        answer, after : tensors, optional
            From `answer`; not needed for the first two kinds.
        """
        import torch

        first = states[:, -1].float()
        if kind == "fst_gen":
            return first
        prompt = (states.float() * mask[..., None]).sum(dim=1)
        lengths = mask.sum(dim=1, keepdim=True)
        if kind == "avg_ppt":
            return (prompt - first) / (lengths - 1).clamp(min=1)
        assert answer is not None and after is not None
        counts = ~torch.isin(answer[:, 1:], torch.tensor(self.special, device=answer.device))
        counts[~counts.any(dim=1), 0] = True
        if kind == "last_gen":
            place = torch.arange(counts.shape[1], device=counts.device)
            chosen = torch.where(counts, place, -1).argmax(dim=1)
            return after[torch.arange(len(after), device=after.device), chosen].float()
        n_counted = counts.sum(dim=1, keepdim=True)
        counted = (after.float() * counts[..., None]).sum(dim=1)
        if kind == "avg_gen":
            return (first + counted) / (1 + n_counted)
        return (prompt + counted) / (lengths + n_counted)

    def _run(
        self,
        tokens: torch.Tensor,
        here: torch.Tensor,
        mask: torch.Tensor,
        layer: int,
        past: object,
        *,
        keep: bool = False,
    ) -> tuple[torch.Tensor, torch.Tensor, object]:
        """States of one layer and of the last one for new tokens, and the cache for later tokens."""
        extra = {}
        if self.model.config.model_type != "opt":  # OPT derives positions from the mask
            # Without positions, left padding shifts them, and in bfloat16 numbers differ by 0.016.
            extra["position_ids"] = (mask.cumsum(dim=1) - 1).clamp(min=0)[:, -here.shape[1] :]
        inner = layer != self.n_layers
        found = self.base(
            input_ids=tokens,
            attention_mask=mask,
            past_key_values=past,
            use_cache=keep,
            output_hidden_states=inner,
            **extra,
        )
        last = found.last_hidden_state
        return (found.hidden_states[layer] if inner else last), last, found.past_key_values if keep else None


class MaskedModel:
    """States and answers of a masked language model; the answer is at the last three masks.

    Parameters
    ----------
    model : PreTrainedModel
        With its head.
    mask_token, end_token : int
    """

    def __init__(self, model: PreTrainedModel, mask_token: int, end_token: int) -> None:
        self.model = model
        self.mask_token, self.end_token = mask_token, end_token
        self.n_layers = model.config.num_hidden_layers
        self._head = getattr(model, "lm_head" if hasattr(model, "lm_head") else "cls")

    def embed(
        self, kind: str, tokens: torch.Tensor, mask: torch.Tensor, layer: int, n_tokens: int, *, answers: bool
    ) -> tuple[torch.Tensor | None, torch.Tensor | None]:
        """Return pooled states and answers as `CausalModel.embed` does; an answer has `N_MASKS` tokens."""
        re_encodes = kind == "re_encode"
        states, answer = self.answer(tokens, mask, layer, fill=answers or re_encodes)
        return None if re_encodes else self.pool(kind, states, tokens, mask), answer

    def answer(
        self, tokens: torch.Tensor, mask: torch.Tensor, layer: int, *, fill: bool
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """Return the states of a layer (n, n_tokens, d), and with `fill` the tokens for the masks (n, 3)."""
        inner = layer != self.n_layers
        found = self.model.base_model(input_ids=tokens, attention_mask=mask, output_hidden_states=inner)
        last = found.last_hidden_state
        written = None
        if fill:  # logits at three places only
            at_masks = last[self._answer_masks(tokens)].reshape(len(tokens), N_MASKS, -1)
            written = self._head(at_masks).argmax(dim=-1)
        return (found.hidden_states[layer] if inner else last), written

    def pool(self, kind: str, states: torch.Tensor, tokens: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return one vector for each text, a mean of states: float32 tensor (n, d).

        Parameters
        ----------
        kind : str
            "avg_gen": mean at the answer's masks. "avg_ppt": without masks, padding and the end mark.
            "avg_all": without padding.
        states, tokens, mask : tensors (n, n_tokens, d), (n, n_tokens) and (n, n_tokens)
        """
        chosen = mask.bool()
        if kind == "avg_gen":
            chosen = self._answer_masks(tokens)
        elif kind == "avg_ppt":
            chosen = chosen & (tokens != self.mask_token) & (tokens != self.end_token)
        weights = chosen[..., None].float()
        return (states.float() * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1)

    def _answer_masks(self, tokens: torch.Tensor) -> torch.Tensor:
        """Places of the last three masks: bool (n, n_tokens)."""
        masks = tokens == self.mask_token
        from_the_end = masks.flip(1).cumsum(dim=1).flip(1)
        return masks & (from_the_end <= N_MASKS)
