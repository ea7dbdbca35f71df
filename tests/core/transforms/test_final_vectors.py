"""What an exported encoder computes of a transform."""

import numpy as np
import pytest
from sklearn.base import clone

from core.evidence import cross_validate
from core.transforms import FinalVectorsTransform, GSTransform, GuidedTransform, fit_linear_form
from tests.support.label_spaces import only_in_a_view, topics


def labelled(label, n_each=12):
    given = np.full(len(label), -1)
    for code in np.unique(label):
        rows = np.flatnonzero(label == code)[:n_each]
        given[rows] = code
    return given


def test_it_is_the_linear_form_of_the_transform():
    X, label = topics()
    given = labelled(label)
    found = FinalVectorsTransform().fit(X, given)
    wanted = fit_linear_form(X, GuidedTransform().fit_transform(X, given))
    assert np.allclose(found.transform(X[:5]), wanted.transform(X[:5]), atol=1e-5)
    assert clone(found).estimator is None


def test_views_shape_the_labels_and_are_no_inputs():
    X, views, label = only_in_a_view()
    found = FinalVectorsTransform().fit(X, labelled(label), views=views)
    assert len(found.linear_.weights) == X.shape[1] and np.isfinite(found.transform(X)).all()


def test_its_evidence_says_what_is_lost_without_the_views():
    X, views, label = only_in_a_view()
    given = labelled(label)
    full = cross_validate(X, given, views=views, repeats=1)
    own = cross_validate(X, given, views=views, repeats=1, transform=FinalVectorsTransform())
    assert own.generic == full.generic and full.reshaped > own.reshaped + 0.2


@pytest.mark.model
def test_the_published_transform_has_one_too():
    X, label = topics(n=120)
    steps = []
    found = FinalVectorsTransform(GSTransform(random_state=0)).fit(
        X, labelled(label), progress=lambda done, total: steps.append(done)
    )
    assert found.transform(X).shape[0] == len(X) and steps
