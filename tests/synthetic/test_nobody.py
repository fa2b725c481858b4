"""Pictures without people: as made before, of their kind, and without the people of the scene."""

import numpy as np
import pytest

from posecore.synthetic.nobody import NOBODY, SIZE
from posecore.synthetic.people import render_person


@pytest.mark.parametrize("kind", NOBODY)
def test_a_seed_gives_one_picture_and_another_seed_another(kind: str) -> None:
    one, same, other = (NOBODY[kind](np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one.shape == (SIZE, SIZE, 3) and one.dtype == np.uint8
    assert np.array_equal(one, same) and not np.array_equal(one, other)


def test_skin_and_shadow_are_gone_with_the_people(monkeypatch: pytest.MonkeyPatch) -> None:
    from posecore.synthetic import nobody, render

    frames = []
    monkeypatch.setattr(nobody, "render", lambda *a: frames.append(render.render(*a)) or frames[-1])
    for seed in range(6):
        NOBODY["empty scenes"](np.random.default_rng(seed))
    seen = [int(((frame.owner >= 0) & (frame.owner != render.OCCLUDER)).sum()) for frame in frames]
    assert max(seen) <= 4
    assert (render_person(3, 0).frame.owner == 0).sum() > 1000
