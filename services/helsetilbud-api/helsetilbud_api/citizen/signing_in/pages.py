"""What a citizen sees when a sign-in cannot go on and nobody knows where to send them, or not for the moment."""

from collections.abc import Mapping
from html import escape
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from helsetilbud_api.citizen.signing_in.metadata import AUTHORIZATION_PATH
from helsetilbud_api.clients.errors import ConsentServiceUnavailable
from shared.errors import REFUSED, DomainError, Unavailable, problem_response
from shared.language import DEFAULT_LANGUAGE, best_language
from shared.outages import MAY_BE, is_outage

_Texts = Mapping[str, tuple[str, str]]

_OVER: Final[_Texts] = {
    "nb": ("Innloggingen er ikke gyldig lenger", "Gå tilbake til Helsenorge og åpne verktøyet på nytt derfra."),
    "nn": ("Innlogginga er ikkje gyldig lenger", "Gå tilbake til Helsenorge og opne verktøyet på nytt derifrå."),
    "en": ("This sign-in is no longer valid", "Go back to Helsenorge and open the tool from there again."),
}
_NOT_NOW: Final[_Texts] = {
    "nb": (
        "Innloggingen går ikke akkurat nå",
        "Last inn siden på nytt om noen sekunder. Hvis det ikke hjelper, går du tilbake til Helsenorge og åpner"
        " verktøyet på nytt derfra.",
    ),
    "nn": (
        "Innlogginga går ikkje akkurat no",
        "Last inn sida på nytt om nokre sekund. Viss det ikkje hjelper, går du tilbake til Helsenorge og opnar"
        " verktøyet på nytt derifrå.",
    ),
    "en": (
        "Signing in is not possible right now",
        "Reload this page in a few seconds. If that does not help, go back to Helsenorge and open the tool from there"
        " again.",
    ),
}
_PAGE: Final = """\
<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
</head>
<body><main><h1>{title}</h1><p>{advice}</p></main></body>
</html>
"""
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def sign_in_over(language: str) -> HTMLResponse:
    """Status 400."""
    return _page(_OVER, 400, language)


def show_outages(app: FastAPI) -> None:
    """A browser at the authorization endpoint meets a page where others meet a problem document of 503. Nothing has
    been used, so it can load the address again.
    """
    for kind in (ConsentServiceUnavailable, Unavailable, *MAY_BE):
        app.add_exception_handler(kind, _show_outage)


async def _show_outage(request: Request, error: Exception) -> Response:
    """Raises what is no outage, or is told by who answers for all addresses."""
    language = best_language(request.headers.get("accept-language"))
    shows = request.url.path == AUTHORIZATION_PATH and "text/html" in request.headers.get("accept", "")
    if isinstance(error, DomainError):
        request.scope[REFUSED] = error.code
        return _not_now(error, language) if shows else problem_response(error, language)
    if not (shows and is_outage(error)):
        raise error
    request.scope[REFUSED] = Unavailable.code
    return _not_now(Unavailable(retry_after=2), language)


def _not_now(error: DomainError, language: str) -> HTMLResponse:
    return _page(_NOT_NOW, 503, language, error.headers)


def _page(texts: _Texts, status: int, language: str, headers: Mapping[str, str] = {}) -> HTMLResponse:
    title, advice = texts.get(language, texts[DEFAULT_LANGUAGE])
    page = _PAGE.format(language=escape(language), title=title, advice=advice)
    return HTMLResponse(page, status, {**headers, **_HEADERS, "Content-Language": language})
