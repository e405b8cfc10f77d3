"""The whole system as `make run` starts it, and a real browser in front of it."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Response, sync_playwright

from sandbox.services import FRONT_ENDS
from sandbox.wiring import Wiring
from shared.nationalid import holds_national_id
from tools.access.running import running
from tools.local import browser

DATA = Path(__file__).parents[2] / "deploy/sandbox/sandbox/data"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="session")
def wiring(server_directory: Path) -> Iterator[Wiring]:
    with running(server_directory / "web") as wiring:
        yield wiring


@pytest.fixture(scope="session")
def address(wiring: Wiring) -> Callable[[str], str]:
    """Of a front end, by its name."""

    def address(name: str) -> str:
        return wiring.address(next(it for it in FRONT_ENDS if it.name == f"web-{name}"))

    return address


@pytest.fixture(scope="session")
def citizens() -> dict[str, dict[str, Any]]:
    """By what each is good for trying."""
    return {it["state"]: it for it in json.loads((DATA / "citizens.json").read_text("utf-8"))}


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Of one module: while it lasts its own event loop runs, and no asynchronous test of another could."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(**browser.find().launching)  # type: ignore[arg-type]
    yield launched
    launched.close()


@pytest.fixture(scope="module")
def pages_seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Every page of the front ends that a module's tests have seen, one of each address and status: valid HTML."""
    folder = tmp_path_factory.mktemp("pages")
    yield folder
    if any(folder.iterdir()):
        assert browser.invalid(folder) == ""


class NewContext(Protocol):
    def __call__(self, **options: Any) -> BrowserContext: ...


@pytest.fixture
def new_context(chromium: Browser, pages_seen: Path, wiring: Wiring) -> Iterator[NewContext]:
    """A browser of its own. When the test is over: nothing broke the content security policy, no script failed, and no
    national identity number stood in an address, a cookie, a referrer or the browser's storage (I1).
    """
    watches: list[_Watch] = []
    ours = tuple(f"{wiring.address(it)}/" for it in FRONT_ENDS)

    def keep(answer: Response) -> None:
        is_page = "text/html" in answer.headers.get("content-type", "") and answer.request.is_navigation_request()
        if is_page and answer.url.startswith(ours) and not 300 <= answer.status < 400:
            name = re.sub(r"[0-9a-f-]{36}|[^a-z]+", "-", urlsplit(answer.url).path)
            with suppress(Error):  # the test has gone on to another page
                (pages_seen / f"{name}{answer.status}.html").write_text(answer.text(), "utf-8")

    def new_context(**options: Any) -> BrowserContext:
        usual = {"locale": "nb-NO", "viewport": {"width": 1100, "height": 800}, "reduced_motion": "reduce"}
        context = chromium.new_context(**(usual | options))
        context.set_default_timeout(15_000)
        context.on("response", keep)
        watches.append(_Watch(context))
        return context

    yield new_context
    for watch in watches:
        watch.check()
        watch.context.close()


class _Watch:
    def __init__(self, context: BrowserContext) -> None:
        self.context, self.wrong, self.told = context, [], []  # type: ignore[var-annotated]
        context.on("request", lambda it: self.told.extend([it.url, it.headers.get("referer", "")]))
        context.on("console", lambda it: self.wrong.append(it.text) if _is_wrong(it.text) else None)
        context.on("weberror", lambda it: self.wrong.append(str(it.error)))

    def check(self) -> None:
        stored = [
            page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") for page in self.context.pages
        ]
        told = [*self.told, *stored, json.dumps(self.context.cookies())]
        assert self.wrong == []
        assert [it for it in told if holds_national_id(re.sub(r"[0-9a-f-]{32,}", "", it))] == []


def _is_wrong(text: str) -> bool:
    return "Content Security Policy" in text or "Refused to" in text or "violates" in text


@pytest.fixture
def page(new_context: NewContext) -> Page:
    return new_context().new_page()


@pytest.fixture
def log_in(address: Callable[[str], str]) -> Callable[..., None]:
    def log_in(page: Page, front_end: str, name: str) -> None:
        """As anyone does it: from the front page, by the issuer's page, and back."""
        page.goto(address(front_end))
        page.locator("main a[href^='/logg-inn']").click()
        page.get_by_role("button", name=f"Logg inn som {name}", exact=True).click()
        page.wait_for_url(f"{address(front_end)}/**")

    return log_in


@pytest.fixture(scope="session")
def accessible() -> Callable[[Page], None]:
    """No violation that axe finds."""
    source = browser.AXE.read_text("utf-8") if browser.AXE.exists() else ""

    def accessible(page: Page) -> None:
        page.evaluate((source or browser.AXE.read_text("utf-8")) + ";undefined")
        found = page.evaluate("tags => axe.run(document, {runOnly: tags})", TAGS)["violations"]
        assert [(it["id"], [node["html"][:200] for node in it["nodes"]]) for it in found] == []

    return accessible
