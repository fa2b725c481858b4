"""What each cluster is: people, traits, and whether it is only size."""

import dataclasses
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from outcomes import KS, control_study
from planted import open_clusters
from reading import figures, numbers, words

from dashboard.clusters import meaning_words, people
from dashboard.clusters.meaning_words import (
    NUISANCE,
    WHAT_THEY_ARE,
    only_size,
    told_untrained,
    what_it_is,
)
from dashboard.clusters.words import SO_MANY, compared_untrained
from dashboard.shared import untrained
from dashboard.shared.attribute_words import words_of
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import ALL, Clustered, Question
from dashboard.shared.latents import known_of_people
from posecore.attributes.contrasts import contrast
from posecore.attributes.traits import TRAITS, traits_of
from posecore.bundle import open_bundle
from posecore.clustering.confounds import COUNTS, PLACE, POSE, SETS, SIZE, Accuracy, told_by
from posecore.clustering.methods import Clustering
from posecore.clustering.space import latent_space
from posecore.clustering.verdict import Kind
from posecore.keypoints import COCO17
from posecore.studies.control.summary import untrained_regrouped

JOINTS = (*(f"{name} found" for name in COCO17.names), *COUNTS)


def test_people_nearest_and_between() -> None:
    # By hand, on a line: clusters {0, 1, 2} and {10, 11, 15} with centroids 1 and 12.
    places = np.array([[0.0], [1], [2], [10], [11], [15]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    space = latent_space(places)
    squares = np.array([1, 0, 1, 4, 1, 9], np.float32)
    clustering = Clustering(labels, np.array([[1.0], [12]], np.float32), squares)
    values = np.array([0.5, 0.9, 0.4, -0.2, 0.8, 0.1], np.float32)
    order = np.array([1, 0])
    found = Clustered(ALL, Question(2), space, clustering, 1 - labels, order, values, 0.4, "restarted")
    assert people.margins(found).tolist() == [11, 11, 9, 7, 9, 11]
    everybody, some = np.ones(6, bool), np.array([True, False, True, True, False, False])
    for who, expected, of_some in (
        (people.NEAREST, [[4, 3, 5], [1, 0, 2]], [[3], [0, 2]]),
        (people.BETWEEN, [[3, 4, 5], [2, 0, 1]], [[3], [2, 0]]),
        (people.WORST, [[3, 5, 4], [2, 0, 1]], [[3], [2, 0]]),
    ):
        assert [own.tolist() for own in people.chosen(found, who, everybody)] == expected
        assert [own.tolist() for own in people.chosen(found, who, some)] == of_some


def test_sentences_are_made_of_what_is_known(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    table = known_of_people(bundle)
    sits = table.index[1::2].to_numpy(str)  # every second fake person sits
    said = what_it_is(table, sits, contrast(table, sits.tolist()), "annotated")
    traits = traits_of(table)["sitting or crouching"]
    own, rest = traits[table.index.isin(sits)], traits[~table.index.isin(sits)]
    assert said.startswith(f"{meaning_words.MOSTLY} **sitting or crouching**") and "30 of 60" in said
    assert re.findall(r"\d+%", said)[:2] == [f"{own.mean():.0%}", f"{rest.mean():.0%}"]
    assert f" {own.notna().sum()} " in said
    chance = table.index[:30].to_numpy(str)
    assert meaning_words.MOSTLY not in what_it_is(
        table, chance, contrast(table, chance.tolist()), "annotated"
    )


def test_traits_know_what_they_do_not_know() -> None:
    names = {name for trait in TRAITS for name in trait.needs}
    table = pd.DataFrame({name: [np.nan, 0.0, 90.0] for name in names})
    found = traits_of(table)
    assert found.iloc[0].isna().all() and found.iloc[1:].notna().all().all()
    assert found["seen from the side"].tolist()[1:] == [True, False]
    assert found["lying or bent over"].tolist()[1:] == [False, True]


def test_the_check_tells_size_from_pose() -> None:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        rng.normal(size=(200, len(SIZE + PLACE + JOINTS + POSE))), columns=[*SIZE, *PLACE, *JOINTS, *POSE]
    )
    labels = np.repeat([0, 1], [150, 50])
    assert told_by(table, labels)["person size"].low < 0.5 < told_by(table, labels)["person size"].high + 0.1
    by_size = table.assign(size=table["size"] + 5 * labels)
    found = told_by(by_size, labels)
    assert found["person size"].right > 0.9 and found["pose"].low < 0.6
    assert only_size(found).endswith(meaning_words.NEARLY_ONLY)
    by_pose = table.assign(knee_drop=table["knee_drop"] + 5 * labels)
    assert only_size(told_by(by_pose, labels)).endswith((meaning_words.POSE_ALONE, meaning_words.POSE_FIRST))
    assert told_by(table, np.array([1] + [0] * 199)) == {}
    sure = Accuracy(0.8, 0.75, 0.85, 100, 0.5)
    weak = sure._replace(right=0.6, low=0.52, high=0.7)
    assert only_size({NUISANCE: sure, "pose": weak}).endswith(meaning_words.NUISANCE_FIRST)


@pytest.mark.parametrize(
    ("nuisance", "pose", "says"),
    [
        (0.5, 0.5, meaning_words.NEITHER),
        (0.5, 0.7, meaning_words.POSE_ALONE),
        (0.7, 0.5, meaning_words.NUISANCE_ALONE),
        (0.95, 0.5, meaning_words.NEARLY_ONLY),
        (0.6, 0.8, meaning_words.POSE_FIRST),
        (0.6, 0.62, meaning_words.NO_MATTER_WHICH),
    ],
)
def test_where_the_pose_tells_no_more_than_guessing_nothing_is_said_for_it(
    nuisance: float, pose: float, says: str
) -> None:
    one, other = (Accuracy(right, right - 0.05, right + 0.05, 100, 0.5) for right in (nuisance, pose))
    said = only_size({NUISANCE: one, "pose": other})
    assert said.endswith(f". {says}") and f"{pose:.0%}" in said


@pytest.mark.parametrize(
    ("pose", "says"),
    [(0.9, meaning_words.BETTER), (0.5, meaning_words.WORSE), (0.72, meaning_words.NOT_TOLD)],
)
def test_clusters_stand_beside_those_of_networks_that_never_learned(pose: float, says: str) -> None:
    told = np.full((3, len(KS), len(SETS)), 0.99)
    told[1:, 0, list(SETS).index(NUISANCE)] = [0.55, 0.6]
    told[1:, 0, list(SETS).index("pose")] = [0.65, 0.7]
    control = dataclasses.replace(control_study(Kind.REGIONS, Kind.REGIONS), told=told)
    own = Accuracy(pose, pose - 0.05, pose + 0.05, 100, 0.5)
    said = told_untrained({NUISANCE: own, "pose": own}, 2, control)
    assert said.endswith(f". {says}") and "n = 600" in said
    assert re.findall(r"\d+%", said) == ["55%", "60%", "65%", "70%"]
    # Of a K that was not tried, and of a study that does not hold it, nothing is said.
    assert told_untrained({NUISANCE: own, "pose": own}, 19, control) == ""
    assert told_untrained({NUISANCE: own, "pose": own}, 2, dataclasses.replace(control, told=None)) == ""


def test_the_check_shows_what_networks_that_never_learned_reach(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle(artifacts / "people")
    table = lambda app: next(one.value for one in app.dataframe if "recognised from" in one.value)  # noqa: E731
    app = open_clusters(monkeypatch, artifacts, clu_tab="What is each?")
    assert untrained.missing(bundle) in words(app) and table(app)[untrained.AT_MOST].isna().all()
    known = control_study(Kind.REGIONS, Kind.REGIONS)
    monkeypatch.setattr(untrained, "reference", lambda _: known)
    assert untrained.outdated(bundle) in words(open_clusters(monkeypatch, artifacts, clu_tab="What is each?"))
    told = 0.5 + 0.1 * np.arange(3)[:, None, None] + np.zeros((3, len(KS), len(SETS)))
    # Their clusters with K = 2 are those who stand and those who sit; the own network's are none of these.
    ids, sits = bundle.samples["sample_id"].to_numpy(str), np.arange(len(bundle.samples)) % 2
    labels = np.stack([0 * sits, sits, 1 - sits])[:, None].repeat(len(KS), axis=1)
    known = dataclasses.replace(known, told=told, labels=labels, sample_ids=ids)
    app = open_clusters(monkeypatch, artifacts, clu_tab="What is each?")
    assert table(app)[untrained.AT_MOST].tolist() == pytest.approx([0.7] * len(SETS))
    assert "60% to 70%" in words(app) and "control_study.py" not in words(app)
    assert untrained.plane([0.6, 0.8]) in words(app)
    assert "sitting or crouching (2)" in words(app) and "4 clusters of 2 networks" in words(app)
    apart = next(one.value for one in app.dataframe if "n, rest" in one.value).set_index("attribute")
    people = known_of_people(bundle)
    sitting = contrast(people, ids[1::2].tolist())["effect"]["knee_drop"]
    word = words_of("knee_drop", "annotated").axis
    assert apart[untrained.AT_MOST][word] == pytest.approx(abs(sitting))
    *effects, joints = (
        [one for one in figure["data"] if "never learned" in str(one.get("name"))]
        for figure in figures(app)[-3:]
    )
    assert all(effects) and joints
    shares = np.sort([people["nose found"].to_numpy(float)[sits == side].mean() for side in (0, 1)])
    assert joints[0]["x"][:2] == pytest.approx(shares.tolist())
    pck = np.sort([people["pck"].to_numpy(float)[sits == side].mean() for side in (0, 1)])
    assert f"{pck[0]:.3f} to {pck[1]:.3f}" in words(app)
    more = open_clusters(monkeypatch, artifacts, clu_tab="What is each?", clu_k="12")
    assert untrained.unknown(WHAT_THEY_ARE) in words(more)


def test_two_clusterings_stand_beside_two_of_networks_that_never_learned(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = control_study(Kind.REGIONS, Kind.REGIONS)
    row = np.arange(len(known.sample_ids))
    labels = np.stack([row % min(k, 4) for k in KS])[None].repeat(3, axis=0)
    known = dataclasses.replace(known, labels=labels)
    app = open_clusters(monkeypatch, artifacts, clu_tab="Compare two", clu_k="2")
    assert untrained.missing(open_bundle(artifacts / "people")) in words(app)
    monkeypatch.setattr(untrained, "reference", lambda _: known)
    for ours, other, expected in (
        (2, 3, compared_untrained(untrained_regrouped(known, 2, 3), (2, 3), 600)),
        (3, 3, compared_untrained(np.array([0.6, 0.7]), (3, 3), 600)),
        (2, 12, untrained.unknown(SO_MANY)),
    ):
        link = {"clu_tab": "Compare two", "clu_k": str(ours), "clu_b_k": str(other)}
        assert expected in words(open_clusters(monkeypatch, artifacts, **link))


def test_what_each_is_shows_effects_joints_and_pck(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, artifacts, clu_tab="What is each?")
    bundle = open_bundle(artifacts / "people")
    found = cohort(bundle).answer(Question(2))
    known, ids = known_of_people(bundle), bundle.samples["sample_id"].to_numpy(str)
    assert only_size(told_by(known, found.numbers)) in words(app)
    for n in range(2):
        own = ids[found.members(n)]
        apart = contrast(known, own.tolist())
        assert f"cluster {n + 1}: {what_it_is(known, own, apart, 'annotated')}" in words(app)
    table = next(one.value for one in app.dataframe if "joints labelled" in one.value)
    pck = bundle.samples["pck"].to_numpy()
    assert table["PCK"].tolist() == pytest.approx([pck[found.members(n)].mean() for n in (0, 1)])
    nose = figures(app)[-1]["data"][0]
    labelled = bundle.samples["annotated_nose_v"].to_numpy() > 0
    assert numbers(nose["x"])[0] == pytest.approx(labelled[found.members(0)].mean())
