"""The guess of the text column, on tables such as people upload."""

import json

import numpy as np
import pandas as pd
import pytest

from core.corpus import guess_text_column
from core.errors import CorpusError

SAID = [
    "The parcel came two days late and nobody told me.",
    "Great bread, my children loved it.",
    "I was charged twice for the same order.",
    "The app logs me out every morning.",
    "ok",
    "Your recipe for lentil soup is wonderful!",
    "Courier left the box in the rain.",
    "Refund still missing after three weeks.",
    "Love the new dark mode",
    "Nothing works since the update",
]
N = len(SAID)
SENTENCES = ["The customer is not satisfied with the delivery", "The customer praises the product as such"]
UUIDS = [f"{n:08x}-12ab-4cde-89ab-0123456789{n:02x}" for n in range(N)]
HASHES = [f"{n * 7919:02x}{'9f86d081884c7d659a2feaa0c55ad015a3bf4f1b' * 2}"[:64] for n in range(10, 10 + N)]
DAYS = [f"{1 + n:02d}" for n in range(N)]


def numbered(template):
    """The template with the number of each row."""
    return [template.format(n) for n in range(N)]


def vector_texts(width=64):
    rows = np.random.default_rng(0).standard_normal((N, width))
    return [json.dumps([round(number, 6) for number in row]) for row in rows.tolist()]


