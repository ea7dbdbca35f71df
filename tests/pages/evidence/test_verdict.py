import numpy as np
import pytest

from pages.evidence.verdict import views_text


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([0.15, 0.425, 0.425], ("mostly from middle layers", "85 %")),
        ([0.2, 0.8, 0.0], ("mostly from a middle layer ", "80 %")),
        ([0.5, 0.25, 0.25], ("read from middle layers", "50 %")),
        ([0.9, 0.05, 0.05], ("mostly from the last layer", "90 %")),
        ([1.0, 0.0, 0.0], ("mostly from the last layer", "100 %")),
    ],
)
def test_the_layers_that_an_instruction_was_read_from(weights, words):
    assert all(word in views_text(np.array(weights)) for word in words)
