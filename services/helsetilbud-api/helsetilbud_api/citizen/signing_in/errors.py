"""Refusals of the endpoints that OAuth 2.0 has given their form (RFC 6749, section 5.2; RFC 9126, section 2.3)."""

from typing import ClassVar, Final

from authlib.oauth2.rfc6749.errors import OAuth2Error
from fastapi import Request, Response
from fastapi.responses import JSONResponse

from helsetilbud_api.citizen.signing_in.metadata import AUTHORIZATION_PATH
from helsetilbud_api.citizen.signing_in.pages import sign_in_over
from shared.errors import DomainError
from shared.language import Text, best_language

PROOF_INVALID: Final = "invalid_dpop_proof"
# an answer can hold what is secret, and what was refused now may be granted in a moment
UNCACHED: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class SignInNotOffered(DomainError):
    """No issuer of launches is set up here."""

    status = 404
    code = "sign-in-not-offered"
    title: ClassVar[Text] = {
        "nb": "Innlogging hos leverandører er ikke satt opp her.",
        "nn": "Innlogging hos leverandørar er ikkje sett opp her.",
        "en": "Signing in at suppliers is not set up here.",
    }


async def answer_refusal(request: Request, error: Exception) -> Response:
    """Described in English, for who writes the client; a page where a citizen's browser is sent."""
    assert isinstance(error, OAuth2Error)  # noqa: S101 - Starlette's handler type is wider than what it is registered for
    if request.url.path == AUTHORIZATION_PATH:  # whoever meets it is a citizen at a browser
        return sign_in_over(best_language(request.headers.get("accept-language")))
    body = {"error": error.error, "error_description": error.get_error_description()}
    return JSONResponse({name: text for name, text in body.items() if text}, 400, UNCACHED)
