"""Every page and tab on the bundles that ship: nothing is lacking or broken, and the network is named."""

from pathlib import Path

import pytest
from opening import open_page
from reading import everything, words

from dashboard.shared import bundles, links
from dashboard.skip_lab.looks_words import STAYS_ALIKE

SHIPPED = Path(__file__).parent.parent.parent / "artifacts"
NAMES = {"demo": bundles.CUTS, "plain": bundles.NO_CUTS}
PAGES: list[tuple[str, dict[str, str]]] = [
    ("overview", {}),
    *(("skip_lab", {"lab_tab": tab}) for tab in links.LAB_TABS[:-1]),
    ("latent_map", {}),
    ("clusters", {}),
    *(("pc_walk", {"walk_tab": tab}) for tab in links.WALK_TABS),
    *(("compare", {"cmp_tab": tab}) for tab in links.COMPARE_TABS),
]


@pytest.mark.parametrize("bundle", NAMES)
@pytest.mark.parametrize(("page", "link"), PAGES)
def test_it_opens_with_all_studies_and_names_its_network(
    page: str, link: dict[str, str], bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, SHIPPED, page, bundle=bundle, **link)
    assert not app.warning and not app.error
    said = words(app)
    assert ".py --bundle" not in said and bundles.STUDY_LEFT_OUT not in said
    # The networks trained side by side are others.
    if link != {"cmp_tab": links.COMPARE_TABS[0]}:
        assert NAMES[bundle] in everything(app)


@pytest.mark.parametrize("bundle", NAMES)
def test_causes_open_and_name_the_command_where_there_is_no_study(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, SHIPPED, "causes", bundle=bundle)
    assert not app.warning and not app.error and NAMES[bundle] in everything(app)
    studied = (SHIPPED / bundle / "studies" / "causes").is_dir()
    assert words(app).count(".py --bundle") == (0 if studied else 1)


@pytest.mark.parametrize("bundle", NAMES)
def test_where_it_looks_opens_and_names_the_command_where_there_is_no_study(
    bundle: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, SHIPPED, "skip_lab", bundle=bundle, lab_tab=links.LAB_TABS[-1])
    assert not app.error and NAMES[bundle] in everything(app)
    studied = (SHIPPED / bundle / "studies" / "saliency").is_dir()
    assert words(app).count("saliency_study.py --bundle") == (0 if studied else 1)
    assert all(STAYS_ALIKE in warning.value for warning in app.warning)
    assert studied or not app.warning


@pytest.mark.parametrize("bundle", NAMES)
def test_claims_are_judged_by_what_is_stored(bundle: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, SHIPPED, "claims", bundle=bundle)
    assert not app.warning and not app.error and NAMES[bundle] in everything(app)
    # What the other studies of a bundle tell does not wait for the study of claims.
    studied = (SHIPPED / bundle / "studies" / "claims").is_dir()
    badges = [one.value for one in app.markdown if "-badge[" in one.value]
    assert sum("not computed" not in badge for badge in badges) >= (17 if studied else 11)
    # One line names the commands of all that is missing.
    lacking = [one.value for one in app.markdown if one.value.startswith("Not computed: ")]
    commands = {command for line in lacking for command in line.split("`")[1::2]}
    assert len(lacking) == sum("not computed" in badge for badge in badges)
    assert {command for one in app.info for command in one.value.split("`")[1::2]} == commands
    assert len(app.info) == bool(commands)


@pytest.mark.parametrize("tab", links.COMPRESSION_TABS)
def test_compression_opens_with_the_smaller_network_beside(tab: str, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(monkeypatch, SHIPPED, "compression", **{links.COMPRESSION_TAB: tab})
    assert not app.warning and not app.error and ".py --bundle" not in words(app)


@pytest.mark.parametrize(("page", "link"), [*PAGES, ("causes", {}), ("claims", {})])
def test_the_smaller_network_is_asked_as_any_other(
    page: str, link: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, SHIPPED, page, bundle="compressed", **link)
    assert not app.warning and not app.error
    if link != {"cmp_tab": links.COMPARE_TABS[0]}:
        assert "200 channels, compressed" in everything(app)


def test_the_thesis_s_claim_is_tried_in_both(monkeypatch: pytest.MonkeyPatch) -> None:
    said = words(open_page(monkeypatch, SHIPPED, "overview"))
    assert all(f"*{name}*, {how}: " in said for name, how in NAMES.items())
