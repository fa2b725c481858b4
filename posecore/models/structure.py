"""Which layers a width of a network joins: whoever takes a channel away has to take it out of all of them."""

from collections.abc import Mapping
from typing import NamedTuple


class Width(NamedTuple):
    """Channels that have to stay alike, as those on both sides of a shortcut; layers are named as in
    `named_modules`.

    producers: convolutions one filter of which makes one of the channels. norms: batch normalisations with
    an entry for each. consumers: convolutions that read them.
    """

    name: str
    size: int
    producers: tuple[str, ...]
    norms: tuple[str, ...]
    consumers: tuple[str, ...]


class Structure(NamedTuple):
    """All widths of a network that can be chosen freely; followed: of a convolution, the batch normalisation
    that comes directly behind it, where there is one."""

    widths: tuple[Width, ...]
    followed: Mapping[str, str]
