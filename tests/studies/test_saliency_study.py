"""The saliency study: planted answers are found, a run says what the network says, a killed one goes on."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from PIL import Image
from rendered_bundle import make_rendered_bundle

from posecore.ablation import ALL_ON
from posecore.bundle import open_bundle, verify
from posecore.bundle.studies import study_folder
from posecore.errors import BundleError
from posecore.inference import Predictor
from posecore.saliency.faithful import SIDE, STEPS, by_squares, curves, ends, ranked
from posecore.saliency.methods import METHODS, OCCLUSION, Looker, Question
from posecore.saliency.randomised import RANDOMISED
from posecore.samples import read_visibility
from posecore.studies.saliency import measure
from posecore.studies.saliency import study as module
from posecore.studies.saliency.results import MASKS, SaliencyStudy, load_saliency_study
from posecore.studies.saliency.study import SaliencySettings, run_saliency_study
from posecore.studies.saliency.summary import Changes, Faithful, checks, stays_after
from scripts import saliency_study as script

pytestmark = pytest.mark.usefixtures("one_thread")

FALLING = np.linspace(1, 0, STEPS + 1)
SOME = ("gradcam-64", "guided")


def planted(
    sooner: float, more: float, untrained: float, last: float, people: int = 40, noise: float = 0.02
) -> SaliencyStudy:
    """One method whose curves lie so far from those at random, which fall and rise evenly."""
    rng = np.random.default_rng(0)
    around = rng.normal(0, noise, (people, 1, 1))
    inner = np.ones(STEPS + 1)
    inner[[0, -1]] = 0
    peaks = rng.uniform(0.2, 1.0, (people, 1))
    high = peaks[..., None]
    deletion = high * (FALLING - (sooner + around) * inner / 0.9)
    insertion = high * (FALLING[::-1] + (more + around) * inner / 0.9)
    similar = np.stack([np.full((people, 1), each) for each in (untrained, last)], axis=-1)
    return SaliencyStudy(
        sample_ids=np.array([f"train-{i}" for i in range(people)]),
        joints=np.zeros(people, np.int64),
        masks=np.array(["1111"]),
        methods=np.array(["guided"]),
        peaks=peaks,
        missed=np.full((people, 1), np.nan),
        deletion=deletion[:, :, None],
        insertion=insertion[:, :, None],
        random_deletion=high * FALLING,
        random_insertion=high * FALLING[::-1],
        shares=np.tile([0.6, 0.2, np.nan], (people, 1, 1, 1)),
        areas=np.tile([0.15, 0.02, np.nan], (people, 1)),
        similar=(similar + rng.normal(0, noise, similar.shape))[:, :, None],
        info={},
    )


@pytest.mark.parametrize(
    ("sooner", "more", "similar", "changes", "faithful"),
    [
        (0.2, 0.1, (0.1, 0.3), Changes.YES, Faithful.YES),
        (0.2, 0.1, (0.1, 0.97), Changes.NO, Faithful.NO),
        (0.2, 0.1, (0.9, 0.1), Changes.NO, Faithful.NO),
        (0.2, -0.1, (0.1, 0.3), Changes.YES, Faithful.NO),
        (-0.2, 0.1, (0.1, 0.3), Changes.YES, Faithful.NO),
        (0.2, 0.0, (0.1, 0.3), Changes.YES, Faithful.UNKNOWN),
        (0.2, 0.1, (0.1, 0.5), Changes.UNKNOWN, Faithful.UNKNOWN),
        (0.2, 0.1, (np.nan, np.nan), Changes.UNKNOWN, Faithful.UNKNOWN),
    ],
)
def test_the_verdict_on_planted_curves(
    sooner: float, more: float, similar: tuple[float, float], changes: Changes, faithful: Faithful
) -> None:
    found = checks(planted(sooner, more, *similar), "1111")
    assert found.sooner.mean[0] == pytest.approx(sooner, abs=0.02)
    assert found.more.mean[0] == pytest.approx(more, abs=0.02)
    assert found.sooner.low[0] < found.sooner.mean[0] < found.sooner.high[0]
    assert (found.changes, found.faithful) == ([changes], [faithful])
    expected = [name for name, one in zip(RANDOMISED, similar, strict=True) if one > 0.55]
    assert stays_after(found, 0) == expected
    assert found.deletion.mean[0, 0] == pytest.approx(1) and found.random_insertion.mean[5] == pytest.approx(
        0.5
    )
    assert found.shares.mean[0, :2].tolist() == pytest.approx([0.6, 0.2]) and found.shares.n[0, 2] == 0


def test_of_few_people_nothing_is_said() -> None:
    found = checks(planted(0.2, 0.1, 0.1, 0.97, people=9), "1111")
    assert (found.changes, found.faithful) == ([Changes.UNKNOWN], [Faithful.UNKNOWN])
    assert stays_after(found, 0) == []


def test_of_who_has_no_peak_nothing_is_left() -> None:
    study = planted(0.2, 0.1, 0.1, 0.1)
    study.peaks[:10] = -0.001
    found = checks(study, "1111")
    assert found.sooner.n.tolist() == [30] and found.sooner.mean[0] == pytest.approx(0.2, abs=0.02)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two methods, and everybody is shown to randomised networks."""
    some = {key: METHODS[key] for key in SOME}
    for each in (measure, module):
        monkeypatch.setattr(each, "METHODS", some)
    monkeypatch.setattr(module, "CLOSER", 2)


