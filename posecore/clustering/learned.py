"""Clusters that are learned: people as few numbers, which are moved until clusters of them stand apart.

A stacked denoising autoencoder is trained without a cluster in mind. Deep embedded clustering ("dec": Xie,
Girshick and Farhadi 2016) then moves its encoder and k centres so that people who are nearly sure of their
cluster become surer: it lowers the Kullback-Leibler divergence between assignments (Student's t) and a
sharpened target. Its improved form ("idec": Guo, Gao, Liu and Yin 2017) has people reconstructed meanwhile,
so that what tells them apart is not given up. Both make tight clusters whether there are groups or not: a
silhouette in the learned space says nothing of groups, so clusters are judged where people came from.

Shapes: N people, D numbers per person, d numbers of the learned space, k clusters.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.functional import kl_div, mse_loss

from posecore.blocks import LocalSource
from posecore.clustering.density import LEAST, Sorted, Sorting
from posecore.clustering.kmeans import kmeans
from posecore.errors import ConfigError

KEPT: Final[Mapping[str, bool]] = {"dec": False, "idec": True}
"""Methods, and whether people go on being reconstructed while clusters are learned."""

LEAST_PEOPLE: Final = 50
"""Of fewer an autoencoder learns them one by one."""

WIDTHS: Final = (64, 64, 10)
"""Of the encoder's layers; the last is the learned space. Narrower than the original's, as there are 1,000
people in 50 components rather than 60,000 in 784 pixels."""

DROPPED: Final = 0.2
"""Share of a layer's numbers that are left out while it learns to bring them back."""

BATCH: Final = 256
RATE: Final = 1e-3
"""Step of Adam."""

STEPS: Final = 200
"""For each layer; twice as many for all layers together. 1,000 people take some four seconds on one core."""

TARGETS: Final = 20
"""How often the target is taken anew at most."""

PER_TARGET: Final = 20
"""Steps towards each target."""

SETTLED: Final = 0.001
"""Share of people changing their cluster from one target to the next, below which it is done."""

WEIGHT: Final = 0.1
"""Of the divergence beside the reconstruction (Guo et al.)."""

Progress = Callable[[float], None]
"""Is told the share that is done."""


class Autoencoder(nn.Module):
    """(N, D) people to (N, d) numbers and back. Layers are rectified but at the numbers and at the end.

    center: (D,) the mean of the people it was made for. scale: the spread of their numbers. Weights start
    Glorot normal, drawn with `generator`.
    """

    center: Tensor
    scale: Tensor

    def __init__(self, features: Tensor, generator: torch.Generator) -> None:
        super().__init__()
        numbers = features.shape[1]
        widths = [numbers, *WIDTHS[:-1], min(WIDTHS[-1], numbers)]
        self.down = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        self.up = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths[::-1]))
        self.register_buffer("center", features.mean(dim=0))
        self.register_buffer("scale", features.var(dim=0, correction=0).mean().sqrt())
        for layer in (*self.down, *self.up):
            assert isinstance(layer, nn.Linear)
            nn.init.xavier_normal_(layer.weight, generator=generator)
            nn.init.zeros_(layer.bias)

    def scaled(self, features: Tensor) -> Tensor:
        """(N, D) what goes in, and is to come out again."""
        return (features - self.center) / self.scale

    def encode(self, scaled: Tensor) -> Tensor:
        """(N, D) to (N, d)."""
        return _through(self.down, scaled)

    def decode(self, numbers: Tensor) -> Tensor:
        """(N, d) to (N, D)."""
        return _through(self.up, numbers)


@dataclass(frozen=True, eq=False)
class Learned:
    """Clusters of N people. labels: (N,) from 0 to k - 1. embedding: (N, d) people in the learned space.
    encoder, centers: what sorts other people, see `sort`; centers are (k, d)."""

    labels: NDArray[np.int64]
    embedding: NDArray[np.float32]
    encoder: Autoencoder
    centers: Tensor

    def sort(
        self, features: NDArray[np.floating], among: NDArray[np.integer] | None = None
    ) -> NDArray[np.int64]:
        """(M,) the clusters of people (M, D) who may be others, of all or of those that `among` names."""
        with torch.no_grad():
            shares = assignments(_embedded(self.encoder, features), self.centers)
        numbers = np.arange(len(self.centers)) if among is None else np.asarray(among)
        nearest: NDArray[np.int64] = numbers[shares.numpy()[:, numbers].argmax(axis=1)]
        return nearest


