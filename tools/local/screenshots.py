"""`make screenshots`: the pictures of README, from a system of its own, as a person comes to the pages."""

import json
import tempfile
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

import sandbox
from sandbox.services import FRONT_ENDS
from sandbox.wiring import Wiring
from tools.access.running import running
from tools.house import ROOT
from tools.local import browser

FOLDER: Final = ROOT / "docs/pictures"
_DATA: Final = Path(sandbox.__file__).parent / "data"
_PHYSICIAN: Final = "Ragnhild Bergknausen"
_MESSAGE: Final = "Begynn gjerne med første del i kveld."


def main() -> None:
    people = {it["state"]: it for it in json.loads((_DATA / "citizens.json").read_text("utf-8"))}
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as wiring, sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**browser.find().launching)  # type: ignore[arg-type]
        view: dict[str, Any] = {"viewport": {"width": 1100, "height": 720}, "locale": "nb-NO"}
        page = chromium.new_context(**view).new_page()
        _practitioner(page, _address(wiring, "practitioner"), people["main-demo"]["nationalId"])
        page = chromium.new_context(**view).new_page()
        _citizen(page, _address(wiring, "citizen"), people["main-demo"]["name"])
        chromium.close()


def _practitioner(page: Page, address: str, number: str) -> None:
    """To the side panel of a tool, and on to what is sent: the citizen has something to see."""
    _log_in(page, address, _PHYSICIAN)
    page.locator("#nummer").fill(number)
    page.locator("main form button").first.click()
    page.get_by_role("button", name="Velg pasient").click()
    page.get_by_role("button", name="Gå videre uten å velge virksomhet").click()
    page.wait_for_url("**/verktoy")
    free = page.locator("#liste li:not(:has(.ds-tag)) a").first
    free.click()
    panel = page.get_by_role("dialog")
    panel.get_by_label("Hilsen til pasienten").fill(_MESSAGE)
    _take(page, "practitioner")
    panel.get_by_role("button", name="Send").click()
    page.get_by_role("button", name="Kopier").wait_for()


def _citizen(page: Page, address: str, name: str) -> None:
    _log_in(page, address, name)
    page.goto(f"{address}/verktoy?fane=mine")
    page.get_by_text("Ny", exact=True).first.wait_for()
    _take(page, "citizen")


def _log_in(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.locator("main a[href^='/logg-inn']").click()
    page.get_by_role("button", name=f"Logg inn som {name}", exact=True).click()
    page.wait_for_url(f"{address}/**")


def _take(page: Page, name: str) -> None:
    FOLDER.mkdir(exist_ok=True)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/pictures/{name}.png")


def _address(wiring: Wiring, name: str) -> str:
    return wiring.address(next(it for it in FRONT_ENDS if it.name == f"web-{name}"))


if __name__ == "__main__":
    main()
