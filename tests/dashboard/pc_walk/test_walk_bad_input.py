"""Walks of forged links, of few people and of broken latents."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from reading import words
from walking import DIMENSIONS, PEOPLE, on_a_line, open_walk, people_met, plant, stops_table

from dashboard.pc_walk import words as walk_words
from dashboard.shared import links
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.studies.projection.study import ProjectionSettings, project


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"walk_start": "nobody"}, walk_words.no_such_start("nobody")),
        ({"walk_start": "../../etc"}, walk_words.no_such_start("../../etc")),
        ({"walk_range": "9"}, "0.5 to 4.0"),
        ({"walk_range": "nan"}, "0.5 to 4.0"),
        ({"walk_range": "far"}, "0.5 to 4.0"),
        ({"walk_skips": "some"}, links.one_of(walk_words.SKIPS)),
        ({"walk_steps": "8"}, "3, 5, 7"),
        ({"walk_component": "25"}, walk_words.component_limit(24, 24, 25, 128, "")),
    ],
)
def test_forged_links_get_one_sentence_and_the_default(
    link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_walk(monkeypatch, artifacts, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    assert f"'{next(iter(link.values()))}'" in app.warning[0].value
    table = stops_table(app)
    assert len(table) == 7 and set(table["start"]) == {"the mean"} and set(table["component"]) == {1}
    assert walk_words.HOW[walk_words.OFF] in words(app) and table["c"].iloc[-1] == 3


def test_beyond_what_is_kept_the_command_is_named(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(open_bundle(copied), ProjectionSettings(components=5, draws=1))
    app = open_walk(monkeypatch, copied.parent, walk_component="6")
    command = study_command(open_bundle(copied), "projection")
    assert walk_words.component_limit(5, 24, 25, 128, command) in app.warning[0].value
    assert f"{command} --components 10" in app.warning[0].value
    assert len(people_met(app)) == 7


def test_who_has_nan_is_named_counted_and_never_met(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latents = on_a_line()
    latents[12] = np.nan  # the person in the very middle
    plant(copied, latents)
    app = open_walk(monkeypatch, copied.parent, walk_steps="13", walk_start="train-1084")
    said = words(app)
    assert "1 of 25 people" in said and "`python scripts/extract_latents.py`" in said
    assert walk_words.no_latent_to_start("train-1084") in said
    assert len(people_met(app)) == 13 and "train-1084" not in people_met(app)
    assert not np.isnan(stops_table(app)["distance"]).any()


@pytest.mark.parametrize("people", [1, 2, 3])
def test_few_people_get_a_walk_or_a_sentence(
    people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "few", people)
    app = open_walk(monkeypatch, tmp_path)
    if people == 1:
        assert "two people or more" in words(app) and not people_met(app)
        return
    assert len(people_met(app)) == 7 and set(stops_table(app)["verdict"]) == {walk_words.AMONG}
    assert walk_words.NO_ATTRIBUTE in words(app)


def test_constant_latents_get_a_sentence(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(copied, np.ones((PEOPLE, DIMENSIONS)))
    app = open_walk(monkeypatch, copied.parent)
    (info,) = app.info
    assert "all 25 people" in info.value
    assert not app.get("plotly_chart") and not app.image
