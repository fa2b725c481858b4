"""Two bundles of the same people whose pictures lie in the first one's folder only."""

import shutil

import pytest
from editing import edit_manifest, refused
from fake_bundle import make_fake_bundle

from posecore.bundle import open_bundle, verify
from posecore.errors import BundleError


@pytest.fixture
def two(tmp_path):
    """The second has another network, and no pictures of its own."""
    first = make_fake_bundle(tmp_path / "first", people=6, pictures=True)
    second = make_fake_bundle(tmp_path / "second", people=6, pictures=True, seed=1)
    listed = open_bundle(first).manifest.files
    pictures = {name: info for name, info in listed.items() if name.startswith("pictures/")}
    assert len(pictures) == 6
    shutil.rmtree(second / "pictures")
    edit_manifest(second, lambda values: values.update(pictures_in="first"))
    edit_manifest(second, lambda values: values["files"].update(pictures))
    return first, second


def test_pictures_are_found_in_the_neighbour_and_verified_there(two):
    first, second = two
    bundle = open_bundle(second)
    name = bundle.samples["sample_id"].iloc[2]
    assert bundle.picture_path(name) == first / "pictures" / f"{name}.webp"
    assert verify(second) == []


def test_a_neighbour_that_is_gone_is_named_in_one_line(two):
    first, second = two
    shutil.rmtree(first)
    assert f"its pictures lie in the bundle {first}, which is missing" in refused(second)
    assert len(verify(second)) == 1


def test_a_changed_picture_of_the_neighbour_is_named_wherever_it_is_read(two):
    first, second = two
    bundle = open_bundle(second)
    name = bundle.samples["sample_id"].iloc[2]
    path = first / "pictures" / f"{name}.webp"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(BundleError, match=f"of {first}, pictures/{name}.webp is not as it was written"):
        bundle.picture_path(name)
    [problem] = verify(second)
    assert f"of {first}, pictures/{name}.webp is not as it was written" in problem
    path.write_bytes(b"short")
    assert f"of {first}, pictures/{name}.webp has 5 bytes" in refused(second)


@pytest.mark.parametrize("name", ["..", "../first", "/tmp", ".hidden", "a/b", "first\\x", 7])
def test_the_name_stays_beside_the_bundle(two, name):
    _, second = two
    edit_manifest(second, lambda values: values.update(pictures_in=name))
    assert "pictures_in is" in refused(second)


def test_a_link_in_the_neighbours_place_is_refused(two):
    first, second = two
    first.rename(first.with_name("elsewhere"))
    first.symlink_to(first.with_name("elsewhere"))
    assert "which is missing" in refused(second)
