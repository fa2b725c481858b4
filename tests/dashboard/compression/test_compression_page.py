"""The page Compression, on a study with planted figures."""

import re
import shutil

import numpy as np
import pytest
import streamlit as st
from fake_bundle import make_fake_bundle
from opening import open_page
from planted_compression import FINDS, PEOPLE, plant_compression
from planted_studies import plant_probe
from reading import everything, figures, numbers
from reading import words as said

from dashboard.compression import charts, known, losers_words, survives_words, words
from dashboard.shared import cache, links
from dashboard.shared.bundles import network_name
from dashboard.shared.shown_here import Verdict, sentence
from posecore.bundle import open_bundle
from posecore.bundle.studies import study_folder
from posecore.keypoints import MPII16
from posecore.metrics.paired import Comparison
from posecore.statistics import Estimate
from posecore.studies.compression import summary
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.probe.results import SKIPS
from posecore.studies.skips.results import load_skip_study
from posecore.studies.skips.study import SkipSettings, run_study
from posecore.studies.skips.summary import Leaning

PAGE = "compression"


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory):
    folder = tmp_path_factory.mktemp("artifacts")
    path = make_fake_bundle(folder / "one", people=6, channels=32, annotations=True, pictures=True)
    plant_compression(path)
    make_fake_bundle(folder / "without", people=6)
    return folder


@pytest.fixture(scope="module")
def study(artifacts):
    from posecore.studies.compression.results import load_compression_study

    return load_compression_study(open_bundle(artifacts / "one"))


def keys(app):
    return {element.proto.id.rsplit("-", 1)[-1] for element in app.get("plotly_chart")}


def test_without_a_study_one_line_with_the_command_and_nothing_else(artifacts, monkeypatch):
    app = open_page(monkeypatch, artifacts, PAGE, bundle="without")
    assert len(app.info) == 1 and "scripts/compression_study.py --bundle" in app.info[0].value
    assert not app.get("plotly_chart") and not app.error and not app.warning


def test_it_is_in_the_navigation_only_where_a_bundle_has_the_study(artifacts, tmp_path, monkeypatch):
    make_fake_bundle(tmp_path / "without", people=6)
    listed, real = {}, st.Page

    def listen(file, **rest):
        listed[file] = rest["visibility"]
        return real(file, **rest)

    monkeypatch.setattr(st, "Page", listen)
    for folder, visibility in ((artifacts, "visible"), (tmp_path, "hidden")):
        open_page(monkeypatch, folder, "overview")
        assert listed.pop("compression/page.py") == visibility
        assert len(listed) > 5 and set(listed.values()) == {"visible"}
    # Whoever has the address is told how to make it.
    app = open_page(monkeypatch, tmp_path, PAGE)
    assert [title.value for title in app.title] == ["Compression"] and len(app.info) == 1


def test_the_question_on_top_is_answered_with_the_studys_figures(artifacts, study, monkeypatch):
    from dashboard.compression.known import Figures

    app = open_page(monkeypatch, artifacts, PAGE, bundle="one")
    contests = summary.contests(study, 0)
    told = Figures(0, [], [], contests, True, None, [], [])
    assert sentence(*words.shown(study, told)) in everything(app)
    for one in contests:
        if one.against != "scratch":
            assert words.contest(one) in said(app)
            assert words.on_whom_behind(one, summary.behind(study, one, 0)) in everything(app)


def test_on_whom_the_gain_differs_is_told_with_its_sign(study):
    """Of groups by what is found less; nobody is named whose gain does not surely differ."""
    one = summary.contests(study, 0)[0]
    of = summary.Group("family", "lying", -0.05, -0.07, -0.03, 40, 0.02, 1e-4, 1e-3)
    told = words.on_whom_behind(one, [of._replace(corrected=0.2, loss=0.5), of])
    assert "lying: +5.0 points (+3.0 to +7.0, n = 40) against −2.0 on all others" in told
    assert "of 1 groups none surely differs" in words.on_whom_behind(one, [of._replace(corrected=0.2)])


@pytest.mark.parametrize(
    ("beats", "verdict"), [(True, Verdict.HOLDS), (False, Verdict.DOES_NOT), (None, Verdict.UNKNOWN)]
)
def test_the_verdict_is_the_summarys(study, beats, verdict):
    from dashboard.compression.known import Figures

    told = Figures(0, [], [], summary.contests(study, 0), beats, None, [], [])
    assert words.shown(study, told)[1] is verdict
    assert words.shown(study, told._replace(contests=[]))[1] is Verdict.UNKNOWN


