"""Exceptions of the core.

Every message is one sentence for the person at the screen: what was found, what is needed, what to do.
"""


class RefractError(Exception):
    """Base of all errors with a message for the person at the screen."""


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
        Every prompt would fail, as with a wrong key or address.
    transient : bool
        The same prompt may succeed later: the server is busy or away. When both are False, the server refused
        this one prompt.
    """

    def __init__(self, message: str, *, permanent: bool = False, transient: bool = False) -> None:
        super().__init__(message)
        self.permanent, self.transient = permanent, transient


class StoreError(RefractError):
    """Data that could not be written to disk or read from it."""


class Cancelled(RefractError):
    """A background job that a person stopped."""
