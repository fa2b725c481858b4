"""Training a hourglass on a prepared data folder, on a processor, one graphics chip or several.

Under `torchrun` every process runs this same code; Lightning Fabric joins them.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lightning_fabric import Fabric
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau
from torch.utils.data import DataLoader, DistributedSampler, Sampler
from tqdm import tqdm

from posecore.ablation import ALL_OFF
from posecore.data.dataset import CropDataset, Example, TrainingDataset
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError, DataError
from posecore.inference import best_precision
from posecore.metrics.pck import hits, pck
from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.configs import name_of
from posecore.models.layers import Stem
from posecore.models.pose_resnet import ResNetStem
from posecore.models.registry import MODELS
from posecore.processes import reading
from posecore.samples import read_points, read_visibility
from posecore.training.augment import augment
from posecore.training.beginning import Beginning, first_network, redrawn
from posecore.training.distillation import SHARE, Teacher
from posecore.training.losses import heatmap_loss
from posecore.training.memory import keep_freed_memory
from posecore.training.optimise import Schedule, make_optimiser, make_schedule
from posecore.training.penalty import Draws, Penalty
from posecore.training.presets import Precision, Preset
from posecore.training.record import RunFolder

Record = dict[str, Any]
"""One epoch: epoch (from 1), image_size, learning_rate, precision (that it was computed in), train_loss,
val_loss, val_pck, val_pck_0000 (with all skips cut), seconds. With a teacher also teacher_loss, with a
penalty also penalty: the means of those terms, which train_loss, the data term, does not contain."""


def train(
    data: Sequence[PreparedData],
    run: RunFolder,
    preset_name: str,
    preset: Preset,
    *,
    epochs: int | None = None,
    seed: int = 0,
    workers: int = 1,
    model: str | None = None,
    depth: int | None = None,
    stacks: int | None = None,
    channels: int | None = None,
    bottleneck_channels: int | None = None,
    skips: str | None = None,
    cut_skips: float = 0.0,
    init: Path | None = None,
    shape: Path | None = None,
    autoencoder: Path | None = None,
    teacher: Path | None = None,
    penalty: Penalty | None = None,
    people: int | None = None,
    resume: bool = False,
) -> list[Record]:
    """Train and return one record per epoch; the weights with the best validation PCK go to `run.best`,
    those after the last epoch to `run.last`.

    data: folders whose training people are taken together; those of the first one's val are validated on.
    model: a name in MODELS, of a new network; None for an hourglass. depth: as in PoseResNetConfig; stacks,
    channels, bottleneck_channels, skips: as in HourglassConfig; None for their defaults.
    cut_skips: probability that a picture is shown with skips cut, each level on or off alike, in all stacks.
    init: a checkpoint whose network is trained on, as it is built; the history goes on from the one that lies
    beside it. autoencoder: weights, made for that network, of one that is put into its bottleneck first.
    shape: a checkpoint whose network is built with new weights, as the fair control of a compressed one.
    teacher: a checkpoint whose heatmaps are a second target. penalty: is added to the loss.
    people: how many of the training people an epoch takes, drawn anew for each; None for all.

    Validation is always at 256 x 256, so epochs of different image sizes compare. On a processor
    with a fixed number of threads a resumed run ends with the very weights of an uninterrupted one.
    Raises ConfigError for impossible options, CheckpointError for weights that cannot be used, DataError
    where the data folder lacks people.
    """
    epochs = preset.epochs if epochs is None else epochs
    if epochs < 1:
        raise ConfigError(f"--epochs {epochs}: expected at least 1")
    if not 0 <= cut_skips <= 1:
        raise ConfigError(f"--cut-skips {cut_skips}: expected a probability, 0 to 1")
    if people is not None and people < 1:
        raise ConfigError(f"--people {people}: expected at least 1")
    crops = [CropDataset(folder, "train") for folder in data]
    validation = CropDataset(data[0], "val")
    if autoencoder is not None and init is None:
        raise ConfigError("--autoencoder: name the network it is put into with --init")
    if shape is not None and init is not None:
        raise ConfigError("--shape: draws new weights; leave out --init, or --shape to train its weights on")
    before = Beginning(init, autoencoder) if init is not None else None
    if model is not None and (init is not None or shape is not None):
        raise ConfigError(
            f"--model {model}: is of a new network; leave it out, as --init or --shape has its own"
        )
    if model is not None and model not in MODELS:
        raise ConfigError(f"--model {model}: expected one of {', '.join(MODELS)}")
    built = {
        "depth": depth,
        "stacks": stacks,
        "channels": channels,
        "bottleneck_channels": bottleneck_channels,
        "skips": skips,
    }
    built = {name: value for name, value in built.items() if value is not None}
    precision = _computed_in(preset)
    fabric = _launch(precision)
    on_chip = fabric.device.type == "cuda"
    torch.backends.cudnn.benchmark = on_chip  # an epoch's pictures are all of one size
    if penalty is not None and fabric.world_size > 1:
        raise ConfigError("a network is compressed by one process; start the script without torchrun")
    keep_freed_memory()
    torch.manual_seed(seed)
    if shape is not None:
        network = redrawn(shape, preset, built)
    else:
        if before is None:
            built["joints"] = len(data[0].keypoints)
        network = first_network(before, model or "hourglass", preset, data[0].info["mean_rgb"], built)
    for folder in data:
        folder.check_network(network.config.joints)
    if cut_skips and network.config.skips == ALL_OFF.title:
        raise ConfigError(f"--cut-skips {cut_skips}: the network is built without skips; leave one out")
    taught_by = Teacher(teacher, network.config.joints, fabric) if teacher is not None else None
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    for part in _frozen(network.stem, preset):
        part.requires_grad_(False)
    change = partial(augment, augmentation=preset.augmentation) if preset.augmentation else None
    examples = TrainingDataset(crops, preset.target, change, seed, cut_skips)
    sampler: DistributedSampler[Example] = DistributedSampler(
        examples, fabric.world_size, fabric.global_rank, shuffle=True, seed=seed, drop_last=True
    )
    drawn = sampler if people is None else _First(sampler, people // fabric.world_size)
    batch_size = max(1, min(preset.batch_size, len(drawn)))
    optimiser = make_optimiser(preset, network)
    schedule = make_schedule(preset, optimiser, len(drawn) // batch_size * epochs)
    history: list[Record] = list(before.history) if before is not None else []
    earlier = len(history)
    settings = {
        "preset": preset_name,
        "recipe": asdict(preset),
        "epochs": epochs,
        "epochs_before": earlier,
        "seed": seed,
        "processes": fabric.world_size,
        "threads": torch.get_num_threads() if fabric.device.type == "cpu" else None,
        "device": fabric.device.type,
        "cut_skips": cut_skips,
        "people": people,
        "init": before.record if before is not None else None,
        "shape": weights_digest(load_checkpoint(shape)) if shape is not None else None,
        "teacher": taught_by.record if taught_by is not None else None,
        "penalty": dict(penalty.settings) if penalty is not None else None,
        "network": name_of(network.config),
        "model": asdict(network.config),
        "data": [
            {
                "name": folder.info["name"],
                "fingerprint": folder.info["fingerprint"],
                "train": len(people),
                "unreadable": len(folder.info["unreadable"]),
            }
            for folder, people in zip(data, crops, strict=True)
        ],
        "validated_on": {"name": data[0].info["name"], "people": len(validation)},
        "torch": torch.__version__,
    }
    state = fabric.broadcast(run.start(settings, resume) if fabric.is_global_zero else None)
    if state is not None:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        schedule.load_state_dict(state["schedule"])
        history = state["history"]
    module, fabric_optimiser = fabric.setup(network, optimiser)
    if penalty is not None:
        penalty.begin(network)
        if state is not None:
            penalty.load_state_dict(state["penalty"])

    for epoch in range(len(history) - earlier, epochs):
        began = time.monotonic()
        examples.epoch, examples.size = epoch, preset.image_size(epoch, epochs)
        if network.config.autoencoder:
            # Its noise, the only chance the network itself has; drawn by epoch, so that a resumed run agrees.
            torch.manual_seed(seed + 1_000_003 * (1 + epoch * fabric.world_size + fabric.global_rank))
        sampler.set_epoch(epoch)
        loader: Any = fabric.setup_dataloaders(
            DataLoader(
                examples,
                batch_size,
                sampler=drawn,
                num_workers=workers,
                drop_last=True,
                pin_memory=on_chip,  # else every copy to the chip would wait for all that it has to do
            ),
            use_distributed_sampler=False,
        )
        with (
            reading(workers),
            tqdm(
                loader,
                desc=f"epoch {earlier + epoch + 1}/{earlier + epochs} at {examples.size} px",
                disable=not fabric.is_global_zero,
                mininterval=1 if os.isatty(2) else 30,
            ) as batches,
        ):
            losses = _train_epoch(
                fabric, module, fabric_optimiser, schedule, batches, preset, cut_skips > 0, taught_by, penalty
            )
        if not np.isfinite(list(losses.values())).all():
            raise DataError(
                f"{run.path}: the loss became {losses['train_loss']} in epoch {earlier + epoch + 1}; "
                "train anew with another seed"
            )
        scores = _validate(fabric, module, validation, preset, batch_size)
        if penalty is not None:
            with reading(workers):
                penalty.after_epoch(epoch + 1, network, _draws(loader, preset, cut_skips > 0))
        if isinstance(schedule, ReduceLROnPlateau):
            schedule.step(scores["val_pck"])
        history.append(
            {
                "epoch": earlier + epoch + 1,
                "image_size": examples.size,
                "learning_rate": optimiser.param_groups[0]["lr"],
                "precision": precision,
                **losses,
                **scores,
                "seconds": round(time.monotonic() - began, 1),
            }
        )
        if fabric.is_global_zero:
            save_checkpoint(run.last, network)
            # Of its own epochs only: those it began with are another network's if an autoencoder was put in.
            if scores["val_pck"] >= max(record["val_pck"] for record in history[earlier:]):
                save_checkpoint(run.best, network)
            run.save_state(
                {
                    "network": network.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "schedule": schedule.state_dict(),
                    "penalty": penalty.state_dict() if penalty is not None else None,
                },
                history,
            )
            _report(history, earlier + epochs)
        fabric.barrier()
    return history


class _First(Sampler[int]):
    """The first of what another sampler, which shuffles anew for every epoch, draws."""

    def __init__(self, sampler: Any, count: int) -> None:
        self._sampler, self._count = sampler, count

    def __len__(self) -> int:
        return min(self._count, len(self._sampler))

    def __iter__(self) -> Iterator[int]:
        return islice(iter(self._sampler), self._count)


def _frozen(stem: Stem | ResNetStem, preset: Preset) -> list[nn.Module]:
    parts: dict[str, list[nn.Module]] = {"nothing": [], "fine": [stem.fine], "stem": [stem]}
    return parts[preset.frozen]


def _computed_in(preset: Preset) -> Precision:
    """The recipe's precision where this machine computes it natively: emulated, bfloat16 takes twice the time
    of float32 (docs/figures.md)."""
    return preset.precision if best_precision() == "bf16" else "32-true"


def _launch(precision: Precision) -> Fabric:
    # Under torchrun the number of processes is given; alone, one processor or one graphics chip.
    processes = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))
    nodes = int(os.environ.get("WORLD_SIZE", "1")) // processes
    strategy = "ddp" if processes * nodes > 1 else "auto"
    fabric = Fabric(devices=processes, num_nodes=nodes, strategy=strategy, precision=precision)
    fabric.launch()
    return fabric


def _train_epoch(
    fabric: Fabric,
    module: Any,
    optimiser: Any,
    schedule: Schedule,
    batches: Iterable[Example],
    preset: Preset,
    cut: bool,
    teacher: Teacher | None = None,
    penalty: Penalty | None = None,
) -> dict[str, float]:
    """One pass over the batches; returns the means of the loss's terms, as a Record names them.

    cut: whether pictures are shown with their skip masks. Nothing of a step is read before the pass is over:
    a graphics chip is given the next step while it is still at this one.
    """
    module.train()
    for part in _frozen(module.stem, preset):
        part.eval()
    losses: dict[str, list[Tensor]] = {}
    for batch in batches:
        optimiser.zero_grad()
        loss, predicted = _loss(module, batch, preset, batch.skip_mask if cut else None)
        terms = {"train_loss": loss}
        if teacher is not None:
            soft = teacher.heatmaps(_pictures(batch))
            everywhere = torch.ones_like(batch.labelled)
            terms["teacher_loss"] = heatmap_loss(predicted, soft, everywhere, preset.place)
            loss = (1 - SHARE) * loss + SHARE * terms["teacher_loss"]
        if penalty is not None:
            terms["penalty"] = penalty(module.module)
            loss = loss + terms["penalty"]
        fabric.backward(loss)
        optimiser.step()
        if isinstance(schedule, OneCycleLR):
            schedule.step()
        for name, term in terms.items():
            losses.setdefault(name, []).append(term.detach())
    return {name: float(np.mean([value.item() for value in values])) for name, values in losses.items()}


def _draws(batches: Iterable[Example], preset: Preset, cut: bool) -> Draws:
    for batch in batches:
        yield _pictures(batch), _counted(batch, preset), batch.skip_mask if cut else None


def _pictures(batch: Example) -> Tensor:
    # channels_last is the layout the convolutions are fast in.
    return (batch.image.float() / 255).contiguous(memory_format=torch.channels_last)


def _counted(batch: Example, preset: Preset) -> Tensor:
    return batch.labelled if preset.unlabelled == "ignore" else torch.ones_like(batch.labelled)


@torch.no_grad()
def _validate(
    fabric: Fabric, module: Any, people: CropDataset, preset: Preset, batch_size: int
) -> dict[str, float]:
    """Over the validation people, at 256 x 256; every process scores them all.

    val_loss and val_pck with all skips, and val_pck_0000 with all of them cut where the network has any.
    """
    module.eval()
    examples = TrainingDataset([people], preset.target, None, seed=0)
    loader: Any = fabric.setup_dataloaders(DataLoader(examples, batch_size), use_distributed_sampler=False)
    has_skips = module.config.skips != ALL_OFF.title
    masks = {"val_pck": None, **({"val_pck_0000": torch.tensor(ALL_OFF)} if has_skips else {})}
    points: dict[str, list[NDArray[np.float32]]] = {name: [] for name in masks}
    total = 0.0
    for batch in loader:
        for name, mask in masks.items():
            loss, predicted = _loss(module, batch, preset, mask)
            total += loss.item() * len(predicted) if mask is None else 0
            points[name].append(decode(predicted[:, -1].float().cpu().numpy())[0])
    annotated, visibility = read_points(people.table, "annotated"), read_visibility(people.table)
    scores = {name: pck(hits(np.concatenate(of), annotated, visibility)) for name, of in points.items()}
    return {"val_loss": total / len(people), **scores}


def _loss(module: Any, batch: Example, preset: Preset, skip_mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """The loss of a batch and its heatmaps (N, S, K, H, W), with skips as in `skip_mask`, (4,) or (N, 4)."""
    pictures = _pictures(batch)
    predicted = module(pictures, skip_mask.to(pictures.device) if skip_mask is not None else None)
    return heatmap_loss(predicted, batch.heatmaps, _counted(batch, preset), preset.place), predicted


def _report(history: list[Record], epochs: int) -> None:
    last = history[-1]
    left = (epochs - last["epoch"]) * float(np.mean([record["seconds"] for record in history]))
    cut = f" ({last['val_pck_0000']:.4f} with all skips cut)" if "val_pck_0000" in last else ""
    print(
        f"epoch {last['epoch']}/{epochs}: train loss {last['train_loss']:.5f}, "
        f"val loss {last['val_loss']:.5f}, val PCK {last['val_pck']:.4f}{cut}, "
        f"{last['seconds']:.0f} s; about {left / 60:.0f} min left",
        flush=True,
    )
