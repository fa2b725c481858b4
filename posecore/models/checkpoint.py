"""Weights and what is needed to rebuild their network, in one safetensors file."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import nn

from posecore.config import from_dict, to_dict
from posecore.errors import CheckpointError, ConfigError
from posecore.files import atomic_file
from posecore.models.autoencoder import Autoencoder
from posecore.models.configs import AutoencoderConfig, PoseConfig, name_of
from posecore.models.registry import MODELS, Model, Network, PoseNetwork

MEND = "train one with scripts/train.py"
MEND_AUTOENCODER = "train one with scripts/train_autoencoder.py"


def save_checkpoint(path: Path, network: PoseNetwork, *, half: bool = False) -> None:
    """Write the network's weights (as float16 if `half`) and its configuration."""
    _save(path, network, name_of(network.config), network.config, half)


def load_checkpoint(path: Path) -> PoseNetwork:
    """Rebuild the network with its weights, in float32 and evaluation mode.

    Raises CheckpointError where the file is missing, no safetensors file, or of another network.
    """
    return _load(path, MODELS, MEND)


def save_autoencoder(path: Path, autoencoder: Autoencoder) -> None:
    """Write the weights of an autoencoder that was trained alone, and its configuration."""
    _save(path, autoencoder, "autoencoder", autoencoder.config, half=False)


def load_autoencoder(path: Path) -> Autoencoder:
    """Rebuild an autoencoder that was trained alone. Raises CheckpointError as `load_checkpoint` does."""
    return _load(path, {"autoencoder": Model(AutoencoderConfig, Autoencoder)}, MEND_AUTOENCODER)


def _save(
    path: Path, module: nn.Module, name: str, config: PoseConfig | AutoencoderConfig, half: bool
) -> None:
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in module.state_dict().items()}
    if half:
        weights = {name: w.half() if w.is_floating_point() else w for name, w in weights.items()}
    # One key only: safetensors writes several in random order, and equal weights shall make equal files.
    description = json.dumps({"model": name, "config": to_dict(config)})
    with atomic_file(path) as temporary:
        temporary.write_bytes(save(weights, {"network": description}))


def _load(path: Path, models: Mapping[str, Model[Network]], mend: str) -> Network:
    if not path.is_file():
        raise CheckpointError(f"{path}: no such file; expected weights as safetensors; {mend}")
    try:
        with safe_open(path, framework="pt") as file:
            description = json.loads((file.metadata() or {}).get("network", "{}"))
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError, ValueError) as error:
        raise CheckpointError(f"{path}: not a readable safetensors file ({error}); {mend}") from error
    if not isinstance(description, dict):
        description = {}
    name = str(description.get("model", ""))
    model = models.get(name)
    if model is None:
        raise CheckpointError(
            f"{path}: weights of {name or 'an unnamed network'!r}; "
            f"expected one of {', '.join(models)}; {mend}"
        )
    try:
        network = model.build(from_dict(model.config, dict(description.get("config", {}))))
    except ConfigError as error:
        raise CheckpointError(f"{path}: its configuration is not usable ({error}); {mend}") from error
    expected = network.state_dict()
    wrong = sorted(
        name
        for name in expected.keys() | weights.keys()
        if name not in expected or name not in weights or expected[name].shape != weights[name].shape
    )
    if wrong:
        raise CheckpointError(
            f"{path}: {len(wrong)} tensors do not fit its configuration, {wrong[0]} for one; {mend}"
        )
    network.load_state_dict({name: w.to(expected[name].dtype) for name, w in weights.items()})
    return network.eval().requires_grad_(False)


def round_weights(network: Network) -> Network:
    """The same network; its weights are, in place, what `save_checkpoint` with `half` keeps of them."""
    for tensor in network.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor.half())
    return network


def weights_digest(network: nn.Module) -> str:
    """Short fingerprint of the weights, equal for equal numbers."""
    import hashlib

    digest = hashlib.sha256()
    for name, tensor in sorted(network.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:16]
