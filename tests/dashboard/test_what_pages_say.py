"""Every page and tab, with all studies: technical words are explained, nothing is raw, nothing is logged."""

import logging
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from fake_networks import make_study, planted, write_fake_study
from opening import open_page
from planted_causes import plant_causes
from reading import everything, words
from streamlit.elements.lib import policies
from streamlit.testing.v1 import AppTest

from dashboard.shared import glossary, links
from posecore.bundle import open_bundle
from posecore.clustering.sweep import SweepSettings
from posecore.studies.clusters.study import ClusterSettings, run_cluster_study
from posecore.studies.components.study import ComponentSettings, run_component_study
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.study import SkipSettings, run_study

PEOPLE = 24
TRUTH = {
    "view_degrees": np.linspace(-170, 170, PEOPLE),
    "family": np.resize(["standing", "lying", "arms_raised"], PEOPLE),
    "camera_height": np.linspace(1, 2, PEOPLE),
    "child": np.arange(PEOPLE) % 3 == 0,
    "season": np.resize(["winter", "hay_fever"], PEOPLE),  # of somebody's own data
    "shoe_size": np.arange(PEOPLE) % 7,
}

SMALL = ClusterSettings(SweepSettings(2, 4, restarts=10), draws=3, resamples=3)
PAGES = [
    ("overview", {}),
    ("claims", {}),
    *(("skip_lab", {"lab_tab": tab}) for tab in links.LAB_TABS),
    *(("skip_lab", {"lab_source": source}) for source in ("your own picture", "an example")),
    ("latent_map", {"map_colour": "facing the camera"}),
    ("latent_map", {"map_plane": "UMAP", "map_colour": "kind of pose"}),
    ("latent_map", {"map_area": "1-2:0,-99,99,-99,99,99,0,99", "map_pictures": "picture"}),
    ("clusters", {"clu_tab": "Who is in them?", "clu_as": "picture"}),
    *(
        ("clusters", {"clu_tab": tab})
        for tab in ("What is each?", "How many clusters?", "Compare two", "Files")
    ),
    ("clusters", {"clu_method": "hdbscan", "clu_space": "first components", "clu_d": "3"}),
    *(("pc_walk", {"walk_tab": tab}) for tab in links.WALK_TABS),
    ("causes", {}),
    ("causes", {"cause": "picture rotated", "cause_16": "false", "cause_replacement": "mean"}),
    *(("ledger", {"led_kind": kind}) for kind in links.LEDGER_KINDS[:2]),
    *(("compare", {"cmp_tab": tab}) for tab in links.COMPARE_TABS),
]

RAW = re.compile(
    r"\btruth_|\b(view|light)[ _](degrees|azimuth)|, (co)?sine\b|as rendered|\bn_(selected|rest)\b"
)
"""What columns are called in files."""


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`one` with all studies, and its twin."""
    folder = tmp_path_factory.mktemp("artifacts")
    path = make_fake_bundle(folder / "one", PEOPLE, annotations=True, pictures=True, truth=TRUTH)
    one = open_bundle(path)
    project(one, ProjectionSettings(draws=2))
    run_study(one, None, SkipSettings(("zero", "mean"), limit=3))
    run_component_study(one, None, ComponentSettings(limit=8))
    run_cluster_study(one, SMALL)
    plant_causes(path, {"turn": [0.9, 0.0], "left_knee": [0.0, 0.5]})
    shutil.copytree(path, folder / "twin")
    compare_bundles(one, open_bundle(folder / "twin"), None, PairSettings())
    write_fake_study(one, make_study(tmp_path_factory.mktemp("runs"), planted()))
    return folder


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Streamlit logs as a warning or worse, but for what it says of running without a server."""
    said: list[str] = []

    def keep(logger: logging.Logger, record: logging.LogRecord) -> None:
        bare = ("missing ScriptRunContext", "No runtime found")
        if logger.name.startswith("streamlit") and record.levelno >= logging.WARNING:
            message = record.getMessage()
            said.extend([] if any(words in message for words in bare) else [message])

    monkeypatch.setattr(logging.Logger, "callHandlers", keep)
    # Streamlit says this once in the life of a process.
    monkeypatch.setattr(policies, "_shown_default_value_warning", False)
    return said


def explained(app: AppTest) -> set[str]:
    return set(re.findall(r"^- \*\*(.+?)\*\*: ", words(app), re.MULTILINE))


@pytest.mark.parametrize(("page", "link"), PAGES, ids=[" ".join([p, *ln.values()]) for p, ln in PAGES])
def test_words_are_explained_nothing_raw_is_shown_and_nothing_logged(
    page: str, link: dict[str, str], artifacts: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, artifacts, page, **link)
    # The network of these people learned nothing, and finds nobody.
    assert all(warning.icon == ":material/person_off:" for warning in app.warning) and not app.error
    said = everything(app, without=glossary.TITLE)
    assert len(said) > 500
    used = set(glossary.used_in(said))
    assert used and used <= explained(app)
    assert not RAW.findall(said) and "photograph" not in said.lower()
    for table in app.dataframe:
        assert table.proto.placeholder or not table.value.isna().any(axis=None)
    assert log == []


@pytest.mark.parametrize(
    "word",
    [
        "mask",
        "Shapley",
        "Hedges’ g",
        "Horn",
        "adjusted Rand index",
        "gap",
        "silhouette",
        "CKA",
        "Procrustes",
        "bootstrap",
        "K-Means",
        "HDBSCAN",
        "UMAP",
        "Spearman",
        "PCK",
        "OKS",
        "latents",
        "skips",
        "95 % interval",
        "p < 0.001",
        "p, corrected",
        "autoencoder",
        "idec",
        "entropy",
        "inertia",
        "centroid",
        "logistic regression",
    ],
)
def test_words_of_the_field_are_known_to_the_glossary(word: str) -> None:
    assert glossary.used_in(f"what a {word} says")


def test_buttons_that_set_widgets_leave_the_log_empty(
    artifacts: Path, log: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def press(app: AppTest, key: str) -> None:
        monkeypatch.setattr(policies, "_shown_default_value_warning", False)
        app.button(key=key).click().run()
        assert not app.exception and not log, log

    lab = open_page(monkeypatch, artifacts, "skip_lab")
    for key in ("_lab_person_perfect", "_lab_person_next", "_lab_person_random", "_lab_preset_All on"):
        press(lab, key)
    clusters = open_page(monkeypatch, artifacts, "clusters")
    press(clusters, "_clu_again")

    def opened() -> None:
        import streamlit as st

        from dashboard.compare import person
        from dashboard.compare.choice import choose_pair
        from dashboard.shared import bundles, links

        skips = (True, False, True, False)
        st.button("open", key="open", on_click=person.open_person, args=("train-1007", skips))
        st.segmented_control(
            "tab",
            links.COMPARE_TABS,
            default=links.COMPARE_TABS[0],
            key=links.COMPARE_TAB,
            bind="query-params",
        )
        pair = choose_pair(bundles.current_bundle())
        assert pair is not None
        person.show(pair)

    compare = open_page(monkeypatch, artifacts, opened)
    press(compare, "open")
    assert [compare.toggle(key).value for key in links.COMPARE_SKIPS] == [True, False, True, False]
