"""Sessions that end, and what others might try with them."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sandbox.wiring import WEB, Wiring

PHYSICIAN = "Ragnhild Bergknausen"
COOKIE = "__Host-hv-practitioner-okt"

pytestmark = pytest.mark.system

Citizens = dict[str, dict[str, Any]]
LogIn = Callable[..., None]
NewContext = Callable[..., BrowserContext]


@pytest.fixture
def run_sql(wiring: Wiring, playwright: Any) -> Callable[[str], Any]:
    """In the sessions' database, from outside the loop that the browser's driver keeps running."""
    import asyncio
    from concurrent.futures import ThreadPoolExecutor

    async def run(sql: str) -> Any:
        connection = await asyncpg.connect(wiring.database_urls[WEB])
        try:
            return await connection.fetch(sql)
        finally:
            await connection.close()

    def run_sql(sql: str) -> Any:
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(asyncio.run, run(sql)).result()

    return run_sql


def choose(page: Page, number: str) -> None:
    page.locator("#nummer").fill(number)
    page.locator("#nummer").press("Enter")
    page.get_by_role("button", name="Velg pasient").click()
    if page.url.endswith("/virksomhet"):
        page.get_by_role("button", name="Gå videre uten å velge virksomhet").click()


def open_unsent(page: Page) -> str:
    page.wait_for_url("**/verktoy")
    free = [it for it in page.locator("#liste li").all() if it.locator(".ds-tag").count() == 0]
    path = free[0].locator("a").first.get_attribute("href")
    assert path
    page.goto(page.url.partition("/verktoy")[0] + path)
    return path


def session_of(page: Page) -> str:
    return next(str(it["value"]) for it in page.context.cookies() if it["name"] == COOKIE)


def test_a_session_that_ends_loses_nothing_typed(
    page: Page, log_in: LogIn, citizens: Citizens, run_sql: Callable[[str], Any]
) -> None:
    """Not for another patient, and nothing is sent by itself."""
    number = citizens["english"]["nationalId"]
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, number)
    path = open_unsent(page)
    page.locator("#melding").fill("Skrevet før pausen")
    run_sql("UPDATE session SET last_seen_at = now() - interval '31 minutes'")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Du er logget ut")
    expect(page.get_by_text("er tatt vare på")).to_be_visible()
    page.get_by_role("link", name="Logg inn").click()
    page.get_by_role("button", name=f"Logg inn som {PHYSICIAN}", exact=True).click()
    page.wait_for_url(f"**{path}")
    page.get_by_role("link", name="Velg en pasient først").click()
    choose(page, citizens["d-number"]["nationalId"])
    page.wait_for_url(f"**{path}")
    assert page.locator("#melding").input_value() == ""
    page.get_by_role("button", name="Bytt pasient").click()
    choose(page, number)
    page.wait_for_url("**/verktoy")
    page.goto(page.url.partition("/verktoy")[0] + path)
    expect(page.locator("#melding")).to_have_value("Skrevet før pausen")
    expect(page.get_by_text("er satt inn igjen")).to_be_visible()


def test_what_one_had_typed_is_not_given_to_the_next(
    page: Page, log_in: LogIn, citizens: Citizens, run_sql: Callable[[str], Any]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["english"]["nationalId"])
    open_unsent(page)
    page.locator("#melding").fill("Mitt")
    run_sql("UPDATE session SET last_seen_at = now() - interval '31 minutes'")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Logg inn").click()
    page.get_by_role("button", name="Logg inn som Samira Nuristalam", exact=True).click()
    expect(page.get_by_text("Samira Nuristalam")).to_be_visible()
    assert "Mitt" not in page.content()
    assert run_sql("SELECT count(*) FROM kept_form")[0][0] == 0


def test_a_new_login_has_a_new_id_and_ends_the_old_session(page: Page, log_in: LogIn) -> None:
    """Fixation: an id from before the login is good for nothing after it."""
    log_in(page, "practitioner", PHYSICIAN)
    root, first = page.url, session_of(page)
    page.goto(root + "logg-inn")
    page.get_by_role("button", name=f"Logg inn som {PHYSICIAN}", exact=True).click()
    page.wait_for_url(root)
    assert session_of(page) != first
    answer = httpx.get(root + "verktoy", headers={"Cookie": f"{COOKIE}={first}"})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/logg-inn")


def test_after_logging_out_neither_the_id_nor_going_back_shows_anything(
    page: Page, log_in: LogIn, citizens: Citizens
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    root, old = page.url, session_of(page)
    choose(page, citizens["main-demo"]["nationalId"])
    page.wait_for_url("**/verktoy")
    page.get_by_role("button", name="Logg ut").click()
    page.wait_for_url(root)
    expect(page.get_by_role("link", name="Logg inn med HelseID")).to_be_visible()
    page.go_back()
    page.wait_for_load_state()
    assert "Fjellgløtt" not in page.content()
    assert httpx.get(root + "verktoy", headers={"Cookie": f"{COOKIE}={old}"}).status_code == 303


def test_one_is_warned_before_the_session_ends_and_can_stay(page: Page, log_in: LogIn) -> None:
    page.clock.install()
    log_in(page, "practitioner", PHYSICIAN)
    page.wait_for_load_state("networkidle")
    page.clock.fast_forward(27 * 60_000)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward(90_000)
    expect(page.get_by_role("dialog")).to_contain_text("Du blir snart logget ut")
    page.get_by_role("button", name="Fortsett").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.clock.fast_forward(28 * 60_000 + 1_000)
    expect(page.get_by_role("dialog")).to_be_visible()


def test_cookies_are_of_one_host_and_hidden_from_scripts(page: Page, log_in: LogIn) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    own = [it for it in page.context.cookies() if str(it["name"]).startswith("__Host-hv-")]
    assert {it["name"] for it in own} >= {COOKIE}
    assert all(it["secure"] and it["httpOnly"] and it["sameSite"] == "Lax" and it["path"] == "/" for it in own)
    assert page.evaluate("document.cookie") == ""


def test_a_callback_is_good_once_and_in_the_browser_that_started(
    page: Page, log_in: LogIn, new_context: NewContext, address: Callable[[str], str]
) -> None:
    seen: list[str] = []
    page.on("request", lambda it: seen.append(it.url) if "/tilbake?" in it.url else None)
    log_in(page, "practitioner", PHYSICIAN)
    [callback] = seen
    assert page.goto(callback).status == 400  # type: ignore[union-attr]
    expect(page.get_by_role("heading", level=1)).to_have_text("Innloggingen ble ikke fullført")
    mine = new_context().new_page()
    mine.goto(address("practitioner") + "/logg-inn")
    button = mine.get_by_role("button", name=f"Logg inn som {PHYSICIAN}", exact=True)
    fields = button.evaluate("button => Object.fromEntries(new FormData(button.form))")
    issued = httpx.post(mine.url.partition("?")[0], data=fields).headers["Location"]
    assert new_context().new_page().goto(issued).status == 400  # type: ignore[union-attr]
    assert mine.goto(issued).status == 200  # type: ignore[union-attr]


@pytest.mark.parametrize("back", ["https://example.org/", "//example.org/", "/\\example.org", "/%0d%0aX: y"])
def test_nobody_is_sent_elsewhere(
    new_context: NewContext, log_in: LogIn, address: Callable[[str], str], back: str
) -> None:
    root = address("practitioner")
    answer = httpx.get(f"{root}/sprak/nn", params={"til": back})
    assert answer.headers["Location"] == "/"
    begun = httpx.get(f"{root}/logg-inn", params={"til": back})
    assert begun.status_code == 302
    query = parse_qs(urlsplit(begun.headers["Location"]).query)
    assert set(query) == {"client_id", "request_uri"}, "what is asked for is pushed, not told to the browser"


def token_of(page: Page) -> str:
    value = page.locator("input[name=skjema]").first.get_attribute("value")
    assert value
    return value


@pytest.mark.parametrize(
    ("headers", "keeps_token", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True, 303),
        ({"Sec-Fetch-Site": "same-origin"}, False, 403),
        ({"Sec-Fetch-Site": "cross-site"}, True, 403),
        ({"Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Origin": "https://example.org"}, True, 403),
        ({"Origin": "null"}, True, 403),
    ],
)
def test_forms_of_others_are_refused(
    page: Page, log_in: LogIn, headers: dict[str, str], keeps_token: bool, status: int
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    fields = {"skjema": token_of(page)} if keeps_token else {}
    sent = {**headers, "Cookie": f"{COOKIE}={session_of(page)}"}
    assert httpx.post(page.url + "bytt-pasient", data=fields, headers=sent).status_code == status


def test_the_token_of_another_session_is_refused(page: Page, log_in: LogIn, new_context: NewContext) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    other = new_context().new_page()
    log_in(other, "practitioner", PHYSICIAN)
    headers = {"Sec-Fetch-Site": "same-origin", "Cookie": f"{COOKIE}={session_of(page)}"}
    answer = httpx.post(page.url + "bytt-pasient", data={"skjema": token_of(other)}, headers=headers)
    assert answer.status_code == 403
    assert token_of(page) != (page.reload() and token_of(page)), "another one each time"


def test_no_page_is_kept_framed_or_told_of(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    headers = httpx.get(page.url, headers={"Cookie": f"{COOKIE}={session_of(page)}"}).headers
    assert headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_that_another_site_asked_for_is_not_packed(address: Callable[[str], str]) -> None:
    root = address("practitioner")
    packed = httpx.get(root, headers={"Sec-Fetch-Site": "none"})
    plain = httpx.get(root, headers={"Sec-Fetch-Site": "cross-site"})
    assert packed.headers.get("Content-Encoding") == "gzip"
    assert "Content-Encoding" not in plain.headers


def test_words_that_people_write_stay_words(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    choose(page, citizens["d-number-nhn"]["nationalId"])
    open_unsent(page)
    page.locator("#melding").fill("</textarea><script>document.title='x'</script><b>fet</b>")
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/sendt/**")
    expect(page.locator("#notat")).to_contain_text("<script>")
    assert page.locator("#innhold b").count() == 0
    assert page.title() != "x"


def test_I1_what_is_searched_for_among_tools_is_no_number(page: Page, log_in: LogIn, citizens: Citizens) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    page.goto(page.url + "verktoy")
    before = page.url
    page.locator("#q").fill(citizens["main-demo"]["nationalId"])
    page.wait_for_timeout(600)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.url == before
    assert re.search(r"\d+ verktøy", page.locator("#antall").inner_text())


def test_the_database_holds_nothing_that_opens_or_names(
    page: Page, log_in: LogIn, citizens: Citizens, run_sql: Callable[[str], Any]
) -> None:
    log_in(page, "practitioner", PHYSICIAN)
    number = citizens["main-demo"]["nationalId"]
    choose(page, number)
    rows = run_sql("SELECT * FROM session")
    whole = b"".join(it for row in rows for it in row.values() if isinstance(it, bytes))
    for secret in (number, "Fjellgløtt", "Bergknausen", "eyJ", session_of(page)):
        assert secret.encode() not in whole
