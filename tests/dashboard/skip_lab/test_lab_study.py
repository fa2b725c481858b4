"""The tab over the whole data set, as a browser shows it, on people who do not exist."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change, take_pictures
from opening import open_page
from reading import figures, words
from streamlit.testing.v1 import AppTest

from dashboard.shared import claim_words, links
from dashboard.skip_lab import study_charts, study_gallery
from posecore import drawing
from posecore.ablation import ALL_MASKS, LEVEL_NAMES, REPLACEMENTS, parse_mask
from posecore.bundle import open_bundle
from posecore.statistics import bootstrap
from posecore.studies.skips.effects import SINGLE_CUTS, Claim
from posecore.studies.skips.results import load_skip_study, save_results
from posecore.studies.skips.study import SkipSettings, run_study
from posecore.studies.skips.summary import agreement, easy_faces, paired_differences, perfect, summarise

PEOPLE = 12


def page() -> None:
    from dashboard.shared import bundles
    from dashboard.skip_lab import study

    study.show(bundles.current_bundle())


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with a study of which ten people are scored 100 % with all skips."""
    folder = tmp_path_factory.mktemp("artifacts")
    path = make_fake_bundle(folder / "people", PEOPLE, annotations=True, pictures=True)
    bundle = open_bundle(path)
    run_study(bundle, None, SkipSettings())
    study = load_skip_study(bundle)
    hits = study.hits.copy()
    labelled = hits[:, 0] >= 0
    hits[:, 0] = np.where(labelled, 1, -1)
    hits[10:, 0] = np.where(labelled[10:], 0, -1)
    edit(path, study, hits)
    return folder


def edit(path: Path, study, hits) -> None:
    folder = path / "studies" / "skips"
    save_results(folder, study.sample_ids, study.replacements, study.donors, study.cells, study.peaks, hits)
    note_change(folder, "results.npz")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["created"] += " edited"
    (folder / "manifest.json").write_text(json.dumps(manifest))


def open_tab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, page, **link)


def test_without_a_study_there_is_one_sentence_with_the_command(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3)
    app = open_tab(monkeypatch, path.parent)
    (info,) = app.info
    assert f"python scripts/skip_study.py --bundle {path} --data DIR" in info.value
    assert not app.get("plotly_chart")


