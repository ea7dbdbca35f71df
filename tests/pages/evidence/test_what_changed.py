import dataclasses

from core.evidence import Change, DrivingWord
from pages.evidence.what_changed import change_card, word_card


def test_words_and_texts_are_shown_as_they_are_not_as_html(corpus):
    card = word_card("<i>", "#000000", (DrivingWord("<b>", 0.5, 1.0, 0.0),))
    assert "<i>" not in card and "<b>" not in card.replace('<b style="border-color: #000000">', "")
    texts = dataclasses.replace(corpus, texts=corpus.texts.copy())
    texts.texts[0] = "<script>alert(1)</script> " + "long " * 100
    shown = change_card(Change(row=0, share=0.5, lost=0, gained=1), texts)
    assert "<script>" not in shown and "&lt;script&gt;" in shown and "50 %" in shown and len(shown) < 1500
