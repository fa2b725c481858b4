"""Every page opens on bundles of networks that are built otherwise than the plain one, or of other joints."""

from pathlib import Path

import numpy as np
import pytest
import torch
from fake_bundle import make_fake_bundle
from opening import DASHBOARD, open_page
from reading import everything

from dashboard.causes.words import other_joints
from dashboard.overview.skip_words import THESIS_SAYS
from dashboard.overview.words import KINDS, SCORES, scored_how
from dashboard.pc_walk.components_words import AVERAGED_CURVE
from dashboard.pc_walk.words import AVERAGED
from dashboard.shared import person_search, predictions
from dashboard.shared.bundles import STUDY_LEFT_OUT, network_name
from dashboard.shared.claim_words import STATEMENT
from dashboard.shared.links import COMPARE_TABS, LAB_TABS, WALK_TABS
from dashboard.skip_lab.study_words import no_small_joints
from dashboard.skip_lab.words import NEEDS_SKIPS, NO_SKIPS
from posecore.bundle import open_bundle
from posecore.data.dataset import CropDataset
from posecore.data.prepared import open_prepared
from posecore.extraction.extract import extract
from posecore.inference import Predictor
from posecore.keypoints import MPII16
from posecore.models.configs import HourglassConfig, PoseResNetConfig
from posecore.models.registry import build
from posecore.models.untrained import untrained
from posecore.studies.components.study import ComponentSettings, run_component_study
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.probe.study import ProbeSettings, run_probe_study
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.study import SkipSettings, run_study

PAGES = sorted(path.parent.name for path in DASHBOARD.glob("*/page.py"))

TINY_RESNET = {"depth": 18, "widths": (8,) * 15}

BUNDLES = {
    "numbers": ({"autoencoder": 50}, {"latent": "autoencoder"}),
    "other": ({"skips": "0100", "stacks": 2, "bottleneck_channels": 2}, {}),
    "none": ({"skips": "0000"}, {}),
    "sixteen": ({"joints": 16}, {}),
    "resnet": (TINY_RESNET, {}),
}


