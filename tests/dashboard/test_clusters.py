"""The page Clusters, on people who do not exist: planted groups, bad input, and studies of known outcome."""

import io
import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from fake_bundle import make_fake_bundle
from opening import open_page
from reading import figures, words
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.testing.v1 import AppTest

from dashboard import (
    cluster_answers,
    cluster_distances,
    cluster_files,
    cluster_people,
    cluster_stored,
)
from dashboard.background import worker
from dashboard.cluster_answers import answer
from dashboard.cluster_check import Told, told_by, verdict
from dashboard.cluster_questions import (
    COMPLETE,
    LEAST,
    MOST,
    ONE_CLUSTER,
    QUICK,
    RESTARTED,
    STORED,
    Answer,
    Place,
    Question,
)
from dashboard.cluster_traits import TRAITS, described, sentence, traits_of
from dashboard.cluster_verdict import named_by_silhouettes, sentences
from posecore.bundle import Bundle, open_bundle
from posecore.errors import ConfigError
from posecore.latent.blockwise import LocalSource
from posecore.latent.cluster_results import ClusterStudy
from posecore.latent.cluster_study import Settings, run_cluster_study
from posecore.latent.clustering import Clustering
from posecore.latent.contrasts import contrast
from posecore.latent.gap import Gap
from posecore.latent.silhouette import silhouette
from posecore.latent.space import latent_space
from posecore.latent.sweep import Settings as SweepSettings
from posecore.latent.sweep import Sweep

PEOPLE, DIMENSIONS = 60, 128
ANSWER_AHEAD = cluster_answers._answer_ahead
GROUPS = 4


def plant(path: Path, latents: np.ndarray) -> None:
    """Give the people of a bundle other latents; their file keeps its size."""
    np.save(path / "latents.npy", latents.astype(np.float16))


def in_groups(people: int = PEOPLE) -> np.ndarray:
    """Person i belongs to group i % 4; groups 0 and 1, and 2 and 3, lie near each other."""
    rng = np.random.default_rng(0)
    centres = np.zeros((GROUPS, DIMENSIONS))
    centres[:, 0] = [-20, -20, 20, 20]
    centres[:, 1] = [-6, 6, -5, 5]
    return centres[np.arange(people) % GROUPS] + rng.normal(0, 0.3, (people, DIMENSIONS))


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clusters")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, seed=6)
    plant(folder / "people", in_groups())
    return folder


