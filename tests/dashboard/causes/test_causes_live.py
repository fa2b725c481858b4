"""One person changed: what the page shows is what rendering and network give, and links bring it back."""

import io

import numpy as np
import pytest
from changing import RENDERED, Open
from PIL import Image
from streamlit.testing.v1 import AppTest

from dashboard.causes import asking, words
from dashboard.causes.effect import APART, MOVED, TRUE_MOVED
from dashboard.shared import links, predictions
from posecore.ablation import parse_mask
from posecore.bundle import Bundle
from posecore.causes.change import change_person, change_picture, recall
from posecore.causes.picture import GREY
from posecore.causes.table import CAUSES
from posecore.data.heatmaps import decode, where_found
from posecore.keypoints import COCO17, KEYPOINTS

WHO = RENDERED[0]
TURN = links.CAUSE_VALUE + "turn"
IMAGE = [cause.name for cause in CAUSES.values() if cause.kind == "image"]


def alts(app: AppTest, start: str = "") -> list[str]:
    every = [picture.alt for images in app.image for picture in images.proto.imgs]
    return [alt for alt in every if alt.startswith(start)]


def joints(app: AppTest):
    """The table of joints."""
    return joined_tables(app)[0]


def joined_tables(app: AppTest) -> list[object]:
    """Tables of joints, if any."""
    return [one.value for one in app.dataframe if APART in one.value]


def warned(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.warning, *app.error))


def predicted(bundle: Bundle, crop: np.ndarray, mask: str = "1111", mean: bool = False) -> np.ndarray:
    network = predictions.predictor(bundle)
    instead = network.features(bundle.skip_means()) if mean else None
    maps = network.decode_all(network.encode(crop[None].copy()), instead, [parse_mask(mask)])[0]
    points, peaks = decode(maps)
    return where_found(points[0], peaks[0])


def test_it_opens_on_the_turn_of_the_body_with_something_to_see(open_causes: Open, frames: list) -> None:
    app = open_causes()
    assert app.selectbox(key=links.CAUSE).value == CAUSES["turn"].name
    assert app.slider(key=TURN).value == CAUSES["turn"].strengths[1] != CAUSES["turn"].neutral
    assert len(alts(app, "Predicted skeleton")) == 2 and len(alts(app, "Heatmaps of all joints")) == 3
    assert len(alts(app, "Arrows")) == 2 and all(alts(app))
    assert joints(app)[TRUE_MOVED].max() > 12.8
    assert not app.warning and not app.error


def test_the_table_holds_the_way_of_true_and_predicted_joints(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    app = open_causes(**{TURN: "-35"})
    drawn = recall(bundle.samples.iloc[WHO])
    made, changed = (change_person(drawn, CAUSES["turn"], value) for value in (0, -35))
    true = changed.joints - made.joints
    way = predicted(bundle, changed.crop) - predicted(bundle, made.crop)
    table = joints(app)
    assert table[TRUE_MOVED].to_numpy() == pytest.approx(np.linalg.norm(true, axis=1))
    assert table[MOVED].to_numpy() == pytest.approx(np.linalg.norm(way, axis=1), nan_ok=True)
    assert table[APART].to_numpy() == pytest.approx(np.linalg.norm(way - true, axis=1), nan_ok=True)
    components = next(one.value for one in app.dataframe if "as changed" in one.value)
    scores = [
        asking.in_deviations(bundle, predictions.seen(bundle, one.crop, ("1111",), "zero").latent)
        for one in (made, changed)
    ]
    assert components["moved"].to_numpy() == pytest.approx(scores[1] - scores[0])


def test_a_cut_is_shown_beside_all_skips_with_zero_or_the_mean_in_their_place(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    link = {"cause": "a grey square over a joint", "cause_by_square": "48", "cause_covered": "right knee"}
    cut = {"cause_64": "false", "cause_8": "false", "cause_replacement": "mean"}
    app = open_causes(**link, **cut)
    made = change_person(recall(bundle.samples.iloc[WHO]), CAUSES["turn"], 0)
    covered = change_picture(made, CAUSES["square"], 48, KEYPOINTS.index("right_knee"))
    table = joints(app)
    whole, others = (table[table["skips"] == name] for name in table["skips"].unique())
    assert whole["skips"].iloc[0] == words.WHOLE and len(whole) == len(others) == 17
    for rows, mask, mean in ((whole, "1111", False), (others, "0110", True)):
        first, second = (predicted(bundle, one.crop, mask, mean) for one in (made, covered))
        expected = np.linalg.norm(second - first, axis=1)
        assert rows[MOVED].to_numpy() == pytest.approx(expected, nan_ok=True)
        assert np.isfinite(expected).any()
    assert len(alts(app, "Predicted skeleton")) == 4 and len(alts(app, "Heatmaps")) == 6
    # A square moves nothing that is true.
    assert table[TRUE_MOVED].max() == 0


def test_kinds_are_chosen_by_name(open_causes: Open, frames: list) -> None:
    name = CAUSES["clothes_kind"].choices[2]
    app = open_causes(cause="kind of clothes", cause_by_clothes_kind=name)
    assert app.selectbox(key="cause_by_clothes_kind").value == name and not warned(app)
    assert any(name in alt for alt in alts(app, "The crop"))


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ({"cause": "tickling"}, "tickling"),
        ({"cause_by_turn": "181"}, "181"),
        ({"cause_by_turn": "-181"}, "-181"),
        ({"cause_by_turn": "nan"}, "nan"),
        ({"cause_by_turn": "far"}, "far"),
        ({"cause_by_tickling": "1"}, "cause_by_tickling"),
        ({"cause": "kind of clothes", "cause_by_clothes_kind": "armour"}, "armour"),
        ({"cause_replacement": "other"}, "other"),
        ({"cause_64": "perhaps"}, "perhaps"),
        ({"cause": "a grey square over a joint", "cause_covered": "tail"}, "tail"),
        ({"cause_component": "99"}, "99"),
    ],
)
def test_what_a_link_cannot_ask_for_gets_one_sentence(
    link: dict[str, str], named: str, open_causes: Open, copied, frames: list
) -> None:
    from planted_causes import plant_causes

    if "cause_component" in link:
        plant_causes(copied, {"turn": [1.0, 0.0]})
        app = open_causes(copied.parent, **link)
    else:
        app = open_causes(**link)
    assert len(app.warning) == 1 and named in app.warning[0].value.replace("\\", "")
    assert len(alts(app, "Predicted skeleton")) == 2


