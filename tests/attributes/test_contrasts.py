import numpy as np
import pandas as pd
import pytest

from posecore.attributes.contrasts import contrast
from posecore.errors import ConfigError


def table(**columns):
    count = len(next(iter(columns.values())))
    return pd.DataFrame(columns, index=pd.Index([f"p-{i}" for i in range(count)], name="sample_id"))


def test_hedges_g_by_hand():
    # Means 4 and 1, both variances 1, so d = 3; the correction for 4 degrees of freedom is 1 - 3 / 15 = 0.8.
    found = contrast(table(a=[3.0, 4, 5, 0, 1, 2, np.nan]), ["p-0", "p-1", "p-2"]).loc["a"]
    assert (found["kind"], found["selected"], found["rest"]) == ("quantity", 4, 1)
    assert (found["n_selected"], found["n_rest"]) == (3, 3)
    assert found["effect"] == pytest.approx(2.4)
    reach = 1.959964 * np.sqrt(6 / 9 + 2.4**2 / 12)
    assert (found["low"], found["high"]) == (pytest.approx(2.4 - reach), pytest.approx(2.4 + reach))


def test_the_interval_of_a_difference_of_shares_is_newcombe_s():
    # Newcombe 1998, table II, method 10: 56/70 against 48/80 gives 0.0524 to 0.3339.
    kind = np.array([True] * 56 + [False] * 14 + [True] * 48 + [False] * 32)
    found = contrast(table(a=kind), [f"p-{i}" for i in range(70)]).loc["a"]
    assert found["kind"] == "share" and found["effect"] == pytest.approx(0.2)
    assert (found["low"], found["high"]) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


def test_the_surest_difference_comes_first():
    rng = np.random.default_rng(0)
    ours = np.arange(200) < 100
    few = np.isin(np.arange(200), [1, 2, 3, 101, 102, 103])
    found = contrast(
        table(
            nothing=rng.normal(0, 1, 200),
            large=rng.normal(0, 1, 200) + 3 * ours,
            small=rng.normal(0, 1, 200) + 1 * ours,
            # A large difference, known of few.
            few=np.where(few, rng.normal(0, 1, 200) + 3 * ours, np.nan),
            kind=(rng.random(200) < 0.1) | ours,
        ),
        [f"p-{i}" for i in range(100)],
    )
    assert set(found.index[:2]) == {"large", "kind"}
    assert found.index[2] == "small"
    assert found.loc["nothing", "low"] < 0 < found.loc["nothing", "high"]


def test_what_is_the_same_for_everybody_or_unknown_is_last():
    found = contrast(
        table(same=[1.0] * 4, unknown=[np.nan] * 4, kind=[True] * 4, a=[9.0, 8, 1, 2]), ["p-0", "p-1"]
    )
    assert found.index[0] == "a"
    assert found.loc[["same", "unknown"], ["effect", "low", "high"]].isna().all(axis=None)
    assert found.loc["same", "selected"] == 1 and found.loc["unknown", "n_rest"] == 0


def test_selections_that_do_not_fit_are_refused():
    people = table(a=[1.0, 2, 3])
    with pytest.raises(ConfigError, match="1 of 2 selected people are not in the table, 'x'"):
        contrast(people, ["p-0", "x"])
    for selected in ([], people.index):
        with pytest.raises(ConfigError, match=f"{len(selected)} of 3 people are selected"):
            contrast(people, selected)
