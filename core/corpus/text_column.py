"""Guess which column of a table holds the texts."""

from __future__ import annotations

import re
from statistics import median

import pandas as pd

from ..errors import CorpusError
from .corpus import LEAST_TEXTS
from .string_kinds import kind_of_values
from .tables import as_text

GUESS_ROWS, GUESS_CHARACTERS = 1_000, 1_000
"""Rows that the guess of the text column reads, and characters to which one value counts."""

MARKUP = re.compile(r"<[^<>]{0,500}>|https?://\S+")
"""Tags and links, which count nothing."""

CODE_PATTERN = re.compile(r"[!-~]*")  # ASCII without a blank: an id, a category, one word
CODE_WEIGHT = 0.1
FEW_VALUES, OFTEN_REPEATED = 20, 0.5
MOST_OF_CATEGORY = 0.05
"""Different values per row up to which short, repeated values are a category, however many they are."""

SHORT_VALUE = 30
"""Median of characters up to which a value is short."""

CATEGORY_WEIGHT = 0.3
"""For columns of so few different values, so often repeated: a category, whatever its length."""

TOO_FEW_WEIGHT = 0.01  # for fewer than `LEAST_TEXTS` different values, which make no corpus
FILLED_POWER = 0.75

LEVEL_WEIGHT = 0.9  # for each record around a field
PERSON_WEIGHT = 0.4  # for the fields of a record on a person, such as the description of a user

TEXT_NAME_WEIGHT, OTHER_NAME_WEIGHT = 1.75, 0.4
_TEXT_NAMES = (
    "text texts textual fulltext selftext body comment comments content contents message msg review reviews "
    "feedback description descriptions answer answers response tweet sentence sentences utterance post "
    "verbatim verbatims note notes remark remarks caption document paragraph abstract transcript opinion "
    "statement complaint suggestion suggestions reason input prompt instruction story passage kommentar "
    "kommentare nachricht bewertung beschreibung antwort antworten bemerkung bemerkungen freitext satz "
    "inhalt anmerkung anmerkungen commentaire commentaires texte avis réponse réponses contenu phrase "
    "comentario comentarios texto mensaje opinión respuesta reseña contenido testo commento commenti "
    "recensione messaggio risposta tekst opmerking opmerkingen bericht beoordeling reactie comentário "
    "comentários mensagem avaliação resposta komentarz opinia treść wiadomość текст отзыв комментарий "
    "сообщение ответ テキスト 本文 コメント 感想 内容 回答 评论 文本 正文 評論 留言 리뷰 내용 댓글 نص تعليق"
)
_OTHER_NAMES = (
    "id ids uuid guid key keys hash url urls uri link links href permalink path file filename date time "
    "datetime timestamp at on created updated year month day lang language locale user username author "
    "login handle name firstname surname email mail phone address street city country region state zip "
    "postcode location place ip agent device browser version platform type types kind count counts length "
    "number no num code codes label labels category categories class topic tag tags status score rating "
    "ratings stars sentiment source sources channel group brand product sku by entities tokens metadata meta "
    "index html"
)
_PERSONS = "user author account profile owner reporter requester assignee sender creator actor"
TEXT_NAMES = frozenset(_TEXT_NAMES.split())
OTHER_NAMES = frozenset(_OTHER_NAMES.split())
PERSONS = frozenset(_PERSONS.split())
PARTS_OF_NAME = re.compile(r"[^\W\d_]+")
CAMEL_CASE = re.compile(r"(?<=[a-zà-ÿ])(?=[A-Z])")


def guess_text_column(frame: pd.DataFrame) -> str:
    """Return the column with the longest varied strings.

    The score of a column is the mean length of its values, each different one counted once, times the share
    of rows that have one (to the power of 3/4). Tags and links in a value count nothing, and single words a
    tenth. A usual name such as "text" or "user comment" raises the score, one such as "author" lowers it, and
    so do few, often repeated values. Columns mostly of JSON, vectors, ids, links, e-mail addresses, dates,
    numbers and the like are never guessed. Up to `GUESS_ROWS` rows are read, spread evenly.

    Raises
    ------
    CorpusError
        When no column holds texts.
    """
    scores: dict[str, float] = {}
    kinds: dict[str, str] = {}
    for name in map(str, frame.columns):
        values = _sample(frame[name])
        kinds[name] = kind_of_values(values) if values else "empty or not strings"
        filled = frame[name].notna().mean() if values else 0.0
        scores[name] = 0.0 if kinds[name] else _text_score(values) * _name_weight(name) * filled**FILLED_POWER
    best = max(scores, key=scores.__getitem__, default="")  # the first of equals
    if scores.get(best, 0) == 0:
        found = ", ".join(f"{name} ({kind})" for name, kind in list(kinds.items())[:10] if kind)
        raise CorpusError(
            f"No column holds texts (found {found}): a column of strings is needed, choose another file."
        )
    return best


def looks_like_category(column: pd.Series) -> bool:
    """Return whether most values of a column repeat others, and so few differ that they are no texts.

    True for fewer than `FEW_VALUES` different values, and for short ones that differ in at most
    `MOST_OF_CATEGORY` of the rows.
    """
    values = [as_text(value).strip() for value in column.dropna().to_numpy(dtype=object)]
    values = [value for value in values if value]
    n_distinct = len(set(values))
    if not values or n_distinct >= (1 - OFTEN_REPEATED) * len(values):
        return False
    short = median(map(len, values)) <= SHORT_VALUE
    return n_distinct < FEW_VALUES or (short and n_distinct <= MOST_OF_CATEGORY * len(values))


def _sample(column: pd.Series) -> list[str]:
    """Return up to `GUESS_ROWS` strings that are not blank; none of a column without strings."""
    if not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
        return []
    filled = column.dropna()
    values = filled.iloc[:: -(-len(filled) // GUESS_ROWS) or 1].to_numpy(dtype=object)
    return [value for value in values if isinstance(value, str) and value.strip()]


def _text_score(values: list[str]) -> float:
    distinct = set(values)
    lengths = 0.0
    for value in distinct:
        bare = MARKUP.sub("", value[: 4 * GUESS_CHARACTERS]).strip()
        lengths += min(len(bare), GUESS_CHARACTERS) * (CODE_WEIGHT if CODE_PATTERN.fullmatch(bare) else 1)
    category = len(distinct) <= FEW_VALUES and len(distinct) < OFTEN_REPEATED * len(values)
    weight = (CATEGORY_WEIGHT if category else 1) * (TOO_FEW_WEIGHT if len(distinct) < LEAST_TEXTS else 1)
    return lengths / len(values) * weight


def _name_weight(name: str) -> float:
    """Return how much the name of a column, such as "tweet.user.description", speaks for texts."""
    *around, last = name.split(".") if not name.endswith(".") else [name]
    words = PARTS_OF_NAME.findall(CAMEL_CASE.sub(" ", last).lower())
    weight = LEVEL_WEIGHT ** len(around)
    if any(part.lower() in PERSONS for part in around):
        weight *= PERSON_WEIGHT
    if words and len(words) <= 4 and words[-1] in OTHER_NAMES:
        return weight * OTHER_NAME_WEIGHT
    if words and len(words) <= 4 and TEXT_NAMES.intersection(words):
        return weight * TEXT_NAME_WEIGHT
    return weight
