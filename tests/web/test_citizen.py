"""A citizen's whole way: events that come live, tools, the supplier, consent, children, settings, access logs."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from sandbox.wiring import Wiring
from tools.access.world import SLEEP_STAIRCASE, World
from tools.local.callers import CITIZEN

NAME = "Ingebjørg Fjellgløtt"
PAGES = (
    "/",
    "/verktoy?fane=mine",
    "/verktoy?fane=alle",
    "/fastlegen",
    "/samtykke",
    "/reservasjoner",
    "/fullmakter",
    "/barn",
    "/varsler",
    "/varsler/innstillinger",
    "/innsyn",
    "/bytt-person",
)

pytestmark = pytest.mark.system

Accessible = Callable[[Page], None]
Address = Callable[[str], str]
Citizens = dict[str, dict[str, Any]]
LogIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def world(wiring: Wiring) -> Iterator[World]:
    with httpx.Client(timeout=30) as http:
        yield World(http, wiring)


@pytest.fixture
def at(address: Address) -> Callable[[str], str]:
    return lambda path: address("citizen") + path


@pytest.fixture
def act_for(address: Address) -> Callable[[Page, str, str], None]:
    def act_for(page: Page, name: str, other: str) -> None:
        page.goto(address("citizen") + "/logg-inn")
        card = page.locator("li", has=page.get_by_role("button", name=f"Logg inn som {name}", exact=True))
        card.get_by_role("button", name=f"Logg inn på vegne av {other}").click()
        page.wait_for_url(f"{address('citizen')}/**")

    return act_for


def prescribe(world: World, national_id: str, message: str, tool: str = SLEEP_STAIRCASE) -> None:
    body = {"patient": {"nationalId": national_id}, "toolId": tool, "message": message}
    world.call("practitioner", "prescription-api", "POST", "/v1/prescriptions", json=body)


def supplier_page(page: Page, seen: list[str]) -> None:
    """What stands at the suppliers' addresses, which are invented."""

    def answer(route: Route) -> None:
        seen.append(route.request.url)
        assert "referer" not in route.request.headers
        route.fulfill(
            body="<!DOCTYPE html><html lang=nb><title>L</title><h1>Leverandøren</h1>",
            content_type="text/html; charset=utf-8",
        )

    page.context.route(re.compile(r"^https://[a-z]+\.example/"), answer)


