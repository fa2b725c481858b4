"""The same person again: as the data folder has them, and with one thing changed."""

import re
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from posecore.causes.cause import Cause, Labelled
from posecore.causes.picture import COVERED
from posecore.data.coco import SPLITS
from posecore.data.crops import SIZE
from posecore.errors import ChangeError, ConfigError, DataError
from posecore.keypoints import KEYPOINTS
from posecore.samples import CROP_COLUMNS, TRUTH
from posecore.synthetic.annotate import true_points, visibility
from posecore.synthetic.drawn import Drawn, photograph
from posecore.synthetic.people import render_person


@dataclass(frozen=True)
class Changed(Labelled):
    """A rendered person's crop. space: (17, 3) where the joints are, metres; see posecore.synthetic."""

    space: NDArray[np.float64]


def is_rendered(person: pd.Series) -> bool:
    """Whether a row of a table of people says how its person was rendered."""
    seed = person.get(f"{TRUTH}seed")
    return isinstance(seed, int | float | np.number) and bool(seed >= 0)


def recall(person: pd.Series) -> Drawn:
    """The person of a row of a table of people, drawn again; a quarter of a second of work.

    Raises ConfigError for somebody who was not rendered, DataError where this renderer gives another person.
    """
    name = str(person["sample_id"])
    split = name.partition("-")[0]  # of the renderer's file; people may have been held out of it since
    number = PurePath(str(person["file_name"])).stem
    numbered = re.fullmatch("[0-9]{12}", number) and int(number) > 0
    if not is_rendered(person) or split not in SPLITS or not numbered:
        raise ConfigError(f"{name}: is no rendered person, so nothing is known of how to make them again")
    drawn = render_person(int(person[f"{TRUTH}seed"]), int(number) - 1, split).drawn
    square = (drawn.crop.x, drawn.crop.y, drawn.crop.side)
    if not np.allclose(square, person[list(CROP_COLUMNS)].to_numpy(np.float64), atol=0.01):
        raise DataError(f"{name}: was rendered otherwise than this version renders; make the people anew")
    return drawn


def change_person(drawn: Drawn, cause: Cause, value: float) -> Changed:
    """A rendered person with one thing changed; the neutral value gives them as the data folder has them.

    Raises ConfigError for a value outside the cause's range, ChangeError where it cannot be made of this
    person, or nothing of them would be left in the crop.
    """
    cause.check(value)
    if cause.edit is None:
        made = show(drawn)
        changed = change_picture(made, cause, value)
        space = made.space  # where the body is, which a change of the picture leaves alone
        return Changed(changed.crop, changed.joints, changed.visibility, space)
    return show(drawn if value == cause.neutral else cause.edit(drawn, value))


def change_picture(given: Labelled, cause: Cause, value: float, joint: int = COVERED) -> Labelled:
    """Any crop with one thing changed, by a cause of kind image. joint: which one, where one is meant.

    Raises ConfigError for a value outside the cause's range or a joint that is none, ChangeError where the
    joint's place is not known.
    """
    cause.check(value)
    if cause.redraw is None:
        raise ConfigError(f"{cause.name}: only a rendered person can be changed so")
    if not 0 <= joint < len(given.joints):
        raise ConfigError(f"joint {joint}: expected 0 to {len(given.joints) - 1}")
    return given if value == cause.neutral else cause.redraw(given, value, joint)


def show(drawn: Drawn) -> Changed:
    """The crop of a drawn person and what is true of it. Raises ChangeError where nobody is in it."""
    frame, picture = photograph(drawn)
    if not (frame.owner == 0).any():
        raise ChangeError("Nothing of this person would be left in the picture.")
    main, camera = drawn.scene.main, drawn.scene.camera
    points, _ = true_points(main, camera)
    joints = drawn.crop.points_to_crop(points)
    inside = ((joints >= 0) & (joints < SIZE)).all(axis=1)
    seen = np.where(inside & ~drawn.dropped, visibility(main, camera, frame), 0)
    if not seen.any():
        raise ChangeError("No joint of this person would be left in the crop.")
    space = np.stack([main.marks[name] for name in KEYPOINTS])
    return Changed(drawn.crop.cut(picture), joints, seen, space)
