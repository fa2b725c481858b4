"""Every page opens on bundles of networks that are built otherwise than the plain one, or of other joints."""

from pathlib import Path

import pytest
import torch
from opening import DASHBOARD, open_page
from reading import everything

from dashboard.shared import person_search
from dashboard.shared.bundles import network_name
from dashboard.shared.links import COMPARE_TABS, LAB_TABS
from dashboard.skip_lab.words import NO_SKIPS
from posecore.bundle import open_bundle
from posecore.data.dataset import CropDataset
from posecore.data.prepared import open_prepared
from posecore.extraction.extract import extract
from posecore.inference import Predictor
from posecore.keypoints import MPII16
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.untrained import untrained
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.skips.study import SkipSettings, run_study

PAGES = sorted(path.parent.name for path in DASHBOARD.glob("*/page.py"))

BUNDLES = {
    "numbers": ({"autoencoder": 50}, {"latent": "autoencoder"}),
    "other": ({"skips": "0100", "stacks": 2, "bottleneck_channels": 2}, {}),
    "none": ({"skips": "0000"}, {}),
    "sixteen": ({"joints": 16}, {}),
}


@pytest.fixture(scope="module")
def artifacts(prepared_dir: Path, sixteen_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    # A folder each, so that there is nothing to choose.
    folder = tmp_path_factory.mktemp("artifacts")
    for name, (built, options) in BUNDLES.items():
        torch.manual_seed(0)
        network = StackedHourglass(HourglassConfig(channels=8, **built)).eval()
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
        assert "needs its skips" not in " ".join(element.value for element in app.markdown)
    app = open_page(monkeypatch, artifacts / "none", "skip_lab", lab_tab=LAB_TABS[0])
    assert all(app.toggle(key).disabled for key in ("lab_64", "lab_32", "lab_16", "lab_8"))
    table = next(table.value for table in app.dataframe if "moved, px" in table.value)
    assert (table["moved, px"].dropna() == 0).all()
    for page in ("skip_lab", "overview"):
        app = open_page(monkeypatch, artifacts / "other", page)
        assert NO_SKIPS not in [element.value for element in app.info]


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
    assert "cannot be used" not in said and "left eye" not in said
    # The thesis's claim is of nose, eyes and ears.
    assert ("have none, so it cannot be tried" in said) == (link.get("lab_tab") == LAB_TABS[1])
    assert "The thesis says that" not in said


def test_pages_speak_of_the_joints_there_are(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, artifacts / "sixteen", "skip_lab")
    table = next(table.value for table in app.dataframe if "moved, px" in table.value)
    assert table["joint"].tolist() == list(MPII16.labels)
    assert app.selectbox("lab_joint").options == ["all joints", *MPII16.labels]
    app = open_page(monkeypatch, artifacts / "sixteen", "overview")
    said = " ".join(element.value for element in (*app.markdown, *app.caption))
    assert "finds 16 joints" in said
    assert "OKS and COCO's AP are not given" in said and "rendered head boxes" in said
    assert [metric.label for metric in app.metric] == ["PCK", "PCK, visible joints", "PCKh@0.5"]
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
