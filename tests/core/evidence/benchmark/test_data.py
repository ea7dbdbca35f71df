import numpy as np

from core.evidence.benchmark.data import draw_triplets
from tests.support.facets import grouped


def test_triplets_share_this_facet_or_the_other_one_only():
    made = grouped()
    topic, feeling = made.facets
    triplets = draw_triplets(made.facets, topic, np.arange(60), seed=0)
    assert triplets.shape == (60, 3)
    anchor, positive, negative = triplets.T
    assert (topic.codes[anchor] == topic.codes[positive]).all()
    assert (feeling.codes[anchor] != feeling.codes[positive]).all()
    assert (topic.codes[anchor] != topic.codes[negative]).all()
    assert (feeling.codes[anchor] == feeling.codes[negative]).all()
    assert len(draw_triplets(made.facets, topic, np.arange(60), seed=0, most=7)) == 7
    assert set(draw_triplets(made.facets, topic, np.arange(0, 60, 2), 0).ravel()) <= set(range(0, 60, 2))


def test_a_single_facet_has_no_triplets():
    made = grouped()
    assert draw_triplets(made.facets[:1], made.facets[0], np.arange(60), 0).shape == (0, 3)
