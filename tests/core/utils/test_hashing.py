import numpy as np
import pytest

from core.utils import content_key
from core.utils.hashing import KEY_LENGTH


def test_equal_content_has_equal_keys():
    assert content_key("a", [1, 2], {"x": 1, "y": None}) == content_key("a", (1, 2), {"y": None, "x": 1})
    assert len(content_key()) == KEY_LENGTH


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("ab",)),
        (("a", ["b"]), (["a", "b"],)),
        ((1,), ("1",)),
        ((True,), (1,)),
        ((None,), ("None",)),
        ((["a:", "b"],), (["a", ":b"],)),
        ((np.zeros(4, np.float32),), (np.zeros((2, 2), np.float32),)),
        ((np.zeros(2, np.float32),), (np.zeros(1, np.float64),)),
    ],
)
def test_different_content_has_different_keys(one, other):
    assert content_key(*one) != content_key(*other)


def test_one_changed_number_in_a_large_array_changes_the_key():
    # Streamlit's own cache hashes a sample of such an array and would miss it.
    array = np.zeros((5000, 384), np.float32)
    before = content_key(array)
    array[1234, 56] = 1e-7
    assert content_key(array) != before


def test_the_key_of_an_object_array_follows_its_values():
    texts = np.asarray(["a", "b"], dtype=object)
    assert (
        content_key(texts) == content_key(texts.copy()) != content_key(np.asarray(["a", "c"], dtype=object))
    )


def test_a_view_has_the_key_of_its_copy():
    array = np.arange(12).reshape(3, 4)
    assert content_key(array.T) == content_key(array.T.copy())


def test_a_part_of_another_type_is_refused():
    with pytest.raises(TypeError, match="object cannot be part of a content key"):
        content_key(object())
