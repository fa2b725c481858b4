"""A trained network with an autoencoder put into its bottleneck."""

from dataclasses import replace

from posecore.errors import ConfigError
from posecore.models.autoencoder import Autoencoder
from posecore.models.hourglass import StackedHourglass


def with_autoencoder(network: StackedHourglass, autoencoder: Autoencoder) -> StackedHourglass:
    """A network with all weights of `network`, and `autoencoder` behind its last bottleneck residual.

    Raises ConfigError where there is one already, or it was made for another width.
    """
    config, width = network.config, autoencoder.config.channels
    if config.autoencoder:
        raise ConfigError("the network has an autoencoder already; leave out --autoencoder to train it on")
    if width != config.bottleneck_width:
        raise ConfigError(
            f"the autoencoder is for {width} channels, the network's bottleneck has "
            f"{config.bottleneck_width}; make one with `python scripts/train_autoencoder.py` on a bundle of "
            "this network"
        )
    extended = StackedHourglass(replace(config, autoencoder=autoencoder.config.numbers))
    place = f"hourglasses.{config.stacks - 1}.autoencoder."
    squeezing = {place + name: weight for name, weight in autoencoder.state_dict().items()}
    extended.load_state_dict({**network.state_dict(), **squeezing})
    return extended
