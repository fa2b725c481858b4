"""Who is shown and who was trained on, as every page says it."""

from pathlib import Path

import pytest
from fake_bundle import make_fake_bundle
from opening import open_page
from reading import figures, words

from dashboard.compare.pair import Pair
from dashboard.overview.words import TRAINED_ON
from dashboard.shared import bundles, sources
from posecore.bundle import Bundle, open_bundle
from posecore.studies.pair.people import common_people

LEEDS = {"name": "Leeds", "fingerprint": "f1", "train": 5690}
OWN = {"name": "fake people", "fingerprint": "0" * 64, "train": 12}


def made(folder: Path, *data: dict[str, object]) -> Bundle:
    return open_bundle(make_fake_bundle(folder, 12, training={"data": list(data)} if data else {}))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ((LEEDS,), "n = 12 fake people, none of them trained on · hourglass"),
        ((LEEDS, OWN), "n = 12 fake people, all of them trained on · hourglass"),
        ((), "n = 12 fake people, split train · hourglass"),  # nothing is known, so nothing is claimed
    ],
)
def test_every_figure_says_whether_people_were_trained_on(
    data: tuple[dict[str, object], ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = made(tmp_path / "artifacts" / "people", *data)
    assert bundles.source_line(bundle).startswith(said)
    title = figures(open_page(monkeypatch, tmp_path / "artifacts", "clusters"))[0]["layout"]["title"]["text"]
    assert title.startswith(said.split(" · ")[0])


def test_so_many_people_of_a_data_set() -> None:
    assert sources.counted("rendered people", 1000) == "1,000 rendered people"
    assert sources.counted("rendered people, seed 1", 8000) == "8,000 rendered people, seed 1"
    assert sources.counted("Leeds", 400, 1000) == "400 of 1,000 people of Leeds"
    assert (
        sources.counted("rendered people", 9, kind="validation") == "9 validation people of rendered people"
    )


def test_scores_name_a_split_where_it_says_something(tmp_path: Path) -> None:
    bundle = made(tmp_path / "people", LEEDS)
    for name, alone, counted in (
        ("Leeds val", "Leeds, validation people", "7 validation people of Leeds"),
        ("Leeds train, stack 1", "Leeds, training people, stack 1", "7 training people of Leeds, stack 1"),
        ("COCO sample train", "COCO sample", "7 people of COCO sample"),
        (
            "fake people train, the people of this bundle",
            "the people of this bundle, none of them trained on",
            "7 people of this bundle, none of them trained on",
        ),
        ("whatever", "whatever", "7 people of whatever"),
    ):
        assert sources.scored(bundle, name) == alone
        assert sources.scored(bundle, name, 7) == counted


def test_a_folder_taken_several_times_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    coco = {"name": "COCO", "fingerprint": "f2", "train": 181}
    again = {"name": "COCO", "fingerprint": "f3", "train": 181}  # other people of the same name
    bundle = made(tmp_path / "artifacts" / "people", LEEDS, coco, coco, again, coco, coco)
    said = "5,690 people of Leeds; 181 people of COCO, four times an epoch; 181 people of COCO"
    assert sources.training_data(bundle) == said
    assert sources.training_names(bundle) == ["Leeds", "COCO"]
    assert f"{TRAINED_ON} {said}." in words(open_page(monkeypatch, tmp_path / "artifacts", "overview"))


def test_what_a_network_was_trained_on_is_not_made_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made(tmp_path / "artifacts" / "people")
    for page in ("overview", "skip_lab"):
        said = words(open_page(monkeypatch, tmp_path / "artifacts", page))
        made_up = (TRAINED_ON, *filter(None, sources.TRAINED.values()))
        assert [one for one in made_up if one in said] == []


def test_two_networks_may_know_different_people(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", LEEDS), made(tmp_path / "other", OWN)
    pair = Pair(one, other, common_people(one, other))
    assert pair.source(9).startswith(
        "n = 9 fake people, A: none of them trained on; B: all of them trained on<br>A: one"
    )
    assert (
        Pair(one, one, common_people(one, one))
        .source(9)
        .startswith("n = 9 fake people, none of them trained on<br>")
    )
