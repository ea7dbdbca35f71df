"""A method is read from the text of every version, and says which labels it lacks."""

import pytest

from core.errors import StoreError
from core.transforms import Method, MethodKind


def test_a_method_is_read_from_its_text():
    for method in (Method(), Method("gstransform"), Method("reencode", "mine", "{instruction}!")):
        assert Method.from_text(method.to_text()) == method
    assert Method.from_text(None) == Method("guided")


def test_the_earlier_name_of_re_encoding_is_read_and_stays_in_keys():
    earlier = '{"kind": "reading", "encoder": "mine", "template": ""}'
    method = Method.from_text(earlier)
    assert method == Method(MethodKind.REENCODE, "mine") and method.reencodes
    assert method.to_key() == earlier
    assert '"reencode"' in method.to_text()


@pytest.mark.parametrize("text", ["{}", "[]", '{"kind": "dreaming"}', '{"kind": "generic"}', "{"])
def test_a_text_of_no_method_is_refused(text):
    with pytest.raises(StoreError):
        Method.from_text(text)


@pytest.mark.parametrize(
    ("kind", "n_names", "n_classes", "names_encoded", "missing"),
    [
        ("guided", 1, 1, True, "names"),
        ("guided", 2, 0, True, ""),
        ("guided", 2, 1, False, "labelled texts"),
        ("gstransform", 2, 1, True, "labelled texts"),
        ("gstransform", 2, 2, False, ""),
        ("reencode", 0, 0, True, ""),
    ],
)
def test_a_transform_lacks_names_or_labelled_texts(kind, n_names, n_classes, names_encoded, missing):
    assert Method(kind).lacks_labels(n_names, n_classes, names_encoded=names_encoded) == missing
