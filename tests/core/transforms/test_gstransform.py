import threading

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from core.errors import LabelError
from core.transforms import GSTransform
from core.transforms.gstransform import batch_loss
from tests.support.transforms import distances, stored

pytestmark = pytest.mark.model  # trains networks


# Trained for few epochs: the checks are about the interface.
@parametrize_with_checks([GSTransform(max_epochs=3, n_hidden=16, n_components=4)])
def test_sklearn_compatible_estimator(estimator, check):
    check(estimator)


class TestGSTransform:
    def test_loss_by_hand(self):
        """Two texts 3 apart, margin 10. Different labels: pairs (0, 0), (1, 1) give 0, (0, 1), (1, 0) give
        49 each: mean 24.5. Equal labels: 0, 0, 9, 9: mean 4.5. Reconstruction: (1 + 0 + 0 + 4) / 4 = 1.25."""
        import torch

        reshaped = torch.tensor([[0.0, 0.0], [0.0, 3.0]])
        restored, generic = torch.tensor([[1.0, 0], [0, 2]]), torch.zeros(2, 2)
        different = batch_loss(reshaped, restored, generic, torch.tensor([0, 1]), 10.0)
        equal = batch_loss(reshaped, restored, generic, torch.tensor([0, 0]), 10.0)
        assert different.item() == pytest.approx(24.5 + 1.25)
        assert equal.item() == pytest.approx(4.5 + 1.25)

    def test_gradient_is_finite_for_equal_vectors(self):
        import torch

        reshaped = torch.zeros((3, 2), requires_grad=True)
        batch_loss(reshaped, torch.zeros(3, 4), torch.zeros(3, 4), torch.tensor([0, 0, 1]), 10.0).backward()
        assert torch.isfinite(reshaped.grad).all()

    def test_separates_labels_when_there_are_enough(self, blobs):
        X, codes = blobs
        Z = GSTransform(learning_rate=1e-3, max_epochs=80).fit_transform(X, codes)
        assert Z.shape == (60, 64) and Z.dtype == np.float32
        same = codes[:, None] == codes[None]
        assert distances(Z)[same].mean() < 0.4 * distances(Z)[~same].mean()

    def test_best_weights_are_kept(self, blobs):
        """A step far too large spoils every later epoch: the loss is that of the weights that were kept."""
        import torch

        X, codes = blobs
        transform = GSTransform(learning_rate=0.5, max_epochs=12, patience=12, n_hidden=8, n_components=2)
        losses = []
        transform.fit(X, codes, progress=lambda done, total: losses.append(transform.validation_loss_))
        assert transform.n_epochs_ == 12
        assert losses == sorted(losses, reverse=True)
        assert transform.validation_loss_ == losses[-1]
        # The contrastive part of the kept weights, recomputed on the validation texts.
        held = np.random.default_rng(0).permutation(60)[48:]
        Z = torch.tensor(transform.transform(X[held]))
        contrastive = batch_loss(Z, torch.zeros(1, 1), torch.zeros(1, 1), torch.tensor(codes[held]), 10.0)
        assert contrastive.item() <= transform.validation_loss_ + 1e-3

    def test_stops_when_nothing_improves(self, blobs):
        X, codes = blobs
        transform = GSTransform(learning_rate=0.0, patience=3).fit(X, codes)
        assert transform.n_epochs_ == 4

    def test_its_arrays_are_enough_to_transform(self, few, tmp_path):
        X, y = few
        transform = GSTransform(max_epochs=3, n_hidden=16, n_components=4).fit(X, y)
        again = GSTransform.from_arrays(stored(transform.to_arrays(), tmp_path))
        assert again.transform(X).tobytes() == transform.transform(X).tobytes()
        assert again.get_params()["n_hidden"] == 16 and again.get_params()["n_components"] == 4

    def test_unlabelled_rows_do_not_matter(self, few):
        X, y = few
        other = np.where((y >= 0)[:, None], X, 5)
        one = GSTransform(max_epochs=3).fit(X, y).transform(X)
        two = GSTransform(max_epochs=3).fit(other, y).transform(X)
        assert one.tobytes() == two.tobytes()

    def test_the_sample_has_at_most_max_texts(self, blobs):
        """Whatever the other texts are, the result is the same."""
        X, codes = blobs
        inside = np.isin(np.arange(60), np.random.default_rng(0).permutation(60)[:10])
        one = GSTransform(max_texts=10, max_epochs=2).fit(X, codes)
        two = GSTransform(max_texts=10, max_epochs=2).fit(np.where(inside[:, None], X, 5), codes)
        assert one.transform(X).tobytes() == two.transform(X).tobytes()

    def test_one_seed_gives_one_result_and_leaves_torch_unchanged(self, few):
        import torch

        X, y = few
        torch.manual_seed(5)
        state = torch.get_rng_state()
        one = GSTransform(max_epochs=5, random_state=3).fit_transform(X, y)
        assert (torch.get_rng_state() == state).all()
        torch.manual_seed(6)
        two = GSTransform(max_epochs=5, random_state=3).fit_transform(X, y)
        assert one.tobytes() == two.tobytes()
        assert one.tobytes() != GSTransform(max_epochs=5, random_state=4).fit_transform(X, y).tobytes()

    def test_two_fits_at_once_give_the_results_of_each_alone(self, few, monkeypatch):
        X, y = few
        alone = GSTransform(max_epochs=3).fit_transform(X, y)
        real, drawn = GSTransform._networks, threading.Event()
        other = threading.Thread(target=GSTransform(max_epochs=3, random_state=1).fit, args=[X, y])

        def draw(self, n_dims):
            if self.random_state == 1:  # waits, with its weights drawn, until the first has drawn too
                networks = real(self, n_dims)
                drawn.wait(10)
                return networks
            other.start()
            other.join(0.3)
            try:
                return real(self, n_dims)
            finally:
                drawn.set()

        monkeypatch.setattr(GSTransform, "_networks", draw)
        assert GSTransform(max_epochs=3).fit_transform(X, y).tobytes() == alone.tobytes()
        other.join(10)

    def test_progress_counts_epochs_and_may_cancel(self, few):
        from core.errors import Cancelled

        X, y = few
        calls = []
        GSTransform(max_epochs=3).fit(X, y, progress=lambda done, total: calls.append((done, total)))
        assert calls == [(1, 3), (2, 3), (3, 3)]

        def stop(done, total):
            raise Cancelled

        with pytest.raises(Cancelled):
            GSTransform().fit(X, y, progress=stop)

    def test_one_class_is_not_enough(self, few):
        X, y = few
        with pytest.raises(LabelError, match=r"2 classes needed, got 1 \(0\)"):
            GSTransform().fit(X, np.where(y == 0, 0, -1))
