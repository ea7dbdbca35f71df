import importlib
import re

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from core.evidence import DrivingWord, class_scores, driving_words

FEELINGS = ["furious awful shouting", "lovely thanks delight"]
TOPICS = ["van courier parcel", "invoice refund card", "pan onion oven"]


def words(found):
    return [[word.word for word in label] for label in found]


@pytest.fixture
def letters():
    """Feelings crossed with topics; each text holds one word of its feeling, two of its topic, one filler.

    The score of a feeling is its word and a little noise, so the words of feelings are what drives it.
    """
    rng = np.random.default_rng(0)
    feeling, topic = rng.integers(2, size=300), rng.integers(3, size=300)
    texts = [
        " ".join(
            [
                rng.choice(FEELINGS[f].split()),
                *rng.choice(TOPICS[t].split(), 2),
                rng.choice(["and", "then", "so"]),
            ]
        )
        for f, t in zip(feeling, topic, strict=True)
    ]
    scores = np.where(np.arange(2) == feeling[:, None], 1.0, -1.0) + 0.5 * rng.standard_normal((300, 2))
    return texts, scores, feeling, topic


def test_worked_by_hand():
    """Forty texts, half with the only word "sea", score +1 with it and -1 without.

    Centred, the word's sum of squares is 40 x 1/4 = 10, and its product with the score 20 x 1 = 20; with the
    ten imagined texts its coefficient is 20 / (10 + 10) = 1. The label's texts score 2 more than the others,
    and the word is in all of them and in none of the others: it accounts for 1 x 1 of 2.
    """
    predicted = np.repeat([0, 1], 20)
    scores = np.where(np.arange(2) == predicted[:, None], 1.0, -1.0)
    found = driving_words(["sea"] * 20 + ["12"] * 20, scores, predicted)
    assert found == [(DrivingWord("sea", pytest.approx(0.5), 1.0, 0.0),), ()]


def test_a_function_word_is_named_only_where_it_drives_most():
    """In the first label "will" is in half of the texts, in the second "would" is in all of them."""
    predicted = np.repeat([0, 1], 20)
    scores = np.where(np.arange(2) == predicted[:, None], 1.0, -1.0)
    first, second = ["sea", "sea will"] * 10, ["would", "would moor"] * 10
    assert words(driving_words(first + second, scores, predicted)) == [["sea"], ["would", "moor"]]


def test_weights_are_those_of_a_ridge_regression(letters):
    texts, scores, predicted, _ = letters
    vocabulary = sorted({word for text in texts for word in text.split()})
    holds = np.array([[word in text.split() for word in vocabulary] for text in texts], dtype=float)
    apart = scores[:, 0] - scores.mean(axis=1)
    effects = Ridge(alpha=10).fit(holds, apart).coef_
    inside, outside = holds[predicted == 0].mean(axis=0), holds[predicted == 1].mean(axis=0)
    gap = apart[predicted == 0].mean() - apart[predicted == 1].mean()
    found = driving_words(texts, scores, predicted)[0]
    assert found
    for word, weight, within, elsewhere in found:
        place = vocabulary.index(word)
        assert weight == pytest.approx(effects[place] * (inside[place] - outside[place]) / gap)
        assert (within, elsewhere) == pytest.approx((inside[place], outside[place]))


def test_planted_words_drive_their_labels(letters):
    texts, scores, predicted, _ = letters
    found = words(driving_words(texts, scores, predicted))
    assert [set(label) for label in found] == [set(feeling.split()) for feeling in FEELINGS]


def test_the_words_follow_what_the_transform_listens_to(letters):
    """Same texts, same labels, but the scores follow topics: so do the words."""
    texts, _, _, topic = letters
    scores = np.where(np.arange(3) == topic[:, None], 1.0, 0.0)
    found = words(driving_words(texts, scores, topic))
    assert [set(label) for label in found] == [set(words.split()) for words in TOPICS]


def test_a_word_of_two_texts_does_not_win_over_one_of_the_whole_label():
    """ "Zebra" is in the two texts with the highest scores, "late" in four of five texts of the label."""
    predicted = np.repeat([0, 1], 30)
    scores = np.where(np.arange(2) == predicted[:, None], 1.0, -1.0)
    texts = [f"{'late' if row % 5 else 'soon'} train" for row in range(30)] + ["my train"] * 30
    for row in (1, 2):
        texts[row] += " zebra"
        scores[row] *= 5
    assert words(driving_words(texts, scores, predicted)) == [["late", "soon"], ["my"]]


def test_a_companion_is_not_credited_with_what_another_word_does():
    """Scores follow "broken"; "screen" stands beside it in three of four texts, and alone elsewhere."""
    rng = np.random.default_rng(1)
    broken = np.repeat([1, 0], 100)
    screen = rng.random(200) < np.where(broken, 0.75, 0.25)
    texts = [f"it {'broken' * b} {'screen' * int(s)} x" for b, s in zip(broken, screen, strict=True)]
    scores = np.stack([broken, -broken], axis=1) + 0.05 * rng.standard_normal((200, 2))
    (first, *rest), _ = driving_words(texts, scores, 1 - broken)
    assert first.word == "broken"
    assert sum(word.weight for word in rest) < 0.05 * first.weight


