"""Who a claim is tested on: people rendered from its seed, or of a data folder that was set aside."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from posecore.bundle.exposure import training_runs
from posecore.bundle.reader import Bundle
from posecore.causes.change import is_rendered, show
from posecore.data.attributes import plain_attributes
from posecore.data.dataset import CropDataset
from posecore.data.prepared import PreparedData, open_prepared
from posecore.errors import ConfigError
from posecore.keypoints import COCO17
from posecore.ledger.claim import LONGEST_NAME, Claim
from posecore.ledger.kinds import kind_of
from posecore.printable import printable
from posecore.samples import CROP_COLUMNS, TRUTH, read_points, read_visibility
from posecore.synthetic.drawn import Drawn
from posecore.synthetic.people import render_person


@dataclass(frozen=True, eq=False)
class Subject:
    """crop: (256, 256, 3) RGB. joints: (K, 2) crop pixels, nan where not labelled; visibility: (K,). row:
    further columns of a bundle's table. drawn: how they were rendered; None for a photograph."""

    crop: NDArray[np.uint8]
    joints: NDArray[np.float32]
    visibility: NDArray[np.int8]
    row: Mapping[str, Any]
    drawn: Drawn | None = None


class Source(Protocol):
    """Where people come from; it travels to other processes."""

    @property
    def words(self) -> str:
        """Who they are."""
        ...

    @property
    def left_out(self) -> int:
        """How many were not new, and are left out."""
        ...

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    @property
    def key(self) -> str:
        """Another one where anybody of them is somebody else."""
        ...

    def subject(self, place: int) -> Subject:
        """Person `place` of them, from 0."""
        ...


@dataclass(frozen=True)
class Rendered:
    """People who do not exist until they are asked for."""

    seed: int
    count: int
    left_out: int = 0

    @property
    def words(self) -> str:
        """Who they are."""
        return f"new rendered people, seed {self.seed}"

    @property
    def key(self) -> str:
        """Of the seed, from which they follow one by one: some of them are the first of more."""
        return f"rendered, {self.seed}"

    def subject(self, place: int) -> Subject:
        """A quarter of a second of work."""
        rendered = render_person(self.seed, place)
        drawn = rendered.drawn
        shown = show(drawn)
        attributes, _ = plain_attributes(rendered.annotation["attributes"])
        return Subject(
            shown.crop,
            np.where(shown.visibility[:, None] > 0, shown.joints, np.nan).astype(np.float32),
            shown.visibility.astype(np.int8),
            {
                "sample_id": f"new-{place + 1}",
                "image_width": drawn.scene.camera.width,
                "image_height": drawn.scene.camera.height,
                **dict(zip(CROP_COLUMNS, (drawn.crop.x, drawn.crop.y, drawn.crop.side), strict=True)),
                **{f"{TRUTH}{name}": value for name, value in attributes.items()},
            },
            drawn,
        )


@dataclass(frozen=True)
class HeldOut:
    """People of a prepared data folder that was set aside: chosen ones, by split and row of its table."""

    path: Path
    fingerprint: str
    chosen: tuple[tuple[str, int], ...]
    words: str
    left_out: int

    @property
    def count(self) -> int:
        """How many were drawn."""
        return len(self.chosen)

    @property
    def key(self) -> str:
        """Of the folder as it is, and whom of it."""
        return f"held out, {self.fingerprint}, {self.chosen}"

    def subject(self, place: int) -> Subject:
        """Read from the folder."""
        split, row = self.chosen[place]
        crops = _crops(self.path, split)
        person = crops.table.iloc[[row]]
        columns = ["sample_id", "image_width", "image_height", *CROP_COLUMNS]
        truth = [name for name in map(str, person.columns) if name.startswith(TRUTH)]
        values = person[[*columns, *truth]].iloc[0]
        return Subject(
            crops.picture(row),
            read_points(person, "annotated")[0],
            read_visibility(person)[0],
            {name: _plain(values[name]) for name in (*columns, *truth)},
        )


