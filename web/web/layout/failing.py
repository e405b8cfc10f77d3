"""What went wrong, as a page in words."""

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from shared.correlation import current
from web.calling import Away, Refused, SignedOut
from web.layout import cookies
from web.layout.forms import ForeignForm, Form, check_origin
from web.layout.visits import House, NotSignedIn, Visit, language_of, sign_in_path
from web.texts import COMMON, Common

Handler = Callable[[Request, Any], Awaitable[Response]]


def install(app: FastAPI) -> None:
    handlers: dict[type[Exception], Handler] = {
        NotSignedIn: _not_signed_in,
        SignedOut: _signed_out,
        Refused: _refused,
        Away: _away,
        ForeignForm: _foreign_form,
        RequestValidationError: _not_found,
        HTTPException: _http_exception,
        Exception: _wrong,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def failure(request: Request, status: int, title: str, text: str, *, again: bool = False) -> HTMLResponse:
    """A page of its own. `again` offers to try the same once more; a form is not sent again by a link."""
    visit = getattr(request.state, "visit", None) or visit_of(request)
    again = again and request.method in ("GET", "HEAD")
    page = visit.page("failure.html", status=status, title=title, text=text, again=again, event_id=current().event_id)
    if status == 503:
        page.headers["Retry-After"] = "5"
    return page


def visit_of(request: Request) -> Visit:
    house: House = request.app.state.house
    return Visit(request, house, language_of(request, house.front_end.name), None)


def _words(request: Request) -> Common:
    house: House = request.app.state.house
    return COMMON.of(language_of(request, house.front_end.name))


async def _not_signed_in(request: Request, error: NotSignedIn) -> Response:
    if request.headers.get("Sec-Fetch-Dest") == "empty":
        return Response(status_code=401)  # a script's request: the page loads itself anew
    if request.method in ("GET", "HEAD"):
        address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(sign_in_path(address), 303)
    return await _over(request, error)


async def _over(request: Request, error: NotSignedIn) -> Response:
    """A form from a session that has ended: nothing is done, and what was typed is kept."""
    visit = visit_of(request)
    check_origin(request, visit.house.settings.public_url)
    browser = cookies.read(request, visit.house.front_end.name, cookies.BROWSER)
    typed = _typed(visit.house, error.form)
    kept = bool(browser and error.person and typed)
    if browser and error.person and typed:
        await visit.house.sessions.keep_form(browser, error.person, request.url.path, typed)
    return visit.page("over.html", status=401, kept=kept, sign_in=sign_in_path(request.url.path))


def _typed(house: House, form: Form | None) -> dict[str, str]:
    return {name: value for name, value in (form or {}).items() if name in house.front_end.kept_fields and value}


async def _signed_out(request: Request, error: SignedOut) -> Response:
    """The issuer ended it: our session ends too, and whoever comes back has lost nothing."""
    house: House = request.app.state.house
    identifier = cookies.read(request, house.front_end.name, cookies.SESSION)
    _, person = await house.sessions.find(identifier) if identifier else (None, None)
    form = getattr(request.state, "form", None)
    answer = await _not_signed_in(request, NotSignedIn(person, form))
    if identifier:
        await house.sessions.end(identifier)
    return answer


async def _refused(request: Request, error: Refused) -> Response:
    problem = error.problem
    return failure(request, problem.status, problem.title or _words(request).refused_title, problem.detail)


async def _away(request: Request, error: Away) -> Response:
    words = _words(request)
    text = error.problem.detail if error.problem else ""
    return failure(request, 503, words.away_title, text or words.away_text, again=True)


async def _foreign_form(request: Request, error: ForeignForm) -> Response:
    words = _words(request)
    return failure(request, 403, words.form_title, words.form_text)


async def _not_found(request: Request, error: Exception) -> Response:
    words = _words(request)
    return failure(request, 404, words.not_found_title, words.not_found_text)


async def _http_exception(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return await _not_found(request, error)
    words = _words(request)
    page = failure(request, error.status_code, words.refused_title, words.not_found_text)
    page.headers.update(error.headers or {})
    return page


async def _wrong(request: Request, error: Exception) -> Response:
    words = _words(request)
    return failure(request, 500, words.wrong_title, words.wrong_text)
