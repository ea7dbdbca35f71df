"""What can go wrong, as one tree.

RefractError
├── CorpusError         a file or table that cannot become a corpus
├── EncoderUnavailable  an encoder that cannot be loaded here
├── LabelError          guide labels that cannot be used (also a ValueError)
├── LanguageModelError  a language model that cannot be asked, or gave no answer
├── StoreError          something that could not be kept on disk, or found there
└── Cancelled           a background job that was stopped by a person

Every message is one sentence for the person at the screen: what was found, what is needed, what to do.
"""


class RefractError(Exception):
    """Anything that Refract can explain to the person at the screen."""


class CorpusError(RefractError):
    """A file or table that cannot become a corpus."""


class EncoderUnavailable(RefractError):
    """An encoder that cannot be loaded here."""


class LabelError(RefractError, ValueError):
    """Guide labels that cannot be used."""


class LanguageModelError(RefractError):
    """A language model that cannot be asked, or did not answer.

    `hopeless` when other questions would fail alike; `passing` when the same may be answered later.
    """

    def __init__(self, message: str, *, hopeless: bool = False, passing: bool = False) -> None:
        super().__init__(message)
        self.hopeless, self.passing = hopeless, passing


class StoreError(RefractError):
    """Something that could not be kept on disk, or found there."""


class Cancelled(RefractError):
    """A background job that was stopped by a person."""