def test_every_part_is_there_with_its_source_and_its_limits(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    assert [heading.value for heading in app.subheader] == [
        "PCK with and without",
        "What each level does to each joint",
        "How much of the PCK each level carries",
        "Do small joints lose more than big ones?",
        "Do the replacements agree?",
        "People scored 100 % with all skips",
    ]
    charts = figures(app)
    assert len(charts) == 3
    for chart in charts:
        title = chart["layout"]["title"]["text"]
        assert f"n = {PEOPLE}" in title and "fake people" in title and "hourglass" in title
    said = words(app)
    assert "at test time" in said
    assert "Only a gallery" in said and "10 of 12 people" in said
    assert "zero and mean" in said and "mean and other" in said
    assert not app.warning


def test_the_link_decides_replacement_mask_and_effect(artifacts, monkeypatch):
    chosen = {"lab_study_replacement": "mean", "lab_study_mask": "0111", "lab_study_effect": "moved"}
    app = open_tab(monkeypatch, artifacts, **chosen)
    histogram, effects, _ = figures(app)
    assert [trace["name"] for trace in histogram["data"]] == ["all skips on (1111)", "skips 0111, mean"]
    assert "pixels" in effects["data"][0]["colorbar"]["title"]["text"]
    assert "With skips 0111, mean in place" in words(app)


def test_forged_links_are_named(artifacts, monkeypatch):
    app = open_tab(
        monkeypatch, artifacts, lab_study_replacement="noise", lab_study_mask="1111", lab_study_page="99"
    )
    warned = "\n".join(element.value for element in app.warning)
    assert "noise" in warned and "1111" in warned and "99" in warned


def test_the_gallery_is_paged_sorted_and_opens_the_person(artifacts, monkeypatch):
    bundle = open_bundle(artifacts / "people")
    summary = summarise(load_skip_study(bundle), "mean")
    rows, loss = perfect(summary.scores, parse_mask("0111"))
    assert len(rows) == 10
    ids = bundle.samples["sample_id"].to_numpy()[rows]
    link = {"lab_study_replacement": "mean", "lab_study_mask": "0111"}
    app = open_tab(monkeypatch, artifacts, lab_study_sort="smallest loss first", **link)
    buttons = [button for button in app.button if "_lab_study_open_" in button.key]
    shown = [button.key.removeprefix("_lab_study_open_") for button in buttons]
    assert shown == ids[np.lexsort((ids, loss))][:8].tolist()
    buttons[2].click().run()
    assert app.session_state[links.LAB_PERSON] == shown[2]
    assert app.session_state[links.LAB_TAB] == links.LAB_TABS[0]
    assert app.session_state[links.LAB_SOURCE] == "a person of the bundle"
    assert app.session_state[links.LAB_REPLACEMENT] == "mean"
    assert [app.session_state[key] for key in links.LAB_SKIPS] == [False, True, True, True]
    link = app.query_params
    assert link[links.LAB_PERSON] == shown[2] and link[links.LAB_SKIPS[1]] == "true"
    last = open_tab(monkeypatch, artifacts, lab_study_page="2")
    assert sum("_lab_study_open_" in button.key for button in last.button) == 2


@pytest.mark.parametrize("replacement", REPLACEMENTS)
def test_the_gallery_shows_what_the_study_found_under_the_same_replacement(
    replacement: str, artifacts, monkeypatch
):
    shown, overlay = [], drawing.overlay

    def look(crop, maps, **options):
        shown.append(maps.max(axis=(1, 2)))
        return overlay(crop, maps, **options)

    monkeypatch.setattr(drawing, "overlay", look)
    chosen = {"lab_study_replacement": replacement, "lab_study_mask": "0010"}
    open_tab(monkeypatch, artifacts, lab_study_sort="by sample id", **chosen)
    study = load_skip_study(open_bundle(artifacts / "people"))
    first = [row for row in np.argsort(study.sample_ids) if row < 10][:8]
    step = float(np.ptp(study.peaks)) / 255
    masks = [0, parse_mask("0010").position]
    found = {name: study.peaks_under(name)[first][:, masks].reshape(16, 17) for name in REPLACEMENTS}
    apart = {name: np.abs(np.array(shown) - peaks).max() for name, peaks in found.items()}
    assert apart[replacement] < step
    assert all(far > 2 * step for name, far in apart.items() if name != replacement)


def test_without_pictures_the_joints_are_drawn(artifacts, monkeypatch):
    monkeypatch.setattr("dashboard.shared.bundle_people.picture_of", lambda *_: None)

    def never(*_):
        raise AssertionError("the network was asked")

    monkeypatch.setattr("dashboard.shared.predictions.cut_heatmaps", never)
    app = open_tab(monkeypatch, artifacts)
    assert len(app.image) == 8


def test_among_who_lose_alike_those_with_a_picture_come_first(artifacts, tmp_path, monkeypatch):
    shutil.copytree(artifacts / "people", tmp_path / "people")
    bundle = open_bundle(tmp_path / "people")
    rows, loss = perfect(summarise(load_skip_study(bundle), "zero").scores, parse_mask("0000"))
    ids = bundle.samples["sample_id"].to_numpy()[rows]
    bare = np.arange(len(ids)) % 2 == 0
    take_pictures(tmp_path / "people", ids[bare])
    for sort, keys in (("largest loss first", (ids, bare, -loss)), ("by sample id", (ids,))):
        app = open_tab(monkeypatch, tmp_path, lab_study_sort=sort)
        shown = [text.value.split(",")[0] for text in app.caption if " of its joints" in text.value]
        assert shown == ids[np.lexsort(keys)][:8].tolist()
        assert "Among people who lose alike they come first" in words(app)
    assert "they come first" not in words(open_tab(monkeypatch, artifacts))


def test_a_person_without_a_picture_and_without_joints_is_no_black_tile():
    nowhere, somewhere = np.full((17, 2), np.nan), np.full((17, 2), 9.0)
    assert study_gallery._bare_ground(nowhere).max() > 200
    assert np.array_equal(study_gallery._bare_ground(somewhere), drawing.ground())


def test_without_annotations_only_displacements_are_shown(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3, pictures=True)
    run_study(open_bundle(path), None, SkipSettings())
    app = open_tab(monkeypatch, path.parent)
    assert "no right and wrong" in words(app)
    (chart,) = figures(app)
    assert "pixels" in chart["data"][0]["colorbar"]["title"]["text"]


def test_uniformly_labelled_faces_are_told(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    manifest = copy / "people" / "studies" / "skips" / "manifest.json"
    values = json.loads(manifest.read_text())
    values["info"]["labelled_faces"] = {"people": 1234, "commonest": 0.97}
    manifest.write_text(json.dumps(values))
    (warning,) = open_tab(monkeypatch, copy).warning
    assert "97%" in warning.value and "1,234" in warning.value


@pytest.mark.parametrize(("commonest", "told"), [(1.0, 1.0), (0.9, 0.9), (0.89, None), (None, None)])
def test_which_faces_are_told(commonest, told):
    assert easy_faces({"labelled_faces": {"people": 5, "commonest": commonest}}) == told


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.02, 0.2, "small joints lose more"),
        (-0.2, -0.02, "big joints lose more"),
        (-0.1, 0.2, "no difference"),
    ],
)
def test_the_claim_in_words(low, high, verdict):
    said = claim_words.claim_sentence(Claim((low + high) / 2, low, high, 40, 0.0123, 0.6, 0.5))
    assert verdict in said
    assert "n = 40 people" in said and "p = 0.012" in said and "60.0%" in said
    assert "p < 0.001" in claim_words.claim_sentence(Claim(0.1, 0.05, 0.2, 40, 0.0001, 0.6, 0.5))


