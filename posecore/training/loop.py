"""Training a hourglass on a prepared data folder, on a processor, one graphics chip or several.

Under `torchrun` every process runs this same code; Lightning Fabric joins them.
"""

import os
import time
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from torch import Tensor
from torch.utils.data import DataLoader, DistributedSampler
from tqdm import tqdm

from posecore.data.dataset import CropDataset, TrainingDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError, DataError
from posecore.metrics.pck import hits, pck
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import read_points, read_visibility
from posecore.training.augment import augment
from posecore.training.losses import heatmap_loss
from posecore.training.memory import keep_freed_memory
from posecore.training.presets import Preset
from posecore.training.record import RunFolder


def train(
    data: PreparedData,
    run: RunFolder,
    preset_name: str,
    preset: Preset,
    *,
    epochs: int | None = None,
    seed: int = 0,
    workers: int = 1,
    stacks: int = 1,
    channels: int = 256,
    resume: bool = False,
) -> list[dict[str, Any]]:
    """Train and return one record per epoch; weights with the best validation PCK go to `run.best`.

    Validation is always at 256 x 256, so epochs of different image sizes compare. On a processor
    with a fixed number of threads a resumed run ends with the very weights of an uninterrupted one.
    """
    epochs = preset.epochs if epochs is None else epochs
    if epochs < 1:
        raise ConfigError(f"--epochs {epochs}: expected at least 1")
    crops, validation = CropDataset(data, "train"), CropDataset(data, "val")
    for split, people in (("train", crops), ("val", validation)):
        if len(people) == 0:
            raise DataError(
                f"{data.path}: split {split} has no people; prepare it anew with scripts/prepare_coco.py"
            )
    config = HourglassConfig(
        channels=channels,
        stacks=stacks,
        initialisation=preset.initialisation,
        mean_rgb=tuple(data.info["mean_rgb"]),
    )
    fabric = _launch(preset)
    keep_freed_memory()
    torch.manual_seed(seed)
    network = StackedHourglass(config).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    batch_size = min(preset.batch_size, len(crops) // fabric.world_size)
    sampler: DistributedSampler[Tensor] = DistributedSampler(
        crops, fabric.world_size, fabric.global_rank, shuffle=True, seed=seed, drop_last=True
    )
    steps = len(sampler) // batch_size
    optimiser = _optimiser(preset, network)
    schedule = _schedule(preset, optimiser, steps * epochs)
    settings = {
        "preset": preset_name,
        "recipe": asdict(preset),
        "epochs": epochs,
        "seed": seed,
        "processes": fabric.world_size,
        "threads": torch.get_num_threads() if fabric.device.type == "cpu" else None,
        "device": str(fabric.device.type),
        "model": asdict(config),
        "data": {
            "name": data.info["name"],
            "fingerprint": data.info["fingerprint"],
            "train": len(crops),
            "val": len(validation),
        },
        "unreadable": data.info["unreadable"],
        "torch": torch.__version__,
    }
    state = run.start(settings, resume) if fabric.is_global_zero else None
    state = fabric.broadcast(state)
    history: list[dict[str, Any]] = []
    if state is not None:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        history = state["history"]
    module, fabric_optimiser = fabric.setup(network, optimiser)

    examples = TrainingDataset(
        crops,
        preset.target,
        partial(augment, augmentation=preset.augmentation) if preset.augmentation else None,
        seed,
    )
    for epoch in range(len(history), epochs):
        began = time.monotonic()
        examples.epoch, examples.size = epoch, preset.image_size(epoch, epochs)
        sampler.set_epoch(epoch)
        loader = fabric.setup_dataloaders(
            DataLoader(examples, batch_size, sampler=sampler, num_workers=workers, drop_last=True),
            use_distributed_sampler=False,
        )
        loss = 0.0
        network.train()
        progress = tqdm(
            loader,
            desc=f"epoch {epoch + 1}/{epochs} at {examples.size} px",
            total=steps,
            disable=not fabric.is_global_zero,
            mininterval=1 if os.isatty(2) else 30,
        )
        for images, heatmaps, labelled in progress:
            fabric_optimiser.zero_grad()
            predicted = module(_normalised(images))
            counted = labelled if preset.unlabelled == "ignore" else torch.ones_like(labelled)
            batch_loss = heatmap_loss(predicted, heatmaps, counted)
            fabric.backward(batch_loss)
            fabric_optimiser.step()
            if isinstance(schedule, torch.optim.lr_scheduler.OneCycleLR):
                schedule.step()
            loss += batch_loss.item()
        if not np.isfinite(loss):
            raise DataError(
                f"the loss is {loss} in epoch {epoch + 1}; start anew with a smaller learning rate"
            )
        scores = _validate(fabric, module, validation, preset, batch_size)
        if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
            schedule.step(scores["val_pck"])
        line = {
            "epoch": epoch + 1,
            "image_size": examples.size,
            "learning_rate": optimiser.param_groups[0]["lr"],
            "train_loss": loss / steps,
            **scores,
            "seconds": round(time.monotonic() - began, 1),
        }
        history.append(line)
        if fabric.is_global_zero:
            if scores["val_pck"] >= max(past["val_pck"] for past in history):
                save_checkpoint(run.best, network)
            state = {
                "network": network.state_dict(),
                "optimiser": optimiser.state_dict(),
                "schedule": schedule.state_dict(),
            }
            run.save_state(state, history)
            left = (epochs - epoch - 1) * float(np.mean([past["seconds"] for past in history]))
            print(
                f"epoch {epoch + 1}/{epochs}: train loss {line['train_loss']:.5f}, "
                f"val loss {scores['val_loss']:.5f}, val PCK {scores['val_pck']:.4f}, "
                f"{line['seconds']:.0f} s; about {left / 60:.0f} min left",
                flush=True,
            )
        fabric.barrier()
    return history


def _launch(preset: Preset) -> Fabric:
    # Under torchrun the number of processes is given; alone, one processor or one graphics chip.
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    nodes = int(os.environ.get("WORLD_SIZE", "1")) // processes
    strategy = "ddp" if processes * nodes > 1 else "auto"
    fabric = Fabric(devices=processes, num_nodes=nodes, strategy=strategy, precision=preset.precision)
    fabric.launch()
    return fabric


def _optimiser(preset: Preset, network: StackedHourglass) -> torch.optim.Optimizer:
    if preset.optimiser == "rmsprop":
        return torch.optim.RMSprop(network.parameters(), lr=preset.learning_rate, alpha=0.99)
    return torch.optim.AdamW(network.parameters(), lr=preset.learning_rate)


def _schedule(
    preset: Preset, optimiser: torch.optim.Optimizer, steps: int
) -> torch.optim.lr_scheduler.OneCycleLR | torch.optim.lr_scheduler.ReduceLROnPlateau:
    if preset.schedule == "drop-once":
        # `min_lr` makes it once: the first drop arrives there. Patience counts the epochs before the fifth.
        return torch.optim.lr_scheduler.ReduceLROnPlateau(
            optimiser, mode="max", factor=0.2, patience=4, threshold=0, min_lr=preset.learning_rate * 0.2
        )
    return torch.optim.lr_scheduler.OneCycleLR(
        optimiser, preset.learning_rate, total_steps=steps, pct_start=0.05, anneal_strategy="linear"
    )


def _normalised(images: Tensor) -> Tensor:
    """(N, 3, S, S) uint8 to float in [0, 1], in the layout the convolutions are fast in."""
    return (images.float() / 255).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def _validate(
    fabric: Fabric, module: Any, people: CropDataset, preset: Preset, batch_size: int
) -> dict[str, float]:
    """Loss and PCK over the validation people, at 256 x 256; every process scores them all."""
    module.eval()
    examples = TrainingDataset(people, preset.target, None, seed=0)
    loader = fabric.setup_dataloaders(DataLoader(examples, batch_size), use_distributed_sampler=False)
    loss, points = 0.0, []
    for images, heatmaps, labelled in loader:
        predicted = module(_normalised(images))
        counted = labelled if preset.unlabelled == "ignore" else torch.ones_like(labelled)
        loss += heatmap_loss(predicted, heatmaps, counted).item() * len(images)
        points.append(decode(predicted[:, -1].float().cpu().numpy())[0])
    scored = hits(
        np.concatenate(points), read_points(people.table, "annotated"), read_visibility(people.table)
    )
    return {"val_loss": loss / len(people), "val_pck": float(pck(scored))}
