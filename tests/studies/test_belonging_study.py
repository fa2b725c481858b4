"""The study of belonging: on a stand-in bundle, killed and gone on with, broken, and its command."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle
from posecore.errors import BundleError
from posecore.studies.belonging import study as belonging
from posecore.studies.belonging.results import FILE, PEOPLE, load_belonging, share
from posecore.studies.belonging.study import BelongingSettings, judge_pictures
from scripts.belonging_study import main

SETTINGS = BelongingSettings(pictures=3)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_fake_bundle(tmp_path_factory.mktemp("belonging") / "fake", people=24)


def test_every_kind_of_picture_is_judged_and_the_same_again(path: Path) -> None:
    bundle = open_bundle(path)
    judge_pictures(bundle, SETTINGS)
    found = load_belonging(bundle)
    assert next(iter(found.refused)) == PEOPLE and len(found.refused[PEOPLE]) == 24 == found.judged
    assert [len(found.refused[kind]) for kind in belonging.NOBODY] == [3, 3, 3]
    assert found.nobody_share().n == sum(len(rows) for kind, rows in found.refused.items() if kind != PEOPLE)
    judge_pictures(bundle, SETTINGS)
    again = load_belonging(bundle)
    assert np.array_equal(again.rule.usual, found.rule.usual) and again.rule.cutoff == found.rule.cutoff
    assert all(np.array_equal(again.refused[kind], found.refused[kind]) for kind in found.refused)


def test_pictures_of_every_kind_differ(path: Path) -> None:
    bundle = open_bundle(path)
    kinds = [belonging._without_people(kind, bundle, np.arange(24), SETTINGS) for kind in belonging.NOBODY]
    firsts = [pictures[0] for pictures in kinds]
    assert not any(np.array_equal(one, other) for one in firsts for other in firsts if one is not other)
    # Noise is rougher from pixel to pixel than a wall.
    rough = [float(np.abs(np.diff(np.stack(p).astype(int), axis=2)).mean()) for p in kinds]
    assert rough[0] > rough[1]


def test_a_killed_run_goes_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(path)
    whole = load_belonging(bundle)
    settings = BelongingSettings(pictures=2)
    looked: list[str] = []
    look = belonging._look

    def counted(predictor, bundle, pictures, kind):
        looked.append(kind)
        if len(looked) == 2:
            raise KeyboardInterrupt
        return look(predictor, bundle, pictures, kind)

    monkeypatch.setattr(belonging, "_look", counted)
    with pytest.raises(KeyboardInterrupt):
        judge_pictures(bundle, settings)
    assert load_belonging(bundle).rule.cutoff == whole.rule.cutoff  # what was there stays until the end
    judge_pictures(bundle, settings)
    assert looked.count("noise") == 1 and len(load_belonging(bundle).refused["noise"]) == 2


def test_the_largest_corner_keeps_away_from_joints() -> None:
    # From the upper right corner the first joint is 226 across and the second 250 down.
    assert belonging.largest_corner(np.array([[30.0, 106.0], [200.0, 250.0]])) == (206, 256, 0)


def test_shares_have_exact_intervals() -> None:
    # Clopper and Pearson: with 0 of 10 the upper end is 1 - 0.025^(1/10).
    none = share(np.zeros(10, bool))
    assert (none.hits, none.n, none.low) == (0, 10, 0.0)
    assert none.high == pytest.approx(1 - 0.025**0.1)


def test_a_broken_file_names_the_command(path: Path) -> None:
    bundle = open_bundle(path)
    (path / "studies/belonging" / FILE).write_bytes(b"x")
    with pytest.raises(BundleError, match=r"belonging_study\.py"):
        load_belonging(bundle)


def test_the_command_says_what_is_refused(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--bundle", str(path), "--pictures", "1"]) == 0
    said = capsys.readouterr().out
    assert "people, left out:" in said and "noise:" in said and "of 1 refused" in said
    assert main(["--bundle", str(path / "none")]) == 2