def test_a_claim_about_nobody_in_words():
    nan = float("nan")
    assert "cannot be said" in claim_words.claim_sentence(Claim(nan, nan, nan, 0, nan, nan, nan))


def test_agreement_is_of_ranks_and_leaves_out_what_is_not_known():
    effects = {
        "a": np.array([1.0, 2, 3, np.nan]),
        "b": np.array([10.0, 200, 3000, 1]),
        "c": np.array([3.0, 2, 1, 5]),
        "flat": np.ones(4),
    }
    found = agreement(effects)
    assert found["a", "b"] == pytest.approx(1)
    assert found["a", "c"] == pytest.approx(-1)
    assert np.isnan(found["a", "flat"])


def test_replacements_are_compared_person_by_person():
    scores = {name: np.full((3, len(ALL_MASKS)), 0.8) for name in ("zero", "mean")}
    # Without the finest level the first two people lose 0.3 and 0.4 to zero, 0.1 each to the mean.
    scores["zero"][:2, SINGLE_CUTS[0]] = [0.5, 0.4]
    scores["mean"][:2, SINGLE_CUTS[0]] = 0.7
    scores["mean"][2] = scores["zero"][2] = np.nan
    ((pair, found),) = paired_differences(scores).items()
    assert pair == ("zero", "mean")
    assert found.mean == pytest.approx([0.25, 0, 0, 0])
    assert (found.low[0], found.high[0]) == pytest.approx((0.2, 0.3))
    assert found.n.tolist() == [2] * len(LEVEL_NAMES)


def test_the_comparisons_are_on_the_page(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    table = next(one.value for one in app.dataframe if "lost under one" in one.value)
    assert table["difference, points of PCK"].to_numpy() == pytest.approx(
        (table["lost under one"] - table["lost under other"]).to_numpy()
    )
    apart = ((table["95 % from"] > 0) | (table["95 % to"] < 0)).sum()
    assert len(table) == 12 and "Of 12 comparisons" in words(app) and f"**{apart}** differ" in words(app)


def test_the_effect_map_carries_intervals_and_n():
    losses = np.zeros((2, 4, 17))
    losses[:, 1, 3] = [0, 0.5]
    figure = study_charts.effect_map(bootstrap(losses), "points", 100, "n = 2 people · data · network")
    (trace,) = figure.data
    # A row per joint, so that names and numbers have room on a narrow page.
    assert trace.y[3] == "left ear" and trace.x[1] == "32 × 32"
    assert trace.z[3][1] == 25
    assert list(trace.customdata[3][1]) == [0, 50, 2]
    assert np.count_nonzero(trace.z) == 1