def test_three_panels_show_every_point_where_it_stands(artifacts, study, monkeypatch):
    app = open_page(monkeypatch, artifacts, PAGE, bundle="one")
    drawn = figures(app)
    assert len(drawn) == 5
    for figure, panel in zip(drawn, charts.PANELS, strict=False):
        assert f"n = {PEOPLE} " in figure["layout"]["title"]["text"]
        by_name = {re.sub("<br>", " ", t["name"]): t for t in figure["data"] if t.get("name")}
        tuned = by_name[words.series("tuned", "bayesian")]
        places = [p for p, one in enumerate(study.points) if (one.kind, one.method) == ("tuned", "bayesian")]
        np.testing.assert_allclose(numbers(tuned["x"]), [panel.of(study, p) for p in places])
        assert numbers(tuned["error_y"]["array"]).min() > 0
        grey = {by_name[words.METHODS[name]]["marker"]["color"] for name in ("dense", "shipped", "scratch")}
        assert grey == {charts.GREY}
        single = words.series("masked", "l1")
        assert (single in by_name) == (panel.key == "parameters")
        assert words.METHODS["untrained"] in by_name
    lost = numbers(drawn[3]["data"][0]["x"])
    np.testing.assert_allclose(
        lost, [100 * float(f.difference.mean) for _, f in summary.lost(study, 0)], atol=1e-9
    )
    assert "PCKh" in str(drawn[4]["layout"]["yaxis"]["title"]) and "n = " not in str(drawn[4]["layout"])


def test_the_slider_marks_the_same_share_in_all_three_and_masks_the_network(artifacts, study, monkeypatch):
    links_ = {links.COMPRESSION_SHARE: "50 %", "bundle": "one"}
    app = open_page(monkeypatch, artifacts, PAGE, **links_)
    assert not app.warning and not app.error
    marked = [p for p, one in enumerate(study.points) if one.method == "bayesian" and one.keep == 0.5]
    assert {study.points[p].kind for p in marked} == {"tuned", "masked", "live"}
    for figure, panel in zip(figures(app), charts.PANELS, strict=False):
        ring = next(t for t in figure["data"] if t.get("name") == words.MARKED)
        np.testing.assert_allclose(numbers(ring["x"]), [panel.of(study, p) for p in marked])
        found = [summary.pck(study, 0)[p] for p in marked]
        np.testing.assert_allclose(
            numbers(ring["error_y"]["arrayminus"]), [one.mean - one.low for one in found], atol=1e-9
        )
    alts = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert words.heatmap_alt(words.masked_title(0.5), "all joints") in alts
    assert words.heatmap_alt(words.DENSE_TITLE, "all joints") in alts


def test_live_heatmaps_are_those_of_the_masked_network_and_leave_the_shared_one_alone(
    artifacts, study, monkeypatch
):
    from dashboard.compression import live
    from dashboard.shared import predictions
    from posecore.compression.masks import masked
    from posecore.compression.ranking import kept_share
    from posecore.inference import Predictor
    from posecore.models.checkpoint import weights_digest

    bundle = open_bundle(artifacts / "one")
    crop = np.random.default_rng(0).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    before = weights_digest(predictions.predictor(bundle).network)
    whole = live.whole_heatmaps(bundle, crop)
    found = live.masked_heatmaps(bundle, study.created, 0.5, crop)
    kept, _ = kept_share(study.live, bundle.network(), 0.5)
    expected = Predictor(masked(bundle.network(), kept), "fp32").heatmaps(crop[None])[0]
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.abs(found - whole).max() > 0
    assert weights_digest(predictions.predictor(bundle).network) == before


def test_a_forged_share_gets_a_sentence_and_the_default(artifacts, monkeypatch):
    link = {links.COMPRESSION_SHARE: "0 %", "bundle": "one"}
    app = open_page(monkeypatch, artifacts, PAGE, **link)
    assert len(app.warning) == 1 and links.COMPRESSION_SHARE in app.warning[0].value.replace("\\", "")
    assert app.get("plotly_chart")


