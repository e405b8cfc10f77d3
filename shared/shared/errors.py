"""Errors as problem documents (RFC 9457).

    DomainError
    ├── MalformedRequest      400  the request cannot be read
    ├── InvalidInput          422  the request can be read, and breaks the documented shape
    ├── NotFound              404
    ├── MethodNotAllowed      405
    ├── PreconditionRequired  428  an update without If-Match
    ├── PreconditionFailed    412  If-Match is stale
    └── ...                        each service and `shared` module adds its own

An error says who it is by class attributes; what varies is given when it is raised. Nothing that a caller sent is
echoed.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar, Final

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from shared.correlation import current
from shared.input_errors import text_of
from shared.language import DEFAULT_LANGUAGE, Text, best_language
from shared.methods import allowed
from shared.pointers import pointer_to

PROBLEM_TYPE = "https://helseverktoy.example/problems/"
PROBLEM_MEDIA_TYPE = "application/problem+json"
REFUSED = "refused"  # where in a request's scope the gate finds the code that it was answered with
MEMBERS = "x-members"  # where an example carries the schemas of its error's own members, until the contract is complete

_logger = structlog.get_logger(__name__)


Members = Mapping[str, Mapping[str, Any]]


def member(description: str, example: str | int | list[str], **more: Any) -> dict[str, Any]:
    """The schema of a text, a number or a list of texts that an error carries; `more` is its format, say."""
    kind = {"type": "integer"} if isinstance(example, int) else {"type": "string"} | (more or {"maxLength": 200})
    schema = {"type": "array", "items": kind} if isinstance(example, list) else kind
    return {"description": description, **schema, "examples": [example]}


SINCE: Final = member("Since when", "2026-11-01T12:00:00.000Z", format="date-time")


class DomainError(Exception):
    """A statement about what is wrong, with its HTTP status and its stable code.

    `extra` become members of the problem document, named as given; `members` is a schema with an example for each of
    them, for the contract. `detail` and `title` are texts for people per language.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Text]
    members: ClassVar[Members] = {}

    def __init__(self, detail: Text | None = None, *, headers: Mapping[str, str] | None = None, **extra: Any) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extra = extra

    def document(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        title = self.title.get(language, self.title[DEFAULT_LANGUAGE])
        detail = self.detail.get(language, self.detail[DEFAULT_LANGUAGE]) if self.detail else title
        return {
            "type": PROBLEM_TYPE + self.code,
            "title": title,
            "status": self.status,
            "detail": detail,
            "instance": f"urn:uuid:{current().event_id}",
            "code": self.code,
            **self.extra,
        }


class MalformedRequest(DomainError):
    status = 400
    code = "malformed-request"
    title: ClassVar[Text] = {
        "nb": "Forespørselen kan ikke leses.",
        "nn": "Førespurnaden kan ikkje lesast.",
        "en": "The request cannot be read.",
    }


class InvalidInput(DomainError):
    """`errors` lists what is wrong: `{pointer, code, detail}`, the pointer as in RFC 6901 below the request's part, the
    detail a `Text`.
    """

    status = 422
    code = "invalid-input"
    title: ClassVar[Text] = {
        "nb": "Noe i forespørselen er ikke gyldig.",
        "nn": "Noko i førespurnaden er ikkje gyldig.",
        "en": "Something in the request is not valid.",
    }
    members: ClassVar[Members] = {
        "errors": {
            "description": "Each thing that is wrong with the input; the pointer is that of RFC 6901",
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string", "description": "In the language of Accept-Language"},
                },
            },
            "examples": [[{"pointer": "/body/toolId", "code": "uuid-parsing", "detail": "Verdien må være en UUID."}]],
        }
    }

    def document(self, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
        told = [wrong | {"detail": wrong["detail"][language]} for wrong in self.extra.get("errors", ())]
        return super().document(language) | {"errors": told}


class NotFound(DomainError):
    status = 404
    code = "not-found"
    title: ClassVar[Text] = {"nb": "Dette finnes ikke.", "nn": "Dette finst ikkje.", "en": "There is no such thing."}


class MethodNotAllowed(DomainError):
    status = 405
    code = "method-not-allowed"
    title: ClassVar[Text] = {
        "nb": "Metoden kan ikke brukes her.",
        "nn": "Metoden kan ikkje brukast her.",
        "en": "The method cannot be used here.",
    }


class PreconditionRequired(DomainError):
    status = 428
    code = "precondition-required"
    title: ClassVar[Text] = {
        "nb": "Endringen må ha If-Match med gjeldende ETag.",
        "nn": "Endringa må ha If-Match med gjeldande ETag.",
        "en": "The update must carry If-Match with the current ETag.",
    }


class PreconditionFailed(DomainError):
    status = 412
    code = "precondition-failed"
    title: ClassVar[Text] = {
        "nb": "Noen har endret dette siden du leste det.",
        "nn": "Nokon har endra dette sidan du las det.",
        "en": "Somebody has changed this since you read it.",
    }


class InternalError(DomainError):
    status = 500
    code = "internal-error"
    title: ClassVar[Text] = {
        "nb": "Noe gikk galt hos oss.",
        "nn": "Noko gjekk gale hos oss.",
        "en": "Something went wrong on our side.",
    }


class Unavailable(DomainError):
    """Something that the answer needs is away. Subclasses say what; `Retry-After` is in seconds."""

    status = 503
    code = "unavailable"
    title: ClassVar[Text] = {
        "nb": "Tjenesten er ikke tilgjengelig akkurat nå.",
        "nn": "Tenesta er ikkje tilgjengeleg akkurat no.",
        "en": "The service is not available right now.",
    }

    def __init__(self, detail: Text | None = None, *, retry_after: int = 5, **extra: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extra)


def problems(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: one entry a status, an example for each error."""
    responses: dict[int | str, dict[str, Any]] = {}
    for error in sorted(errors, key=lambda e: (e.status, e.code)):
        response = responses.setdefault(error.status, _response(error.status))
        response["content"][PROBLEM_MEDIA_TYPE]["examples"][error.code] = {
            "summary": error.title["en"],
            "value": _example(error),
        } | ({MEMBERS: {name: dict(schema) for name, schema in error.members.items()}} if error.members else {})
    return responses


def _response(status: int) -> dict[str, Any]:
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
    return {"description": HTTPStatus(status).phrase, "content": {PROBLEM_MEDIA_TYPE: content}}


def _example(error: type[DomainError]) -> dict[str, Any]:
    return {
        "type": PROBLEM_TYPE + error.code,
        "title": error.title[DEFAULT_LANGUAGE],
        "status": error.status,
        "detail": error.title[DEFAULT_LANGUAGE],
        "instance": "urn:uuid:0198c1f4-8d2e-7c11-9a55-3f0f6f0a7f10",
        "code": error.code,
    } | {name: schema["examples"][0] for name, schema in error.members.items()}


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` is stable; texts may change.",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string", "description": "In the language of Accept-Language"},
        "status": {"type": "integer", "format": "int32", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "In the language of Accept-Language; can be passed on"},
        "instance": {"type": "string", "format": "uri", "description": "The request's correlation id as a URN"},
        "code": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 100},
    },
}


def install_error_handlers(app: FastAPI) -> None:
    app.add_exception_handler(DomainError, _on_domain_error)
    app.add_exception_handler(RequestValidationError, _on_validation_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


def problem_response(error: DomainError, language: str = DEFAULT_LANGUAGE) -> JSONResponse:
    headers = {"Content-Language": language, **error.headers}
    return JSONResponse(error.document(language), error.status, headers, media_type=PROBLEM_MEDIA_TYPE)


def _answer(request: Request, error: DomainError) -> JSONResponse:
    request.scope[REFUSED] = error.code
    if isinstance(error, MethodNotAllowed) and (methods := allowed(request.scope)):
        error.headers["Allow"] = ", ".join(methods)
    return problem_response(error, best_language(request.headers.get("accept-language")))


async def _on_domain_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DomainError)  # noqa: S101 - Starlette's handler type is wider than what it is registered for
    return _answer(request, error)


async def _on_validation_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return _answer(request, MalformedRequest())
    # pydantic's own message can hold what was sent, so only its type, its limits and its place are passed on
    return _answer(request, InvalidInput(errors=[_input_error(e, pointer_to(e, request, error.body)) for e in found]))


def _input_error(found: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    return {"pointer": pointer, "code": found["type"].replace("_", "-"), "detail": text_of(found)}


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    return _answer(request, _framework_error(error))


_NOT_HANDLED: Final[Text] = {
    "nb": "Forespørselen kan ikke behandles.",
    "nn": "Førespurnaden kan ikkje behandlast.",
    "en": "The request cannot be handled.",
}


def _framework_error(error: HTTPException) -> DomainError:
    """What the framework itself refuses: unknown path, wrong method, a body that is not text."""
    if isinstance(error.__cause__, DomainError):
        return error.__cause__  # FastAPI wraps what is raised while it reads the body
    if error.status_code == 400:
        return MalformedRequest()
    if error.status_code == 404:
        return NotFound()
    if error.status_code == 405:
        return MethodNotAllowed(headers=error.headers)
    phrase = HTTPStatus(error.status_code).phrase
    title = _NOT_HANDLED | {"en": phrase}
    kind = type(
        "FrameworkError",
        (DomainError,),
        {"status": error.status_code, "code": phrase.lower().replace(" ", "-"), "title": title},
    )
    refusal: DomainError = kind(headers=error.headers)
    return refusal
