"""Bundles, networks and pictures, cached between reruns; other modules keep things by `cached` only.

What is large and shared (bundles, networks, components) is a resource, handed out without a copy and never
changed; what is small is data. Keys are the bundle's path and hashes, never an array.
"""

import gc
import hashlib
import os
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import streamlit as st

from dashboard.shared.background import worker
from posecore.bundle import Bundle, Manifest, check_latents, list_bundles, open_bundle
from posecore.bundle.manifest import LATENTS, MANIFEST, SAMPLES, SKIP_MEANS, WEIGHTS, read_manifest
from posecore.bundle.studies import FOLDER, study_problems
from posecore.data.prepared import INFO, open_prepared
from posecore.errors import BundleError, DataError

Cached = TypeVar("Cached", bound=Callable[..., Any])


CHECKED_AT_ONCE: Final = 2**26
"""Bytes of latents up to which people wait until these are seen to be as they were written: a fifth of a
second for 64 MiB."""


def artifacts_folder() -> Path:
    """Where bundles lie: POSE_ARTIFACTS, else the project's artifacts folder."""
    return Path(os.environ.get("POSE_ARTIFACTS") or Path(__file__).resolve().parents[2] / "artifacts")


def named_images() -> Path | None:
    """The prepared data folder that POSE_IMAGES names, None where it is not set. Raises DataError for another
    folder."""
    named = os.environ.get("POSE_IMAGES")
    if not named:
        return None
    folder = Path(named).absolute()
    file = folder / INFO
    _check_prepared(str(folder), file.stat().st_mtime_ns if file.is_file() else 0)
    return folder


def images_folder() -> Path | None:
    """The same, None for another folder, too, of which pictures.warn_of_folder has told."""
    try:
        return named_images()
    except DataError:
        return None


def bundle_names() -> list[str]:
    """Names of the bundles there are, broken ones too: those of compressed networks last, so that the first,
    which pages open on and compare with, is a network as it was trained."""
    return sorted((path.name for path in list_bundles(artifacts_folder())), key=_compressed)


def _compressed(name: str) -> bool:
    found = manifest_of(name)
    return found is not None and found.network_config.compressed


def manifest_of(name: str) -> Manifest | None:
    """What the bundle of this name says of itself, read once as long as it stays; None of a broken one, which
    says what is wrong when it is chosen."""
    path = artifacts_folder() / name
    try:
        return _manifest(str(path), (path / MANIFEST).stat().st_mtime_ns)
    except (BundleError, OSError):
        return None


def studied(name: str) -> bool:
    """Whether one of the bundles has a study of this name, a broken one too."""
    return any((path / FOLDER / name).is_dir() for path in list_bundles(artifacts_folder()))


def load_bundle(name: str) -> Bundle:
    """The bundle with this name, opened once as long as its manifest stays. Raises BundleError."""
    path = artifacts_folder() / name
    try:
        fingerprint = hashlib.sha256((path / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(
            f"{path}: no manifest.json can be read there; expected one of {bundle_names()}"
        ) from error
    return _bundle(str(path), fingerprint)


def neighbour(bundle: Bundle, fits: Callable[[Manifest], bool]) -> Bundle | None:
    """The first bundle beside this one whose manifest fits; None where there is none, or it is broken."""
    for name in bundle_names():
        found = manifest_of(name) if name != bundle.path.name else None
        if found is not None and fits(found):
            try:
                return load_bundle(name)
            except BundleError:
                return None
    return None


@st.cache_resource(max_entries=4, show_spinner=False)
def _bundle(path: str, fingerprint: str) -> Bundle:
    bundle = open_bundle(Path(path), trust_latents=True)
    if bundle.latents.nbytes <= CHECKED_AT_ONCE:
        check_latents(bundle)
    return bundle


def _bundle_key(bundle: Bundle) -> str:
    files = bundle.manifest.files
    hashes = (files[name]["sha256"] for name in (LATENTS, SAMPLES, WEIGHTS, SKIP_MEANS))
    return "|".join((str(bundle.path), *hashes))


_BY_CONTENT: Final[dict[str | type[Any], Callable[[Any], Any]]] = {Bundle: _bundle_key}


def cached(
    max_entries: int, show_spinner: str | Literal[False] = False, *, copied: bool = False, own: bool = False
) -> "Callable[[Cached], Cached]":
    """Decorator for a function of a bundle and small values: what it returns is shared by all users, and
    never changed. Arguments whose names begin with _ are no part of the key.

    copied: everybody gets a copy, of what is small. own: nobody but this session gets it.
    """
    cache = st.cache_data if copied else st.cache_resource
    scope: Literal["session", "global"] = "session" if own else "global"
    keep: Any = cache(max_entries=max_entries, show_spinner=show_spinner, hash_funcs=_BY_CONTENT, scope=scope)
    # What Streamlit returns has a type of its own, in which that of the function is lost.
    return keep


@cached(32)
def _manifest(path: str, written: int) -> Manifest:
    return read_manifest(Path(path))


def latents_problem(bundle: Bundle) -> str | None:
    """What is wrong with the bytes of large latents, found in the background; None as long as nothing is."""
    if bundle.latents.nbytes <= CHECKED_AT_ONCE:
        return None
    check = _latents_check(bundle)
    return check.result() if check.done() else None


@cached(4)
def _latents_check(bundle: Bundle) -> "Future[str | None]":
    def look() -> str | None:
        try:
            check_latents(bundle)
        except BundleError as error:
            return str(error)
        return None

    return worker.submit(look)


def study_faults(bundle: Bundle) -> list[str]:
    """What is wrong with the studies that are there, one line each; looked at again when one is replaced."""
    manifests = sorted((bundle.path / FOLDER).glob("*/manifest.json"))
    return _study_faults(bundle, tuple((path.parent.name, path.stat().st_mtime_ns) for path in manifests))


@cached(4)
def _study_faults(bundle: Bundle, manifests: tuple[tuple[str, int], ...]) -> list[str]:
    return study_problems(bundle)


@cached(4)
def _check_prepared(folder: str, made: int) -> None:
    """Raise DataError where no prepared data lies in `folder`. made: when; a key."""
    open_prepared(Path(folder))


@st.cache_resource(max_entries=1, show_spinner=False)
def leave_modules_alone(count: int) -> None:
    """Take what exists now out of garbage collection, once for each number of imported modules.

    Streamlit collects garbage after every run, and looks each time through all that torch, plotly and others
    have brought along: some 190 ms for every click.
    """
    gc.collect()
    gc.freeze()
