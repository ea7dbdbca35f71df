"""Encoders on a server that speaks the OpenAI embeddings protocol."""

from __future__ import annotations

import base64
import json
import os
import threading
import urllib.error
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from http.client import HTTPException

import numpy as np

from core.encoders.batching import check_texts, make_batches, stack_vectors
from core.encoders.model_files import MOST_TOKENS
from core.encoders.prompts import wording_for
from core.encoders.spec import KEY_VARIABLE, endpoint_title, split_endpoint
from core.errors import Cancelled, EncoderUnavailable
from core.utils import (
    Progress,
    can_be_key,
    content_key,
    host_in,
    may_pass,
    message_of,
    post_json,
    seconds_to_wait,
)

VERSION = 1  # raise when the same server would give other vectors
ATTEMPTS, FIRST_ATTEMPTS = 6, 3  # the latter at the first call, for which a person waits
TIMEOUT, FIRST_TIMEOUT = 300.0, 60.0  # seconds for one answer
LONGEST_PAUSE = 60.0  # seconds, whatever a server asks for
PARALLEL = 4  # requests at a time
LOOK_EVERY = 0.25  # seconds, while no answer comes
MOST_BATCH_TEXTS = 32  # the most that some servers take as they come
BATCH_TOKENS = 32_000
MOST_CHARACTERS = MOST_TOKENS * 4  # of a text: what stands beyond is cut unread
LEAST_CHARACTERS = 200  # a text that is refused at this length is not refused for it
LONGEST_REPLY = 64_000_000  # bytes
TOO_MUCH = (400, 413, 422)  # a smaller request may be taken