TABLES = {
    "a survey": {
        "ResponseId": numbered("R_1aBcDeFgHiJk{}Lm"),
        "IPAddress": numbered("203.0.113.{}"),
        "StartDate": [f"2024-03-{day} 10:15:00" for day in DAYS],
        "UserLanguage": ["EN", "DE"] * 5,
        "Q2_TEXT": SAID,
    },
    "web forms": {
        "user_agent": numbered(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/{}37.36 (KHTML, like Gecko)"
        ),
        "referrer": numbered("https://www.example.org/search?q=anything+that+is+very+long&page={}"),
        "what do you think?": SAID,
    },
    "a helpdesk": {
        "id": numbered("4711{}"),
        "subject": [text.split()[0] + " problem" for text in SAID],
        "description": [f"Hello, {text.lower()} Please help me soon, thank you." for text in SAID],
        "requester.email": numbered("some.body.{}@mail.example.org"),
        "via.source.from.name": numbered("Bo Number {} of the Very Long Family Name and Sons"),
        "status": ["open", "closed"] * 5,
    },
    "tweets": {
        "tweet.created_at": [f"Wed Oct {day} 20:19:24 +0000 2018" for day in DAYS],
        "tweet.id_str": numbered("130000000000000000{}"),
        "tweet.full_text": SAID,
        "tweet.source": [
            '<a href="http://twitter.com/download/iphone" rel="nofollow">Twitter for iPhone</a>',
            '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        ]
        * 5,
        "tweet.user.description": numbered(
            "I am number {} and write about buses, trains, trams and the like."
        ),
        "tweet.entities.urls": ['[{"url": "https://t.co/a", "indices": [1, 24]}]', "[]"] * 5,
    },
    "Label Studio": {
        "annotations.result": [
            json.dumps([{"id": "r0", "value": {"choices": ["a"]}, "n": n}]) for n in range(N)
        ],
        "annotations": [
            json.dumps([{"id": n, "result": [{"value": {"choices": ["praise"]}}]}]) for n in range(N)
        ],
        "annotations.created_at": ["2024-03-01T10:00:00.000000Z"] * N,
        "file_upload": numbered("ab1{}-feedback.csv"),
        "data.text": SAID,
    },
    "Prodigy": {
        "text": SAID,
        "_input_hash": numbered("-12345678{}"),
        "tokens": [json.dumps([{"text": word} for word in text.split()]) for text in SAID],
        "_view_id": ["textcat"] * N,
    },
    "posts": {
        "title": numbered("A question about number {}"),
        "selftext": [f"{text} Has anybody else seen this, and what did you do then?" for text in SAID],
        "permalink": numbered("/r/somewhere/comments/abc{}/a_question_about_number_and_so_on/"),
        "author": numbered("some_body_{}"),
    },
    "vectors as JSON": {"text": SAID, "embedding": vector_texts()},
    "vectors cut by NumPy": {
        "text": SAID,
        "embedding": numbered("[ 0.1{} -0.2345  0.7 ... 0.4 0.1 -0.99 0.12]"),
    },
    "ids": {"uuid": UUIDS, "sha256": HASHES, "said": SAID},
    "hashes in capitals": {"checksum": [text.upper() for text in HASHES], "said": SAID},
    "encoded pictures": {
        "picture": numbered("data:image/png;base64," + "iVBORw0KGgoAAAANSUhEUg" * 9 + "{}=="),
        "a": SAID,
    },
    "base64": {"blob": numbered("aGVsbG8gd29ybGQhIHRoaXMgaXMgYSB0ZXN0IG9mIGJhc2U2N{}Cg=="), "a": SAID},
    "dates in words": {
        "when": [f"March {day}, 2024 at 10:15 AM" for day in DAYS],
        "a": ["Late", "Fine", "So so", *SAID[3:]],
    },
    "German dates": {"Datum": [f"{day}. März 2024, 10:15 Uhr" for day in DAYS], "b": SAID},
    "HTML": {
        "body_html": [f"<p>{text}</p><p>And more of it.</p>" for text in SAID],
        "link": numbered("https://example.org/{}"),
    },
    "HTML beside text": {
        "html": [f'<div class="a very long name of a class"><p>{t}</p></div>' for t in SAID],
        "text": SAID,
    },
    "a long category": {"what": (SENTENCES * 5), "short": [text[:22] for text in SAID]},
    "a rare note": {"internal": [SAID[0] * 4] + [None] * 9, "said": SAID},
    "other languages": {
        "Kommentar": SAID,
        "Adresse": numbered("Lange Strasse {}, 8000 Zürich, Schweiz, Hinterhaus links"),
    },
    "camel case": {
        "reviewId": numbered("rev-{}-abc"),
        "reviewText": SAID,
        "reviewTitle": [t[:12] for t in SAID],
    },
    "names": {
        "author name": numbered("Bo Number {} of the Very Long Family Name and its Sons"),
        "review": SAID,
    },
    "Chinese": {
        "id": UUIDS,
        "评论": [f"物流太慢了, 等了{n}天" for n in range(N)],
        "url": numbered("https://example.org/a/b/c/{}"),
    },
    "coordinates": {
        "at": numbered("47.37{}, 8.54"),
        "money": numbered("CHF 1'2{}0.50"),
        "phone": numbered("+41 44 123 45 {}0"),
        "a": SAID,
    },
    "paths": {"file": numbered("C:\\data\\audio\\recording-of-customer-{}.wav"), "transcript": SAID},
    "short answers": {
        "id": numbered("{}"),
        "answer": ["yes", "no", "maybe", "never", "often", "not so", "a bit", "why", "so", "ok"],
    },
    "many non-answers": {"who": numbered("R_3Xyz{}AbCdEfGhIj"), "remark": ["N/A"] * 7 + SAID[:3]},
}
RIGHT = {
    "a survey": "Q2_TEXT",
    "web forms": "what do you think?",
    "a helpdesk": "description",
    "tweets": "tweet.full_text",
    "Label Studio": "data.text",
    "Prodigy": "text",
    "posts": "selftext",
    "vectors as JSON": "text",
    "vectors cut by NumPy": "text",
    "ids": "said",
    "hashes in capitals": "said",
    "encoded pictures": "a",
    "base64": "a",
    "dates in words": "a",
    "German dates": "b",
    "HTML": "body_html",
    "HTML beside text": "text",
    "a long category": "short",
    "a rare note": "said",
    "other languages": "Kommentar",
    "camel case": "reviewText",
    "names": "review",
    "Chinese": "评论",
    "coordinates": "a",
    "paths": "transcript",
    "short answers": "answer",
    "many non-answers": "remark",
}


@pytest.mark.parametrize("name", TABLES)
def test_the_text_column_is_guessed(name):
    frame = pd.DataFrame(TABLES[name])
    assert guess_text_column(frame) == RIGHT[name]
    assert guess_text_column(frame[frame.columns[::-1]]) == RIGHT[name]  # whatever the order


def test_the_text_column_is_the_longest_varied_one():
    frame = pd.DataFrame(
        {
            "url": numbered("https://example.org/a/very/long/address/of/no/interest/whatsoever/{}"),
            "boilerplate": ["This same long sentence stands in each of the rows of the table."] * N,
            "n": range(N),
            "title": [text[:10] for text in SAID],
            "said": SAID,
            "gone": [None] * N,
        }
    )
    assert guess_text_column(frame) == "said"
    assert guess_text_column(frame.rename(columns={"title": "text"})[["text", "url", "n"]]) == "text"
    assert guess_text_column(pd.DataFrame({"a": ["x", "y"], "b": ["x", "y"]})) == "a"


@pytest.mark.parametrize(
    "columns",
    [
        {"n": range(N)},
        {"gone": [None] * N},
        {"blank": ["", " "] * 5},
        {"url": numbered("https://example.org/{}"), "id": UUIDS},
        {"embedding": vector_texts()},
        {"record": numbered('{{"a": {}}}')},
        {"email": numbered("bo{}@example.org"), "day": [f"2024-03-{day}" for day in DAYS]},
    ],
)
def test_columns_of_other_kinds_are_never_guessed(columns):
    with pytest.raises(CorpusError, match="No column holds texts") as caught:
        guess_text_column(pd.DataFrame(columns))
    assert all(name in str(caught.value) for name in columns)


@pytest.mark.parametrize(
    "texts",
    [
        ["5 stars for 2 days of waiting", "10 out of 10", "2 late parcels in 3 weeks"],
        ["Late again", "Monday 3 March was bad", "May be better next year"],
        ["#fail", "😀😀", "meh", "wow"],
        ["Visit https://example.org now", "see www.example.org for it", "write to bo@example.org, please"],
        ["[sic] he said so", "{angry} again", "(no comment)"],
        ["Überraschend", "Großartig", "Schlecht"],
        ["good", "bad", "average"],
        ["物流太慢了等了3天", "很好吃", "2次都坏了"],
        ["Pizza", "Pasta", "Pesto"],
        ["4 out of 5", "3 out of 5, I say", "5 out of 5"],
        ["[1] as they say, and [2]", "{a} or [b]", "(see above)"],
    ],
)
def test_short_texts_are_texts(texts):
    assert guess_text_column(pd.DataFrame({"n": range(len(texts)), "q": texts})) == "q"
