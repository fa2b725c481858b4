"""The checks of every method's map of one person."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from posecore.ablation import SkipMask
from posecore.inference import Predictor
from posecore.saliency.faithful import SIDE, STEPS, by_squares, curves, ends, ranked
from posecore.saliency.methods import METHODS, OCCLUSION, Looker, Question
from posecore.saliency.randomised import RANDOMISED, similarity
from posecore.saliency.regions import REGIONS, share
from posecore.unfinished import Piece

PERSON: Final = (
    *("peaks", "missed", "deletion", "insertion", "random_deletion", "random_insertion"),
    *("shares", "areas", "similar"),
)
"""Arrays of one person, without the axis of people; see posecore.studies.saliency.results."""


@dataclass(frozen=True, eq=False)
class Tools:
    """own: the network that is asked; randomised: as it is after each of RANDOMISED. predictor: the same as
    own, in the bundle's precision, for the curves."""

    own: Looker
    randomised: tuple[Looker, ...]
    predictor: Predictor


@dataclass(frozen=True, eq=False)
class Person:
    """picture: (256, 256, 3). joint: that is asked about. where: (3, 256, 256) as of
    posecore.saliency.regions; None of who was not rendered. slowly: whether by occlusion, too. closer:
    whether randomised networks are asked as well."""

    picture: NDArray[np.uint8]
    joint: int
    where: NDArray[np.bool_] | None
    slowly: bool
    closer: bool


def check(tools: Tools, person: Person, masks: tuple[SkipMask, ...], rng: np.random.Generator) -> Piece:
    """All arrays of one person."""
    each, curve = (len(masks), len(METHODS)), STEPS + 1
    shapes: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(("peaks", "missed"), each[:1]),
        **dict.fromkeys(("deletion", "insertion"), (*each, curve)),
        **dict.fromkeys(("random_deletion", "random_insertion"), (len(masks), curve)),
        "shares": (*each, len(REGIONS)),
        "areas": (len(REGIONS),),
        "similar": (*each, len(RANDOMISED)),
    }
    found: dict[str, NDArray[Any]] = {
        name: np.full(shape, np.nan, np.float32) for name, shape in shapes.items()
    }
    seen = tools.own.see(person.picture)
    others = [(other, other.see(person.picture)) for other in tools.randomised if person.closer]
    if person.where is not None:
        areas = person.where.mean(axis=(1, 2))
        found["areas"] = np.where(areas > 0, areas, np.nan).astype(np.float32)
    built = tools.own.network.config.skips
    for m, mask in enumerate(masks):
        heatmap = tools.own.heatmaps(seen, mask)[person.joint]
        row, column = divmod(int(heatmap.argmax()), heatmap.shape[1])
        question = Question(person.joint, row, column, mask)
        at_ends = ends(tools.predictor, person.picture, question)
        given = tools.predictor, person.picture, question
        pair = curves(*given, ranked(np.zeros((SIDE, SIDE)), rng), at_ends)
        found["random_deletion"][m], found["random_insertion"][m] = pair
        found["peaks"][m] = pair[0, 0]
        for r, (key, method) in enumerate(METHODS.items()):
            there = method.sees(mask) and (method.level is None or built[method.level] == "1")
            if not there or (key == OCCLUSION and not person.slowly):
                continue
            looked = tools.own.look(key, seen, question)
            if np.isfinite(looked.missed):
                found["missed"][m] = looked.missed
            pair = curves(*given, ranked(by_squares(looked.map), rng), at_ends)
            found["deletion"][m, r], found["insertion"][m, r] = pair
            if person.where is not None:
                found["shares"][m, r] = share(looked.map, person.where)
            for o, (other, also) in enumerate(others):
                found["similar"][m, r, o] = similarity(looked.map, other.look(key, also, question).map)
    return found
