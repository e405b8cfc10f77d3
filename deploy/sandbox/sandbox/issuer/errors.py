"""Errors of the token endpoint (RFC 6749, section 5.2; RFC 9449, sections 5 and 8)."""

from typing import ClassVar

from fastapi import Request
from fastapi.responses import JSONResponse


class TokenRefused(Exception):
    error: ClassVar[str] = "invalid_request"

    def __init__(self, description: str, *, nonce: str | None = None) -> None:
        super().__init__(description)
        self.description = description
        self.nonce = nonce


class UnsupportedGrantType(TokenRefused):
    error = "unsupported_grant_type"


class InvalidClient(TokenRefused):
    error = "invalid_client"


class InvalidScope(TokenRefused):
    error = "invalid_scope"


class InvalidProof(TokenRefused):
    error = "invalid_dpop_proof"


class NonceRequired(TokenRefused):
    error = "use_dpop_nonce"


async def answer_token_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TokenRefused)  # noqa: S101 - Starlette's handler type is wider than what it is registered for
    headers = {"Cache-Control": "no-store"} | ({"DPoP-Nonce": error.nonce} if error.nonce else {})
    return JSONResponse({"error": error.error, "error_description": error.description}, 400, headers)
