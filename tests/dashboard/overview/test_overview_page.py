"""The Overview: its figures, its steps and the people at its top."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import PAGES, open_page
from reading import figures
from reading import words as text_of

from dashboard.overview import words
from posecore.bundle import open_bundle

PEOPLE = 30


def test_the_figures_are_told_with_their_n(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_fake_bundle(tmp_path / "plain", PEOPLE)
    app = open_page(monkeypatch, tmp_path, "overview")
    assert {element.label: element.value for element in app.metric} == {
        words.SCORES[key][0]: value
        for key, value in (
            ("pck", "0.540"),
            ("pck_visible", "0.560"),
            ("oks_mean", "0.600"),
            ("oks_ap", "0.400"),
        )
    }
    bundle = open_bundle(path)
    heading = words.scored(bundle, "fake people val", PEOPLE)
    assert heading in [one.value for one in app.subheader] and f"{PEOPLE} validation people" in heading
    said = text_of(app)
    assert words.introduction(bundle) in said and words.trained(bundle, bundle.history()) in said
    assert figures(app)[0]["data"][0]["y"] == pytest.approx([0.15, 0.3, 0.45, 0.6])


def test_it_leads_in_three_steps_to_pages_that_are_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "pictured", people=12, pictures=True, seed=1)
    app = open_page(monkeypatch, tmp_path, "overview")
    links = [link.proto for link in app.get("page_link")]
    steps = [link for link in links if link.label[0].isdigit()]
    assert [link.label for link in steps] == [step.label for step in words.STEPS.values()]
    paths = {row.name: row.path for row in PAGES}
    assert [link.page for link in steps] == [paths[page] for page in words.STEPS] and len(steps) == 3
    people = [picture.alt.split(" ")[0] for picture in app.image[0].proto.imgs]
    assert len(set(people)) == 12 and people[0] == "train-1000"
