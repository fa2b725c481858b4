"""All pages and tabs on a telephone: 390 pixels wide, nothing is cut, and all can be read and chosen."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from fake_bundle import make_fake_bundle
from planted_claims import planted_result
from playwright.sync_api import Browser, Page, expect
from served import ROOT, Served, serving

from dashboard.clusters import view
from dashboard.shared import links
from dashboard.skip_lab.study_charts import NEVER_LEARNED
from posecore.ablation import LEVEL_NAMES
from posecore.bundle import open_bundle
from posecore.keypoints import KEYPOINTS, label
from posecore.ledger.claim import make_claim
from posecore.ledger.file import Ledger
from posecore.ledger.kinds import Known
from posecore.studies.pair.study import PairSettings, compare_bundles
from posecore.studies.projection.study import ProjectionSettings, project
from posecore.studies.skips.results import load_skip_study
from posecore.studies.skips.summary import summarise

ONE, TWIN = "one-network-that-goes-by-a-long-name", "the-very-same-under-another-long-name"
PAGES = (
    ("overview", ""),
    *(("skip-lab", f"lab_tab={tab}") for tab in links.LAB_TABS),
    ("skip-lab", "lab_person=BARE"),
    ("latent-map", ""),
    ("latent-map", "map_area=1-2:-60,-60,0,-60,0,60,-60,60"),
    *(("clusters", f"clu_k=15&clu_tab={tab}") for tab in view.TABS),
    *(("pc-walk", f"walk_tab={tab}") for tab in links.WALK_TABS),
    ("causes", ""),
    ("phone", ""),
    ("claims", ""),
    ("ledger", ""),
    ("compare", ""),
    *(("compare", f"cmp_tab={tab}&bundle={ONE}&with={TWIN}") for tab in links.COMPARE_TABS[1:]),
    *(("compression", f"bundle=demo&{links.COMPRESSION_TAB}={tab}") for tab in links.COMPRESSION_TABS),
    ("overview", "bundle=compressed"),
    # The other network that ships.
    ("overview", "bundle=plain"),
    *(("skip-lab", f"bundle=plain&lab_tab={tab}") for tab in links.LAB_TABS),
    ("latent-map", "bundle=plain"),
    ("clusters", "bundle=plain"),
    *(("pc-walk", f"bundle=plain&walk_tab={tab}") for tab in links.WALK_TABS),
    ("causes", "bundle=demo"),
    ("claims", "bundle=demo"),
    *(("ledger", f"bundle=demo&led_kind={kind}") for kind in links.LEDGER_KINDS),
    *(("compare", f"cmp_tab={tab}&bundle=demo&with=plain") for tab in links.COMPARE_TABS[1:]),
)

CUT = r"""
() => {
  const WORDS = '.legendtext, .xtitle, .gtitle, .ytitle, .xtick text, .ytick text, .cbtitle text';
  const found = [], wide = innerWidth, say = (what, element) =>
    found.push(`${what}: ${(element.textContent || element.alt || element.className).trim().slice(0, 60)}`);
  if (document.scrollingElement.scrollWidth > wide) say('the page scrolls', document.body);
  const main = document.querySelector('[data-testid="stMain"]');
  if (main.scrollWidth > main.clientWidth) say('the page scrolls', main);
  for (const element of main.querySelectorAll('button, label, input, img, canvas, p, h1, h2, h3, li')) {
    // Tables scroll, as they say by a bar of their own.
    if (element.closest('[data-testid="stDataFrame"]')) continue;
    const box = element.getBoundingClientRect();
    if (box.width && box.height && (box.right > wide + 1 || box.left < -1)) say('beyond the edge', element);
  }
  for (const chart of main.querySelectorAll('.js-plotly-plot')) {
    const edge = chart.getBoundingClientRect(), boxes = [];
    for (const text of chart.querySelectorAll('svg text')) {
      const box = text.getBoundingClientRect(), style = getComputedStyle(text);
      if (!text.textContent.trim() || !box.width) continue;
      if (style.visibility === 'hidden' || style.opacity === '0') continue;
      const inside = box.left >= edge.left - 1 && box.right <= edge.right + 1
        && box.top >= edge.top - 1 && box.bottom <= edge.bottom + 1;
      if (!inside) say('cut in a chart', text);
      // Of what is turned the box says little.
      const turned = /rotate\((?!0[,)])/.test(text.getAttribute('transform') ?? '');
      if (!turned && text.matches(WORDS)) boxes.push([text, box]);
    }
    for (const [one, a] of boxes) for (const [other, b] of boxes) {
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (one !== other && one.compareDocumentPosition(other) & 4 && across > 3 && down > 5)
        say(`written over “${one.textContent}”`, other);
    }
  }
  return found;
}
"""
"""What is cut or written over something else, in words."""


MIDDLES = """
all => all.map((text) => [text.textContent.replace('−', '-'), text.getBoundingClientRect()])
  .filter(([, box]) => box.height >= 10)
  .map(([word, box]) => [word, (box.left + box.right) / 2, (box.top + box.bottom) / 2])
