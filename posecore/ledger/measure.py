"""One new person in front of the networks: what a test asks of them, as arrays that are kept in a file."""

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.ablation import ALL_ON, parse_mask
from posecore.bundle.reader import Bundle, open_bundle
from posecore.causes.change import change_person
from posecore.causes.table import cause_of
from posecore.data.heatmaps import decode
from posecore.errors import ChangeError
from posecore.inference import Predictor
from posecore.ledger.kinds import Answers, Asked
from posecore.ledger.people import Subject
from posecore.metrics.pck import hits
from posecore.samples import annotated_columns, predicted_columns
from posecore.unfinished import Piece

if TYPE_CHECKING:
    from torch import Tensor

    from posecore.models.hourglass import Encoded

PERSON: Final = ("hits", "latents", "joints", "visibility", "points", "peaks", "row")
"""Arrays of one person."""


class Networks:
    """The bundle's network, and that of the bundle `beside` it where the test asks another one."""

    def __init__(self, bundle: Bundle, asked: Asked, beside: str) -> None:
        self._asked = asked
        self._latent = bundle.manifest.latent
        self._own = Predictor(bundle.network(), bundle.manifest.precision)
        means = asked.replacement == "mean"
        self._means: list[Tensor] | None = self._own.features(bundle.skip_means()) if means else None
        self._other: Predictor | None = None
        if asked.other:
            other = open_bundle(bundle.path.parent / beside, trust_latents=True)
            self._other = Predictor(other.network(), other.manifest.precision)

    def ask(self, subject: Subject) -> Piece:
        """The arrays PERSON of one person, alone: who is beside them in a batch changes last digits."""
        masks = [parse_mask(mask) for mask in self._asked.masks]
        encoded = self._own.encode(subject.crop[None])
        points, peaks = decode(self._own.decode_all(encoded, self._means, (ALL_ON, *masks))[:, 0])
        found = list(points[1:])
        if self._other is not None:
            found.append(decode(self._other.heatmaps(subject.crop[None]))[0][0])
        right = [hits(each[None], subject.joints[None], subject.visibility[None])[0] for each in found]
        return {
            "hits": np.array(right, np.float64).reshape(len(right), len(subject.joints)),
            "latents": self._latents(encoded, subject),
            "joints": subject.joints,
            "visibility": subject.visibility,
            "points": points[0],
            "peaks": peaks[0],
            "row": np.array(json.dumps(dict(subject.row))),
        }

    def _latents(self, encoded: "Encoded", subject: Subject) -> NDArray[np.float32]:
        """(1 + C, D) as made and after every change, nan where it cannot be made; (0, D) if nobody asks."""
        found = [self._own.latents(encoded, self._latent)[0]] if self._asked.latents else []
        for key, value in self._asked.changes:
            assert subject.drawn is not None  # the source is of rendered people
            try:
                crop = change_person(subject.drawn, cause_of(key), value).crop
            except ChangeError:
                found.append(np.full(self._dimensions, np.nan, np.float32))
                continue
            found.append(self._own.latents(self._own.encode(crop[None]), self._latent)[0])
        return np.array(found, np.float32).reshape(len(found), self._dimensions)

    @property
    def _dimensions(self) -> int:
        config = self._own.network.config
        return int(config.autoencoder if self._latent == "autoencoder" else config.bottleneck_numbers)


def answers_of(bundle: Bundle, pieces: list[Piece]) -> Answers:
    """Everybody's arrays together, and their table."""
    arrays = {name: np.stack([piece[name] for piece in pieces]) for name in PERSON if name != "row"}
    keypoints = bundle.keypoints
    rows = pd.DataFrame([json.loads(str(piece["row"])) for piece in pieces])
    columns = {
        **annotated_columns(keypoints, arrays["joints"], arrays["visibility"]),
        **predicted_columns(keypoints, arrays["points"], arrays["peaks"]),
    }
    table = pd.concat([rows, pd.DataFrame(columns)], axis=1)
    return Answers(arrays["hits"], arrays["latents"], table)