def train_autoencoder(
    features: NDArray[np.floating], seed: int = 0, report: Progress | None = None
) -> Autoencoder:
    """A stacked denoising autoencoder of people (N, D): layer after layer, then all of them together.

    Serves every k. The same seed gives the same one on the same machine. Raises ConfigError for fewer than
    LEAST_PEOPLE, or people who are all alike.
    """
    if len(features) < LEAST_PEOPLE:
        raise ConfigError(
            f"{len(features)} people: clusters are learned of {LEAST_PEOPLE} or more; choose more people, "
            "or k-means"
        )
    generator = torch.Generator().manual_seed(seed)
    people = torch.from_numpy(np.array(features, np.float32))
    trained = Autoencoder(people, generator)
    if not trained.scale > 0:
        raise ConfigError(f"{len(features)} people who are all alike: nothing can be learned of them")
    scaled = trained.scaled(people)
    layers = len(trained.down)
    advance = _Advance(report, (layers + 2) * STEPS)
    with torch.enable_grad():
        below = scaled
        for number in range(layers):
            down, up = trained.down[number], trained.up[layers - 1 - number]
            ends = number == 0, number == layers - 1
            loss = partial(_layer_loss, down, up, below, ends, generator)
            _descend(
                _adam([*down.parameters(), *up.parameters()]), len(people), loss, STEPS, generator, advance
            )
            below = down(below).detach()
            below = below if ends[1] else below.relu()
        loss = partial(_reconstruction, trained, scaled)
        _descend(_adam(trained.parameters()), len(people), loss, 2 * STEPS, generator, advance)
    return trained


def learn(
    autoencoder: Autoencoder,
    features: NDArray[np.floating],
    method: str,
    k: int,
    restarts: int = 10,
    seed: int = 0,
    report: Progress | None = None,
) -> Learned:
    """k clusters of people (N, D) by a method of KEPT; the autoencoder stays as it is.

    Begins from the tightest of `restarts` K-Means clusterings of the autoencoder's numbers. Clusters may come
    out empty.
    """
    generator = torch.Generator().manual_seed(seed)
    encoder = copy.deepcopy(autoencoder)
    scaled = encoder.scaled(torch.from_numpy(np.array(features, np.float32)))
    advance = _Advance(report, TARGETS * PER_TARGET)
    start = LocalSource(_embedded(encoder, features).numpy())
    runs = kmeans(start, [k] * restarts, [(seed, k, restart) for restart in range(restarts)])
    begun = runs.centroids[int(runs.inertia.argmin())] + start.mean
    centers = nn.Parameter(torch.from_numpy(begun.astype(np.float32)))
    adam = _adam([*encoder.parameters(), centers])
    before = None
    for _ in range(TARGETS):
        with torch.no_grad():
            target = sharpened(assignments(encoder.encode(scaled), centers))
        labels = target.argmax(dim=1)
        if before is not None and (labels != before).float().mean() < SETTLED:
            break
        before = labels
        loss = partial(_cluster_loss, encoder, scaled, centers, target, KEPT[method])
        with torch.enable_grad():
            _descend(adam, len(scaled), loss, PER_TARGET, generator, advance)
    with torch.no_grad():
        embedding = encoder.encode(scaled)
        found = assignments(embedding, centers).argmax(dim=1).numpy()
    return Learned(found, embedding.numpy(), encoder.requires_grad_(False), centers.detach())


def assignments(embedding: Tensor, centers: Tensor) -> Tensor:
    """(N, k) shares of a person in every cluster, by Student's t with one degree of freedom."""
    near = 1 / (1 + torch.cdist(embedding, centers).square())
    return near / near.sum(dim=1, keepdim=True)


