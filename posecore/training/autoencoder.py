"""Training an autoencoder alone, on the latents that a bundle holds (thesis, section 7).

Latents stay in their file and are read batch by batch, so memory does not grow with the number of people.
"""

import os
import time
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.lr_scheduler import StepLR
from tqdm import tqdm

from posecore.blocks import BLOCK, finite
from posecore.bundle import Bundle
from posecore.bundle.manifest import LATENTS, WEIGHTS
from posecore.errors import ConfigError, DataError
from posecore.models.autoencoder import Autoencoder
from posecore.models.checkpoint import save_autoencoder
from posecore.models.configs import CELLS, NUMBERS, AutoencoderConfig, HourglassConfig
from posecore.training.record import RunFolder

EPOCHS: Final = 100
BATCH: Final = 16
LEARNING_RATE: Final = 5e-4
MOMENTUM: Final = 0.9
HALVED_EVERY: Final = 25
"""Epochs after which the learning rate is halved, again and again."""

HELD_OUT: Final = 0.1
"""Share of the people whose latents are not trained on."""

Record = dict[str, Any]
"""One epoch: epoch (from 1), learning_rate, train_loss, val_loss, val_explained, seconds."""


def train_autoencoder(
    bundle: Bundle,
    run: RunFolder,
    *,
    epochs: int = EPOCHS,
    numbers: int = NUMBERS,
    seed: int = 0,
    resume: bool = False,
) -> list[Record]:
    """Train and return one record per epoch; weights with the lowest held-out loss go to `run.best`.

    The thesis's recipe: squared error to the latent without noise, SGD with momentum. A tenth of the people,
    drawn by `seed`, is held out. val_explained is the share of their variance around the mean of the others
    that survives, 1 at best and below 0 where the mean itself would do better. On a processor a resumed run
    ends with the very weights of an uninterrupted one. People whose latents hold nan are left out.

    Raises ConfigError for impossible options or latents that cannot be squeezed, DataError where the loss
    leaves all bounds.
    """
    if epochs < 1:
        raise ConfigError(f"--epochs {epochs}: expected at least 1")
    config = _config(bundle, numbers)
    trained, held_out, left_out = split(bundle.latents, seed)
    settings = {
        "epochs": epochs,
        "seed": seed,
        "autoencoder": {"channels": config.channels, "numbers": config.numbers},
        "recipe": {
            "optimiser": "sgd",
            "learning_rate": LEARNING_RATE,
            "momentum": MOMENTUM,
            "halved_every": HALVED_EVERY,
            "batch_size": BATCH,
        },
        "bundle": {
            "name": bundle.manifest.name,
            **{name: bundle.manifest.files[name]["sha256"] for name in (WEIGHTS, LATENTS)},
            "data": bundle.manifest.dataset["name"],
            "split": bundle.manifest.dataset["split"],
        },
        "people": {"trained": len(trained), "held_out": len(held_out), "left_out": left_out},
        "torch": torch.__version__,
    }
    state = run.start(settings, resume)
    torch.manual_seed(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = Autoencoder(config).to(device)
    optimiser = torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)
    schedule = StepLR(optimiser, HALVED_EVERY, gamma=0.5)
    history: list[Record] = []
    if state is not None:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        history = state["history"]
    variance = _variance_around_mean(bundle.latents, trained, held_out)

    progress = tqdm(
        total=epochs,
        initial=len(history),
        desc="autoencoder",
        unit=" epochs",
        mininterval=1 if os.isatty(2) else 30,
    )
    for epoch in range(len(history), epochs):
        began = time.monotonic()
        rate = optimiser.param_groups[0]["lr"]
        # Order and noise are drawn by epoch, so that a resumed run agrees.
        torch.manual_seed(seed + 1_000_003 * (1 + epoch))
        order = np.random.default_rng((seed, epoch)).permutation(trained)
        train_loss = _train_epoch(network, optimiser, bundle.latents, order)
        schedule.step()
        val_loss = _loss_on(network, bundle.latents, held_out)
        if not np.isfinite([train_loss, val_loss]).all():
            raise DataError(
                f"{run.path}: the loss became {train_loss} in epoch {epoch + 1}; try another seed"
            )
        history.append(
            {
                "epoch": epoch + 1,
                "learning_rate": rate,
                "train_loss": train_loss,
                "val_loss": val_loss,
                "val_explained": 1 - val_loss / variance,
                "seconds": round(time.monotonic() - began, 2),
            }
        )
        if val_loss <= min(record["val_loss"] for record in history):
            save_autoencoder(run.best, network)
        run.save_state(
            {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
            },
            history,
        )
        progress.set_postfix_str(f"held-out loss {val_loss:.4f}", refresh=False)
        progress.update()
    progress.close()
    return history