def source_for(
    bundle: Bundle, claim: Claim, people: int, held_out: Path | None = None, known: Sequence[Path] = ()
) -> Source:
    """Who a claim about a bundle is tested on: rendered people where the bundle's were, else `people` drawn
    of the data folder `held_out`, without those who are in the folders `known`, the bundle's own.

    Raises ConfigError where nobody can be had: a sentence says why.
    """
    if is_of_rendered_people(bundle):
        return Rendered(claim.seed, people)
    if kind_of(claim.kind).rendered:
        raise ConfigError("only rendered people can be made again with one thing changed")
    if held_out is None:
        raise ConfigError(
            "no new people like those of this bundle can be rendered; set a prepared data "
            "folder aside and name it with POSE_HELDOUT"
        )
    return _drawn_from(
        open_prepared(held_out), [open_prepared(path) for path in known], bundle, claim, people
    )


def is_of_rendered_people(bundle: Bundle) -> bool:
    """Whether everybody in a bundle was rendered, in the way that new people are."""
    return bundle.keypoints == COCO17 and all(is_rendered(person) for _, person in bundle.samples.iterrows())


def _drawn_from(
    data: PreparedData, known: Sequence[PreparedData], bundle: Bundle, claim: Claim, people: int
) -> HeldOut:
    data.check_network(len(bundle.keypoints))
    _check_known(bundle, known, data.path)
    if data.info["fingerprint"] in {each.info["fingerprint"] for each in known}:
        raise ConfigError(
            f"{data.path}: holds the very people of the bundle or of its training; set other people aside"
        )
    seen = {digest for each in known for digest in _digests(each)}
    everybody = [
        (split, row) for split in sorted(data.info["splits"]) for row in range(len(data.table(split)))
    ]
    chosen: list[tuple[str, int]] = []
    left_out = 0
    for place in np.random.default_rng(claim.seed).permutation(len(everybody)):
        if len(chosen) == people:
            break
        split, row = everybody[place]
        if _digest(_crops(data.path, split).picture(row)) in seen:
            left_out += 1
        else:
            chosen.append((split, row))
    if not chosen:
        raise ConfigError(f"{data.path}: everybody in it is in the bundle's data, too; set others aside")
    words = printable(f"held-out people of {data.info['name']}")[:LONGEST_NAME]
    return HeldOut(data.path, data.info["fingerprint"], tuple(chosen), words, left_out)


def _check_known(bundle: Bundle, known: Sequence[PreparedData], set_aside: Path) -> None:
    """Raise ConfigError where somebody of the bundle's data, or of what its network was trained on, could be
    among the people set aside without being found out."""
    fingerprints = {each.info["fingerprint"] for each in known}
    if bundle.manifest.dataset["fingerprint"] not in fingerprints:
        raise ConfigError(
            f"{bundle.path}: name the data folder its people come from with POSE_IMAGES, so that whoever is "
            f"in it can be left out of {set_aside}"
        )
    if bundle.manifest.untrained:
        return
    runs = list(training_runs(bundle.manifest.training))
    if None in runs:
        raise ConfigError(
            f"{bundle.path}: whom its network was trained on is not recorded, so nobody of {set_aside} is "
            "surely new; train anew, or extract latents from the folder of a run"
        )
    # Of an autoencoder's people a record holds the name alone.
    names = {each.info["name"] for each in known}
    folders = [folder for run in runs for folder in run or ()]
    seen = [one.fingerprint in fingerprints if one.fingerprint else one.name in names for one in folders]
    if unseen := sorted({one.name for one, found in zip(folders, seen, strict=True) if not found}):
        raise ConfigError(
            f"{bundle.path}: its network was also trained on {', '.join(unseen)}; name the prepared folders "
            f"with POSE_TRAINED_ON, so that whoever is in them can be left out of {set_aside}"
        )


def _digests(data: PreparedData) -> Iterator[str]:
    """Of everybody's crop."""
    for split in data.info["splits"]:
        crops = CropDataset(data, split)
        yield from (_digest(crops.picture(row)) for row in range(len(crops)))


@lru_cache(maxsize=8)
def _crops(path: Path, split: str) -> CropDataset:
    return CropDataset(open_prepared(path), split)


def _digest(picture: NDArray[np.uint8]) -> str:
    return hashlib.sha256(picture.tobytes()).hexdigest()


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
