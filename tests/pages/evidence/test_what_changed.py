import dataclasses
from types import SimpleNamespace

import numpy as np

from core.evidence import Change, DrivingWord
from pages.evidence.what_changed import change_lines, word_card

FIT = SimpleNamespace(has_predictions=True, labels=["sad", "<i>glad"], fitting_labels=np.array([-1, 1, 0]))


def test_words_and_texts_are_shown_as_they_are_not_as_html(corpus):
    card = word_card("<i>", "#000000", (DrivingWord("<b>", 0.5, 1.0, 0.0),))
    assert "<i>" not in card and "<b>" not in card.replace('<b style="border-color: #000000">', "")
    texts = dataclasses.replace(corpus, texts=corpus.texts.copy())
    texts.texts[0] = "<script>alert(1)</script> " + "long " * 100
    shown = change_lines(Change(row=2, share=0.5, lost=0, gained=1), texts, FIT)
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "50 %" in shown and len(shown) < 1500
    assert shown.count('class="chip"') == 2  # the text and what it gained: the lost one fits no label
    assert "<i>glad" not in shown
