"""Every claim judged on the stored studies of a bundle."""

from collections.abc import Sequence
from dataclasses import dataclass

from posecore.bundle.reader import Bundle
from posecore.bundle.studies import study_command, study_folder
from posecore.errors import BundleError, ConfigError, DataError
from posecore.studies.checks.loaded import NotStudiedError
from posecore.theses.finding import Finding
from posecore.theses.stored import Stored
from posecore.theses.table import CLAIMS, Claim
from posecore.verdict import Verdict


@dataclass(frozen=True)
class Outcome:
    """A claim as judged.

    finding: None where nothing could be measured, and why is `problem`. studied: whether what it needs was
    looked at; without it there is no verdict at all. commands: that make what is missing.
    """

    claim: Claim
    finding: Finding | None = None
    problem: str = ""
    studied: bool = True
    commands: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """None where nothing was studied that could bear it."""
        if self.finding is not None:
            return self.finding.verdict
        return Verdict.UNKNOWN if self.studied else None


def judge(bundle: Bundle, claims: Sequence[Claim] = CLAIMS) -> list[Outcome]:
    """All claims, in order. Nothing is computed that a stored study does not hold figures for."""
    studies = Stored(bundle)
    return [_outcome(claim, studies) for claim in claims]


def _outcome(claim: Claim, studies: Stored) -> Outcome:
    bundle = studies.bundle
    absent = [name for name in claim.studies if not study_folder(bundle, name).exists()]
    if absent and claim.unmeasured:
        # What no script alone can measure is no command away: it cannot be told.
        return Outcome(claim, problem=claim.unmeasured)
    if absent:
        commands = tuple(study_command(bundle, name) for name in absent)
        return Outcome(claim, studied=False, commands=commands)
    try:
        return Outcome(claim, claim.judge(studies))
    except NotStudiedError as error:
        return Outcome(claim, problem=str(error), studied=False, commands=error.commands)
    except BundleError as error:
        # A study that cannot be used is as good as none; the message names the command.
        return Outcome(claim, problem=str(error), studied=False)
    except (DataError, ConfigError) as error:
        return Outcome(claim, problem=str(error))
