"""Who is on the latent map, where, and in what colour."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reading import words
from sent_map import PEOPLE, ids_of, open_map, rewritten, sent

from dashboard.latent_map import words as map_words
from dashboard.latent_map.colours import CLUSTER, PCK, colour, colourings, round_steps
from dashboard.shared import bundles, latents, studies
from dashboard.shared.attribute_words import COLUMNS, WORDS, value_of
from dashboard.shared.charts import GREY
from dashboard.shared.clustering.answers import cohort
from dashboard.shared.clustering.questions import Question
from posecore.bundle import Bundle, open_bundle
from posecore.bundle.studies import study_command
from posecore.keypoints import KEYPOINTS
from posecore.samples import read_visibility
from posecore.studies.projection import results as projection


def test_points_are_the_people_they_say(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, map_x="3", map_y="1")
    points = sent(app, "latent_map_courier")
    fitted, scores = latents.components(bundle)
    assert ids_of(app) == bundle.samples["sample_id"].tolist()
    assert np.allclose(points.x, scores[:, 2]) and np.allclose(points.y, scores[:, 0])
    info = sent(app, "latent_map").header
    assert info["serial"] == points.header["serial"] and info["plane"] == "3-1"
    title = map_words.axis(3, float(fitted.explained[2]))
    assert info["titles"][0] == title and "3 " in title and f"{fitted.explained[2]:.1%}" in title
    shares = [float(fitted.explained[2]), float(fitted.explained[0])]
    said = map_words.plane(3, 1, shares)
    assert said in words(app) and f"{shares[0]:.1%}" in said and f"{sum(shares):.1%}" in said
    assert map_words.source(bundles.source_line(bundle, PEOPLE), PCK) in words(app)


def test_only_the_completely_labelled_are_left_where_that_is_asked(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    complete = (read_visibility(bundle.samples) > 0).all(axis=1)
    app = open_map(monkeypatch, artifacts, map_people="all 17 joints labelled", map_colour="joints labelled")
    assert 0 < complete.sum() < PEOPLE
    assert ids_of(app) == bundle.samples["sample_id"][complete].tolist()
    points = sent(app, "latent_map_courier")
    scores = latents.components(bundle)[1][complete]
    assert np.allclose(points.x, scores[:, 0]) and len(points.codes) == complete.sum()
    assert {points.header["classes"][code]["label"] for code in points.codes} == {"17"}


def test_umap_is_shown_where_it_is_stored(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, projected, map_plane="UMAP")
    stored = studies.projection(open_bundle(projected / "people"))
    points = sent(app, "latent_map_courier")
    assert stored.umap is not None and np.allclose(points.x, stored.umap[:, 0])
    assert map_words.umap(50, float(stored.explained[:50].sum())) in words(app)
    app = open_map(monkeypatch, projected, map_x="50")
    assert np.allclose(sent(app, "latent_map_courier").x, stored.scores[:, 49])


def test_without_a_umap_the_command_is_named(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, map_plane="UMAP")
    assert study_command(bundle, projection.NAME) in app.info[0].value
    assert sent(app, "latent_map").header["plane"] == "1-2"


def test_every_colouring_knows_everybody(bundle: Bundle) -> None:
    for name in colourings(bundle):
        found = colour(bundle, name, 3)
        assert len(found.codes) == PEOPLE and found.codes.max() < len(found.classes)
        assert len({row.label for row in found.classes}) == len(found.classes)
        assert found.of(0)


def test_colours_say_what_is_in_the_table(bundle: Bundle) -> None:
    found = colour(bundle, PCK, 2)
    pck = bundle.samples["pck"].to_numpy()
    assert [row.label for row in found.classes] == [
        "0 to 0.2",
        "0.2 to 0.4",
        "0.4 to 0.6",
        "0.6 to 0.8",
        "0.8 to 1",
    ]
    assert found.codes.tolist() == np.minimum((pck * 5 + 1e-9).astype(int), 4).tolist()
    wrist = colour(bundle, "left wrist (joint)", 2)
    seen = read_visibility(bundle.samples)[:, KEYPOINTS.index("left_wrist")]
    assert wrist.codes.tolist() == seen.tolist()
    assert wrist.classes[0].label == "not labelled" and wrist.of(0).startswith("left wrist: ")
    count = colour(bundle, "joints labelled", 2)
    labels = [count.classes[code].label for code in count.codes]
    assert labels == [str(n) for n in (read_visibility(bundle.samples) > 0).sum(axis=1)]


def test_clusters_are_those_of_the_clusters_page(bundle: Bundle) -> None:
    found = colour(bundle, CLUSTER, 2)
    stands = np.arange(PEOPLE) % 2 == 0
    assert len(set(found.codes[stands])) == len(set(found.codes[~stands])) == 1
    assert found.codes.tolist() == cohort(bundle).answer(Question(2)).numbers.tolist()


def test_known_causes_of_rendered_people_are_colours(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def causes(samples: pd.DataFrame) -> pd.DataFrame:
        number = np.arange(len(samples))
        return samples.assign(
            truth_family=np.where(number % 2, "sitting", "arms_raised"),
            truth_child=number % 3 == 0,
            truth_view_degrees=np.linspace(-180, 179, len(samples)),
            truth_seed=7,
        )

    rewritten(artifacts, tmp_path, samples=causes)
    bundle = open_bundle(tmp_path / "people")
    names = colourings(bundle)
    pose, seen_from = COLUMNS["truth_family"], COLUMNS["truth_view_degrees"]
    assert {pose, WORDS["truth_child"].axis, seen_from} < set(names)
    assert not any("seed" in name for name in names)
    family = colour(bundle, pose, 2)
    assert [row.label for row in family.classes] == [
        value_of("truth_family", value) for value in ("arms_raised", "sitting")
    ]
    assert family.codes.tolist() == [i % 2 for i in range(PEOPLE)]
    turned = colour(bundle, seen_from, 2)
    assert turned.classes[0].label == "−180 to −135" and turned.codes[0] == 0 and turned.codes[-1] == 7


@pytest.mark.parametrize(
    ("low", "high", "edges"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-7, 33, [-10, 0, 10, 20, 30, 40]), (5, 5, [5, 6])],
)
def test_steps_are_round_and_few(low: float, high: float, edges: list[float]) -> None:
    assert round_steps(np.linspace(low, high, 1001)) == pytest.approx(edges)


def test_what_is_not_known_is_grey(artifacts: Path, tmp_path: Path) -> None:
    rewritten(artifacts, tmp_path, samples=lambda samples: samples.assign(pck=np.nan))
    found = colour(open_bundle(tmp_path / "people"), PCK, 2)
    assert [tuple(row)[:2] for row in found.classes] == [("not known", GREY)] and found.of(
        3
    ) == "PCK: not known"
