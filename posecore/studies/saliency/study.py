"""Make the saliency study of a bundle: where its network looks, by every method, and whether that holds.

Every person is one small file with the checks of all their maps, made by several processes; a run that was
killed goes on with the people it lacks.
"""

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from tqdm import tqdm

from posecore.ablation import SkipMask
from posecore.bundle.manifest import WEIGHTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, labelled_people
from posecore.bundle.reader import Bundle, open_bundle
from posecore.bundle.studies import Study, write_study
from posecore.causes.change import is_rendered, recall
from posecore.data.prepared import PreparedData, open_prepared
from posecore.errors import ConfigError
from posecore.files import read_arrays, write_arrays
from posecore.inference import Predictor
from posecore.keypoints import COCO17
from posecore.models.checkpoint import load_checkpoint, save_checkpoint
from posecore.models.untrained import untrained
from posecore.processes import cores, in_processes
from posecore.saliency import methods
from posecore.saliency.faithful import SQUARE
from posecore.saliency.methods import METHODS, Looker
from posecore.saliency.randomised import LAST_LEVELS, RANDOMISED, UNTRAINED, last_levels_randomised
from posecore.saliency.regions import regions
from posecore.studies.saliency.measure import PERSON, Person, Tools, check
from posecore.studies.saliency.results import MASKS, NAME, save_saliency_study
from posecore.subsample import subsample
from posecore.unfinished import Piece, read_piece

LEAST: Final = 2
"""People a study needs: for the statistics of randomised networks."""

SLOWLY: Final = 4
"""One person in so many is asked by occlusion, too."""

CLOSER: Final = 8
"""One person in so many is shown to randomised networks, too: that takes as long as all else."""

VISIBLE: Final = 2
STATISTICS: Final = 16
"""People of whom the randomised levels take their statistics at most."""


@dataclass(frozen=True)
class SaliencySettings:
    """people: so many with a visible joint, drawn with `seed`, which draws the joint as well."""

    people: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if self.people < LEAST:
            raise ConfigError(f"--people {self.people}: expected {LEAST} or more")


def run_saliency_study(
    bundle: Bundle, data: PreparedData | None, settings: SaliencySettings, workers: int | None = None
) -> Study:
    """Write the study `saliency` of `bundle` and open it; see posecore.studies.saliency.results.

    data: the prepared data folder with the pictures and labels that the bundle does not hold. workers:
    processes, by default one per core. Raises ConfigError or DataError where too few people have a visible
    joint, or their pictures are not at hand.
    """
    if workers is not None and workers < 1:
        raise ConfigError(f"--workers {workers}: expected 1 or more")
    people = labelled_people(bundle, data, None, settings.seed, LEAST)
    rows = _chosen(bundle, people, settings)
    ids = [people.sample_ids[row] for row in rows]
    masks = masks_of(bundle)
    job = asdict(settings) | {
        "weights": bundle.manifest.files[WEIGHTS]["sha256"],
        "sample_ids": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        "data": None if data is None else data.info["fingerprint"],
        "precision": bundle.manifest.precision,
        "masks": [mask.title for mask in masks],
        "methods": list(METHODS),
        "steps": methods.STEPS,
        "samples": methods.SAMPLES,
        "noise": methods.NOISE,
        "window": methods.WINDOW,
        "stride": methods.STRIDE,
        "square": SQUARE,
        "slowly": SLOWLY,
        "closer": CLOSER,
        "versions": {name: version(name) for name in ("torch", "numpy", "captum")},
    }
    folder = open_partial(bundle, NAME, job)
    _tools.cache_clear()
    _prepare(folder, bundle, people, rows)
    given = None if data is None else data.path
    work = partial(_Work(folder, bundle.path, given, ids, settings.seed), shared=(workers or cores()) > 1)
    files = [folder / f"{place:05d}.npz" for place in range(len(ids))]
    todo = [place for place, file in enumerate(files) if read_piece(file, "joint", *PERSON) is None]
    done = in_processes(work, todo, workers or cores(), at_a_time=1)
    start = len(ids) - len(todo)
    for _ in tqdm(done, "saliency study", len(ids), initial=start, unit=" people", mininterval=1):
        pass
    pieces: list[Piece] = [read_arrays(file, "joint", *PERSON) for file in files]
    save_saliency_study(
        empty_partial(folder),
        sample_ids=np.array(ids),
        joints=np.array([int(piece["joint"]) for piece in pieces]),
        masks=np.array([mask.title for mask in masks]),
        methods=np.array(list(METHODS)),
        **{name: np.stack([piece[name] for piece in pieces]) for name in PERSON},
    )
    return write_study(bundle, NAME, folder, job | {"count": len(ids)})


