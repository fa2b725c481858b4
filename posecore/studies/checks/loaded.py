"""The stored studies that a check reads, each opened when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import study_command, study_folder
from posecore.errors import PosecoreError
from posecore.studies.belonging.results import BelongingStudy, load_belonging
from posecore.studies.causes.results import NAME as CAUSES
from posecore.studies.causes.results import CauseStudy, load_cause_study
from posecore.studies.clusters.results import ClusterStudy, load_cluster_study
from posecore.studies.control.results import ControlStudy, load_control_study
from posecore.studies.probe.results import ProbeStudy, load_probe_study


class NotStudiedError(PosecoreError):
    """Nothing was measured of what a row stands for, and no page says it of this bundle.

    commands: that would measure it, as far as there are any beside what the message says.
    """

    def __init__(self, problem: str, *commands: str) -> None:
        super().__init__(problem)
        self.commands = commands


@dataclass(frozen=True)
class Loaded:
    """A bundle's studies. Each raises BundleError, with the command that makes it, where it is not usable."""

    bundle: Bundle

    @cached_property
    def control(self) -> ControlStudy:
        """The own network beside untrained ones."""
        return load_control_study(self.bundle)

    @cached_property
    def probe(self) -> ProbeStudy:
        """What can be read off each part."""
        return load_probe_study(self.bundle)

    @cached_property
    def clusters(self) -> ClusterStudy:
        """The sweep over K, and its evidence."""
        return load_cluster_study(self.bundle)

    @cached_property
    def causes(self) -> CauseStudy:
        """What changing one thing does. Raises NotStudiedError where it was not tried."""
        if not study_folder(self.bundle, CAUSES).exists():
            raise NotStudiedError(f"`{study_command(self.bundle, CAUSES)}` studies it")
        return load_cause_study(self.bundle)

    @cached_property
    def belonging(self) -> BelongingStudy:
        """Which pictures are refused."""
        return load_belonging(self.bundle)