def test_of_somebody_who_was_not_rendered_only_the_picture_is_changed(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    name = str(bundle.samples["sample_id"].iloc[0])
    app = open_causes(cause_person=name)
    assert app.selectbox(key=links.CAUSE).options == IMAGE and not warned(app)
    assert words.not_rendered("") in [caption.value for caption in app.caption]
    assert len(alts(app, "Predicted skeleton")) == 2
    asked = open_causes(cause_person=name, cause=CAUSES["turn"].name)
    assert warned(asked) == words.picture_only(CAUSES["turn"].name, asked.selectbox(key=links.CAUSE).value)
    # From a rendered person to one who was not, with a cause that only the first can have.
    going = open_causes(cause="lean")
    going.text_input(key=links.CAUSE_PERSON).set_value(name).run()
    assert not going.exception and "lean" in warned(going)
    assert going.selectbox(key=links.CAUSE).value in IMAGE


def test_without_a_picture_a_rendered_person_is_made_and_another_gets_a_sentence(
    open_causes: Open, copied, bundle: Bundle, frames: list
) -> None:
    from fake_bundle import take_pictures

    names = bundle.samples["sample_id"].iloc[[WHO, 0]].tolist()
    take_pictures(copied, names)
    app = open_causes(copied.parent)
    assert len(alts(app, "Predicted skeleton")) == 2
    other = open_causes(copied.parent, cause_person=names[1])
    assert words.no_picture(bundle, names[1]).split(names[1])[0] in [
        info.value.split(names[1])[0] for info in other.info
    ]
    assert not alts(other, "Predicted skeleton") and not other.exception


def test_somebody_who_would_be_rendered_otherwise_gets_the_reason(
    open_causes: Open, copied, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    import pandas as pd
    from fake_bundle import note_change

    table = pd.read_parquet(copied / "samples.parquet")
    table.loc[WHO, "crop_x"] += 3
    table.to_parquet(copied / "samples.parquet", index=False)
    note_change(copied, "samples.parquet")
    app = open_causes(copied.parent)
    assert app.selectbox(key=links.CAUSE).options == IMAGE
    assert any("was rendered otherwise" in caption.value for caption in app.caption)


def test_what_cannot_be_made_of_somebody_gets_a_sentence(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    from posecore.errors import ChangeError

    cause = CAUSES["lying"]
    refused = {}
    for row in RENDERED:
        try:
            cause.edit(recall(bundle.samples.iloc[row]), 60)
        except ChangeError as error:
            refused[row] = error
    row, reason = next(iter(refused.items()))
    name = str(bundle.samples["sample_id"].iloc[row])
    app = open_causes(cause_person=name, cause=cause.name, cause_by_lying="60")
    assert words.cannot_be_made(cause, 60, reason) in [info.value for info in app.info]
    assert not alts(app, "Predicted skeleton") and not joined_tables(app)


def test_a_square_lies_where_an_upload_s_joint_is_found(
    open_causes: Open, bundle: Bundle, frames: list
) -> None:
    with Image.open(bundle.path / f"pictures/{bundle.samples['sample_id'].iloc[WHO]}.webp") as picture:
        crop = np.asarray(picture.convert("RGB"))
    file = io.BytesIO()
    Image.fromarray(crop).save(file, "PNG")
    before = predicted(bundle, crop)
    joint = int(np.flatnonzero(((before > 40) & (before < 216)).all(axis=1))[0])
    app = open_causes(cause_source="your own picture", cause_covered=COCO17.labels[joint])
    assert app.selectbox(key=links.CAUSE).options == IMAGE
    app.file_uploader[0].upload("me.png", file.getvalue())
    app.run()
    assert not app.exception and len(alts(app, "Predicted skeleton")) == 2
    assert app.slider(key="cause_by_square").value == CAUSES["square"].strengths[1] == 48
    x, y = before[joint].astype(int)
    covered = crop.copy()
    covered[y - 24 : y + 24, x - 24 : x + 24] = GREY
    expected = np.linalg.norm(predicted(bundle, covered) - before, axis=1)
    assert joints(app)[MOVED].to_numpy() == pytest.approx(expected, nan_ok=True)
    assert set(joints(app)["found"]) == {"· → ·"} and len(frames[-2]) == 9


def test_a_network_is_asked_once_for_what_was_shown_before(
    open_causes: Open, monkeypatch: pytest.MonkeyPatch, frames: list
) -> None:
    app = open_causes()
    app.slider(key=TURN).set_value(90.0).run()
    asked: list[object] = []
    monkeypatch.setattr(predictions, "_see", lambda *given: asked.append(given))
    app.slider(key=TURN).set_value(60.0).run()
    assert not app.exception and not asked
