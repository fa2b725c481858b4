"""Who takes part in a study, with pictures and labels."""

import dataclasses
import shutil

import numpy as np
import pytest
from fake_bundle import take_pictures
from PIL import Image

from posecore.bundle import open_bundle
from posecore.bundle.people import choose_people
from posecore.errors import DataError
from posecore.samples import read_points


def test_some_are_drawn_by_seed_and_come_in_the_bundles_order_with_their_own_labels(with_pictures):
    bundle = open_bundle(with_pictures)
    drawn = [choose_people(bundle, None, limit=3, seed=seed) for seed in range(6)]
    assert len({tuple(people.sample_ids) for people in drawn}) > 1
    for people in drawn:
        rows = [bundle.row(name) for name in people.sample_ids]
        assert rows == sorted(set(rows)) and len(rows) == 3
        annotated = read_points(bundle.samples, "annotated")[rows]
        assert np.array_equal(people.annotated, annotated, equal_nan=True)
        assert [path.stem for path in people.pictures] == people.sample_ids
    again = choose_people(bundle, None, limit=3, seed=4)
    assert again.sample_ids == drawn[4].sample_ids


def test_pictures_are_in_colour_as_pillow_reads_them(with_pictures):
    people = choose_people(open_bundle(with_pictures), None)
    for index, path in enumerate(people.pictures[:2]):
        with Image.open(path) as picture:
            expected = np.asarray(picture.convert("RGB")).astype(int)
        assert np.abs(people.picture(index) - expected).max() <= 2
        assert np.abs(people.picture(index)[..., ::-1] - expected).max() > 50


def test_whose_picture_is_not_shipped_may_be_left_out(with_pictures, tmp_path):
    path = shutil.copytree(with_pictures, tmp_path / "some")
    ids = open_bundle(path).samples["sample_id"].tolist()
    take_pictures(path, ids[2:5])
    bundle = open_bundle(path)
    with pytest.raises(DataError, match="3 of"):
        choose_people(bundle, None)
    shown = choose_people(bundle, None, pictured_only=True)
    assert shown.sample_ids == ids[:2] + ids[5:]
    drawn = choose_people(bundle, None, limit=len(ids) - 3, pictured_only=True)
    assert drawn.sample_ids == shown.sample_ids
    take_pictures(path, shown.sample_ids)
    with pytest.raises(DataError, match=r"have no picture in the bundle, .* --data"):
        choose_people(open_bundle(path), None, pictured_only=True)


def test_labels_come_from_the_data_in_the_bundles_order_where_the_crops_agree(with_pictures, tmp_path):
    """A data folder holds more people, in another order."""

    @dataclasses.dataclass
    class Data:
        table_of_all: object
        path: object = tmp_path

        def table(self, split):
            return self.table_of_all

    bundle = open_bundle(with_pictures)
    dataset = {**bundle.manifest.dataset, "annotations": False}
    unlabelled = dataclasses.replace(bundle, manifest=dataclasses.replace(bundle.manifest, dataset=dataset))
    people = choose_people(unlabelled, Data(bundle.samples.iloc[::-1]), limit=4)
    rows = [bundle.row(name) for name in people.sample_ids]
    expected = read_points(bundle.samples, "annotated")[rows]
    assert np.array_equal(people.annotated, expected, equal_nan=True)
    moved = bundle.samples.assign(crop_x=bundle.samples["crop_x"] + np.eye(6)[2])
    with pytest.raises(DataError, match=rf"{bundle.samples['sample_id'].iloc[2]} is cropped otherwise"):
        choose_people(unlabelled, Data(moved))
