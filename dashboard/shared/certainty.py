"""How pages say how sure the network is of joints; posecore.studies.skips.certainty defines when it is."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from dashboard.shared import cache
from posecore.ablation import ALL_ON, SkipMask, parse_mask
from posecore.bundle import Bundle
from posecore.bundle.manifest import MANIFEST
from posecore.bundle.studies import study_folder
from posecore.studies.skips.certainty import PERSON, Limit, joint_limit
from posecore.studies.skips.results import NAME

DRAWN: Final = "Joints the network is sure of are drawn full, the others thin and hollow."
NO_PERSON: Final = "**no person**"
FINDS_NOBODY: Final = "**The network does not find a person here**"
NO_JOINT: Final = "With these skips no joint is sure, so all are drawn thin and hollow."
NOT_KNOWN: Final = "When a joint is sure is not known here, so all are drawn thin and hollow."


def limit(bundle: Bundle, mask: SkipMask = ALL_ON, replacement: str = "zero") -> Limit:
    """When a joint is sure; asked anew of the bundle only after its skip study was written anew."""
    try:
        written = (study_folder(bundle, NAME) / MANIFEST).stat().st_mtime_ns
    except OSError:
        written = 0
    return _limit(bundle, written, mask.title, replacement)


@cache.cached(128)
def _limit(bundle: Bundle, written: int, mask: str, replacement: str) -> Limit:
    return joint_limit(bundle, parse_mask(mask), replacement)


def nobody(sure: NDArray[np.bool_], limit: Limit) -> bool:
    """Whether the network is sure of so few joints (K,) that it does not find a person."""
    return limit.known and int(sure.sum()) < PERSON


def counted(sure: NDArray[np.bool_], limit: Limit) -> str:
    """How many of the joints (K,) are sure, in words."""
    if not limit.known:
        return f"not known which of {len(sure)} joints are sure"
    return f"sure of {int(sure.sum())} of {len(sure)} joints"


def line(sure: NDArray[np.bool_], limit: Limit) -> str:
    """The same, beginning with that there is no person where hardly any joint is; one line of Markdown."""
    said = counted(sure, limit)
    return f"{NO_PERSON}, {said}" if nobody(sure, limit) else said


def verdict(sure: NDArray[np.bool_], limit: Limit) -> str:
    """What to say first where `nobody`."""
    return f"{FINDS_NOBODY}: it is {counted(sure, limit)}."


def meaning(limit: Limit) -> str:
    """What sure means under this limit, and how it is drawn."""
    if not limit.known:
        return f"{NOT_KNOWN} {limit.reason}"
    if limit.above is None:
        return f"{NO_JOINT} {limit.reason}"
    return (
        f"{DRAWN} Sure: the peak is above {max(limit.above, 0.0):.3f}; of the bundle's labelled joints with "
        "such a peak, under the same skips, at least half lie within the PCK radius."
        + (
            f" Of a picture whose median peak is below {limit.person:.3f}, as of the 5 % of the bundle's "
            "people whom the network hardly sees, none is."
            if limit.person is not None
            else ""
        )
    )
