"""Models on a server, described without sending anything."""

from __future__ import annotations

from collections.abc import Sequence

from core.encoders.base import Encoder, EncoderFacts, EncoderFamily
from core.encoders.prompts import wording_for
from core.encoders.spec import INPUT, Kind, endpoint_title, host_of, split_endpoint
from core.errors import EncoderUnavailable
from core.utils import is_local

TEXTS_PER_SECOND = 100
"""Assumed of a server, whose speed is unknown."""


class EndpointFamily(EncoderFamily):
    """A model on a server that speaks the OpenAI embeddings protocol."""

    kind = Kind.ENDPOINT

    def find_problem(self) -> str:
        """Return a sentence when the address is wrong or no model is named."""
        try:
            split_endpoint(self.spec.name)
        except EncoderUnavailable as error:
            return str(error)
        return ""

    @property
    def host(self) -> str | None:
        """Server that gets the texts; None for a wrong address."""
        return host_of(self.spec.name)

    @property
    def title(self) -> str:
        """Model and server."""
        where = self.host or self.spec.source
        return endpoint_title(self.spec.output, where) if self.spec.output else where

    def describe(self) -> EncoderFacts:
        """Return what the name of the model says; the server gets no request."""
        wording = wording_for(self.spec.output)
        return EncoderFacts(
            self.spec.name,
            self.title,
            self.kind,
            follows_instructions=wording.follows,
            tasks=wording.fixed_tasks,
            takes_template=wording.follows != "fixed tasks",
            on_this_machine=self.host is not None and is_local(self.host),
            host=self.host,
            problem=self.problem,
        )

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the prompt and the place of the text after it."""
        self.check()
        return wording_for(self.spec.output, template).prompt_for(instruction, self.title) + INPUT

    def default_template(self) -> str:
        """Return the wording that models of this name were trained with."""
        return wording_for(self.spec.output).template

    def load(self, template: str = "") -> Encoder:
        """Ask the server for one vector, to know that it answers and how long its vectors are."""
        from core.encoders.openai_endpoint import EndpointEncoder

        return EndpointEncoder(self.spec.name, template=template)

    def estimate_seconds(self, texts: Sequence[str], prompt: str = "") -> float:
        """Estimate by the number of different texts alone."""
        return max(1.0, len(set(texts)) / TEXTS_PER_SECOND)

    def count_too_long(self, texts: Sequence[str]) -> tuple[int, int]:
        """Refuse: only the server knows the token limit of its model."""
        raise EncoderUnavailable(
            f"The token limit of the server at {self.host or self.spec.source} is not known before encoding: "
            "encode, and longer texts are cut."
        )
