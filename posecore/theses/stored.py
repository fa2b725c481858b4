"""The stored studies that claims are judged by, each opened when it is first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from posecore.bundle.reader import open_bundle
from posecore.bundle.studies import FOLDER
from posecore.errors import BundleError
from posecore.studies.checks.loaded import Loaded
from posecore.studies.claims.results import ClaimsStudy, load_claims_study
from posecore.studies.components.results import ComponentStudy, load_component_study
from posecore.studies.compression.results import CompressionStudy, load_compression_study
from posecore.studies.networks.results import NetworksStudy, load_networks_study
from posecore.studies.pair.results import KIND
from posecore.studies.phone.results import Timed, load_phone_study
from posecore.studies.projection.results import Projection, load_projection
from posecore.studies.skips.results import SkipStudy, load_skip_study


@dataclass(frozen=True)
class Stored(Loaded):
    """Those of a check, and the others. Each raises BundleError, with the command, where it is not usable."""

    @cached_property
    def skips(self) -> SkipStudy:
        """Everybody's joints under sixteen masks."""
        return load_skip_study(self.bundle)

    @cached_property
    def components(self) -> ComponentStudy:
        """What latents cut to their first components say."""
        return load_component_study(self.bundle)

    @cached_property
    def projection(self) -> Projection:
        """Everybody's scores."""
        return load_projection(self.bundle)

    @cached_property
    def networks(self) -> NetworksStudy:
        """Networks trained side by side."""
        return load_networks_study(self.bundle)

    @cached_property
    def compression(self) -> CompressionStudy:
        """Compressed networks beside dense ones."""
        return load_compression_study(self.bundle)

    @cached_property
    def phone(self) -> tuple[Timed, ...]:
        """How long networks took on phones."""
        return load_phone_study(self.bundle)

    @cached_property
    def beside(self) -> Mapping[str, ClaimsStudy | BundleError]:
        """The claims studies of the bundles beside this one that it was compared with, by their names; what
        is missing of those that cannot be read."""
        compared = sorted((self.bundle.path / FOLDER).glob(f"{KIND}-*"))
        found: dict[str, ClaimsStudy | BundleError] = {}
        for name in (path.name.removeprefix(f"{KIND}-") for path in compared):
            try:
                bundle = open_bundle(self.bundle.path.parent / name, trust_latents=True)
                found[name] = load_claims_study(bundle)
            except BundleError as error:
                found[name] = error
        return found

    @cached_property
    def claims(self) -> ClaimsStudy:
        """Neighbours, complete people, sizes, squeezing."""
        return load_claims_study(self.bundle)
