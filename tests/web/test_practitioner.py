"""A practitioner's whole way, from logging in to what is told to the record: by mouse, keys, without scripts, small."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

PHYSICIAN = "Ragnhild Bergknausen"

pytestmark = pytest.mark.system

Citizens = dict[str, dict[str, Any]]
LogIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]


def find(page: Page, number: str) -> None:
    page.locator("#nummer").fill(number)
    page.locator("main form button").first.click()


def choose(page: Page, number: str, *, first: bool = True) -> None:
    find(page, number)
    page.get_by_role("button", name="Velg pasient").click()
    if first:
        page.get_by_role("button", name="Gå videre uten å velge virksomhet").click()
    page.wait_for_url("**/verktoy")


def unsent(page: Page) -> str:
    """The address of a tool that can be sent now."""
    for card in page.locator("#liste li").all():
        if card.locator(".ds-tag").count() == 0:
            found = card.locator("a").first.get_attribute("href")
            assert found
            return found
    raise AssertionError("nothing left to send")


@pytest.fixture
def patient(citizens: Citizens) -> str:
    number: str = citizens["main-demo"]["nationalId"]
    return number


@pytest.mark.rule("P2", "P3", "P8")
def test_P9_by_mouse_from_login_to_the_note(
    page: Page, log_in: LogIn, patient: str, accessible: Callable[[Page], None]
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    log_in(page, "practitioner", PHYSICIAN)
    accessible(page)
    find(page, patient)
    expect(page.get_by_text("Ingebjørg Fjellgløtt")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Velg pasient").click()
    page.wait_for_url("**/virksomhet")
    accessible(page)
    page.get_by_role("button", name="Gå videre uten å velge virksomhet").click()
    expect(page.locator("#antall")).to_have_text("42 verktøy")
    accessible(page)
    page.locator(f"a[href='{unsent(page)}']").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_be_visible()
    accessible(page)
    panel.get_by_label("Hilsen til pasienten").fill("Begynn gjerne i kveld 😊")
    expect(panel.get_by_text("477 tegn igjen")).to_be_visible()
    panel.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Sendt til Ingebjørg Fjellgløtt")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Kopier").click()
    expect(page.get_by_text("Notatet er kopiert.")).to_be_visible()
    note = page.evaluate("navigator.clipboard.readText()")
    assert "Ragnhild Bergknausen" in note
    assert "Begynn gjerne i kveld 😊" in note
    page.get_by_role("button", name="Bytt pasient").click()
    expect(page.locator("#nummer")).to_be_visible()
    assert "Fjellgløtt" not in page.content()


def test_P9_without_scripts(new_context: NewContext, log_in: LogIn, patient: str) -> None:
    page = new_context(java_script_enabled=False).new_page()
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, patient)
    page.locator(f"a[href='{unsent(page)}']").click()
    page.get_by_label("Hilsen til pasienten").fill("Uten skript")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#notat")).to_contain_text("Uten skript")
    page.get_by_text("Trekk tilbake").first.click()
    page.get_by_label("Begrunnelse").fill("Sendt for å prøve.")
    page.get_by_role("button", name="Trekk tilbake").click()
    expect(page.get_by_text("Trukket tilbake", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Kopier")).to_be_hidden()


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until what is named so has the focus, which must be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            "(() => { const it = document.activeElement; const style = getComputedStyle(it);"
            " return [it.innerText || it.labels?.[0]?.innerText || it.ariaLabel || '', style.outlineStyle,"
            " style.boxShadow]; })()"
        )
        assert focused[1] != "none" or focused[2] != "none", f"the focus on {focused[0]} is not seen"
        if focused[0].strip() == name:
            return
    raise AssertionError(f"{name} is not reached by Tab")


def test_P9_by_keys_alone(page: Page, log_in: LogIn, patient: str, address: Callable[[str], str]) -> None:
    page.goto(address("practitioner"))
    tab_to(page, "Logg inn med HelseID")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=f"Logg inn som {PHYSICIAN}").press("Enter")
    page.wait_for_url(address("practitioner") + "/")
    tab_to(page, "Fødselsnummer eller D-nummer")
    page.keyboard.type(patient)
    page.keyboard.press("Enter")
    page.wait_for_selector("#funnet")
    tab_to(page, "Velg pasient")
    page.keyboard.press("Enter")
    page.wait_for_url("**/virksomhet")
    tab_to(page, "Gå videre uten å velge virksomhet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/verktoy")
    link = page.locator(f"a[href='{unsent(page)}']")
    name = link.inner_text()
    tab_to(page, name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.evaluate("document.activeElement.innerText") == name, "closing leads back to where one was"
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    tab_to(page, "Send")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sendt/**")
    expect(page.locator("#notat")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_at_320_pixels_in_nynorsk(
    new_context: NewContext, log_in: LogIn, patient: str, accessible: Callable[[Page], None], scheme: str
) -> None:
    context = new_context(viewport={"width": 320, "height": 640}, locale="nn-NO", color_scheme=scheme)
    page = context.new_page()

    def look(heading: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        assert page.evaluate("document.documentElement.lang") == "nn"
        accessible(page)

    log_in(page, "practitioner", PHYSICIAN)
    look("Finn pasient")
    find(page, patient)
    expect(page.get_by_role("heading", name="Pasienten du søkte etter")).to_be_visible()
    look("Finn pasient")
    page.get_by_role("button", name="Vel pasient").click()
    look("Vel verksemd")
    page.get_by_role("button", name="Gå vidare utan å velje verksemd").click()
    look("Vel verktøy")
    path = unsent(page)
    name = page.locator(f"a[href='{path}']").inner_text()
    page.goto(page.url + path.removeprefix("/verktoy"))
    look(name)
    page.get_by_role("button", name="Send").click()
    look(f"Verktøyet er sendt: {name}")
    page.get_by_role("link", name="Sende verktøy").first.click()
    look("Sende verktøy")


def test_P14_sent_twice_it_is_sent_once(page: Page, log_in: LogIn, patient: str) -> None:
    """The same form from two windows at once, and once more by going back."""
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, patient)
    path = unsent(page)
    page.goto(page.url + path.removeprefix("/verktoy"))
    answers = page.evaluate(
        """async () => {
            const form = document.querySelector('form[data-once]');
            const send = () => fetch(form.action, {method: 'POST', body: new URLSearchParams(new FormData(form))});
            return (await Promise.all([send(), send(), send()])).map((it) => it.url);
        }"""
    )
    assert len(set(answers)) == 1
    assert "/sendt/" in answers[0]
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sendt/**")
    assert page.url == answers[0]
    page.reload()
    assert page.url == answers[0]
    page.goto(page.url.partition("/sendt/")[0] + "/sendte")
    name = page.locator(f"a[href='/sendt/{answers[0].rpartition('/')[2]}']").inner_text()
    assert page.get_by_role("link", name=name, exact=True).count() == 1


def test_two_windows_with_two_patients_are_not_mixed(
    page: Page, log_in: LogIn, patient: str, citizens: Citizens
) -> None:
    other = citizens["sms-only"]["nationalId"]
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, patient)
    page.goto(page.url + unsent(page).removeprefix("/verktoy"))
    page.get_by_label("Hilsen til pasienten").fill("Til den første")
    second = page.context.new_page()
    second.goto(page.url.partition("/verktoy")[0])
    second.get_by_role("button", name="Bytt pasient").click()
    choose(second, other, first=False)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("ingenting er sendt")
    assert "/verktoy/" in page.url
    path = page.url
    second.get_by_role("link", name="Sendte verktøy").click()
    assert second.locator("#innhold a[href^='/sendt/']").count() == 0
    second.get_by_role("button", name="Bytt pasient").click()
    choose(second, patient, first=False)
    second.goto(path)
    expect(second.get_by_label("Hilsen til pasienten")).to_have_value("Til den første")
