"""Networks trained side by side, as a browser shows them, from a study of networks nobody trained."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from fake_networks import make_study, planted, write_fake_study
from opening import open_page
from reading import figures, numbers, words
from streamlit.testing.v1 import AppTest

from dashboard.compare import networks_words
from dashboard.shared import untrained
from posecore.ablation import ALL_OFF
from posecore.bundle import open_bundle, study_command
from posecore.keypoints import K
from posecore.metrics.pck import pck
from posecore.statistics import Estimate
from posecore.studies.networks.facts import DataSet, longest
from posecore.studies.networks.results import load_networks_study
from posecore.studies.networks.summary import NetworksSummary, SeedGain, summarise

CHARTS = ["networks_scores", "networks_gains", "networks_skips", "networks_stacks"]


def page() -> None:
    from dashboard.compare import networks as networks_tab
    from dashboard.shared import bundles

    networks_tab.show(bundles.current_bundle())


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory):
    return make_study(tmp_path_factory.mktemp("runs"), planted())


@pytest.fixture(scope="module")
def artifacts(study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("artifacts")
    write_fake_study(open_bundle(make_fake_bundle(folder / "people", 3)), study)
    return folder


def open_tab(monkeypatch: pytest.MonkeyPatch, artifacts: Path, **link: str) -> AppTest:
    return open_page(monkeypatch, artifacts, page, **link)


def with_study(tmp_path: Path, study) -> Path:
    write_fake_study(open_bundle(make_fake_bundle(tmp_path / "artifacts" / "people", 3)), study)
    return tmp_path / "artifacts"


def keys(app: AppTest) -> list[str]:
    """Of the charts, in order."""
    return [chart.proto.id.rpartition("-")[2] for chart in app.get("plotly_chart")]


def test_without_a_study_there_is_one_sentence_with_the_command(tmp_path, monkeypatch):
    path = make_fake_bundle(tmp_path / "artifacts" / "people", 3)
    app = open_tab(monkeypatch, path.parent)
    (info,) = app.info
    assert study_command(open_bundle(path), "networks") in info.value
    assert not app.get("plotly_chart") and not app.error


def test_a_broken_study_is_named(artifacts, tmp_path, monkeypatch):
    copy = shutil.copytree(artifacts, tmp_path / "copy")
    (copy / "people" / "studies" / "networks" / "manifest.json").write_text("{")
    (info,) = open_tab(monkeypatch, copy).info
    assert "manifest.json" in info.value and "networks_study.py" in info.value


def test_networks_that_never_learned_are_lines_in_grey(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    bundle = open_bundle(artifacts / "people")
    assert untrained.missing(bundle) in words(app) and "shapes" not in figures(app)[0]["layout"]
    found = np.stack([np.full((1, 4, 16), share) for share in (0.9, 0.1, 0.25)])
    shares = np.stack([np.full((16, K), share) for share in (0.9, 0.1, 0.2)])
    shares[2, ALL_OFF.position] = 0.05
    shares[1, 0, 5] = 0.3  # one of the shoulders
    control = SimpleNamespace(
        replacements=np.array(["zero"]), skip_scores=found, skip_people=np.arange(4), joint_shares=shares
    )
    monkeypatch.setattr(untrained, "reference", lambda _: control)
    app = open_tab(monkeypatch, artifacts)
    gains, parts, _ = figures(app)[1:]
    band = [shape for shape in gains["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(one["x0"], one["x1"]) for one in band] == [pytest.approx((-15, 15))]
    assert networks_words.never_apart(0.15, 4) in words(app)
    on, off = (numbers(one["y"]).reshape(2, -1) for one in parts["data"][:2])
    assert on[:, 0] == pytest.approx([0.1, 0.25]) and on[:, 2] == pytest.approx([0.2, 0.2])
    assert off[:, 1:3] == pytest.approx(np.array([[0.1, 0.1], [0.05, 0.05]]))
    assert networks_words.never_parts(on, off, 4) in words(app)
    assert words(app).count(untrained.unknown(networks_words.LATER_STACK)) == 1
    # One network does not differ from another, and what is of other joints stands beside none.
    control.skip_scores, control.joint_shares = found[:2], shares[:2, :, :16]
    app = open_tab(monkeypatch, artifacts)
    assert untrained.unknown(networks_words.GAINS) in words(app)
    assert untrained.unknown(networks_words.GROUPS) in words(app)
    control.skip_scores, control.joint_shares = found, shares
    app = open_tab(monkeypatch, artifacts)
    lines = figures(app)[0]["layout"]["shapes"]
    assert [line["x0"] for line in lines] == pytest.approx([0.1, 0.25])
    assert networks_words.never_found(np.array([0.1, 0.25]), 4) in words(app)


def test_every_part_is_there_with_its_source(artifacts, study, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    assert keys(app) == CHARTS and all(chart.proto.alt for chart in app.get("plotly_chart"))
    for chart in figures(app):
        title = chart["layout"]["title"]["text"].replace("<br>", " ")
        data = study.data[0]
        assert f"n = {networks_words.people_of(study, data, study.networks)}" in title
        assert title.endswith("4 channels")
    assert not app.warning and not app.info


def test_every_seed_has_its_dot_with_an_interval_over_people(artifacts, study, monkeypatch):
    scores = figures(open_tab(monkeypatch, artifacts))[0]
    assert [trace["name"] for trace in scores["data"]] == ["seed 0", "seed 1"]
    for trace, seed in zip(scores["data"], (0, 1), strict=True):
        shown = dict(zip(trace["y"], numbers(trace["x"]), strict=True))
        networks = [network for network in study.networks if network.seed == seed]
        assert shown == pytest.approx({n.label: pck(study.as_built(n, study.data[0])) for n in networks})
        assert (numbers(trace["error_x"]["array"]) >= 0).all()
    marks = {trace["marker"]["symbol"] for trace in scores["data"]}
    assert len(marks) == 2


def test_the_link_decides_the_people_and_a_forged_one_is_named(artifacts, study, monkeypatch):
    app = open_tab(monkeypatch, artifacts, net_data="rendered")
    titles = [one["layout"]["title"]["text"].replace("<br>", " ") for one in figures(app)]
    assert all("n = 30 people of rendered" in title for title in titles)
    forged = open_tab(monkeypatch, artifacts, net_data="nobody")
    offered = [networks_words.named(study, data) for data in study.data]
    assert offered[0].count(",") == 1  # so that another sign stands between the two
    assert "'nobody'" in forged.warning[0].value and "; ".join(offered) in forged.warning[0].value
    assert "n = 40" in figures(forged)[0]["layout"]["title"]["text"]


def test_the_fair_control_in_words(artifacts, study, monkeypatch):
    summary = summarise(study, study.data[0])
    lines = networks_words.fair_sentences(summary, longest(study.networks))
    said = words(open_tab(monkeypatch, artifacts))
    assert all(line in said for line in lines)
    first, second = [line for line in lines if "*ae*" in line]
    assert "**0.0 points more** [0.0, 0.0]" in first and "seed 0" in first
    assert networks_words.NO_DIFFERENCE in first and networks_words.NO_DIFFERENCE not in second
    assert "**100.0 points more** [100.0, 100.0]" in second and "seed 1" in second
    assert "*plain on*" in second and "n = 40" in second
    # What it gains over its beginning, and what longer training alone does.
    gains = re.findall(r"([+−])[\d.]+", second)
    assert gains == ["+", "−"]


def test_seeds_are_said_where_there_are_enough(study):
    summary = summarise(study, study.data[0])
    assert networks_words.seed_sentences(summary) == []
    over = (networks_words.OVER_PEOPLE, networks_words.OVER_SEEDS)
    limits = "\n".join(networks_words.limits(study, summary))
    assert [line in limits for line in over] == [True, False]
    known = {"ae": SeedGain(0.02, -0.01, 0.05, 3), "two": SeedGain(0.02, 0.01, 0.03, 4)}

    class Seeds(NetworksSummary):
        def over_seeds(self) -> dict[str, SeedGain]:
            return known

    more = Seeds(**vars(summary))
    told, sure = networks_words.seed_sentences(more)
    assert "3 seeds" in told and "+2.0" in told and "[−1.0, 5.0]" in told
    assert networks_words.SEEDS_HOLD_0 in told and networks_words.SEEDS_HOLD_0 not in sure
    assert "4 seeds" in sure
    limits = "\n".join(networks_words.limits(study, more))
    assert [line in limits for line in over] == [False, True]


def name_of(trace: dict) -> str:
    """A trace's name as it is read, though it may stand in two lines."""
    return trace["name"].replace("<br>", " ")


