"""The same picture under the same cut in a second network, below the first."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from lab import alts, crop_of, file_of, open_lab, upload
from PIL import Image
from reading import words as text_of
from streamlit.testing.v1 import AppTest

from dashboard.shared import links, predictions, skip_switches
from dashboard.shared.bundles import network_name
from dashboard.shared.cut_words import what_cutting_says
from dashboard.shared.two_heatmaps import Answer
from dashboard.skip_lab import rows, view, words
from dashboard.skip_lab.beside import NONE
from posecore.ablation import LEVEL_NAMES, parse_mask
from posecore.bundle import Bundle, open_bundle
from posecore.errors import PosecoreError
from posecore.inference import Predictor
from posecore.keypoints import K
from posecore.metrics.pck import PCK_RADIUS

PEOPLE = 6
WHO, DONOR = "train-1014", "train-1021"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People of one name in two bundles, with other pictures and another network in each."""
    folder = tmp_path_factory.mktemp("beside")
    for name, seed, training in (("asked", 1, {"cut_skips": 0.5}), ("plain", 2, {})):
        path = folder / name
        make_fake_bundle(path, PEOPLE, annotations=True, pictures=True, seed=seed, training=training)
    return folder


@pytest.fixture
def artifacts(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "artifacts")


@dataclass(frozen=True)
class Asked:
    """A question to a network, and what it said. own: whether it was of a user's picture."""

    bundle: Bundle
    crop: np.ndarray
    own: bool
    answer: Answer


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """Filled as pages ask networks, the page's own first."""
    found: list[Asked] = []
    seen: list[tuple[np.ndarray, bool]] = []
    ask, all_masks = rows.ask, predictions.all_masks

    def masks(bundle: Bundle, crop: np.ndarray, stand_in: str, donor: object, own: bool) -> np.ndarray:
        seen.append((crop, own))
        return all_masks(bundle, crop, stand_in, donor, own)  # type: ignore[arg-type]

    def listen(bundle: Bundle, *rest: object) -> Answer:
        answer = ask(bundle, *rest)  # type: ignore[arg-type]
        found.append(Asked(bundle, *seen[-1], answer))
        return answer

    monkeypatch.setattr(predictions, "all_masks", masks)
    monkeypatch.setattr(view, "ask", listen)
    return found


def give(app: AppTest, colour: str = "red") -> AppTest:
    return upload(app, "a.png", file_of(Image.new("RGB", (300, 200), colour)))


