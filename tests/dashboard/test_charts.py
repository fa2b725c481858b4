import numpy as np

from dashboard import charts
from posecore.data.crops import SquareCrop

IDS = ["a", "b", "c", "d", "e"]
PLACES = np.array([[0, 1], [2, 3], [4, 5], [6, 7], [8, 9]], float)


def place_of(figure: object, sample_id: str) -> tuple[float, float]:
    found = {
        who: (x, y)
        for trace in figure.data
        for who, x, y in zip(trace.customdata, trace.x, trace.y, strict=True)
    }
    return found[sample_id]


def test_every_point_carries_its_persons_id_however_traces_are_cut() -> None:
    labels = np.array([1, 0, 1, 2, 0])
    scores = np.array([0.1, np.nan, 0.3, np.nan, 0.5])
    for arguments in ({}, {"labels": labels}, {"scores": scores}, {"scores": scores, "ring": 3}):
        figure = charts.scatter(PLACES, IDS, ("x", "y"), "n = 5", **arguments)
        for row, sample_id in enumerate(IDS):
            assert place_of(figure, sample_id) == tuple(PLACES[row])


def test_unknown_scores_are_grey_and_apart() -> None:
    figure = charts.scatter(PLACES, IDS, ("x", "y"), "n = 5", scores=np.array([0.1, np.nan, 0.3, 1, 0]))
    known, unknown = figure.data
    assert list(known.marker.color) == [0.1, 0.3, 1, 0] and known.marker.cmin == 0 and known.marker.cmax == 1
    assert list(unknown.customdata) == ["b"] and unknown.marker.color == charts.GREY


def test_the_ring_marks_one_person_and_gives_way_to_a_selection() -> None:
    figure = charts.scatter(PLACES, IDS, ("x", "y"), "n = 5", ring=2)
    ring = figure.data[-1]
    assert list(ring.customdata) == ["c"] and ring.unselected.marker.opacity == 0


def test_twenty_clusters_can_be_told_apart() -> None:
    assert len({charts.category(index) for index in range(20)}) == 20


def test_silhouettes_are_sorted_within_their_cluster() -> None:
    values = np.array([0.1, 0.5, -0.2, 0.4, 0.3])
    labels = np.array([1, 0, 1, 0, 0])
    figure = charts.silhouettes(values, labels, IDS, 0.22, "n = 5")
    first, second = figure.data
    assert list(first.customdata) == ["b", "d", "e"] and list(first.x) == [0.5, 0.4, 0.3]
    assert list(second.customdata) == ["a", "c"]
    assert min(second.y) > max(first.y)
    assert figure.layout.shapes[0].x0 == 0.22
    assert "0.220" in figure.layout.annotations[0].text


def test_curves_mark_where_the_image_size_changes_and_the_epoch_kept() -> None:
    figure = charts.curves(
        [1, 2, 3, 4], {"PCK": [0.1, 0.2, None, 0.4]}, "PCK", "4 epochs", [128, 128, 256, 256], 3
    )
    assert [shape.x0 for shape in figure.layout.shapes] == [2.5, 3]
    assert "256 px" in figure.layout.annotations[0].text
    assert list(figure.data[0].y) == [0.1, 0.2, None, 0.4]


def test_every_chart_says_what_it_is_made_of() -> None:
    source = "n = 5 people · data · network"
    figures = (
        charts.scatter(PLACES, IDS, ("x", "y"), source),
        charts.silhouettes(np.zeros(5), np.array([0, 0, 1, 1, 1]), IDS, 0.0, source),
        charts.distances(np.array([-1.0, 1.0]), np.array([2.0, 3.0]), 1.5, source),
        charts.curves([1], {"PCK": [0.5]}, "PCK", source),
    )
    for figure in figures:
        assert figure.layout.title.text == "n = 5 people · data<br>network"


def test_distances_stand_beside_the_usual_one() -> None:
    figure = charts.distances(np.array([-1.0, 0.0, 1.0]), np.array([2.0, 1.0, 3.0]), 1.5, "n = 5")
    walked, usual = figure.data
    assert list(walked.y) == [2.0, 1.0, 3.0] and list(usual.y) == [1.5, 1.5]


def test_the_picture_of_the_box_counts_in_the_picture_s_own_pixels() -> None:
    figure = charts.person_box("data:,", (640, 480), (10, 20, 100, 200), SquareCrop(-30, 10, 220))
    assert list(figure.layout.xaxis.range) == [0, 640] and list(figure.layout.yaxis.range) == [480, 0]
    square, box = figure.layout.shapes
    assert (box.x0, box.y0, box.x1, box.y1) == (10, 20, 110, 220)
    assert (square.x0, square.y0, square.x1, square.y1) == (-30, 10, 190, 230)
    image = figure.layout.images[0]
    assert (image.x, image.y, image.sizex, image.sizey) == (0, 0, 640, 480)
    assert figure.layout.dragmode == "select" and len(figure.data[0].x)
