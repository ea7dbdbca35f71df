"""Interfaces of encoders: loaded (`Encoder`) and not loaded yet (`EncoderFamily`).

A new family of encoders takes three steps:

1. Add a member to `core.encoders.spec.Kind`; it is the prefix of the family's names.
2. Write a file with a class that follows `Encoder`, and a subclass of `EncoderFamily` that describes and
   loads it.
   For models with files in a folder, subclass `core.encoders.local_model.LocalFamily`, which does most of it.
   Import slow libraries inside functions: a family is imported when the app starts.
3. Add the subclass to `FAMILIES` in `core.encoders.catalogue`.

No other file names a family.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, TypeGuard

import numpy as np

from ..errors import EncoderUnavailable
from ..utils import Progress
from .legibility import Legibility
from .prompts import FollowsInstructions, Wording
from .spec import EncoderSpec, Kind


class Encoder(Protocol):
    """Turn texts into unit vectors.

    Attributes
    ----------
    name : str
        Shown to people.
    key : str
        Provenance of the vectors: model content, number format, device. Equal keys mean equal vectors.
    n_dims : int
        Length of a vector.
    max_tokens : int
        Tokens of a text that are encoded; a longer text is cut.
    follows_instructions : FollowsInstructions
    tasks : tuple of str
        Instructions of an encoder with fixed tasks; () for others.
    """

    name: str
    key: str
    n_dims: int
    max_tokens: int
    follows_instructions: FollowsInstructions
    tasks: tuple[str, ...]

    def prompt_for(self, instruction: str | None) -> str:
        """Return the prompt that the model gets for an instruction, word for word; "" for none.

        Raises
        ------
        EncoderUnavailable
            When the encoder does not follow this instruction, or needs one and gets none.
        """
        ...

    def key_for(self, instruction: str | None) -> str:
        """Return the provenance of the vectors under an instruction; `key` where no prompt is added."""
        ...

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return the unit vectors of n texts; each different text is encoded once.

        Parameters
        ----------
        texts : sequence of n str
        instruction : str, optional
            For every text; see `prompt_for`.
        progress : callable, optional
            Called after each batch with (texts done, n); may raise `Cancelled`.

        Returns
        -------
        float32 array (n, n_dims)

        Raises
        ------
        EncoderUnavailable
            When the instruction cannot be followed, or a vector is not finite.
        """
        ...


class AnsweringEncoder(Encoder, Protocol):
    """Encoder that also writes an answer to the instruction for each text."""

    @property
    def answers_cost_more(self) -> bool:
        """Whether the answers take more time than the vectors alone; else they are a part of that work."""
        ...

    def encode_and_answer(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, list[str]]:
        """Return the unit vectors of n texts, float32 array (n, n_dims), and the n answers."""
        ...


def writes_answers(encoder: Encoder) -> TypeGuard[AnsweringEncoder]:
    """Return whether an encoder writes answers."""
    return hasattr(encoder, "encode_and_answer")


