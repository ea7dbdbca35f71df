"""Encoders on a server that speaks the OpenAI embeddings protocol."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from functools import partial

import numpy as np

from ..errors import EncoderUnavailable
from ..utils import (
    AddressRefused,
    Progress,
    RequestLimits,
    RequestRefused,
    ServerRefused,
    ServerUnreachable,
    can_be_key,
    content_key,
    host_in,
    is_local,
    is_metadata_address,
    is_web_address,
    post_with_retries,
    run_parallel,
)
from ..utils.server_rules import check_endpoint
from .base import EncoderFacts, EncoderFamily
from .batching import check_texts, make_batches, stack_vectors
from .model_files import MOST_TOKENS
from .prompts import Wording, chosen_wording, known_wording
from .spec import INPUT, EncoderSpec, Kind

ENDPOINT_VERSION = 1  # raise when the same server would give other vectors
KEY_VARIABLE = "REFRACT_EMBEDDINGS_KEY"
"""Environment variable with the server's key, if it needs one; never stored or shown."""

ENDPOINT_EXAMPLE = "endpoint:http://127.0.0.1:11434/v1#nomic-embed-text"
LIMITS = RequestLimits(attempts=6, timeout=300.0, longest_pause=60.0, most_bytes=16_000_000)
FIRST_LIMITS = replace(LIMITS, attempts=3, timeout=60.0, retry_timeouts=False)
"""Of the first request, for which a person waits."""

MOST_BATCH_TEXTS = 32
"""Texts in a request: the most that some servers accept by default."""

BATCH_TOKENS = 32_000
MOST_CHARACTERS = MOST_TOKENS * 4
"""Of a text: the rest is not sent."""

MIN_CHARACTERS = 200
"""Of a text: when a shorter one is refused, its length is not the reason."""

TOO_LARGE_STATUSES = (400, 413, 422)
"""Refusals after which a smaller request may be accepted."""


def split_endpoint(name: str) -> tuple[str, str]:
    """Return the address and the model of an encoder on a server.

    Raises
    ------
    EncoderUnavailable
        When the address is not a web address, has parts that it must not have, or no model is named.
    """
    spec = EncoderSpec.parse(name)
    url, model = spec.source.rstrip("/"), spec.output
    if "@" in url:
        raise EncoderUnavailable(
            "The address of the server holds a name or a password: take it out, and set "
            f"{KEY_VARIABLE} instead."
        )
    if not is_web_address(url) or "?" in url or any(map(str.isspace, url)):
        raise EncoderUnavailable(
            f"“{url}” is no address of an embeddings server: give one that begins with http:// or https:// "
            f"and usually ends in /v1, then # and the model, such as {ENDPOINT_EXAMPLE}."
        )
    if is_metadata_address(host_in(url)):
        raise EncoderUnavailable(str(AddressRefused(host_in(url))))
    if not model:
        raise EncoderUnavailable(
            f"“{name}” names no model of the server: add # and its name, such as {ENDPOINT_EXAMPLE}."
        )
    return url, model


def host_of(name: str) -> str | None:
    """Return the server that gets the texts, such as "127.0.0.1:11434"; None for those without a server."""
    if EncoderSpec.parse(name).kind != Kind.ENDPOINT:
        return None
    try:
        return host_in(split_endpoint(name)[0])
    except EncoderUnavailable:
        return None


class EndpointFamily(EncoderFamily):
    """A model on a server, described without sending anything."""

    kind = Kind.ENDPOINT

    def find_problem(self) -> str:
        """Return a sentence when the address is wrong or not allowed, or no model is named."""
        try:
            check_endpoint(split_endpoint(self.spec.name)[0], EncoderUnavailable)
        except EncoderUnavailable as error:
            return str(error)
        return ""

    @property
    def title(self) -> str:
        """Model and server."""
        where = host_of(self.spec.name) or self.spec.source
        return f"{self.spec.output} at {where}" if self.spec.output else where

    def wording(self, template: str = "") -> Wording:
        """Return the wording that a person chose, else that of a model known by its name alone."""
        return chosen_wording(template) if template else known_wording(self.spec.output, {})

    def describe(self) -> EncoderFacts:
        """Return what the name of the model says; the server gets no request."""
        wording, host = self.wording(), host_of(self.spec.name)
        return EncoderFacts(
            self.spec.name,
            self.kind,
            self.title,
            follows_instructions=wording.follows,
            tasks=wording.fixed_tasks,
            takes_template=wording.follows != "fixed tasks",
            on_this_machine=host is not None and is_local(host),
            host=host,
            problem=self.problem,
        )

    def preview_prompt(self, instruction: str | None, template: str = "") -> str:
        """Return the prompt and the place of the text after it."""
        self.check()
        return self.wording(template).prompt_for(instruction, self.title) + INPUT

    def load(self, template: str = "") -> EndpointEncoder:
        """Request one vector: it shows that the server answers, and how long its vectors are."""
        return EndpointEncoder(self.spec.name, template=template)

    def count_too_long(self, texts: Sequence[str]) -> tuple[int, int]:
        """Refuse: only the server knows the token limit of its model."""
        raise EncoderUnavailable(
            f"The token limit of the server at {host_of(self.spec.name) or self.spec.source} is not known "
            "before encoding: encode, and longer texts are cut."
        )