def test_networks_trained_for_fewer_steps_are_in_the_figure_only(artifacts, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    said = words(app)
    assert "*none on*" in said and "*none*" not in said
    gains = figures(app)[1]
    fair = [trace for trace in gains["data"] if "same training" in name_of(trace)]
    begun = [trace for trace in gains["data"] if "began with" in name_of(trace)]
    assert [sorted(trace["y"]) for trace in fair] == [["ae", "none", "none on", "two", "two on"]] * 2
    assert [sorted(trace["y"]) for trace in begun] == [["ae", "none on", "plain on", "two on"]] * 2
    assert all(trace["marker"]["symbol"].endswith("-open") for trace in begun)
    ae = numbers(fair[1]["x"])[list(fair[1]["y"]).index("ae")]
    assert ae == pytest.approx(100)


def test_cut_and_trained_without_stand_in_one_figure(artifacts, study, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    parts = figures(app)[2]
    kinds = ["nothing cut", "all cut at test time", "trained without"]
    assert [trace["name"] for trace in parts["data"]] == 2 * kinds
    assert [trace["showlegend"] for trace in parts["data"]] == [True] * 3 + [False] * 3
    built = [
        f"{name}, seed {seed}"
        for seed in (0, 1)
        for name in ("plain on, nothing cut", "plain on, all cut at test time", "none on, trained without")
    ]
    for trace, name in zip(parts["data"], built, strict=True):
        assert f"%{{x}}, {name}<br>" in trace["hovertemplate"]
    symbols = [trace["marker"]["symbol"] for trace in parts["data"]]
    assert symbols == ["circle"] * 3 + ["diamond"] * 3
    assert "circles *plain on*, seed 0; diamonds *plain on*, seed 1." in words(app)
    named, data = {network.name: network for network in study.networks}, study.data[0]
    expected = [
        study.as_built(named["plain on · seed 0"], data),
        study.cut(named["plain on · seed 0"], data),
        study.as_built(named["none on · seed 0"], data),
    ]
    for trace, hits in zip(parts["data"], expected, strict=False):
        assert numbers(trace["y"])[0] == pytest.approx(pck(hits))
    assert networks_words.HOW_SKIPS in words(app)


def test_stacks_are_told_the_right_way_round(artifacts, study, monkeypatch):
    app = open_tab(monkeypatch, artifacts)
    two = next(network for network in study.networks if network.name == "two on · seed 0")
    first, last = (pck(study.stack_hits(two, study.data[0], stack)) for stack in (1, 2))
    assert last > first
    sentence = networks_words.stack_sentence(summarise(study, study.data[0]).stacks[0])
    assert sentence in words(app) and f"**{100 * (last - first):.1f} points more**" in sentence
    assert re.findall(r"\d\.\d{3}", sentence) == [f"{last:.3f}", f"{first:.3f}"]
    stacks = figures(app)[3]
    assert len(stacks["data"]) == 2 and len(stacks["data"][0]["y"]) == 18
    assert numbers(stacks["data"][0]["x"])[0] == pytest.approx(100 * (last - first))


def test_the_table_holds_every_network_and_every_data_set(artifacts, study, monkeypatch):
    table = open_tab(monkeypatch, artifacts).dataframe[0].value
    assert len(table) == len(study.networks) == 14
    row = table[(table["network"] == "ae") & (table["seed"] == 1)].iloc[0]
    assert (row["autoencoder"], row["epochs"], row["steps"]) == (3, 4, 24)
    assert row["trained"] == "fast 3, then onward 1" and row["skips built"] == "1111"
    for data in study.data:
        expected = [pck(study.as_built(network, data)) for network in study.networks]
        title = networks_words.named(study, data)
        assert table[f"PCK, {title}"].tolist() == pytest.approx(expected)
        assert (table[f"n, {title}"] == data.people).all()


def test_what_is_not_shown_follows_from_the_records(artifacts, study, monkeypatch):
    by_data = []
    for data, link in zip(study.data, ({}, {"net_data": "rendered"}), strict=True):
        by_data.append(networks_words.limits(study, summarise(study, data)))
        said = words(open_tab(monkeypatch, artifacts, **link))
        assert all(line in said for line in by_data[-1])
    limits = {line.split("**")[1].rstrip("."): line for line in by_data[0]}
    assert re.findall(r"\d+", limits["Width"]) == ["4", "256"]
    # Epochs of weights and of recipes; networks that still gain, of how many, by more than a point.
    assert re.findall(r"\d+", limits["Length"])[:6] == ["3", "4", "17", "14", "14", "1"]
    assert re.findall(r"\d+", limits["Seeds"]) == ["2"] and re.findall(r"\d+", limits["Autoencoders"]) == [
        "100"
    ]
    assert "Chosen here" in limits and not any("Chosen here" in line for line in by_data[1])


def limits_of(study, **changes):
    """With facts of all networks changed."""
    networks = tuple(replace(network, **changes) for network in study.networks)
    changed = replace(study, networks=networks)
    return "\n".join(networks_words.limits(changed, summarise(changed, changed.data[0])))


def test_limits_that_do_not_hold_are_not_told(study):
    assert "**Width.**" not in limits_of(study, channels=256, bottleneck=256)
    (length,) = re.findall(r"\*\*Length\.\*\*.*", limits_of(study, val_pck=(0.5, 0.505)))
    assert re.findall(r"\d+", length) == ["3", "4", "17"]  # and of none that it still gains
    assert "**Size.**" in limits_of(study) and "**Size.**" not in limits_of(study, parameters=5)
    assert "Autoencoders" not in limits_of(study, trainings=study.networks[0].trainings)
    seen = replace(study, data=(DataSet("fake people", "train", "of fake people", 40), study.data[1]))
    (line,) = [
        one for one in networks_words.limits(seen, summarise(seen, seen.data[0])) if "**Not new.**" in one
    ]
    assert re.findall(r"\d+", line) == ["14", "14"]


def test_where_roles_are_not_filled_a_sentence_stands_in_their_place(tmp_path, monkeypatch):
    runs = {"plain-0": {}, "narrow-1": {"seed": 1, "bottleneck_channels": 2}}
    app = open_tab(monkeypatch, with_study(tmp_path, make_study(tmp_path / "runs", runs)))
    assert keys(app) == CHARTS[:1]
    said, made = words(app), load_networks_study(open_bundle(tmp_path / "artifacts" / "people"))
    assert networks_words.NO_FAIR in said and networks_words.NO_SKIPS in said
    assert networks_words.NO_STACKS in said
    # One seed of each network tells nothing of how far seeds lie apart.
    scores = networks_words.how_scores(made, summarise(made, made.data[0]))
    assert scores in said and not re.search(r"[\d.]+ points", scores)


def test_labels_decide_nothing(tmp_path, study, monkeypatch):
    odd = replace(study, networks=tuple(replace(n, label=n.label[::-1]) for n in study.networks))
    said = words(open_tab(monkeypatch, with_study(tmp_path, odd)))
    assert "(*ea*)" in said and "*no nialp*" in said


@pytest.mark.parametrize(
    ("cut", "trained", "words"),
    [
        ((-0.4, -0.3), (-0.1, -0.05), "27.5"),
        ((-0.4, -0.3), (-0.1, 0.05), networks_words.NOTHING_LOST),
        ((-0.4, -0.3), (-0.35, -0.25), networks_words.MAKES_UP_NOTHING),
        ((-0.1, 0.1), (-0.3, -0.2), networks_words.COSTS_NOTHING),
    ],
)
def test_what_skips_carry_in_words(study, cut, trained, words):
    def estimate(ends):
        low, high = (np.full(8, end) for end in ends)
        return Estimate((low + high) / 2, low, high, np.full(8, 40))

    found = summarise(study, study.data[0]).skips[0]
    found = found._replace(
        cut=found.cut._replace(difference=estimate(cut)),
        trained=found.trained._replace(difference=estimate(trained)),
    )
    said = networks_words.skip_sentence(found)
    assert words in said
    if cut[0] == -0.4:
        assert "**35.0 points fewer** [−40.0, −30.0]" in said


def test_networks_in_words(study):
    named = {network.label: networks_words.differs(network) for network in study.networks}
    assert named["plain"] == named["plain on"] == ""
    assert named["none"] == networks_words.WITHOUT_SKIPS
    assert [re.findall(r"\d+", named[label]) for label in ("ae", "two")] == [["3"], ["2"]]
    assert networks_words.widths(study.networks) == "4 channels"
    two_widths = [study.networks[0], replace(study.networks[0], channels=8)]
    assert networks_words.widths(two_widths) == "4 or 8 channels"
    met = tuple(replace(run, cut_skips=0.5) for run in study.networks[0].trainings)
    assert networks_words.differs(replace(study.networks[0], trainings=met)) == networks_words.MET_CUTS
    odd = networks_words.differs(replace(study.networks[0], skips="0001", bottleneck=2, stacks=3))
    assert re.findall(r"\d+", odd) == ["2", "0001", "3"]


def test_the_study_that_is_shown_is_the_one_in_the_bundle(artifacts, study):
    found = load_networks_study(open_bundle(artifacts / "people"))
    assert found.networks == study.networks and found.data == study.data
    manifest = json.loads((artifacts / "people/studies/networks/manifest.json").read_text())
    assert manifest["info"]["data"][0]["fingerprint"] == "of fake people"
