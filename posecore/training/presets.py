"""Training recipes by name. Another recipe is another row of PRESETS."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from posecore.data.crops import SIZE
from posecore.data.heatmaps import Target
from posecore.errors import ConfigError
from posecore.training.augment import Augmentation

Precision = Literal["32-true", "bf16-mixed"]
"""As Lightning Fabric names them."""


@dataclass(frozen=True)
class Stage:
    """A part of the training at one image size in pixels; share: of all epochs."""

    size: int
    share: float


@dataclass(frozen=True)
class Preset:
    """A training recipe.

    schedule: `drop-once` divides the learning rate by 5, once, when the validation PCK has not
    improved for 5 epochs (thesis, section 5.1); `one-cycle` warms up over the first twentieth of all
    steps and falls to nothing along a line (Smith and Topin 2017, arXiv:1708.07120).
    `constant` stays as it is.
    unlabelled: `zero` takes the map of an unlabelled joint as all-zero, `ignore` leaves it out of the loss.
    place: weight of the loss's second term, see `posecore.training.losses.heatmap_loss`.
    frozen: layers whose weights and statistics are kept. `fine`: those before the stem's pooling
    (`Stem.fine`), which learn earliest and take more than half of a forward pass; a step then takes two
    thirds of the time. `stem`: all of the stem; half of the time.
    """

    optimiser: Literal["rmsprop", "adamw", "sgd"]
    learning_rate: float
    schedule: Literal["drop-once", "one-cycle", "constant"]
    batch_size: int
    epochs: int
    stages: tuple[Stage, ...]
    target: Target
    unlabelled: Literal["zero", "ignore"]
    augmentation: Augmentation | None
    initialisation: Literal["glorot", "he"]
    precision: Precision
    place: float = 0.0
    frozen: Literal["nothing", "fine", "stem"] = "nothing"

    def image_size(self, epoch: int, epochs: int) -> int:
        """Image size in pixels in epoch 0 .. epochs - 1; the last epoch always has the last stage's."""
        done = 0.0
        for stage in self.stages[:-1]:
            done += stage.share
            if epoch + 1 <= min(round(done * epochs), epochs - 1):
                return stage.size
        return self.stages[-1].size


_FAST = Preset(
    optimiser="adamw",
    learning_rate=1.5e-3,
    schedule="one-cycle",
    batch_size=16,
    epochs=17,
    stages=(Stage(128, 0.5), Stage(192, 0.25), Stage(256, 0.25)),
    target=Target(sigma_visible=1.2, sigma_hidden=1.2, unit_peak=True),
    unlabelled="ignore",
    augmentation=Augmentation(),
    initialisation="he",
    precision="bf16-mixed",
    place=1e-4,
)

_ON = replace(_FAST, learning_rate=1e-3, epochs=8, stages=(Stage(256, 1.0),))

PRESETS: Final[Mapping[str, Preset]] = {
    # Thesis, section 5.1. RMSprop's rho of 0.99 is PyTorch's default (alpha).
    "thesis": Preset(
        optimiser="rmsprop",
        learning_rate=2.5e-4,
        schedule="drop-once",
        batch_size=16,
        epochs=50,
        stages=(Stage(256, 1.0),),
        target=Target(),
        unlabelled="zero",
        augmentation=None,
        initialisation="glorot",
        precision="32-true",
    ),
    # Half of the epochs at low resolution, where one takes a quarter of the time; the bottleneck is then
    # only 2 x 2, and what it learns there has to be learned anew for whole crops: more would be lost.
    "fast": _FAST,
    # For weights that `fast` left, with --init: whole crops, as many epochs as there is time for.
    "finish": replace(_ON, frozen="fine"),
    # The same for less time: what skips carry is learned behind the stem.
    "finish-stem": replace(_ON, frozen="stem", epochs=6),
    # The same without freezing anything: for an autoencoder newly put in, and for its fair control.
    "onward": _ON,
    # The second thesis's, for pose_resnet. A momentum is not given, so there is none.
    "thesis-resnet": Preset(
        optimiser="sgd",
        learning_rate=1e-3,
        schedule="constant",
        batch_size=16,
        epochs=140,
        stages=(Stage(256, 1.0),),
        target=Target(sigma_visible=2.0, sigma_hidden=2.0, unit_peak=True),
        unlabelled="ignore",
        augmentation=None,
        initialisation="he",
        precision="32-true",
    ),
}


def find_preset(name: str) -> Preset:
    """The preset of that name. Raises ConfigError naming those there are."""
    if name not in PRESETS:
        raise ConfigError(f"preset {name!r} is unknown; expected one of {', '.join(PRESETS)}")
    return PRESETS[name]


def at_size(preset: Preset, size: int) -> Preset:
    """The recipe with all its epochs at one image size. Raises ConfigError where no network takes it."""
    if not 64 <= size <= SIZE or size % 64:
        raise ConfigError(f"--size {size}: expected 64, 128, 192 or 256 pixels")
    return replace(preset, stages=(Stage(size, 1.0),))
