"""Who is served, and what a visitor is told who comes by a wrong link."""

import re

import psutil
import pytest
from playwright.sync_api import Page, expect
from served import Served


def test_only_this_machine_is_served(served: Served) -> None:
    connections = psutil.Process(served.process).net_connections("tcp")
    listening = {connection.laddr.ip for connection in connections if connection.status == psutil.CONN_LISTEN}
    assert listening and listening <= {"127.0.0.1", "::1"}


@pytest.mark.parametrize(
    ("link", "says"),
    [
        ("?bundle=nope", "bundle = 'nope', expected one of fake"),
        ("latent-map?map_view=xx", "map_view = 'xx', expected a part of the map"),
        ("compare?cmp_people=foo", "'cmp_people' = 'foo', which is nothing on this page"),
        ("skip-lab?lab_64=maybe", "lab_64 = 'maybe', expected true or false"),
        ("nonsense-page", "There is no page 'nonsense-page'; Overview is shown instead."),
    ],
)
def test_a_wrong_link_is_said_in_a_line_and_gone_from_the_address(
    link: str, says: str, page: Page, served: Served
) -> None:
    page.goto(f"{served.url}/{link}")
    expect(page.get_by_test_id("stAlert").filter(has_text=says)).to_be_visible()
    expect(page.get_by_test_id("stAlert").filter(has_text="There is no page")).to_have_count(
        1 if link == "nonsense-page" else 0
    )
    expect(page).not_to_have_url(re.compile("nope|xx|foo|maybe|nonsense"))
