"""What a client sends: a form or a query, each parameter once, as Authlib takes it."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc6749.errors import InvalidRequestError
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from fastapi import Request

FORM: Final = "application/x-www-form-urlencoded"
LARGEST_FORM: Final = 32_768  # bytes
_MOST_PARAMETERS: Final = 50


async def form_of(request: Request) -> dict[str, str]:
    """Raises Authlib's InvalidRequestError."""
    return parameters_of(await request.body())


def parameters_of(encoded: bytes) -> dict[str, str]:
    """A parameter that comes twice is refused, one without a value is left out (RFC 6749, section 3.1)."""
    try:
        sent = parse_qsl(encoded.decode("ascii"), errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise InvalidRequestError("the parameters cannot be read") from None
    if len({name for name, _ in sent}) < len(sent):
        raise InvalidRequestError("a parameter is there more than once")
    if not all(value.isprintable() for _, value in sent):
        raise InvalidRequestError("a parameter holds what cannot be printed")
    return dict(sent)


class ProtocolRequest(OAuth2Request):
    """Of parameters that are there already, wherever they came from."""

    def __init__(self, method: str, parameters: Mapping[str, str]) -> None:
        # any address over TLS will do: whether the caller's was is for the gateway, and Authlib asks an environment
        # variable about it
        super().__init__(method, "https://this.service")
        self.parameters = parameters
        self.payload = BasicOAuth2Payload(parameters)

    @property
    def args(self) -> Mapping[str, str]:
        return self.parameters

    @property
    def form(self) -> Mapping[str, str]:
        return self.parameters
