"""Make the cause study of a bundle: its people rendered again with one thing changed, and shown to networks.

People are rendered as they were made, and the untrained networks take their statistics of them. Then every
person is one small file with all that their changes did, made by several processes; a run that was killed
goes on with the people it lacks.
"""

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.bundle.manifest import WEIGHTS, LatentSpace
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.reader import Bundle, open_bundle
from posecore.bundle.studies import Study, write_study
from posecore.causes.change import is_rendered, recall, show
from posecore.causes.table import CAUSES
from posecore.errors import ConfigError
from posecore.files import read_arrays, write_arrays
from posecore.inference import Predictor
from posecore.keypoints import COCO17
from posecore.metrics.pck import PCK_RADIUS
from posecore.models.checkpoint import load_checkpoint, save_checkpoint
from posecore.models.untrained import untrained
from posecore.processes import cores, in_processes
from posecore.studies.causes.frame import KS, Frame, fit_frame, read_frame
from posecore.studies.causes.measure import OF_CLOSER, PERSON, Tools, changes_of, explain, latents_of
from posecore.studies.causes.results import CUTS, MOST, NAME, save_cause_study
from posecore.studies.causes.summary import STRONGER, placebo
from posecore.studies.causes.verdict import corrected_p
from posecore.subsample import subsample
from posecore.unfinished import Piece, read_or_make, read_piece

LEAST: Final = 12
"""People a study needs: for eight clusters, and for components."""

CLOSER: Final = 2
"""One person in so many is tried more closely: skips are cut, and untrained networks are asked."""


@dataclass(frozen=True)
class CauseSettings:
    """people: so many rendered people of the bundle, drawn with `seed`. networks: untrained ones, of seeds
    from 0."""

    people: int = 200
    networks: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        if self.people < LEAST:
            raise ConfigError(f"--people {self.people}: expected {LEAST} or more")
        if self.networks < 1:
            raise ConfigError(f"--networks {self.networks}: expected one or more")


def run_cause_study(bundle: Bundle, settings: CauseSettings, workers: int | None = None) -> Study:
    """Write the study `causes` of `bundle` and open it; see posecore.studies.causes.results.

    workers: processes, by default one per core. Raises ConfigError where the bundle has too few rendered
    people, DataError where they are rendered otherwise than they were.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers {workers}: expected 1 or more")
    workers = cores() if workers is None else workers
    ids = choose_rendered(bundle, settings)
    job = asdict(settings) | {
        "weights": bundle.manifest.files[WEIGHTS]["sha256"],
        "sample_ids": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        "precision": bundle.manifest.precision,
        "causes": {key: list(cause.strengths) for key, cause in CAUSES.items()},
        "versions": {name: version(name) for name in ("torch", "numpy", "opencv-python-headless")},
    }
    folder = open_partial(bundle, NAME, job)
    _tools.cache_clear()
    _prepare(folder, bundle, ids, settings, workers)
    pieces = _people(folder, bundle, ids, settings, workers)
    arrays = {
        name: np.stack([piece[name] for piece in (pieces[::CLOSER] if name in OF_CLOSER else pieces)])
        for name in PERSON
    }
    # Networks and spaces come first, then people.
    arrays["moved"] = np.moveaxis(arrays["moved"], 1, 0)
    arrays["untrained"] = np.moveaxis(arrays["untrained"], 0, 2)
    for name in ("untrained_clusters", "untrained_clusters_changed"):
        arrays[name] = np.moveaxis(arrays[name], 0, 1)
    causes = np.array(list(CAUSES))
    save_cause_study(
        empty_partial(folder),
        sample_ids=np.array(ids),
        spaces=np.array(spaces_of(bundle)),
        causes=causes,
        strengths=np.array([cause.strengths for cause in CAUSES.values()], np.float64),
        closer=np.arange(0, len(ids), CLOSER),
        cuts=np.array(list(CUTS)),
        ks=np.array(KS),
        p=np.stack([corrected_p(moved[:, :, STRONGER], placebo(causes, moved)) for moved in arrays["moved"]]),
        **arrays,
    )
    return write_study(bundle, NAME, folder, job | {"count": len(ids), "pck_radius": PCK_RADIUS})


def choose_rendered(bundle: Bundle, settings: CauseSettings) -> list[str]:
    """sample_ids of the people to study. Raises ConfigError where too few of the bundle's were rendered, or
    they have other joints than COCO's."""
    if bundle.keypoints != COCO17:
        raise ConfigError(f"{bundle.path}: has {bundle.keypoints.title}; causes are known of COCO's alone")
    table = bundle.samples
    rows = np.flatnonzero([is_rendered(person) for _, person in table.iterrows()])
    if len(rows) < settings.people:
        raise ConfigError(
            f"{bundle.path}: {len(rows)} of its people were rendered; --people {settings.people} takes more, "
            "and of photographs nothing is known that could be changed"
        )
    return [str(name) for name in table["sample_id"].iloc[subsample(rows, settings.people, settings.seed)]]