def masks_of(bundle: Bundle) -> tuple[SkipMask, ...]:
    """MASKS, as far as they differ in a network with the bundle's skips."""
    built = bundle.manifest.built_skips
    return tuple({mask & built: mask for mask in reversed(MASKS)}.values())[::-1]


def _chosen(bundle: Bundle, people: People, settings: SaliencySettings) -> list[int]:
    """Rows of `people` with a visible joint."""
    rows = np.flatnonzero((people.visibility == VISIBLE).any(axis=1))
    if len(rows) < settings.people:
        raise ConfigError(
            f"{bundle.path}: {len(rows)} people with a visible joint; --people {settings.people} takes more"
        )
    return [int(row) for row in subsample(rows, settings.people, settings.seed)]


def _prepare(folder: Path, bundle: Bundle, people: People, rows: list[int]) -> None:
    """Write what every worker needs: the randomised networks."""
    if all(_weights(folder, name).is_file() for name in RANDOMISED):
        return
    network = bundle.network()
    spread = np.unique(np.linspace(0, len(rows) - 1, min(len(rows), STATISTICS)).round().astype(int))
    pictures = np.stack([people.picture(rows[place]) for place in spread])
    made = {
        UNTRAINED: untrained(network.config, 0, len(pictures), lambda person: pictures[person]),
        LAST_LEVELS: last_levels_randomised(network, 0, pictures),
    }
    for name, one in made.items():
        save_checkpoint(_weights(folder, name), one, half=True)


def _weights(folder: Path, name: str) -> Path:
    return folder / f"{name.replace(' ', '-')}.safetensors"


@dataclass(frozen=True)
class _Work:
    """What a worker is given, and how it makes one person's file."""

    folder: Path
    bundle: Path
    data: Path | None
    ids: list[str]
    seed: int

    def __call__(self, place: int, shared: bool) -> None:
        """shared: whether others of them fill the other cores."""
        if shared:
            cv2.setNumThreads(1)
            torch.set_num_threads(1)
        bundle, people = _opened(self.bundle, self.data)
        row = people.sample_ids.index(self.ids[place])
        rng = np.random.default_rng([self.seed, place])
        joint = int(rng.choice(np.flatnonzero(people.visibility[row] == VISIBLE)))
        table = bundle.samples.iloc[bundle.row(self.ids[place])]
        known = bundle.keypoints == COCO17 and is_rendered(table)
        person = Person(
            people.picture(row),
            joint,
            regions(recall(table), joint) if known else None,
            slowly=place % SLOWLY == 0,
            closer=place % CLOSER == 0,
        )
        piece = check(_tools(self.folder, self.bundle, self.data), person, masks_of(bundle), rng)
        write_arrays(self.folder / f"{place:05d}.npz", joint=np.array(joint), **piece)


@lru_cache(maxsize=1)
def _opened(path: Path, data: Path | None) -> tuple[Bundle, People]:
    bundle = open_bundle(path, trust_latents=True)
    given = None if data is None else open_prepared(data)
    return bundle, labelled_people(bundle, given, None, 0, LEAST)


@lru_cache(maxsize=1)
def _tools(folder: Path, path: Path, data: Path | None) -> Tools:
    bundle, _ = _opened(path, data)
    network = bundle.network()
    randomised = tuple(Looker(load_checkpoint(_weights(folder, name))) for name in RANDOMISED)
    return Tools(Looker(network), randomised, Predictor(network, bundle.manifest.precision))