@pytest.mark.usefixtures("few")
def test_a_run_says_what_the_network_says(tmp_path: Path) -> None:
    bundle = open_bundle(make_rendered_bundle(tmp_path / "people", 3, [1], channels=4))
    run_saliency_study(bundle, None, SaliencySettings(3, seed=3), workers=1)
    study = load_saliency_study(bundle)
    assert verify(bundle.path) == []
    assert study.sample_ids.tolist() == bundle.samples["sample_id"].tolist()
    assert study.masks.tolist() == [mask.title for mask in MASKS] and study.methods.tolist() == list(SOME)
    seen = read_visibility(bundle.samples)
    assert (seen[np.arange(3), study.joints] == 2).all()
    # Of whom it says what.
    assert np.isfinite(study.similar[::2, 0, 1]).all() and np.isnan(study.similar[1::2]).all()
    assert np.isfinite(study.areas[1, 0]) and np.isnan(study.areas[[0, 2]]).all()
    assert np.isfinite(study.deletion[:, 0]).all() and np.isfinite(study.deletion[:, 1, 1]).all()
    assert np.isnan(study.deletion[:, 1, 0]).all()  # the finest skip is cut there
    # By another way: the guided map of the last person with all skips, and its curves.
    looker = Looker(bundle.network())
    crop = np.array(_picture(bundle.path, study.sample_ids[2]))
    eyes, joint = looker.see(crop), int(study.joints[2])
    row, column = divmod(int(looker.heatmaps(eyes)[joint].argmax()), 64)
    question = Question(joint, row, column, ALL_ON)
    found = looker.look("guided", eyes, question)
    assert found.height == pytest.approx(study.peaks[2, 0], abs=0.01)
    # Equal squares come as drawn: after the joint, the random order and the method before.
    rng = np.random.default_rng([3, 2])
    assert rng.choice(np.flatnonzero(seen[2] == 2)) == joint
    rng.random((2, SIDE * SIDE))
    order = ranked(by_squares(found.map), rng)
    given = Predictor(bundle.network(), "fp32"), crop, question
    again = curves(*given, order, ends(*given))
    assert np.allclose(again[0], study.deletion[2, 0, 1], atol=0.01)
    assert np.allclose(again[1], study.insertion[2, 0, 1], atol=0.01)


def _picture(path: Path, sample_id: str) -> Image.Image:
    return Image.open(path / f"pictures/{sample_id}.webp").convert("RGB")


@pytest.mark.usefixtures("few")
def test_a_killed_run_goes_on_and_ends_as_one_that_was_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, killed = (
        open_bundle(make_fake_bundle(tmp_path / name, 3, annotations=True, pictures=True, channels=2))
        for name in ("whole", "killed")
    )
    settings = SaliencySettings(3)
    monkeypatch.setattr(module, "MASKS", MASKS[:1])
    run_saliency_study(whole, None, settings, workers=1)
    asked, real = [], measure.check

    def stopped(*args: object) -> object:
        if len(asked) == 2:
            raise KeyboardInterrupt
        asked.append(args)
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "check", stopped)
    with pytest.raises(KeyboardInterrupt):
        run_saliency_study(killed, None, settings, workers=1)
    # A file that was cut off is made again.
    (half,) = (study_folder(killed, "saliency").with_name(".saliency.partial")).glob("00001.npz")
    half.write_bytes(half.read_bytes()[:100])
    asked.clear()
    monkeypatch.setattr(module, "check", lambda *args: asked.append(args) or real(*args))
    run_saliency_study(killed, None, settings, workers=1)
    assert len(asked) == 2
    one, other = (load_saliency_study(each) for each in (whole, killed))
    for name in (*measure.PERSON, "joints"):
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name


@pytest.mark.usefixtures("few")
def test_occlusion_is_tried_on_every_fourth_person_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {key: METHODS[key] for key in (OCCLUSION, "guided")}
    for each in (measure, module):
        monkeypatch.setattr(each, "METHODS", some)
    monkeypatch.setattr(module, "CLOSER", 100)
    monkeypatch.setattr(module, "MASKS", MASKS[:1])
    bundle = open_bundle(
        make_fake_bundle(tmp_path / "people", 5, annotations=True, pictures=True, channels=2)
    )
    run_saliency_study(bundle, None, SaliencySettings(2), workers=1)
    study = load_saliency_study(bundle)
    assert np.isfinite(study.deletion[0, :, 0]).all() and np.isnan(study.deletion[1, :, 0]).all()
    assert np.isfinite(study.deletion[:, :, 1]).all()


def test_too_few_people_and_wrong_values_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = make_fake_bundle(tmp_path / "people", 3, annotations=True, pictures=True)
    for options, said in (
        (["--people", "4"], "3 people with a visible joint; --people 4 takes more"),
        (["--people", "1"], "expected 2 or more"),
        (["--people", "2", "--workers", "0"], "--workers 0"),
    ):
        assert script.main(["--bundle", str(path), *options]) == 2
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1
    unlabelled = make_fake_bundle(tmp_path / "others", 3, pictures=True)
    assert script.main(["--bundle", str(unlabelled)]) == 2
    assert "no annotated joints" in capsys.readouterr().err
    with pytest.raises(BundleError, match="scripts/saliency_study"):
        load_saliency_study(open_bundle(path))


def test_a_network_without_fine_skips_is_studied_once(tmp_path: Path) -> None:
    for skips, masks in (("1111", 2), ("0011", 1), ("0000", 1)):
        path = make_fake_bundle(tmp_path / skips, 3, skips=skips, annotations=True)
        assert [mask.title for mask in module.masks_of(open_bundle(path))] == [m.title for m in MASKS][:masks]
