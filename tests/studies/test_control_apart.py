"""What sets clusters of networks that never learned apart, from planted clusters of planted people."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from posecore.attributes.contrasts import contrast
from posecore.attributes.traits import TRAITS, mostly, traits_of
from posecore.studies.control.apart import LEAST, Apart, farther, nearest_k, untrained_apart
from posecore.studies.control.summary import untrained_regrouped

PEOPLE = 60
IDS = np.array([f"p-{row}" for row in range(PEOPLE)])
ROW = np.arange(PEOPLE)


def known() -> pd.DataFrame:
    """Every second person sits; every third one is small; the last ten are seen from behind."""
    needs = {name for trait in TRAITS for name in trait.needs}
    table = pd.DataFrame({name: np.zeros(PEOPLE) for name in needs}, index=IDS)
    table["knee_drop"] = np.where(ROW % 2, 0.2, 0.9) + 0.01 * (ROW % 5)
    table["size"] = np.where(ROW % 3, 1.0, 0.5) + 0.01 * (ROW % 7)
    table["facing"] = np.where(ROW < PEOPLE - 10, 1.0, -1.0)
    table["wears a hat"] = ROW % 2 == 0
    # Somebody who is not in the study.
    return pd.concat([table, table.iloc[:1].set_axis(["stranger"])])


def study(*untrained: np.ndarray, ks: tuple[int, ...] = (2,)) -> SimpleNamespace:
    """One clustering per network; the own network's is by size."""
    labels = np.stack([ROW % 3 == 0, *untrained])[:, None].astype(np.uint8).repeat(len(ks), axis=1)
    stability = 0.5 + 0.1 * np.arange(len(labels))[:, None, None] + np.zeros((len(ks), 1)) + [-0.1, 0.1]
    return SimpleNamespace(sample_ids=IDS, ks=np.array(ks), labels=labels, stability=stability)


def test_the_farthest_of_all_untrained_clusters_counts_and_the_own_do_not() -> None:
    people = known()
    found = untrained_apart(study(ROW % 2, ROW < PEOPLE - 10), 2, people)
    assert found is not None
    assert (found.k, found.networks, found.clusters, found.people) == (2, 2, 4, PEOPLE)
    sitting = contrast(people.loc[IDS], IDS[1::2].tolist())
    assert found.reach["farthest"]["knee_drop"] == pytest.approx(abs(sitting["effect"]["knee_drop"]))
    assert found.reach["farthest"]["wears a hat"] == pytest.approx(1)
    # By size the own network's clusters differ by far, and these hardly.
    assert found.reach["farthest"]["size"] < 1
    assert found.reach.loc["wears a hat", ["lowest", "highest"]].tolist() == [0, 1]
    low, high = found.reach.loc["knee_drop", ["lowest", "highest"]]
    values = people.loc[IDS, "knee_drop"].to_numpy()
    assert (low, high) == pytest.approx((values[1::2].mean(), values[::2].mean()))
    assert found.called["sitting or crouching"] == 1 and found.called["seen from behind"] == 1


def test_small_clusters_say_nothing() -> None:
    few = (ROW < LEAST - 1).astype(int)
    found = untrained_apart(study(few), 2, known())
    assert found is not None and found.clusters == 1
    assert untrained_apart(study(np.arange(PEOPLE)), 2, known()) is None
    # One that holds everybody has nobody to be compared with.
    assert untrained_apart(study(np.zeros(PEOPLE)), 2, known()) is None


def test_what_was_not_stored_is_not_known() -> None:
    older = study(ROW % 2)
    assert untrained_apart(older, 3, known()) is None
    older.labels = None
    assert untrained_apart(older, 2, known()) is None
    assert not len(untrained_regrouped(older, 2, 3)) and not len(untrained_regrouped(older, 2, 11))


def test_only_a_whole_interval_beyond_counts() -> None:
    reach = pd.DataFrame({"farthest": [0.5, 0.5, 0.5, np.nan]}, index=list("abcd"))
    apart = Apart(2, 1, 2, 60, reach, {})
    found = pd.DataFrame({"low": [0.6, -0.9, 0.4, 0.9], "high": [0.8, -0.7, 0.8, 1.0]}, index=list("abcd"))
    assert farther(found, apart).tolist() == [True, True, False, False]


def test_a_selection_stands_beside_clusters_of_its_size() -> None:
    several = study(ROW % 2, ks=(2, 3, 4, 10))
    pairs = {(1, 60): 10, (6, 60): 10, (16, 60): 4, (20, 60): 3, (40, 60): 2}
    assert {of: nearest_k(several, *of) for of in pairs} == pairs


def test_two_clusterings_of_one_network_are_compared() -> None:
    two = study(ROW % 2, ROW % 2, ks=(2, 4))
    two.labels[2, 1] = ROW % 4
    same, other = untrained_regrouped(two, 2, 4)
    assert same == pytest.approx(1) and 0 < other < 1
    # Of as many clusters, among people drawn again: a mean over draws, the own network left out.
    assert untrained_regrouped(two, 4, 4).tolist() == pytest.approx([0.6, 0.7])


def test_words_stand_where_most_have_a_trait_and_surely_fewer_of_the_others() -> None:
    people = known().loc[IDS]
    compared = contrast(traits_of(people), IDS[1::2].tolist())
    assert mostly(compared).index.tolist() == ["sitting or crouching"]
    # A quarter of these sit, and no more than of the others.
    some = [*IDS[::2], *IDS[1:20:2]]
    assert "sitting or crouching" not in mostly(contrast(traits_of(people), some)).index
    # Most of either side are seen from the front.
    assert "seen from the front" not in mostly(compared).index
