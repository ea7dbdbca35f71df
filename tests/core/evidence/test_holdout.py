from core.labels import drop_duplicates
from tests.support.label_spaces import on_circle


def test_near_duplicates_are_dropped_and_similar_texts_kept():
    """Every degree of a circle: the fifteenth neighbour is 8 degrees away. Texts a degree apart are at
    (1/8)² of that in 1 - cosine, and duplicates; at four degrees they are similar."""
    everywhere = on_circle(*range(360))
    labelled = on_circle(0, 1, 50, 54, 100, 100)
    kept = drop_duplicates(labelled, everywhere)
    assert kept[2:4].tolist() == [True, True]
    assert kept[:2].sum() == kept[4:].sum() == 1


def test_a_small_corpus_has_exact_duplicates_only():
    labelled = on_circle(0, 2, 2)
    assert drop_duplicates(labelled, labelled).sum() == 2
