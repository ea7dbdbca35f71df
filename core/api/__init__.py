"""The whole story in a few lines of Python: read, encode, suggest, label, reshape, look, save.

::

    import refract

    texts = refract.read("feedback.csv")
    space = texts.encode()
    rows = space.suggest(40)
    labels = texts.metadata["emotion"].iloc[rows]
    reshaped = space.reshape(labels, instruction="by what the customer feels")

Work and results are those of the app: the same tasks run on a data folder, here a temporary one.
"""

from .encoded_texts import EncodedTexts
from .export_source import add_labels, read_export_source
from .reading import read
from .reshape_vectorizer import ReshapeVectorizer
from .reshaped_texts import ReshapedTexts, open_analysis
from .texts import Texts

open = open_analysis  # `refract.open`

__all__ = [
    "EncodedTexts",
    "ReshapeVectorizer",
    "ReshapedTexts",
    "Texts",
    "add_labels",
    "open",
    "open_analysis",
    "read",
    "read_export_source",
]
