"""The tab over the whole data set, as a browser shows it, on people who do not exist."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle, note_change, take_pictures
from opening import open_page
from planted_studies import plant_control
from reading import figures, numbers
from reading import words as text_of
from streamlit.testing.v1 import AppTest

from dashboard.shared import bundles, claim_words, links, picture_source, untrained
from dashboard.shared.charts import AXIS_LINE, GREY
from dashboard.shared.numbers import UNKNOWN, p_value
from dashboard.shared.shown_here import Verdict
from dashboard.skip_lab import study_charts, study_gallery
from dashboard.skip_lab import study_words as words
from posecore import drawing
from posecore.ablation import ALL_MASKS, LEVEL_NAMES, REPLACEMENTS, parse_mask
from posecore.bundle import open_bundle
from posecore.keypoints import K
from posecore.statistics import FLIPS, bootstrap
from posecore.studies.skips.effects import SINGLE_CUTS, LossGap, LossGaps, claims, counted, judged
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


def tables(path: Path, found_only: bool) -> LossGaps:
    study = load_skip_study(open_bundle(path))
    return claims({name: study.hits_under(name) for name in study.replacements}, found_only)


def charts(app: AppTest) -> dict[str, dict]:
    """Figures by their keys."""
    keys = [element.proto.id.rsplit("-", 1)[-1] for element in app.get("plotly_chart")]
    return dict(zip(keys, figures(app), strict=True))


def test_without_a_study_there_is_one_sentence_with_the_command(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3)
    app = open_tab(monkeypatch, path.parent)
    (info,) = app.info
    assert f"python scripts/skip_study.py --bundle {path} --data DIR" in info.value
    assert not app.get("plotly_chart")


def test_every_part_is_there_with_its_source_and_its_limits(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts, lab_study_mask="0000")
    bundle = open_bundle(artifacts / "people")
    drawn = charts(app)
    names = ["histogram", "effects", "shapley", "claims"]
    assert list(drawn) == [f"lab_study_{name}" for name in names]
    source = bundles.source_line(bundle)
    assert f"n = {PEOPLE}" in source
    for chart in drawn.values():
        title = chart["layout"]["title"]["text"].replace("<br>", " ")
        assert title.split() == source.replace(" · ", " ").split()
    study = load_skip_study(bundle)
    summaries = {name: summarise(study, name) for name in study.replacements}
    effects = {name: one.loss.mean for name, one in summaries.items()}
    orders = {name: np.argsort(-one.shapley.mean).tolist() for name, one in summaries.items()}
    zero, off = summaries["zero"], parse_mask("0000").position
    said = text_of(app)
    for sentence in (
        words.introduction(bundle),
        words.mean_pck(PEOPLE, zero.pck, off, "0000"),
        words.effects(zero.loss, words.LOST, "zero"),
        words.agreement(agreement(effects), orders),
        words.gallery(10, PEOPLE, "0000"),
    ):
        assert sentence in said
    assert not app.warning


def test_what_sentences_of_the_study_say():
    pck = bootstrap(np.repeat(np.linspace(0.9, 0.15, 16)[None], 5, axis=0))
    said = words.mean_pck(1234, pck, 15, "0000")
    assert all(figure in said for figure in ("n = 1,234", "90.0%", "15.0% (15.0% to 15.0%)"))
    correlations = {("zero", "mean"): -0.256, ("zero", "other"): float("nan")}
    alike = words.agreement(correlations, {"zero": [0, 1, 2, 3], "mean": [0, 1, 2, 3]})
    fine, deep = (" > ".join(LEVEL_NAMES[at] for at in order) for order in ([0, 1, 2, 3], [3, 1, 2, 0]))
    assert "−0.26" in alike and UNKNOWN in alike
    assert alike.count(fine) == 1 and f"zero: {fine}" not in alike
    apart = words.agreement(correlations, {"zero": [0, 1, 2, 3], "mean": [3, 1, 2, 0]})
    assert f"zero: {fine}" in apart and f"mean: {deep}" in apart
    assert not any(level in words.agreement(correlations, {}) for level in LEVEL_NAMES)
    assert "1,010 of 9,000" in words.gallery(1010, 9000, "0110") and "0110" in words.gallery(1, 2, "0110")
    assert "97%" in words.easy_faces(0.97, 1234) and "1,234" in words.easy_faces(0.97, 1234)
    assert words.tile("train-7", 0.256).startswith("train-7") and "26%" in words.tile("train-7", 0.256)


def test_the_link_decides_replacement_mask_and_effect(artifacts, monkeypatch):
    chosen = {"lab_study_replacement": "mean", "lab_study_mask": "0111", "lab_study_effect": "moved"}
    app = open_tab(monkeypatch, artifacts, **chosen)
    drawn = charts(app)
    names = [trace["name"] for trace in drawn["lab_study_histogram"]["data"]]
    assert ["1111" in names[0], "0111, mean" in names[1]] == [True, True]
    assert drawn["lab_study_effects"]["data"][0]["colorbar"]["title"]["text"] == words.MOVED
    found, every = (tables(artifacts / "people", only)["mean", "0111"] for only in (True, False))
    assert words.claim_cell("mean", "0111", found, every, 45) in text_of(app)


def test_forged_links_are_named(artifacts, monkeypatch):
    app = open_tab(
        monkeypatch, artifacts, lab_study_replacement="noise", lab_study_mask="1111", lab_study_page="99"
    )
    warned = "\n".join(element.value for element in app.warning)
    assert len(app.warning) == 3
    assert all(f"'{value}'" in warned for value in ("noise", "1111", "99"))


def test_a_page_that_the_next_selection_does_not_have_is_the_first(artifacts, tmp_path, monkeypatch):
    """Ten people fill two pages; of two people there is one."""
    for name, perfect_ones in (("many", 10), ("two", 2)):
        path = shutil.copytree(artifacts / "people", tmp_path / name)
        study = load_skip_study(open_bundle(path))
        hits = study.hits.copy()
        hits[perfect_ones:, 0] = np.where(hits[perfect_ones:, 0] >= 0, 0, -1)
        edit(path, study, hits)
    link = {"lab_tab": links.LAB_TABS[1], "lab_study_page": "2"}
    app = open_page(monkeypatch, tmp_path, "skip_lab", bundle="many", **link)
    assert sum("_lab_study_open_" in button.key for button in app.button) == 2
    app.selectbox(key=links.BUNDLE).set_value("two").run()
    assert not app.exception
    assert sum("_lab_study_open_" in button.key for button in app.button) == 2
    app.selectbox(key=links.BUNDLE).set_value("many").run()
    assert not app.exception


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
    assert app.session_state[links.LAB_SOURCE] == picture_source.PERSON
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
        app = open_tab(monkeypatch, tmp_path, lab_study_sort=sort, lab_study_mask="0000")
        buttons = [button.key for button in app.button if "_lab_study_open_" in button.key]
        shown = [key.removeprefix("_lab_study_open_") for key in buttons]
        assert [words.tile(name, float(loss[ids.tolist().index(name)])) in text_of(app) for name in shown]
        assert shown == ids[np.lexsort(keys)][:8].tolist()
        assert words.some_bare(open_bundle(tmp_path / "people")) in text_of(app)
    assert words.some_bare(bundle) not in text_of(open_tab(monkeypatch, artifacts))


def test_a_person_without_a_picture_and_without_joints_is_no_black_tile():
    nowhere, somewhere = np.full((17, 2), np.nan), np.full((17, 2), 9.0)
    assert study_gallery._bare_ground(nowhere).max() > 200
    assert np.array_equal(study_gallery._bare_ground(somewhere), drawing.ground())


def test_without_annotations_only_displacements_are_shown(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3, pictures=True)
    run_study(open_bundle(path), None, SkipSettings())
    app = open_tab(monkeypatch, path.parent)
    assert words.UNLABELLED in [info.value for info in app.info]
    (chart,) = figures(app)
    assert chart["data"][0]["colorbar"]["title"]["text"] == words.MOVED
    forged = open_tab(monkeypatch, path.parent, lab_study_effect="lost hits")
    assert len(forged.warning) == 1 and "'lost hits'" in forged.warning[0].value


def test_uniformly_labelled_faces_are_told(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    manifest = copy / "people" / "studies" / "skips" / "manifest.json"
    values = json.loads(manifest.read_text())
    values["info"]["labelled_faces"] = {"people": 1234, "commonest": 0.97}
    manifest.write_text(json.dumps(values))
    (warning,) = open_tab(monkeypatch, copy).warning
    assert warning.value == words.easy_faces(0.97, 1234)


@pytest.mark.parametrize(("commonest", "told"), [(1.0, 1.0), (0.9, 0.9), (0.89, None), (None, None)])
def test_which_faces_are_told(commonest, told):
    assert easy_faces({"labelled_faces": {"people": 5, "commonest": commonest}}) == told


@pytest.mark.parametrize(
    ("mean", "corrected", "small", "verdict"),
    [
        (0.1, 0.0123, 0.6, "small"),
        (-0.1, 0.0123, 0.6, "big"),
        (0.1, 0.0623, 0.6, "open"),
        (0.01, 0.0123, 0.99, "empty"),
    ],
)
def test_the_claim_in_words(mean: float, corrected: float, small: float, verdict: str):
    cell = LossGap(mean, mean - 0.05, mean + 0.05, 40, 0.004, corrected, small, small - mean)
    said = claim_words.claim_sentence(cell, 45)
    assert said.startswith(f"**{claim_words.VERDICTS[verdict]}**")
    assert "n = 40" in said and f"{small:.1%}" in said and f"{small - mean:.1%}" in said
    # The one alone would be the least that there is, were it corrected.
    least = 1 / (FLIPS + 1)
    assert p_value(0.004, least) != p_value(0.004, 45 * least)
    assert p_value(0.004, least) in said and p_value(corrected, 45 * least) in said


def test_a_claim_about_nobody_in_words():
    nan = float("nan")
    cell = LossGap(nan, nan, nan, 0, nan, nan, nan, nan)
    assert claim_words.claim_sentence(cell, 45) == claim_words.NOBODY
    assert claim_words.verdict(cell) == claim_words.VERDICTS["empty"]


def cells(small: int, big: int, undecided: int, empty: int) -> LossGaps:
    """A table of so many cells of each kind."""
    kinds = ((0.1, 0.01, 0.3), (-0.1, 0.01, 0.3), (0.1, 0.2, 0.3), (0.01, 0.01, 0.98))
    every = [
        LossGap(mean, mean - 0.05, mean + 0.05, 40, p, p, lost + mean, lost)
        for (mean, p, lost), count in zip(kinds, (small, big, undecided, empty), strict=True)
        for _ in range(count)
    ]
    return {("zero", f"{at:04b}"): cell for at, cell in enumerate(every)}


@pytest.mark.parametrize(
    ("table", "verdict"),
    [
        (cells(4, 1, 2, 0), Verdict.HOLDS),
        (cells(1, 4, 2, 8), Verdict.DOES_NOT),
        (cells(3, 1, 2, 0), Verdict.UNKNOWN),
        (cells(0, 0, 5, 0), Verdict.UNKNOWN),
        (cells(0, 0, 0, 5), Verdict.UNKNOWN),
    ],
)
def test_the_claim_is_judged_by_most_cells_that_can_answer(table: LossGaps, verdict: Verdict):
    assert judged(table, Verdict.HOLDS) == verdict
    # In a network that finds no more than ones that never learned, or of which that is not known, by nothing.
    assert judged(table, Verdict.DOES_NOT) == Verdict.UNKNOWN
    assert judged(table, Verdict.UNKNOWN) == Verdict.UNKNOWN
    said = claim_words.counted_sentence(table, Verdict.HOLDS)
    count = counted(table)
    told = {name: re.search(rf"{words}\D*(\d+)", said) for name, words in claim_words.VERDICTS.items()}
    numbers = {name: int(found[1]) for name, found in told.items() if found is not None}
    assert numbers == {name: cells for name, cells in count._asdict().items() if cells or name != "empty"}
    assert f" {len(table)} " in said


def test_it_opens_where_the_claim_can_be_answered(artifacts, tmp_path, monkeypatch):
    path = shutil.copytree(artifacts / "people", tmp_path / "people")
    study = load_skip_study(open_bundle(path))
    hits = study.hits.copy()
    labelled = hits >= 0
    # Found with all skips; under zero all is lost with 0000 and 0001, else nothing.
    hits[:] = np.where(labelled, 1, -1)
    for mask in ("0000", "0001"):
        hits[:, parse_mask(mask).position] = np.where(labelled[:, 0], 0, -1)
    edit(path, study, hits)
    app = open_tab(monkeypatch, tmp_path)
    assert app.selectbox(key=links.LAB_STUDY_MASK).value == "0010"
    table = tables(path, True)
    assert counted(table).empty == 2 and not table["zero", "0001"].answers and table["zero", "0010"].answers
    drawn = charts(app)["lab_study_claims"]["data"][0]
    assert [row[0] for row in drawn["z"]] == [None, None, *[0] * 13] and drawn["y"][:2] == ["0000", "0001"]
    asked = open_tab(monkeypatch, tmp_path, lab_study_mask="0000")
    assert asked.selectbox(key=links.LAB_STUDY_MASK).value == "0000" and not asked.warning


def test_the_table_of_the_claim_has_every_cell(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    table = next(one.value for one in app.dataframe if "p, corrected" in one.value)
    expected = tables(artifacts / "people", True)
    assert list(zip(table["replacement"], table["mask"], strict=True)) == list(expected)
    assert table["p, corrected"].tolist() == pytest.approx([one.corrected for one in expected.values()])
    assert table["verdict"].tolist() == [claim_words.verdict(one) for one in expected.values()]


def test_networks_that_never_learned_are_in_grey(artifacts, tmp_path, monkeypatch):
    path = shutil.copytree(artifacts / "people", tmp_path / "people")
    without = charts(open_tab(monkeypatch, tmp_path))
    greys = lambda chart: [one for one in chart["data"] if one.get("name", "").startswith("never learned")]  # noqa: E731
    assert not any(greys(chart) for chart in without.values())
    plant_control(path, [(0.3, 0.1), (0.2, 0.12)], moved=7)
    app = open_tab(monkeypatch, tmp_path, lab_study_mask="0000")
    drawn, said = charts(app), text_of(app)
    lines = [shape["x0"] for shape in drawn["lab_study_histogram"]["layout"]["shapes"]]
    assert lines == pytest.approx([0.3, 0.12])
    # All four cut cost 0.2 and 0.08, of which every level carries a quarter.
    (bars, *others) = greys(drawn["lab_study_shapley"])
    assert numbers(bars["y"]) == pytest.approx([5] * 4) and len(others) == 2
    assert all(one["marker"]["color"] == GREY for one in (bars, *others))
    _, grey = drawn["lab_study_effects"]["data"]
    assert grey["z"][-1] == pytest.approx([0] * 4)
    shares = words.never_learned_shares({"zero": np.full((2, 4), 0.05)})
    assert shares.strip() in said and "5.0" in shares
    claim = words.never_learned_claim(np.array([[0.3, 0.3], [0.2, 0.2]]))
    assert claim.strip() in said and "30.0%" in claim
    moved = open_tab(monkeypatch, tmp_path, lab_study_effect="moved")
    _, grey = charts(moved)["lab_study_effects"]["data"]
    farthest = words.never_learned_effect(np.full((2, 4), 7.0), words.MOVED, 1).strip()
    assert grey["z"][-1] == pytest.approx([7] * 4) and farthest in text_of(moved) and "7.0" in farthest
    # Of a study from before joints were stored, and of what is not: a cell alone is no evidence.
    unknown = words.never_learned_joints(None, "", 1).strip()
    assert unknown in said and unknown in text_of(moved)


def test_every_joint_stands_beside_networks_that_never_learned(artifacts, tmp_path, monkeypatch):
    path = shutil.copytree(artifacts / "people", tmp_path / "people")
    # The own network's are not theirs. The first loses 0.1 of all joints with any level, of noses 0.3 with
    # the second; the other gains as much as it finds.
    shares = np.full((3, 16, K), 0.5, np.float32)
    shares[0] = np.eye(16, K)
    shares[1, SINGLE_CUTS] -= 0.1
    shares[1, SINGLE_CUTS[1], 0] -= 0.2
    shares[2, SINGLE_CUTS[3], 5] += 0.4
    plant_control(path, [(0.3, 0.1), (0.2, 0.12)], joint_shares=shares)
    app = open_tab(monkeypatch, tmp_path)
    cells, grey = charts(app)["lab_study_effects"]["data"]
    by_joint = [row[-1] for row in grey["z"]]
    assert by_joint[0] == pytest.approx(30) and by_joint[5] == pytest.approx(-40)
    assert by_joint[1] == pytest.approx(10) and by_joint[-1] is None and len(grey["x"]) == 5
    assert numbers(cells["customdata"])[:3, :, 3] == pytest.approx(
        np.array([[10, 30, 10, 10], [10] * 4, [10] * 4])
    )
    # The title of the axis stands below names of three lines.
    height = lambda chart: chart["layout"]["margin"]["b"]  # noqa: E731
    mean = open_tab(monkeypatch, tmp_path, lab_study_replacement="mean")
    apart = [height(charts(one)["lab_study_effects"]) for one in (app, mean)]
    assert apart[0] - apart[1] == 2 * AXIS_LINE
    table = next(one.value for one in app.dataframe if untrained.AT_MOST in one.value)
    assert table[untrained.AT_MOST].iloc[[0, 17, 34]].tolist() == pytest.approx([10, 30, 10])
    theirs = words.never_learned_joints(np.full((2, 4, K), 0.3), words.LOST, 100)
    assert theirs.strip() in text_of(app) and "30.0" in theirs
    assert len(charts(mean)["lab_study_effects"]["data"][1]["x"]) == 4
    assert words.never_learned_joints(None, "", 1).strip() in text_of(mean)


def test_of_networks_that_lose_all_joints_nothing_is_said_to_have_moved(artifacts, tmp_path, monkeypatch):
    path = shutil.copytree(artifacts / "people", tmp_path / "people")
    plant_control(path, [(0.3, 0.1), (0.2, 0.12)], moved=np.nan)
    said = text_of(open_tab(monkeypatch, tmp_path, lab_study_effect="moved"))
    assert words.never_learned_effect(np.full((2, 4), np.nan), words.MOVED, 1).strip() == words.NEVER_MOVED
    assert words.NEVER_MOVED in said
    some = np.array([[np.nan, 7, 3, 1], [2, 2, 2, 2]])
    reach = words.never_learned_effect(some, words.MOVED, 1)
    assert "7.0" in reach and words.NEVER_MOVED not in reach


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
    study = load_skip_study(open_bundle(artifacts / "people"))
    compared = paired_differences({name: summarise(study, name).scores for name in study.replacements})
    said = words.differences(compared)
    assert len(table) == 12 and said in text_of(app) and " 12 " in said and f"**{apart}**" in said


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
