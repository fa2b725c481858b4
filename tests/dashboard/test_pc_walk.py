"""The walk as a browser shows it, on people who do not exist, some of them planted along known directions."""

import dataclasses
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle, note_change
from opening import DASHBOARD, open_page
from PIL import Image
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.pc_walk import charts, controls, meaning
from dashboard.pc_walk import sheet as walk_sheet
from dashboard.pc_walk import stops as walk_stops
from dashboard.shared import bundle_people, cache, links, predictions
from dashboard.shared import latents as latent_loaders
from posecore.ablation import ALL_MASKS
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import add_info
from posecore.components.outliers import Judgement
from posecore.components.pca import fit_components
from posecore.components.walks import Walk
from posecore.inference import Predictor, decode_latents
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 25
DIMENSIONS = 128


def page() -> None:
    from dashboard.pc_walk import view
    from dashboard.shared import bundles

    view.show(bundles.current_bundle())


def plant(path: Path, latents: np.ndarray) -> None:
    """Give the people of a bundle other latents; their file keeps its size."""
    np.save(path / "latents.npy", latents.astype(np.float16))
    note_change(path, "latents.npy")


def on_a_line(people: int = PEOPLE) -> np.ndarray:
    """People evenly along one direction, in the order of the table, hardly apart in any other."""
    rng = np.random.default_rng(0)
    direction = np.zeros(DIMENSIONS)
    direction[3] = 1
    along = np.linspace(-10, 10, people)[:, None] * direction
    return along + rng.normal(0, 0.002, (people, DIMENSIONS))


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People standing and sitting, with pictures and without a projection."""
    folder = tmp_path_factory.mktemp("artifacts")
    make_fake_bundle(folder / "people", PEOPLE, pictures=True)
    return folder


@pytest.fixture
def copied(artifacts: Path, tmp_path: Path) -> Path:
    """The same bundle, for tests that change it."""
    return shutil.copytree(artifacts / "people", tmp_path / "copied" / "people")


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> list:
    """What the player was given, filled when a page is opened: its titles and its frames."""
    given: list = []
    monkeypatch.setattr(
        "dashboard.pc_walk.view.player", lambda titles, frames, key: given.extend((titles, frames))
    )
    return given


def open_walk(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, page, **link)


def people_met(app: AppTest) -> list[str]:
    """Whom the captions under the stops name, in order."""
    captions = [caption.value.split("  \n") for caption in app.caption]
    return [lines[0] for lines in captions if len(lines) == 3 and lines[2].startswith("distance")]


def stops_table(app: AppTest) -> pd.DataFrame:
    return next(one.value for one in app.dataframe if "verdict" in one.value)


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
    assert not any("more than once" in info.value for info in app.info)


def test_who_repeats_is_named_with_the_count(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_walk(monkeypatch, artifacts, walk_steps="13", walk_range="1.0")
    met = people_met(app)
    again = {who for who in met if met.count(who) > 1}
    assert len(met) == 13 and again
    said = next(info.value for info in app.info if "more than once" in info.value)
    assert all(f"{who} at {met.count(who)} of 13 stops" in said for who in again)


def test_a_walk_starts_at_the_person_of_the_link(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_start="train-1035")
    table = stops_table(app)
    middle = table.iloc[3]
    assert (middle["nearest person"], middle["start"]) == ("train-1035", "train-1035")
    assert middle["distance"] == pytest.approx(0, abs=1e-4)
    # They are not compared with themselves: who is asked of is the nearest other one.
    bundle = cache.load_bundle("people")
    scores = latent_loaders.components(bundle)[1]
    away = np.sort(np.linalg.norm(scores - scores[bundle.row("train-1035")], axis=1))[1]
    assert f"The nearest other person is {away:.1f} away" in frames[1][3].words
    app.button(key="_walk_mean").click().run()
    assert stops_table(app)["start"].tolist() == ["the mean"] * 7
    app.button(key="_walk_anybody").click().run()
    start = app.text_input(key=links.WALK_START).value
    assert start in bundle.rows and stops_table(app)["start"].tolist() == [start] * 7


def test_the_decoder_is_asked_with_the_skips_that_are_chosen(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[np.ndarray] = []
    real = predictions.stop_heatmaps

    def listen(*arguments: object) -> np.ndarray:
        asked.append(real(*arguments))  # type: ignore[arg-type]
        return asked[-1]

    monkeypatch.setattr(predictions, "stop_heatmaps", listen)
    bundle = open_bundle(artifacts / "people")
    fitted = fit_components(bundle.latents, 2)
    row = bundle.row("train-1014")
    step = np.sqrt(fitted.variances[1]) * fitted.axes[1]
    latents = np.float32(bundle.latents[row]) + np.array([-2, 0, 2], np.float32)[:, None] * step
    network = Predictor(bundle.network(), "fp32")
    crop = np.asarray(Image.open(bundle.path / "pictures/train-1014.webp").convert("RGB"))
    features = {
        "off": None,
        "the start's own": network.encode(crop[None].copy()).skips,
        "the data set's mean": network.features(bundle.skip_means()),
    }
    assert tuple(features) == controls.SKIPS
    link = {"walk_component": "2", "walk_range": "2", "walk_steps": "3", "walk_start": "train-1014"}
    for skips, given in features.items():
        app = open_walk(monkeypatch, artifacts, **link, walk_skips=skips)
        np.testing.assert_allclose(asked[-1], decode_latents(network, latents, given), atol=2e-3)
        said = {
            "off": "all skips cut",
            "the start's own": "the walk starts from",
            "the data set's mean": "mean skip",
        }
        assert said[skips] in words(app)
    assert not np.allclose(asked[0], asked[1], atol=0.01) and not np.allclose(asked[1], asked[2], atol=0.01)


def decide(bundle: Bundle, height: float | None) -> None:
    """From which height on a joint is sure of which the decoder sees the latent alone; None for never."""
    run_study(bundle, None, SkipSettings(("zero", "mean"), limit=2))
    heights = dict.fromkeys((mask.title for mask in ALL_MASKS), 0.0)
    alone = {"zero": heights | {"0000": height}, "mean": heights}
    add_info(bundle, "skips", {"sure_above": alone, "labelled_joints": 34})


@pytest.mark.parametrize(
    ("height", "usual"), [(0.1, "off"), (None, "the data set's mean"), ("unknown", "off")]
)
def test_the_decoder_sees_the_latent_alone_unless_it_is_known_to_find_nothing_in_it(
    height: float | str | None, usual: str, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if height != "unknown":
        decide(open_bundle(copied), height)  # type: ignore[arg-type]
    app = open_walk(monkeypatch, copied.parent)
    assert app.button_group(key=links.WALK_SKIPS).value == usual
    said = {"off": "with **all skips cut**", "the data set's mean": "with the **mean skip features"}
    assert said[usual] in words(app)
    why = "with all skips cut this network is not sure of a single joint"
    assert (why in words(app)) == (height is None)
    for chosen, means in said.items():
        assert means in words(open_walk(monkeypatch, copied.parent, walk_skips=chosen))


def test_another_bundle_brings_its_own_default_and_keeps_what_was_chosen(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(copied, copied.with_name("silent"))
    decide(open_bundle(copied), 0.1)
    decide(open_bundle(copied.with_name("silent")), None)
    # The walk as the page it is: the bundle's picker stands above it.
    app = open_page(monkeypatch, copied.parent, "pc_walk")
    seen = []
    for name in ("silent", "people"):
        app.selectbox(key=links.BUNDLE).set_value(name).run()
        seen.append(app.button_group(key=links.WALK_SKIPS).value)
    app.button_group(key=links.WALK_SKIPS).set_value("the start's own").run()
    app.selectbox(key=links.BUNDLE).set_value("silent").run()
    seen.append(app.button_group(key=links.WALK_SKIPS).value)
    assert seen == ["the data set's mean", "off", "the start's own"]


def test_the_shipped_network_is_sure_of_a_joint_at_every_stop_it_opens_with(
    monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_page(monkeypatch, DASHBOARD.parent / "artifacts", "pc_walk")
    assert app.button_group(key=links.WALK_SKIPS).value == "off"
    said = [re.search(r"stop itself: (?:no person, )?sure of (\d+) of 17", stop.words) for stop in frames[1]]
    assert len(said) == 7 and all(found and int(found[1]) >= 1 for found in said)


def test_every_stop_carries_its_pictures_and_words(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_steps="5", walk_range="2")
    titles, stops = frames
    assert [stop.c for stop in stops] == ["−2.00", "−1.00", "0.00", "+1.00", "+2.00"]
    bundle = cache.load_bundle("people")
    for stop, name in zip(stops, people_met(app), strict=True):
        assert len(stop.pictures) == len(titles) >= 3
        assert all(picture.shape == (256, 256, 3) and picture.dtype == np.uint8 for picture in stop.pictures)
        assert stop.words.startswith(f"{name}, PCK")
        np.testing.assert_array_equal(stop.pictures[0], bundle_people.heatmap_of(bundle, name))
    alt = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert all(alt) and sum("nearest at c" in text for text in alt) == 5


def test_own_skips_need_a_person_with_a_picture(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = open_walk(monkeypatch, artifacts, walk_skips="the start's own")
    assert "The mean is nobody" in words(app) and "all skips cut" in words(app)
    make_fake_bundle(tmp_path / "plain", 12)
    app = open_walk(monkeypatch, tmp_path, walk_skips="the start's own", walk_start="train-1014")
    assert "picture of train-1014 is not in this bundle" in words(app) and "all skips cut" in words(app)


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ({"walk_start": "nobody"}, "no person 'nobody'. The walk starts at the mean"),
        ({"walk_start": "../../etc"}, "no person '../../etc'"),
        ({"walk_range": "9"}, "a number from 0.5 to 4.0"),
        ({"walk_range": "nan"}, "a number from 0.5 to 4.0"),
        ({"walk_range": "far"}, "a number from 0.5 to 4.0"),
        ({"walk_skips": "some"}, "one of off, the start's own"),
        ({"walk_steps": "8"}, "one of 3, 5, 7"),
        ({"walk_component": "25"}, "from 1 to 24: 25 people with 128 numbers each have no more"),
    ],
)
def test_forged_links_get_one_sentence_and_the_default(
    link: dict[str, str], says: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_walk(monkeypatch, artifacts, **link)
    assert len(app.warning) == 1 and says in app.warning[0].value
    table = stops_table(app)
    assert len(table) == 7 and set(table["start"]) == {"the mean"} and set(table["component"]) == {1}
    assert "with **all skips cut**" in words(app) and table["c"].iloc[-1] == 3


def test_beyond_what_is_kept_the_command_is_named(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project(open_bundle(copied), ProjectionSettings(components=5, draws=1))
    app = open_walk(monkeypatch, copied.parent, walk_component="6")
    assert "a component from 1 to 5: 5 of 24 are kept" in app.warning[0].value
    assert f"python scripts/project.py --bundle {copied} --components 10" in app.warning[0].value
    assert "first 5 components" in words(app)
    assert len(people_met(app)) == 7


def test_the_stored_projection_gives_the_same_walk(
    artifacts: Path, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = stops_table(open_walk(monkeypatch, artifacts, walk_component="2"))
    project(open_bundle(copied), ProjectionSettings(draws=1))
    stored = stops_table(open_walk(monkeypatch, copied.parent, walk_component="2"))
    assert stored["nearest person"].tolist() == without["nearest person"].tolist()
    np.testing.assert_allclose(stored["distance"], without["distance"], rtol=5e-3)


def test_who_has_nan_is_named_counted_and_never_met(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latents = on_a_line()
    latents[12] = np.nan  # the person in the very middle
    plant(copied, latents)
    app = open_walk(monkeypatch, copied.parent, walk_steps="13", walk_start="train-1084")
    said = words(app)
    assert "1 of 25 people are left out" in said and "train-1084. `python scripts/extract_latents.py`" in said
    assert "The latent of train-1084 holds nan or infinity. The walk starts at the mean" in said
    assert len(people_met(app)) == 13 and "train-1084" not in people_met(app)
    assert not np.isnan(stops_table(app)["distance"]).any()


@pytest.mark.parametrize("people", [1, 2, 3])
def test_few_people_get_a_walk_or_a_sentence(
    people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "few", people)
    app = open_walk(monkeypatch, tmp_path)
    if people == 1:
        assert "components need two people or more" in words(app)
        return
    assert len(people_met(app)) == 7 and set(stops_table(app)["verdict"]) == {"among the data"}
    assert "No attribute is known of 10 people or more" in words(app)


def test_constant_latents_get_a_sentence(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(copied, np.ones((PEOPLE, DIMENSIONS)))
    app = open_walk(monkeypatch, copied.parent)
    (info,) = app.info
    assert "the latents of all 25 people are equal; take other people" in info.value
    assert not app.get("plotly_chart") and not app.image


def test_without_usable_weights_real_people_are_still_met(
    copied: Path, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    weights = copied / "model.safetensors"
    weights.write_bytes(b"x" * weights.stat().st_size)
    note_change(copied, "model.safetensors")
    app = open_walk(monkeypatch, copied.parent)
    (error,) = app.error
    assert "The decoder cannot be asked" in error.value and "model.safetensors" in error.value
    assert len(people_met(app)) == 7 and len(frames[0]) == 2


def test_without_known_joints_nothing_is_said_of_a_meaning(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = pd.read_parquet(copied / "samples.parquet")
    for name in table.columns:
        if name.startswith("predicted_"):
            table[name] = np.float32(0.0 if name.endswith("_peak") else np.nan)
    table.to_parquet(copied / "samples.parquet", index=False)
    note_change(copied, "samples.parquet")
    app = open_walk(monkeypatch, copied.parent)
    assert "No attribute is known of 10 people or more" in words(app)
    assert len(people_met(app)) == 7


def test_the_component_that_tells_sitting_from_standing_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 60, annotations=True)
    app = open_walk(monkeypatch, path.parent)
    table = next(one.value for one in app.dataframe if "rank correlation" in one.value)
    sure = table[table["p, corrected"] < meaning.SURE]
    # Half of them sit, with higher knees and so in a lower box; nothing else was planted.
    assert len(sure) and sure["attribute"].str.contains("knee|hip|height|^size$").all()
    assert sure["attribute"].iloc[0] in words(app) and "of annotated joints" in words(app)
    other = open_walk(monkeypatch, path.parent, walk_component="7")
    assert "attributes surely goes with it" in words(other)
    ends = next(one.value for one in app.dataframe if "end" in one.value)
    sits = pd.Series(np.arange(60) % 2, index=open_bundle(path).samples["sample_id"])
    kinds = ends.groupby("end")["sample id"].apply(lambda names: sits[names].unique().tolist())
    assert sorted(kinds.tolist()) == [[0], [1]] and len(ends) == 16


def judged(distance: float, norm: float, off: bool) -> walk_stops.Stops:
    one = np.ones(1, np.float32)
    judgement = Judgement(one, np.array([distance]), one, np.array([norm]), np.array([off]))
    return walk_stops.Stops(
        0, np.zeros(1), "", Walk(one[:, None], np.zeros(1, int), one), np.array(["a"]), judgement
    )


@pytest.mark.parametrize(
    ("distance", "norm", "off", "verdict"),
    [
        (50, 50, False, "among the data"),
        (0.5, 50, False, "among the data"),
        (99.9, 50, True, "off the data: nobody near"),
        (0.5, 0, True, "off the data: too near the mean and too near somebody"),
        (40, 100, True, "off the data: too far from the mean"),
    ],
)
def test_the_verdict_names_what_is_unusual(distance: float, norm: float, off: bool, verdict: str) -> None:
    assert judged(distance, norm, off).verdict(0) == verdict


def test_who_repeats_in_words() -> None:
    stops = dataclasses.replace(
        judged(50, 50, False), steps=np.zeros(6), sample_ids=np.array(["b", "a", "b", "c", "a", "a"])
    )
    said = walk_stops.repeated_sentence(stops)
    assert said is not None and "more than once: a at 3 of 6 stops, b at 2 of 6 stops. Nobody" in said
    alone = dataclasses.replace(stops, sample_ids=np.array(list("abcdef")))
    assert walk_stops.repeated_sentence(alone) is None


def test_what_goes_with_a_component_in_words() -> None:
    found = pd.DataFrame(
        {
            "r": [-0.5, 0.1],
            "low": [-0.6, -0.1],
            "high": [-0.4, 0.3],
            "n": [120, 130],
            "p": [0.0002, 0.5],
            "p_corrected": [0.0004, 0.5],
        },
        index=["knee_angle", "size"],
    )
    said = meaning.sentence(found, "annotated")
    assert (
        "**knees are bent more** (knee angle): rank correlation −0.50, 95 % interval −0.60 to −0.40, n = 120"
        in said
    )
    assert "p < 0.001 corrected" in said and "1 of 2 attributes" in said
    assert meaning.sentence(found.tail(1), "annotated") == "None of 1 attributes surely goes with it."
    figure = charts.correlations(
        found, ["knee angle", "size"], 0.05, 0.0002, "n = 130 people · data · network"
    )
    assert [list(trace.y) for trace in figure.data] == [["knee angle"], ["size"]]
    assert figure.data[0].error_x.arrayminus[0] == pytest.approx(0.1)
    assert meaning.table(found, "annotated")["how it is computed"].str.contains("180 stretched").tolist() == [
        True,
        False,
    ]


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
