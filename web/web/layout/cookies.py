"""Our cookies: each is of one host, sent to nobody else, and read by no script.

Cookies do not know ports: each front end's names are its own.
"""

from typing import Final

from fastapi import Request, Response

LANGUAGE: Final = "sprak"
SESSION: Final = "okt"
BROWSER: Final = "nettleser"
_YEAR: Final = 31_536_000


def name_of(front_end: str, cookie: str) -> str:
    return f"__Host-hv-{front_end}-{cookie}"


def read(request: Request, front_end: str, cookie: str) -> str | None:
    return request.cookies.get(name_of(front_end, cookie))


def put(response: Response, front_end: str, cookie: str, value: str, *, seconds: int | None = None) -> None:
    """Without `seconds` it ends with the browser."""
    response.set_cookie(
        name_of(front_end, cookie), value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax"
    )


def put_language(response: Response, front_end: str, language: str) -> None:
    put(response, front_end, LANGUAGE, language, seconds=_YEAR)


def take_away(response: Response, front_end: str, cookie: str) -> None:
    response.delete_cookie(name_of(front_end, cookie), path="/", secure=True, httponly=True, samesite="lax")
