"""Ways to ask where a network looks, a row each: through Captum, on a copy of the network that is its own."""

import copy
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import torch
from captum.attr import (
    Deconvolution,
    GuidedBackprop,
    IntegratedGradients,
    LayerAttribution,
    LayerGradCam,
    NoiseTunnel,
    Occlusion,
    Saliency,
)
from numpy.typing import NDArray
from torch import Tensor, nn

from posecore.ablation import ALL_ON, LEVEL_NAMES, SkipMask
from posecore.data.crops import SIZE
from posecore.errors import ConfigError
from posecore.models.pose_resnet import PoseResNet
from posecore.models.registry import PoseNetwork
from posecore.saliency.seen import Seen, stem_where_changed

WINDOW: Final = 40
"""Pixels of the grey square's side."""

STRIDE: Final = 24
"""Pixels by which it moves on: ten squares along a side of the crop reach from end to end."""

SQUARES: Final = ((SIZE - WINDOW) // STRIDE + 1) ** 2
"""Places of the grey square."""

AT_ONCE: Final = 2
"""Pictures that pass the network together; of more, features leave the processor's caches."""

STEPS: Final = 10
"""Of integrated gradients, between the grey picture and this one."""

SAMPLES: Final = 8
"""Noisy copies of SmoothGrad."""

NOISE: Final = 0.15
"""Their noise, as a share of the range from black to white (Smilkov et al. 2017: 0.1 to 0.2)."""

# Captum tells of its hooks each time; they are the method.
warnings.filterwarnings("ignore", category=UserWarning, module=r"captum\.")


class Question(NamedTuple):
    """The cell of a joint's heatmap that is asked about, and which skips count in the last stack."""

    joint: int
    row: int
    column: int
    mask: SkipMask = ALL_ON


class Look(NamedTuple):
    """map: (256, 256), of every pixel how much the cell's height depends on it, larger is more; of signed
    methods what is below zero holds the height down. height: of the cell. missed: of integrated gradients,
    how far their sum is from the difference that it has to be; nan of others."""

    map: NDArray[np.float32]
    height: float
    missed: float = float("nan")


Ask = Callable[["Looker", Seen, Question], Look]
"""What a method does, with the looker's lock held."""

Progress = Callable[[int, int], None]
"""Told how much is done, and of how much."""


class Looker:
    """A network that is asked where it looks: a float32 copy, as methods hang hooks into it, one at a time.

    Pictures are (256, 256, 3) uint8 RGB. All methods raise ConfigError for what is no cell of its heatmaps.
    """

    def __init__(self, network: PoseNetwork) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        own = copy.deepcopy(network).float().eval().requires_grad_(False)
        for module in own.modules():
            if isinstance(module, nn.ReLU):
                module.inplace = False  # hooks need what goes in and what comes out
        self.network: PoseNetwork = own.to(self.device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.lock = threading.Lock()

    def see(self, picture: NDArray[np.uint8]) -> Seen:
        """The picture as methods take it."""
        pixels = torch.from_numpy(np.array(picture)).to(self.device)
        images = (pixels.permute(2, 0, 1)[None].float() / 255).contiguous(memory_format=torch.channels_last)
        with self.lock, torch.no_grad():
            return Seen(images, self.network.stem(images - self.network.mean_rgb))

    def heatmaps(self, seen: Seen, mask: SkipMask = ALL_ON) -> NDArray[np.float32]:
        """Heatmaps (K, 64, 64) of what was seen."""
        with self.lock, torch.no_grad():
            maps: NDArray[np.float32] = self.decoded(seen.trunk, mask)[0].cpu().numpy()
        return maps

    def decoded(self, trunk: Tensor, mask: SkipMask) -> Tensor:
        """Heatmaps (N, K, 64, 64) of the stem's features (N, C, 64, 64)."""
        encoded = self.network.encode_features(trunk)
        return self.network.decode(encoded.bottleneck, encoded.skips, torch.tensor(mask, device=trunk.device))

    def look(self, method: str, seen: Seen, question: Question, progress: Progress | None = None) -> Look:
        """What the cell depends on, by the method with this key. progress: of occlusion.

        Raises ConfigError for an unknown method, too, and for a level whose skip the network does not have.
        """
        if method not in METHODS:
            raise ConfigError(f"method {method!r:.40}: expected one of {', '.join(METHODS)}")
        config = self.network.config
        cells = seen.trunk.shape[2:]
        asked = (question.joint, question.row, question.column)
        if not all(0 <= value < most for value, most in zip(asked, (config.joints, *cells), strict=True)):
            raise ConfigError(
                f"joint, row and column {asked}: expected 0 to {config.joints - 1}, and 0 to {cells[0] - 1}"
            )
        if method == OCCLUSION:
            return self._occlusion(seen, question, progress)
        with self.lock:
            return METHODS[method].look(self, seen, question)

    def _occlusion(self, seen: Seen, question: Question, progress: Progress | None) -> Look:
        """Captum sets no hook here: others may ask between two batches."""
        done = -1  # the whole picture comes first

        def heights(images: Tensor) -> Tensor:
            nonlocal done
            with self.lock, torch.no_grad():
                trunk = stem_where_changed(self.network, seen, images)
                found = self.decoded(trunk, question.mask)[_cell(question)]
            done += len(images)
            if progress is not None and done:
                progress(done, SQUARES)
            return found

        with self.lock:
            height = _height(self, seen, question)
        found = Occlusion(heights).attribute(
            seen.images,
            sliding_window_shapes=(3, WINDOW, WINDOW),
            strides=(3, STRIDE, STRIDE),
            baselines=self.grey(seen),
            perturbations_per_eval=AT_ONCE,
        )
        return Look(_numpy(found[0, 0]), height)

    def grey(self, seen: Seen) -> Tensor:
        """(1, 3, 256, 256) the mean colour of the training crops everywhere: to the network it is nothing."""
        return self.network.mean_rgb.expand_as(seen.images)


class _Asked(nn.Module):
    """Pictures (N, 3, 256, 256) to heights (N,) of the cell asked about: the network as Captum wants it."""

    def __init__(self, looker: Looker, question: Question) -> None:
        super().__init__()
        self.network, self.looker, self.question = looker.network, looker, question

    def forward(self, images: Tensor) -> Tensor:
        trunk = self.looker.network.stem(images - self.looker.network.mean_rgb)
        return self.looker.decoded(trunk, self.question.mask)[_cell(self.question)]


def _cell(question: Question) -> tuple[slice, int, int, int]:
    return slice(None), question.joint, question.row, question.column


def _numpy(found: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = found.detach().float().cpu().numpy()
    return array


def _strongest(found: Tensor) -> NDArray[np.float32]:
    """(256, 256) of gradients (1, 3, 256, 256): the strongest colour's, whatever its sign."""
    return _numpy(found[0].abs().amax(dim=0))


def _height(looker: Looker, seen: Seen, question: Question) -> float:
    with torch.no_grad():
        return float(looker.decoded(seen.trunk, question.mask)[_cell(question)])


def _grad_cam(level: int | None) -> Ask:
    """level: of the skip, 0 for the finest; None for the bottleneck."""

    def look(looker: Looker, seen: Seen, question: Question) -> Look:
        if level is not None and looker.network.config.skips[level] == "0":
            raise ConfigError(f"this network was built without the {LEVEL_NAMES[level]} skip; choose another")
        layer = _layer(looker.network, level)
        cam = LayerGradCam(lambda trunk: looker.decoded(trunk, question.mask)[_cell(question)], layer)
        found = cam.attribute(seen.trunk.clone().requires_grad_(), relu_attributions=True)
        wide = LayerAttribution.interpolate(found, seen.images.shape[2:], "bilinear")
        return Look(_numpy(wide[0, 0]), _height(looker, seen, question))

    return look


def _layer(network: PoseNetwork, level: int | None) -> nn.Module:
    """Whose features are the bottleneck's, or go over a skip."""
    if isinstance(network, PoseResNet):
        return network.layers
    stack = f"hourglasses.{network.config.stacks - 1}"
    last = network.config.bottleneck_residuals - 1
    return network.get_submodule(f"{stack}.bottleneck.{last}" if level is None else f"{stack}.skip.{level}")


def _integrated(looker: Looker, seen: Seen, question: Question) -> Look:
    found, missed = IntegratedGradients(_Asked(looker, question)).attribute(
        seen.images.clone().requires_grad_(),
        baselines=looker.grey(seen),
        n_steps=STEPS,
        internal_batch_size=AT_ONCE,
        return_convergence_delta=True,
    )
    return Look(_numpy(found[0].sum(dim=0)), _height(looker, seen, question), abs(float(missed)))


def _smooth(looker: Looker, seen: Seen, question: Question) -> Look:
    gradients = NoiseTunnel(Saliency(_Asked(looker, question)))
    devices = [looker.device] if looker.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(0)
        found = gradients.attribute(
            seen.images.clone().requires_grad_(),
            nt_type="smoothgrad",
            nt_samples=SAMPLES,
            nt_samples_batch_size=AT_ONCE,
            stdevs=NOISE,
            abs=False,
        )
    return Look(_strongest(found), _height(looker, seen, question))


def _rectified(
    kind: type[Deconvolution] | type[GuidedBackprop],
) -> Ask:
    def look(looker: Looker, seen: Seen, question: Question) -> Look:
        found = kind(_Asked(looker, question)).attribute(seen.images.clone().requires_grad_())
        return Look(_strongest(found), _height(looker, seen, question))

    return look


@dataclass(frozen=True)
class Method:
    """name: for people. signed: whether a map says both what holds a height up and what holds it down.
    level: of the skip whose features it is taken at, 0 for the finest; None of all others."""

    name: str
    signed: bool
    look: Ask
    level: int | None = None

    def sees(self, mask: SkipMask) -> bool:
        """Whether anything passes where the map is taken, of the skips that count."""
        return self.level is None or mask[self.level]


def _by_looker(looker: Looker, seen: Seen, question: Question) -> Look:
    return looker.look(OCCLUSION, seen, question)


OCCLUSION: Final = "occlusion"
BOTTLENECK: Final = "gradcam-bottleneck"
INTEGRATED: Final = "integrated"

METHODS: Final[Mapping[str, Method]] = {
    BOTTLENECK: Method("Grad-CAM, bottleneck", False, _grad_cam(None)),
    **{
        f"gradcam-{name.split()[0]}": Method(f"Grad-CAM, {name} skip", False, _grad_cam(level), level)
        for level, name in enumerate(LEVEL_NAMES)
    },
    OCCLUSION: Method("occlusion", True, _by_looker),
    INTEGRATED: Method("integrated gradients", True, _integrated),
    "smoothgrad": Method("SmoothGrad", False, _smooth),
    "deconvolution": Method("deconvolution", False, _rectified(Deconvolution)),
    "guided": Method("guided backpropagation", False, _rectified(GuidedBackprop)),
}
"""By key, as links and studies name them; another method is another row."""
