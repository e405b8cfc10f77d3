"""Why a test token cannot be made as asked."""

from collections.abc import Callable, Coroutine
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute

from shared.errors import DomainError
from shared.language import Text
from shared.pointers import pointer_to


class BadParameters(DomainError):
    """`errors` says which parameter and what is wrong with it, in English."""

    status = 400
    code = "bad-parameters"
    title: ClassVar[Text] = {
        "nb": "Parametrene gir ikke noe token.",
        "en": "The parameters make no token.",
    }

    @classmethod
    def about(cls, parameter: str, explanation: str) -> "BadParameters":
        found = [{"pointer": f"/body/{parameter}", "code": "bad-parameter", "detail": explanation}]
        return cls({"nb": f"{parameter}: {explanation}", "en": f"{parameter}: {explanation}"}, errors=found)

    @classmethod
    def from_validation(cls, error: RequestValidationError, request: Request) -> "BadParameters":
        found = [_explain(it, pointer_to(it, request, error.body)) for it in error.errors()]
        summary = "; ".join(f"{it['pointer'].removeprefix('/body/')}: {it['detail']}" for it in found)
        return cls({"nb": summary, "en": summary}, errors=found)


def _explain(found: dict[str, Any], pointer: str) -> dict[str, str]:
    unknown = found["type"] == "extra_forbidden"
    return {
        "pointer": pointer,
        "code": found["type"].replace("_", "-"),
        "detail": "There is no parameter of that name here" if unknown else found["msg"],
    }


class ExplainingRoute(APIRoute):
    """Says what is wrong with the parameters as status 400, as the test token service does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def explain(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                raise BadParameters.from_validation(error, request) from error

        return explain
