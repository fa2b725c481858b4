"""The other network of the same people: alike in everything but whether it met cut skips in training."""

from dashboard.shared import bundles, cache
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, Manifest
from posecore.errors import BundleError


def counterpart(bundle: Bundle) -> Bundle | None:
    """The first bundle beside this one with the same people and the same kind of network, of which one was
    trained with skips cut at random and the other with all of them; None where there is none, or it is
    broken."""
    names = [name for name in cache.bundle_names() if name != bundle.path.name]
    name = next((name for name in names if _differs_by_cuts(bundle.manifest, cache.manifest_of(name))), None)
    try:
        return cache.load_bundle(name) if name else None
    except BundleError:
        return None


def _differs_by_cuts(own: Manifest, other: Manifest | None) -> bool:
    if other is None or _comparable(own) != _comparable(other):
        return False
    return {bundles.how_trained(own), bundles.how_trained(other)} == {bundles.CUTS, bundles.NO_CUTS}


def _comparable(manifest: Manifest) -> tuple[object, ...]:
    """What has to be equal."""
    data = manifest.dataset
    return data["fingerprint"], data["split"], data["people"], manifest.model, manifest.built_skips == ALL_ON
