"""Finding a person of the bundle: by id, one after the other, at random, among those who fit a filter."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from fake_bundle import make_fake_bundle
from lab import PEOPLE, open_lab, warned

from dashboard.shared import bundle_people, links, person_search
from posecore.bundle import Bundle, open_bundle
from posecore.keypoints import COCO17, KEYPOINTS, K
from posecore.samples import annotated_columns


def test_an_id_is_found_by_a_part_of_it(artifacts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_lab(monkeypatch, artifacts, lab_person="1014")
    assert not warned(app)
    assert "train-1014" in "\n".join(element.value for element in app.caption)


def test_next_previous_and_random_go_among_those_who_fit(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = bundle.samples
    low, high = 0.3, 0.7
    fits = table["sample_id"][table["pck"].between(low, high)].tolist()
    assert 1 < len(fits) < PEOPLE
    app = open_lab(monkeypatch, artifacts, lab_person=table["sample_id"].iloc[0])
    app.slider(key="_lab_person_pck").set_value((low, high)).run()
    seen = []
    for _ in range(len(fits) + 1):
        app.button(key="_lab_person_next").click().run()
        seen.append(app.text_input(key=links.LAB_PERSON).value)
    start = fits.index(seen[0])
    assert seen == [fits[(start + i) % len(fits)] for i in range(len(fits) + 1)]
    app.button(key="_lab_person_previous").click().run()
    assert app.text_input(key=links.LAB_PERSON).value == seen[-2]
    app.button(key="_lab_person_random").click().run()
    assert app.text_input(key=links.LAB_PERSON).value in fits


def test_people_are_filtered_by_score_completeness_and_joint() -> None:
    seen = np.full((4, K), 2)
    seen[1, 3:], seen[2, 0], seen[3] = 0, 0, 1
    nowhere = np.zeros((4, K, 2), np.float32)
    visibility = pd.DataFrame(annotated_columns(COCO17, nowhere, seen.astype(np.int8)))
    table = visibility.assign(pck=[1.0, 0.5, np.nan, 0.0])
    everyone, any_joint = (0.0, 1.0), person_search.ANY_JOINT
    assert person_search.candidates(table, everyone, 0, any_joint).tolist() == [0, 1, 2, 3]
    assert person_search.candidates(table, (1.0, 1.0), 0, any_joint).tolist() == [0]
    assert person_search.candidates(table, (0.0, 0.6), 0, any_joint).tolist() == [1, 3]
    assert person_search.candidates(table, everyone, K, any_joint).tolist() == [0, 3]
    assert person_search.candidates(table, everyone, 3, KEYPOINTS[0]).tolist() == [0, 1, 3]


def test_the_preset_shows_only_people_of_whom_all_is_found(
    artifacts: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    perfect = bundle.samples["sample_id"][bundle.samples["pck"] == 1].tolist()
    app = open_lab(monkeypatch, artifacts, lab_person=bundle.samples["sample_id"].iloc[0])
    assert perfect and perfect[0] != bundle.samples["sample_id"].iloc[0]
    app.button(key="_lab_person_perfect").click().run()
    assert app.text_input(key=links.LAB_PERSON).value == perfect[0]


def test_the_best_person_is_one_whose_picture_is_shipped(tmp_path: Path) -> None:
    bundle = open_bundle(make_fake_bundle(tmp_path / "some", 12, pictures=True))
    some = bundle.samples.sort_values("pck")["sample_id"].tolist()
    del bundle.manifest.files[f"pictures/{bundle_people.best_person(bundle)}.webp"]
    best = bundle_people.best_person(bundle)
    assert f"pictures/{best}.webp" in bundle.manifest.files
    for name in some:
        if name != some[0]:
            bundle.manifest.files.pop(f"pictures/{name}.webp", None)
    assert bundle_people.best_person(bundle) == some[0]
