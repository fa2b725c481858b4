"""Two people in two browsers: what comes of a picture is kept for each alone, and goes when they go."""

import io
import re
import time
import urllib.request
from collections import Counter

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, expect
from served import Served

PAGES = {
    "skip-lab": ("lab_source", re.compile("^Skeleton: ")),
    "latent-map": ("map_source", "The crop that is placed"),
}
"""Every page that takes a picture: how its link asks for one, and the words for what answers it."""

KEPT = re.compile(
    r'^cache_memory_bytes\{cache_type="st_cache_(?:data|resource)",cache="([^"]+)"\} (\d+)', re.M
)

COUNTED_ANEW = 5.5
"""Seconds after which Streamlit counts anew what its caches hold."""


def kept(served: Served) -> Counter[str]:
    """How much every cache of the server holds over all sessions, by its function: entries, or bytes."""
    time.sleep(COUNTED_ANEW)
    with urllib.request.urlopen(f"{served.url}/_stcore/metrics", timeout=10) as answer:
        lines = answer.read().decode()
    found: Counter[str] = Counter()
    for name, amount in KEPT.findall(lines):
        found[name] += int(amount)
    return found


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(buffer, "PNG")
    return buffer.getvalue()


def somebody(browser: Browser, served: Served, colour: str) -> BrowserContext:
    """A browser in which a picture was given to every page that takes one."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    for name, (source, answer) in PAGES.items():
        page = context.new_page()
        page.goto(f"{served.url}/{name}?{source}=your own picture")
        page.get_by_test_id("stFileUploaderDropzone").wait_for(timeout=60_000)
        file = {"name": "me.png", "mimeType": "image/png", "buffer": picture(colour)}
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(files=[file])
        expect(page.get_by_alt_text(answer).first).to_be_visible()
        page.wait_for_timeout(500)
        page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    return context


def test_what_comes_of_a_picture_is_kept_once_per_browser_and_goes_with_it(
    browser: Browser, served: Served
) -> None:
    somebody(browser, served, "green").close()  # What is everybody's is there from now on.
    before = kept(served)
    first = somebody(browser, served, "red")
    one = kept(served) - before
    assert any("photograph" in function for function in one) and len(one) >= 3
    second = somebody(browser, served, "red")
    assert kept(served) - before == {function: 2 * more for function, more in one.items()}
    first.close()
    assert kept(served) - before == one
    second.close()
    assert kept(served) == before
