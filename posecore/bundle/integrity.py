"""Whether every byte of a bundle is as it was written."""

from pathlib import Path

from posecore.bundle.manifest import broken, read_manifest
from posecore.bundle.reader import file_problems, hash_problem, open_bundle
from posecore.bundle.studies import study_problems
from posecore.errors import BundleError


def verify(path: Path) -> list[str]:
    """What is wrong with the bundle in `path`, one line each; empty if nothing is.

    Beyond what opening checks, every file is read and its SHA-256 compared with the manifest's, and so are
    those of the studies in it.
    """
    try:
        manifest = read_manifest(path)
    except BundleError as error:
        return [str(error)]
    checked = (hash_problem(path, manifest, name) for name in manifest.files)
    problems = file_problems(path, manifest) or [problem for problem in checked if problem]
    if problems:
        return [str(broken(path, problem)) for problem in problems]
    try:
        bundle = open_bundle(path, trust_latents=True)
    except BundleError as error:
        return [str(error)]
    return study_problems(bundle)
