"""Whom a walk meets, on people who do not exist, some of them planted along known directions."""

import dataclasses
import io
import json
import re
from pathlib import Path

import never_learned
import numpy as np
import pandas as pd
import pytest
from PIL import Image
from reading import figures, numbers, words
from walking import DIMENSIONS, PEOPLE, on_a_line, open_walk, people_met, plant, stops_table

from dashboard.pc_walk import sheet as walk_sheet
from dashboard.pc_walk import stops as walk_stops
from dashboard.pc_walk import words as walk_words
from dashboard.shared import bundle_people, cache, links, untrained
from dashboard.shared import latents as latent_loaders
from posecore.bundle import Bundle, open_bundle
from posecore.components.outliers import Judgement
from posecore.studies.control.summary import untrained_walks
from posecore.studies.projection.study import ProjectionSettings, project


def test_planted_people_are_met_in_their_order(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latents = on_a_line()
    plant(copied, latents)
    app = open_walk(monkeypatch, copied.parent, walk_range="1.5", walk_steps="7")
    # By hand: the people lie on a line, so whoever's place is nearest to c standard deviations.
    places = latents[:, 3] - latents[:, 3].mean()
    steps = np.linspace(-1.5, 1.5, 7) * places.std(ddof=1)
    rows = [int(np.abs(places - step).argmin()) for step in steps]
    ids = pd.read_parquet(copied / "samples.parquet")["sample_id"].to_numpy()
    assert rows == sorted(set(rows)) and people_met(app) == ids[rows].tolist()
    assert stops_table(app)["nearest person"].tolist() == ids[rows].tolist()
    assert not walk_words.repeated(ids[rows].astype(str))


def test_who_repeats_is_named_with_the_count(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_walk(monkeypatch, artifacts, walk_steps="13", walk_range="1.0")
    met = people_met(app)
    again = {who for who in met if met.count(who) > 1}
    assert len(met) == 13 and again
    assert walk_words.repeated(np.array(met)) in [info.value for info in app.info]


def test_a_walk_starts_at_the_person_of_the_link(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_start="train-1035")
    table = stops_table(app)
    middle = table.iloc[3]
    assert (middle["nearest person"], middle["start"]) == ("train-1035", "train-1035")
    assert middle["distance"] == pytest.approx(0, abs=1e-4)
    # They count as everybody does, in the cards, in the chart and in the words of the player.
    cards = [one.value for one in app.caption if one.value.startswith("train-1035  ")]
    assert sum(card.endswith("distance 0.0") for card in cards) == 1
    drawn = next(one for one in figures(app) if one["data"][0]["name"] == "nearest person to the stop")
    np.testing.assert_allclose(numbers(drawn["data"][0]["y"]), table["distance"], atol=1e-4)
    assert frames[1][3].words.count(" 0.0 away") == 2
    bundle = cache.load_bundle("people")
    app.button(key="_walk_mean").click().run()
    assert stops_table(app)["start"].tolist() == ["the mean"] * 7
    app.button(key="_walk_anybody").click().run()
    start = app.text_input(key=links.WALK_START).value
    assert start in bundle.rows and stops_table(app)["start"].tolist() == [start] * 7


def test_every_stop_carries_its_pictures_and_words(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_steps="5", walk_range="2")
    titles, stops = frames
    assert [stop.name for stop in stops] == [f"c = {c}" for c in ("−2.00", "−1.00", "0.00", "+1.00", "+2.00")]
    bundle = cache.load_bundle("people")
    for stop, name in zip(stops, people_met(app), strict=True):
        assert len(stop.pictures) == len(titles) >= 3
        assert all(picture.shape == (256, 256, 3) and picture.dtype == np.uint8 for picture in stop.pictures)
        assert stop.words.startswith(name)
        np.testing.assert_array_equal(stop.pictures[0], bundle_people.heatmap_of(bundle, name))
    alt = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert all(alt) and all(any(stop.name in text for text in alt) for stop in stops)


def test_the_stored_projection_gives_the_same_walk(
    artifacts: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = stops_table(open_walk(monkeypatch, artifacts, walk_component="2"))
    project(open_bundle(copied), ProjectionSettings(draws=1))
    stored = stops_table(open_walk(monkeypatch, copied.parent, walk_component="2"))
    assert stored["nearest person"].tolist() == without["nearest person"].tolist()
    np.testing.assert_allclose(stored["distance"], without["distance"], rtol=5e-3)


def test_the_sheet_has_a_row_per_component_and_the_nearest_person_in_every_cell(artifacts: Path) -> None:
    assert walk_sheet.rows(128) == [1, 2, 3, 10, 30, 50, 100] and walk_sheet.rows(2) == [1, 2]
    bundle: Bundle = open_bundle(artifacts / "people")
    fitted, scores = latent_loaders.components(bundle)
    sheet = Image.open(io.BytesIO(walk_sheet.sheet(bundle, fitted, scores, "train-1014", "n = 25")))
    assert sheet.format == "PNG"
    pixels = np.asarray(sheet.convert("RGB"))
    for row, component in enumerate([1, 2, 3, 10]):
        stops = walk_stops.take(bundle, fitted, scores, component - 1, np.arange(-3.0, 4), "train-1014")
        for column, name in enumerate(stops.sample_ids.tolist()):
            top, left = walk_sheet.corner(row, column)
            cell = pixels[top : top + walk_sheet.TILE, left : left + walk_sheet.TILE]
            np.testing.assert_array_equal(cell, bundle_people.heatmap_of(bundle, name, walk_sheet.TILE))
    assert pixels.shape[0] < walk_sheet.corner(4, 0)[0] + walk_sheet.GAP + walk_sheet.LINE


def judged(distance: float, norm: float, far: bool) -> Judgement:
    return Judgement(
        np.array([7.25]),
        np.array([distance]),
        np.array([30.5]),
        np.array([norm]),
        np.array([far]),
    )


@pytest.mark.parametrize(
    ("distance", "norm", "far", "verdict"),
    [
        (50, 50, False, walk_words.AMONG),
        (99.9, 50, True, "farther out than people: nobody near"),
        # Too near is not marked: nobody is average.
        (0.5, 0, False, walk_words.AMONG),
        (0.5, 50, False, walk_words.AMONG),
        (40, 100, True, "farther out than people: far from the mean"),
    ],
)
def test_only_what_lies_farther_out_than_people_is_marked(
    distance: float, norm: float, far: bool, verdict: str
) -> None:
    one = judged(distance, norm, far)
    said = walk_words.judged(one, 0)
    assert walk_words.verdict(one, 0) == verdict and verdict in said
    assert re.findall(r"[\d.]*\d", said) == ["7.2", f"{distance:.1f}", "30.5", f"{norm:.1f}"]


def test_the_mean_is_not_marked_and_it_is_said_once_that_nobody_is_average(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In many directions alike nobody is near the mean.
    rng = np.random.default_rng(0)
    plant(copied, rng.normal(0, 1, (PEOPLE, DIMENSIONS)))
    monkeypatch.setattr("posecore.components.outliers.ALPHA", 0.2)
    table = stops_table(app := open_walk(monkeypatch, copied.parent, walk_range="4"))
    assert table["distance to the mean, percentile of people"].iloc[3] == 0
    marked = [one.value for one in app.markdown if one.value.startswith(":orange[")]
    assert table["verdict"].iloc[3] == walk_words.AMONG and table["verdict"].iloc[0] != walk_words.AMONG
    assert marked == [f":orange[{one}]" for one in table["verdict"] if one != walk_words.AMONG]
    assert not any(":green[" in one.value for one in app.markdown)
    assert words(app).count(walk_words.NOBODY_IS_AVERAGE) == 1
    started = open_walk(monkeypatch, copied.parent, walk_start="train-1035")
    assert walk_words.NOBODY_IS_AVERAGE not in words(started)


def test_walks_of_networks_that_never_learned_are_in_grey(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle(artifacts / "people")
    chart = lambda app: next(  # noqa: E731
        json.loads(one.proto.spec) for one in app.get("plotly_chart") if "walk_distance" in one.proto.id
    )
    assert len(chart(open_walk(monkeypatch, artifacts))["data"]) == 2
    older = never_learned.plant(monkeypatch)
    assert untrained.outdated(bundle) in words(open_walk(monkeypatch, artifacts))
    farther = np.zeros((3, 2, 3), bool)
    farther[2, 0, :2] = True
    nearest = np.array([1.0, 2.0, 3.0])[:, None, None] + np.zeros((3, 2, 3), np.float32)
    known = dataclasses.replace(
        older,
        steps=np.array([-3.0, 0, 3], np.float32),
        nearest=nearest,
        farther_out=farther,
        sample_ids=np.arange(9),
    )
    never_learned.plant(monkeypatch, known)
    app = open_walk(monkeypatch, artifacts)
    first, second, _, usual = chart(app)["data"]
    typical = numbers(usual["y"])[0]
    assert numbers(first["y"]) == pytest.approx([2 * typical] * 3)
    assert numbers(second["y"]) == pytest.approx([3 * typical] * 3)
    said = walk_words.walks_untrained(untrained_walks(known, 0), 1)
    assert said in words(app) and "0 to 2 of 3 stops" in said and "n = 9 people" in said
    beyond = open_walk(monkeypatch, artifacts, walk_component="3")
    assert walk_words.not_walked(2) in words(beyond) and len(chart(beyond)["data"]) == 2


def test_who_repeats_in_words() -> None:
    said = walk_words.repeated(np.array(["b", "a", "b", "c", "a", "a"]))
    assert re.findall(r"(\w) at (\d) of (\d)", said) == [("a", "3", "6"), ("b", "2", "6")]
    assert walk_words.repeated(np.array(list("abcdef"))) == ""