def test_words_frequent_elsewhere_too_and_faint_words_are_not_listed():
    """ "Very" raises the score, but stands in six of ten texts inside and four of ten outside.

    "Rare" stands in 3 of 1,000 texts, all of the label, where it changes little.
    """
    rng = np.random.default_rng(5)
    predicted = np.repeat([0, 1], 1000)
    very = rng.random(2000) < np.where(predicted == 0, 0.6, 0.4)
    late = rng.random(2000) < np.where(predicted == 0, 0.8, 0.1)
    rare = np.isin(np.arange(2000), [10, 20, 30])
    score = very + 2.0 * late + 0.5 * rare
    texts = [
        " ".join(np.array(["the", "very", "late", "rare"])[[True, *held]])
        for held in zip(very, late, rare, strict=True)
    ]
    assert words(driving_words(texts, np.stack([score, -score], axis=1), predicted)) == [["late"], []]


def test_forms_of_a_word_are_listed_once_and_the_number_is_kept(letters):
    predicted = np.repeat([0, 1], 20)
    scores = np.where(np.arange(2) == predicted[:, None], 1.0, -1.0)
    texts = ["bag bags"] * 12 + ["bag"] * 8 + ["sky"] * 20
    assert words(driving_words(texts, scores, predicted)) == [["bag"], ["sky"]]
    assert [len(label) for label in driving_words(*letters[:3], n_words=2)] == [2, 2]


def test_other_scripts():
    texts = ["поезд опоздал"] * 10 + ["поезд ушёл"] * 10 + ["我的手机坏了"] * 10
    predicted = np.repeat([0, 1, 2], 10)
    found = words(driving_words(texts, np.eye(3)[predicted], predicted))
    assert [label[0] for label in found[:2]] == ["опоздал", "ушёл"]
    assert "手机" in found[2]


def test_neither_the_order_of_texts_nor_scale_and_shift_of_scores_matter(letters):
    texts, scores, predicted, _ = letters
    first = driving_words(texts, scores, predicted)
    order = np.random.default_rng(2).permutation(len(texts))
    permuted = driving_words([texts[row] for row in order], scores[order], predicted[order])
    moved = driving_words(texts, 7 * scores + np.arange(300)[:, None], predicted)
    for other in (permuted, moved):
        assert words(other) == words(first)
        weights = [word.weight for label in other for word in label]
        assert weights == pytest.approx([word.weight for label in first for word in label])


def test_labels_without_texts_or_shared_words_have_none(letters):
    texts, scores, predicted, _ = letters
    wider = np.hstack([scores, np.zeros((300, 1))])
    assert driving_words(texts, wider, predicted)[2] == ()
    assert driving_words(texts, scores, np.full(300, -1)) == [(), ()]
    assert driving_words(["", "12", "?", "!"], np.zeros((4, 2)), np.zeros(4, dtype=int)) == [(), ()]
    assert driving_words([], np.zeros((0, 2)), np.zeros(0, dtype=int)) == [(), ()]


def test_many_texts_are_sampled_and_the_same_ones_each_time(letters, monkeypatch):
    monkeypatch.setattr(importlib.import_module("core.evidence.driving_words"), "DRIVING_SAMPLE", 150)
    texts, scores, predicted, _ = letters
    found = driving_words(texts, scores, predicted)
    assert [set(label) for label in words(found)] == [set(feeling.split()) for feeling in FEELINGS]
    assert found == driving_words(texts, scores, predicted)


def test_texts_scores_and_labels_must_be_as_many():
    message = "2 texts, scores of shape (3, 2) and 3 predicted labels found"
    with pytest.raises(ValueError, match=re.escape(message)):
        driving_words(["a", "b"], np.zeros((3, 2)), np.zeros(3, dtype=int))


def test_class_scores_worked_by_hand():
    """The map keeps the first axis, doubled: the texts stand at 6, 2, 0, 0.

    From their mean, 2, they are 4, 0, -2, -2 away and the means of the labels 2 and -2: scores are products.
    """
    X = np.array([[3, 0], [1, 0], [0, 1], [0, 3]])
    scores = class_scores(X, np.array([[2.0], [0.0]]), np.array([0, 0, 1, 1]), 3)
    assert scores.tolist() == [[8, -8, 0], [0, 0, 0], [-4, 4, 0], [-4, 4, 0]]


def test_class_scores_are_inner_products_in_the_mapped_space():
    rng = np.random.default_rng(3)
    X, weights, predicted = rng.standard_normal((50, 6)), rng.standard_normal((6, 9)), rng.integers(-1, 3, 50)
    mapped = X @ weights
    centred = mapped - mapped.mean(axis=0)
    means = np.stack([centred[predicted == label].mean(axis=0) for label in range(3)])
    np.testing.assert_allclose(class_scores(X, weights, predicted, 3), centred @ means.T, atol=1e-3)
