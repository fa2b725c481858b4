"""What networks that never learned reach on the bundle's people: the reference beside every explanation."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from dashboard.shared import cache
from posecore.bundle import Bundle
from posecore.bundle.manifest import MANIFEST
from posecore.bundle.studies import study_command, study_folder
from posecore.errors import BundleError

if TYPE_CHECKING:
    from posecore.studies.control.results import ControlStudy

NAME: Final = "control"
"""Of the study, as posecore.studies.control.results has it; that is loaded only where there is one."""
AT_MOST: Final = "never learned, at most"
"""Of a table's column with the most that such networks reach."""


class _Found(NamedTuple):
    study: "ControlStudy | None"
    problem: str


def reference(bundle: Bundle) -> "ControlStudy | None":
    """The bundle's control study, read once as long as it stays; None where none is usable."""
    return _found(bundle).study


def missing(bundle: Bundle) -> str:
    """Where there is no reference: one line that says so, with the command that makes it."""
    return (
        _found(bundle).problem
        or f"Not known yet: what a network that never learned reaches here. `{study_command(bundle, NAME)}` "
        "finds it out; until then nothing here is a verdict."
    )


def outdated(bundle: Bundle) -> str:
    """Where the reference was made before a figure was stored in it: one line with the command."""
    return (
        f"The study of networks that never learned beside {bundle.path.name} is older than this figure; "
        f"`{study_command(bundle, NAME)}` makes it again."
    )


def unknown(what: str) -> str:
    """Where networks that never learned were not asked: one sentence that claims nothing. what: is shown, as
    the object of a sentence."""
    return (
        f"What networks that never learned reach beside {what} is not known, so this alone is no evidence "
        "that training made it."
    )


def plane_shares(bundle: Bundle, components: Collection[int]) -> tuple[float, ...]:
    """Share of the variance that these components, from 0, hold together of each network that never learned;
    nothing where that is not known."""
    study = reference(bundle)
    places = sorted(set(components))
    if study is None or places[-1] >= study.explained.shape[1]:
        return ()
    return tuple(study.explained[1:, places].sum(axis=1).tolist())


def plane(shares: Sequence[float]) -> str:
    """How much of the variance the same plane of networks that never learned holds."""
    least, most = (f"{share:.1%}" for share in (min(shares), max(shares)))
    span = least if least == most else f"{least} to {most}"
    return f"Of a network that never learned this plane holds {span}."


def _found(bundle: Bundle) -> _Found:
    # By the manifest rather than the `created` in it: what is absent or broken is asked for again and again,
    # too, and is read no more often than a study that can be used.
    try:
        now = (study_folder(bundle, NAME) / MANIFEST).stat()
    except OSError:
        return _Found(None, "")
    return _read(bundle, (now.st_ino, now.st_mtime_ns, now.st_size))


@cache.cached(4, "Reading the study …")
def _read(bundle: Bundle, written: tuple[int, ...]) -> _Found:
    from posecore.studies.control.results import load_control_study

    try:
        return _Found(load_control_study(bundle), "")
    except BundleError as error:
        return _Found(None, f"What a network that never learned reaches here is not known. {error}")
