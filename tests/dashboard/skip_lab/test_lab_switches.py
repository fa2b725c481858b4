"""The Skip lab's switches, replacements and table, and the links that set them."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from lab import ALWAYS, alts, crop_of, open_lab, switched, warned

from dashboard.shared import cache, links, predictions, two_heatmaps
from dashboard.shared.hourglass import hourglass_svg, hourglass_words
from dashboard.shared.skip_switches import PRESETS
from dashboard.skip_lab import words
from posecore.ablation import ALL_OFF, ALL_ON, REPLACEMENTS, parse_mask
from posecore.bundle import Bundle
from posecore.keypoints import COCO17
from posecore.metrics.pck import hits
from posecore.samples import read_points, read_visibility

WHO = "train-1021"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A bundle without pictures."""
    return make_fake_bundle(tmp_path / "artifacts" / "bare", 30).parent


def test_it_opens_on_somebody_with_a_picture_and_everything_cut(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, artifacts)
    assert switched(app) == "0000"
    assert len(alts(app, "Skeleton")) == 2 and len(alts(app, "Heatmaps")) == 3
    assert alts(app, "Hourglass") == [hourglass_words(ALL_OFF)]
    assert app.dataframe[0].value["moved, px"].max() > 0


@pytest.mark.parametrize("name", PRESETS)
def test_presets_set_the_switches(name: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts)
    app.button(key=f"_lab_preset_{name}").click().run()
    assert switched(app) == PRESETS[name].title


def test_presets_are_what_they_are_called() -> None:
    assert {name: mask.title for name, mask in PRESETS.items()} == {
        "All on": "1111",
        "All cut": "0000",
        "Only 64 × 64": "1000",
        "Only 32 × 32": "0100",
        "Only 16 × 16": "0010",
        "Only 8 × 8": "0001",
        "All but 64 × 64": "0111",
        "All but 32 × 32": "1011",
        "All but 16 × 16": "1101",
        "All but 8 × 8": "1110",
    }


