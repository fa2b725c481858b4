"""Penalties that make groups of weights vanish: L1, group lasso, and structured Bayesian compression.

Each is a term that training adds to its data term (`posecore.training.penalty`). What a strength means
depends on the data term's scale, which the run's record holds as the loss of every epoch.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, get_args

import torch
from torch import Tensor, nn

from posecore.compression.curvature import DRAWS, curvature
from posecore.compression.groups import Side, all_layers, folded, norms, spread, sums
from posecore.errors import ConfigError
from posecore.models.structure import Structure
from posecore.training.penalty import Draws

Order = Literal["gamma-first", "omega-first"]
"""Of the two updates after an outer loop: `gamma-first` as in the thesis's Algorithm 1; `omega-first` as in
the code that its cited paper published, where omega follows from the gamma of the loop before."""

ORDERS: Final[tuple[str, ...]] = get_args(Order)


def check_strength(strength: float) -> None:
    """Raise ConfigError for a strength that is none."""
    if not 0 < strength < float("inf"):
        raise ConfigError(f"--strength {strength}: expected a number above 0, for example 1e-7")


class _Fixed:
    """What penalties have in common whose weights of groups stay as they are."""

    def begin(self, network: nn.Module) -> None:
        """Nothing is noted."""

    def after_epoch(self, epochs: int, network: nn.Module, draws: Draws) -> None:
        """Nothing changes."""

    def state_dict(self) -> dict[str, Any]:
        """There is none."""
        return {}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """There is none."""


class L1(_Fixed):
    """strength times the sum of |w| over all folded weights of convolutions that have groups."""

    def __init__(self, structure: Structure, strength: float) -> None:
        check_strength(strength)
        self._structure, self._strength = structure, strength
        self.settings = {"method": "l1", "strength": strength}

    def __call__(self, network: nn.Module) -> Tensor:
        """The term, a scalar."""
        return self._strength * _absolute(network, self._structure)


class GroupLasso(_Fixed):
    """strength times the sum of ||W_g|| over groups, and single times the sum of |w| (Wen et al. 2016)."""

    def __init__(self, structure: Structure, side: Side, strength: float, single: float = 0.0) -> None:
        check_strength(strength)
        if not 0 <= single < float("inf"):
            raise ConfigError(f"--single {single}: expected a number from 0 on")
        self._structure, self._side, self._strength, self._single = structure, side, strength, single
        self.settings = {"method": "group-lasso", "groups": side, "strength": strength, "single": single}

    def __call__(self, network: nn.Module) -> Tensor:
        """The term, a scalar."""
        found = norms(network, self._structure, self._side)
        term = self._strength * torch.stack([part.sum() for part in found.values()]).sum()
        return term + self._single * _absolute(network, self._structure) if self._single else term


class Bayesian:
    """strength times the sum of omega_g ||W_g||; omega is 1 at first and found anew after every outer loop.

    Algorithm 1 of the thesis in its stable form. With H the diagonal of the data term's curvature, after
    every `epochs` epochs: gamma_g = ||W_g|| / omega_g; alpha_i = H_i / (strength + gamma_g H_i); omega_g =
    sqrt(sum of alpha_i over the group). gamma, per width (size,), is what groups are ranked by.
    """

    def __init__(
        self,
        structure: Structure,
        side: Side,
        strength: float,
        *,
        epochs: int,
        place: float,
        order: Order = "gamma-first",
        seed: int = 0,
        draws: int = DRAWS,
    ) -> None:
        check_strength(strength)
        self._structure, self._side, self._strength = structure, side, strength
        self._epochs, self._place, self._order, self._seed, self._draws = epochs, place, order, seed, draws
        self.settings = {
            "method": "bayesian",
            "groups": side,
            "strength": strength,
            "order": order,
            "epochs_per_loop": epochs,
            "draws": draws,
        }
        self.omega: dict[str, Tensor] = {}
        self.gamma: dict[str, Tensor] = {}

    def begin(self, network: nn.Module) -> None:
        """omega = gamma = 1."""
        device = next(network.parameters()).device
        ones = {width.name: torch.ones(width.size, device=device) for width in self._structure.widths}
        self.omega, self.gamma = ones, dict(ones)

    def __call__(self, network: nn.Module) -> Tensor:
        """The term, a scalar."""
        found = norms(network, self._structure, self._side)
        return (
            self._strength
            * torch.stack([(self.omega[name] * part).sum() for name, part in found.items()]).sum()
        )

    def after_epoch(self, epochs: int, network: nn.Module, draws: Draws) -> None:
        """Find gamma and omega anew where an outer loop is done."""
        if epochs % self._epochs:
            return
        generator = torch.Generator().manual_seed(self._seed + epochs)
        taken = _at_most(draws, self._draws)
        sharp = curvature(network, self._structure, self._side, taken, self._place, generator)
        with torch.no_grad():
            self.update(norms(network, self._structure, self._side), sharp, network)

    def update(self, norm: Mapping[str, Tensor], sharp: Mapping[str, Tensor], network: nn.Module) -> None:
        """gamma and omega of the groups' norms, per width, and the curvature, per convolution."""
        before = self.gamma
        if self._order == "gamma-first":
            self.gamma = {name: norm[name] / self.omega[name] for name in self.omega}
            self.omega = self._omega(self.gamma, sharp, network)
        else:
            self.omega = self._omega(before, sharp, network)
            self.gamma = {name: norm[name] / self.omega[name] for name in self.omega}

    def _omega(
        self, gamma: Mapping[str, Tensor], sharp: Mapping[str, Tensor], network: nn.Module
    ) -> dict[str, Tensor]:
        alpha = {}
        for name in all_layers(self._structure, self._side):
            own = spread(network, self._structure, self._side, gamma, name)
            alpha[name] = sharp[name] / (self._strength + own * sharp[name])
        total = sums(network, self._structure, self._side, alpha)
        # A group that no heatmap feels has no curvature; nothing is divided by zero for it.
        return {name: part.sqrt().clamp(min=1e-6) for name, part in total.items()}

    def state_dict(self) -> dict[str, Any]:
        """omega and gamma."""
        return {"omega": dict(self.omega), "gamma": dict(self.gamma)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from these."""
        for name, own in (("omega", self.omega), ("gamma", self.gamma)):
            own.update({width: value.to(own[width].device) for width, value in state[name].items()})


def _absolute(network: nn.Module, structure: Structure) -> Tensor:
    layers = dict.fromkeys((*all_layers(structure, "channels"), *all_layers(structure, "filters")))
    return torch.stack([folded(network, structure, name).abs().sum() for name in layers]).sum()


def _at_most(draws: Draws, count: int) -> Iterator[tuple[Tensor, Tensor, Tensor | None]]:
    for _, draw in zip(range(count), draws, strict=False):
        yield draw
