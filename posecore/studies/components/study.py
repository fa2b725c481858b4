"""How many components matter to the pose: keep the first k of people's latents, decode, see what is found.

Components are fitted on one half of the people and tried on the other: of the same people they would describe
what is chance too. What is done lies in small files of CHUNK people; a run that was killed goes on.
"""

from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from posecore.blocks import finite
from posecore.bundle.manifest import LATENTS, WEIGHTS
from posecore.bundle.partial import empty_partial, open_partial
from posecore.bundle.people import People, choose_people
from posecore.bundle.reader import Bundle
from posecore.bundle.studies import Study, write_study
from posecore.components.pca import Components, fit_components
from posecore.data.heatmaps import decode
from posecore.data.prepared import PreparedData
from posecore.errors import ConfigError, DataError
from posecore.inference import Predictor, decode_latents
from posecore.metrics.pck import PCK_RADIUS, Hits, hits
from posecore.samples import read_points, read_visibility
from posecore.studies.components.results import NAME, SKIPS, save_component_study
from posecore.unfinished import Piece, fill

COUNTS: Final = (0, 1, 2, 5, 10, 16, 25, 50, 100, 200, 541, 1000, 2000, 4000)
"""Components kept, as far as there are so many; all of them and the latent itself are always added."""

CHUNK: Final = 8
"""People between two points from which a killed run goes on."""


@dataclass(frozen=True)
class ComponentSettings:
    """limit: so many people of the half that is tried, drawn; None for all. seed: of halves and draw."""

    limit: int | None = None
    seed: int = 0


def run_component_study(bundle: Bundle, data: PreparedData | None, settings: ComponentSettings) -> Study:
    """Write the study `components` of `bundle` and open it; see posecore.studies.components.results.

    data: the prepared data folder with the labels and pictures that the bundle does not hold. Skips are on
    only for people whose picture is at hand. Raises ConfigError or DataError where people do not suffice.
    """
    people, pictured = _people(bundle, data)
    fitted, tried = halves(bundle.latents, people.visibility, settings)
    components = fit_components(bundle.latents[fitted], bundle.manifest.dimensions)
    counts = kept_counts(components)
    described = asdict(settings) | {
        "data": None if data is None else data.info["fingerprint"],
        "precision": bundle.manifest.precision,
        "skips": list(SKIPS),
        "pictured": int(pictured[tried].sum()),
    }
    job = described | {name: bundle.manifest.files[name]["sha256"] for name in (WEIGHTS, LATENTS)}
    partial = open_partial(bundle, NAME, job | {"counts": counts})
    points = _points(partial, bundle, components, people, pictured, tried)
    save_component_study(
        empty_partial(partial),
        np.array(people.sample_ids)[tried],
        np.array([*counts, bundle.manifest.dimensions]),
        _right(points, people, tried),
        _explained(components, bundle.latents[tried], counts),
        components.people,
    )
    info = described | {
        "tried": len(tried),
        "pck_radius": PCK_RADIUS,
        "versions": {name: version(name) for name in ("torch", "numpy", "scipy")},
    }
    return write_study(bundle, NAME, partial, info)