def test_who_loses_shows_pictures_joints_groups_and_margins(artifacts, study, monkeypatch):
    link = {links.COMPRESSION_TAB: links.COMPRESSION_TABS[1], "bundle": "one"}
    app = open_page(monkeypatch, artifacts, PAGE, **link)
    arm = summary.arms(study)[0]
    shown = everything(app)
    assert losers_words.worst_group(summary.groups(study, arm, 0)) in shown
    assert losers_words.foretold(summary.foretold(study, arm, 0)) in shown
    assert "foretells" in losers_words.foretold(summary.foretold(study, arm, 0))
    gone, _, labelled = summary.changed(study, arm, 0)
    drawn = [row for row in study.people[0].shown if gone[row] > 0]
    assert drawn
    for row in drawn:
        assert losers_words.tile(f"val-{row}", gone[row], 0, labelled[row]) in shown
    assert f"pictures of {len(study.people[0].shown)} people" in shown
    assert len(figures(app)) == 2
    table = next(frame.value for frame in app.dataframe if "sample id" in frame.value.columns)
    assert len(table) == PEOPLE and table.iloc[0, 1] == gone.max()


def test_what_survives_draws_the_hourglass_and_tells_of_the_hessian(artifacts, study, monkeypatch):
    link = {links.COMPRESSION_TAB: links.COMPRESSION_TABS[2], "bundle": "one"}
    app = open_page(monkeypatch, artifacts, PAGE, **link)
    from dashboard.compression import hourglass

    arm = summary.arms(study)[0]
    shares = hourglass.survives(study, arm.points)
    shown = everything(app)
    assert survives_words.surviving(arm, shares) in shown
    assert survives_words.hessian(study.hessians) in shown
    assert survives_words.NO_SMALLER_BUNDLE in shown
    svg = hourglass.hourglass_svg(shares, "dark")
    assert f'stroke-width="{hourglass.THICKEST * shares["skip 0"]:.2f}"' in svg


def test_shares_that_survive_are_of_the_part_they_are_called_by(study):
    from dataclasses import replace

    from dashboard.compression import hourglass

    arm = summary.arms(study)[0]
    widths = np.tile(study.widths[0], (len(study.points), 1))
    skip = [p for p, name in enumerate(study.width_names) if name.startswith("hourglasses.0.skip.2.")]
    assert len(skip) == 2
    for point in arm.points:
        widths[study.place(point), skip[0]] //= 2
    changed = replace(study, widths=widths)
    shares = hourglass.survives(changed, arm.points)
    assert shares.pop("skip 2") == pytest.approx(0.75)
    assert set(shares.values()) == {1.0}
    assert {"skip 0", "skip 1", "skip 3", "down 0", "up 2", "bottleneck", "trunk", "stem"} <= set(shares)


def test_a_smaller_bundle_of_the_same_people_is_shown_beside(tmp_path, monkeypatch):
    from dataclasses import asdict

    import fake_bundle as fake

    from posecore.models.hourglass import HourglassConfig

    path = make_fake_bundle(tmp_path / "one", people=6, channels=32, annotations=True, pictures=True)
    plant_compression(path)
    inner = tuple((8, 8) for _ in range(HourglassConfig().residuals))
    monkeypatch.setattr(fake, "HourglassConfig", lambda **given: HourglassConfig(**given, inner=inner))
    small = make_fake_bundle(tmp_path / "little", people=6, channels=16, annotations=True, pictures=True)
    assert asdict(open_bundle(small).network().config)["inner"]
    assert "16 channels, compressed" in network_name(open_bundle(small))
    for one in (path, small):
        plant_probe(one, {"bottleneck": 0.5, **dict.fromkeys(SKIPS, 0.4)})
    app = open_page(monkeypatch, tmp_path, PAGE)
    assert cache.bundle_names() == ["one", "little"] and not app.error
    title = words.tuned_title(open_bundle(path), open_bundle(small))
    alts = [picture.alt for images in app.image for picture in images.proto.imgs]
    assert words.heatmap_alt(title, "all joints") in alts
    link = {links.COMPRESSION_TAB: links.COMPRESSION_TABS[2], "bundle": "one"}
    app = open_page(monkeypatch, tmp_path, PAGE, **link)
    assert "skip_study.py" in said(app) and not app.error
    for one in (path, small):
        run_study(open_bundle(one), None, SkipSettings(replacements=("zero",)))
    app = open_page(monkeypatch, tmp_path, PAGE, **link)
    assert not app.error
    tables = {tuple(frame.value.columns)[1]: frame.value for frame in app.dataframe}
    assert list(tables["n"]["network"]) == [
        *(survives_words.bundle_title(open_bundle(one)) for one in (path, small)),
        survives_words.DIFFERENCE,
    ]
    assert set(tables["n"]["n"]) == {6}
    lost = tables["n"]["lost with all skips cut"]
    assert lost[2] == pytest.approx(lost[1] - lost[0])
    assert set(tables["part"]["R²"].round(3)) == {0.5, 0.4}
    assert {"bottleneck", "64 × 64 skip"} <= set(tables["part"]["part"])
    assert "With all skip connections cut, one loses" in said(app)
    assert survives_words.NOT_READ_OFF in said(app)
    # Of people drawn otherwise fewer are in both.
    for one, seed in ((path, 0), (small, 1)):
        shutil.rmtree(study_folder(open_bundle(one), "skips"), ignore_errors=True)
        run_study(open_bundle(one), None, SkipSettings(replacements=("zero",), limit=3, seed=seed))
    ids = [set(load_skip_study(open_bundle(one)).sample_ids) for one in (path, small)]
    app = open_page(monkeypatch, tmp_path, PAGE, **link)
    assert f"n = {len(ids[0] & ids[1])} in the skip studies of both" in said(app)


