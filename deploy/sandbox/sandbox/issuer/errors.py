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


class InvalidGrant(TokenRefused):
    error = "invalid_grant"


class InvalidTarget(TokenRefused):
    """RFC 8707, section 2."""

    error = "invalid_target"


class InvalidToken(TokenRefused):
    """RFC 6750, section 3.1: answered with 401."""

    error = "invalid_token"


class InvalidProof(TokenRefused):
    error = "invalid_dpop_proof"


class NonceRequired(TokenRefused):
    error = "use_dpop_nonce"


async def answer_token_refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TokenRefused)  # noqa: S101 - Starlette's handler type is wider than what it is registered for
    headers = {"Cache-Control": "no-store"} | ({"DPoP-Nonce": error.nonce} if error.nonce else {})
    status = 400
    if isinstance(error, InvalidToken):
        status, headers = 401, headers | {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return JSONResponse({"error": error.error, "error_description": error.description}, status, headers)