def halves(
    latents: NDArray[np.floating], visibility: NDArray[np.integer], settings: ComponentSettings
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Rows of the people to fit on and of those to try, both ascending; nobody is in both.

    latents: (N, D); who has nan is in neither. visibility: (N, K); who has no labelled joint is not tried.
    Raises ConfigError where there are too few of either.
    """
    rng = np.random.default_rng(settings.seed)
    order = rng.permutation(np.flatnonzero(finite(latents)))
    fitted, tried = order[: len(order) // 2], order[len(order) // 2 :]
    tried = tried[(visibility[tried] > 0).any(axis=1)]
    if len(fitted) < 2 or not len(tried):
        raise ConfigError(
            f"of {len(latents)} people {len(fitted)} are left to fit components on, and {len(tried)} with "
            "labelled joints to try them on; expected two and one, or more"
        )
    if settings.limit is not None:
        if not 1 <= settings.limit <= len(tried):
            raise ConfigError(f"--limit {settings.limit}: expected 1 to {len(tried)}, the people to be tried")
        tried = tried[: settings.limit]
    return np.sort(fitted), np.sort(tried)


def kept_counts(components: Components) -> list[int]:
    """How many components are kept, one number after the other, all of them last."""
    most = len(components.variances)
    return [*(count for count in COUNTS if count < most), most]


def shortened(components: Components, latent: NDArray[np.floating], counts: list[int]) -> NDArray[np.float32]:
    """(V + 1, D): a latent (D,) of which only the first components are kept, for V counts; last itself."""
    score = components.project(np.asarray(latent)[None])[0]
    kept = np.arange(len(score)) < np.array(counts)[:, None]
    return np.concatenate([components.restore(kept * score), np.asarray(latent, np.float32)[None]])


def _people(bundle: Bundle, data: PreparedData | None) -> tuple[People, NDArray[np.bool_]]:
    """Everybody in the bundle with their labels, and (N,) whose picture is at hand."""
    table, shown = bundle.samples, bundle.manifest.dataset["pictures"]
    if data is not None or shown == len(table):
        return choose_people(bundle, data), np.ones(len(table), np.bool_)
    if not bundle.manifest.dataset["annotations"]:
        raise DataError(
            f"{bundle.path}: holds no annotated joints to tell right from wrong; name the prepared data "
            "folder its people come from with --data"
        )
    paths = [bundle.picture_path(name) for name in table["sample_id"]]
    people = People(
        table["sample_id"].tolist(),
        [path or Path() for path in paths],
        read_points(table, "annotated"),
        read_visibility(table),
    )
    return people, np.array([path is not None for path in paths])


def _points(
    partial: Path,
    bundle: Bundle,
    components: Components,
    people: People,
    pictured: NDArray[np.bool_],
    tried: NDArray[np.int64],
) -> NDArray[np.float32]:
    """(3, N, V + 1, K, 2) crop pixels of the people tried, skips as in SKIPS; nan without a picture."""
    counts = kept_counts(components)
    predictor = Predictor(bundle.network(), bundle.manifest.precision)
    means = predictor.features(bundle.skip_means())

    def make(rows: NDArray[np.int64], progress: "tqdm[None]") -> Piece:
        found = []
        for row in rows:
            latents = shortened(components, bundle.latents[row], counts)
            alone = decode(decode_latents(predictor, latents, None))[0]
            helped = np.full_like(alone, np.nan)
            if pictured[row]:
                skips = predictor.encode(people.picture(int(row))[None]).skips
                helped = decode(decode_latents(predictor, latents, skips))[0]
            usual = decode(decode_latents(predictor, latents, means))[0]
            found.append(np.stack([alone, helped, usual]))
            progress.update()
        return {"points": np.stack(found, axis=1)}

    starts = range(0, len(tried), CHUNK)
    chunks = {partial / f"{start:07d}.npz": tried[start : start + CHUNK] for start in starts}
    pieces = fill(chunks, ("points",), make, "component study")
    return np.concatenate([piece["points"] for piece in pieces], axis=1)


def _right(points: NDArray[np.float32], people: People, tried: NDArray[np.int64]) -> NDArray[np.int8]:
    """(3, N, V + 1, K) hits of points, -1 where nothing is labelled or nothing was tried."""
    right: Hits = np.empty(points.shape[:-1])
    for mode, variant in np.ndindex(len(SKIPS), points.shape[2]):
        right[mode, :, variant] = hits(
            points[mode, :, variant], people.annotated[tried], people.visibility[tried]
        )
    unknown = np.isnan(right) | np.isnan(points[..., 0])
    return np.where(unknown, -1, right).astype(np.int8)


def _explained(
    components: Components, latents: NDArray[np.floating], counts: list[int]
) -> NDArray[np.float32]:
    """(2, V + 1) share of the variance around the mean that is kept: of those fitted on, and of `latents`."""
    squares = np.square(components.project(latents), dtype=np.float64).sum(axis=0)
    away = np.asarray(latents, np.float32) - components.mean
    ends = [0, *np.arange(1, len(squares) + 1)]
    shares = [
        np.interp(counts, ends, np.concatenate([[0], np.cumsum(parts)]) / whole)
        for parts, whole in (
            (components.variances, components.total_variance),
            (squares, np.square(away, dtype=np.float64).sum()),
        )
    ]
    return np.array([[*share, 1.0] for share in shares], np.float32).clip(0, 1)
