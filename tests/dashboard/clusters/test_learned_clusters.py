"""Clusters that are learned, on the page: in both spaces, beside K-Means, doubted, without a verdict."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from outcomes import evidence
from planted import open_clusters
from planted_studies import plant_control
from reading import everything, figures, numbers, words
from sklearn.metrics import adjusted_rand_score

from dashboard.clusters import learned_words
from dashboard.clusters import words as cluster_words
from dashboard.shared import glossary, untrained
from dashboard.shared.clustering import learning
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import RESTARTED, STORED, Question, Subset
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import study_command, study_folder, write_study
from posecore.clustering import learned
from posecore.clustering.verdict import Kind
from posecore.errors import ConfigError
from posecore.studies.learned import results
from posecore.studies.learned.results import LearnedStudy, load_learned_study

DEC = Question(3, "dec")


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned, "STEPS", 20)
    monkeypatch.setattr(learned, "TARGETS", 4)


def plant_learned(bundle: Bundle, groups: int = 1) -> LearnedStudy:
    """A study of two seeds, of K = 2 to 10, whose silhouettes are 0.25 in the latent and 0.75 in the learned
    space; people without groups reach 0.5 to 0.7 there."""
    people, ks = len(bundle.rows), np.arange(2, 11)
    labels = np.stack([np.arange(people) % k for k in ks]).astype(np.uint8)
    found = LearnedStudy(
        np.array(list(bundle.rows)),
        np.empty(0, np.str_),
        ks,
        np.stack([labels, labels]),
        np.full((2, len(ks), people), 0.25, np.float16),
        np.full((2, len(ks), people), 0.75, np.float16),
        np.full((len(ks), 3), 0.5),
        evidence(groups),
        {
            name: np.full((20, len(ks)), at)
            for name, at in zip(evidence(1).controls, (0.5, 0.6, 0.7), strict=True)
        },
        {},
    )
    folder = study_folder(bundle, results.NAME).with_name(".partial")
    folder.mkdir(parents=True)
    for method in learned.KEPT:
        results.save_learned_study(folder, method, found)
    space = f"the {bundle.latents.shape[1]:,} numbers of the latent"
    write_study(bundle, results.NAME, folder, {"space": space, "learned in": "50 components", "restarts": 10})
    return load_learned_study(bundle, "dec")


def test_both_silhouettes_stand_beside_each_other_and_beside_kmeans(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle(artifacts / "people")
    app = open_clusters(monkeypatch, artifacts, clu_method="dec", clu_k="3")
    found, plain = (cohort(bundle).answer(question) for question in (DEC, Question(3)))
    assert found.how == RESTARTED and found.own is not None
    own = float(found.own.mean())
    assert abs(own - found.mean) > 0.005
    shown = {one.label: one.value for one in app.metric}
    assert shown["Mean silhouette in the latent"] == f"{found.mean:.3f}"
    assert shown["Mean silhouette in the learned space"] == f"{own:.3f}"
    agree = plain.mean, adjusted_rand_score(plain.numbers, found.numbers)
    nothing = learned_words.without_groups(None, 3, study_command(bundle, results.NAME))
    said = learned_words.own_looks_better(found, own, agree, nothing)
    assert said in words(app) and f"{own:.3f}" in said and f"{found.mean:.3f}" in said
    assert learned_words.NEVER in words(app) and not app.warning
    other = open_clusters(
        monkeypatch, artifacts, clu_method="dec", clu_k="3", clu_sil=learned_words.IN_LEARNED
    )
    drawn = [
        np.sort(np.concatenate([numbers(trace["x"]) for trace in figures(page)[0]["data"]]))
        for page in (app, other)
    ]
    np.testing.assert_allclose(drawn[0], np.sort(found.values), atol=1e-5)
    np.testing.assert_allclose(drawn[1], np.sort(found.own), atol=1e-5)


def test_of_a_control_study_by_kmeans_nothing_is_said_and_there_is_no_verdict(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_control(copied, [(0.0, 0.0)] * 2, silhouettes=(0.9, 0.21, 0.26))
    app = open_clusters(monkeypatch, copied.parent, clu_method="idec", clu_tab="What is each?")
    assert words(app).count(learned_words.NEVER) == 2 and "0.21 to 0.26" not in words(app)
    assert len(figures(app)[0]["layout"]["shapes"]) == 1  # the mean alone


def test_one_autoencoder_serves_every_k_and_both_methods(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = []
    real = learned.train_autoencoder
    monkeypatch.setattr(learned, "train_autoencoder", lambda *args: trained.append(1) or real(*args))
    asked = cohort(open_bundle(artifacts / "people"))
    for question in (DEC, DEC._replace(k=4), DEC._replace(method="idec")):
        assert asked.answer(question).own is not None
    assert len(trained) == 1
    asked.answer(DEC._replace(seed=1))
    assert len(trained) == 2


def test_who_waits_sees_how_far_it_is_and_a_fault_is_said(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = cohort(open_bundle(artifacts / "people"))
    job = asked.learning(DEC)
    assert isinstance(job, learning.Learning)
    job.future.result(60)
    assert 0.8 < job.share <= 1 and asked.learning(DEC) is None and asked.learning(Question(3)) is None

    def fails(*_: object) -> None:
        raise ConfigError("3 clusters by dec: 1 stay empty; ask for at most 2")

    monkeypatch.setattr(learned, "learn", fails)
    app = open_clusters(monkeypatch, artifacts, clu_method="dec", clu_k="4")
    assert "1 stay empty" in app.warning[0].value and not app.metric


def test_few_people_get_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "few", 20)
    app = open_clusters(monkeypatch, tmp_path, clu_method="dec")
    assert "20 people: clusters are learned of 50 or more" in app.warning[0].value and not app.metric


def test_what_is_stored_is_answered_at_once(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(copied)
    study = plant_learned(bundle)
    monkeypatch.setattr(learned, "train_autoencoder", None)
    asked = cohort(bundle)
    for seed in (0, 1):
        found = asked.answer(DEC._replace(seed=seed))
        assert asked.learning(DEC) is None and found.how == STORED
        assert adjusted_rand_score(found.numbers, study.labels[seed, 1]) == 1
        assert found.own is not None and found.own.tolist() == [0.75] * len(bundle.rows)
    # Another seed, another space and other restarts are not stored.
    assert asked.learned_study(DEC) is not None and cohort(bundle, Subset(3)).learned_study(DEC) is None
    for other in (DEC._replace(seed=2), DEC._replace(restarts=3), DEC._replace(k=11)):
        assert asked.learning(other) is not None


@pytest.mark.parametrize(("groups", "kind"), [(1, Kind.REGIONS.capitalize()), (3, "3 groups")])
def test_how_far_to_believe_them(
    groups: int, kind: str, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle(copied)
    study = plant_learned(bundle, groups)
    app = open_clusters(monkeypatch, copied.parent, clu_method="dec", clu_k="3", clu_tab="How many clusters?")
    said = learned_words.finding(study, "dec")
    assert said.startswith(f"**{kind}**") and learned_words.NEVER in said and said in words(app)
    reached = learned_words.without_groups(study, 3, "")
    assert reached in words(app) and "0.500 to 0.700" in reached
    table = next(one.value for one in app.dataframe if "K" in one.value)
    assert table["silhouette in the learned space, best seed"].tolist() == pytest.approx([0.75] * 9)
    assert table["gaussian, mean in learned spaces"].tolist() == pytest.approx([0.5] * 9)
    assert table["found again, other people, ARI"].tolist() == pytest.approx([0.5] * 9)
    assert len(figures(app)) == 2 + 5
    (explained,) = (one for one in app.expander if one.label == glossary.TITLE)
    used = glossary.used_in(everything(app, without=glossary.TITLE))
    assert {"Deep embedded clustering", "Autoencoder", "Valley"} <= {*used}
    assert all(f"**{name}**" in explained.markdown[0].value for name in used)


def test_without_the_study_the_command_is_named(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, artifacts, clu_method="dec", clu_tab="How many clusters?")
    bundle = open_bundle(artifacts / "people")
    assert any(study_command(bundle, results.NAME) in one.value for one in app.info)


def test_learned_clusters_are_compared_with_others(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(
        monkeypatch, artifacts, clu_k="3", clu_tab="Compare two", clu_b_k="3", clu_b_method="dec"
    )
    bundle = open_bundle(artifacts / "people")
    plain, found = (cohort(bundle).answer(question) for question in (Question(3), DEC))
    ari = adjusted_rand_score(plain.numbers, found.numbers)
    said = cluster_words.compared(cluster_words.described(bundle, found), ari)
    assert said in words(app) and f"**{ari:.3f}**" in said and not app.warning
    # What never learned was not asked either way, so the command that asks it is not named.
    assert learned_words.NEVER in words(app) and untrained.missing(bundle) not in words(app)
