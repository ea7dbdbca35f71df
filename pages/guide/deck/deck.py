"""State of the labelling deck: the texts to show next, and how labels, skips and Undo change them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from uuid import uuid4

from core.labels import (
    BY_MODEL,
    CHECK_SAMPLE,
    FITS_NONE,
    LABEL_MODES,
    LEAST_SURE,
    MISTAKES,
    MORE,
    REVIEW_MODES,
    SUGGESTED,
    GuideLabels,
    fitting_none,
    is_uncertain,
    least_sure_of,
    model_labels_to_review,
    more_of,
    next_round,
)
from core.maps import Fit, Space
from core.tasks import LabelDoubt
from core.utils import percent
from pages.common import (
    cache,
    connection_check,
    current_check,
    hand_outs,
    markdown,
    person,
    state_of,
)

DECK = "deck"  # where messages about the deck are shown
NEEDS_FIT = {
    MORE: "more texts of a label",
    LEAST_SURE: "the least sure texts of a label",
    FITS_NONE: "texts that fit none of the labels",
    MISTAKES: "possible mistakes",
}
Choose = Callable[[Collection[int]], list[int]]
"""Takes the texts that others label now, and chooses more."""
MOST_TRIES = 10  # at a text that nobody labelled meanwhile


@dataclass
class Deck:
    """Texts to show for one analysis, in order.

    Attributes
    ----------
    analysis_id : int
    fit_key : str or None, the Fit that the texts were chosen by
    mode : one of `MODES`
    label : str or None, which label a mode of `LABEL_MODES` looks for
    rows : list of int, text rows still to be shown
    mistakes : dict of row to LabelDoubt, in `MISTAKES`; None before they are known
    leaves_field : bool, whether the cursor is to leave the field that adds a label
    again : int or None, a text that is shown again, to be answered again
    n_again : int, how often one was
    drawn : str or None, the label that the text on the card had when it was drawn
    """

    analysis_id: int
    fit_key: str | None
    mode: str = SUGGESTED
    label: str | None = None
    rows: list[int] = field(default_factory=list)
    mistakes: dict[int, LabelDoubt] | None = None
    leaves_field: bool = False
    again: int | None = None
    n_again: int = 0
    drawn: str | None = None

    @property
    def reviews(self) -> bool:
        """Whether the text on the card is shown for the label that it has."""
        return self.mode in REVIEW_MODES and self.again is None

    def show_again(self, row: int) -> None:
        """Show a text again. For callbacks."""
        self.again, self.n_again = row, self.n_again + 1

    def drop(self, rows: Collection[int]) -> None:
        """Show these texts no more."""
        self.rows = [row for row in self.rows if row not in rows]
        self.again = None if self.again in rows else self.again


@dataclass
class DeckState:
    """The deck of this session, and what other sessions know it by."""

    deck: Deck | None = None
    queue: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True)
class Shown:
    """The text to show, or why there is none.

    Attributes
    ----------
    row : int or None
    why : str, markdown: why this text, or what to do where there is none
    better : str or None, the label that the Fit would give instead, in `MISTAKES`
    given : str or None, the label that the text has, in `REVIEW_MODES`
    """

    row: int | None
    why: str
    better: str | None = None
    given: str | None = None


def get_deck(analysis_id: int, fit_key: str | None, mode: str, label: str | None) -> Deck:
    """Return the deck of this session; a new Fit, mode or label to look for starts a new one."""
    wanted = Deck(analysis_id, fit_key, mode, label)
    state = state_of(DeckState)
    deck = state.deck or wanted
    if (deck.analysis_id, deck.fit_key, deck.mode, deck.label) != (analysis_id, fit_key, mode, label):
        deck = wanted
    state.deck = deck
    return deck


def next_text(deck: Deck, guide: GuideLabels, generic: Space | None, fit: Fit | None) -> Shown:
    """Return the text to show now; a new round is chosen when every text of the last one was shown.

    Without a generic space, while the texts are being encoded, suggestions are drawn at random.

    A text that the deck of another session shows is left to it. Where nothing else is left, it is shown here
    too, and `Shown.why` says so.
    """
    if deck.again is not None and deck.mode != CHECK_SAMPLE:
        deck.drawn = guide.label_of(deck.again)
        return _again(deck.again, guide)
    for _ in range(MOST_TRIES):
        shown = _choose(deck, guide, generic, fit)
        now = cache.store().labels.read(deck.analysis_id)
        if shown.row is None or _is_as_before(shown.row, guide, now):
            break
        guide = now  # someone labelled this text before it was taken
    if shown.row is None:
        _take(deck, [])
    deck.drawn = None if shown.row is None else guide.label_of(shown.row)
    return shown


def _is_as_before(row: int, guide: GuideLabels, now: GuideLabels) -> bool:
    """Return whether nobody labelled or skipped a text meanwhile."""
    if now is guide:
        return True
    entries = ((each.label_of(row), each.seen[row], each.reviewed[row]) for each in (guide, now))
    return len(set(entries)) == 1


def choose_ahead(analysis_id: int, generic: Space | None, fit: Fit | None) -> None:
    """Choose the next round while the last text of this one is read, so that no key press waits for it.

    The label of that text is not known yet; the text itself counts as seen.
    """
    deck = state_of(DeckState).deck
    if deck is None or deck.analysis_id != analysis_id or len(deck.rows) != 1:
        return
    choose = _chooser(deck, cache.store().labels.read(analysis_id), generic, fit)
    if choose is not None:
        deck.rows += choose({*_held(deck), *deck.rows})


def _again(row: int, guide: GuideLabels) -> Shown:
    label = guide.label_of(row)
    if label is None:
        return Shown(row, "You skipped it. A label replaces that; Skip leaves it.")
    return Shown(
        row, f"Labelled **{markdown(label)}**. Another label replaces that; Skip leaves it.", given=label
    )


def _choose(deck: Deck, guide: GuideLabels, generic: Space | None, fit: Fit | None) -> Shown:
    choose = _chooser(deck, guide, generic, fit)
    if deck.mode == SUGGESTED and choose is not None:
        return _suggested(deck, guide, fit, choose, encoded=generic is not None)
    if deck.mode == BY_MODEL:
        return _by_model(deck, guide)
    if deck.mode == CHECK_SAMPLE:
        return _check_sample(deck, guide)
    if fit is None or generic is None:
        if deck.mode == MISTAKES and not guide.n_labels:
            return Shown(None, "No labels yet.")
        return Shown(None, f"Reshape the map once, then {NEEDS_FIT[deck.mode]} appear here.")
    if deck.mode in LABEL_MODES:
        return _of_label(deck, guide, fit, choose)
    return _fitting_none(deck, guide, fit, choose) if deck.mode == FITS_NONE else _mistaken(deck, guide, fit)


def _hand_out(deck: Deck, rows: Sequence[int], choose: Choose) -> tuple[int | None, str]:
    """Take the first of `rows` that no other deck shows, or of those that `choose` finds without them.

    `deck.rows` then begins with it. Returns the row, and a sentence where another deck shows it, too.
    """
    row, word = _take(deck, rows), ""
    if row is None:
        rows = [*choose(_held(deck)), *rows]
        row = _take(deck, rows)
    if row is None:
        rows = rows or choose(())
        row = rows[0] if rows else None
        other = _held(deck).get(row, "")
        word = f" The deck of **{markdown(other)}** shows it, too." if other else ""
    deck.rows = [row, *(each for each in dict.fromkeys(rows) if each != row)] if row is not None else []
    return row, word


def _take(deck: Deck, rows: Sequence[int]) -> int | None:
    """Take the first of `rows` that the deck of no other session shows."""
    queue = state_of(DeckState).queue
    return hand_outs().take(queue, person(), deck.analysis_id, rows, is_open=connection_check())


def _held(deck: Deck) -> dict[int, str]:
    """Return the texts that decks of other sessions show, each with the name of the person."""
    return hand_outs().held(state_of(DeckState).queue, deck.analysis_id)


def _chooser(deck: Deck, guide: GuideLabels, generic: Space | None, fit: Fit | None) -> Choose | None:
    """Return what chooses a round of texts without a label; None where the deck shows no such texts now."""
    if deck.mode == SUGGESTED:
        probabilities = None if fit is None else fit.probabilities
        vectors, views = (None, ()) if generic is None else (generic.vectors, generic.views)
        return lambda taken: next_round(guide, vectors, probabilities, taken, views)
    if fit is None or generic is None:
        return None
    vectors, predicted = fit.base(generic).vectors, [fit.labels[code] for code in fit.classes]
    if deck.mode in LABEL_MODES and deck.label in predicted:
        choose, column = more_of if deck.mode == MORE else least_sure_of, predicted.index(deck.label)
        return lambda taken: choose(guide, vectors, fit.probabilities, column, taken)
    if deck.mode == FITS_NONE and (fits_none := fit.fits_none) is not None:
        return lambda taken: fitting_none(guide, vectors, fits_none, taken)
    return None


def _without_label(deck: Deck, guide: GuideLabels, choose: Choose) -> tuple[int | None, str]:
    return _hand_out(deck, [row for row in deck.rows if not guide.seen[row]], choose)


def _suggested(deck: Deck, guide: GuideLabels, fit: Fit | None, choose: Choose, *, encoded: bool) -> Shown:
    row, word = _without_label(deck, guide, choose)
    if row is None:
        return Shown(None, "Every text was labelled or skipped.")
    if not encoded:
        return Shown(row, f"Drawn at random, while the texts are being encoded.{word}")
    if fit is None:
        return Shown(row, f"Typical of texts that have no label yet.{word}")
    if is_uncertain(fit.probabilities[row]):
        return Shown(row, f"The model is unsure about this text.{word}")
    return Shown(row, f"Typical of texts with few labels.{word}")


def _of_label(deck: Deck, guide: GuideLabels, fit: Fit, choose: Choose | None) -> Shown:
    label = markdown(deck.label or "")
    if choose is None:
        return Shown(None, f"“{label}” is new: reshape the map once more, then its texts appear here.")
    row, word = _without_label(deck, guide, choose)
    if deck.mode == MORE:
        if row is None:
            return Shown(None, f"No text is left that could be **{label}**.")
        doubt = ", though not clearly" if is_uncertain(fit.probabilities[row]) else ""
        return Shown(row, f"One of the texts most likely to be **{label}**{doubt}.{word}")
    if row is None:
        return Shown(None, f"No text is left that is predicted to be **{label}**.")
    return Shown(
        row,
        f"Predicted to be **{label}**, and one of the least sure.{word}",
    )


def _fitting_none(deck: Deck, guide: GuideLabels, fit: Fit, choose: Choose | None) -> Shown:
    fits_none = fit.fits_none
    if fits_none is None or choose is None:
        return Shown(
            None,
            "Give about 20 labels and reshape the map again, then texts that fit none of the labels appear "
            "here.",
        )
    row, word = _without_label(deck, guide, choose)
    if row is None:
        return Shown(None, "Every text was labelled or skipped.")
    likely = fits_none[row]
    if likely == 0:
        return Shown(None, "As far as the model can tell, every text that is left fits a label.")
    others = "" if likely >= 0.5 else " The other texts without a label are less likely to."
    return Shown(row, f"**{percent(likely)}** likely to fit none of the labels.{others}{word}")


def _mistaken(deck: Deck, guide: GuideLabels, fit: Fit) -> Shown:
    if set(cache.store().label_names.current(deck.analysis_id)) != set(fit.labels):
        return Shown(None, "Label names changed: reshape the map again, then possible mistakes appear here.")
    if deck.mistakes is None:
        check = current_check(cache.store().analysis(deck.analysis_id), guide)
        if check is None:
            return Shown(None, "Each label is being checked against the others.")
        deck.mistakes = {doubt.row: doubt for doubt in check.doubts}
        deck.rows = list(deck.mistakes)
    still = dict(zip(guide.table["row"], guide.table["label"], strict=True))
    doubted = deck.mistakes
    left = [row for row in doubted if not guide.reviewed[row] and still.get(row) == doubted[row].given]
    row, word = _hand_out(
        deck,
        [row for row in deck.rows if row in left],
        lambda taken: [row for row in left if row not in taken],
    )
    if row is None:
        some = "other label" if doubted else "label"
        return Shown(None, f"No {some} looks like a mistake." if guide.n_labels else "No labels yet.")
    return Shown(row, _doubt_text(doubted[row]) + word, doubted[row].better, doubted[row].given)


def _by_model(deck: Deck, guide: GuideLabels) -> Shown:
    checked = set(guide.checked.tolist())
    row, word = _hand_out(
        deck,
        [row for row in deck.rows if guide.by_model[row] and row not in checked],
        lambda taken: [row for row in model_labels_to_review(guide) if row not in taken],
    )
    if row is None:
        return Shown(None, "No label given by a model is left to review.")
    given, model = guide.table.set_index("row").loc[row, ["label", "given_by"]]
    n_left = guide.by_model.sum() - guide.by_model[guide.checked].sum()
    left = f"{n_left:,} such {'label is' if n_left == 1 else 'labels are'} left to review."
    return Shown(row, f"{markdown(model)} labelled it **{markdown(given)}**. {left}{word}", given=given)


def _check_sample(deck: Deck, guide: GuideLabels) -> Shown:
    checks = cache.store().check_labels.read(deck.analysis_id)
    answered = set(checks.seen.tolist())
    row, word = _hand_out(
        deck,
        [row for row in deck.rows if row not in answered and not guide.by_person[row]],
        lambda taken: checks.next_rows(guide, taken=taken),
    )
    if row is None:
        return Shown(None, "Every text has a label, or was answered in the check sample or skipped.")
    return Shown(
        row, f"Drawn at random. Answer by the text alone: the prediction is hidden on purpose.{word}"
    )


def _doubt_text(doubt: LabelDoubt) -> str:
    given, better = markdown(doubt.given), markdown(doubt.better)
    if doubt.reason == "copy":
        return f"It is labelled **{given}**, and a duplicate of it is labelled **{better}**."
    return (
        f"It is labelled **{given}**. The other labels suggest **{better}**; the label is a mistake with a "
        f"probability of **{percent(doubt.probability)}**."
    )
