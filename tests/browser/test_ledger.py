"""Two visitors who seal claims at once."""

from playwright.sync_api import Browser, expect
from served import Served

from posecore.ledger.file import Ledger


def test_two_browsers_that_seal_at_once_lose_no_claim(browser: Browser, served: Served) -> None:
    """Of the same claim one stands in the ledger, and the other visitor is told."""
    contexts = [browser.new_context() for _ in range(2)]
    pages = [context.new_page() for context in contexts]
    refused = []
    for masks in (("0111", "1011"), ("1101", "1101")):
        for place, (page, mask) in enumerate(zip(pages, masks, strict=True)):
            page.goto(f"{served.url}/ledger?led_mask={mask}")
            expect(page.get_by_text(f"with skips {mask} than").first).to_be_visible()
            text = page.get_by_role("textbox", name="Your claim")
            text.fill(f"Visitor {place} on {mask}.")
            text.press("Tab")
        for page in pages:
            page.get_by_role("button", name="Seal and test").click(no_wait_after=True)
        told = [page.get_by_text("This is claim 3 already") for page in pages]
        for page, already in zip(pages, told, strict=True):
            sealed = page.get_by_role("heading", name="The claim of this link")
            expect(sealed.or_(already).first).to_be_visible()
        refused.append(sum(one.count() for one in told))
    for context in contexts:
        context.close()
    assert refused == [0, 1]
    entries = Ledger(served.bundle.path.parent / "ledgers" / f"{served.bundle.path.name}.jsonl").read()
    assert entries.problems == []
    said = [claim.text for claim in entries.claims.values()]
    assert {"Visitor 0 on 0111.", "Visitor 1 on 1011."} == set(said[:2]) and len(said) == 3
