"""The page Clusters: what it says, forged links, bad people, files."""

import base64
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from fake_bundle import make_fake_bundle
from PIL import Image
from planted import DIMENSIONS, PEOPLE, in_groups, latents_of, open_clusters, plant
from planted_studies import plant_control
from reading import figures, words
from sklearn.metrics import adjusted_rand_score

from dashboard.clusters import charts, controls, people, view
from dashboard.clusters import files as cluster_files
from dashboard.clusters import words as cluster_words
from dashboard.shared.clustering import answers
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import ONE_CLUSTER, Question, Subset
from dashboard.shared.clustering.questions import PEOPLE as PEOPLE_TO_ASK
from posecore.bundle import open_bundle
from posecore.clustering.methods import CLUSTERERS
from posecore.errors import ConfigError


def test_the_page_says_how_it_was_made_and_where(studied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(studied / "studied")
    app = open_clusters(monkeypatch, studied)
    found = cohort(bundle).answer(Question(2))
    assert cluster_words.headline(bundle, found, None) in words(app)  # too few people for evidence
    some = open_clusters(monkeypatch, studied, clu_space="first components", clu_d="3", clu_k="4")
    found = cohort(bundle, Subset(3)).answer(Question(4))
    assert cluster_words.headline(bundle, found, None) in words(some)
    assert "3 components" in found.space.name
    assert "n = 60 fake people" in figures(some)[0]["layout"]["title"]["text"]
    part = open_clusters(monkeypatch, studied, clu_people="one cluster", clu_of_k="2", clu_of="1")
    assert "n = 30 of 60 fake people" in figures(part)[0]["layout"]["title"]["text"]


def test_silhouettes_of_networks_that_never_learned_stand_beside_everybody_s(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_control(copied, [(0.0, 0.0)] * 2, silhouettes=(0.9, 0.21, 0.26))
    said = cluster_words.bars_untrained(np.array([0.21, 0.26]), 2, PEOPLE)
    assert "0.21 to 0.26" in said and f"n = {PEOPLE}" in said
    for link, beside in (({}, 2), ({"clu_k": "3"}, 0), ({"clu_space": "first components", "clu_d": "3"}, 0)):
        app = open_clusters(monkeypatch, copied.parent, **link)
        lines = [line["x0"] for line in figures(app)[0]["layout"]["shapes"]]
        assert lines[:-1] == (pytest.approx([0.21, 0.26]) if beside else []) and (said in words(app)) == bool(
            beside
        )


@pytest.mark.parametrize("link", [{}, {"clu_show": "2"}])
def test_people_on_the_map_are_figures_that_hide_little(
    link: dict[str, str], artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane = figures(open_clusters(monkeypatch, artifacts, **link))[1]
    drawn = plane["layout"]["images"]
    assert 1 <= len(drawn) <= charts.CELLS**2
    for one in drawn:
        kind, data = one["source"].split(",")
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))
        assert kind == "data:image/png;base64" and picture.shape[2] == 4
        assert 0 < (picture[..., 3] > 0).mean() < 0.5


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"clu_k": "1"}, "2 to 20"),
        ({"clu_seed": "-1"}, "0 to 9999"),
        ({"clu_restarts": "21"}, "1 to 20"),
        ({"clu_method": "magic"}, ", ".join(CLUSTERERS)),
        ({"clu_space": "time"}, ", ".join(controls.SPACES)),
        ({"clu_people": "nobody"}, ", ".join(PEOPLE_TO_ASK)),
        ({"clu_people": ONE_CLUSTER, "clu_of": "0"}, "1 to 20"),
        ({"clu_of_k": "99"}, "2 to 20"),
        ({"clu_image": "gif"}, "svg, png"),
        ({"clu_tab": "x"}, ", ".join(view.TABS)),
        ({"clu_show": "7"}, "all clusters, 1, 2"),
        ({"clu_who": "me"}, ", ".join(people.WHO)),
        ({"clu_as": "x"}, ", ".join(people.AS)),
        ({"clu_tab": "What is each?", "clu_one": "3"}, "1, 2"),
        ({"clu_tab": "Files", "clu_file": "exe"}, "CSV, Parquet"),
        ({"clu_person": "../../etc"}, "'../../etc'"),
        ({"clu_space": controls.FIRST, "clu_d": "0"}, "1 to 50"),
        ({"clu_tab": "Compare two", "clu_b_k": "1"}, "2 to 20"),
        ({"clu_tab": "Compare two", "clu_b_method": "magic"}, ", ".join(CLUSTERERS)),
    ],
)
def test_forged_links_get_a_sentence(
    link: dict[str, str], expected: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_clusters(monkeypatch, artifacts, **link)
    (warning,) = app.warning
    assert expected in warning.value
    assert list(link.values())[-1] in warning.value
    assert app.get("plotly_chart")


@pytest.mark.parametrize("question", [Question(500), Question(restarts=10**6), Question(seed=-1)])
def test_numbers_beyond_a_widget_are_refused_on_the_server(
    question: Question, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controls, "Question", lambda *_: question)
    app = open_clusters(monkeypatch, artifacts)
    with pytest.raises(ConfigError) as refused:
        cohort(open_bundle(artifacts / "people")).answer(question)
    assert not app.get("plotly_chart")
    assert [warning.value for warning in app.warning] == [cluster_words.nothing_to_show(refused.value)]


def test_bad_people_get_clear_words(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(copied, np.ones((PEOPLE, DIMENSIONS)))
    app = open_clusters(monkeypatch, copied.parent)
    assert "1 distinct" in app.warning[0].value and not app.metric
    latents = in_groups()
    latents[[4, 9], 7] = np.nan
    st.cache_resource.clear()
    plant(copied, latents)
    app = open_clusters(monkeypatch, copied.parent, clu_k="4")
    ids = open_bundle(copied).samples["sample_id"]
    said = next(one.value for one in app.warning)
    assert "2 of 60 people" in said and ids[4] in said and ids[9] in said
    found = cohort(open_bundle(copied)).answer(Question(4))
    assert len(found.space.rows) == 58
    assert cluster_words.headline(open_bundle(copied), found, None) in words(app)


def test_few_people_get_clear_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fake_bundle(tmp_path / "one", 1)
    app = open_clusters(monkeypatch, tmp_path)
    assert app.info[0].value == cluster_words.too_few(1) and not app.metric
    make_fake_bundle(tmp_path / "five", 5)
    app = open_clusters(monkeypatch, tmp_path, clu_k="5", bundle="five")
    assert "2 to 4" in app.warning[0].value and not app.metric


def test_two_clusterings_are_compared(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    same = open_clusters(monkeypatch, artifacts, clu_tab="Compare two", clu_k="4", clu_b_k="4")
    bundle = open_bundle(artifacts / "people")
    two, four = (cohort(bundle).answer(Question(k)) for k in (2, 4))
    assert cluster_words.compared(cluster_words.described(bundle, four), 1) in words(same)
    app = open_clusters(monkeypatch, artifacts, clu_tab="Compare two", clu_k="2", clu_b_k="4")
    ari = adjusted_rand_score(two.numbers, four.numbers)
    assert 0.1 < ari < 0.9
    assert cluster_words.compared(cluster_words.described(bundle, four), ari) in words(app)
    table = next(one.value for one in app.dataframe if "cluster" in one.value)
    counts = table.drop(columns="cluster").to_numpy()
    assert sorted(counts.ravel().tolist()) == [0, 0, 0, 0, 15, 15, 15, 15]


def test_files_carry_names_and_fit_the_page(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_clusters(
        monkeypatch, artifacts, clu_tab="Files", clu_name_1="left people", clu_note="mine", clu_k="4"
    )
    head = next(one.value for one in app.dataframe if "name" in one.value)
    bundle = open_bundle(artifacts / "people")
    found = cohort(bundle).answer(Question(4))
    assert (found.numbers != found.clustering.labels).any()
    assert head["sample_id"].tolist() == bundle.samples["sample_id"].head(8).tolist()
    assert head["cluster"].tolist() == (found.numbers[:8] + 1).tolist()
    assert head["name"].tolist() == ["left people" if n == 0 else "" for n in found.numbers[:8]]
    assert "1 · left people" in [trace["name"] for trace in figures(app)[0]["data"]]
    own = ["left people", "", "", ""]
    table = cluster_files.centroids(found, own)
    assert table["name"].tolist() == own
    assert table.drop(columns=["cluster", "name", "people"]).to_numpy() == pytest.approx(found.centroids)
    made = cluster_files.made(bundle, found, own, "mine")
    assert (made["k"], made["seed"], made["clustered"]) == (4, 0, PEOPLE)
    assert made["space"] == "the 128 numbers of the latent" and made["of cluster"] is None


def test_files_are_made_without_the_session_that_asked(
    artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit makes a file when it is fetched, in a thread that knows no session."""
    made: dict[str, Callable[[], bytes | str]] = {}
    button = st.download_button

    def spy(label: str, data: Callable[[], bytes | str], *others: object, **more: object) -> bool:
        made[label] = data
        return button(label, data, *others, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(st, "download_button", spy)
    open_clusters(monkeypatch, artifacts, clu_tab="Files", clu_name_2="sitters", clu_note="mine")
    with ThreadPoolExecutor(1) as elsewhere:
        files = {label: elsewhere.submit(data).result() for label, data in made.items()}
    table = pd.read_csv(io.BytesIO(files["Labels and silhouettes"]))
    assert (table["name"] == "sitters").tolist() == (table["cluster"] == 2).tolist()
    assert pd.read_csv(io.BytesIO(files["Centroids"]))["name"].tolist()[1] == "sitters"
    about = json.loads(files["How it was made"])
    assert about["names"] == {"1": "", "2": "sitters"} and about["note"] == "mine"


def test_noise_is_named_as_noise(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(artifacts / "people")
    found = cohort(bundle, Subset(3)).answer(Question(method="hdbscan"))
    app = open_clusters(monkeypatch, artifacts, clu_method="hdbscan", clu_space="first components", clu_d="3")
    assert not found.clustering.noise
    assert cluster_words.described(bundle, found) in words(app)
    assert app.slider(key="clu_k").disabled
    monkeypatch.setattr(answers, "MOST_DENSE", 40)
    st.cache_resource.clear()
    app = open_clusters(monkeypatch, artifacts, clu_method="hdbscan", clu_space="first components", clu_d="3")
    assert cluster_words.subsampled(60, 40) in words(app)
    assert "n = 40 of 60 fake people" in figures(app)[1]["layout"]["title"]["text"]


def test_a_mean_over_some_does_not_pass_for_everybodys(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    latents = in_groups()
    latents[::6] = np.random.default_rng(1).normal(0, 40, latents[::6].shape)  # ten people far from all
    plant(copied, latents)
    bundle = open_bundle(copied)
    found = cohort(bundle).answer(Question(method="hdbscan"))
    noise = found.clustering.noise
    assert 0 < noise < 30
    app = open_clusters(monkeypatch, copied.parent, clu_method="hdbscan")
    (label,) = (metric.label for metric in app.metric if metric.value == f"{found.mean:.3f}")
    assert f"{60 - noise} of 60" in label and f" {noise} " in label
    said = cluster_words.described(bundle, found)
    assert f"{60 - noise} of 60" in said and f" {noise} " in said and said in words(app)
    assert f"n = {60 - noise} of 60 fake people" in figures(app)[0]["layout"]["title"]["text"]


def test_a_person_is_looked_at(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = open_bundle(artifacts / "people")
    who = bundle.samples["sample_id"].iloc[7]
    app = open_clusters(
        monkeypatch, artifacts, clu_person=who, clu_who="between two clusters", clu_as="skeleton"
    )
    found = cohort(bundle).answer(Question(2))
    away = np.linalg.norm(latents_of(bundle)[7] - found.centroids, axis=1)
    nearest = {f"cluster {n + 1}": away[n] for n in np.argsort(away)}
    assert next(iter(nearest)) == f"cluster {found.numbers[7] + 1}"
    said = cluster_words.whereabouts(f"cluster {found.numbers[7] + 1}", found.values[7], nearest)
    assert said in words(app) and f"{found.values[7]:.3f}" in said
    assert not app.warning