def test_bottlenecks_are_read_off_the_same_people(artifacts, tmp_path):
    one, copy = (shutil.copytree(artifacts / "one", tmp_path / name) for name in ("one", "copy"))
    pair = open_bundle(one), open_bundle(copy)
    assert known.read_off(*pair) is None
    compare_bundles(*pair, None, PairSettings())
    found = known.read_off(*pair)
    assert found.difference.n == 6 and found.difference.mean == 0 and 0 <= found.one.mean <= 1
    told = survives_words.read_off(("one", "copy"), found)
    assert "Of the same 6 people" in told and "**cannot be told**" in told
    ahead = found._replace(difference=Estimate(*(np.array(value) for value in (0.2, 0.1, 0.3, 6))))
    assert "knows **more**" in survives_words.read_off(("one", "copy"), ahead)


@pytest.mark.parametrize(("ahead", "verdict"), [(0.3, "more"), (0.0, "cannot be told"), (-0.3, "less")])
def test_who_leans_more_on_skips_follows_from_the_difference_person_by_person(ahead, verdict):
    def masks(mean):
        return Estimate(*(np.full(16, value) for value in (mean, mean - 0.05, mean + 0.05, 9)))

    # Of each alone the intervals overlap widely.
    found = Comparison(masks(0.5), masks(0.5), masks(ahead))
    assert f"**{verdict}**" in survives_words.leaning(("one", "little"), Leaning(9, found, found))


def test_a_study_without_tuned_networks_or_a_ranking_says_so_everywhere(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "one", people=6, channels=32, annotations=True, pictures=True)
    bare = {key: share for key, share in FINDS.items() if key[0] in ("reference", "masked")}
    plant_compression(path, bare, live=False)
    for tab in links.COMPRESSION_TABS:
        link = {links.COMPRESSION_TAB: tab, "bundle": "one"}
        app = open_page(monkeypatch, tmp_path, PAGE, **link)
        assert not app.error and not app.warning
        if tab != links.COMPRESSION_TABS[0]:
            assert words.NOTHING_TUNED in said(app)


def test_several_data_sets_are_chosen_between_in_the_link(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "one", people=6, channels=32)
    study = plant_compression(path, data=("rendered people", "photographs"), live=False)
    titles = [words.people(study, number) for number in (0, 1)]
    assert len(set(titles)) == 2
    link = {links.COMPRESSION_DATA: titles[1], "bundle": "one"}
    app = open_page(monkeypatch, tmp_path, PAGE, **link)
    assert not app.warning
    assert all(titles[1] in figure["layout"]["title"]["text"] for figure in figures(app)[:3])


def test_another_set_of_joints_and_a_network_without_skips_are_shown_alike(tmp_path, monkeypatch):
    path = make_fake_bundle(
        tmp_path / "one",
        people=6,
        channels=32,
        annotations=True,
        pictures=True,
        keypoints=MPII16,
        skips="0000",
    )
    study = plant_compression(path)
    for tab in links.COMPRESSION_TABS:
        link = {links.COMPRESSION_TAB: tab, "bundle": "one"}
        app = open_page(monkeypatch, tmp_path, PAGE, **link)
        assert not app.error and not app.warning
        if tab == links.COMPRESSION_TABS[0]:
            every = next(frame.value for frame in app.dataframe if "PCKH" in frame.value.columns)
            assert set(MPII16.labels) <= set(every.columns)
            assert "stand-ins" in words.heads(study, 0) and words.heads(study, 0) in said(app)
