import numpy as np
import pytest

from core.corpus import read_words, table_words
from core.maps.clusters import nearest_groups, spread_evenly
from core.maps.clusters.keyword_names import name_clusters


def names_of(texts, clusters):
    return name_clusters(table_words(read_words(texts), len(texts)), clusters)


def test_names_are_the_distinctive_words():
    texts = [
        "the parcel came late", "my parcel is lost", "where is the parcel", "parcel and courier",
        "the courier lost it", "a refund for the invoice", "my refund is late", "the invoice is wrong",
        "refund it", "is the invoice lost",
    ]  # fmt: skip
    names = names_of(texts, np.repeat([0, 1], 5))
    assert names == {0: "parcel · courier", 1: "invoice · refund"}


def test_function_words_are_no_names():
    rng = np.random.default_rng(0)
    topics = ["train", "soup", "doctor", "guitar"]
    fillers = ["we", "had", "and", "then", "so", "quite"]
    clusters = np.repeat(np.arange(4), 50)
    texts = [" ".join([topics[c], *rng.permutation(fillers)[:4]]) for c in clusters]
    assert names_of(texts, clusters) == dict(enumerate(topics))


def test_words_side_by_side_are_a_phrase():
    texts = [
        "my credit card broke",
        "credit card gone",
        "a credit card",
        "two trains",
        "trains again",
        "trains",
    ]
    assert names_of(texts, np.repeat([0, 1], 3)) == {0: "credit card", 1: "trains"}


TWEETS = [
    "@JetBlue my trip was Cancelled Flightled again", "RT @anna: @united Cancelled Flightled &amp; no help",
    "@united Cancelled Flightled, @JetBlue JetBlue", "@JetBlue Cancelled Flight http://t.co/x JetBlue",
    "@united Cancelled Flight &amp; Cancelled Flightled", "@AmericanAir Cancelled Flight twice united",
    "@united bag lost on my flight", "@JetBlue where is my bag &amp; the flight", "@united lost bag, flight",
    "@united a flight, a bag", "@united which flight has my bag", "@JetBlue flight fine, bag gone",
    "RT @united bag! #LostLuggage flight", "@united flight #LostLuggage",
]  # fmt: skip


def test_short_posts_are_named_without_users_signs_and_endings():
    names = names_of(TWEETS, np.repeat([0, 1], [6, 8]))
    assert names[0].startswith("Cancelled flight") and "Flightled" not in names[0]
    assert "bag" in names[1]
    for left_out in ("jetblue", "united", "anna", "amp", "RT", "http", "LostLuggage"):
        assert left_out.casefold() not in " ".join(names.values()).casefold().split()


def test_forms_of_a_word_stand_in_a_name_once():
    texts = ["bags and a bag", "bag, bags", "the bag", "story of stories", "a story", "stories, story"]
    assert names_of(texts, np.repeat([0, 1], 3)) == {0: "bag", 1: "story"}


def test_the_most_frequent_spelling_is_shown():
    texts = ["PIN code", "my PIN", "pin", "the Zug", "ein Zug", "ZUG"]
    assert names_of(texts, np.repeat([0, 1], 3)) == {0: "PIN", 1: "Zug"}


def test_names_differ_even_when_the_best_words_do_not():
    words = ["apple"] * 6
    texts = [*words, *(f"apple {extra}" for extra in ["pie", "pie", "pie"]), "x y", "x y", "grey sky"]
    names = names_of(texts, np.array([0] * 6 + [1] * 3 + [2] * 3))
    assert len(set(names.values())) == 3
    assert names[1].startswith(("apple pie", "pie"))


def test_clusters_with_the_same_texts_have_different_names():
    names = names_of(["apple tree"] * 4 + ["sea"] * 4, np.array([0, 0, 1, 1, 2, 2, 2, 2]))
    assert len(set(names.values())) == 3


def test_texts_without_words():
    assert names_of(["", "12 34", "!!", "?", "…", ""], np.array([0, 0, 2, 2, 1, -1])) == {
        0: "cluster 1",
        1: "cluster 2",
        2: "cluster 3",
    }


def test_equal_texts_in_all_clusters():
    assert names_of(["same words"] * 6, np.repeat([0, 1], 3)) == {0: "same words", 1: "cluster 2"}


def test_no_clusters():
    assert names_of(["a text", "more"], np.array([-1, -1])) == {}
    assert names_of([], np.array([], dtype=int)) == {}


def test_a_single_cluster_is_named_by_its_most_frequent_word():
    assert names_of(["lost luggage", "luggage gone", "my luggage"], np.zeros(3, dtype=int)) == {0: "luggage"}


