"""Token means of middle layers of a transformer, taken from the forward pass that gives the vectors."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel

    States = dict[int, torch.Tensor]

PROBE = ["one", "a longer text, so that the first one is padded"]
LARGEST = 2.0**13
"""Of a mean in the probe: above, another text might not fit into float16, which ends at 65,504."""


def layers_between(depth: int) -> tuple[int, ...]:
    """Return the layers at about half and two thirds of a depth, numbered as in `output_hidden_states`.

    None is the first (the embeddings) or the last, which the vector is made from. One where both coincide.
    """
    half, two_thirds = depth // 2, (4 * depth + 3) // 6
    return tuple(sorted({layer for layer in (half, two_thirds) if 0 < layer < depth}))


class HiddenLayers:
    """The middle layers of a sentence-transformers model, read while it encodes.

    The modules whose outputs are these layers are found by a comparison: a short text is encoded with
    `output_hidden_states`, which every transformer offers, and the outputs of all modules are compared with
    the result. This names no architecture. Where no module or several calls of one give a layer, as with
    layers that share weights, the model returns all hidden states in every pass, which takes more memory.

    Attributes
    ----------
    layers : tuple of int
        () for models without a transformer, and for those whose layers cannot be read.
    """

    def __init__(self, model: SentenceTransformer) -> None:
        from sentence_transformers.sentence_transformer.modules import Pooling

        self.layers: tuple[int, ...] = ()
        self._poolings = [module for module in model.modules() if isinstance(module, Pooling)]
        self._thread = threading.local()  # another thread may encode with the same model
        if model.transformers_model is not None:
            try:
                self._find(model, model.transformers_model)
            except Exception:  # of many types: whatever an unknown architecture raises, it still encodes
                self.layers = ()

    @contextmanager
    def appended(self) -> Iterator[None]:
        """Append the means to the vectors of the model, in this thread and as long as the context lasts.

        A vector is then made a unit vector, and the float32 means of the layers come after it.
        """
        self._thread.states = {}
        try:
            yield
        finally:
            self._thread.states = None

    def _find(self, model: SentenceTransformer, transformer: PreTrainedModel) -> None:
        """Find the layers, and start to read them."""
        settings = transformer.config
        before = settings.output_hidden_states
        with _recorded(transformer) as outputs, _features_of(model) as seen:
            settings.output_hidden_states = True
            try:
                model.encode(PROBE, batch_size=len(PROBE), show_progress_bar=False)
            finally:
                settings.output_hidden_states = before
        features = seen[0]
        states = features["all_layer_embeddings"]
        found: States = {layer: states[layer] for layer in layers_between(len(states) - 1)}
        means = self._means(found, features)
        layers = tuple(
            layer for layer, mean in zip(found, means, strict=True) if mean.abs().max().item() < LARGEST
        )
        modules = {layer: _source(found[layer], outputs) for layer in layers}
        for layer, module in modules.items():
            if module is not None:
                module.register_forward_hook(lambda _module, _in, out, layer=layer: self._keep(layer, out))
        settings.output_hidden_states = before or None in modules.values()
        model.register_forward_hook(lambda _module, _in, features: self._append(features, model.truncate_dim))
        self.layers = layers

    def _keep(self, layer: int, output: object) -> None:
        states = getattr(self._thread, "states", None)
        if states is not None:
            states[layer] = _tensor_of(output)

    def _append(self, features: dict[str, Any], n_dims: int | None) -> None:
        """Join the vectors of a batch with the means, which so follow each text into its place."""
        import torch

        kept: States | None = getattr(self._thread, "states", None)
        if kept is None:
            return
        states = {
            layer: kept[layer] if layer in kept else features["all_layer_embeddings"][layer]
            for layer in self.layers
        }
        kept.clear()
        vectors = torch.nn.functional.normalize(features["sentence_embedding"][:, :n_dims], p=2, dim=1)
        features["sentence_embedding"] = torch.cat([vectors, *self._means(states, features)], dim=1)

    def _means(self, states: States, features: dict[str, Any]) -> list[torch.Tensor]:
        """Return the mean over the tokens of each text for each layer: float32 (n, n_hidden).

        All tokens with attention count, marks included; those of a prompt where the pooling counts them.
        """
        import torch

        counted = features["attention_mask"].bool()
        prompt = features.get("prompt_length")
        if prompt is not None and not all(pooling.include_prompt for pooling in self._poolings):
            counted = counted & (counted.cumsum(dim=1) > int(prompt))
        weights = (counted / counted.sum(dim=1, keepdim=True).clamp(min=1)).unsqueeze(1)
        means = []
        for state in states.values():
            mean = torch.bmm(weights, state.float()).squeeze(1)
            if not torch.isfinite(mean).all():  # zero times what stands in padding may be no number
                mean = torch.bmm(weights, state.float().masked_fill(~counted.unsqueeze(2), 0)).squeeze(1)
            means.append(mean)
        return means


@contextmanager
def _recorded(transformer: torch.nn.Module) -> Iterator[list[tuple[torch.nn.Module, torch.Tensor]]]:
    """Record the output of each call of each module inside a transformer."""
    outputs: list[tuple[torch.nn.Module, torch.Tensor]] = []

    def record(module: torch.nn.Module, _arguments: tuple, output: object) -> None:
        tensor = _tensor_of(output)
        if tensor is not None:
            outputs.append((module, tensor))

    hooks = [module.register_forward_hook(record) for module in transformer.modules()]
    try:
        yield outputs
    finally:
        for hook in hooks:
            hook.remove()


@contextmanager
def _features_of(model: SentenceTransformer) -> Iterator[list[dict[str, Any]]]:
    """Keep what the model returns for each batch, before its vectors are taken out."""
    seen: list[dict[str, Any]] = []
    hook = model.register_forward_hook(lambda _module, _arguments, features: seen.append(features))
    try:
        yield seen
    finally:
        hook.remove()


def _source(
    state: torch.Tensor, outputs: list[tuple[torch.nn.Module, torch.Tensor]]
) -> torch.nn.Module | None:
    """Return a module that is called once in a pass and whose output is this state; None if there is none."""
    import torch

    calls: dict[torch.nn.Module, list[torch.Tensor]] = {}
    for module, output in outputs:
        calls.setdefault(module, []).append(output)
    for module, results in calls.items():
        (first, *more) = results
        if not more and first.shape == state.shape and torch.equal(first, state):
            return module
    return None


def _tensor_of(output: object) -> torch.Tensor | None:
    """Return the first tensor of a module's output."""
    import torch

    first = output[0] if isinstance(output, tuple | list) and output else output
    return first if isinstance(first, torch.Tensor) else None
