"""“Make a claim of this”: what a page shows is what the form then holds, without a word of complaint."""

from pathlib import Path
from urllib.parse import parse_qs

import pytest
from opening import open_page
from reading import words

from dashboard.shared import claiming

SHOWN = {
    "clusters": {"clu_tab": "What is each?", "clu_k": "3", "clu_one": "2"},
    "pc_walk": {"walk_component": "2"},
    "latent_map": {"map_area": "1-2:0,-99,99,-99,99,99,0,99"},
}
SAID = {
    "clusters": "of cluster 2 of 3 (K-Means in whole latents)",
    "pc_walk": "Component 2 goes",
    "latent_map": "in an area drawn on components 1 and 2",
}


@pytest.mark.parametrize("page", SHOWN)
def test_the_link_of_a_page_opens_the_form_filled_in(
    page: str, claimed_artifacts: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(monkeypatch, claimed_artifacts, page, bundle="demo", **SHOWN[page])
    (link,) = [one for one in app.get("page_link") if one.proto.label == claiming.LABEL]
    assert link.proto.page.endswith("ledger")
    given = {name: values[0] for name, values in parse_qs(link.proto.query_string).items()}
    assert given["bundle"] == "demo"
    form = open_page(monkeypatch, claimed_artifacts, "ledger", **given)
    assert not form.warning and not form.error
    assert SAID[page] in words(form)
    # Names that the form does not know, or values that it has not, would have been taken out of the link.
    for name, value in given.items():
        if name in form.query_params:
            assert form.query_params[name] == value


def test_what_has_no_place_for_new_people_has_no_link_and_says_why(
    claimed_artifacts: Path, started: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for method in ("gaussian mixture", "hdbscan"):
        link = {"clu_tab": "What is each?", "clu_method": method}
        app = open_page(monkeypatch, claimed_artifacts, "clusters", bundle="demo", **link)
        assert not [one for one in app.get("page_link") if one.proto.label == claiming.LABEL]