"""


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shipped bundles with all their studies, and two of people who do not exist, compared."""
    folder = tmp_path_factory.mktemp("narrow")
    for name in ("demo", "plain", "compressed"):
        shutil.copytree(ROOT / "artifacts" / name, folder / "artifacts" / name)
    one = make_fake_bundle(folder / "artifacts" / ONE, 12, annotations=True, pictures=True)
    project(open_bundle(one), ProjectionSettings(draws=2))
    shutil.copytree(one, one.with_name(TWIN))
    compare_bundles(open_bundle(one), open_bundle(one.with_name(TWIN)), None, PairSettings())
    claims_of(folder / "artifacts" / "demo", Ledger(folder / "artifacts" / "ledgers" / "demo.jsonl"))
    with serving(folder / "artifacts", folder) as served:
        yield served


def claims_of(path: Path, ledger: Ledger) -> None:
    """One that was tested, one that was not, a damaged line, and words longer than a line."""
    known = Known(open_bundle(path))
    for attribute in ("hip_angle", "knee_drop"):
        given = {"component": 1, "attribute": attribute}
        made = ledger.seal(make_claim(known, "component", given, f"They do, {'and-they-do' * 20}."))
        ledger.record(planted_result(made.id))
    ledger.path.write_bytes(ledger.path.read_bytes()[:-40])


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    opened = context.new_page()
    opened.set_default_timeout(60_000)
    yield opened
    context.close()


def open_page(page: Page, served: Served, path: str, link: str) -> None:
    page.goto(f"{served.url}/{path}?{quote(link, safe='=&')}")
    page.get_by_test_id("stMain").get_by_role("heading").first.wait_for()
    settle(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)


def settle(page: Page) -> None:
    """Until nothing runs any more, and all charts of the page are drawn, far below, too."""
    running = '[data-testid="stApp"][data-test-script-state="notRunning"]'
    for _ in range(3):
        page.wait_for_timeout(500)
        page.wait_for_selector(running, state="attached")
    high = page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 390, "height": min(high + 50, 9000)})
    page.wait_for_timeout(700)


@pytest.mark.parametrize(("path", "link"), PAGES)
def test_nothing_is_cut(phone: Page, shipped: Served, path: str, link: str) -> None:
    bundle = shipped.bundle
    bare = next(name for name in bundle.rows if bundle.picture_path(name) is None)
    open_page(phone, shipped, path, link.replace("BARE", bare))
    assert phone.evaluate(CUT) == []


@pytest.mark.parametrize("key", ["clu_show", "clu_one"])
def test_every_one_of_fifteen_clusters_can_be_chosen(phone: Page, shipped: Served, key: str) -> None:
    open_page(phone, shipped, "clusters", "clu_k=15&clu_tab=What is each?")
    row = phone.locator(f".st-key-{key}")
    for width in (390, 800, 1440):
        phone.set_viewport_size({"width": width, "height": 844})
        phone.wait_for_timeout(300)
        edge = row.bounding_box()
        for number in range(1, 16):
            box = row.get_by_text(str(number), exact=True).bounding_box()
            assert edge and box and edge["x"] <= box["x"]
            assert box["x"] + box["width"] <= min(edge["x"] + edge["width"], width)
    row.get_by_text("15", exact=True).click()
    expect(phone).to_have_url(re.compile(f"{key}=15"))


def test_the_effect_map_names_every_joint_and_tells_every_number(phone: Page, shipped: Served) -> None:
    open_page(phone, shipped, "skip-lab", f"lab_tab={links.LAB_TABS[1]}")
    chart = phone.locator(".st-key-lab_study_effects")
    rows, columns, numbers = (
        chart.locator(f"{kind} text").evaluate_all(MIDDLES) for kind in (".ytick", ".xtick", ".heatmap-label")
    )
    # Below the joints, in grey, networks that never learned.
    assert [word for word, *_ in rows] == [*(label(name) for name in KEYPOINTS), NEVER_LEARNED]
    rows = rows[: len(KEYPOINTS)]
    lowest = max(y for *_, y in rows) + (rows[1][2] - rows[0][2]) / 2
    numbers = [number for number in numbers if number[2] < lowest]
    # Beside the levels, in grey, networks that never learned, joint by joint.
    assert [word for word, *_ in columns[:-1]] == list(LEVEL_NAMES)
    columns, beside = columns[:-1], columns[-1][1]
    farthest = beside - (beside - columns[-1][1]) / 2
    numbers = [number for number in numbers if number[1] < farthest]
    told = {}
    for number, x, y in numbers:
        joint = min(rows, key=lambda row: abs(row[2] - y))[0]
        told[joint, min(columns, key=lambda column: abs(column[1] - x))[0]] = number
    loss = summarise(load_skip_study(shipped.bundle), "zero").loss.mean * 100
    assert told == {
        (joint, level): f"{value + 0.0:.0f}".replace("-0", "0")
        for level, values in zip(LEVEL_NAMES, loss, strict=True)
        for joint, value in zip([label(name) for name in KEYPOINTS], values, strict=True)
    }


def test_people_are_large_enough_to_be_seen(phone: Page, shipped: Served) -> None:
    for path, at_least in (("overview", 80), ("clusters", 110)):
        open_page(phone, shipped, path, "")
        people = phone.get_by_test_id("stImage").locator("img[alt]")
        sizes = people.evaluate_all("all => all.map((image) => image.getBoundingClientRect().width)")
        assert len(sizes) >= 12 and min(sizes) >= at_least
