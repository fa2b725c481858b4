"""Run two networks over the people of both bundles: where each finds joints, how alike their layers are, and
what a linear readout finds in the latents that the bundles hold.

Both see the same pictures. People are visited in a drawn order, BATCH at a time, as similarity of layers is
measured within a batch; what a batch says lies in a small file, and a run that was killed goes on after it.
"""

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.ablation import ALL_ON
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import choose_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, subject, write_study
from posecore.data.heatmaps import STRIDE, decode
from posecore.data.prepared import PreparedData
from posecore.inference import Predictor
from posecore.metrics.pck import PCK_RADIUS, hits
from posecore.models.hourglass import Encoded
from posecore.similarity.cka import LEAST, Products, multiply, similarities
from posecore.studies.pair.people import common_people, restricted
from posecore.studies.pair.readout import read_off
from posecore.studies.pair.results import described, layer_names, save_pair_study, study_name
from posecore.unfinished import Piece, fill

BATCH: Final = 32
"""People whose layers are compared with each other: with 256 channels they take 180 MB, flattened."""

PARTS: Final = ("cells", "peaks", "cross", "one", "other")
"""What is kept of a batch; see posecore.studies.pair.results."""

AT_ONCE: Final = 8
"""People that pass a network together."""


@dataclass(frozen=True)
class PairSettings:
    """limit: so many of the common people, drawn with `seed`; None for all. seed: of the order, too."""

    limit: int | None = None
    seed: int = 0


def compare_bundles(one: Bundle, other: Bundle, data: PreparedData | None, settings: PairSettings) -> Study:
    """Write the study of `one` that compares it with `other`, and open it; see posecore.studies.pair.results.

    data: the prepared data folder with the pictures and labels that neither bundle holds; of labels only the
    hits are kept. Where both hold some, those of the one that holds more are taken. Raises ConfigError or
    DataError where nobody is in both, or people's pictures are not at hand.
    """
    common = common_people(one, other)
    rows = {id(one): common.one, id(other): common.other}
    source = max(
        (one, other),
        key=lambda each: (each.manifest.dataset["annotations"], each.manifest.dataset["pictures"]),
    )
    people = choose_people(
        restricted(source, rows[id(source)]), data, limit=settings.limit, seed=settings.seed
    )
    count = len(people.sample_ids)
    order = np.random.default_rng(settings.seed).permutation(count)
    batches = np.array_split(order, -(-count // BATCH))
    info = {
        "limit": settings.limit,
        "seed": settings.seed,
        "batch": BATCH,
        "precision": [one.manifest.precision, other.manifest.precision],
        "data": None if data is None else data.info["fingerprint"],
        "other": described(other),
    }
    names = hashlib.sha256("\n".join(people.sample_ids).encode()).hexdigest()
    job = info | {"one": subject(one), "names": names}
    partial = open_partial(one, study_name(other), job)
    # Another run with other settings, going on at the same time, is not to be mixed with this one.
    key = hashlib.sha256(json.dumps(job).encode()).hexdigest()[:12]
    chunks = {partial / f"{key}-{number:06d}.npz": batch for number, batch in enumerate(batches)}
    looks = [Look(Predictor(bundle.network(), bundle.manifest.precision)) for bundle in (one, other)]

    def make(batch: NDArray[np.int64], progress: "tqdm[None]") -> Piece:
        pictures = np.stack([people.picture(int(place)) for place in batch])
        cells, peaks, alike = zip(*(look(pictures) for look in looks), strict=True)
        nothing = np.empty(0)
        cross, first, second = multiply(*alike) if alike[0] else (nothing, nothing, nothing)
        progress.update(len(batch))
        parts = np.stack(cells), np.stack(peaks), cross, first, second
        return dict(zip(PARTS, parts, strict=True))

    pieces = fill(chunks, PARTS, make, "two networks")
    found = {name: [piece[name] for piece in pieces] for name in PARTS}
    back = np.argsort(order)
    cells, peaks = (np.concatenate(found[name], axis=1)[:, back] for name in ("cells", "peaks"))
    points = (cells + np.float32(0.5)) * STRIDE
    right = np.stack([hits(side, people.annotated, people.visibility) for side in points])
    counts = [len(layer_names(bundle)) for bundle in (one, other)]
    shapes = {"cross": (-1, *counts), "one": (-1, counts[0]), "other": (-1, counts[1])}
    layers = Products(
        **{
            name: np.array([part for part in found[name] if part.size], np.float64).reshape(shape)
            for name, shape in shapes.items()
        }
    )
    save_pair_study(
        empty_partial(partial),
        np.array(people.sample_ids),
        cells,
        peaks,
        np.where(np.isnan(right), -1, right).astype(np.int8),
        layers,
        read_off(one, other, people, settings.seed),
    )
    info |= {
        "count": count,
        "common": len(common.sample_ids),
        "cropped_otherwise": common.cropped_otherwise,
        "people": [one.manifest.people, other.manifest.people],
        "pck_radius": PCK_RADIUS,
        "versions": {name: version(name) for name in ("torch", "numpy", "scikit-learn")},
    }
    return write_study(one, study_name(other), partial, info)


class Look:
    """A network that is asked what it makes of BATCH pictures at most, again and again."""

    def __init__(self, predictor: Predictor) -> None:
        self.predictor = predictor
        # Kept from batch to batch: to get so much memory anew takes longer than to compare the layers.
        self._layers: list[NDArray[np.float32]] = []

    def __call__(
        self, pictures: NDArray[np.uint8]
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], list[NDArray[np.float64]]]:
        """Of pictures (n, 256, 256, 3): cells (n, K, 2), column then row, peaks (n, K) and the similarities
        (n, n) of every layer, as in pair_results.layer_names; none of fewer than LEAST people."""
        cells, peaks = [], []
        for start in range(0, len(pictures), AT_ONCE):
            encoded = self.predictor.encode(pictures[start : start + AT_ONCE])
            points, heights = decode(self.predictor.decode(encoded, (ALL_ON,))[0])
            cells.append((points // STRIDE).astype(np.uint8))
            peaks.append(heights)
            self._keep(start, encoded)
        alike = [similarities(layer[: len(pictures)]) for layer in self._layers if len(pictures) >= LEAST]
        return np.concatenate(cells), np.concatenate(peaks), alike

    def _keep(self, start: int, encoded: Encoded) -> None:
        """Flatten the layers of some people into their places."""
        features = [skip.float().flatten(1).cpu().numpy() for skip in encoded.skips]
        features.append(self.predictor.latents(encoded, "bottleneck"))
        if self.predictor.network.config.autoencoder:
            features.append(self.predictor.latents(encoded, "autoencoder"))
        if not self._layers:
            self._layers = [np.empty((BATCH, part.shape[1]), np.float32) for part in features]
        for layer, part in zip(self._layers, features, strict=True):
            layer[start : start + len(part)] = part
