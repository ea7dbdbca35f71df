"""What stands below the figure: what it shows, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from ... import __version__
from ...encoders import title_of
from ...maps import Fit
from ..made_by import COMMIT, ENCODER, RESHAPED_ENCODER
from ..source import ExportSource
from .shown import ShownMaps, verdict_of

SHORT_COMMIT = re.compile(r"(?<=[0-9a-f]{8})[0-9a-f]+$")
"""What is left away of a commit in a caption: the first characters tell it from others."""


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital first letter."""
    return sentence[:1].upper() + sentence[1:]


def caption_of(source: ExportSource, shown: ShownMaps, record: Mapping[str, str]) -> list[str]:
    """Return the sentences below the figure: corpus, instruction, labels, verdict, encoder, version.

    `record` is what `made_by` says of the encoders.
    """
    fit = source.fit
    said = [f"{source.corpus.name}: {len(source.corpus.texts):,} texts, each a point."]
    if fit is None:
        said.append("Similar texts are near each other.")
    else:
        what = "re-encoded" if fit.method.reencodes else "reshaped"
        said.append(f"Left the generic map, right the map {what} “{fit.instruction or 'without a title'}”.")
        said.append(labels_said(fit))
    said.append(f"Colours: {shown.colourings[0].title[:1].lower()}{shown.colourings[0].title[1:]}.")
    if fit is not None:
        said.append("Names: clusters of each map.")
    verdict = verdict_of(source)
    if verdict is not None:
        said.append(f"{capitalised(verdict.sentence)}.")
    said.append(f"Encoder: {encoders_said(record)}. Made with Refract {__version__}.")
    return said


def labels_said(fit: Fit) -> str:
    """Return from how many labelled texts, or from which else, a space was made."""
    given = np.asarray(fit.given)
    n_given, n_names = int((given >= 0).sum()), len(dict.fromkeys(fit.labels))
    of = "1 label" if n_names == 1 else f"{n_names:,} labels"
    if n_given:
        return f"{n_given:,} {'text has' if n_given == 1 else 'texts have'} one of {of}."
    return f"From the names of {of} only: no text was labelled." if n_names else "No text was labelled."


def encoders_said(record: Mapping[str, str], *, short: bool = True) -> str:
    """Return the encoders with their commits, as `made_by` knows them, in words."""
    said = []
    for column, before in ((ENCODER, ""), (RESHAPED_ENCODER, "of the reshaped map ")):
        if column in record:
            commit = record[f"{column}{COMMIT}"]
            known = f" ({SHORT_COMMIT.sub('', commit) if short else commit})" if commit else ""
            said.append(f"{before}{title_of(record[column])}{known}")
    return ", ".join(said)
