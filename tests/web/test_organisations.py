"""For whom a practitioner works: what is chosen stands in the token, and decides what can be sent."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

PHYSICIAN = "Ragnhild Bergknausen"

pytestmark = pytest.mark.system


def search(page: Page, words: str) -> None:
    page.get_by_role("link", name="Bytt virksomhet").click()
    pick(page, words)


def pick(page: Page, words: str) -> None:
    page.wait_for_url("**/virksomhet")
    page.locator("#q").fill(words)
    page.locator("#q").press("Enter")
    page.locator("form:has([id^=treff])", has_text=words).get_by_role("button", name="Velg").click()


def tool(page: Page, name: str) -> Locator:
    page.get_by_role("link", name="Verktøy", exact=True).click()
    page.wait_for_url("**/verktoy")
    return page.locator("#liste li", has=page.get_by_role("link", name=name, exact=True))


@pytest.mark.rule("P2", "P5")
def test_what_can_be_sent_depends_on_the_organisation(
    page: Page, log_in: Callable[..., None], citizens: dict[str, dict[str, Any]], accessible: Callable[[Page], None]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    page.locator("#nummer").fill(citizens["sami-letters"]["nationalId"])
    page.locator("#nummer").press("Enter")
    page.get_by_role("button", name="Velg pasient").click()
    pick(page, "Skarvøy legekontor")
    page.wait_for_url("**/verktoy")
    expect(page.locator(".hv-chosen")).to_contain_text("Virksomhet: Skarvøy legekontor")
    expect(tool(page, "Kolsdagboka").locator(".ds-tag")).to_have_text("Kan ikke sendes")
    expect(tool(page, "Hudblikk").locator(".ds-tag")).to_have_count(0)
    search(page, "Solfjell legekontor")
    page.wait_for_url("**/verktoy")
    expect(tool(page, "Kolsdagboka").locator(".ds-tag")).to_have_count(0)
    expect(tool(page, "Hudblikk").locator(".ds-tag")).to_have_text("Kan ikke sendes")
    tool(page, "Kolsdagboka").get_by_role("link").click()
    page.get_by_role("dialog").get_by_role("button", name="Send").click()
    expect(page.locator("#notat")).to_contain_text("Solfjell legekontor")
    accessible(page)


@pytest.mark.rule("P5")
def test_an_organisation_that_one_does_not_represent_is_refused_in_words(
    page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    page.goto(page.url + "virksomhet")
    pick(page, "Tindefoss sykehus")
    expect(page.get_by_role("alert")).to_contain_text("Du kan ikke velge Tindefoss sykehus")
    accessible(page)
    page.locator("#q").fill("Finnes ikke her")
    page.locator("#q").press("Enter")
    expect(page.get_by_text("Ingen virksomhet har dette navnet")).to_be_visible()
    page.locator("#q").fill("x")
    page.locator("#q").press("Enter")
    expect(page.locator("#q-feil")).to_be_visible()


@pytest.mark.rule("P5")
def test_those_that_one_is_logged_in_for_are_chosen_without_a_search(
    page: Page, log_in: Callable[..., None], accessible: Callable[[Page], None]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    page.goto(page.url + "virksomhet")
    own = page.locator("form:has([id^=egen])")
    expect(own).to_contain_text(["Solfjell legekontor", "Solfjell kommune"])
    accessible(page)
    own.first.get_by_role("button", name="Velg").click()
    expect(page.locator(".hv-chosen")).to_contain_text("Virksomhet: Solfjell legekontor")
