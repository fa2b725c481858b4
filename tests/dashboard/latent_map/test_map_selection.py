"""Areas drawn on the latent map, and what is said of who lies in them."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from planted_studies import plant_control
from reading import figures, words
from sent_map import PEOPLE, ids_of, open_map, selected, sent, standing

from dashboard.latent_map import words as map_words
from dashboard.latent_map.choices import Choices
from dashboard.latent_map.colours import PCK, colour
from dashboard.latent_map.planes import open_space, plane_of
from dashboard.latent_map.selection import table
from dashboard.shared import latents, untrained
from dashboard.shared.area import inside, read_area, read_hidden, read_view
from dashboard.shared.attribute_words import words_of
from posecore.attributes.contrasts import contrast
from posecore.bundle import Bundle, open_bundle
from posecore.samples import read_visibility


def test_an_area_is_read_back_and_holds_who_lies_in_it() -> None:
    area = read_area("1-2:0,0,4,0,4,4,2,1,0,4")
    assert area is not None and area.plane == "1-2"
    places = np.array([[1, 1], [3.5, 3], [2, 3], [-1, 1], [2, 0.5], [np.nan, 1]], np.float32)
    # The notch between (4, 4) and (0, 4) reaches down to (2, 1).
    assert inside(area, places).tolist() == [True, True, False, False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0,0,1,1,2,2",
        "1-2:",
        "1-2:0,0,1,1",
        "1-2:0,0,1,1,2",
        "1-2:a,b,c,d,e,f",
        "1-0:0,0,1,1,2,2",
        "1-2:0,0,1,1,nan,2",
        "1-2:" + ",".join("1" * 2 * 101),
        "umap:1e999,0,1,1,2,2",
        "1-2:1,1,1,1,1,²",
    ],
)
def test_a_wrong_area_is_none(text: str) -> None:
    assert read_area(text) is None


def test_views_and_hidden_rows_are_read_back() -> None:
    assert read_view("3-1:-1.5,2,0,4e-1") == ("3-1", [-1.5, 2, 0, 0.4])
    assert read_view("3-1:2,-1,0,4") is None and read_view("3-1:-1,2,0") is None and read_view("xx") is None
    assert read_hidden("4,1,1") == [1, 4] and read_hidden("") == []
    assert read_hidden("1,x") is None and read_hidden("-1") is None


def test_map_gallery_and_table_of_an_area_hold_the_same_people(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    app = open_map(monkeypatch, artifacts, map_area=area)
    assert selected(app) == people
    assert sent(app, "latent_map_gallery").header["ids"] == people
    assert map_words.selection(len(people), PEOPLE) in words(app)
    button = app.get("download_button")[0]
    assert button.proto.label == "CSV"
    # Other axes, colours and people do not lose it.
    app = open_map(monkeypatch, artifacts, map_area=area, map_x="5", map_colour="cluster")
    assert selected(app) == people and sent(app, "latent_map").header["area"] == []
    complete = (read_visibility(bundle.samples) > 0).all(axis=1)
    some = [
        who for who, on in zip(bundle.samples["sample_id"], complete, strict=True) if on and who in people
    ]
    app = open_map(monkeypatch, artifacts, map_area=area, map_people="all 17 joints labelled")
    assert selected(app) == sent(app, "latent_map_gallery").header["ids"] == some


def test_the_table_is_of_these_people(bundle: Bundle) -> None:
    space = open_space(bundle)
    choices = Choices(
        plane_of(space, 2, 1), np.ones(PEOPLE, bool), colour(bundle, "size", 2), "skeleton", False
    )
    found = table(bundle, choices, np.array([7, 3]))
    ids = bundle.samples["sample_id"]
    assert found["sample_id"].tolist() == [ids[7], ids[3]]
    assert found.iloc[:, 3].tolist() == pytest.approx(space.scores[[7, 3], 1].tolist())
    assert found["colour: size"].tolist() == latents.attributes(bundle)["size"].iloc[[7, 3]].tolist()
    assert found["size"].tolist() == found["colour: size"].tolist()


def test_who_is_hidden_in_the_legend_is_not_selected(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    codes = colour(bundle, PCK, 2).codes
    seen = [who for who in people if codes[bundle.row(who)] not in (0, 3)]
    app = open_map(monkeypatch, artifacts, map_area=area, map_hidden="0,3")
    assert sent(app, "latent_map").header["hidden"] == [0, 3]
    assert 0 < len(seen) < len(people)
    assert selected(app) == sent(app, "latent_map_gallery").header["ids"] == seen


def test_the_surest_difference_comes_first_and_is_drawn(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    area, people = standing(bundle)
    app = open_map(monkeypatch, artifacts, map_area=area)
    expected = contrast(latents.attributes(bundle), people)
    shown = app.dataframe[0].value
    assert shown["effect"].to_numpy() == pytest.approx(expected["effect"].to_numpy(), nan_ok=True)
    # Half the people stand and half sit, by the knees and hips.
    assert set(shown["attribute"].head(6)) & {
        words_of(name, "annotated").axis for name in ("knee_drop", "hip_angle", "knee_angle", "aspect")
    }
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    assert "fake people" in figure["layout"]["title"]["text"]
    sure = int(((expected["low"] > 0) | (expected["high"] < 0)).sum())
    known = int(expected["effect"].notna().sum())
    assert 0 < sure < known
    assert map_words.contrasts(len(people), PEOPLE, "annotated", sure, known) in words(app)


def test_a_selection_stands_beside_clusters_of_networks_that_never_learned(
    artifacts: Path, bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    grey = lambda app: [one for one in figures(app)[0]["data"] if "never learned" in one["name"]]  # noqa: E731
    area, people = standing(bundle)
    assert not grey(open_map(monkeypatch, artifacts, map_area=area))
    path = shutil.copytree(artifacts / "people", tmp_path / "people")
    # In one of two networks those who stand are a cluster, so that nothing of them takes any training.
    stands = np.arange(PEOPLE) % 2
    labels = np.stack([stands * 0, stands, np.arange(PEOPLE) < PEOPLE // 2])[:, None].astype(np.uint8)
    plant_control(path, [(0.1, 0.1), (0.1, 0.1)], labels=labels)
    app = open_map(monkeypatch, tmp_path, map_area=area)
    (drawn,) = grey(app)
    shown = app.dataframe[0].value
    known = shown["effect"].notna()
    reach = shown["never learned, at most"][known]
    assert (reach >= shown["effect"][known].abs() - 1e-9).all()
    assert drawn["x"][:3] == [pytest.approx(-reach.iloc[0]), pytest.approx(reach.iloc[0]), None]
    assert drawn["y"][0] == shown["attribute"].iloc[0] and len(drawn["x"]) == 3 * 12
    expected = contrast(latents.attributes(bundle), people)
    sure = int(((expected["low"] > 0) | (expected["high"] < 0)).sum())
    assert f"0 of {sure} intervals without 0 lie wholly beyond that; of the others" in words(app)
    assert "4 clusters of 2 networks that never learned" in words(app)
    assert map_words.AREAS_AND_CLUSTERS in words(app)
    shutil.rmtree(path / "studies" / "control")
    plant_control(path, [(0.1, 0.1)])
    app = open_map(monkeypatch, tmp_path, map_area=area)
    assert not grey(app) and untrained.outdated(open_bundle(path)) in words(app)


def test_a_gallery_has_pages(projected: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    everywhere = "umap:-99,-99,99,-99,99,99,-99,99"
    first = sent(open_map(monkeypatch, projected, map_area=everywhere), "latent_map_gallery").header["ids"]
    app = open_map(monkeypatch, projected, map_area=everywhere, map_page="10")
    last = sent(app, "latent_map_gallery").header["ids"]
    ids = ids_of(app)
    assert first == ids[:32] and last == ids[288:] and len(ids) == 300
    assert map_words.EVERYBODY_SELECTED in words(app)
