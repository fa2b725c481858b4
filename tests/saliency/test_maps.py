"""Maps of where a network looks: they point at what a planted network depends on, and nobody else notices."""

import threading

import numpy as np
import pytest
import torch
from one_square import CELL, SQUARE, OneSquare, picture

from posecore.ablation import ALL_OFF, ALL_ON, SkipMask
from posecore.errors import ConfigError
from posecore.inference import Predictor
from posecore.models.hourglass import HourglassConfig, StackedHourglass
from posecore.models.pose_resnet import PoseResNet, PoseResNetConfig
from posecore.saliency import methods
from posecore.saliency.faithful import STEPS, area, by_squares, curves, ends, ranked
from posecore.saliency.methods import INTEGRATED, METHODS, OCCLUSION, SQUARES, Looker, Question
from posecore.saliency.randomised import last_levels_randomised, similarity
from posecore.saliency.regions import share
from posecore.saliency.seen import stem_where_changed

pytestmark = pytest.mark.usefixtures("one_thread")

PEAK = Question(1, *CELL)


def network(seed: int = 0, **how: object) -> StackedHourglass:
    torch.manual_seed(seed)
    return StackedHourglass(HourglassConfig(channels=8, **how)).eval()


def pictures(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, 256, 256, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def planted() -> Looker:
    return Looker(OneSquare())  # type: ignore[arg-type]


@pytest.mark.parametrize("key", METHODS)
def test_every_method_points_at_the_one_square_that_counts(planted: Looker, key: str) -> None:
    seen = planted.see(picture())
    heatmap = planted.heatmaps(seen)[1]
    assert divmod(int(heatmap.argmax()), 64) == CELL
    found = planted.look(key, seen, PEAK)
    assert found.map.shape == (256, 256) and found.height == pytest.approx(heatmap.max())
    row, column = divmod(int(found.map.argmax()), 256)
    inside = np.zeros((1, 256, 256), np.bool_)
    inside[0][SQUARE] = True
    assert inside[0, row, column]
    # Coarse maps are drawn smoothly and squares are wide, so that some of it lies beside.
    assert share(found.map, inside)[0] > (0.3 if key.startswith("gradcam") or key == OCCLUSION else 0.99)
    assert np.isfinite(found.missed) == (key == INTEGRATED)


def test_integrated_gradients_of_a_linear_network_are_complete(planted: Looker) -> None:
    found = planted.look(INTEGRATED, planted.see(picture()), PEAK)
    assert found.missed < 1e-5 and found.map.sum() == pytest.approx(found.height, rel=1e-4)


def test_through_a_skip_that_is_cut_nothing_is_seen(planted: Looker) -> None:
    seen = planted.see(picture())
    cut = PEAK._replace(mask=SkipMask.all_but(0))
    assert not METHODS["gradcam-64"].sees(cut.mask) and METHODS["gradcam-32"].sees(cut.mask)
    assert not planted.look("gradcam-64", seen, cut).map.any()
    assert planted.look("gradcam-32", seen, cut).map.any()
    assert (
        planted.look("guided", seen, PEAK._replace(mask=ALL_OFF)).height
        < planted.look("guided", seen, PEAK).height
    )


@pytest.mark.parametrize(
    ("key", "question", "said"),
    [
        ("lime", PEAK, "method 'lime'"),
        ("guided", PEAK._replace(joint=2), "joint, row and column"),
        ("guided", PEAK._replace(row=64), "0 to 63"),
        ("guided", PEAK._replace(column=-1), "0 to 63"),
    ],
)
def test_what_there_is_not_is_refused(planted: Looker, key: str, question: Question, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        planted.look(key, planted.see(picture()), question)


def test_at_a_skip_that_was_not_built_nothing_can_be_taken() -> None:
    looker = Looker(network(skips="0111"))
    with pytest.raises(ConfigError, match="64 × 64"):
        looker.look("gradcam-64", looker.see(pictures(1)[0]), Question(0, 3, 4))


@pytest.mark.parametrize(("top", "left"), [(0, 0), (216, 100), (37, 211), (101, 57)])
def test_the_stem_computed_where_the_picture_changed_is_the_whole_one(top: int, left: int) -> None:
    looker = Looker(network())
    seen = looker.see(pictures(1)[0])
    images = seen.images.repeat(2, 1, 1, 1)
    images[1, :, top : top + 40, left : left + 45] = 0.4
    with torch.no_grad():
        whole = looker.network.stem(images - looker.network.mean_rgb)
        part = stem_where_changed(looker.network, seen, images)
    assert not torch.equal(whole[0], whole[1])
    assert torch.allclose(part, whole, atol=1e-5 * float(whole.abs().max()))


def test_occlusion_is_what_covering_does_to_the_peak() -> None:
    looker, told = Looker(network()), []
    seen = looker.see(pictures(1)[0])
    question = Question(4, 30, 20)
    found = looker.look(OCCLUSION, seen, question, lambda done, of: told.append((done, of)))
    covered = seen.images.clone()
    covered[..., : methods.WINDOW, : methods.WINDOW] = looker.grey(seen)[..., :1, :1]
    with torch.no_grad():
        low = looker.network(covered)[0, -1, 4, 30, 20]
    # The corner lies under no other square.
    assert found.map[0, 0] == pytest.approx(found.height - float(low), abs=1e-5)
    assert told[-1] == (SQUARES, SQUARES) and [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_shared_network_that_is_asked_meanwhile_answers_as_before() -> None:
    shared = Predictor(network(), "fp32")
    crops = pictures(2)
    before = shared.heatmaps(crops)
    looker = Looker(shared.network)
    seen = looker.see(crops[0])
    answers: list[np.ndarray] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set() or not answers:
            answers.append(shared.heatmaps(crops))

    asking = threading.Thread(target=ask)
    asking.start()
    for key in METHODS:
        if key != OCCLUSION:
            looker.look(key, seen, Question(0, 10, 10))
    stop.set()
    asking.join()
    assert len(answers) > 1 and all(np.array_equal(each, before) for each in answers)
    assert all(not m._forward_hooks and not m._backward_hooks for m in looker.network.modules())
    relus = [m for m in shared.network.modules() if isinstance(m, torch.nn.ReLU)]
    assert relus and all(relu.inplace for relu in relus)


def test_as_the_squares_that_count_go_and_come_so_does_the_peak(planted: Looker) -> None:
    predictor = Predictor(OneSquare(), "fp32")  # type: ignore[arg-type]
    found = planted.look(OCCLUSION, planted.see(picture()), PEAK).map
    rng = np.random.default_rng(0)
    at_ends = ends(predictor, picture(), PEAK)

    def run(importance: np.ndarray) -> np.ndarray:
        return curves(predictor, picture(), PEAK, ranked(importance, rng), at_ends)

    deletion, insertion = run(by_squares(found))
    assert deletion.shape == insertion.shape == (STEPS + 1,)
    assert (np.diff(deletion) <= 1e-6).all() and (np.diff(insertion) >= -1e-6).all()
    assert deletion[0] == insertion[-1] == pytest.approx(200 / 255, abs=1e-5)
    assert deletion[-1] == insertion[0] == 0
    random = run(np.zeros_like(by_squares(found)))
    assert area(deletion) < area(random[0]) - 0.1 and area(insertion) > area(random[1]) + 0.1
    # The worst order is worse than chance, so that a map which points elsewhere is found out.
    worst = run(-by_squares(found))
    assert area(worst[0]) > area(random[0]) + 0.1 and area(worst[1]) < area(random[1]) - 0.1


def test_a_map_is_like_itself_and_not_like_that_of_random_last_levels() -> None:
    given, crops = network(), pictures(4)
    mixed = last_levels_randomised(given, 1, crops)
    # All before the last stack's way up is as it was, and so is the network that was given.
    for name, one in given.state_dict().items():
        late = name.startswith(("hourglasses.0.up", "features.0", "heads.0"))
        if one.dim() > 1:
            assert torch.equal(one.half().float(), mixed.state_dict()[name]) != late, name
    question = Question(0, 30, 30)
    looks = []
    for each in (given, network(), mixed):
        looker = Looker(each)
        looks.append(looker.look(INTEGRATED, looker.see(crops[0]), question).map)
    assert similarity(looks[0], looks[1]) == pytest.approx(1)
    assert similarity(looks[0], looks[2]) < 0.9
    assert np.isnan(similarity(looks[0], np.zeros((256, 256), np.float32)))


@pytest.mark.parametrize("key", [key for key, method in METHODS.items() if method.level is None])
def test_a_network_of_another_build_is_asked_alike(key: str) -> None:
    torch.manual_seed(0)
    given = PoseResNet(PoseResNetConfig(depth=18, widths=(8,) * 15)).eval()
    for module in given.modules():
        if isinstance(module, torch.nn.ConvTranspose2d):
            torch.nn.init.kaiming_normal_(module.weight)
    looker, crop = Looker(given), pictures(1)[0]
    seen = looker.see(crop)
    with torch.no_grad():
        expected = given(seen.images)[0, 0].numpy()
    assert np.allclose(looker.heatmaps(seen), expected, atol=1e-5 * np.abs(expected).max())
    found = looker.look(key, seen, Question(0, 30, 30))
    assert found.height == pytest.approx(float(expected[0, 30, 30]), rel=1e-3)
    if key == OCCLUSION:  # by the whole stem, where the corner alone is covered
        covered = seen.images.clone()
        covered[..., : methods.WINDOW, : methods.WINDOW] = looker.grey(seen)[..., :1, :1]
        with torch.no_grad():
            low = float(given(covered)[0, 0, 0, 30, 30])
        assert found.map[0, 0] == pytest.approx(found.height - low, abs=1e-4 * abs(found.height))
    if key == INTEGRATED:
        mixed = Looker(last_levels_randomised(given, 1, pictures(3)))
        assert similarity(found.map, mixed.look(key, mixed.see(crop), Question(0, 30, 30)).map) < 0.9


def test_networks_of_several_stacks_are_asked_at_their_last() -> None:
    looker = Looker(network(stacks=2))
    seen = looker.see(pictures(1)[0])
    with torch.no_grad():
        expected = looker.network(seen.images)[0, -1].numpy()
    assert np.allclose(looker.heatmaps(seen, ALL_ON), expected, atol=1e-5)
    assert looker.look("gradcam-bottleneck", seen, Question(0, 3, 4)).map.shape == (256, 256)
