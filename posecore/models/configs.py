"""What has to be known to build each network anew. Nothing here needs PyTorch, so whoever reads a bundle's
manifest knows the network without loading it. Another architecture is another row of CONFIGS."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from posecore.ablation import ALL_OFF, ALL_ON, parse_mask
from posecore.config import LATER, from_dict
from posecore.errors import ConfigError
from posecore.keypoints import COCO17

LEVELS = 4
"""Skip connections of one hourglass; also how often it halves the resolution."""

STEM_RESIDUALS = 3


Inner = tuple[int, int]
"""Channels behind the first and behind the second convolution of a residual."""

CELLS: Final = 4
"""Height and width of a latent of a 256 x 256 picture: of an hourglass's bottleneck; a larger one is
averaged to so many cells."""

NUMBERS: Final = 50
"""What the thesis's autoencoder squeezes a bottleneck to."""

WIDTHS: Final = {18: 15, 50: 40}
"""How many widths the networks of either depth have: inside blocks, of stages, and going up."""

UPSAMPLINGS: Final = 3
UP_CHANNELS: Final = 256


@dataclass(frozen=True)
class AutoencoderConfig:
    """What has to be known to build it anew. channels: of the bottleneck. numbers: it squeezes that to."""

    channels: int = 256
    numbers: int = NUMBERS

    def __post_init__(self) -> None:
        if self.channels < 4:
            raise ConfigError(f"channels is {self.channels}; an autoencoder needs at least 4")
        most = self.channels * CELLS**2 - 1
        if not 1 <= self.numbers <= most:
            raise ConfigError(
                f"numbers is {self.numbers}; expected 1 to {most}, fewer than the bottleneck of "
                f"{self.channels} channels has"
            )


@dataclass(frozen=True)
class HourglassConfig:
    """What has to be known to build the network anew. The defaults are the thesis's.

    initialisation: `glorot` normal (the thesis) or `he` normal for every convolution. With `he` the last
    convolution of every head starts at zero: heatmaps are nearly empty, and a network that starts with
    full ones spends its first thousand steps on unlearning them.
    mean_rgb: mean colour of the training crops in [0, 1], subtracted from every image.
    skips: the skip connections that are built, a mask as in posecore.ablation, the same in all stacks.
    Building a network without one is another experiment than cutting it at test time.
    bottleneck_channels: width of the bottleneck of every stack; None for as wide as the rest.
    autoencoder: how many numbers the autoencoder behind the last stack's bottleneck squeezes it to; 0: there
    is none. The thesis has 50.
    inner: widths inside every residual, in the order of `residuals`, as a compressed network has them; None
    for half of its channels.
    """

    joints: int = len(COCO17)
    channels: int = 256
    stacks: int = 1
    bottleneck_residuals: int = 3
    initialisation: Literal["glorot", "he"] = "glorot"
    mean_rgb: tuple[float, float, float] = (0.5, 0.5, 0.5)
    skips: str = ALL_ON.title
    bottleneck_channels: int | None = None
    autoencoder: int = 0
    inner: tuple[Inner, ...] | None = field(default=None, metadata=LATER)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean_rgb", tuple(self.mean_rgb))
        for name in ("joints", "stacks", "bottleneck_residuals"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} is {getattr(self, name)}; expected at least 1")
        for name in ("channels", "bottleneck_channels"):
            value = getattr(self, name)
            if value is not None and (value < 2 or value % 2):
                raise ConfigError(f"{name} is {value}; expected an even number above 0")
        if self.initialisation not in ("glorot", "he"):
            raise ConfigError(f"initialisation is {self.initialisation!r}; expected 'glorot' or 'he'")
        parse_mask(self.skips)
        if self.autoencoder:
            AutoencoderConfig(self.bottleneck_width, self.autoencoder)
        if self.inner is not None:
            object.__setattr__(self, "inner", _checked_inner(self.inner, self.residuals))

    @property
    def compressed(self) -> bool:
        """Whether it was made smaller after training."""
        return self.inner is not None

    @property
    def residuals(self) -> int:
        """How many residuals the network has: the stem's, then for every stack its skips', those down, of
        the bottleneck and up, then one behind every stack."""
        per_stack = sum(parse_mask(self.skips)) + LEVELS + self.bottleneck_residuals + LEVELS
        return STEM_RESIDUALS + self.stacks * per_stack

    @property
    def bottleneck_width(self) -> int:
        """B, the channels of the bottleneck."""
        return self.bottleneck_channels or self.channels

    @property
    def bottleneck_apart(self) -> bool:
        """Whether layers lie between the bottleneck's channels and the rest's; compression may leave as many
        of the one as of the other."""
        return self.bottleneck_width != self.channels or (
            self.inner is not None and self.bottleneck_channels is not None
        )

    @property
    def bottleneck_cells(self) -> int:
        """Height and width of the bottleneck of a 256 x 256 image."""
        return CELLS

    @property
    def bottleneck_numbers(self) -> int:
        """How many numbers it holds: 4,096 for 256 channels."""
        return self.bottleneck_width * self.bottleneck_cells**2

    @property
    def latent_numbers(self) -> int:
        """How many numbers a latent is: the bottleneck as it is."""
        return self.bottleneck_numbers


