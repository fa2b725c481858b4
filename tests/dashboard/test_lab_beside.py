"""The same picture under the same cut in a second network, below the first."""

import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from PIL import Image
from reading import words
from streamlit.testing.v1 import AppTest

from dashboard.shared import links, predictions
from dashboard.shared.two_heatmaps import Answer
from dashboard.skip_lab import rows, view
from posecore.ablation import parse_mask
from posecore.bundle import Bundle, open_bundle
from posecore.inference import Predictor
from posecore.keypoints import K

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


def open_lab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, "skip_lab", **link)


def alts(app: AppTest, start: str) -> list[str]:
    every = [picture.alt for images in app.image for picture in images.proto.imgs]
    return [alt for alt in every if alt.startswith(start)]


def crop_of(bundle: Bundle, name: str) -> np.ndarray:
    return np.asarray(Image.open(bundle.path / f"pictures/{name}.webp").convert("RGB"))


def upload(app: AppTest, colour: str = "red") -> AppTest:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(file, "PNG")
    app.file_uploader[0].upload("a.png", file.getvalue())
    app.run()
    assert not app.exception, app.exception
    return app


def test_it_is_off_at_first(artifacts: Path, asked: list[Asked], monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts)
    assert app.selectbox(key=links.LAB_BESIDE).options == ["no other", "plain"]
    assert {one.bundle.path.name for one in asked} == {"asked"}
    assert "The same cut, in" not in words(app)


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
    assert not second.own and "the network that never met one" in words(app)
    assert alts(app, "Skeleton, plain: ") == [
        "Skeleton, plain: All four skips on",
        "Skeleton, plain: Cut: 64 × 64, 16 × 16, 8 × 8",
    ]
    assert len(alts(app, "Heatmaps of plain")) == 3 and len(alts(app, "Heatmaps")) == 6
    assert all(alt.endswith(": left wrist") for alt in alts(app, "Heatmaps"))
    said = f"of {K} joints moved by a radius or more, {int(second.answer.lost.sum())} lost."
    assert said in words(app) and "hourglass, 1 stack, 8 channels, trained with all skips" in words(app)
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
        upload(app)
    first, second = asked[-2:]
    assert (first.bundle.path.name, second.bundle.path.name) == ("asked", "plain")
    assert first.own == second.own == own
    np.testing.assert_array_equal(first.crop, second.crop)
    assert len(alts(app, "Skeleton, plain: ")) == 2
    # The next picture is the next answer, in both.
    if own:
        upload(app, "blue")
        assert not np.array_equal(asked[-1].crop, second.crop)
        np.testing.assert_array_equal(asked[-1].crop, asked[-2].crop)


def test_the_other_way_round_it_is_the_network_trained_for_it(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts)
    app.selectbox(key=links.BUNDLE).set_value("plain").run()
    said = words(app.selectbox(key=links.LAB_BESIDE).set_value("asked").run())
    assert "**The same cut, in the network trained for it.**" in said
    # What a cut says stands for either network.
    assert "much of the loss may be that the decoder" in said and "the network *can* do without" in said


@pytest.mark.parametrize("how", ["manifest", "weights"])
def test_a_broken_second_bundle_is_one_line(
    how: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = artifacts / "plain" / {"manifest": "manifest.json", "weights": "model.safetensors"}[how]
    file.write_bytes(b"x" * file.stat().st_size)
    app = open_lab(monkeypatch, artifacts, lab_beside="plain")
    assert len(app.error) == 1 and app.error[0].value.startswith("The network of plain cannot be asked. ")
    assert len(alts(app, "Skeleton: ")) == 2 and len(app.dataframe[0].value) == K
    assert not alts(app, "Skeleton, plain")


def test_networks_without_skips_are_not_offered_nor_names_that_are_not_there(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts, lab_beside="nowhere")
    assert len(app.warning) == 1 and "expected one of no other, plain" in app.warning[0].value
    # Whose own network it is needs no second row, and no complaint.
    own = open_lab(monkeypatch, artifacts, lab_beside="asked")
    assert not own.warning and own.selectbox(key=links.LAB_BESIDE).value == "no other"
    manifest = artifacts / "plain" / "manifest.json"
    values = json.loads(manifest.read_text())
    values["model"]["config"]["skips"] = "0000"
    manifest.write_text(json.dumps(values))
    app = open_lab(monkeypatch, artifacts)
    assert [box.key for box in app.selectbox if box.key == links.LAB_BESIDE] == []


def test_a_skip_that_the_second_network_lacks_is_not_said_to_be_cut() -> None:
    cut = rows.Cut(parse_mask("0110"), "zero", "")
    assert cut.title(parse_mask("1111")) == "Cut: 64 × 64, 8 × 8"
    assert cut.title(parse_mask("1110")) == "Cut: 64 × 64"
    assert cut.title(parse_mask("0110")) == "Nothing is cut"
    assert cut.title(parse_mask("1001")) == "All its skips cut"
