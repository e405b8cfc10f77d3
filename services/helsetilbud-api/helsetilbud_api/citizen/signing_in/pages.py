"""What a citizen sees when a sign-in cannot go on and nobody knows where to send them."""

from html import escape
from typing import Final

from fastapi.responses import HTMLResponse

from shared.language import DEFAULT_LANGUAGE

_TEXTS: Final = {
    "nb": ("Innloggingen er ikke gyldig lenger", "Gå tilbake til Helsenorge og åpne verktøyet på nytt derfra."),
    "nn": ("Innlogginga er ikkje gyldig lenger", "Gå tilbake til Helsenorge og opne verktøyet på nytt derifrå."),
    "en": ("This sign-in is no longer valid", "Go back to Helsenorge and open the tool from there again."),
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
    title, advice = _TEXTS.get(language, _TEXTS[DEFAULT_LANGUAGE])
    page = _PAGE.format(language=escape(language), title=title, advice=advice)
    return HTMLResponse(page, 400, _HEADERS | {"Content-Language": language})
