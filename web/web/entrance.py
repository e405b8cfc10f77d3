"""The way in and out: `/logg-inn`, `/tilbake`, `/logg-ut`, and the choice of language."""

import secrets
from typing import Final

import structlog
from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from shared.language import LANGUAGES
from web.layout import cookies
from web.layout.failing import failure
from web.layout.visits import TYPED, Guest, House, Sent, Visit, Visitor, local_path
from web.signing_in import IssuerAway, SignInRefused
from web.texts import COMMON

CALLBACK: Final = "/tilbake"
_SIGN_IN_SECONDS: Final = 12 * 3600  # as long as what was typed is kept

router = APIRouter()
_logger = structlog.get_logger(__name__)


@router.get("/logg-inn")
async def sign_in(visit: Guest, til: str | None = None) -> Response:
    """To the issuer, and from there back to `til`."""
    return await to_issuer(visit, local_path(til))


async def to_issuer(visit: Visit, back: str, **more: str) -> Response:
    """`more` are parameters of this issuer's own."""
    house = visit.house
    browser = cookies.read(visit.request, house.front_end.name, cookies.BROWSER) or secrets.token_urlsafe(32)
    try:
        started = await house.client.begin(**more)
    except (IssuerAway, SignInRefused) as error:
        return _away(visit, error)
    await house.sessions.begin_sign_in(started.state, browser, {**started.kept, "back": back})
    answer = RedirectResponse(started.url, 302)
    cookies.put(answer, house.front_end.name, cookies.BROWSER, browser, seconds=_SIGN_IN_SECONDS)
    return answer


def _away(visit: Visit, error: Exception) -> Response:
    words = COMMON.of(visit.language)
    _logger.warning("sign_in_away", kind=type(error).__name__, code=getattr(error, "code", None))
    return failure(visit.request, 503, words.sign_in_away_title, words.sign_in_away_text, again=True)


@router.get(CALLBACK)
async def come_back(visit: Guest, state: str = "", code: str = "", error: str = "", iss: str | None = None) -> Response:
    """From the issuer: once for each start, in the browser that started."""
    browser = cookies.read(visit.request, visit.house.front_end.name, cookies.BROWSER)
    kept = await visit.house.sessions.take_sign_in(state, browser) if state and browser else None
    words = COMMON.of(visit.language)
    if kept is None or iss not in (None, visit.house.settings.issuer):
        return _failed(visit, words.sign_in_failed_text)
    if error and visit.session:
        return visit.go(kept["back"])  # who changed their mind is who they were
    if error or not code:
        return _failed(visit, words.sign_in_stopped_text)
    try:
        signed_in = await visit.house.client.finish(code, kept)
    except SignInRefused as refused:
        _logger.warning("sign_in_refused", code=refused.code)
        return _failed(visit, words.sign_in_failed_text)
    except IssuerAway as away:
        return _away(visit, away)
    sessions = visit.house.sessions
    typed = await sessions.give_back_forms(browser or "", signed_in.person)
    identifier = await sessions.make(signed_in.person, signed_in.tokens, signed_in.sign_out_hint, {TYPED: typed})
    await _end_session(visit)  # whose it was: another id from now on
    answer = visit.go(kept["back"])
    cookies.put(answer, visit.house.front_end.name, cookies.SESSION, identifier)
    return answer


def _failed(visit: Visit, text: str) -> Response:
    title = COMMON.of(visit.language).sign_in_failed_title
    return visit.page("sign_in_failed.html", status=400, title=title, text=text)


async def _end_session(visit: Visit) -> None:
    if identifier := cookies.read(visit.request, visit.house.front_end.name, cookies.SESSION):
        await visit.house.sessions.end(identifier)


@router.post("/logg-ut")
async def sign_out(visit: Visitor, form: Sent) -> Response:
    """Here, and at the issuer. A form may lead to ourselves only: a page of ours leads on."""
    await _end_session(visit)
    house = visit.house
    try:
        onward = await house.client.sign_out_url(visit.session.sign_out_hint, house.settings.public_url + "/")
    except IssuerAway:
        onward = "/utlogget"
    answer = Visit(visit.request, house, visit.language, None).page("signing_out.html", onward=onward)
    _forget(answer, house)
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


def _forget(answer: Response, house: House) -> None:
    for cookie in (cookies.SESSION, cookies.BROWSER):
        cookies.take_away(answer, house.front_end.name, cookie)


@router.get("/utlogget")
async def signed_out(visit: Guest) -> Response:
    return Visit(visit.request, visit.house, visit.language, None).page("signed_out.html")


@router.post("/okt")
async def stay(visit: Visitor, form: Sent) -> Response:
    """Asked by a script, for somebody who stays."""
    return Response(status_code=204)


@router.get("/sprak/{language}")
async def choose_language(visit: Guest, language: str, til: str | None = None) -> Response:
    answer = visit.go(local_path(til))
    if language in LANGUAGES:
        cookies.put_language(answer, visit.house.front_end.name, language)
    return answer