@pytest.fixture(scope="module")
def studied(artifacts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same people with a study of few draws."""
    folder = tmp_path_factory.mktemp("studied")
    bundle = open_bundle(shutil.copytree(artifacts / "people", folder / "studied"))
    run_cluster_study(bundle, Settings(SweepSettings(2, 6, restarts=10), draws=5, resamples=4))
    return folder


@pytest.fixture
def copied(artifacts: Path, tmp_path: Path) -> Path:
    """The bundle in a folder of its own, for tests that change it."""
    return shutil.copytree(artifacts / "people", tmp_path / "copied" / "people")


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles of these tests differ in their latents only, which their manifests do not say; so nothing may
    be left over from the one before, nor still be coming from it."""
    st.cache_resource.clear()
    monkeypatch.setattr(cluster_answers, "_answer_ahead", lambda *_: None)


def open_clusters(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "clusters", **link)


def groups_of(found: Answer) -> list[set[int]]:
    """The planted groups that each cluster's people come from, by number."""
    return [set((found.space.rows[found.members(n)] % GROUPS).tolist()) for n in range(len(found.sizes))]


def test_planted_groups_are_found_and_keep_their_numbers_from_one_k_to_the_next(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    two, three, four = (answer(bundle, Question(k)) for k in (2, 3, 4))
    assert sorted(map(sorted, groups_of(two))) == [[0, 1], [2, 3]]
    assert sorted(map(sorted, groups_of(four))) == [[0], [1], [2], [3]]
    for less, more in ((two, three), (three, four)):
        for before, after in zip(groups_of(less), groups_of(more), strict=False):
            assert after <= before  # every number's people stay among those it had
    assert four.mean == pytest.approx(silhouette(latents_of(bundle), four.numbers).mean, abs=1e-5)
    assert four.centroids[2] == pytest.approx(latents_of(bundle)[four.members(2)].mean(axis=0), abs=1e-3)
    assert four.sizes.tolist() == [len(four.members(n)) for n in range(4)]


def latents_of(bundle: Bundle) -> np.ndarray:
    return np.asarray(bundle.latents, np.float32)


def test_people_are_clustered_again_inside_one_cluster(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    whole = answer(bundle, Question(2))
    inside = answer(bundle, Question(2, Place(people=ONE_CLUSTER, of_k=2, of=2)))
    assert inside.space.rows.tolist() == whole.space.rows[whole.members(1)].tolist()
    assert set().union(*groups_of(inside)) == groups_of(whole)[1]
    assert all(len(own) == 1 for own in groups_of(inside))
    # Their silhouettes are among themselves, not among everybody.
    expected = silhouette(latents_of(bundle)[inside.space.rows], inside.numbers).values
    assert inside.values == pytest.approx(expected, abs=1e-4)
    with pytest.raises(ConfigError, match="no cluster 9 among 2"):
        answer(bundle, Question(2, Place(people=ONE_CLUSTER, of_k=2, of=9)))


def test_completely_annotated_people_are_those_with_all_joints(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    names = [name for name in bundle.samples.columns if name.startswith("annotated_") and name[-2:] == "_v"]
    complete = np.flatnonzero((bundle.samples[names] > 0).all(axis=1))
    assert 3 < len(complete) < PEOPLE
    assert answer(bundle, Question(2, Place(people=COMPLETE))).space.rows.tolist() == complete.tolist()


@pytest.mark.parametrize(
    "question", [Question(21), Question(1), Question(seed=10_000), Question(place=Place(of=0))]
)
def test_no_question_beyond_its_bounds_is_answered(question: Question, artifacts: Path) -> None:
    with pytest.raises(ConfigError, match="expected K from 2 to 20"):
        answer(open_bundle(artifacts / "people"), question)


def test_distances_are_measured_once_in_the_background(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []
    inner = cluster_distances.stored_distances

    def spy(source: LocalSource, path: Path) -> np.ndarray:
        measured.append(threading.current_thread().name)
        return inner(source, path)

    monkeypatch.setattr(cluster_distances, "stored_distances", spy)
    bundle = open_bundle(artifacts / "people")
    cluster_answers.prepare(bundle, Place())
    cluster_answers.prepare(bundle, Place())
    worker.submit(int).result(60)  # what came before is done then
    assert len(measured) == 1 and measured[0].startswith("background")
    # The people of a cluster, and another K, need no others.
    answer(bundle, Question(3, Place(people=ONE_CLUSTER)))
    answer(bundle, Question(5))
    assert len(measured) == 1


def test_every_k_is_answered_before_it_is_asked_for(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_answers, "_answer_ahead", ANSWER_AHEAD)
    said: list[str] = []
    monkeypatch.setattr(script_run_context._LOGGER, "warning", lambda *words: said.append(str(words)))
    bundle = open_bundle(artifacts / "people")
    cluster_answers.prepare(bundle, Place())
    for _ in range(MOST + 2):  # every job leaves the next one behind
        worker.submit(int).result(60)
    monkeypatch.setattr(cluster_answers, "_rows", None)
    monkeypatch.setattr(cluster_answers, "silhouettes_of", None)
    for k in range(LEAST, MOST + 1):
        assert len(answer(bundle, Question(k)).sizes) == k
    # A spinner in the background would fill the terminal with warnings that there is no page to show it.
    assert not [words for words in said if "background" in words]


def test_of_too_many_people_no_k_is_answered_ahead(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_answers, "MOST_STORED", PEOPLE - 1)
    answered: list[Question] = []
    monkeypatch.setattr(cluster_answers, "answer", lambda _, question: answered.append(question))
    ANSWER_AHEAD(open_bundle(artifacts / "people"), Place(), MOST)
    assert not answered
    monkeypatch.setattr(cluster_answers, "MOST_STORED", PEOPLE)
    ANSWER_AHEAD(open_bundle(artifacts / "people"), Place(), MOST)
    assert answered == [Question(MOST)]


def test_a_stored_sweep_is_shown_as_it_is_and_only_for_its_own_question(studied: Path) -> None:
    bundle = open_bundle(studied / "studied")
    study = cluster_stored.study(bundle)
    for k in (2, 4, 6):
        found = answer(bundle, Question(k))
        assert found.how == STORED
        assert found.values.tolist() == study.sweep.of_best(k).tolist()
        pairs = set(
            zip(study.sweep.labels[study.sweep.best(k)].tolist(), found.numbers.tolist(), strict=True)
        )
        assert len(pairs) == k  # the same groups, whatever their numbers
    others = (Question(7), Question(4, seed=1), Question(4, restarts=3), Question(4, Place(5)),
              Question(4, Place(people=COMPLETE)), Question(4, method="gaussian mixture"))  # fmt: skip
    assert {answer(bundle, question).how for question in others} == {RESTARTED}


def test_long_restarts_follow_a_quick_run(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle, question = open_bundle(studied / "studied"), Question(7)
    monkeypatch.setattr(cluster_answers, "AT_ONCE", 1)
    quick = answer(bundle, question)
    assert quick.how == QUICK and len(quick.sizes) == 7
    cluster_answers.start_restarts(bundle, question)
    cluster_answers._jobs(bundle, cluster_answers._key(bundle))[question].result(60)
    better = answer(bundle, question)
    assert better.how == RESTARTED
    assert better.clustering.inertia <= quick.clustering.inertia


def test_the_page_says_how_it_was_made_and_where(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, studied)
    said = words(app)
    assert "K = 2, seed 0" in said and "full latent space" in said and "from the stored sweep" in said
    assert "without any structure" in said
    some = open_clusters(monkeypatch, studied, clu_space="first components", clu_d="3", clu_k="4")
    assert "the first 3 components" in words(some) and "full latent space" not in words(some)
    assert "n = 60 people" in figures(some)[0]["layout"]["title"]["text"]
    part = open_clusters(monkeypatch, studied, clu_people="one cluster", clu_of_k="2", clu_of="1")
    assert "n = 30 of 60 people" in figures(part)[0]["layout"]["title"]["text"]


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"clu_k": "1"}, "whole number from 2 to 20"),
        ({"clu_method": "magic"}, "k-means, gaussian mixture, hdbscan"),
        ({"clu_space": "time"}, "first components"),
        ({"clu_people": "nobody"}, "completely annotated"),
        ({"clu_tab": "x"}, "How many clusters?"),
        ({"clu_show": "7"}, "all clusters, 1, 2"),
        ({"clu_person": "../../etc"}, "no person '../../etc'"),
        ({"clu_space": "first components", "clu_d": "0"}, "whole number from 1 to"),
        ({"clu_tab": "Compare two", "clu_b_k": "1"}, "whole number from 2 to 20"),
    ],
)
def test_forged_links_get_a_sentence(
    link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_clusters(monkeypatch, artifacts, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    assert app.get("plotly_chart")


@pytest.mark.parametrize(
    "question", [Question(500), Question(restarts=10**6), Question(seed=-1), Question(place=Place(of_k=99))]
)
def test_numbers_beyond_a_widget_are_refused_on_the_server(
    question: Question, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.cluster_controls.Question", lambda *_: question)
    app = open_clusters(monkeypatch, artifacts)
    assert not app.get("plotly_chart") and "expected K from 2 to 20" in app.warning[0].value


def test_bad_people_get_clear_words(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(copied, np.ones((PEOPLE, DIMENSIONS)))
    app = open_clusters(monkeypatch, copied.parent)
    assert "only 1 distinct values" in words(app) and not app.metric
    latents = in_groups()
    latents[[4, 9], 7] = np.nan
    st.cache_resource.clear()
    plant(copied, latents)
    app = open_clusters(monkeypatch, copied.parent, clu_k="4")
    ids = open_bundle(copied).samples["sample_id"]
    said = next(one.value for one in app.warning)
    assert "2 of 60 people" in said and ids[4] in said and ids[9] in said
    assert "58 people: " in words(app)


@pytest.mark.parametrize(("people", "k", "says"), [(1, 2, "three people"), (5, 5, "2 to 4 clusters")])
def test_few_people_get_clear_words(
    people: int, k: int, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "few", people)
    app = open_clusters(monkeypatch, tmp_path, clu_k=str(k))
    assert says in words(app) and not app.metric


def test_without_a_study_the_command_is_named(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, artifacts, clu_tab="How many clusters?")
    assert "scripts/cluster_sweep.py --bundle" in app.info[0].value
    assert len(figures(app)) == 2


def test_a_broken_or_half_study_is_not_shown(
    studied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = shutil.copytree(studied / "studied", tmp_path / "all" / "studied")
    (bundle / "studies" / "clusters").rename(bundle / "studies" / ".clusters.partial")
    app = open_clusters(monkeypatch, bundle.parent, clu_tab="How many clusters?")
    assert "cluster_sweep.py" in app.info[0].value and "stored sweep" not in words(app)
    (bundle / "studies" / ".clusters.partial").rename(bundle / "studies" / "clusters")
    (bundle / "studies" / "clusters" / "results.npz").write_bytes(b"half")
    app = open_clusters(monkeypatch, bundle.parent, clu_tab="How many clusters?")
    assert "results.npz" in app.info[0].value and "stored sweep" not in words(app)


def test_the_study_s_figures_are_those_stored(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, studied, clu_tab="How many clusters?")
    study = cluster_stored.study(open_bundle(studied / "studied"))
    over_k, gap, found_again = figures(app)[2:]
    real = [study.sweep.silhouettes[study.sweep.ks == k].max() for k in range(2, 7)]
    assert numbers(over_k["data"][0]["y"]) == pytest.approx(real)
    assert len(over_k["data"]) == 3  # with both controls
    assert numbers(gap["data"][0]["y"]) == pytest.approx(study.gap.gaps)
    assert numbers(found_again["data"][0]["y"]) == pytest.approx(study.stability.ari.mean(axis=1))


def numbers(values: object) -> np.ndarray:
    """A list of a figure, which Plotly may have packed."""
    if isinstance(values, dict):
        import base64

        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"])
    return np.asarray(values)


def fake_study(real: list[float], nothing: list[float], by_gap: int) -> ClusterStudy:
    """A study of K = 2, 3, 4 with these best silhouettes, the worst restart 0.02 below, and this gap."""
    ks = np.repeat([2, 3, 4], 2)
    means = [np.ravel([[one, one - 0.02] for one in values]) for values in (real, nothing)]
    labels = np.zeros((6, 5), np.uint8)
    gaps = np.array([0.0, 1.0, 2.0, 3.0])
    gaps[by_gap:] = gaps[by_gap - 1]
    gap = Gap(np.arange(1, 5), gaps, np.full(4, 0.01), 5, "3 components", 5)
    sweep = Sweep(ks, labels, np.ones(6), means[0], np.zeros((3, 5), np.float32))
    ids = np.array(list("abcde"))
    return ClusterStudy(ids, ids[:0], sweep, gap, None, {"gaussian": means[1]}, "space", {})


@pytest.mark.parametrize(
    ("real", "nothing", "by_gap", "silhouettes_name", "says"),
    [
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 3, 3, "Both name **K = 3**"),
        ([0.30, 0.20, 0.1], [0.29, 0.2, 0.2], 1, None, "Both agree: **there is no cluster structure**"),
        ([0.30, 0.20, 0.1], [0.29, 0.2, 0.2], 3, None, "do not take these clusters for separate groups"),
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 1, 3, "regions of one cloud"),
        ([0.30, 0.50, 0.4], [0.29, 0.2, 0.2], 2, 3, "disagree about how many"),
        # Above nothing by less than the restarts of nothing differ: that is no sign.
        ([0.315, 0.2, 0.1], [0.30, 0.2, 0.2], 1, None, "stands out nowhere"),
    ],
)
def test_where_the_answers_disagree_it_is_said(
    real: list[float], nothing: list[float], by_gap: int, silhouettes_name: int | None, says: str
) -> None:
    study = fake_study(real, nothing, by_gap)
    assert study.gap is not None and study.gap.count == by_gap
    named = named_by_silhouettes(study)
    assert (named and named.k) == silhouettes_name
    assert says in " ".join(sentences(study))


def test_a_study_of_one_cloud_names_no_clusters(copied: Path) -> None:
    plant(copied, np.random.default_rng(3).normal(0, 1, (PEOPLE, DIMENSIONS)))
    bundle = open_bundle(copied)
    run_cluster_study(bundle, Settings(SweepSettings(2, 4, restarts=5), draws=10, resamples=0))
    said = " ".join(sentences(cluster_stored.study(bundle)))
    assert "no cluster structure" in said


def test_planted_groups_stand_out_against_nothing(copied: Path, studied: Path) -> None:
    rng = np.random.default_rng(1)
    centres = rng.normal(0, 3, (GROUPS, DIMENSIONS))
    plant(copied, centres[np.arange(PEOPLE) % GROUPS] + rng.normal(0, 1, (PEOPLE, DIMENSIONS)))
    bundle = open_bundle(copied)
    run_cluster_study(bundle, Settings(SweepSettings(2, 6, restarts=5), draws=5, resamples=0))
    named = named_by_silhouettes(cluster_stored.study(bundle))
    assert named is not None and named.k == GROUPS
    # Groups along two components, crossed: shuffling the components leaves them as they are.
    said = " ".join(sentences(cluster_stored.study(open_bundle(studied / "studied"))))
    assert "At K = 2 it is above a normal cloud's" in said and "differ along single components" in said


def test_people_nearest_and_between() -> None:
    # By hand, on a line: clusters {0, 1, 2} and {10, 11, 15} with centroids 1 and 12.
    places = np.array([[0.0], [1], [2], [10], [11], [15]])
    labels = np.array([0, 0, 0, 1, 1, 1])
    space = latent_space(places)
    squares = np.array([1, 0, 1, 4, 1, 9], np.float32)
    clustering = Clustering(labels, np.array([[1.0], [12]], np.float32), squares)
    values = np.array([0.5, 0.9, 0.4, -0.2, 0.8, 0.1], np.float32)
    found = Answer(Question(2), space, clustering, 1 - labels, np.array([1, 0]), values, 0.4, "restarted")
    assert cluster_people.margins(found).tolist() == [11, 11, 9, 7, 9, 11]
    nearest = cluster_people.chosen(found, cluster_people.NEAREST)
    assert [own.tolist() for own in nearest] == [[4, 3, 5], [1, 0, 2]]
    between = cluster_people.chosen(found, cluster_people.BETWEEN)
    assert [own.tolist() for own in between] == [[3, 4, 5], [2, 0, 1]]
    worst = cluster_people.chosen(found, cluster_people.WORST)
    assert [own.tolist() for own in worst] == [[3, 5, 4], [2, 0, 1]]


def test_sentences_are_made_of_what_is_known(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    table = described(bundle)
    sits = table.index[1::2].to_numpy(str)  # every second fake person sits
    said = sentence(table, sits, contrast(table, sits.tolist()))
    traits = traits_of(table)["sitting or crouching"]
    own, rest = traits[table.index.isin(sits)], traits[~table.index.isin(sits)]
    assert said.startswith("Mostly **sitting or crouching**") and said.endswith("30 of 60 people.")
    assert f"{own.mean():.0%} of the {own.notna().sum()} of whom it is known" in said
    assert f"of the others {rest.mean():.0%}" in said
    chance = table.index[:30].to_numpy(str)
    assert "Mostly" not in sentence(table, chance, contrast(table, chance.tolist()))


def test_traits_know_what_they_do_not_know() -> None:
    names = {name for trait in TRAITS for name in trait.needs}
    table = pd.DataFrame({name: [np.nan, 0.0, 90.0] for name in names})
    found = traits_of(table)
    assert found.iloc[0].isna().all() and found.iloc[1:].notna().all().all()
    assert found["seen from the side"].tolist()[1:] == [True, False]
    assert found["lying or bent over"].tolist()[1:] == [False, True]


def test_the_check_tells_size_from_pose() -> None:
    rng = np.random.default_rng(0)
    from dashboard.cluster_check import JOINTS, POSE, SIZE

    table = pd.DataFrame(rng.normal(size=(200, len(SIZE + JOINTS + POSE))), columns=[*SIZE, *JOINTS, *POSE])
    labels = np.repeat([0, 1], [150, 50])
    assert told_by(table, labels)["person size"].low < 0.5 < told_by(table, labels)["person size"].high + 0.1
    by_size = table.assign(size=table["size"] + 5 * labels)
    found = told_by(by_size, labels)
    assert found["person size"].right > 0.9 and found["pose"].low < 0.6
    assert "nearly only that" in verdict(found)
    by_pose = table.assign(knee_drop=table["knee_drop"] + 5 * labels)
    assert "not only" in verdict(told_by(by_pose, labels))
    assert told_by(table, np.array([1] + [0] * 199)) == {}
    told = Told(0.8, 0.75, 0.85, 100, 0.5)
    weak = told._replace(right=0.6, low=0.5, high=0.7)
    assert "more that than the pose" in verdict({"size and joints together": told, "pose": weak})


def test_what_each_is_shows_effects_joints_and_pck(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(monkeypatch, artifacts, clu_tab="What is each?")
    assert "Is it only person size or missing joints?" in words(app)
    bundle = open_bundle(artifacts / "people")
    found = answer(bundle, Question(2))
    table = next(one.value for one in app.dataframe if "joints labelled" in one.value)
    pck = bundle.samples["pck"].to_numpy()
    assert table["PCK"].tolist() == pytest.approx([pck[found.members(n)].mean() for n in (0, 1)])
    nose = figures(app)[-1]["data"][0]
    labelled = bundle.samples["annotated_nose_v"].to_numpy() > 0
    assert numbers(nose["x"])[0] == pytest.approx(labelled[found.members(0)].mean())


def test_two_clusterings_are_compared(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = open_clusters(monkeypatch, artifacts, clu_tab="Compare two", clu_k="4", clu_b_k="4")
    assert "Adjusted Rand index **1.000**" in words(same)
    app = open_clusters(monkeypatch, artifacts, clu_tab="Compare two", clu_k="2", clu_b_k="4")
    table = next(one.value for one in app.dataframe if "cluster" in one.value)
    counts = table.drop(columns="cluster").to_numpy()
    assert sorted(counts.ravel().tolist()) == [0, 0, 0, 0, 15, 15, 15, 15]


def test_files_carry_names_and_fit_the_page(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(
        monkeypatch, artifacts, clu_tab="Files", clu_name_1="left people", clu_note="mine", clu_k="4"
    )
    head = next(one.value for one in app.dataframe if "name" in one.value)
    bundle = open_bundle(artifacts / "people")
    found = answer(bundle, Question(4))
    assert (found.numbers != found.clustering.labels).any()
    assert head["sample_id"].tolist() == bundle.samples["sample_id"].head(8).tolist()
    assert head["cluster"].tolist() == (found.numbers[:8] + 1).tolist()
    assert head["name"].tolist() == ["left people" if n == 0 else "" for n in found.numbers[:8]]
    assert "1 · left people" in [trace["name"] for trace in figures(app)[0]["data"]]
    own = ["left people", "", "", ""]
    table = cluster_files.centroids(found, own)
    assert table["name"].tolist() == own
    assert table.drop(columns=["cluster", "name", "people"]).to_numpy() == pytest.approx(found.centroids)
    made = cluster_files.made(bundle, found, own, "mine")
    assert (made["k"], made["seed"], made["clustered"]) == (4, 0, PEOPLE)
    assert made["space"] == "the 128 numbers of the latent" and made["of cluster"] is None


def test_files_are_made_without_the_session_that_asked(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit makes a file when it is fetched, in a thread that knows no session."""
    made: dict[str, Callable[[], bytes | str]] = {}
    button = st.download_button

    def spy(label: str, data: Callable[[], bytes | str], *others: object, **more: object) -> bool:
        made[label] = data
        return button(label, data, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(st, "download_button", spy)
    open_clusters(monkeypatch, artifacts, clu_tab="Files", clu_name_2="sitters", clu_note="mine")
    with ThreadPoolExecutor(1) as elsewhere:
        files = {label: elsewhere.submit(data).result() for label, data in made.items()}
    table = pd.read_csv(io.BytesIO(files["Labels and silhouettes"]))
    assert (table["name"] == "sitters").tolist() == (table["cluster"] == 2).tolist()
    assert pd.read_csv(io.BytesIO(files["Centroids"]))["name"].tolist()[1] == "sitters"
    about = json.loads(files["How it was made"])
    assert about["names"] == {"1": "", "2": "sitters"} and about["note"] == "mine"


def test_noise_is_named_as_noise(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(artifacts / "people")
    found = answer(bundle, Question(2, Place(3), method="hdbscan"))
    app = open_clusters(monkeypatch, artifacts, clu_method="hdbscan", clu_space="first components", clu_d="3")
    assert f"{len(found.sizes)} clusters found, {found.clustering.noise} people are noise" in words(app)
    assert app.slider(key="clu_k").disabled
    monkeypatch.setattr(cluster_answers, "MOST_DENSE", 40)
    st.cache_resource.clear()
    few = open_clusters(monkeypatch, artifacts, clu_method="hdbscan", clu_space="first components", clu_d="3")
    assert "Of 60 people 40 were drawn" in words(few)


def test_a_person_is_looked_at(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(artifacts / "people")
    who = bundle.samples["sample_id"].iloc[7]
    app = open_clusters(
        monkeypatch, artifacts, clu_person=who, clu_who="between two clusters", clu_as="skeleton"
    )
    found = answer(bundle, Question(2))
    assert f"In cluster {found.numbers[7] + 1}; silhouette {found.values[7]:.3f}" in words(app)
    assert not app.warning
