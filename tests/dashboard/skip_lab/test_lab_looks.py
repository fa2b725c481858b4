"""The tab of where the network looks: something is there at once, links decide, and checks stand above."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, take_pictures
from lab import alts, crop_of, file_of, open_lab, upload, warned
from opening import open_page
from PIL import Image
from planted_studies import plant_saliency
from reading import figures, numbers
from reading import words as text_of
from streamlit.testing.v1 import AppTest

from dashboard.shared import links
from dashboard.skip_lab import looking
from dashboard.skip_lab import looks_words as words
from posecore.ablation import parse_mask
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_command
from posecore.saliency.methods import BOTTLENECK, INTEGRATED, METHODS, OCCLUSION, Looker, Question
from posecore.studies.saliency.summary import Faithful

pytestmark = pytest.mark.usefixtures("one_thread")

PEOPLE = 12


def tab() -> None:
    from dashboard.shared import bundles
    from dashboard.skip_lab import looks

    looks.show(bundles.current_bundle())


def maps(app: AppTest) -> list[str]:
    """Texts of the pictures of an answer; that of the switches is always there."""
    return [alt for alt in alts(app) if not alt.startswith("Hourglass")]


def open_tab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, tab, **link)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tests must not write there."""
    folder = tmp_path_factory.mktemp("looks")
    make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True, channels=4, seed=0)
    return folder


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_fake_bundle(
        tmp_path / "artifacts" / "people", PEOPLE, annotations=True, pictures=True, channels=4, seed=0
    )


def test_the_tab_shows_a_map_at_once_and_names_the_command_of_its_check(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, small, lab_tab=links.LAB_TABS[3])
    assert maps(app) == [
        words.CROP_ALT,
        words.map_alt(METHODS[BOTTLENECK].name, "left wrist"),
        words.heatmap_alt("left wrist"),
    ]
    said = text_of(app)
    bundle = open_bundle(small / "people")
    assert study_command(bundle, "saliency") in said
    # Nothing is affirmed without it.
    assert not [word for word in (Faithful.YES, Faithful.NO) if f"**{word}**" in said]
    assert words.unchecked(bundle) in said and words.STAYS_ALIKE not in said
    assert not figures(app)


