"""The probe study, on bundles whose people hold what is planted."""

import dataclasses
import shutil

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, take_pictures

from posecore.bundle import open_bundle, verify
from posecore.bundle.people import choose_people
from posecore.errors import BundleError, ConfigError, DataError
from posecore.keypoints import COCO17
from posecore.samples import annotated_columns
from posecore.studies.probe import study as module
from posecore.studies.probe import summary
from posecore.studies.probe.results import BOTTLENECK, PERMUTED, PICTURE, SKIPS, load_probe_study
from posecore.studies.probe.study import ProbeSettings, run_probe_study

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 40
ONE = ProbeSettings(networks=1)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return make_fake_bundle(
        tmp_path_factory.mktemp("source") / "fake", PEOPLE, annotations=True, pictures=True
    )


@pytest.fixture
def bundle(source, tmp_path):
    return open_bundle(shutil.copytree(source, tmp_path / "fake"))


def planted(bundle, monkeypatch, noise: float):
    """Places of joints are the bottleneck's first numbers and noise, of a share of their variance."""
    people = choose_people(bundle, None)
    rng = np.random.default_rng(0)
    told = rng.normal(0, 1, (PEOPLE, 2)) * [24, 16]
    real = module._pass

    def passed(folder, predictor, people, desc):
        found = dict(real(folder, predictor, people, desc))
        if "own" in desc:
            # Two numbers only vary, so that two components hold all of the pose.
            found[BOTTLENECK] = np.pad(told, ((0, 0), (0, 126))).astype(np.float16)
        return found

    monkeypatch.setattr(module, "_pass", passed)
    places = 128 + np.repeat(told[:, None], 17, axis=1)
    places = places + rng.normal(0, (noise / (1 - noise) * told.var(axis=0).mean()) ** 0.5, places.shape)
    columns = annotated_columns(COCO17, places.astype(np.float32), np.full((PEOPLE, 17), 2, np.int8))
    assert len(people.sample_ids) == PEOPLE
    return dataclasses.replace(bundle, samples=bundle.samples.assign(**columns))


def test_a_planted_response_is_found_where_it_is_and_nowhere_else(bundle, monkeypatch):
    run_probe_study(planted(bundle, monkeypatch, noise=0.25), None, ONE)
    study = load_probe_study(bundle)
    r2, pck = summary.r2(study), summary.pck(study)
    at = {name: summary.place(study, name) for name in study.inputs.tolist()}
    assert r2.mean[at[BOTTLENECK]] == pytest.approx(0.75, abs=0.06)
    assert r2.mean[at["components-2"]] == pytest.approx(r2.mean[at[BOTTLENECK]], abs=0.01)
    assert r2.mean[at["components-1"]] == pytest.approx(0.75 * 24**2 / (24**2 + 16**2), abs=0.12)
    assert (r2.low <= r2.mean).all() and (r2.mean <= r2.high).all() and (r2.n == PEOPLE).all()
    # Nobody else's bottleneck tells, nor does the picture, whose dots are elsewhere.
    for name in (PERMUTED, PICTURE, "untrained-0", *SKIPS):
        assert r2.mean[at[name]] < 0.12 and r2.low[at[name]] < 0.05
    assert pck.mean[at[BOTTLENECK]] > 2 * pck.mean[at[PERMUTED]]
    joints = study.joint_r2[at[BOTTLENECK]]
    assert (joints[:, 0] > 0.6).all() and (joints[:, 1] < joints[:, 0]).all()
    r2, pck = summary.learned(study)
    assert r2.low > 0.5 and pck.low > 0.1
    assert verify(bundle.path) == [] and study.joint_n.tolist() == [PEOPLE] * 17


def test_components_are_fitted_on_those_who_teach_alone(bundle, monkeypatch):
    from posecore.probes import readout

    fitted, real = [], readout.fit_components
    monkeypatch.setattr(readout, "fit_components", lambda told, k: fitted.append(len(told)) or real(told, k))
    run_probe_study(bundle, None, ProbeSettings(networks=0))
    assert fitted and set(fitted) == {PEOPLE * 4 // 5}


def test_joints_and_attributes_that_nobody_labelled_are_left_out(bundle):
    run_probe_study(bundle, None, ProbeSettings(networks=0))
    study = load_probe_study(bundle)
    people = choose_people(bundle, None)
    np.testing.assert_array_equal(study.joint_n, (people.visibility > 0).sum(axis=0))
    assert (study.joint_n < PEOPLE).all()
    knee = study.attributes.tolist().index("left_knee_angle")
    legs = [11, 13, 15]
    assert study.attribute_n[knee] == (people.visibility[:, legs] > 0).all(axis=1).sum()
    assert np.isfinite(study.attribute_r2[0, knee]).all()
    assert [str(name) for name in study.inputs if "untrained" in str(name)] == []
    assert np.isnan(summary.learned(study)[0].mean)
    counts, places = summary.components(study)
    assert counts.tolist() == [1, 2, 5, 10, 20] and (study.numbers[places] == counts).all()


def test_it_is_the_same_twice_and_another_after_being_killed_anywhere(bundle, tmp_path, monkeypatch):
    whole = load_probe_study(open_bundle(run_probe_study(bundle, None, ONE).path.parents[1]))
    other = open_bundle(shutil.copytree(bundle.path, tmp_path / "other", ignore=lambda *_: ["studies"]))
    calls, real = [], module._read_off

    def killed(asked, part, seed):
        calls.append(part.components)
        if len(calls) == 12:
            raise KeyboardInterrupt
        return real(asked, part, seed)

    monkeypatch.setattr(module, "_read_off", killed)
    with pytest.raises(KeyboardInterrupt):
        run_probe_study(other, None, ONE)
    with pytest.raises(BundleError, match=r"make it with `python scripts/probe_study\.py --bundle "):
        load_probe_study(other)
    run_probe_study(other, None, ONE)
    # Those that were read off are not read again; the mean is.
    assert len(calls) == 12 + len(whole.inputs) - 11 + 1
    again = load_probe_study(other)
    for name, value in vars(whole).items():
        if name != "info":
            np.testing.assert_array_equal(getattr(again, name), value, err_msg=name)


def test_who_has_no_picture_is_left_out_or_named(bundle, source, tmp_path):
    take_pictures(bundle.path, bundle.samples["sample_id"][:10])
    some = open_bundle(bundle.path)
    run_probe_study(some, None, ProbeSettings(networks=0))
    assert load_probe_study(some).sample_ids.tolist() == some.samples["sample_id"][10:].tolist()
    take_pictures(bundle.path, bundle.samples["sample_id"][10:])
    with pytest.raises(DataError, match=f"{PEOPLE} of {PEOPLE} people have no picture in the bundle"):
        run_probe_study(open_bundle(bundle.path), None, ONE)
    with pytest.raises(ConfigError, match="9 people with labelled joints; 10 or more are needed"):
        run_probe_study(open_bundle(source), None, ProbeSettings(limit=9))
    nothing = make_fake_bundle(tmp_path / "nothing", 12, pictures=True)
    with pytest.raises(DataError, match="holds no annotated joints to tell right from wrong; name the"):
        run_probe_study(open_bundle(nothing), None, ONE)
