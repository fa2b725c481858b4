"""Weights and what is needed to rebuild their network, in one safetensors file."""

import dataclasses
import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from posecore.config import from_dict
from posecore.errors import CheckpointError, ConfigError
from posecore.files import atomic_file
from posecore.models.hourglass import StackedHourglass
from posecore.models.registry import MODELS

MEND = "train one with scripts/train.py"


def save_checkpoint(path: Path, network: StackedHourglass, *, half: bool = False) -> None:
    """Write the network's weights (as float16 if `half`) and its configuration."""
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in network.state_dict().items()}
    if half:
        weights = {name: w.half() if w.is_floating_point() else w for name, w in weights.items()}
    # One key only: safetensors writes several in random order, and equal weights shall make equal files.
    description = json.dumps({"model": "hourglass", "config": dataclasses.asdict(network.config)})
    with atomic_file(path) as temporary:
        temporary.write_bytes(save(weights, {"network": description}))


def load_checkpoint(path: Path) -> StackedHourglass:
    """Rebuild the network with its weights, in float32 and evaluation mode.

    Raises CheckpointError where the file is missing, no safetensors file, or of another network.
    """
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; expected weights as safetensors; {MEND}")
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads((file.metadata() or {}).get("network", "{}"))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: not a readable safetensors file ({error}); {MEND}") from error
    if not isinstance(description, dict):
        description = {}
    name = str(description.get("model", ""))
    model = MODELS.get(name)
    if model is None:
        raise CheckpointError(
            f"{path}: weights of {name or 'an unnamed network'!r}; "
            f"expected one of {', '.join(MODELS)}; {MEND}"
        )
    try:
        network = model.build(from_dict(model.config, dict(description.get("config", {}))))
    except ConfigError as error:
        raise CheckpointError(f"{path}: its configuration is not usable ({error}); {MEND}") from error
    expected = network.state_dict()
    wrong = sorted(
        name
        for name in expected.keys() | weights.keys()
        if name not in expected or name not in weights or expected[name].shape != weights[name].shape
    )
    if wrong:
        raise CheckpointError(
            f"{path}: {len(wrong)} tensors do not fit its configuration, {wrong[0]} for one; {MEND}"
        )
    network.load_state_dict({name: w.to(expected[name].dtype) for name, w in weights.items()})
    return network.eval().requires_grad_(False)


def round_weights(network: StackedHourglass) -> StackedHourglass:
    """The same network; its weights are, in place, what `save_checkpoint` with `half` keeps of them."""
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half())
    return network


def weights_digest(network: StackedHourglass) -> str:
    """Short fingerprint of the weights, equal for equal numbers."""
    import hashlib

    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
