import numpy as np
import pytest

from core.api.agents.texts import search_texts, texts_of_selection
from core.errors import EncoderUnavailable, LabelError, RefractError, StoreError
from core.tasks import model_cache

pytestmark = pytest.mark.model
NOTHING = dict.fromkeys(("rows", "label", "predicted", "cluster", "search"))


def select(reader, analysis=1, *, generic=False, offset=0, limit=50, **conditions):
    opened = reader.open(analysis)
    return texts_of_selection(
        reader, opened, **(NOTHING | conditions), generic=generic, offset=offset, limit=limit
    )


def search(reader, query, by="words", *, analysis=1, generic=False, offset=0, limit=50):
    opened = reader.open(analysis)
    return search_texts(reader, opened, query, by, generic=generic, offset=offset, limit=limit)


def rows(found):
    return [text["row"] for text in found["texts"]]


def test_without_a_condition_all_texts_come_page_by_page(reader):
    first, last = select(reader), select(reader, offset=50)
    assert rows(first) + rows(last) == list(range(62))
    assert first["next_offset"] == 50 and "next_offset" not in last
    assert first["texts"][0]["label"] == "angry" and first["texts"][0]["label_by"] == "person"


def test_a_text_has_its_labels_probability_and_cluster(reader, opened, predicted):
    (text,) = select(reader, rows=[15])["texts"]
    assert text["predicted"] == predicted[15] and "label" not in text
    assert text["probability"] == pytest.approx(opened.fit.probability[15], abs=0.01)
    clusters = reader.open_map(opened, generic=False).clusters
    assert text.get("cluster", -1) == clusters.codes[15]


def test_conditions_hold_together(reader, opened, predicted):
    given = select(reader, label="angry")
    assert given["found"] == 6
    likely = select(reader, predicted="angry", limit=50)
    assert likely["order"] == "most probable first"
    probabilities = [text["probability"] for text in likely["texts"]]
    assert probabilities == sorted(probabilities, reverse=True)
    both = select(reader, predicted="pleased", search="van")
    assert both["found"] and all("van" in text["text"] for text in both["texts"])
    assert {text["predicted"] for text in both["texts"]} == {"pleased"}
    clusters = reader.open_map(opened, generic=True).clusters
    code = next(iter(clusters.names))
    inside = select(reader, cluster=code, generic=True, rows=[0, 1, 2, 3, 4, 5])
    assert rows(inside) == [row for row in range(6) if clusters.codes[row] == code]
    assert inside["cluster_name"] == clusters.names[code] and inside["map"] == "generic"


@pytest.mark.parametrize(
    ("conditions", "error", "says"),
    [
        ({"label": "sad"}, LabelError, "“sad”: those there are: “angry”, “pleased”"),
        ({"predicted": "sad"}, LabelError, "“sad”"),
        ({"cluster": 999}, StoreError, "has no cluster 999"),
        ({"rows": [3, 62]}, StoreError, "no row 62: the rows of this corpus are 0 to 61"),
        ({"rows": [-1]}, StoreError, "no row -1"),
        ({"search": "x" * 1001}, RefractError, "1,001 characters"),
    ],
)
def test_what_is_not_there_is_one_sentence(reader, conditions, error, says):
    with pytest.raises(error, match=says):
        select(reader, **conditions)


def test_a_condition_of_the_reshaped_map_without_one(reader):
    with pytest.raises(StoreError, match="reshape the map in the app"):
        select(reader, analysis=2, predicted="angry")
    assert select(reader, analysis=2)["found"] == 62


def test_words_and_phrases(reader):
    found = search(reader, "van street")
    assert found["found"] and all("van" in t["text"] and "street" in t["text"] for t in found["texts"])
    text = select(reader, rows=[0])["texts"][0]["text"].split()
    assert 0 in rows(search(reader, f"{text[0]} {text[1]}", "phrase"))
    assert 0 not in rows(search(reader, f"{text[1]} {text[0]}", "phrase"))
    assert 0 in rows(search(reader, f"“{text[0]} {text[1]}”", "phrase"))  # quotation marks change nothing
    with pytest.raises(RefractError, match="empty"):
        search(reader, " ")


@pytest.mark.parametrize("generic", [True, False])
def test_meaning_in_both_spaces(reader, opened, generic):
    found = search(reader, opened.corpus.texts[7], "meaning", generic=generic, limit=5)
    assert rows(found)[0] == 7 and found["texts"][0]["cosine"] == pytest.approx(1, abs=0.01)
    cosines = [text["cosine"] for text in found["texts"]]
    assert cosines == sorted(cosines, reverse=True)
    assert found["map"] == ("generic" if generic else "reshaped")
    following = search(reader, opened.corpus.texts[7], "meaning", generic=generic, limit=57, offset=5)
    assert sorted(rows(found) + rows(following)) == list(np.arange(62))
    assert "next_offset" not in following and "query_was_sent_to" not in found


def test_meaning_without_an_encoder_is_one_sentence(reader, monkeypatch):
    def refuse(name, **options):
        raise EncoderUnavailable("The encoder is away: install it.")

    monkeypatch.setattr(model_cache, "load_encoder", refuse)
    with pytest.raises(EncoderUnavailable, match="away"):
        search(reader, "money", "meaning")


def test_a_long_text_is_cut(reader):
    (text,) = select(reader, rows=[61])["texts"]
    assert len(text["text"]) == 1_000 and text["cut"] and text["characters"] > 4_000
