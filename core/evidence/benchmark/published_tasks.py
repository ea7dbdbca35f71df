"""Tasks of the papers: their data and instructions.

Reference: Peng, Zhang, Wang, Srinivasa, Liu, Wang, Shang: "Answer is All You Need: Instruction-following Text
Embedding via Answering the Question", ACL 2024, arXiv:2402.09642. Data under the MIT licence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["clustering", "triplets", "pairs"]


@dataclass(frozen=True)
class Aspect:
    """One file of a task.

    Attributes
    ----------
    file : str
        Name without ending; also the aspect's name where a task has several.
    instruction : str
        "" where each row has its own.
    """

    file: str
    instruction: str


@dataclass(frozen=True)
class PublishedTask:
    """A task of the papers.

    Attributes
    ----------
    kind : "clustering", "triplets" or "pairs"
    size : str
        For the list of tasks.
    revision : str
        Of the data on the hub, as in the paper's program.
    """

    name: str
    kind: Kind
    size: str
    revision: str
    aspects: tuple[Aspect, ...]

    @property
    def hub_name(self) -> str:
        """Name of the data on the Hugging Face hub."""
        return f"BrandonZYW/{self.name}"


TASKS = (
    PublishedTask(
        "IntentEmotion",
        "triplets",
        "6,160 triplets of bank customers' messages for each of intent and emotion",
        "d0101c15083166b77371cf542c4045decc0a6e92",
        (Aspect("emotion", "How does the customer feel?"), Aspect("intent", "What does the customer need?")),
    ),
    PublishedTask(
        "InstructSTSB",
        "pairs",
        "2,758 pairs of sentences, alike or not by an instruction of their own",
        "34dda81eca082ba6b3a259899fe9ae435b6ea1ae",
        (Aspect("test", ""),),
    ),
    PublishedTask(
        "NYTClustering",
        "clustering",
        "2,160 news articles, 10 topics and 10 places",
        "462fb544c8993a0421fd969a7a0f19f1fbd975bf",
        (Aspect("topic", "What is the topic of news?"), Aspect("location", "Where did the news happen?")),
    ),
    PublishedTask(
        "RateMyProfClustering",
        "clustering",
        "2,296 reviews of courses, 4 aspects",
        "253b8501d191f7c3d3aff3bc27c6d7f7112589ba",
        (
            Aspect(
                "test",
                "Here is a student review on the course and the professor. Categorize the aspect the student "
                "is discussing about.",
            ),
        ),
    ),
    PublishedTask(
        "FeedbacksClustering",
        "clustering",
        "756 opinions on machine-written texts, 3 reasons",
        "365ef3e171ad4dab887b08495b10940a1aecb04b",
        (
            Aspect(
                "test",
                "Here is a human feedback on machine-generated text. Categorize the type of reason why the "
                "human like or dislike it.",
            ),
        ),
    ),
    PublishedTask(
        "FewRelClustering",
        "clustering",
        "4,480 sentences, by the relation of two entities",
        "d951bf6cb10522c042bf8db3a837028b7e69388f",
        (
            Aspect(
                "test",
                "Here is a sentence. Please tell me the relation type between two specified entities "
                "appended after the sentence.",
            ),
        ),
    ),
    PublishedTask(
        "FewNerdClustering",
        "clustering",
        "3,789 sentences, by the type of an entity",
        "9dff096e4ca4dd38688236fa1d4e4c17cb547e66",
        (
            Aspect(
                "test",
                "Here is a sentence. Please tell me the type of the specified entity appended after the "
                "sentence.",
            ),
        ),
    ),
    PublishedTask(
        "FewEventClustering",
        "clustering",
        "4,742 sentences, by the type of an event",
        "aecc9c3ad7ae8d05b8621390d1919f1816eab777",
        (
            Aspect(
                "test",
                "Here is a sentence. Please tell me the type of the specified event according to the trigger "
                "words appended after the sentence.",
            ),
        ),
    ),
)

AVERAGED = ("IntentEmotion", "NYTClustering", "InstructSTSB")
"""Tasks whose mean is the score that InBedder's authors give for each model."""


def find_task(name: str) -> PublishedTask | None:
    """Return the task of a name, in any case, with or without the hub's owner; None if there is none."""
    called = name.rsplit("/", 1)[-1].lower()
    return next((task for task in TASKS if task.name.lower() == called), None)
