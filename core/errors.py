"""What can go wrong, as one tree.

RefractError
├── CorpusError         a file or table that cannot become a corpus
├── EncoderUnavailable  an encoder that cannot be loaded here
├── LabelError          guide labels that cannot be used (also a ValueError)
├── LanguageModelError  a language model that cannot be used, or gave no completion
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
    """A language model that cannot be used, or gave no completion.

    Attributes
    ----------
    permanent : bool
        Every prompt would fail: a wrong key or address.
    transient : bool
        The same prompt may succeed later: a server that is busy or away. When both are False, the server
        refused this one prompt.
    """

    def __init__(self, message: str, *, permanent: bool = False, transient: bool = False) -> None:
        super().__init__(message)
        self.permanent, self.transient = permanent, transient


class StoreError(RefractError):
    """Something that could not be kept on disk, or found there."""


class Cancelled(RefractError):
    """A background job that was stopped by a person."""
