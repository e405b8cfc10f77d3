"""What a page weighs the first time, over the wire, and whether anything moves while it loads (docs/pages.md)."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

BUDGETS = {"Stylesheet": 28_000, "Script": 32_000, "Font": 30_000, "Document": 15_000}  # bytes
WHOLE = 110_000
MOST_SHIFT = 0.02

pytestmark = pytest.mark.system


def test_the_heaviest_page_is_within_its_budget(
    page: Page, log_in: Callable[..., None], citizens: dict[str, dict[str, Any]]
) -> None:
    log_in(page, "practitioner", "Ragnhild Bergknausen")
    root = page.url
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    kinds: dict[str, str] = {}
    weighed: dict[str, int] = dict.fromkeys(BUDGETS, 0)
    devtools.on("Network.responseReceived", lambda it: kinds.update({it["requestId"]: it["type"]}))

    def weigh(finished: dict[str, Any]) -> None:
        kind = kinds.get(finished["requestId"], "Other")
        weighed[kind] = weighed.get(kind, 0) + int(finished["encodedDataLength"])

    devtools.on("Network.loadingFinished", weigh)
    page.goto(root + "verktoy", wait_until="networkidle")
    moved = page.evaluate(
        """() => new Promise((resolve) => {
            let sum = 0;
            new PerformanceObserver((list) => { for (const it of list.getEntries()) sum += it.value; })
                .observe({type: 'layout-shift', buffered: true});
            setTimeout(() => resolve(sum), 200);
        })"""
    )
    assert {kind: weighed[kind] for kind, most in BUDGETS.items() if weighed[kind] > most} == {}
    assert sum(weighed.values()) <= WHOLE
    assert all(weighed[kind] > 0 for kind in BUDGETS), weighed
    assert moved <= MOST_SHIFT
