import numpy as np
import pytest

from core.errors import LabelError
from core.transforms.validation import read_labels


class TestValidation:
    def test_reads_rows_codes_and_classes(self):
        labels = read_labels(np.array([-1, 9, 4, -1, 9]))
        assert labels.rows.tolist() == [1, 2, 4]
        assert labels.codes.tolist() == [1, 0, 1]
        assert labels.classes.tolist() == [4, 9]

    def test_named_classes_count_without_labels(self):
        labels = read_labels(np.array([-1, 3]), n_named=2)
        assert labels.classes.tolist() == [0, 1, 3]
        assert labels.codes.tolist() == [2]

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            ([-1, 5, 5], r"^2 classes needed, got 1 \(5\); label at least one text of another class\.$"),
            ([-1, -1], r"^2 classes needed, got 0; label at least one text of each\.$"),
            ([0.5, 1.0], "not whole numbers found"),
            ([np.nan, 1.0], "not whole numbers found"),
            (["joy", "anger"], "Labels of type .* found; give whole numbers"),
        ],
    )
    def test_unusable_labels_are_refused(self, y, message):
        with pytest.raises(LabelError, match=message):
            read_labels(np.array(y))
