"""The latent map with forged links, few people and broken latents."""

from pathlib import Path

import numpy as np
import pytest
from fake_bundle import make_fake_bundle
from reading import words
from sent_map import PEOPLE, ids_of, open_map, rewritten, selected, sent

from dashboard.latent_map import pictures
from dashboard.latent_map import words as map_words
from dashboard.latent_map.placement import SOURCES
from dashboard.latent_map.planes import PLANES
from dashboard.shared import cache, latents
from posecore.attributes.contrasts import contrast
from posecore.attributes.skeletons import PEAK
from posecore.errors import PosecoreError


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ({"map_x": "900"}, "1 to"),
        ({"map_y": "0"}, "1 to"),
        ({"map_plane": "globe"}, ", ".join(PLANES)),
        ({"map_person": "nobody"}, "nobody"),
        ({"map_colour": "blood type"}, "PCK, cluster"),
        ({"map_colour": "cluster", "map_k": "99"}, "2 to 20"),
        ({"map_people": "some"}, "all, all 17 joints labelled"),
        ({"map_pictures": "x-ray"}, ", ".join(pictures.KINDS)),
        ({"map_in_place": "perhaps"}, "true or false"),
        ({"map_source": "the web"}, ", ".join(SOURCES)),
        ({"map_area": "1-2:drop table"}, "plane:x,y"),
        ({"map_area": "1-99:0,0,1,1,2,0"}, "plane:x,y"),
        ({"map_area": "umap:0,0,1,1,2,0"}, "plane:x,y"),
        ({"map_hidden": "1;2"}, "commas"),
        ({"map_area": "1-2:-99,-99,99,-99,99,99,-99,99", "map_page": "77"}, "1 to 2"),
    ],
)
def test_forged_links_get_a_sentence_and_the_default(
    link: dict[str, str], expected: str, artifacts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_map(monkeypatch, artifacts, **link)
    (warning,) = app.warning
    assert expected in warning.value
    key = list(link)[-1]
    assert key in warning.value or key == "map_person"
    assert len(ids_of(app)) == PEOPLE


def test_legend_rows_that_are_not_there_hide_nobody(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_map(monkeypatch, artifacts, map_hidden="77")
    assert len(ids_of(app)) == PEOPLE and not app.warning


@pytest.mark.parametrize("people", [2, 3])
def test_a_bundle_of_a_few_people_has_a_map(
    people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "few", people)
    for link in ({}, {"map_colour": "cluster"}, {"map_plane": "UMAP"}, {"map_colour": "torso angle"}):
        app = open_map(monkeypatch, tmp_path, **link)
        assert len(ids_of(app)) == people and not app.error


def test_nobody_differs(artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten(artifacts, tmp_path, latents=lambda latents: np.ones_like(latents))
    app = open_map(monkeypatch, tmp_path)
    with pytest.raises(PosecoreError) as nobody:
        latents.components(cache.load_bundle("people"))
    assert app.info[0].value == map_words.no_map(nobody.value) and not app.get("bidi_component")


def test_who_has_nan_is_named_counted_and_left_out(
    artifacts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(latents: np.ndarray) -> np.ndarray:
        latents[4, 7] = np.nan
        return latents

    rewritten(artifacts, tmp_path, latents=broken)
    for colouring in ("PCK", "cluster"):
        app = open_map(monkeypatch, tmp_path, map_colour=colouring)
        assert app.warning[0].value == map_words.left_out(["train-1028"], 1, PEOPLE)
        assert "train-1028" not in ids_of(app) and len(ids_of(app)) == PEOPLE - 1
    app = open_map(monkeypatch, tmp_path, map_person="train-1028")
    assert "**train-1028**" in words(app) and map_words.WITHOUT_PLACE in words(app)


def test_a_bundle_without_annotations_says_what_its_joints_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_fake_bundle(tmp_path / "plain", 30)
    app = open_map(monkeypatch, tmp_path, map_colour="nose (joint)", map_area="1-2:0,-99,99,-99,99,99,0,99")
    classes = sent(app, "latent_map_courier").header["classes"]
    assert "predicted" in classes[1]["label"] and str(PEAK) in classes[1]["label"]
    people = selected(app)
    found = contrast(latents.attributes(cache.load_bundle("plain")), people)
    sure = int(((found["low"] > 0) | (found["high"] < 0)).sum())
    said = map_words.contrasts(len(people), 30, "predicted", sure, int(found["effect"].notna().sum()))
    assert said in words(app)
    bundle = cache.load_bundle("plain")
    assert pictures.kinds(bundle) == ["predicted heatmap", "skeleton"]
