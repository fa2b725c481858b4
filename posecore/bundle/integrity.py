"""Whether every byte of a bundle is as it was written."""

from pathlib import Path

from posecore.bundle.manifest import broken, read_manifest
from posecore.bundle.reader import file_problems, open_bundle
from posecore.bundle.studies import study_problems
from posecore.errors import BundleError
from posecore.files import sha256


def verify(path: Path) -> list[str]:
    """What is wrong with the bundle in `path`, one line each; empty if nothing is.

    Beyond what opening checks, every file is read and its SHA-256 compared with the manifest's, and so are
    those of the studies in it.
    """
    try:
        manifest = read_manifest(path)
    except BundleError as error:
        return [str(error)]
    problems = file_problems(path, manifest) or [
        f"{name} is not as it was written, its SHA-256 differs"
        for name, info in manifest.files.items()
        if sha256(path / name) != info["sha256"]
    ]
    if problems:
        return [str(broken(path, problem)) for problem in problems]
    try:
        bundle = open_bundle(path)
    except BundleError as error:
        return [str(error)]
    return study_problems(bundle)