def test_a_link_restores_person_switches_replacement_donor_and_joint(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person, donor = bundle.samples["sample_id"].iloc[[5, 2]]
    app = open_lab(
        monkeypatch,
        artifacts,
        lab_person=person,
        lab_64="true",
        lab_8="true",
        lab_replacement="other",
        lab_donor=donor,
        lab_joint="left wrist",
    )
    assert switched(app) == "1001" and not warned(app)
    predictor = predictions.predictor(bundle)
    encoded, other = (predictor.encode(crop_of(bundle, name)[None].copy()) for name in (person, donor))
    expected = predictor.decode_all(encoded, other.skips)[parse_mask("1001").position, 0]
    peaks = app.dataframe[0].value["peak after"].to_numpy()
    assert peaks == pytest.approx(expected.max(axis=(1, 2)), rel=1e-4)
    zero = open_lab(monkeypatch, artifacts, lab_person=person, lab_64="true", lab_8="true")
    assert peaks != pytest.approx(zero.dataframe[0].value["peak after"].to_numpy(), rel=1e-2)
    heatmaps = alts(app, "Heatmaps")
    assert len(heatmaps) == 3 and all(alt.endswith(": left wrist") for alt in heatmaps)


def test_the_mean_takes_the_place_of_a_cut_skip(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = bundle.samples["sample_id"].iloc[4]
    app = open_lab(monkeypatch, artifacts, lab_person=person, lab_replacement="mean")
    predictor = predictions.predictor(bundle)
    encoded = predictor.encode(crop_of(bundle, person)[None].copy())
    expected = predictor.decode_all(encoded, predictor.features(bundle.skip_means()))[-1, 0]
    assert app.dataframe[0].value["peak after"].to_numpy() == pytest.approx(
        expected.max(axis=(1, 2)), rel=1e-4
    )


def test_forged_replacements_donors_and_tabs_get_a_sentence(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaced = warned(open_lab(monkeypatch, artifacts, lab_replacement="magic"))
    assert "'magic'" in replaced and links.one_of(REPLACEMENTS) in replaced
    other = open_lab(monkeypatch, artifacts, lab_replacement="other", lab_donor="nobody")
    taken = other.text_input(key=links.LAB_DONOR).placeholder
    assert warned(other) == words.no_donor("nobody", taken)
    third = warned(open_lab(monkeypatch, artifacts, lab_tab="third"))
    assert "'third'" in third and links.one_of(links.LAB_TABS) in third
    joint = warned(open_lab(monkeypatch, artifacts, lab_joint="tail"))
    assert "'tail'" in joint and links.one_of((two_heatmaps.ALL_JOINTS, *COCO17.labels)) in joint


def test_only_the_open_tab_runs(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts, lab_tab=links.LAB_TABS[1])
    assert not app.toggle and len(app.info) == 1 and "scripts/skip_study.py" in app.info[0].value


def test_right_and_wrong_stand_in_the_table_where_joints_are_annotated(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = bundle.samples["sample_id"].iloc[7]
    table = open_lab(monkeypatch, artifacts, lab_person=person).dataframe[0].value
    row = bundle.samples.iloc[[7]]
    maps = predictions.all_masks(bundle, crop_of(bundle, person))
    marks = {0.0: "✗", 1.0: "✓"}
    expected = []
    for place in (0, -1):
        points = two_heatmaps.from_heatmaps("", maps[place], ALWAYS).points
        found = hits(points[None], read_points(row, "annotated"), read_visibility(row))[0]
        expected.append([marks.get(value, "·") for value in found])
    assert table["found"].tolist() == [f"{a} → {b}" for a, b in zip(*expected, strict=True)]
    assert "·" in expected[0] and table["rival before"].dropna().between(0, 1).all()


def test_the_drawing_shows_what_is_cut() -> None:
    whole, cut = hourglass_svg(ALL_ON, "light"), hourglass_svg(ALL_OFF, "light")
    assert whole.count("stroke-dasharray") == 0 and cut.count("stroke-dasharray") == 4
    one = hourglass_svg(parse_mask("1011"), "dark")
    assert one.count("stroke-dasharray") == 1 and "#E69F00" in one and "#D55E00" not in one
    assert hourglass_words(parse_mask("1011")).endswith("cut: 32 × 32")


def test_the_lab_cuts_single_skips_where_there_is_a_picture(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = dict.fromkeys(links.LAB_SKIPS, "true")
    app = open_lab(monkeypatch, artifacts, **every)
    assert switched(app) == "1111" and app.metric[0].value == "0 · 0 of 17"
    app.toggle(key="lab_32").set_value(False).run()
    assert switched(app) == "1011" and words.skeleton_alt("Cut: 32 × 32") in alts(app)
    person = app.text_input(key=links.LAB_PERSON).placeholder
    peaks = predictions.all_masks(bundle, crop_of(bundle, person))[parse_mask("1011").position].max(
        axis=(1, 2)
    )
    assert app.dataframe[0].value["peak after"].to_numpy() == pytest.approx(peaks, rel=1e-4)


def test_the_lab_compares_the_stored_prediction_with_the_latent_alone_without_a_picture(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_lab(monkeypatch, bare, lab_person=WHO)
    assert not app.toggle
    bundle = cache.load_bundle("bare")
    assert app.info[0].value == words.without_picture(bundle, WHO)
    assert alts(app, "Skeleton") == [words.skeleton_alt(t) for t in (words.STORED_TITLE, words.LATENT_TITLE)]
    row = bundle.samples.iloc[bundle.row(WHO)]
    table = app.dataframe[0].value
    assert table["peak before"].to_numpy() == pytest.approx(
        [row[name] for name in bundle.samples.columns if name.endswith("_peak")]
    )
    maps = predictions.latent_heatmaps(bundle, WHO)
    assert table["peak after"].to_numpy() == pytest.approx(maps.max(axis=(1, 2)), rel=1e-5)
    cell = int(maps[0].argmax())
    there = np.array([cell % 64 * 4 + 2, cell // 64 * 4 + 2])
    far = np.linalg.norm(there - [row["predicted_nose_x"], row["predicted_nose_y"]])
    assert table["moved, px"].iloc[0] == pytest.approx(far, rel=1e-4)