def test_noise_counts_as_outside():
    texts = ["the boat", "the boat", "the boat", "the car", "the road", "the sky", "the sea"]
    assert names_of(texts, np.array([0, 0, 0, -1, -1, -1, -1])) == {0: "boat"}


def test_other_scripts():
    texts = [
        "Поезд опоздал", "поезд ушёл", "мой поезд",
        "रेलगाड़ी देर से", "रेलगाड़ी गई", "यह रेलगाड़ी",
        "القطار متأخر", "أين القطار", "القطار",
        "我的手机坏了", "手机屏幕", "新手机",
    ]  # fmt: skip
    names = names_of(texts, np.repeat([0, 1, 2, 3], 3))
    assert names == {0: "поезд", 1: "रेलगाड़ी", 2: "القطار", 3: "手机"}


def test_the_order_of_texts_does_not_matter():
    rng = np.random.default_rng(0)
    texts = np.array(
        [" ".join(rng.choice(["red", "green", "blue", "grey", "pink", "black"], 3)) for _ in range(60)],
        dtype=object,
    )
    clusters = rng.integers(-1, 4, 60)
    order = rng.permutation(60)
    assert names_of(texts, clusters) == names_of(texts[order], clusters[order])


def halves(n=400, seed=0):
    """Texts of eight subjects, 50 each, in two groups of four; one group says "gladly", half the time."""
    rng = np.random.default_rng(seed)
    subjects = ["train", "soup", "doctor", "guitar", "garden", "window", "candle", "bridge"]
    texts = []
    for row in range(n):
        subject = subjects[row * 8 // n]
        common = ["the", "and", *(["gladly"] if row < n / 2 and row % 4 else []), *(["so"] * (row % 2))]
        texts.append(" ".join(rng.permutation([subject, *common])))
    return np.array(texts, dtype=object), (np.arange(n) >= n / 2).astype(int)


def test_few_clusters_are_not_named_by_function_words():
    texts, clusters = halves()
    table = table_words(read_words(texts), len(texts))
    evenness = spread_evenly(table, np.arange(len(texts)))
    known = dict(zip(table.shown, evenness, strict=True))
    assert known["the"] > 0.95 and known["so"] > 0.8
    assert 0.4 < known["gladly"] < 0.6  # all over one half
    assert known["soup"] < 0.15
    names = name_clusters(table, clusters, evenness=evenness)
    assert not {"the", "and", "so"} & set(" ".join(names.values()).replace("·", "").split())
    assert {"train", "soup", "doctor", "guitar"} >= set(names[0].replace("gladly", "").split(" · ")) - {""}


def test_evenness_of_a_word_in_one_part_and_of_one_in_all():
    # Six blocks of twelve texts: "all" in each text, "one" in the texts of the first block.
    texts = ["all one"] * 12 + ["all"] * 60
    table = table_words(read_words(texts), 72)
    evenness = dict(zip(table.shown, spread_evenly(table, np.arange(72)), strict=True))
    assert evenness == pytest.approx({"all": 1, "one": 0})
    assert spread_evenly(table, np.arange(40)) is None  # too few parts


def test_a_name_distinguishes_a_cluster_from_its_neighbours():
    # Clusters 0 and 1 lie side by side and share "card"; only cluster 2, far away, has neither.
    texts = (
        ["card lost lost", "card lost", "card lost", "card"] * 5
        + ["card late", "card late", "card late", "card"] * 5
        + ["soup hot", "soup cold", "soup", "soup"] * 20
    )
    clusters = np.repeat([0, 1, 2], [20, 20, 80])
    points = np.array([[0.0, 0], [1, 0], [50, 50]])[clusters]
    table = table_words(read_words(texts), len(texts))
    names = name_clusters(table, clusters, points)
    assert names[0].startswith("card lost") or names[0].startswith("lost")
    assert names[1].startswith("card late") or names[1].startswith("late")
    near = nearest_groups(points, clusters, [0, 1, 2])
    assert near[:, 0].tolist() == [1, 0, 1]


def test_taken_names_are_not_given():
    texts = ["boat", "boat", "boat", "car", "car", "car"]
    table = table_words(read_words(texts), 6)
    names = name_clusters(table, np.repeat([0, 1], 3), taken=["BOAT", "cluster 1"])
    assert names[1] == "car"
    assert names[0].casefold() not in ("boat", "cluster 1")


def test_a_word_of_hardly_any_text_names_no_large_cluster():
    # "zebra" alone is distinctive, but stands in 2 of 300 texts; "seat" is as frequent in both clusters.
    texts = [f"{'zebra' if i < 2 else ''} seat" for i in range(300)] + ["seat meal" for i in range(300)]
    names = names_of(texts, np.repeat([0, 1], 300))
    assert names == {0: "seat", 1: "meal"}