@pytest.mark.rule("M1", "M2", "M3", "M4")
def test_M1_a_tool_comes_live_is_opened_signed_in_and_deleted(
    page: Page, log_in: LogIn, at: Callable[[str], str], world: World, accessible: Accessible
) -> None:
    seen: list[str] = []
    supplier_page(page, seen)
    log_in(page, "citizen", NAME)
    page.wait_for_timeout(1_000)  # the stream is open
    prescribe(world, CITIZEN, "Begynn <i>rolig</i>.")
    expect(page.locator("#nytt")).to_contain_text("Du har fått et nytt verktøy")
    card = page.locator("#hendelser li", has_text="Søvntrappa").first
    expect(card).to_be_visible()
    accessible(page)
    card.get_by_role("link", name="Gå til verktøyet").click()
    expect(page.get_by_text("Begynn <i>rolig</i>.")).to_be_visible()
    expect(page.locator(".ds-tag", has_text="Ny")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Åpne verktøy").click()
    page.get_by_role("heading", name="Leverandøren").wait_for()
    code = parse_qs(urlsplit(seen[0]).query)["launch"][0]
    body = {"code": code, "toolId": SLEEP_STAIRCASE}
    redeemed = world.call("supplier", "helsetilbud-api", "POST", "/v1/launches/redeem", json=body)
    assert redeemed.status_code == 200, redeemed.text
    page.goto(at(f"/verktoy/{SLEEP_STAIRCASE}"))
    expect(page.locator(".ds-tag", has_text="Ny")).to_have_count(0)
    page.get_by_role("link", name="Slett").click()
    expect(page.get_by_text("må en behandler sende det til deg på nytt")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Slett").click()
    expect(page.get_by_text("Verktøyet er slettet fra Mine verktøy.")).to_be_visible()
    assert page.goto(at(f"/verktoy/{SLEEP_STAIRCASE}")).status == 200  # type: ignore[union-attr]
    expect(page.get_by_text("En behandler må sende det til deg.")).to_be_visible()


@pytest.mark.rule("M2")
def test_M2_without_scripts_a_tool_is_found_added_opened_and_deleted(
    new_context: NewContext, log_in: LogIn, at: Callable[[str], str]
) -> None:
    page = new_context(java_script_enabled=False).new_page()
    seen: list[str] = []
    supplier_page(page, seen)
    log_in(page, "citizen", "Sárá-Elle Čuovžavárri Ruoŧŧašaldi")
    page.goto(at("/verktoy?fane=alle"))
    page.get_by_label("Søk i verktøyene").fill("Pusterommet")
    page.get_by_role("button", name="Søk").click()
    page.get_by_role("button", name="Legg til").first.click()
    expect(page.get_by_text("Verktøyet er lagt til i Mine verktøy.")).to_be_visible()
    page.get_by_role("button", name="Åpne verktøy").click()
    page.get_by_role("heading", name="Leverandøren").wait_for()
    assert seen[0].startswith("https://pusterommet.example")
    page.goto(at("/verktoy?fane=mine"))
    page.get_by_role("link", name="Les mer").first.click()
    page.get_by_role("link", name="Slett").click()
    expect(page.get_by_text("Du kan legge det til igjen")).to_be_visible()
    page.get_by_role("button", name="Slett").click()
    expect(page.get_by_text("Verktøyet er slettet fra Mine verktøy.")).to_be_visible()


@pytest.mark.rule("S1", "S6")
def test_S6_without_full_consent_the_tools_are_hidden_and_it_says_why(
    page: Page, log_in: LogIn, at: Callable[[str], str]
) -> None:
    log_in(page, "citizen", "Grace O'Fernmoor")
    page.goto(at("/samtykke"))
    other = page.context.new_page()
    other.goto(at("/samtykke"))
    page.get_by_label("Ikke samtykke").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Endringen er lagret.")).to_be_visible()
    page.goto(at("/verktoy?fane=mine"))
    expect(page.get_by_text("Verktøyene er skjult fordi")).to_be_visible()
    other.get_by_label("Basis").check()
    other.get_by_role("button", name="Lagre").click()
    expect(other.get_by_text("Lagret nå: Ikke samtykke. Du har valgt: Basis.")).to_be_visible()
    expect(other.get_by_label("Basis")).to_be_checked()
    page.get_by_role("link", name="Gå til samtykke").click()
    page.get_by_label("Fullt").check()
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Endringen er lagret.")).to_be_visible()
    page.goto(at("/verktoy?fane=mine"))
    expect(page.get_by_text("Verktøyene er skjult fordi")).to_have_count(0)


@pytest.mark.rule("S5")
def test_S5_whoever_acts_for_a_child_sees_for_whom_and_what_cannot_be_done(
    page: Page, at: Callable[[str], str], act_for: Callable[[Page, str, str], None], accessible: Accessible
) -> None:
    act_for(page, "Marte Elvesusdal", "Jonas Elvesusdal")
    for path in PAGES:
        page.goto(at(path))
        expect(page.get_by_text("Du handler på vegne av Jonas Elvesusdal")).to_be_visible()
    accessible(page)
    page.goto(at("/verktoy?fane=alle"))
    expect(page.get_by_text("Fra fylte 12 år er dette ungdommens eget.")).to_be_visible()
    page.goto(at("/fullmakter"))
    expect(page.get_by_text("Dette må hver og en gjøre selv.")).to_be_visible()
    page.goto(at("/barn"))
    page.get_by_role("button", name="Ta tilbake tilgangen").click()
    expect(page.get_by_text("Jonas Elvesusdal har ikke egen tilgang.")).to_be_visible()
    page.get_by_role("button", name="Gi egen tilgang").click()
    expect(page.get_by_text("Jonas Elvesusdal har egen tilgang.")).to_be_visible()
    page.goto(at("/bytt-person"))
    page.get_by_role("link", name="Velg person").click()
    assert page.get_by_role("button", name="Logg inn som").count() == 1, "the issuer shows the one who is logged in"
    page.get_by_role("button", name="Logg inn som Marte Elvesusdal").click()
    page.wait_for_url(at("/"))
    expect(page.get_by_text("Du handler på vegne av")).to_have_count(0)
    page.goto(at("/bytt-person"))
    jonas = page.locator("li", has_text="Jonas Elvesusdal")
    expect(jonas).to_contain_text("Nei: ungdommen bestemmer selv over dette fra fylte 12 år")
    expect(jonas).to_contain_text("Ja, men ikke det ungdommen selv bestemmer over")
    accessible(page)


@pytest.mark.rule("V2", "V3")
def test_V2_settings_are_saved_and_a_change_from_elsewhere_is_shown(
    page: Page, log_in: LogIn, at: Callable[[str], str]
) -> None:
    log_in(page, "citizen", "Live Årskifte")
    page.goto(at("/varsler/innstillinger"))
    other = page.context.new_page()
    other.goto(at("/varsler/innstillinger"))
    page.get_by_label("Språk i varslene").select_option("nn")
    page.get_by_label("Mobilnummer").fill("+4799912345")
    page.get_by_role("button", name="Lagre").click()
    expect(page.get_by_text("Endringen er lagret.")).to_be_visible()
    expect(page.get_by_text("Vi har sendt en kode til +4799912345.")).to_be_visible()
    page.get_by_label("Kode").fill("000000")
    page.get_by_role("button", name="Bekreft").click()
    expect(page.locator("#kode-sms-feil")).to_be_visible()
    other.get_by_label("E-postadresse").fill("ikke en adresse")
    other.get_by_role("button", name="Lagre").click()
    expect(other.locator("#epost-feil")).to_be_visible()
    other.get_by_label("E-postadresse").fill("live.arskifte@innbygger.example")
    other.get_by_role("button", name="Lagre").click()
    expect(other.get_by_text("Mobilnummer. Lagret nå: +4799912345. Du har valgt: Tomt.")).to_be_visible()
    expect(other.get_by_label("E-postadresse")).to_have_value("live.arskifte@innbygger.example")


@pytest.mark.rule("S5", "I1")
def test_S5_a_power_of_attorney_is_given_and_revoked_and_the_number_is_never_shown(
    page: Page, log_in: LogIn, at: Callable[[str], str], citizens: Citizens
) -> None:
    holder = citizens["sms-only"]
    log_in(page, "citizen", "Trygve Kaldtindmo")
    page.goto(at("/fullmakter"))
    page.get_by_label("Hele navnet").fill("Helt Feil")
    page.get_by_label("Fødselsnummer").fill(holder["nationalId"])
    page.get_by_role("button", name="Gi fullmakt").click()
    expect(page.locator("#omrader-feil")).to_have_text("Velg minst ett område.")
    assert holder["nationalId"] not in page.content()
    expect(page.get_by_label("Hele navnet")).to_have_value("Helt Feil")
    for name in ("Helt Feil", holder["name"]):
        page.get_by_label("Hele navnet").fill(name)
        page.get_by_label("Fødselsnummer").fill(holder["nationalId"])
        page.get_by_label("Helsehjelp").check()
        page.get_by_label("Til og med").fill("2031-12-31")
        page.get_by_role("button", name="Gi fullmakt").click()
        if name == "Helt Feil":
            expect(page.get_by_text("Denne personen kan ikke få fullmakt.")).to_be_visible()
            assert holder["nationalId"] not in page.content()
    expect(page.get_by_text("Fullmakten er gitt.")).to_be_visible()
    page.get_by_role("link", name="Trekk tilbake").first.click()
    page.get_by_role("button", name="Trekk tilbake").click()
    expect(page.get_by_text("Fullmakten er avsluttet.")).to_be_visible()


@pytest.mark.parametrize(("scheme", "locale", "width"), [("light", "nb-NO", 1100), ("dark", "nn-NO", 320)])
def test_every_page_is_accessible_and_fits(
    new_context: NewContext, address: Address, accessible: Accessible, scheme: str, locale: str, width: int
) -> None:
    page = new_context(color_scheme=scheme, locale=locale, viewport={"width": width, "height": 800}).new_page()
    page.goto(address("citizen"))
    accessible(page)
    page.locator("main a[href^='/logg-inn']").click()
    page.get_by_role("button", name=f"Logg inn som {NAME}", exact=True).click()
    page.wait_for_url(f"{address('citizen')}/**")
    for path in PAGES:
        answer = page.goto(address("citizen") + path)
        assert answer
        assert answer.status == 200, path
        assert page.locator("html").get_attribute("lang") == locale[:2]
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


@pytest.mark.rule("I2")
def test_I2_who_has_looked_is_told_across_the_services(
    page: Page, log_in: LogIn, at: Callable[[str], str], world: World
) -> None:
    lookup = {"nationalId": CITIZEN}
    world.call("practitioner", "prescription-api", "POST", "/v1/patients/lookup", json=lookup)
    log_in(page, "citizen", NAME)
    page.goto(at("/innsyn"))
    expect(page.get_by_text("Verktøyformidleren").first).to_be_visible()
    assert page.locator("main .hv-list li").count() >= 1
