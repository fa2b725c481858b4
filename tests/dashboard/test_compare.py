"""The page Compare, as a browser shows it, on people who do not exist."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from fake_bundle import make_fake_bundle, note_change
from opening import open_page
from reading import figures, numbers, words
from streamlit.testing.v1 import AppTest

from dashboard.compare import everybody as compare_everybody
from dashboard.compare import latents as compare_latents
from dashboard.compare import maps, person
from dashboard.compare import words as compare_words
from dashboard.compare.pair import Pair
from dashboard.shared import bundles as components
from dashboard.shared import links
from dashboard.shared.area import inside, read_area
from dashboard.shared.background import worker
from dashboard.shared.numbers import points
from dashboard.shared.subject import bundle_person
from dashboard.shared.two_heatmaps import Answer, Side
from posecore.ablation import ALL_MASKS
from posecore.bundle import open_bundle, study_command, write_bundle
from posecore.bundle.manifest import LATENTS, MANIFEST, WEIGHTS
from posecore.data.heatmaps import decode
from posecore.inference import Predictor
from posecore.metrics.paired import counted
from posecore.metrics.pck import pck
from posecore.models.checkpoint import save_checkpoint
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.samples import read_points
from posecore.statistics import Estimate
from posecore.studies.pair.people import common_people
from posecore.studies.pair.results import FILE, load_pair_study
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.certainty import Limit
from posecore.studies.skips.results import load_skip_study
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 12
HALF, UNKNOWN = Limit(0.5, True, ""), Limit(None, False, "nobody knows")
NOBODY = "**no person**, sure of 0 of 17 joints"
ONE, EVERYBODY, LATENTS_TAB = links.COMPARE_TABS[1:]


def retrained(path: Path, destination: Path, **config: object) -> Path:
    """The bundle's people with another network, whose latents are the old ones turned and shrunk."""
    bundle = open_bundle(path)
    work = shutil.copytree(path, destination.with_name(f".{destination.name}.work"))
    shutil.rmtree(work / "studies", ignore_errors=True)
    (work / MANIFEST).unlink()
    torch.manual_seed(1)
    network = StackedHourglass(HourglassConfig(channels=8, **config))
    save_checkpoint(work / WEIGHTS, network, half=True)
    model = {"name": "hourglass", "config": dataclasses.asdict(network.config)}
    manifest = dataclasses.replace(bundle.manifest, name=destination.name, model=model)
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(bundle.manifest.dimensions,) * 2))[0]
    turned = (np.asarray(bundle.latents, np.float32) @ turn)[:, : manifest.dimensions] / 4
    np.save(work / LATENTS, turned.astype(np.float16))
    write_bundle(work, manifest, destination)
    return destination


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`one`; `other`, trained without the finest skip, everything compared; `twin`, a copy of `one`."""
    folder = tmp_path_factory.mktemp("artifacts")
    one = make_fake_bundle(folder / "one", PEOPLE, annotations=True, pictures=True)
    other = retrained(one, folder / "other", skips="0111")
    for path in (one, other):
        bundle = open_bundle(path)
        project(bundle, ProjectionSettings(draws=2))
        run_study(bundle, None, SkipSettings(replacements=("zero",)))
    shutil.copytree(one, folder / "twin")
    for name in ("other", "twin"):
        compare_bundles(open_bundle(one), open_bundle(folder / name), None, PairSettings())
    return folder


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """Two bundles of the same people without any study, and one of others."""
    one = make_fake_bundle(tmp_path / "artifacts" / "one", 5)
    retrained(one, one.with_name("other"))
    make_fake_bundle(one.with_name("strangers"), 5, seed=3)
    return one.parent


def open_compare(monkeypatch: pytest.MonkeyPatch, artifacts: Path, tab: str, **link: str) -> AppTest:
    app = open_page(monkeypatch, artifacts, "compare", **link | {links.COMPARE_TAB: tab})
    assert all(chart.proto.alt for chart in app.get("plotly_chart"))
    assert all(picture.alt for images in app.image for picture in images.proto.imgs)
    return app


def table_of(app: AppTest, column: str) -> pd.DataFrame:
    """The table that begins with this column."""
    return next(frame.value for frame in app.dataframe if frame.value.columns[0] == column)


def trace(figure: dict, name: str) -> dict:
    """The series whose name begins like this."""
    return next(one for one in figure["data"] if one["name"].startswith(name))


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


def test_the_joints_of_one_person_farthest_apart_stand_first(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, ONE, cmp_person="train-1021")
    assert "All **12** people" in words(app)
    table = app.dataframe[0].value
    shown = table["apart, px"]
    assert shown.notna().is_monotonic_decreasing  # joints that one of them loses come last
    one, other = (open_bundle(artifacts / name) for name in ("one", "other"))
    crop = bundle_person(one, "train-1021").crop
    first, second = (
        decode(Predictor(bundle.network(), "fp32").heatmaps(crop[None].copy())) for bundle in (one, other)
    )
    apart = np.linalg.norm(first[0][0] - second[0][0], axis=1)
    apart = apart[(first[1][0] > 0) & (second[1][0] > 0)]
    assert shown.dropna().to_numpy() == pytest.approx(np.sort(apart)[::-1], abs=4)
    nose = table.set_index("joint").loc["nose"]
    assert (nose["peak A"], nose["peak B"]) == pytest.approx((first[1][0, 0], second[1][0, 0]), rel=1e-3)
    assert set(table["found by A"]) <= {"✓", "✗", "·"}


def test_a_skip_that_one_network_lacks_is_said_to_be_not_there(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, ONE, cmp_32="false")
    assert [app.toggle(key).value for key in links.COMPARE_SKIPS] == [True, False, True, True]
    assert not any(app.toggle(key).disabled for key in links.COMPARE_SKIPS)
    titles = [
        text.value
        for text in app.markdown
        if text.value.startswith("**A: ") or text.value.startswith("**B: ")
    ]
    assert titles == [
        f"**A: one**  \ncut: 32 × 32  \n{NOBODY}",
        f"**B: other**  \ncut: 32 × 32; **not there**, trained without: 64 × 64  \n{NOBODY}",
    ]


def test_switching_the_finest_skip_changes_the_network_that_has_it_only(artifacts, monkeypatch):
    whole = open_compare(monkeypatch, artifacts, ONE).dataframe[0].value.set_index("joint").sort_index()
    cut = open_compare(monkeypatch, artifacts, ONE, cmp_64="false").dataframe[0].value
    cut = cut.set_index("joint").sort_index()
    assert not np.allclose(whole["peak A"], cut["peak A"])
    assert np.array_equal(whole["peak B"], cut["peak B"])


def test_what_nobody_knows_of_a_joint_is_a_dot():
    path_free = Answer(
        subject=type("S", (), {"annotated": None, "visibility": None})(),  # type: ignore[arg-type]
        before=Side("A", np.zeros((17, 2), np.float32), np.ones(17, np.float32), None, HALF),
        after=Side("B", np.full((17, 2), 3, np.float32), np.ones(17, np.float32), None, UNKNOWN),
    )
    table = person.table(path_free)
    assert set(table["A sure"]) == {"✓"} and set(table["B sure"]) == {"·"}
    assert "found by A" not in table and table["apart, px"].to_numpy() == pytest.approx(18**0.5)


def test_everybody_is_compared_with_intervals_and_the_table_says_the_same(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    _, chart = figures(app)
    assert f"n = {PEOPLE} fake people" in chart["layout"]["title"]["text"]
    assert "hourglass" in chart["layout"]["title"]["text"]
    table = table_of(app, "joint")
    assert table["joint"].tolist()[:2] == ["all joints (PCK)", "nose"]
    assert (table["B, %"] - table["A, %"]).to_numpy() == pytest.approx(table["B minus A, points"].to_numpy())
    assert numbers(trace(chart, "B minus A")["x"]) == pytest.approx(table["B minus A, points"].to_numpy())
    people = table_of(app, "sample_id")
    assert (np.diff(people["B minus A"].dropna()) <= 0).all() and len(people) == PEOPLE


def test_with_cut_skips_the_two_skip_studies_are_compared(artifacts, monkeypatch):
    whole, cut = (
        table_of(
            open_compare(monkeypatch, artifacts, EVERYBODY, cmp_order="by sample id", **link), "sample_id"
        )
        for link in ({}, {"cmp_mask": "0111"})
    )
    apart = "median distance, crop pixels"
    # B was trained without it, so nothing of B changes.
    assert np.array_equal(whole["PCK of B"], cut["PCK of B"], equal_nan=True)
    assert whole["sample_id"].tolist() == cut["sample_id"].tolist()
    assert not np.array_equal(whole[apart], cut[apart])


def test_a_twin_shows_no_difference_anywhere(artifacts, monkeypatch):
    link = {"with": "twin"}
    one = open_compare(monkeypatch, artifacts, ONE, **link)
    assert (one.dataframe[0].value["apart, px"] == 0).all()
    everybody = open_compare(monkeypatch, artifacts, EVERYBODY, **link)
    for table in (table_of(everybody, "joint"), table_of(everybody, "skips")):
        assert (table[[name for name in table if "minus" in name]].dropna() == 0).all().all()
    assert "no difference can be told" in words(everybody)
    latents = open_compare(monkeypatch, artifacts, LATENTS_TAB, **link)
    said = words(latents)
    assert "Left between the two is **0.0%**" in said
    assert "adjusted Rand index is **1.000**" in said
    assert (numbers(trace(figures(latents)[2], "B minus A")["x"]) == 0).all()  # what is read off B beyond A
    assert np.diag(numbers(figures(latents)[-1]["data"][0]["z"])) == pytest.approx(1)


def test_latents_that_are_turned_are_turned_back(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    first, second, _, variance, _, layers = figures(app)
    # float16 latents and scores leave a little.
    assert "Left between the two is **0.0%**" in words(app)
    assert "multiplied by 4" in words(app)
    people = sum(len(numbers(trace["x"])) for trace in first["data"])
    assert people == PEOPLE == sum(len(numbers(trace["x"])) for trace in second["data"])
    assert [trace["name"].split(":")[0] for trace in variance["data"]] == ["A", "B"]
    assert "541" in words(app) and "adjusted Rand index is **1.000**" in words(app)
    assert layers["data"][0]["text"][0][0] == "not there"
    assert "B: other lacks 64 × 64" in words(app)


def test_an_area_on_one_map_selects_the_same_people_on_both(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB, cmp_area_b="1-2:0,-1e5,1e5,-1e5,1e5,1e5,0,1e5")
    first, second = figures(app)[:2]
    strong = []
    for figure in (first, second):
        traces = [trace for trace in figure["data"] if "customdata" in trace]
        strong.append(
            {
                name
                for trace in traces
                for name, opacity in zip(trace["text"], numbers(trace["marker"]["opacity"]), strict=True)
                if opacity > 0.5
            }
        )
    right = {
        name
        for trace in second["data"]
        if "customdata" in trace
        for name, x in zip(trace["text"], numbers(trace["x"]), strict=True)
        if x > 0
    }
    assert strong[0] == strong[1] == right and 0 < len(right) < PEOPLE
    assert f"**{len(right)}** of {PEOPLE} people are selected" in words(app)
    table = next(frame.value for frame in app.dataframe if "A: component 1" in frame.value)
    assert set(table["sample_id"]) == right


def test_what_is_drawn_becomes_a_short_area_of_the_link():
    turn = np.linspace(0, 2 * np.pi, 400)
    text = maps.corners({"lasso": [{"x": np.cos(turn).tolist(), "y": np.sin(turn).tolist()}], "box": []})
    area = read_area(text)
    assert area is not None and area.plane == "1-2" and len(area.corners) == maps.CORNERS
    assert inside(area, np.array([[0, 0], [0.9, 0], [1.1, 0]])).tolist() == [True, True, False]
    box = read_area(maps.corners({"lasso": [], "box": [{"x": [1, 3], "y": [0, 2]}]}))
    assert box is not None and inside(box, np.array([[2, 1], [4, 1]])).tolist() == [True, False]
    assert maps.corners({"lasso": [], "box": []}) == ""


def test_without_studies_the_commands_are_named_and_the_rest_is_shown(bare, monkeypatch):
    link = {"with": "other"}
    one, other = (open_bundle(bare / name) for name in ("one", "other"))
    app = open_compare(monkeypatch, bare, EVERYBODY, **link)
    assert study_command(one, "compare-other") in words(app)
    assert study_command(other, "skips") in words(app)
    app = open_compare(monkeypatch, bare, LATENTS_TAB, **link)
    assert study_command(one, "projection") in words(app) and study_command(other, "projection") in words(app)
    assert study_command(one, "compare-other") in words(app)
    assert "adjusted Rand index" in words(app)
    app = open_compare(monkeypatch, bare, ONE, **link)
    assert "POSE_IMAGES" in words(app) and not app.toggle
    stored = [read_points(b.samples.iloc[[b.row("train-1000")]], "predicted")[0] for b in (one, other)]
    assert np.array_equal(*stored) and (app.dataframe[0].value["apart, px"] == 0).all()


def test_bundles_of_different_people_are_not_compared(bare, monkeypatch):
    for tab in (ONE, EVERYBODY, LATENTS_TAB):
        app = open_compare(monkeypatch, bare, tab, **{"with": "strangers"})
        (error,) = app.error
        assert "no people in common" in error.value and not app.get("plotly_chart")


def test_a_study_of_another_bundle_of_that_name_is_refused(artifacts, tmp_path, monkeypatch):
    for name in ("one", "twin"):
        shutil.copytree(artifacts / name, tmp_path / name)
    (tmp_path / "twin").rename(tmp_path / "other")
    app = open_compare(monkeypatch, tmp_path, LATENTS_TAB)
    said = "\n".join(element.value for element in app.info)
    assert (
        "other weights or people" in said
        and study_command(open_bundle(tmp_path / "one"), "compare-other") in said
    )


def test_forged_links_are_named(artifacts, monkeypatch):
    app = open_compare(
        monkeypatch, artifacts, EVERYBODY, cmp_mask="2222", cmp_order="upwards", **{"with": "nobody"}
    )
    warned = "\n".join(element.value for element in app.warning)
    assert "2222" in warned and "upwards" in warned and "nobody" in warned
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB, cmp_k="99", cmp_area_a="umap:1,2,3,4,5,6")
    warned = "\n".join(element.value for element in app.warning)
    assert "99" in warned and "umap:1,2" in warned


def test_every_mask_has_the_pck_of_both_person_by_person(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, EVERYBODY)
    masks = figures(app)[0]
    assert f"n = {PEOPLE} fake people" in masks["layout"]["title"]["text"]
    table = table_of(app, "skips")
    assert [name[:4] for name in table["skips"]] == [mask.title for mask in ALL_MASKS]
    for place, (name, title) in enumerate((("one", "A, %"), ("other", "B, %"))):
        hits = load_skip_study(open_bundle(artifacts / name)).hits_under("zero")
        expected = [100 * pck(hits[:, mask]) for mask in range(len(ALL_MASKS))]
        assert table[title].to_numpy() == pytest.approx(expected)
        drawn = trace(masks, ("A:", "B:")[place])
        assert numbers(drawn["x"]) == pytest.approx(expected)
        assert numbers(drawn["error_x"]["array"]).max() > 0
    said = words(app)
    for mask, told in ((0, "all skips on (1111)"), (-1, "all skips cut (0000)")):
        row = table.iloc[mask]
        assert (
            f"With {told} A finds **{row['A, %']:.1f}%** of the joints and B **{row['B, %']:.1f}%**" in said
        )
        assert points(row["B minus A, points"] / 100, sign=True) in said
    assert "cuts in training" not in said  # neither network met any


def test_without_both_skip_studies_no_mask_is_told(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    shutil.rmtree(copy / "other" / "studies" / "skips")
    app = open_compare(monkeypatch, copy, EVERYBODY)
    assert "PCK under each mask" not in words(app) and len(figures(app)) == 1
    assert study_command(open_bundle(copy / "other"), "skips") in words(app)


def test_what_is_read_off_both_latents_stands_beside_what_needs_none(artifacts, monkeypatch):
    app = open_compare(monkeypatch, artifacts, LATENTS_TAB)
    study = load_pair_study(*(open_bundle(artifacts / name) for name in ("one", "other")))
    expected = [pck(counted(side)) for side in study.readout]
    assert expected[0] != expected[2]
    chart = figures(app)[2]
    drawn = [numbers(trace(chart, name)["x"])[0] for name in ("A:", "B:", "mean place, without latents")]
    assert drawn == pytest.approx([100 * e for e in expected])
    said = words(app)
    assert f"From A's latents **{expected[0]:.1%}**" in said and f"from B's **{expected[1]:.1%}**" in said
    assert f"by the mean place of each joint, {expected[2]:.1%}" in said
    for place, name in enumerate("AB"):
        beyond = points(expected[place] - expected[2], sign=True)
        assert f"{name}'s {'latents tell ' if name == 'A' else ''}**{beyond} points**" in said
    assert "What this does not show" in said and "an untrained network" in said
    table = table_of(app, "joint")
    assert table.iloc[0][["A, %", "B, %", "mean place, without latents, %"]].tolist() == pytest.approx(
        [100 * e for e in expected]
    )


def test_of_an_older_comparison_the_command_that_reads_off_is_named(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    folder = copy / "one" / "studies" / "compare-other"
    with np.load(folder / FILE) as file:
        arrays = {name: file[name] for name in file if name != "readout"}
    np.savez(folder / FILE, **arrays)
    note_change(folder, FILE)
    app = open_compare(monkeypatch, copy, LATENTS_TAB)
    assert "made before there was one" in words(app)
    assert study_command(open_bundle(copy / "one"), "compare-other") in words(app)


def trained(artifacts: Path, one: dict, other: dict) -> Pair:
    """`one` and its twin, as if their networks had been trained like this."""
    bundles = [open_bundle(artifacts / name) for name in ("one", "twin")]
    sides = [
        dataclasses.replace(
            bundle,
            manifest=dataclasses.replace(
                bundle.manifest, training=bundle.manifest.training | more if more else {}
            ),
        )
        for bundle, more in zip(bundles, (one, other), strict=True)
    ]
    return Pair(sides[0], sides[1], common_people(*bundles))


CUTS, NONE = {"cut_skips": 0.5}, {"cut_skips": 0.0}


def test_what_a_cut_means_depends_on_how_a_network_was_trained(artifacts):
    first, second = compare_words.cutting(trained(artifacts, CUTS, NONE))
    assert first.startswith(f"A: one, **{components.CUTS}**") and "*can* do without" in first
    assert second.startswith(f"B: twin, **{components.NO_CUTS}**") and "*leans on*" in second
    unknown, _ = compare_words.cutting(trained(artifacts, {}, NONE))
    assert "not recorded" in unknown
    pair = trained(artifacts, NONE, NONE)._replace(other=open_bundle(artifacts / "other"))
    without = compare_words.cutting(pair)[1]
    assert "**trained without** 64 × 64" in without and "The others were all there" in without


def test_the_page_says_what_a_cut_means_where_skips_are_cut(artifacts, monkeypatch):
    for tab in (ONE, EVERYBODY):
        said = words(open_compare(monkeypatch, artifacts, tab))
        assert f"A: one, **{components.NO_CUTS}**" in said and "B: other, **trained without** 64 × 64" in said


@pytest.mark.parametrize(
    ("one", "other", "difference", "said"),
    [
        (CUTS, NONE, (0.01, 0.02), "cuts in training **cost 1.5 points**"),
        (NONE, CUTS, (-0.02, -0.01), "cuts in training **cost 1.5 points**"),
        (NONE, CUTS, (0.01, 0.02), "cost nothing: B: twin finds **1.5 points more**"),
        (CUTS, NONE, (-0.02, -0.01), "cost nothing: A: one finds **1.5 points more**"),
        (CUTS, NONE, (-0.01, 0.02), "**cost nothing that these people could tell**"),
        (CUTS, CUTS, (0.01, 0.02), ""),
        (NONE, NONE, (0.01, 0.02), ""),
        (CUTS, {}, (0.01, 0.02), ""),
    ],
)
def test_what_cuts_in_training_cost_where_nothing_is_cut(artifacts, one, other, difference, said):
    ends = np.array(difference)
    all_on = Estimate(ends.mean(), ends[0], ends[1], np.int64(9))
    told = compare_words.cost_of_cuts(trained(artifacts, one, other), all_on)
    assert said in told and bool(told) == bool(said)
    assert not said or told.startswith("In all else that is recorded the two were trained alike")
    if said:
        apart = compare_words.cost_of_cuts(trained(artifacts, one, other | {"seed": 7, "epochs": 5}), all_on)
        assert "differ in more: epochs, seed." in apart and said in apart