class EndpointEncoder:
    """A model behind a server, as an encoder; satisfies `core.encoders.Encoder`.

    Texts leave this machine unless the server runs on it (`host`). What the model is, the server alone knows:
    where it gives other vectors under the same name, earlier ones are not noticed to be old.

    Parameters
    ----------
    name : str
        "endpoint:ADDRESS#MODEL", where "/embeddings" is added to the address.
    template : str, optional
        How an instruction is put before a text, with "{instruction}" in it; by default as is known of models
        of this name.
    pause : callable, optional
        Waits so many seconds between attempts; by default until the work is stopped.

    Raises
    ------
    EncoderUnavailable
        When the name is none, or the server has no such model, refuses the key or gives no vector.
    """

    max_tokens = MOST_TOKENS

    def __init__(
        self, name: str, *, template: str = "", pause: Callable[[float], None] | None = None
    ) -> None:
        self.url, self.model = split_endpoint(name)
        self.host = self.device = host_in(self.url)
        self.name = endpoint_title(self.model, self.host)
        self.wording = wording_for(self.model, template)
        self.follows_instructions = self.wording.follows
        self.tasks = () if self.wording.template else tuple(self.wording.tasks)
        self._key = os.environ.get(KEY_VARIABLE, "").strip()
        if not can_be_key(self._key):
            raise EncoderUnavailable(f"{KEY_VARIABLE} holds signs that no key has: set it again.")
        self._pause = pause
        self._format = {"encoding_format": "float"}
        self.n_dims = 0
        self.n_dims = self._ask(["text"], threading.Event()).shape[1]
        self.key = content_key("endpoint", VERSION, self.url, self.model, self.n_dims)

    def prompt_for(self, instruction: str | None) -> str:
        """Return the exact string put before each text; "" without an instruction.

        Raises
        ------
        EncoderUnavailable
            When this encoder does not follow it.
        """
        return self.wording.prompt_for(instruction, self.name)

    def key_for(self, instruction: str | None) -> str:
        """Provenance of the vectors under an instruction; `key` where nothing is put before the texts."""
        prompt = self.prompt_for(instruction)
        return content_key("prompted", self.key, prompt) if prompt else self.key

    def encode(
        self, texts: Sequence[str], *, instruction: str | None = None, progress: Progress | None = None
    ) -> np.ndarray:
        """Unit vectors of n texts; each different text is sent once, several requests at a time.

        A text that the server refuses for its length is cut to a half, as often as needed.

        Parameters
        ----------
        texts : sequence of n str
        instruction : str, optional
            Under which every text is read; see `prompt_for`.
        progress : callable, optional
            Called with (texts done, n) after each batch, and several times a second while none comes; may
            raise `Cancelled`.

        Returns
        -------
        float32 array (n, n_dims)

        Raises
        ------
        EncoderUnavailable
            When the server is gone or refuses, or answers with something else than one vector for each text.
        """
        prompt = self.prompt_for(instruction)
        check_texts(texts)
        counts = Counter(text[:MOST_CHARACTERS] for text in texts)
        batches = make_batches(
            counts, max_tokens=MOST_TOKENS, batch_tokens=BATCH_TOKENS, most_texts=MOST_BATCH_TEXTS
        )
        vectors: dict[str, np.ndarray] = {}
        done = 0
        with closing(self._embed_each(batches, prompt)) as came:
            for batch, found in came:
                vectors.update(zip(batch, found, strict=True))
                done += sum(counts[text] for text in batch)
                if progress:
                    progress(done, len(texts))
        return stack_vectors([vectors[text[:MOST_CHARACTERS]] for text in texts], self.n_dims, self.name)

    def _embed_each(
        self, batches: list[list[str]], prompt: str
    ) -> Iterator[tuple[list[str], Sequence[np.ndarray]]]:
        """Vectors of each batch as they come, and of no text while none comes."""
        stop, pool = threading.Event(), ThreadPoolExecutor(PARALLEL)
        try:
            asked = {pool.submit(self._embed, batch, prompt, stop): batch for batch in batches}
            open_ones = set(asked)
            while open_ones:
                ended, open_ones = wait(open_ones, timeout=LOOK_EVERY, return_when=FIRST_COMPLETED)
                if not ended:
                    yield [], []
                for future in ended:
                    yield asked[future], future.result()
        finally:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)

    def _embed(self, texts: list[str], prompt: str, stop: threading.Event) -> np.ndarray:
        """Vectors of a batch; of its halves where it is too much for the server."""
        try:
            return self._ask([prompt + text for text in texts], stop)
        except _TooMuch:
            if len(texts) > 1:
                half = len(texts) // 2
                parts = (texts[:half], texts[half:])
            elif len(texts[0]) > LEAST_CHARACTERS:
                parts = ([texts[0][: len(texts[0]) // 2]],)
            else:
                raise
        return np.concatenate([self._embed(part, prompt, stop) for part in parts])

    def _ask(self, inputs: list[str], stop: threading.Event) -> np.ndarray:
        """Vectors of one request, asked again after a while where the server is busy or away for a moment."""
        first = not self.n_dims
        attempts, timeout = (FIRST_ATTEMPTS, FIRST_TIMEOUT) if first else (ATTEMPTS, TIMEOUT)
        pause = self._pause or stop.wait
        for attempt in range(1, attempts + 1):
            if stop.is_set():
                raise Cancelled("Stopped.")
            body = {"model": self.model, "input": [text or " " for text in inputs], **self._format}
            try:
                address = f"{self.url}/embeddings"
                reply = post_json(address, body, key=self._key, timeout=timeout, most_bytes=LONGEST_REPLY)
                return self._read(reply, len(inputs))
            except urllib.error.HTTPError as error:
                with error:
                    said = message_of(error, self._key)
                    if error.code in (400, 422) and self._format and "encoding_format" in said:
                        self._format = {}  # a server that knows one format only
                        continue
                    if attempt == attempts or not may_pass(error.code) or _is_too_much(error.code, said):
                        raise self._refused(error.code, said) from None  # the trace's request holds the key
                    seconds = seconds_to_wait(attempt, error.headers.get("Retry-After"))
            except (OSError, HTTPException) as error:
                reason = getattr(error, "reason", None) or error
                if attempt == attempts or (first and isinstance(reason, TimeoutError)):
                    raise EncoderUnavailable(
                        f"No answer from {self.host} ({reason}): check that the server runs and that its "
                        "address is right."
                    ) from None
                seconds = seconds_to_wait(attempt)
            pause(min(seconds, LONGEST_PAUSE))
        raise EncoderUnavailable(self._odd("no vectors in any format"))

    def _read(self, reply: bytes, n_texts: int) -> np.ndarray:
        """Unit vectors of an answer, in the order of the texts: float32 (n_texts, n_dims)."""
        try:
            found = json.loads(reply)["data"]
            places = [item.get("index", position) for position, item in enumerate(found)]
            rows = [_numbers(item["embedding"]) for item in found]
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            if isinstance(error, json.JSONDecodeError) and reply.lstrip().startswith(b"{"):
                raise ConnectionError("its answer was cut off in the middle") from None
            raise EncoderUnavailable(self._odd("something else")) from None
        if len(rows) != n_texts:
            raise EncoderUnavailable(self._odd(f"{len(rows):,} vectors for {n_texts:,} texts"))
        whole = all(type(place) is int for place in places)  # True and 1.0 are no places
        if not whole or sorted(places) != list(range(n_texts)):
            raise EncoderUnavailable(self._odd("vectors that do not say of which text they are"))
        width = self.n_dims or (rows[0].size if rows else 0)
        if any(row.shape != (width,) for row in rows) or width < 2:
            odd = next((row.size for row in rows if row.shape != (width,)), width)
            raise EncoderUnavailable(self._odd(f"a vector of {odd:,} numbers where {width:,} are needed"))
        vectors = np.empty((n_texts, width), dtype=np.float32)
        vectors[places] = rows
        if not np.isfinite(vectors).all():
            raise EncoderUnavailable(self._odd("vectors that are no numbers"))
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)

    def _odd(self, what: str) -> str:
        return (
            f"{self.host} answered with {what}: check that “{self.model}” is an embeddings model, and that "
            "the server speaks the OpenAI embeddings protocol at this address, which usually ends in /v1."
        )

    def _refused(self, code: int, said: str) -> EncoderUnavailable:
        if code in (401, 403):
            text = f"{self.host} refuses the key ({code}): set {KEY_VARIABLE} to one that is valid there."
        elif code == 404:
            text = (
                f"{self.host} knows no model “{self.model}” ({said}): check its name, and the address, which "
                "usually ends in /v1."
            )
        elif code == 429:
            text = f"{self.host} takes no more texts for now ({said}): try again later."
        elif 300 <= code < 400:
            text = (
                f"{self.host} sends texts on to another address ({code}), which Refract does not do: give "
                "that address."
            )
        else:
            text = f"{self.host} could not answer ({code}: {said}): check its own messages."
        return (_TooMuch if _is_too_much(code, said) else EncoderUnavailable)(text)


class _TooMuch(EncoderUnavailable):
    """A request that a server refuses, maybe for its size."""


def _is_too_much(code: int, said: str) -> bool:
    """Whether a smaller request may be taken; some servers call it an error of their own."""
    return code in TOO_MUCH or (code >= 500 and ("too large" in said or "too long" in said))


def _numbers(embedding: object) -> np.ndarray:
    """One vector of an answer; some servers send base64 whatever they were asked for."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    return np.asarray(embedding, dtype=np.float32)
