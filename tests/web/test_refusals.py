"""Every refusal that a practitioner can meet is told in words, where it belongs, and takes nothing away."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sandbox.services import SERVICES
from sandbox.wiring import Wiring
from tools.local.callers import KINDS, Callers, citizen

PHYSICIAN = "Ragnhild Bergknausen"
NUMBERS = {
    "national-id-malformed": "1785840126",
    "national-id-check-digits": "17858401268",
}

pytestmark = pytest.mark.system

Citizens = dict[str, dict[str, Any]]
LogIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]
Act = Callable[..., None]


@pytest.fixture
def act(wiring: Wiring) -> Iterator[Act]:
    """Something that another does meanwhile, by the services' own contracts."""
    with httpx.Client(timeout=30) as http:
        callers = Callers(http, wiring.sandbox_url)

        def act(kind: Any, service: str, method: str, path: str, body: Any, **headers: str) -> None:
            known = next(it for it in SERVICES if it.name == service)
            url = wiring.address(known) + path
            own = callers.headers(kind, known.audience, method, url)
            http.request(method, url, json=body, headers={**own, **headers}).raise_for_status()

        yield act


@pytest.fixture
def fault(wiring: Wiring) -> Iterator[Callable[[str], None]]:
    yield (
        lambda target: (
            httpx.post(f"{wiring.sandbox_url}/faults", json={"target": target, "mode": "away"})
            .raise_for_status()
            .close()
        )
    )
    httpx.delete(f"{wiring.sandbox_url}/faults").raise_for_status()


def search(page: Page, number: str) -> None:
    page.locator("#nummer").fill(number)
    page.locator("#nummer").press("Enter")


def choose(page: Page, number: str) -> None:
    search(page, number)
    page.get_by_role("button", name="Velg pasient").click()
    if page.url.endswith("/virksomhet"):
        page.get_by_role("button", name="Gå videre uten å velge virksomhet").click()
    page.wait_for_url("**/verktoy")


def open_unsent(page: Page, *, skip: int = 0) -> str:
    free = [it for it in page.locator("#liste li").all() if it.locator(".ds-tag").count() == 0]
    path = free[skip].locator("a").first.get_attribute("href")
    assert path
    page.goto(page.url.partition("/verktoy")[0] + path)
    return path


