"""The other network of the same people: alike in everything but whether it met cut skips in training."""

from pathlib import Path

from dashboard.shared import bundles, cache
from posecore.ablation import ALL_ON
from posecore.bundle import Bundle, Manifest
from posecore.bundle.manifest import MANIFEST, read_manifest
from posecore.errors import BundleError


def counterpart(bundle: Bundle) -> Bundle | None:
    """The first bundle beside this one with the same people and the same kind of network, of which one was
    trained with skips cut at random and the other with all of them; None where there is none, or it is
    broken."""
    folder = cache.artifacts_folder()
    files = [folder / name / MANIFEST for name in cache.bundle_names() if name != bundle.path.name]
    name = _counterpart(
        bundle, tuple((str(file.parent), file.stat().st_mtime_ns) for file in files if file.is_file())
    )
    try:
        return cache.load_bundle(name) if name else None
    except BundleError:
        return None


@cache.cached(8)
def _counterpart(bundle: Bundle, beside: tuple[tuple[str, int], ...]) -> str:
    """Its name, empty where there is none. beside: bundles and when they were written."""
    for path, _ in beside:
        try:
            other = read_manifest(Path(path))
        except BundleError:
            continue
        if _comparable(bundle.manifest) == _comparable(other) and {
            bundles.CUTS,
            bundles.NO_CUTS,
        } == {bundles.how_trained(bundle.manifest), bundles.how_trained(other)}:
            return Path(path).name
    return ""


def _comparable(manifest: Manifest) -> tuple[object, ...]:
    """What has to be equal."""
    data = manifest.dataset
    return data["fingerprint"], data["split"], data["people"], manifest.model, manifest.built_skips == ALL_ON
