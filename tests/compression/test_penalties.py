import math

import pytest
import torch
from trained_like import NETWORKS, trained_like

from posecore.compression.curvature import curvature, output_signs
from posecore.compression.groups import SIDES, all_layers, folded, norms, sums
from posecore.compression.penalties import L1, ORDERS, Bayesian, GroupLasso
from posecore.errors import ConfigError
from posecore.training.losses import heatmap_loss

pytestmark = pytest.mark.usefixtures("one_thread")

PLACE = 1e-4


def test_the_penalties_are_the_sums_that_they_are_named_for():
    network = trained_like("hourglass").requires_grad_(False)
    structure = network.structure()
    weights = [folded(network, structure, name) for name in all_layers(structure, "channels")]
    # Channels of 1x1 and 3x3 convolutions by hand: one trunk, two widths inside every residual.
    alone = [w.square().sum((0, 2, 3)).sqrt().sum() for w in weights if w.shape[1] == 32]
    readers = [w.square().sum((0, 2, 3)) for w in weights if w.shape[1] == 64]
    lasso = torch.stack(alone).sum() + torch.stack(readers).sum(0).sqrt().sum()
    assert float(GroupLasso(structure, "channels", 2.0)(network)) == pytest.approx(2 * float(lasso), rel=1e-5)
    every = sum(w.abs().sum() for w in weights) + folded(network, structure, "stem.body.0").abs().sum()
    assert float(L1(structure, 0.5)(network)) == pytest.approx(0.5 * float(every), rel=1e-5)
    both = GroupLasso(structure, "channels", 2.0, single=0.5)(network)
    assert float(both) == pytest.approx(float(2 * lasso + 0.5 * every), rel=1e-5)
    first = Bayesian(structure, "channels", 2.0, epochs=1, place=PLACE)
    first.begin(network)
    assert float(first(network)) == pytest.approx(2 * float(lasso), rel=1e-5)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_weight_of_a_side_belongs_to_one_group(name, side):
    network = trained_like(name).requires_grad_(False)
    structure = network.structure()
    squares = {layer: folded(network, structure, layer).square() for layer in all_layers(structure, side)}
    grouped = sums(network, structure, side, squares)
    assert float(sum(part.sum() for part in grouped.values())) == pytest.approx(
        float(sum(part.sum() for part in squares.values())), rel=1e-5
    )


@pytest.mark.parametrize("side", SIDES)
def test_norms_do_not_feel_a_scale_that_batch_normalisation_takes_away(side):
    network = trained_like("hourglass")
    before = norms(network, network.structure(), side)
    followed, norm = next(iter(network.structure().followed.items()))
    convolution, normalisation = network.get_submodule(followed), network.get_submodule(norm)
    with torch.no_grad():
        convolution.weight *= 5
        convolution.bias *= 5
        normalisation.running_mean *= 5
        normalisation.running_var.copy_(
            25 * (normalisation.running_var + normalisation.eps) - normalisation.eps
        )
    after = norms(network, network.structure(), side)
    assert all(torch.allclose(before[name], after[name], rtol=1e-4) for name in before)


def test_random_signs_have_the_second_derivative_of_the_loss():
    torch.manual_seed(0)
    heatmaps = 0.2 * torch.rand(2, 1, 2, 3, 3)
    target, counted = torch.rand(2, 2, 3, 3), torch.tensor([[True, True], [False, True]])
    exact = torch.autograd.functional.hessian(
        lambda maps: heatmap_loss(maps, target, counted, 0.01), heatmaps
    ).reshape(36, 36)
    generator = torch.Generator().manual_seed(1)
    drawn = torch.stack([output_signs(heatmaps, counted, 0.01, generator).flatten() for _ in range(8_000)])
    found = drawn.T @ drawn / len(drawn)
    assert float((found - exact).abs().max()) < 0.07 * float(exact.abs().max())
    assert float((found.diagonal() - exact.diagonal()).abs().max()) < 0.07 * float(exact.abs().max())


