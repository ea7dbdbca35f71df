"""GSTransform in plain NumPy: its loss by hand, its gradients and its end beside the other implementation."""

import numpy as np
import pytest

from benchmarks import plain_gstransform
from core.transforms import GSTransform
from core.transforms.gstransform import batch_loss
from tests.support.label_spaces import around_corners

pytestmark = pytest.mark.model


def test_contrast_of_three_texts_by_hand():
    # Distances 3 (equal labels), 4 and 5 (different): ordered pairs 2 × (9 + 6² + 5²) = 140, of 9 pairs.
    Z = np.array([[0.0, 0.0], [3.0, 0.0], [0.0, 4.0]])
    loss, gradient = plain_gstransform.contrast(Z, np.array([0, 0, 1]))
    assert loss == pytest.approx(140 / 9)
    # Of the first: twice 2 × 3 away from the second, twice 2 × 6 away from the third, both along the axes;
    # descending, it goes towards the second and away from the third.
    assert gradient[0] == pytest.approx([-12 / 9, 24 / 9])


def test_texts_of_different_labels_in_one_place_do_no_harm():
    loss, gradient = plain_gstransform.contrast(np.zeros((2, 3)), np.array([0, 1]))
    assert loss == 50 and (gradient == 0).all()


def test_gradients_are_those_of_torch_through_the_other_implementation():
    import torch

    generator = np.random.default_rng(0)
    parameters = [part.astype(np.float64) for part in plain_gstransform.draw_parameters(6, generator)]
    X, codes = generator.normal(size=(9, 6)), np.arange(9) % 3
    loss, gradients = plain_gstransform.loss_and_gradients(parameters, X, codes)
    tensors = [torch.tensor(part, requires_grad=True) for part in parameters]
    generic = torch.tensor(X)
    reshaped = torch.relu(generic @ tensors[0] + tensors[1]) @ tensors[2] + tensors[3]
    restored = reshaped @ tensors[4] + tensors[5]
    expected = batch_loss(reshaped, restored, generic, torch.tensor(codes), plain_gstransform.MARGIN)
    expected.backward()
    assert loss == pytest.approx(expected.item())
    for gradient, tensor in zip(gradients, tensors, strict=True):
        np.testing.assert_allclose(gradient, tensor.grad.numpy(), atol=1e-12)


def test_both_implementations_end_alike_when_they_start_alike(monkeypatch):
    # One batch an epoch, so that the order of texts in it does not matter; the same seed splits alike.
    (vectors, codes, _), epochs = around_corners(70), 60
    drawn = []

    class Watched(GSTransform):
        def _networks(self, n_dims):
            encoder, decoder = super()._networks(n_dims)
            for layer in (encoder[0], encoder[2], decoder):
                drawn.extend([layer.weight.detach().numpy().T.copy(), layer.bias.detach().numpy().copy()])
            return encoder, decoder

    expected = Watched(max_epochs=epochs, random_state=3).fit_transform(vectors, codes)
    monkeypatch.setattr(plain_gstransform, "MAX_EPOCHS", epochs)
    monkeypatch.setattr(plain_gstransform, "draw_parameters", lambda *_: drawn)
    found = plain_gstransform.reshape(vectors, codes, 3)
    np.testing.assert_allclose(found, expected, atol=1e-3 * np.abs(expected).max())


def test_equal_labels_come_together_and_other_texts_play_no_part(monkeypatch):
    monkeypatch.setattr(plain_gstransform, "MAX_EPOCHS", 60)
    vectors, codes, _ = around_corners(60)
    y = np.where(np.arange(60) < 48, codes, -1)
    Z = plain_gstransform.reshape(vectors, y, 0)
    gaps = np.linalg.norm(Z[:, None] - Z[None], axis=2)
    same = codes[:, None] == codes[None, :]
    assert gaps[~same].mean() > 3 * gaps[same].mean()
    other = vectors.copy()
    other[48:] = 0
    assert (plain_gstransform.reshape(other, y, 0)[:48] == Z[:48]).all()