class ViewsEncoder(Encoder, Protocol):
    """Encoder that also gives views of the texts: means over the tokens of hidden layers.

    Middle layers know things that the vectors, made from the last layer, have lost.

    Attributes
    ----------
    view_layers : tuple of int
        The hidden layers, numbered as in transformers' `output_hidden_states`: 0 are the embeddings. () for a
        model whose layers cannot be read.
    """

    view_layers: tuple[int, ...]

    def encode_with_views(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return unit vectors and views of n texts, from one forward pass.

        Parameters and errors are those of `encode`.

        Returns
        -------
        vectors : float32 array (n, n_dims)
            Equal to those of `encode`.
        views : float16 array (n_views, n, n_hidden)
            In the order of `view_layers`; not of unit length.
        """
        ...


def gives_views(encoder: Encoder) -> TypeGuard[ViewsEncoder]:
    """Return whether an encoder gives views."""
    return bool(getattr(encoder, "view_layers", ()))


class FormattedEncoder(Encoder, Protocol):
    """Encoder that may have computed in another number format earlier.

    Attributes
    ----------
    other_formats : tuple of str
    """

    @property
    def other_formats(self) -> tuple[str, ...]:
        """Number formats besides its own."""
        ...

    def key_in(self, number_format: str, instruction: str | None) -> str:
        """Return what `key_for` is in another number format."""
        ...

    def in_format(self, number_format: str) -> Encoder:
        """Return the encoder in another number format; it is loaded again."""
        ...


def _has_formats(encoder: Encoder) -> TypeGuard[FormattedEncoder]:
    return hasattr(encoder, "other_formats")


def continue_encoder(encoder: Encoder, instruction: str | None, is_begun: Callable[[str], bool]) -> Encoder:
    """Return the encoder that began vectors: the same one, or its like in another number format.

    The fastest number format of a machine may change, as with a new version of torch. Vectors are then not
    encoded again, and those of half a corpus are completed in the format in which they were begun.

    Parameters
    ----------
    is_begun : callable
        Returns whether vectors of a key, as of `Encoder.key_for`, are stored in part at least.
    """
    if _has_formats(encoder) and not is_begun(encoder.key_for(instruction)):
        for number_format in encoder.other_formats:
            if is_begun(encoder.key_in(number_format, instruction)):
                return encoder.in_format(number_format)
    return encoder


def encode_like_corpus(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    instruction: str | None = None,
    progress: Progress | None = None,
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Encode texts as those of a corpus, which has views where its encoder gives them.

    Parameters and errors are those of `encode`.

    Returns
    -------
    vectors : float32 array (n, n_dims)
    views : list of float16 arrays (n, n_hidden)
        [] where the encoder gives none.
    """
    if not gives_views(encoder):
        return encoder.encode(texts, instruction=instruction, progress=progress), []
    vectors, views = encoder.encode_with_views(texts, instruction=instruction, progress=progress)
    return vectors, list(views)


@dataclass(frozen=True)
class EncoderFacts:
    """Facts about an encoder that is not loaded; an entry of the catalogue has those known without its files.

    Attributes
    ----------
    name : str
        As for `load_encoder`.
    kind : Kind
    title : str
        Short name for people.
    description : str
        One sentence; "" for encoders outside the catalogue.
    licence, languages : str
        "" when unknown.
    gigabytes : float or None
        To download, and about the memory that the model needs; None when unknown.
    max_tokens : int or None
        Tokens of a text that are encoded, the instruction included; None when unknown.
    n_dims : int or None
        None when unknown.
    follows_instructions : FollowsInstructions
    tasks : tuple of str
        Instructions of an encoder with fixed tasks.
    outputs : tuple of str
        Kinds of vectors that the encoder offers, the default first; () where there is one kind only.
    needs_instruction : bool
        Whether it encodes nothing without an instruction.
    takes_template : bool
        Whether a person may choose the wording around the instruction. A model that was not trained on
        instructions may ignore it.
    gives_views : bool
        Whether it gives views of hidden layers, as far as its files say.
    on_this_machine : bool
        Whether its files, or its server, are on this machine.
    host : str or None
        Server that gets the texts; None when they stay on this machine.
    problem : str
        A sentence when the encoder cannot be used, as far as is known before loading; else "".
    """

    name: str
    kind: Kind
    title: str = ""
    description: str = ""
    licence: str = ""
    languages: str = ""
    gigabytes: float | None = None
    max_tokens: int | None = None
    n_dims: int | None = None
    follows_instructions: FollowsInstructions = "no"
    tasks: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    needs_instruction: bool = False
    takes_template: bool = False
    gives_views: bool = False
    on_this_machine: bool = False
    host: str | None = None
    problem: str = ""


class EncoderFamily(ABC):
    """An encoder of one family, described without loading it: nothing is downloaded or sent.

    Parameters
    ----------
    spec : EncoderSpec
    folder : Path or None
        Files of the model; None where they are not on this machine, and for families without files.
    entry : EncoderFacts or None
        Of the catalogue, if the encoder has one.
    problem : str
        Why there is no folder, when the name cannot stand for a model.
    """

    kind: ClassVar[Kind]

    def __init__(
        self,
        spec: EncoderSpec,
        folder: Path | None = None,
        entry: EncoderFacts | None = None,
        problem: str = "",
    ) -> None:
        self.spec, self.folder = spec, folder
        self.entry = entry or EncoderFacts(spec.name, self.kind)
        self.problem = problem or self.find_problem()

    @classmethod
    def recognises(cls, source: str, folder: Path | None) -> bool:
        """Return whether a model without a prefix in its name is of this family, by its name and files."""
        return False

    def find_problem(self) -> str:
        """Return a sentence when the encoder cannot be used; "" when nothing is known against it."""
        return ""

    def check(self) -> None:
        """Raise EncoderUnavailable with the problem, if there is one."""
        if self.problem:
            raise EncoderUnavailable(self.problem)

    def wording(self, template: str = "") -> Wording:
        """Return the wording around an instruction: the one that a person chose, else the model's own."""
        return Wording()

    def default_template(self) -> str:
        """Return the model's own wording, with "{instruction}" in it; "" if none can be chosen."""
        return self.wording().template

    @property
    @abstractmethod
    def title(self) -> str:
        """Short name for people."""

    @abstractmethod
    def describe(self) -> EncoderFacts:
        """Return what is known of the encoder; takes milliseconds and never raises."""

    @abstractmethod
    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the string that the model gets, with `core.encoders.spec.INPUT` in place of the text."""

    @abstractmethod
    def load(self, template: str = "") -> Encoder:
        """Load the encoder; the files of a local one are in `folder`."""

    @abstractmethod
    def count_too_long(self, texts: Sequence[str]) -> tuple[int, int]:
        """Return how many texts would be cut, and at how many tokens."""

    def check_legibility(self, texts: Sequence[str]) -> Legibility | None:
        """Return what the encoder's tokeniser makes of texts; None where that is not known before loading."""
        return None
