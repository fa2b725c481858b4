"""What the page Clusters is answered: planted groups, from a stored sweep, ahead and in the background."""

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from planted import PEOPLE, groups_of, latents_of
from streamlit.runtime.scriptrunner_utils import script_run_context

from dashboard.shared.background import worker
from dashboard.shared.clustering import answers, quick, stored
from dashboard.shared.clustering.answers import Cohort, cohort
from dashboard.shared.clustering.questions import (
    COMPLETE,
    LEAST,
    MOST,
    ONE_CLUSTER,
    QUICK,
    RESTARTED,
    STORED,
    Question,
    Subset,
)
from posecore.blocks import LocalSource
from posecore.bundle import open_bundle
from posecore.clustering.methods import Clustering, clustering_of
from posecore.clustering.silhouette import silhouette
from posecore.clustering.space import Space
from posecore.errors import ConfigError
from posecore.studies.clusters import results

ANSWER_AHEAD = Cohort._answer_ahead


def test_planted_groups_are_found_and_keep_their_numbers_from_one_k_to_the_next(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    two, three, four = (cohort(bundle).answer(Question(k)) for k in (2, 3, 4))
    assert sorted(map(sorted, groups_of(two))) == [[0, 1], [2, 3]]
    assert sorted(map(sorted, groups_of(four))) == [[0], [1], [2], [3]]
    for less, more in ((two, three), (three, four)):
        for before, after in zip(groups_of(less), groups_of(more), strict=False):
            assert after <= before  # every number's people stay among those it had
    assert four.mean == pytest.approx(silhouette(latents_of(bundle), four.numbers).mean, abs=1e-5)
    assert four.centroids[2] == pytest.approx(latents_of(bundle)[four.members(2)].mean(axis=0), abs=1e-3)
    assert four.sizes.tolist() == [len(four.members(n)) for n in range(4)]


def test_people_are_clustered_again_inside_one_cluster(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    whole = cohort(bundle).answer(Question(2))
    inside = cohort(bundle, Subset(people=ONE_CLUSTER, of_k=2, of=2)).answer(Question(2))
    assert inside.space.rows.tolist() == whole.space.rows[whole.members(1)].tolist()
    assert set().union(*groups_of(inside)) == groups_of(whole)[1]
    assert all(len(own) == 1 for own in groups_of(inside))
    # Their silhouettes are among themselves, not among everybody.
    expected = silhouette(latents_of(bundle)[inside.space.rows], inside.numbers).values
    assert inside.values == pytest.approx(expected, abs=1e-4)
    with pytest.raises(ConfigError, match="no cluster 9 among 2"):
        cohort(bundle, Subset(people=ONE_CLUSTER, of_k=2, of=9)).answer(Question(2))


def test_completely_annotated_people_are_those_with_all_joints(artifacts: Path) -> None:
    bundle = open_bundle(artifacts / "people")
    names = [name for name in bundle.samples.columns if name.startswith("annotated_") and name[-2:] == "_v"]
    complete = np.flatnonzero((bundle.samples[names] > 0).all(axis=1))
    assert 3 < len(complete) < PEOPLE
    found = cohort(bundle, Subset(people=COMPLETE)).answer(Question(2))
    assert found.space.rows.tolist() == complete.tolist()


@pytest.mark.parametrize(
    ("subset", "question"),
    [
        (Subset(), Question(21)),
        (Subset(), Question(1)),
        (Subset(), Question(seed=10_000)),
        (Subset(of=0), Question()),
    ],
)
def test_no_question_beyond_its_bounds_is_answered(
    subset: Subset, question: Question, artifacts: Path
) -> None:
    with pytest.raises(ConfigError, match="expected K from 2 to 20"):
        cohort(open_bundle(artifacts / "people"), subset).answer(question)


def test_distances_are_measured_once_in_the_background(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []
    inner = quick.stored_distances

    def spy(source: LocalSource, path: Path) -> np.ndarray:
        measured.append(threading.current_thread().name)
        return inner(source, path)

    monkeypatch.setattr(quick, "stored_distances", spy)
    bundle = open_bundle(artifacts / "people")
    cohort(bundle).prepare()
    cohort(bundle).prepare()
    worker.submit(int).result(60)  # what came before is done then
    assert len(measured) == 1 and measured[0].startswith("background")
    # The people of a cluster, and another K, need no others.
    cohort(bundle, Subset(people=ONE_CLUSTER)).answer(Question(3))
    cohort(bundle).answer(Question(5))
    assert len(measured) == 1


def test_every_k_is_answered_before_it_is_asked_for(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Cohort, "_answer_ahead", ANSWER_AHEAD)
    said: list[str] = []
    monkeypatch.setattr(script_run_context._LOGGER, "warning", lambda *words: said.append(str(words)))
    bundle = open_bundle(artifacts / "people")
    cohort(bundle).prepare()
    for _ in range(MOST + 2):  # every job leaves the next one behind
        worker.submit(int).result(60)
    monkeypatch.setattr(Cohort, "_rows", None)
    monkeypatch.setattr(answers, "silhouettes_of", None)
    for k in range(LEAST, MOST + 1):
        assert len(cohort(bundle).answer(Question(k)).sizes) == k
    # A spinner in the background would fill the terminal with warnings that there is no page to show it.
    assert not [words for words in said if "background" in words]


def test_of_too_many_people_no_k_is_answered_ahead(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_STORED", PEOPLE - 1)
    answered: list[Question] = []
    monkeypatch.setattr(Cohort, "answer", lambda _, question: answered.append(question))
    ANSWER_AHEAD(cohort(open_bundle(artifacts / "people")), MOST)
    assert not answered
    monkeypatch.setattr(answers, "MOST_STORED", PEOPLE)
    ANSWER_AHEAD(cohort(open_bundle(artifacts / "people")), MOST)
    assert answered == [Question(MOST)]


def test_a_stored_sweep_is_shown_as_it_is_and_only_for_its_own_question(studied: Path) -> None:
    bundle = open_bundle(studied / "studied")
    study = stored.study(bundle)
    for k in (2, 4, 6):
        found = cohort(bundle).answer(Question(k))
        assert found.how == STORED
        assert found.values.tolist() == study.sweep.of_best(k).tolist()
        pairs = set(
            zip(study.sweep.labels[study.sweep.best(k)].tolist(), found.numbers.tolist(), strict=True)
        )
        assert len(pairs) == k  # the same groups, whatever their numbers
    others = (
        (Subset(), Question(7)),
        (Subset(), Question(4, seed=1)),
        (Subset(), Question(4, restarts=3)),
        (Subset(5), Question(4)),
        (Subset(people=COMPLETE), Question(4)),
        (Subset(), Question(4, method="gaussian mixture")),
    )
    assert {cohort(bundle, subset).answer(question).how for subset, question in others} == {RESTARTED}


def test_another_study_is_answered_from_at_once(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(studied / "studied")
    before, study = cohort(bundle).answer(Question(2)), stored.study(bundle)
    other = replace(study, sweep=replace(study.sweep, values=-study.sweep.values))
    monkeypatch.setattr(results, "load_cluster_study", lambda _: other)
    monkeypatch.setattr(stored, "open_study", lambda *_: SimpleNamespace(created="later"))
    assert cohort(bundle).answer(Question(2)).values.tolist() == (-before.values).tolist()


def test_long_restarts_follow_a_quick_run(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle, question = open_bundle(studied / "studied"), Question(7)
    monkeypatch.setattr(answers, "AT_ONCE", 1)
    quick = cohort(bundle).answer(question)
    assert quick.how == QUICK and len(quick.sizes) == 7
    cohort(bundle).start_restarts(question)
    cohort(bundle).restarts[question].result(60)
    better = cohort(bundle).answer(question)
    assert better.how == RESTARTED
    assert better.clustering.inertia <= quick.clustering.inertia


@pytest.mark.parametrize("looser", ["cluster", "cluster_from"])
def test_of_the_restarts_and_the_quick_run_gone_on_with_the_tighter_stays(
    studied: Path, monkeypatch: pytest.MonkeyPatch, looser: str
) -> None:
    """Each of the two tries may be the looser one: here it is given people sorted into clusters at random."""
    bundle, question = open_bundle(studied / "studied"), Question(7)
    monkeypatch.setattr(answers, "AT_ONCE", 1)
    tries: dict[str, Clustering] = {}

    def spy(name: str) -> None:
        real = getattr(answers, name)

        def made(space: Space, *rest: object) -> Clustering:
            tries[name] = real(space, *rest)
            if name == looser:
                at_random = np.random.default_rng(0).integers(0, 7, len(space.rows))
                tries[name] = clustering_of(space, at_random)
            return tries[name]

        monkeypatch.setattr(answers, name, made)

    spy("cluster")
    spy("cluster_from")
    cohort(bundle).start_restarts(question)
    tighter = cohort(bundle).restarts[question].result(60)
    assert set(tries) == {"cluster", "cluster_from"}
    assert tighter is not tries[looser]
    assert tighter.inertia < tries[looser].inertia
    assert cohort(bundle).answer(question).clustering is tighter
