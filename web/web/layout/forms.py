"""What comes by a form is taken from our own pages only: the browser says where from, and the page proves itself."""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final
from urllib.parse import parse_qsl

from fastapi import Request

TOKEN: Final = "skjema"  # noqa: S105 - the name of a field
_MOST_FIELDS: Final = 200


class ForeignForm(Exception):
    """Not from a page of ours, or from one of another session."""


class Form(dict[str, str]):
    """The fields by name; the last value of each, stripped. `all` has every value."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        super().__init__((name, value.strip()) for name, value in pairs if name != TOKEN)
        self._pairs = pairs

    def text(self, name: str) -> str:
        """Empty where there is none."""
        return self.get(name, "")

    def all(self, name: str) -> list[str]:
        return [value.strip() for found, value in self._pairs if found == name]

    @property
    def token(self) -> str:
        return next((value for name, value in self._pairs if name == TOKEN), "")


async def read_form(request: Request) -> Form:
    """Line ends are as in a text of ours. Raises ForeignForm for what is no form."""
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise ForeignForm from error
    return Form([(name, value.replace("\r\n", "\n").replace("\0", "")) for name, value in pairs])


def check_origin(request: Request, public_url: str) -> None:
    """Raises ForeignForm when the browser says that another site sent it."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site != "same-origin":
        raise ForeignForm
    origin = request.headers.get("Origin")
    if site is None and origin is not None and origin != public_url:
        raise ForeignForm


def form_token(secret: bytes) -> str:
    """Another one each time, so that a packed page does not tell it piece by piece."""
    pad = secrets.token_bytes(len(secret))
    return urlsafe_b64encode(pad + _crossed(pad, secret)).rstrip(b"=").decode()


def check_token(token: str, secret: bytes) -> None:
    """Raises ForeignForm."""
    try:
        raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise ForeignForm from error
    pad, rest = raw[: len(secret)], raw[len(secret) :]
    if len(rest) != len(secret) or not hmac.compare_digest(_crossed(pad, rest), secret):
        raise ForeignForm


def _crossed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
