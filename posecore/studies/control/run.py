"""One network run once over people and over pictures without any: all that explanations are made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import ALL_ON, LEVEL_NAMES
from posecore.bundle.manifest import LatentSpace
from posecore.bundle.people import People
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.similarity.cka import similarities
from posecore.studies.batches import in_batches
from posecore.synthetic.nobody import NOBODY
from posecore.unfinished import Piece

EACH: Final = 30
"""Pictures without people, of each kind of posecore.synthetic.nobody."""

AT_ONCE: Final = 8
"""Pictures that pass a network together."""

LEVELS: Final = tuple(f"sum_{level}" for level in range(len(LEVEL_NAMES)))


@dataclass(frozen=True, eq=False)
class Run:
    """A network over N people, in D numbers, and over P pictures without people.

    latents: (N, D); nobody: (P, D). peaks: (N, K); nobody_peaks: (P, K). skip_means: of every skip branch
    over the people, finest first, (C, 64, 64) to (C, 8, 8). alike: of every batch of people the similarities
    (F, n, n) of F layers, the four skips and the latent.
    """

    predictor: Predictor
    latents: NDArray[np.float16]
    peaks: NDArray[np.float32]
    skip_means: tuple[NDArray[np.float32], ...]
    alike: Sequence[NDArray[np.float64]]
    nobody: NDArray[np.float16]
    nobody_peaks: NDArray[np.float32]


def run_network(folder: Path, predictor: Predictor, people: People, latent: LatentSpace, desc: str) -> Run:
    """Run a network. folder: for a small file per batch, which a killed run does not make again.

    latent: what the latents are. desc: of the progress bar.
    """

    def of_people(batch: NDArray[np.int64]) -> Piece:
        return _measure(predictor, np.stack([people.picture(int(row)) for row in batch]), latent)

    def of_nobody(batch: NDArray[np.int64]) -> Piece:
        pictures = np.stack([NOBODY[kinds[number]](np.random.default_rng([0, number])) for number in batch])
        return _measure(predictor, pictures, latent)

    kinds = kinds_of_nobody()
    names = ("latents", "peaks", "alike", *LEVELS)
    count = len(people.sample_ids)
    found = in_batches(folder / "people", count, names, of_people, desc)
    nobody = in_batches(folder / "nobody", len(kinds), ("latents", "peaks"), of_nobody, f"{desc}, nobody")
    return Run(
        predictor,
        np.concatenate(found["latents"]),
        np.concatenate(found["peaks"]),
        tuple(np.stack(found[level]).sum(axis=0).astype(np.float32) / count for level in LEVELS),
        found["alike"],
        np.concatenate(nobody["latents"]),
        np.concatenate(nobody["peaks"]),
    )


def kinds_of_nobody() -> list[str]:
    """Which kind of picture without people each of the P is."""
    return [kind for kind in NOBODY for _ in range(EACH)]


def _measure(predictor: Predictor, pictures: NDArray[np.uint8], latent: LatentSpace) -> Piece:
    """Of n pictures: latents, peaks, similarities of the layers, sums of the skips."""
    latents, peaks, skips = [], [], []
    for start in range(0, len(pictures), AT_ONCE):
        encoded = predictor.encode(pictures[start : start + AT_ONCE])
        latents.append(predictor.latents(encoded, latent))
        peaks.append(decode(predictor.decode(encoded, (ALL_ON,))[0])[1])
        skips.append([skip.float().cpu().numpy() for skip in encoded.skips])
    branches = [np.concatenate([each[level] for each in skips]) for level in range(len(LEVELS))]
    layers = [*(branch.reshape(len(pictures), -1) for branch in branches), np.concatenate(latents)]
    return {
        "latents": layers[-1].astype(np.float16),
        "peaks": np.concatenate(peaks),
        "alike": np.stack([similarities(layer) for layer in layers]),
        **{name: branch.sum(axis=0, dtype=np.float64) for name, branch in zip(LEVELS, branches, strict=True)},
    }