class EndpointEncoder:
    """A model behind a server, as an encoder; follows `core.encoders.Encoder`.

    Texts leave this machine unless the server runs on it (`host`). When the server changes the model behind
    a name, vectors stored before are still used: nothing shows the change.

    Parameters
    ----------
    name : str
        "endpoint:ADDRESS#MODEL", where "/embeddings" is added to the address.
    template : str, optional
        Prompt before each text, with "{instruction}" in it; by default the known one of models of this name.
    pause : callable, optional
        Waits so many seconds between attempts; by default until the work is stopped.

    Raises
    ------
    EncoderUnavailable
        When the name is malformed, or the server has no such model, refuses the key or gives no vector.
    """

    max_tokens = MOST_TOKENS

    def __init__(
        self, name: str, *, template: str = "", pause: Callable[[float], None] | None = None
    ) -> None:
        self.url, self.model = split_endpoint(name)
        self.host = self.device = host_in(self.url)
        family = EndpointFamily(EncoderSpec.parse(name))
        self.name = family.title
        self.wording = family.wording(template)
        self.follows_instructions = self.wording.follows
        self.tasks = self.wording.fixed_tasks
        self._key = os.environ.get(KEY_VARIABLE, "").strip()
        if not can_be_key(self._key):
            raise EncoderUnavailable(f"{KEY_VARIABLE} holds characters that no key has: set it again.")
        self._pause = pause
        self._format = {"encoding_format": "float"}
        self.n_dims = 0
        self.n_dims = self._post(["text"], threading.Event()).shape[1]
        self.key = content_key("endpoint", ENDPOINT_VERSION, self.url, self.model, self.n_dims)

    def prompt_for(self, instruction: str | None) -> str:
        """Return the exact string put before each text; "" without an instruction."""
        return self.wording.prompt_for(instruction, self.name)

    def key_for(self, instruction: str | None) -> str:
        """Return the provenance of vectors under an instruction; `key` where the prompt is empty."""
        prompt = self.prompt_for(instruction)
        return content_key("prompted", self.key, prompt) if prompt else self.key

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Return unit vectors of n texts, as `Encoder.encode`; several requests are sent at a time.

        A text that the server refuses for its length is halved until it is accepted. Progress is reported
        several times a second, also while no vector comes.

        Raises
        ------
        EncoderUnavailable
            When the server is gone or refuses, or its answer is not one vector for each text.
        """
        prompt = self.prompt_for(instruction)
        check_texts(texts)
        counts = Counter(text[:MOST_CHARACTERS] for text in texts)
        batches = make_batches(
            counts, max_tokens=MOST_TOKENS, batch_tokens=BATCH_TOKENS, most_texts=MOST_BATCH_TEXTS
        )
        vectors: dict[str, np.ndarray] = {}
        done = 0

        def report() -> None:
            if progress:
                progress(done, len(texts))

        embed = partial(self._embed, prompt=prompt)
        with closing(run_parallel(embed, batches, idle=report)) as results:
            for position, found in results:
                vectors.update(zip(batches[position], found, strict=True))
                done += sum(counts[text] for text in batches[position])
                report()
        return stack_vectors([vectors[text[:MOST_CHARACTERS]] for text in texts], self.n_dims, self.name)

    def _embed(self, texts: list[str], stop: threading.Event, *, prompt: str) -> np.ndarray:
        """Vectors of a batch; of its halves where it is too large for the server."""
        try:
            return self._post([prompt + text for text in texts], stop)
        except _TooLarge:
            if len(texts) > 1:
                half = len(texts) // 2
                parts = [texts[:half], texts[half:]]
            elif len(texts[0]) > MIN_CHARACTERS:
                parts = [[texts[0][: len(texts[0]) // 2]]]
            else:
                raise
        return np.concatenate([self._embed(part, stop, prompt=prompt) for part in parts])

    def _post(self, inputs: list[str], stop: threading.Event) -> np.ndarray:
        """Vectors of one request, repeated after a pause while the server is busy or away."""
        try:
            return post_with_retries(
                f"{self.url}/embeddings",
                lambda: {"model": self.model, "input": [text or " " for text in inputs], **self._format},
                lambda reply: self._read_reply(reply, len(inputs)),
                LIMITS if self.n_dims else FIRST_LIMITS,
                key=self._key,
                pause=self._pause or stop.wait,
                stop=stop,
                adapt=self._leave_out_format,
            )
        except ServerRefused as refused:
            raise EncoderUnavailable(str(refused)) from None
        except RequestRefused as refusal:
            raise self._explain(refusal) from None
        except ServerUnreachable as error:
            raise EncoderUnavailable(
                f"No answer from {self.host} ({error}): check that the server runs and that its address is "
                "right."
            ) from None

    def _leave_out_format(self, refusal: RequestRefused, body: dict) -> bool:
        """Stop naming the format for a server that knows only one."""
        named = "encoding_format" in body and "encoding_format" in refusal.message
        if named and refusal.status in (400, 422):
            self._format = {}
            return True
        if _is_too_large(refusal):
            raise self._explain(refusal) from None
        return False

    def _read_reply(self, reply: bytes, n_texts: int) -> np.ndarray:
        """Unit vectors of an answer, in the order of the texts: float32 (n_texts, n_dims)."""
        try:
            items = json.loads(reply)["data"]
            positions = [item.get("index", place) for place, item in enumerate(items)]
            rows = [_read_vector(item["embedding"]) for item in items]
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError) and reply.lstrip().startswith(b"{"):
                raise ConnectionError("its answer was cut off in the middle") from None
            raise self._unusable("something else") from None
        if len(rows) != n_texts:
            raise self._unusable(f"{len(rows):,} vectors for {n_texts:,} texts")
        whole = all(type(position) is int for position in positions)  # True and 1.0 are no positions
        if not whole or sorted(positions) != list(range(n_texts)):
            raise self._unusable("vectors that do not say of which text they are")
        width = self.n_dims or (rows[0].size if rows else 0)
        if any(row.shape != (width,) for row in rows) or width < 2:
            other = next((row.size for row in rows if row.shape != (width,)), width)
            raise self._unusable(f"a vector of {other:,} numbers where {width:,} are needed")
        vectors = np.empty((n_texts, width), dtype=np.float32)
        vectors[positions] = rows
        if not np.isfinite(vectors).all():
            raise self._unusable("vectors that are no numbers")
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def _unusable(self, what: str) -> EncoderUnavailable:
        return EncoderUnavailable(
            f"{self.host} answered with {what}: check that “{self.model}” is an embeddings model, and that "
            "the server speaks the OpenAI embeddings protocol at this address, which usually ends in /v1."
        )

    def _explain(self, refusal: RequestRefused) -> EncoderUnavailable:
        status, message = refusal.status, refusal.message
        if status in (401, 403):
            text = f"{self.host} refuses the key ({status}): set {KEY_VARIABLE} to one that is valid there."
        elif status == 404:
            text = (
                f"{self.host} knows no model “{self.model}” ({message}): check its name, and the address, "
                "which usually ends in /v1."
            )
        elif status == 429:
            text = f"{self.host} accepts no more texts for now ({message}): try again later."
        elif 300 <= status < 400:
            text = (
                f"{self.host} redirects to another address ({status}), and Refract follows no redirect: give "
                "that address."
            )
        else:
            text = f"{self.host} could not answer ({status}: {message}): check the messages of the server."
        return (_TooLarge if _is_too_large(refusal) else EncoderUnavailable)(text)


class _TooLarge(EncoderUnavailable):
    """A request that a server refuses, maybe for its size."""


def _is_too_large(refusal: RequestRefused) -> bool:
    """Return whether a smaller request may be accepted; some servers refuse a long text with status 500."""
    by_name = refusal.status >= 500 and any(word in refusal.message for word in ("too large", "too long"))
    return refusal.status in TOO_LARGE_STATUSES or by_name


def _read_vector(embedding: object) -> np.ndarray:
    """One vector of an answer; some servers send base64 whatever format is requested."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    return np.asarray(embedding, dtype=np.float32)
