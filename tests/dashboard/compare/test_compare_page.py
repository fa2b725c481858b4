"""The page Compare: what opens, what is missing, what cannot be compared."""

import shutil

import numpy as np
import pytest
from comparing import (
    EVERYBODY,
    LATENTS_TAB,
    ONE,
    PEOPLE,
    open_compare,
    pair_of,
    table_of,
    trace,
)
from fake_bundle import make_fake_bundle
from reading import figures, numbers, words

from dashboard.compare import everybody as compare_everybody
from dashboard.compare import latents as compare_latents
from dashboard.compare import latents_words
from dashboard.compare import words as compare_words
from dashboard.shared import links
from dashboard.shared.background import worker
from posecore.bundle import open_bundle, study_command
from posecore.samples import read_points
from posecore.statistics import Estimate


def test_the_page_opens_on_networks_trained_side_by_side_and_names_what_is_missing(bare, monkeypatch):
    app = open_compare(monkeypatch, bare, links.COMPARE_TABS[0])
    assert app.title[0].value == "Compare"
    (info,) = app.info
    assert study_command(open_bundle(bare / "one"), "networks") in info.value


def test_what_the_other_tabs_import_comes_while_one_reads_the_first(bare, monkeypatch):
    asked = []
    monkeypatch.setattr(worker, "submit", lambda function, *arguments: asked.append((function, arguments)))
    open_compare(monkeypatch, bare, links.COMPARE_TABS[0])
    # In the background nobody would be told of a module that does not exist.
    assert [function(*arguments) for function, arguments in asked][1:] == [compare_everybody, compare_latents]


@pytest.mark.parametrize("tab", [ONE, EVERYBODY, LATENTS_TAB])
def test_with_one_bundle_alone_the_commands_are_named(tab, tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "one", 3)
    app = open_compare(monkeypatch, path.parent, tab)
    (info,) = app.info
    assert "extract_latents.py" in info.value and f"compare.py --bundle {path} --with" in info.value


def test_a_twin_shows_no_difference_anywhere(artifacts, monkeypatch):
    link = {"with": "twin"}
    one = open_compare(monkeypatch, artifacts, ONE, **link)
    assert (one.dataframe[0].value["apart, px"] == 0).all()
    everybody = open_compare(monkeypatch, artifacts, EVERYBODY, **link)
    for table in (table_of(everybody, "joint"), table_of(everybody, "skips")):
        assert (
            (table[[name for name in table if name.startswith(compare_words.MORE)]].dropna() == 0).all().all()
        )
    verdict = compare_words.verdict(pair_of(artifacts, "twin"), Estimate(*np.zeros((4, 1))))
    assert words(everybody).count(verdict) == 3  # with all skips cut, with all on, and of the joints
    latents = open_compare(monkeypatch, artifacts, LATENTS_TAB, **link)
    said = words(latents)
    assert "**0.0%**" in said and latents_words.agreement(2, 1.0, PEOPLE) in said
    assert (
        numbers(trace(figures(latents)[2], compare_words.MORE)["x"]) == 0
    ).all()  # what is read off B beyond A
    assert np.diag(numbers(figures(latents)[-1]["data"][0]["z"])) == pytest.approx(1)


def test_without_studies_the_commands_are_named_and_the_rest_is_shown(bare, monkeypatch):
    link = {"with": "other"}
    one, other = (open_bundle(bare / name) for name in ("one", "other"))
    app = open_compare(monkeypatch, bare, EVERYBODY, **link)
    assert study_command(one, "compare-other") in words(app)
    assert study_command(other, "skips") in words(app)
    app = open_compare(monkeypatch, bare, LATENTS_TAB, **link)
    assert study_command(one, "projection") in words(app) and study_command(other, "projection") in words(app)
    assert study_command(one, "compare-other") in words(app)
    assert figures(app)  # the clusters need no study
    app = open_compare(monkeypatch, bare, ONE, **link)
    assert "POSE_IMAGES" in words(app) and not app.toggle
    stored = [read_points(b.samples.iloc[[b.row("train-1000")]], "predicted")[0] for b in (one, other)]
    assert np.array_equal(*stored) and (app.dataframe[0].value["apart, px"] == 0).all()


def test_bundles_of_different_people_are_not_compared(bare, monkeypatch):
    for tab in (ONE, EVERYBODY, LATENTS_TAB):
        app = open_compare(monkeypatch, bare, tab, **{"with": "strangers"})
        (error,) = app.error
        assert "strangers" in error.value and not app.get("plotly_chart")


def test_a_study_of_another_bundle_of_that_name_is_refused(artifacts, tmp_path, monkeypatch):
    for name in ("one", "twin"):
        shutil.copytree(artifacts / name, tmp_path / name)
    (tmp_path / "twin").rename(tmp_path / "other")
    app = open_compare(monkeypatch, tmp_path, LATENTS_TAB)
    said = "\n".join(element.value for element in app.info)
    assert study_command(open_bundle(tmp_path / "one"), "compare-other") in said
    assert len(figures(app)) == len(figures(open_compare(monkeypatch, artifacts, LATENTS_TAB))) - 2


def test_forged_links_are_named(artifacts, monkeypatch):
    app = open_compare(
        monkeypatch, artifacts, EVERYBODY, cmp_mask="2222", cmp_order="upwards", **{"with": "nobody"}
    )
    warned = "\n".join(element.value for element in app.warning)
    assert all(value in warned for value in ("'2222'", "'upwards'", "'nobody'", "0111", "twin"))
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB, cmp_k="99", cmp_area_a="umap:1,2,3,4,5,6")
    warned = "\n".join(element.value for element in app.warning)
    assert "99" in warned and "umap:1,2" in warned