@pytest.mark.rule("P3", "P4")
def test_refused_numbers_are_told_at_their_field(
    page: Page, log_in: LogIn, citizens: Citizens, accessible: Callable[[Page], None]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    for number, words in (
        ("", "Skriv fødselsnummeret"),
        (NUMBERS["national-id-malformed"], "siffer"),
        (NUMBERS["national-id-check-digits"], "Kontrollsifrene"),
        (citizens["deceased"]["nationalId"], "død"),
    ):
        search(page, number)
        field = page.locator("#nummer")
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(page.locator("#nummer-feil")).to_contain_text(words)
        expect(field).to_have_value(number)
        expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute("href", "#nummer")
    accessible(page)


@pytest.mark.rule("P4")
def test_who_is_not_digitally_active_is_told_with_why(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    search(page, citizens["consent-basis"]["nationalId"])
    found = page.locator("section.ds-card")
    expect(found).to_contain_text("ikke digitalt aktiv")
    assert found.locator("li").count() >= 1
    expect(page.get_by_role("button", name="Velg pasient")).to_have_count(0)


def test_P1_without_a_valid_authorisation_one_is_told(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", "Vigdis Kaldtind")
    search(page, citizens["main-demo"]["nationalId"])
    expect(page.get_by_role("alert")).to_contain_text("Helsepersonellregisteret")


def test_what_is_wrong_with_the_form_is_told_at_its_fields(
    page: Page, log_in: LogIn, citizens: Citizens, accessible: Callable[[Page], None]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["sms-only"]["nationalId"])
    open_unsent(page)
    page.locator("#melding").fill(f"Ring meg. {citizens['main-demo']['nationalId']}")
    page.locator("#frist").fill("2020-01-01")
    page.get_by_role("button", name="Send").click()
    for field in ("melding", "frist"):
        if page.locator(f"#{field}-feil").count():
            break
    expect(page.get_by_role("alert").get_by_role("link").first).to_be_visible()
    page.locator("#melding").fill("x" * 501)
    page.locator("#frist").fill("")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#melding-feil")).to_be_visible()
    expect(page.locator("#melding")).to_have_value("x" * 501)
    page.locator("#melding").fill("Kort")
    page.locator("#frist").fill("2020-01-01")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#frist-feil")).to_contain_text("Fristen er for kort eller for lang.")
    accessible(page)
    page.locator("#frist").fill("")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sendt/**")
    page.get_by_text("Trekk tilbake").first.click()
    page.get_by_role("button", name="Trekk tilbake").click()
    expect(page.locator("#grunn-feil")).to_be_visible()
    accessible(page)


@pytest.mark.rule("P6")
def test_what_has_been_sent_meanwhile_is_told_since_when(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["email-only"]["nationalId"])
    path = open_unsent(page)
    second = page.context.new_page()
    second.goto(page.url)
    second.get_by_role("button", name="Send").click()
    second.wait_for_url("**/sendt/**")
    page.locator("#melding").fill("Skrevet for sent")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("kan ikke sendes én gang til")
    expect(page.get_by_role("alert").get_by_role("link")).to_have_attribute(
        "href", second.url[second.url.index("/sendt") :]
    )
    assert page.url.endswith(path)


@pytest.mark.rule("P4", "S6")
def test_consent_that_is_withdrawn_meanwhile_is_told_with_why(
    page: Page, log_in: LogIn, citizens: Citizens, act: Act
) -> None:
    number = citizens["no-contact-points"]["nationalId"]
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, number)
    open_unsent(page)
    act(citizen("patient", number), "consent-api", "PUT", "/v1/me/consent", {"level": "basis"}, **{"If-Match": "*"})
    page.locator("#melding").fill("Denne skal stå")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text(
        "Pasienten har samtykkenivået «Basis». Verktøy krever «Full», som pasienten kan velge på Helsenorge."
    )
    expect(page.locator("#melding")).to_have_value("Denne skal stå")


@pytest.mark.rule("K4")
def test_a_tool_that_is_stopped_meanwhile_is_told(page: Page, log_in: LogIn, citizens: Citizens, act: Act) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["notifications-off"]["nationalId"])
    tool = open_unsent(page, skip=3).rpartition("/")[2]
    reason = {"category": "security", "reason": "Prøve."}
    act(KINDS["staff"], "catalog-api", "POST", f"/v1/tools/{tool}/stop", reason)
    try:
        page.get_by_role("button", name="Send").click()
        expect(page.locator("main")).to_contain_text("stoppet")
    finally:
        act(KINDS["staff"], "catalog-api", "POST", f"/v1/tools/{tool}/reinstate", {"reason": "Prøve."})


@pytest.mark.rule("P2")
def test_tools_for_others_say_for_whom(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["long-name"]["nationalId"])
    card = page.locator("#liste li", has_text="Kan ikke sendes").first
    expect(card.locator(".hv-quiet").first).not_to_be_empty()
    card.get_by_role("link").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("Verktøyet kan ikke sendes")
    expect(panel.get_by_role("button", name="Send")).to_have_count(0)


def test_a_register_that_is_away_is_told_and_nothing_typed_is_lost(
    page: Page, log_in: LogIn, citizens: Citizens, fault: Callable[[str], None], wiring: Wiring
) -> None:
    log_in(page, "practitioner", "Samira Nuristalam")
    number = citizens["nynorsk"]["nationalId"]
    choose(page, number)
    open_unsent(page)
    page.locator("#melding").fill("Står her ennå")
    fault("person-register")
    fault("hpr")
    page.get_by_role("button", name="Send").click()
    page.wait_for_load_state()
    if "/sendt/" not in page.url:  # what is known of both may be fresh enough to send on
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.locator("#melding")).to_have_value("Står her ennå")
    httpx.delete(f"{wiring.sandbox_url}/faults").raise_for_status()


def test_there_is_no_such_page_or_tool_or_prescription(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    root = page.url.rstrip("/")
    for path in ("/finnes-ikke", "/verktoy/ikke-et-verktoy", "/verktoy/00000000-0000-4000-8000-000000000000"):
        page.goto(root + path)
        expect(page.locator("main")).to_contain_text("finnes ikke")
    answer = page.goto(f"{root}/sendt/00000000-0000-4000-8000-000000000000")
    assert answer
    assert answer.status == 404
    expect(page.get_by_role("alert")).to_be_visible()