def spaces_of(bundle: Bundle) -> list[LatentSpace]:
    """The bundle's latent space, and the other one where the network has an autoencoder."""
    own = bundle.manifest.latent
    other: LatentSpace = "autoencoder" if own == "bottleneck" else "bottleneck"
    return [own, other] if bundle.manifest.network_config.autoencoder else [own]


def _prepare(folder: Path, bundle: Bundle, ids: list[str], settings: CauseSettings, workers: int) -> None:
    """Write what every worker needs: the untrained networks, and the frame of every network and space."""
    if (folder / _FRAMES).is_file():
        return

    def rendered() -> Piece:
        made = in_processes(partial(_as_made, bundle.path), ids, workers)
        return {"crops": np.stack(list(tqdm(made, "as made", len(ids), unit=" people", mininterval=1)))}

    crops = read_or_make(folder / "made.npz", ("crops",), rendered)["crops"]
    spaces, most = spaces_of(bundle), min(MOST, len(ids) - 1)
    found: dict[str, NDArray[Any]] = {}
    for place in tqdm(range(settings.networks + 1), "networks", unit=" networks", mininterval=1):
        network = bundle.network()
        if place:
            network = untrained(network.config, place - 1, len(ids), lambda person: crops[person])
            save_checkpoint(_weights(folder, place), network, half=True)
        latents = latents_of(Predictor(network, bundle.manifest.precision), spaces, crops)
        for number, each in enumerate(latents):
            # Of its own network and space the bundle knows everybody.
            people = each if place or number else bundle.latents
            frame = fit_frame(people, most, clusters=not number)
            found |= {f"{place}-{number}-{name}": array for name, array in frame.arrays().items()}
    write_arrays(folder / _FRAMES, **found)


_FRAMES: Final = "frames.npz"


def _frames(folder: Path, networks: int, spaces: int) -> list[list[Frame]]:
    arrays = read_arrays(folder / _FRAMES)

    def frame(prefix: str) -> Frame:
        return read_frame({n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)})

    return [[frame(f"{place}-{number}-") for number in range(spaces)] for place in range(networks + 1)]


def _weights(folder: Path, place: int) -> Path:
    return folder / f"untrained-{place - 1}.safetensors"


def _as_made(path: Path, sample_id: str) -> NDArray[np.uint8]:
    """The crop of a person as the data folder has it: a function of the module, as workers need it."""
    bundle = _opened(path)
    return show(recall(bundle.samples.iloc[bundle.row(sample_id)])).crop


def _people(
    folder: Path, bundle: Bundle, ids: list[str], settings: CauseSettings, workers: int
) -> list[Piece]:
    """What every person's changes did, in their order."""
    files = [folder / f"{place:05d}.npz" for place in range(len(ids))]
    todo = [place for place, file in enumerate(files) if read_piece(file, *PERSON) is None]
    work = partial(_measure, folder, bundle.path, ids, settings.networks, workers > 1)
    done = in_processes(work, todo, workers, at_a_time=1)
    for _ in tqdm(done, "cause study", len(ids), initial=len(ids) - len(todo), unit=" people", mininterval=1):
        pass
    return [read_arrays(file, *PERSON) for file in files]


def _measure(folder: Path, path: Path, ids: list[str], networks: int, shared: bool, place: int) -> None:
    """Write one person's file: a function of the module, as workers need it. shared: whether others of them
    fill the other cores."""
    if shared:
        cv2.setNumThreads(1)
        torch.set_num_threads(1)
    bundle = _opened(path)
    changes = changes_of(bundle.samples.iloc[bundle.row(ids[place])])
    piece = explain(_tools(folder, path, networks), changes, closer=place % CLOSER == 0)
    write_arrays(folder / f"{place:05d}.npz", **piece)


@lru_cache(maxsize=1)
def _opened(path: Path) -> Bundle:
    return open_bundle(path, trust_latents=True)


@lru_cache(maxsize=1)
def _tools(folder: Path, path: Path, networks: int) -> Tools:
    bundle = _opened(path)
    spaces = spaces_of(bundle)
    others = (load_checkpoint(_weights(folder, place)) for place in range(1, networks + 1))
    predictors = [Predictor(network, bundle.manifest.precision) for network in (bundle.network(), *others)]
    means = predictors[0].features(bundle.skip_means())
    return Tools(spaces, predictors, _frames(folder, networks, len(spaces)), means)