def test_it_is_off_at_first(artifacts: Path, asked: list[Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts)
    assert app.selectbox(key=links.LAB_BESIDE).options == [NONE, "plain"]
    assert {one.bundle.path.name for one in asked} == {"asked"}
    assert words.second_heading(open_bundle(artifacts / "plain")) not in text_of(app)


@pytest.mark.parametrize("stand_in", ["zero", "mean", "other"])
def test_a_person_is_seen_by_both_networks_under_one_cut(
    stand_in: str, artifacts: Path, asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = {"lab_person": WHO, "lab_32": "true", "lab_replacement": stand_in, "lab_donor": DONOR}
    app = open_lab(monkeypatch, artifacts, lab_beside="plain", lab_joint="left wrist", **link)
    page, other = open_bundle(artifacts / "asked"), open_bundle(artifacts / "plain")
    # The picture and the donor's are the page's; what stands in is made of them by the other network.
    crop, donor = crop_of(page, WHO), crop_of(page, DONOR)
    assert not np.array_equal(crop, crop_of(other, WHO))
    network = Predictor(other.network(), "fp32")
    features = {
        "zero": lambda: None,
        "mean": lambda: network.features(other.skip_means()),
        "other": lambda: network.encode(donor[None].copy()).skips,
    }[stand_in]()
    expected = network.decode_all(network.encode(crop[None].copy()), features)[:, 0]
    first, second = asked[-2:]
    assert (first.bundle.path.name, second.bundle.path.name) == ("asked", "plain")
    place = parse_mask("0100").position
    np.testing.assert_allclose(second.answer.before.heatmaps, expected[0], atol=1e-4)
    np.testing.assert_allclose(second.answer.after.heatmaps, expected[place], atol=1e-4)
    assert not np.allclose(first.answer.after.heatmaps, expected[place], atol=1e-3)
    assert not second.own
    titles = ("All four skips on", "Cut: 64 × 64, 16 × 16, 8 × 8")
    assert alts(app, "Skeleton, plain: ") == [words.skeleton_alt(title, "plain") for title in titles]
    assert len(alts(app, "Heatmaps of plain")) == 3 and len(alts(app, "Heatmaps")) == 6
    assert all(alt.endswith(": left wrist") for alt in alts(app, "Heatmaps"))
    said = words.second_network(other, second.answer)
    moved, lost = (second.answer.moved >= PCK_RADIUS).sum(), second.answer.lost.sum()
    assert said in text_of(app) and f" {moved} of {K} joints" in said and f" {lost} lost" in said
    assert network_name(other) in said
    # The table and the figures are the page's network's alone.
    assert len(app.dataframe) == 1
    peaks = app.dataframe[0].value["peak after"].to_numpy()
    np.testing.assert_array_equal(peaks, first.answer.after.peaks)


@pytest.mark.parametrize(("source", "own"), [("your own picture", True), ("an example", False)])
def test_any_picture_is_seen_by_both_and_a_user_s_is_nobody_else_s(
    source: str, own: bool, artifacts: Path, asked: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_source=source, lab_beside="plain")
    if own:
        assert not asked
        give(app)
    first, second = asked[-2:]
    assert (first.bundle.path.name, second.bundle.path.name) == ("asked", "plain")
    assert first.own == second.own == own
    np.testing.assert_array_equal(first.crop, second.crop)
    assert len(alts(app, "Skeleton, plain: ")) == 2
    # The next picture is the next answer, in both.
    if own:
        give(app, "blue")
        assert not np.array_equal(asked[-1].crop, second.crop)
        np.testing.assert_array_equal(asked[-1].crop, asked[-2].crop)


def test_the_other_way_round_it_is_the_network_trained_for_it(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts)
    app.selectbox(key=links.BUNDLE).set_value("plain").run()
    said = text_of(app.selectbox(key=links.LAB_BESIDE).set_value("asked").run())
    asked, plain = (open_bundle(artifacts / name) for name in ("asked", "plain"))
    assert words.second_heading(asked) in said and words.second_heading(plain) not in said
    # What a cut says stands for either network.
    assert what_cutting_says(asked) != what_cutting_says(plain)
    assert what_cutting_says(asked) in said and what_cutting_says(plain) in said


@pytest.mark.parametrize("how", ["manifest", "weights"])
def test_a_broken_second_bundle_is_one_line(
    how: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = artifacts / "plain" / {"manifest": "manifest.json", "weights": "model.safetensors"}[how]
    file.write_bytes(b"x" * file.stat().st_size)
    app = open_lab(monkeypatch, artifacts, lab_beside="plain")
    (error,) = app.error
    assert file.name in error.value and error.value.startswith(
        words.cannot_be_asked(PosecoreError(), "plain")
    )
    assert len(alts(app, "Skeleton: ")) == 2 and len(app.dataframe[0].value) == K
    assert not alts(app, "Skeleton, plain")


def test_networks_without_skips_are_not_offered_nor_names_that_are_not_there(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_beside="nowhere")
    assert len(app.warning) == 1 and links.one_of((NONE, "plain")) in app.warning[0].value
    # Whose own network it is needs no second row, and no complaint.
    own = open_lab(monkeypatch, artifacts, lab_beside="asked")
    assert not own.warning and own.selectbox(key=links.LAB_BESIDE).value == NONE
    manifest = artifacts / "plain" / "manifest.json"
    values = json.loads(manifest.read_text())
    values["model"]["config"]["skips"] = "0000"
    manifest.write_text(json.dumps(values))
    app = open_lab(monkeypatch, artifacts)
    assert [box.key for box in app.selectbox if box.key == links.LAB_BESIDE] == []


def test_a_skip_that_the_second_network_lacks_is_not_said_to_be_cut() -> None:
    cut = rows.Cut(parse_mask("0110"), "zero", "")
    for built, named in (("1111", ["64 × 64", "8 × 8"]), ("1110", ["64 × 64"])):
        assert [name for name in LEVEL_NAMES if name in cut.title(parse_mask(built))] == named
    assert cut.title(parse_mask("0110")) == skip_switches.NOTHING_CUT
    assert cut.title(parse_mask("1001")) == skip_switches.ALL_ITS_CUT
