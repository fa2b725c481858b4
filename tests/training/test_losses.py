import math

import pytest
import torch

from posecore.training.losses import SHARPNESS, heatmap_loss


def test_the_loss_of_one_wrong_cell_by_hand():
    predicted, target = torch.zeros(1, 1, 2, 2, 2), torch.zeros(1, 2, 2, 2)
    target[0, 0, 0, 0] = 2.0
    # Joint 0: (2 - 0)^2 over four cells = 1; joint 1: 0.
    assert heatmap_loss(predicted, target, torch.tensor([[True, True]])).item() == pytest.approx(0.5)
    assert heatmap_loss(predicted, target, torch.tensor([[True, False]])).item() == pytest.approx(1.0)
    assert heatmap_loss(predicted, target, torch.tensor([[False, True]])).item() == 0
    assert heatmap_loss(predicted, target, torch.tensor([[False, False]])).item() == 0


def test_the_losses_of_the_stacks_add_up():
    predicted, target = torch.rand(2, 3, 4, 8, 8), torch.rand(2, 4, 8, 8)
    counted = torch.tensor([[True, True, False, True], [False, True, True, True]])
    alone = [heatmap_loss(predicted[:, s : s + 1], target, counted).item() for s in range(3)]
    assert heatmap_loss(predicted, target, counted).item() == pytest.approx(sum(alone))


def test_an_ignored_joint_has_no_gradient_and_a_counted_empty_one_has():
    predicted = torch.rand(1, 1, 2, 4, 4, requires_grad=True)
    heatmap_loss(predicted, torch.zeros(1, 2, 4, 4), torch.tensor([[True, False]])).backward()
    assert predicted.grad is not None
    assert predicted.grad[0, 0, 0].abs().min() > 0
    assert not predicted.grad[0, 0, 1].any()


def test_the_place_term_is_the_cross_entropy_by_hand():
    predicted, target = torch.zeros(1, 1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    target[0, 0, 0, 0], counted = 1.0, torch.tensor([[True]])
    # Squared error 1 / 4, and four equally likely cells.
    assert heatmap_loss(predicted, target, counted, 0.1).item() == pytest.approx(0.25 + 0.1 * math.log(4))
    predicted[0, 0, 0, 0, 0] = 1.0
    right = -math.log(1 / (1 + 3 * math.exp(-SHARPNESS)))
    assert heatmap_loss(predicted, target, counted, 0.1).item() == pytest.approx(0.1 * right, abs=1e-6)


def test_the_place_term_takes_the_target_as_a_distribution_whatever_its_height():
    predicted, target = torch.rand(1, 1, 1, 4, 4), torch.rand(1, 1, 4, 4)
    counted = torch.tensor([[True]])
    shares = (target / target.sum()).flatten()
    expected = -(shares * torch.log_softmax(SHARPNESS * predicted.flatten(), 0)).sum().item()
    for height in (1.0, 5.0):
        with_it = heatmap_loss(predicted, height * target, counted, 1.0)
        without = heatmap_loss(predicted, height * target, counted, 0.0)
        assert (with_it - without).item() == pytest.approx(expected, rel=1e-4)
