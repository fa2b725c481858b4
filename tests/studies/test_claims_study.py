"""What a claims study measures: neighbours, completely labelled people, sizes, two networks side by side."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake_bundle import SITTING, STANDING, make_fake_bundle
from fake_runs import make_fake_run

from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import study_folder, study_problems
from posecore.errors import BundleError, ConfigError
from posecore.samples import columns
from posecore.studies.claims import study as claims_study
from posecore.studies.claims.neighbours import COMMON, nearer, pose_distances, poses, sizes
from posecore.studies.claims.results import NAME, load_claims_study
from posecore.studies.claims.study import DRAWS, ClaimsSettings, run_claims_study

PEOPLE = 40


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return open_bundle(make_fake_bundle(tmp_path / "people", PEOPLE, annotations=True, pictures=True))


def test_a_pose_is_the_same_wherever_and_however_large() -> None:
    seen = np.full((3, 17), 2)
    people = np.stack([STANDING, STANDING / 2 + 60, SITTING])
    found = pose_distances(poses(people, seen), poses(people, seen))
    assert found[0, 1] == pytest.approx(0, abs=1e-6) and found[0, 2] > 0.05
    assert np.allclose(found, found.T) and np.allclose(np.diag(found), 0)
    assert sizes(people, seen)[1] == pytest.approx(sizes(people, seen)[0] / 2)


def test_who_has_few_joints_in_common_is_not_compared() -> None:
    seen = np.full((3, 17), 2)
    seen[0, COMMON:] = 0  # nothing of the torso but a shoulder
    seen[1, : COMMON + 1] = 0
    seen[2] = 0
    people = np.stack([STANDING] * 3)
    found = pose_distances(poses(people, seen), poses(people, seen))
    assert np.isnan(found[0, 1]) and np.isnan(found[2]).all()
    assert np.isnan(sizes(people, seen)[2])


def test_neighbours_are_alike_where_the_latent_follows_the_pose() -> None:
    rng = np.random.default_rng(0)
    sits = np.arange(60) % 2
    people = np.where(sits[:, None, None], SITTING, STANDING) + rng.normal(0, 2, (60, 17, 2))
    shapes = poses(people, np.full((60, 17), 2))
    follows = sits[:, None] * 10 + rng.normal(size=(60, 8))
    assert np.nanmean(nearer(follows, shapes)) > 0.4
    assert abs(np.nanmean(nearer(rng.normal(size=(60, 8)), shapes))) < 0.1


def test_it_holds_figures_alone_and_opens(bundle: Bundle) -> None:
    written = run_claims_study(bundle, None, ClaimsSettings(networks=2))
    found = load_claims_study(bundle)
    assert study_problems(bundle) == []
    assert sum(path.stat().st_size for path in written.path.iterdir()) < 1e6
    assert found.nearer.shape == (3, PEOPLE) and found.squeezed is None
    assert np.allclose(found.pck, bundle.samples["pck"])
    assert ((found.oks > 0) & (found.oks <= 1)).all() and len(found.sizes) == PEOPLE
    # Too few people for a density test.
    assert found.largest.people >= PEOPLE // 2 and np.isnan(found.largest.count)
    assert len(found.complete_labels) == len(found.complete_ids) <= PEOPLE
    assert len(found.subset_silhouettes) in (0, DRAWS)


def test_component_one_of_completely_labelled_people_is_fitted_to_them_alone(bundle: Bundle) -> None:
    table = bundle.samples.copy()
    seen = columns(bundle.keypoints, "annotated", "v")
    table[seen] = 2
    complete = np.arange(PEOPLE) < 15
    table.loc[~complete, seen[0]] = 0
    # Everybody else lies far out, along another direction than these differ in.
    latents = np.random.default_rng(2).normal(size=(PEOPLE, 8)).astype(np.float32)
    latents[complete, 0] *= 9
    latents[~complete, 1] *= 99
    people = SimpleNamespace(
        samples=table, latents=latents, manifest=bundle.manifest, rows=bundle.rows, path=bundle.path
    )
    found = claims_study._clusters(bundle.path.parent, people, 0)  # type: ignore[arg-type]
    assert found["complete_ids"].tolist() == table["sample_id"][complete].tolist()
    scores = found["complete_scores"]
    assert abs(np.corrcoef(scores, latents[complete, 0])[0, 1]) > 0.99 and abs(scores.mean()) < 1e-3


def test_a_killed_run_goes_on_to_the_same_figures(bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = ClaimsSettings(networks=1)
    run_claims_study(bundle, None, settings)
    whole = load_claims_study(bundle)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(claims_study, "_clusters", killed)
        with pytest.raises(KeyboardInterrupt):
            run_claims_study(bundle, None, settings)

    def again(*_: object) -> None:
        raise AssertionError("done before")

    monkeypatch.setattr(claims_study, "untrained", again)
    run_claims_study(bundle, None, settings)
    found = load_claims_study(bundle)
    assert np.array_equal(found.nearer, whole.nearer)
    assert np.array_equal(found.subset_silhouettes, whole.subset_silhouettes)


def test_two_networks_are_looked_at_side_by_side(bundle: Bundle, tmp_path: Path) -> None:
    files = {
        "autoencoder": make_fake_run(tmp_path / "ae", autoencoder=3) / "best.safetensors",
        "without": make_fake_run(tmp_path / "plain") / "best.safetensors",
    }
    run_claims_study(bundle, None, ClaimsSettings(networks=0, **files))
    found = load_claims_study(bundle).squeezed
    assert found is not None and found.people == PEOPLE
    assert found.components.shape == (2,) and 0 < found.components[0] <= 3 < found.components[1]
    with pytest.raises(ConfigError, match="go together"):
        ClaimsSettings(autoencoder=files["autoencoder"])


def test_a_file_of_something_else_is_refused_with_the_command(bundle: Bundle) -> None:
    run_claims_study(bundle, None, ClaimsSettings(networks=0))
    file = study_folder(bundle, NAME) / "results.npz"
    file.write_bytes(file.read_bytes()[:-3])
    with pytest.raises(BundleError, match=r"claims_study\.py"):
        load_claims_study(open_bundle(bundle.path))
