"""The other network of the same people: alike in everything but whether it met cut skips in training."""

from functools import partial

from dashboard.shared import bundles, cache
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, Manifest


def counterpart(bundle: Bundle) -> Bundle | None:
    """The first bundle beside this one with the same people and the same kind of network, of which one was
    trained with skips cut at random and the other with all of them; None where there is none, or it is
    broken."""
    return cache.neighbour(bundle, partial(_differs_by_cuts, bundle.manifest))


def _differs_by_cuts(own: Manifest, other: Manifest) -> bool:
    if _comparable(own) != _comparable(other):
        return False
    return {bundles.how_trained(own), bundles.how_trained(other)} == {bundles.CUTS, bundles.NO_CUTS}


def _comparable(manifest: Manifest) -> tuple[object, ...]:
    """What has to be equal."""
    data = manifest.dataset
    return data["fingerprint"], data["split"], data["people"], manifest.model, manifest.built_skips == ALL_ON