def test_the_curvature_is_the_gauss_newton_diagonal_of_the_folded_weights():
    """Against the exact one of a layer, with the only heatmap that counts taken apart cell by cell."""
    network, generator = trained_like("hourglass"), torch.Generator().manual_seed(1)
    structure, picture = network.structure(), torch.rand(1, 3, 64, 64)
    counted = torch.tensor([[False, True, False, False, False]])
    found = curvature(network, structure, "channels", [(picture, counted, None)] * 300, 0.0, generator)
    layer = "features.0.body.2"
    weight = network.get_submodule(layer).weight.requires_grad_(True)
    maps = network(picture)[0, 0, 1].flatten()
    rows = [torch.autograd.grad(value, weight, retain_graph=True)[0].square() for value in maps]
    norm = network.get_submodule(structure.followed[layer])
    scale = (norm.weight / (norm.running_var + norm.eps).sqrt()).reshape(-1, 1, 1, 1)
    exact = 2 / maps.numel() * torch.stack(rows).sum(0) / scale.detach().square()
    strong = exact.sum((1, 2, 3)) > exact.sum((1, 2, 3)).median()  # some channels no heatmap feels
    groups = found[layer].sum((1, 2, 3))[strong] / exact.sum((1, 2, 3))[strong]
    assert float((groups - 1).abs().median()) < 0.2
    assert float(found[layer].sum() / exact.sum()) == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize("order", ORDERS)
def test_an_update_follows_the_algorithm(order):
    """By hand, in its unstable form C = 1 / (1 / gamma + H), alpha = 1 / gamma - C / gamma^2, H in units of
    the strength."""
    network, strength = trained_like("hourglass"), 0.01
    structure = network.structure()
    penalty = Bayesian(structure, "channels", strength, epochs=1, place=PLACE, order=order)
    penalty.begin(network)
    for name in penalty.gamma:
        penalty.gamma[name] = penalty.gamma[name] * 0.7
        penalty.omega[name] = penalty.omega[name] * 3
    layers = all_layers(structure, "channels")
    sharp = {name: torch.rand_like(network.get_submodule(name).weight) for name in layers}
    norm = norms(network, structure, "channels")
    penalty.update(norm, sharp, network)

    width = next(w for w in structure.widths if w.name.endswith("hourglasses.0.up.0.second"))
    (reader,) = width.consumers
    channel, size = 5, float(norm[width.name][5].detach())
    gamma = size / 3 if order == "gamma-first" else 0.7
    total = 0.0
    for h in (sharp[reader][:, channel].flatten() / strength).tolist():
        c = 1 / (1 / gamma + h)
        total += abs(1 / gamma - c / gamma**2)
    omega = math.sqrt(total)
    assert float(penalty.omega[width.name][channel]) == pytest.approx(omega, rel=1e-3)
    new_gamma = size / 3 if order == "gamma-first" else size / omega
    assert float(penalty.gamma[width.name][channel]) == pytest.approx(new_gamma, rel=1e-3)


def test_groups_without_curvature_stay_finite():
    network = trained_like("hourglass")
    structure = network.structure()
    penalty = Bayesian(structure, "channels", 1e-9, epochs=1, place=PLACE)
    penalty.begin(network)
    flat = {n: torch.zeros_like(network.get_submodule(n).weight) for n in all_layers(structure, "channels")}
    zero = {name: torch.zeros_like(part) for name, part in norms(network, structure, "channels").items()}
    for _ in range(3):
        penalty.update(zero, flat, network)
    assert all(torch.isfinite(part).all() for part in (*penalty.omega.values(), *penalty.gamma.values()))


@pytest.mark.parametrize("strength", [0.0, -1.0, float("nan"), float("inf")])
def test_a_strength_that_is_none_is_refused(strength):
    structure = trained_like("hourglass").structure()
    with pytest.raises(ConfigError, match="--strength"):
        L1(structure, strength)
