"""What a training may add to its data term."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from torch import Tensor, nn

Draws = Iterator[tuple[Tensor, Tensor, Tensor | None]]
"""Batches of the training people: pictures (N, 3, S, S) in [0, 1], which maps count (N, K), skip masks."""


class Penalty(Protocol):
    """A term of the loss that depends on the weights alone, on a processor or one graphics chip."""

    @property
    def settings(self) -> Mapping[str, Any]:
        """What makes it another one; for the run's record."""
        ...

    def begin(self, network: nn.Module) -> None:
        """Look at the network before its first step."""
        ...

    def __call__(self, network: nn.Module) -> Tensor:
        """The term, a scalar with gradients."""
        ...

    def after_epoch(self, epochs: int, network: nn.Module, draws: Draws) -> None:
        """So many epochs are done."""
        ...

    def state_dict(self) -> dict[str, Any]:
        """Tensors and plain values that it goes on from."""
        ...

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from these."""
        ...