@dataclass(frozen=True)
class PoseResNetConfig:
    """What has to be known to build the network anew. The defaults are the second thesis's, but for joints.

    depth: of the encoder, 18 or 50. widths: channels in the order of `PoseResNet.structure`, as a compressed
    network has them; None for the usual ones.
    """

    joints: int = 17
    depth: int = 50
    widths: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.joints < 1:
            raise ConfigError(f"joints is {self.joints}; expected at least 1")
        if self.depth not in WIDTHS:
            raise ConfigError(f"depth is {self.depth!r}; expected 18 or 50")
        if self.widths is not None:
            count, given = WIDTHS[self.depth], self.widths
            if not isinstance(given, list | tuple) or len(given) != count:
                raise ConfigError(f"widths is {given!r:.60}; expected {count} for depth {self.depth}")
            if not all(type(width) is int and width > 0 for width in given):
                raise ConfigError(f"widths is {given!r:.60}; expected whole numbers above 0")
            object.__setattr__(self, "widths", tuple(given))

    @property
    def compressed(self) -> bool:
        """Whether it was made smaller after training."""
        return self.widths is not None

    @property
    def stacks(self) -> int:
        """It predicts heatmaps once."""
        return 1

    @property
    def skips(self) -> str:
        """None is built."""
        return ALL_OFF.title

    @property
    def autoencoder(self) -> int:
        """It has none."""
        return 0

    @property
    def bottleneck_width(self) -> int:
        """Channels of the encoder's last features."""
        if self.widths is not None:
            return self.widths[-1 - UPSAMPLINGS]
        return {18: 512, 50: 2048}[self.depth]

    @property
    def bottleneck_cells(self) -> int:
        """Their height and width for a 256 x 256 image."""
        return 8

    @property
    def bottleneck_numbers(self) -> int:
        """How many numbers they are for a 256 x 256 image."""
        return self.bottleneck_width * self.bottleneck_cells**2

    @property
    def latent_numbers(self) -> int:
        """How many numbers a latent is: these features averaged to CELLS x CELLS."""
        return self.bottleneck_width * CELLS**2


def _checked_inner(inner: object, residuals: int) -> tuple[Inner, ...]:
    pairs = (
        [tuple(pair) for pair in inner if isinstance(pair, list | tuple)]
        if isinstance(inner, list | tuple)
        else []
    )
    whole = all(len(pair) == 2 and all(type(width) is int and width > 0 for width in pair) for pair in pairs)
    if len(pairs) != residuals or not whole:
        raise ConfigError(f"inner is {inner!r:.60}; expected two widths for each of {residuals} residuals")
    return tuple((first, second) for first, second in pairs)


PoseConfig = HourglassConfig | PoseResNetConfig
"""They share `joints`, `stacks`, `skips`, `autoencoder` and what speaks of the bottleneck and of latents."""

CONFIGS: Final[Mapping[str, type[HourglassConfig] | type[PoseResNetConfig]]] = {
    "hourglass": HourglassConfig,
    "pose_resnet": PoseResNetConfig,
}


def name_of(config: PoseConfig) -> str:
    """The name of the network that a configuration is of."""
    return next(name for name, kind in CONFIGS.items() if isinstance(config, kind))


def read_config(name: str, values: Mapping[str, Any]) -> PoseConfig:
    """A network's configuration from plain values, the fields that older ones do not name at their defaults.

    Raises ConfigError for an unknown network, and where a value does not fit.
    """
    if name not in CONFIGS:
        raise ConfigError(f"model.name is {name!r:.60}, expected {' or '.join(CONFIGS)}")
    return from_dict(CONFIGS[name], values)