def split(latents: NDArray[np.floating], seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Rows to train on and rows held out, both ascending, and how many people are left out for nan.

    latents: (N, D). Raises ConfigError where fewer than two people are left.
    """
    rows = np.flatnonzero(finite(latents))
    if len(rows) < 2:
        raise ConfigError(
            f"{len(rows)} of {len(latents)} latents are finite; an autoencoder needs two or more"
        )
    order = np.random.default_rng(seed).permutation(rows)
    count = max(1, round(HELD_OUT * len(rows)))
    return np.sort(order[count:]), np.sort(order[:count]), len(latents) - len(rows)


def _config(bundle: Bundle, numbers: int) -> AutoencoderConfig:
    network = bundle.manifest.network_config
    if not isinstance(network, HourglassConfig):
        raise ConfigError(
            f"{bundle.path}: only an hourglass takes an autoencoder, and its network is a "
            f"{bundle.manifest.model['name']}; name a bundle of an hourglass"
        )
    if network.autoencoder:
        raise ConfigError(
            f"{bundle.path}: its network has an autoencoder already; name a bundle of the network without"
        )
    return AutoencoderConfig(bundle.manifest.dimensions // CELLS**2, numbers)


def _batch(network: Autoencoder, latents: NDArray[np.floating], rows: NDArray[np.int64]) -> Tensor:
    """(n, C, 4, 4) of the people in `rows`, read in the file's order: within a batch it means nothing."""
    device = network.to_numbers.weight.device
    batch = torch.from_numpy(np.asarray(latents[np.sort(rows)], np.float32)).to(device)
    return batch.reshape(len(rows), -1, CELLS, CELLS)


def _train_epoch(
    network: Autoencoder,
    optimiser: torch.optim.Optimizer,
    latents: NDArray[np.floating],
    order: NDArray[np.int64],
) -> float:
    """One pass over the people in `order`; returns the mean loss."""
    network.train()
    total = 0.0
    for start in range(0, len(order), BATCH):
        batch = _batch(network, latents, order[start : start + BATCH])
        loss = nn.functional.mse_loss(network(batch), batch)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        total += loss.item() * len(batch)
    return total / len(order)


@torch.no_grad()
def _loss_on(network: Autoencoder, latents: NDArray[np.floating], rows: NDArray[np.int64]) -> float:
    """Mean squared error over the people in `rows`, without noise."""
    network.eval()
    total = 0.0
    for start in range(0, len(rows), BATCH):
        batch = _batch(network, latents, rows[start : start + BATCH])
        total += nn.functional.mse_loss(network(batch), batch).item() * len(batch)
    return total / len(rows)


def _variance_around_mean(
    latents: NDArray[np.floating], trained: NDArray[np.int64], held_out: NDArray[np.int64]
) -> float:
    """Mean squared distance, per number, of held-out latents from the mean of those trained on."""
    mean = np.zeros(latents.shape[1])
    for start in range(0, len(trained), BLOCK):
        mean += latents[trained[start : start + BLOCK]].sum(axis=0, dtype=np.float64) / len(trained)
    squares = 0.0
    for start in range(0, len(held_out), BLOCK):
        squares += float(np.square(latents[held_out[start : start + BLOCK]] - mean).sum())
    if squares == 0:
        raise ConfigError("the held-out latents are all equal to the others' mean; there is nothing to learn")
    return float(squares / (len(held_out) * latents.shape[1]))
