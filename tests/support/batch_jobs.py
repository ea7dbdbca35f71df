"""A job of the batch commands that needs no model; a light module, as workers import it too."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from core.batch.columns import check_texts, read_texts, vector_column, vector_type

LONGEST_WAIT = 120.0
TYPE = vector_type(2, "float32")


@dataclass(frozen=True)
class LengthJob:
    """Vectors of the number of characters and of words; "fail" is a text on which it breaks."""

    text: str = "text"
    id: str | None = "id"
    scale: int = 1

    def describe(self):
        return {"kind": "lengths", "text": self.text, "id": self.id, "scale": self.scale}

    def load(self):
        return LengthStep(self)


class LengthStep:
    def __init__(self, job):
        self.job = job

    def columns(self, schema, name):
        check_texts(schema, self.job.text, name)
        return [self.job.text]

    def fields(self):
        return [pa.field("vector", TYPE)]

    def metadata(self):
        return {}

    def run(self, batch, name):
        texts, filled = read_texts(batch, self.job.text)
        if "fail" in texts:
            raise ValueError("this text breaks it")
        lengths = [(len(text) * self.job.scale, len(text.split())) for text in texts]
        return [vector_column(np.array(lengths).reshape(-1, 2), filled, TYPE)]


@dataclass(frozen=True)
class HomeJob(LengthJob):
    """The same, only where the home folder is the one that it names."""

    home: str = ""

    def load(self):
        assert os.environ["HOME"] == self.home, os.environ["HOME"]
        return super().load()


@dataclass(frozen=True)
class SlowJob(LengthJob):
    """The same, a moment for each file, after so many workers have begun one; each writes a line then."""

    log: str = ""
    workers: int = 1
    seconds: float = 0.0

    def load(self):
        return SlowStep(self)


class SlowStep(LengthStep):
    def run(self, batch, name):
        log = Path(self.job.log)
        with log.open("a") as file:
            file.write(f"{os.getpid()} {name}\n")
        end = time.monotonic() + LONGEST_WAIT
        while len({line.split()[0] for line in log.read_text().splitlines()}) < self.job.workers:
            assert time.monotonic() < end, "the other workers did not come"
            time.sleep(0.05)
        time.sleep(self.job.seconds)
        return super().run(batch, name)