def sharpened(shares: Tensor) -> Tensor:
    """(N, k) the target: shares squared, over the cluster's size so that large ones do not swallow others."""
    sharp = shares.square() / shares.sum(dim=0)
    return sharp / sharp.sum(dim=1, keepdim=True)


def sorting(method: str, restarts: int = 10, seed: int = 0) -> Sorting:
    """For the density test: clusters learned of one half of the people, into which the other half is sorted.

    The learned space has no part in what is measured: centroids are means of people where they came from.
    """

    def sort(fitted: NDArray[np.float32], held: NDArray[np.float32], ks: list[int]) -> Iterator[Sorted]:
        autoencoder = train_autoencoder(fitted, seed)
        for k in ks:
            found = learn(autoencoder, fitted, method, k, restarts, seed)
            enough = np.flatnonzero(np.bincount(found.labels, minlength=k) >= LEAST)
            centroids = [fitted[found.labels == number].mean(axis=0) for number in enough]
            if not len(enough):  # everybody is in clusters too small
                yield fitted.mean(axis=0, keepdims=True), np.zeros(len(held), np.int64)
                continue
            yield np.stack(centroids), np.searchsorted(enough, found.sort(held, enough))

    return sort


class _Advance:
    """Tells `report` now and then what share of so many steps is done."""

    def __init__(self, report: Progress | None, steps: int) -> None:
        self._report, self._steps, self._done = report, steps, 0

    def __call__(self) -> None:
        self._done += 1
        if self._report is not None and self._done % PER_TARGET == 0:
            self._report(self._done / self._steps)


def _descend(
    adam: torch.optim.Optimizer,
    people: int,
    loss: Callable[[Tensor], Tensor],
    steps: int,
    generator: torch.Generator,
    advance: _Advance,
) -> None:
    """So many steps down the loss of rows of people drawn."""
    for _ in range(steps):
        adam.zero_grad()
        loss(torch.randint(people, (min(BATCH, people),), generator=generator)).backward()  # type: ignore[no-untyped-call]
        adam.step()
        advance()


def _adam(parameters: Iterable[Tensor]) -> torch.optim.Optimizer:
    return torch.optim.Adam(parameters, RATE, fused=True)  # all numbers in one call: half the time of a step


def _layer_loss(
    down: nn.Module,
    up: nn.Module,
    below: Tensor,
    ends: tuple[bool, bool],
    generator: torch.Generator,
    rows: Tensor,
) -> Tensor:
    """How far a layer is from bringing back what was left out. ends: whether it is the first, the last."""
    people = below[rows]
    hidden = down(_noisy(people, generator))
    back = up(hidden if ends[1] else _noisy(hidden.relu(), generator))
    return mse_loss(back if ends[0] else back.relu(), people)


def _reconstruction(autoencoder: Autoencoder, scaled: Tensor, rows: Tensor) -> Tensor:
    people = scaled[rows]
    return mse_loss(autoencoder.decode(autoencoder.encode(people)), people)


def _cluster_loss(
    encoder: Autoencoder, scaled: Tensor, centers: Tensor, target: Tensor, kept: bool, rows: Tensor
) -> Tensor:
    people, wanted = scaled[rows], target[rows]
    embedding = encoder.encode(people)
    apart = kl_div(assignments(embedding, centers).log(), wanted, reduction="batchmean")
    return WEIGHT * apart + mse_loss(encoder.decode(embedding), people) if kept else apart


def _noisy(values: Tensor, generator: torch.Generator) -> Tensor:
    """With some numbers left out, and the others larger by as much."""
    left = torch.rand(values.shape, generator=generator) >= DROPPED
    return values * left / (1 - DROPPED)


def _embedded(autoencoder: Autoencoder, features: NDArray[np.floating]) -> Tensor:
    with torch.no_grad():
        return autoencoder.encode(autoencoder.scaled(torch.from_numpy(np.array(features, np.float32))))


def _through(layers: nn.ModuleList, values: Tensor) -> Tensor:
    for layer in layers[:-1]:
        values = layer(values).relu()
    last: Tensor = layers[-1](values)
    return last
