"""Training a network with a penalty, and ranking its groups of weights by what that left."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from posecore.compression.groups import Side, norms
from posecore.compression.penalties import L1, Bayesian, GroupLasso, Order
from posecore.compression.ranking import RANKING, Ranking, Scale, save_ranking
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError
from posecore.models.checkpoint import load_checkpoint, save_checkpoint, weights_digest
from posecore.models.registry import PoseNetwork
from posecore.training.beginning import Beginning
from posecore.training.loop import train
from posecore.training.presets import Preset
from posecore.training.record import RUN, RunFolder

Method = Literal["l1", "group-lasso", "bayesian"]
METHODS: Final[tuple[str, ...]] = get_args(Method)

Control = Literal["magnitude", "random"]
CONTROLS: Final[tuple[str, ...]] = get_args(Control)


def compress(
    data: Sequence[PreparedData],
    run: RunFolder,
    preset_name: str,
    preset: Preset,
    *,
    init: Path,
    method: Method,
    strength: float,
    side: Side = "channels",
    single: float = 0.0,
    outer: int = 1,
    epochs: int | None = None,
    order: Order = "gamma-first",
    scale: Scale = "layer",
    seed: int = 0,
    workers: int = 1,
    cut_skips: float = 0.0,
    people: int | None = None,
    resume: bool = False,
) -> Ranking:
    """Train the network of `init` with a penalty; the weights after the last epoch, `run.last`, are ranked,
    and the ranking is written beside them.

    outer: loops of the Bayesian method, each of `epochs` epochs; the others have one. single: strength of
    the sum of |w| that group lasso adds. The rest as `train` takes it.

    Raises ConfigError for impossible options, and what `train` raises.
    """
    if outer < 1 or (method != "bayesian" and outer != 1):
        raise ConfigError(f"--outer {outer}: expected 1 or more with bayesian, and 1 with {method}")
    if single and method != "group-lasso":
        raise ConfigError(f"--single {single}: belongs to group-lasso; leave it out with {method}")
    structure = load_checkpoint(init).structure()
    per_loop = preset.epochs if epochs is None else epochs
    penalty: L1 | GroupLasso | Bayesian
    if method == "l1":
        penalty = L1(structure, strength)
    elif method == "group-lasso":
        penalty = GroupLasso(structure, side, strength, single)
    else:
        penalty = Bayesian(
            structure, side, strength, epochs=per_loop, place=preset.place, order=order, seed=seed
        )
    history = train(
        data,
        run,
        preset_name,
        preset,
        epochs=outer * per_loop,
        seed=seed,
        workers=workers,
        cut_skips=cut_skips,
        people=people,
        init=init,
        penalty=penalty,
        resume=resume,
    )
    network = load_checkpoint(run.last)
    size = norms(network, structure, side)
    if isinstance(penalty, L1):  # ranks single weights, which need no list
        size = scores = {}
    else:
        scores = penalty.gamma if isinstance(penalty, Bayesian) else size
    own = history[-outer * per_loop :]
    ranking = Ranking(
        weights_digest(network),
        method,
        scale,
        _numbers(scores),
        _numbers(size),
        {
            **penalty.settings,
            "outer": outer,
            "began_with": weights_digest(load_checkpoint(init)),
            "data_term": {
                "is": "mean over the labelled maps of the squared error's mean over cells, plus place times "
                "the cross-entropy of the cells",
                "place": preset.place,
                "train_loss": [line["train_loss"] for line in own],
                "penalty": [line["penalty"] for line in own],
            },
        },
    )
    save_ranking(run.path / RANKING, ranking)
    return ranking


def rank_as_it_is(
    run: Path, *, init: Path, method: Control, side: Side = "channels", scale: Scale = "layer", seed: int = 0
) -> Ranking:
    """Rank the groups of a network without training it, by their norms or at random, as controls.

    Its weights and the ranking are written to the folder `run`. Raises ConfigError where a training run is
    there already, CheckpointError where the weights are not usable.
    """
    folder = RunFolder(run)
    if (run / RUN).is_file():
        raise ConfigError(f"{run}: a run is there already; choose another --out")
    network: PoseNetwork = load_checkpoint(init)
    size = norms(network, network.structure(), side)
    scores: Mapping[str, Any] = size
    if method == "random":
        rng = np.random.default_rng(seed)
        scores = {name: torch.from_numpy(rng.random(len(part))) for name, part in size.items()}
    own: dict[str, Any] = {"groups": side} if method == "magnitude" else {"seed": seed}
    own["init"] = Beginning(init).record  # for how long it was trained, which its controls have to match
    ranking = Ranking(weights_digest(network), method, scale, _numbers(scores), _numbers(size), own)
    save_checkpoint(folder.last, network)
    save_ranking(run / RANKING, ranking)
    return ranking


def _numbers(values: Mapping[str, Tensor]) -> dict[str, list[float]]:
    return {name: value.detach().cpu().double().tolist() for name, value in values.items()}