@pytest.fixture(scope="module")
def artifacts(prepared_dir: Path, sixteen_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A folder each, so that there is nothing to choose.
    folder = tmp_path_factory.mktemp("artifacts")
    for name, (built, options) in BUNDLES.items():
        torch.manual_seed(0)
        config = PoseResNetConfig(**built) if "depth" in built else HourglassConfig(channels=8, **built)
        network = build(config).eval()
        data = open_prepared(sixteen_dir if built.get("joints") == 16 else prepared_dir)
        extract(
            Predictor(network, "fp32"),
            data,
            "train",
            folder / name / "one",
            annotations=True,
            pictures=24,
            **options,
        )
    return folder


def test_a_network_s_name_says_how_it_is_built(artifacts: Path) -> None:
    names = {bundle: network_name(open_bundle(artifacts / bundle / "one")) for bundle in BUNDLES}
    assert names["numbers"].endswith("1 stack, 8 channels, autoencoder of 50")
    assert names["other"].endswith("2 stacks, 8 channels, skips 0100, bottleneck of 2")


def test_a_pose_resnet_is_called_what_it_is(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = network_name(open_bundle(artifacts / "resnet" / "one"))
    assert name == "pose_resnet, depth 18, compressed, no skips"
    said = everything(open_page(monkeypatch, artifacts / "resnet", "overview"))
    assert name in said and KINDS["pose_resnet"] in said and KINDS["hourglass"] not in said
    assert KINDS["hourglass"] in everything(open_page(monkeypatch, artifacts / "none", "overview"))
    lab = open_page(monkeypatch, artifacts / "resnet", "skip_lab")
    assert NO_SKIPS in [element.value for element in lab.info]


def test_a_walk_decodes_whole_latents_where_stored_ones_are_averages(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = open_bundle(artifacts / "resnet" / "one")
    start = bundle.samples["sample_id"].iloc[3]
    network = Predictor(bundle.network(), "fp32")
    own = network.decode_latents(bundle.whole_latent(start)[None])[0]
    stops = predictions.stop_heatmaps(bundle, 0, (0.0, 2.0), start, "off", None)
    np.testing.assert_allclose(stops[0], own, atol=1e-2 * abs(own).max())
    assert abs(stops[1] - own).max() > 0.05 * abs(own).max()
    np.testing.assert_allclose(predictions.latent_heatmaps(bundle, start), own, atol=1e-3 * abs(own).max())
    mean = network.decode_latents(bundle.whole_latent("")[None])[0]
    at_mean = predictions.stop_heatmaps(bundle, 0, (0.0,), "", "off", None)[0]
    np.testing.assert_allclose(at_mean, mean, atol=1e-2 * abs(mean).max())
    link = {"walk_start": start, "walk_steps": "3"}
    said = everything(open_page(monkeypatch, artifacts / "resnet", "pc_walk", **link))
    assert AVERAGED.format(people=24) in said
    of_whole_ones = everything(open_page(monkeypatch, artifacts / "none", "pc_walk"))
    assert AVERAGED.partition("{")[0] not in of_whole_ones
    # Who comes later has none; the page says so and still shows real people.
    monkeypatch.setattr("posecore.bundle.manifest.WHOLE_PEOPLE", 3)
    app = open_page(monkeypatch, artifacts / "resnet", "pc_walk", **link | {"walk_steps": "5"})
    assert [f"{start} is not stored, only those of the first 3" in each.value for each in app.error] == [True]


@pytest.mark.parametrize("bundle", BUNDLES)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens(page: str, bundle: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts / bundle, page)
    assert not app.error, [element.value for element in app.error]
    assert app.title


def test_a_switch_of_a_skip_that_was_not_built_moves_nothing(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = {}
    # Only 32 x 32 exists in this network; cut is first all that does not exist, then what does.
    for cut, on in {"absent": ["lab_32"], "there": ["lab_64", "lab_16", "lab_8"]}.items():
        app = open_page(monkeypatch, artifacts / "other", "skip_lab", **dict.fromkeys(on, "true"))
        switched = {key: app.toggle(key).value for key in ("lab_64", "lab_32", "lab_16", "lab_8")}
        assert [key for key, value in switched.items() if value] == on
        table = next(table.value for table in app.dataframe if "moved, px" in table.value)
        moved[cut] = table["moved, px"]
    assert (moved["absent"] == 0).all()
    assert (moved["there"] > 0).any()


def test_where_there_are_no_skips_the_lab_says_so(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for tab in LAB_TABS[:2]:
        app = open_page(monkeypatch, artifacts / "none", "skip_lab", lab_tab=tab)
        assert NO_SKIPS in [element.value for element in app.info]
        assert NEEDS_SKIPS not in " ".join(element.value for element in app.markdown)
    app = open_page(monkeypatch, artifacts / "none", "skip_lab", lab_tab=LAB_TABS[0])
    assert all(app.toggle(key).disabled for key in ("lab_64", "lab_32", "lab_16", "lab_8"))
    table = next(table.value for table in app.dataframe if "moved, px" in table.value)
    assert (table["moved, px"].dropna() == 0).all()
    for page in ("skip_lab", "overview"):
        app = open_page(monkeypatch, artifacts / "other", page)
        assert NO_SKIPS not in [element.value for element in app.info]


def test_studies_of_a_pose_resnet_are_made_and_every_tab_shows_them(
    prepared_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, config = open_prepared(prepared_dir), PoseResNetConfig(**TINY_RESNET)
    for name, seed in (("own", 0), ("other", 1)):
        network = untrained(config, seed, 24, CropDataset(data, "train").picture)
        shared = {"pictures": 24} if name == "own" else {"pictures_in": tmp_path / "own"}
        extract(Predictor(network, "fp32"), data, "train", tmp_path / name, annotations=True, **shared)
    own, other = (open_bundle(tmp_path / name) for name in ("own", "other"))
    run_study(own, None, SkipSettings(limit=8))
    project(own, ProjectionSettings(components=8))
    run_component_study(own, None, ComponentSettings(limit=4))
    run_probe_study(own, None, ProbeSettings(networks=1))
    compare_bundles(own, other, None, PairSettings())
    tabs = [*((page, {}) for page in PAGES), *(("skip_lab", {"lab_tab": tab}) for tab in LAB_TABS[1:])]
    tabs += [("pc_walk", {"walk_tab": tab}) for tab in WALK_TABS[1:]]
    tabs += [("compare", {"cmp_tab": tab}) for tab in COMPARE_TABS[1:]]
    for page, link in tabs:
        app = open_page(monkeypatch, tmp_path, page, bundle="own", **link)
        assert not app.error, (page, link, [element.value for element in app.error])
        said = everything(app)
        assert STUDY_LEFT_OUT not in said
        assert (AVERAGED_CURVE in said) == (link.get("walk_tab") == WALK_TABS[1]), (page, link)


TABS: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    *(("skip_lab", {"lab_tab": tab}) for tab in LAB_TABS),
    ("latent_map", {}),
    *(("compare", {"cmp_tab": tab}) for tab in COMPARE_TABS[1:]),
]


@pytest.fixture(scope="module")
def studied(sixteen_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two bundles of people with sixteen joints, with the studies that hold something for every joint."""
    folder, data = tmp_path_factory.mktemp("studied"), open_prepared(sixteen_dir)
    for name, seed in (("demo", 0), ("plain", 1)):
        network = untrained(
            HourglassConfig(channels=8, joints=16), seed, 24, CropDataset(data, "train").picture
        )
        shared = {"pictures": 24} if name == "demo" else {"pictures_in": folder / "demo"}
        extract(Predictor(network, "fp32"), data, "train", folder / name, annotations=True, **shared)
        run_study(open_bundle(folder / name), None, SkipSettings())
    compare_bundles(open_bundle(folder / "demo"), open_bundle(folder / "plain"), None, PairSettings())
    return folder


@pytest.mark.parametrize(("page", "link"), TABS)
def test_with_studies_every_tab_opens_on_sixteen_joints(
    page: str, link: dict[str, str], studied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, studied, page, bundle="demo", **link)
    assert not app.error, [element.value for element in app.error]
    said = everything(app)
    assert STUDY_LEFT_OUT not in said and "left eye" not in said
    # The thesis's claim is of nose, eyes and ears.
    assert (no_small_joints(MPII16.title) in said) == (link.get("lab_tab") == LAB_TABS[1])
    assert STATEMENT not in said and THESIS_SAYS not in said


def test_pages_speak_of_the_joints_there_are(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts / "sixteen", "skip_lab")
    table = next(table.value for table in app.dataframe if "moved, px" in table.value)
    assert table["joint"].tolist() == list(MPII16.labels)
    assert app.selectbox("lab_joint").options == ["all joints", *MPII16.labels]
    app = open_page(monkeypatch, artifacts / "sixteen", "overview")
    said = " ".join(element.value for element in (*app.markdown, *app.caption))
    assert "16 joints" in said
    stored = open_bundle(artifacts / "sixteen" / "one").manifest.figures.values()
    assert any(scored_how(MPII16, values) in said for values in stored if values.get("pckh_heads"))
    assert [metric.label for metric in app.metric] == [
        SCORES[key][0] for key in ("pck", "pck_visible", "pckh")
    ]
    app = open_page(monkeypatch, artifacts / "sixteen", "latent_map")
    offered = app.selectbox("map_colour").options
    assert any("upper neck" in name for name in offered)
    assert not any("nose" in name for name in offered)


def test_a_filter_of_joints_that_are_not_there_falls_back(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when somebody asked for noses and 17 joints, and then chose a bundle of sixteen."""
    monkeypatch.setattr(person_search.st, "session_state", {"_x_labelled": "nose", "_x_complete": 17})
    bundles = {name: open_bundle(artifacts / name / "one") for name in ("none", "sixteen")}
    asked = {name: person_search._asked_of_joints(bundle, "x") for name, bundle in bundles.items()}
    assert asked == {"none": (17, "nose"), "sixteen": (16, person_search.ANY_JOINT)}


def test_people_with_other_joints_who_were_rendered_are_not_said_to_be_photographs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = {"seed": 15}
    make_fake_bundle(tmp_path / "mpii", 6, pictures=True, annotations=True, truth=truth, keypoints=MPII16)
    app = open_page(monkeypatch, tmp_path, "causes", cause_person="val-0")
    shown = everything(app)
    assert other_joints(MPII16.title) in shown and "was not rendered" not in shown
    app = open_page(monkeypatch, tmp_path, "ledger")
    assert MPII16.title in "".join(one.value for one in app.info) and "were not rendered" not in everything(
        app
    )