def test_what_is_asked_is_what_the_link_says(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_tab(
        monkeypatch,
        small,
        lab_look_method="guided backpropagation",
        lab_look_joint="right knee",
        lab_look_at=words.ATS[1],
        lab_look_column="20",
        lab_look_row="33",
        lab_look_64="false",
        lab_person="train-1014",
    )
    bundle = open_bundle(small / "people")
    looker = Looker(bundle.network())
    question = Question(bundle.keypoints.labels.index("right knee"), 33, 20, parse_mask("0111"))
    found = looker.look("guided", looker.see(crop_of(bundle, "train-1014")), question)
    assert words.answer("right knee", question, found, False) in text_of(app)
    assert maps(app)[1] == words.map_alt("guided backpropagation", "right knee")
    assert not warned(app)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lab_look_method", "lime"),
        ("lab_look_joint", "tail"),
        ("lab_look_at", "the sky"),
        ("lab_look_column", "64"),
        ("lab_look_row", "-1"),
        ("lab_look_16", "perhaps"),
    ],
)
def test_what_a_link_asks_for_in_vain_is_one_sentence(
    key: str, value: str, small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_tab(monkeypatch, small, **{key: value})
    (told,) = [each.value for each in app.warning]
    assert f"{key} = '{value}'" in told and links.DEFAULT_SHOWN in told
    assert len(maps(app)) == 3


def test_grad_cam_at_a_skip_that_is_cut_says_so(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = METHODS["gradcam-64"].name
    app = open_tab(monkeypatch, small, lab_look_method=name, lab_look_64="false")
    assert words.nothing_passes(name) in [each.value for each in app.info]
    app.toggle(key="lab_look_64").set_value(True).run()
    assert not app.info and len(maps(app)) == 3


def test_occlusion_tells_how_far_it_is_and_is_asked_once(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    asked: list[str] = []
    real = Looker.look

    def look(self: Looker, method: str, seen: object, question: Question, progress: object = None) -> object:
        asked.append(method)

        def both(done: int, of: int) -> None:
            told.append((done, of))
            progress(done, of)  # type: ignore[operator]

        return real(self, method, seen, question, both)  # type: ignore[arg-type]

    monkeypatch.setattr(Looker, "look", look)
    link = {"lab_look_method": METHODS[OCCLUSION].name, "lab_person": "train-1021"}
    app = open_tab(monkeypatch, small, **link)
    assert told[-1] == (100, 100) and len(told) > 20
    open_tab(monkeypatch, small, **link)
    app.selectbox(key="lab_look_method").set_value(METHODS[OCCLUSION].name).run()
    assert asked == [OCCLUSION]


def test_a_method_that_does_not_change_says_so_above_the_picture(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_saliency(path, {BOTTLENECK: (0.1, 0.2), "deconvolution": (0.3, 0.97), "guided": (0.95, 0.98)})
    app = open_tab(monkeypatch, path.parent)
    said = text_of(app)
    assert "Grad-CAM, bottleneck changes when weights are made random." in said and not app.warning
    assert f"0.10 (95 % interval 0.09 to 0.11, n = {PEOPLE})" in said
    app = open_tab(monkeypatch, path.parent, lab_look_method="guided backpropagation")
    (told,) = [each.value for each in app.warning]
    assert told.startswith("**Guided backpropagation does not change when weights are made random**")
    assert "never learned and this network with everything after" in told and f"n = {PEOPLE}" in told
    app = open_tab(monkeypatch, path.parent, lab_look_method="deconvolution")
    (told,) = [each.value for each in app.warning]
    assert "random**: its maps of this network with everything after" in told
    # What the study has nothing of, it says nothing of.
    app = open_tab(monkeypatch, path.parent, lab_look_method="SmoothGrad")
    assert words.not_tried("SmoothGrad", "1111") in text_of(app) and not app.warning


def test_the_checks_of_one_and_of_all_methods_are_the_study_s(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_saliency(path, {BOTTLENECK: (0.1, 0.2), "guided": (0.95, 0.98)})
    app = open_tab(monkeypatch, path.parent, lab_look_studied="0011")
    curves, gains = figures(app)
    drawn = {trace["name"].replace("<br>", " "): numbers(trace["y"]) for trace in curves["data"]}
    random, first = drawn["squares go at random"], drawn["the most important go first"]
    assert np.allclose(random, np.linspace(100, 0, 11), atol=0.1)
    assert np.allclose((random - first)[1:-1], 20 / 0.9, atol=0.2) and f"n = {PEOPLE}" in str(curves)
    for trace in gains["data"]:
        assert numbers(trace["x"]) == pytest.approx([20, 20], abs=0.2)
    said = text_of(app)
    assert "* **faithful**: Grad-CAM, bottleneck\n* **not faithful**: guided backpropagation" in said
    assert f"on the person** 60 (95 % interval 60 to 60, n = {PEOPLE}) % of it (of the crop: 15.0 %)" in said
    assert words._REGIONS["in front"] not in said
    (table,) = (one.value for one in app.dataframe)
    assert table["method"].tolist() == [METHODS[key].name for key in (BOTTLENECK, "guided")]
    assert table["rank correlation, last levels"].tolist() == pytest.approx([0.2, 0.98], abs=0.01)


def test_how_far_integrated_gradients_are_from_complete_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_saliency(path, {INTEGRATED: (0.1, 0.2)})
    app = open_tab(monkeypatch, path.parent, lab_look_method=METHODS[INTEGRATED].name)
    said = text_of(app)
    assert f"by 10 % of the peak (95 % interval 10 to 10, n = {PEOPLE})" in said
    assert "(completeness error)" in said


def test_nobody_else_is_shown_a_map_of_an_upload(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[str] = []
    for name in ("_kept", "_kept_of_own"):
        real = getattr(looking, name)
        monkeypatch.setattr(
            looking, name, lambda *given, name=name, real=real: kept.append(name) or real(*given)
        )
    app = open_tab(monkeypatch, small, lab_source="your own picture")
    assert words.NO_PICTURE_YET in [each.value for each in app.info]
    picture = np.random.default_rng(0).integers(0, 255, (256, 256, 3), dtype=np.uint8)
    upload(app, "me.png", file_of(Image.fromarray(picture)))
    method, joint = (app.selectbox(key=key).value for key in (links.LAB_LOOK_METHOD, links.LAB_LOOK_JOINT))
    assert maps(app)[1] == words.map_alt(method, joint) and set(kept) == {"_kept_of_own"}


def test_without_a_picture_the_choices_are_there_and_it_is_said(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_pictures(path, ["train-1007"])
    app = open_tab(monkeypatch, path.parent, lab_person="train-1007")
    assert not maps(app) and app.selectbox(key="lab_look_method") and "train-1007" in app.info[0].value


def test_a_network_without_skips_is_asked_at_its_bottleneck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "people", 6, pictures=True, channels=4, skips="0000")
    app = open_tab(monkeypatch, tmp_path, lab_look_at=words.ATS[1])
    offered = app.selectbox(key="lab_look_method").options
    assert METHODS[BOTTLENECK].name in offered and METHODS["gradcam-64"].name not in offered
    assert len(maps(app)) == 3
