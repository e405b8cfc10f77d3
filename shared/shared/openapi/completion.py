"""What stands around every operation: problem documents, headers, limits; no route has to say it."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic.alias_generators import to_snake

from shared.errors import (
    MEMBERS,
    PROBLEM_MEDIA_TYPE,
    PROBLEM_SCHEMA,
    DomainError,
    InternalError,
    InvalidInput,
    MalformedRequest,
    MethodNotAllowed,
    Unavailable,
    problems,
)
from shared.http import BodyTooLarge, RequestTimeout, UnsupportedMediaType
from shared.limiting import RateLimitExceeded
from shared.openapi.limits import fill_in_limits
from shared.openapi.wording import reword
from shared.schemas import NULL_IN_EXAMPLE

Json = dict[str, Any]

_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_COMMON_TAGS: Final = {"Operations": "For those who run the service"}
_HEADER: Final = "#/components/headers/"
_HEADERS: Final = {
    "nhn-event-id": "The correlation id: the caller's own, or one made here",
    "Accept": "The media types that are accepted here",
    "Accept-Encoding": "`identity`: what is sent in is not compressed",
    "Allow": "The methods that are there, where the one that was used is not (405)",
    "Content-Language": "Of the texts: `nb`, `nn` or `en`",
    "Location": "Where what was made is",
    "ETag": "The entity tag of this answer",
    "Idempotency-Replayed": "`true` when an earlier request with the same key was given this answer",
    "RateLimit": "What is left, for so many seconds, of each limit (draft-ietf-httpapi-ratelimit-headers-11)",
    "RateLimit-Policy": "The limits that hold for the caller: how much in how many seconds",
    "Retry-After": "Seconds to wait before asking again",
    "WWW-Authenticate": "What the caller must show, or what is wrong with what was shown",
}


def complete(document: Json, tags: Mapping[str, str]) -> Json:
    """`tags`: name to text. The document is changed, and returned with the nulls that FastAPI takes out of examples."""
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    # FastAPI's own shape of a validation error is not what leaves this system
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM_SCHEMA | {"properties": dict(PROBLEM_SCHEMA["properties"])}
    for operation in operations_of(document):
        _complete_operation(operation)
    _share_problems(document)
    _share_headers(document)
    _describe_tags(document, tags)
    for schema in schemas.values():
        _exemplify_page(schema, schemas)
        _take_object_defaults(schema)
    fill_in_limits(document)
    reword(document)
    completed: Json = _with_nulls(document)
    return completed


def operations_of(document: Json) -> Iterator[Json]:
    for path in document.get("paths", {}).values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _complete_operation(operation: Json) -> None:
    _summarise(operation)
    for parameter in operation.get("parameters", []):
        _take_null(parameter["schema"])
    operation.setdefault("security", [])  # said aloud: nobody has to log in
    responses = operation["responses"]
    responses.get("422", {}).get("content", {}).pop("application/json", None)
    for status, problem in problems(*_always_possible(operation)).items():
        content = responses.setdefault(str(status), problem).setdefault("content", {})
        ours = problem["content"][PROBLEM_MEDIA_TYPE]
        examples = content.setdefault(PROBLEM_MEDIA_TYPE, ours).setdefault("examples", {})
        examples |= {code: example for code, example in ours["examples"].items() if code not in examples}
    responses["default"] = _any_other()
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        for name in _headers(operation, status, response):
            headers.setdefault(name, {"$ref": _HEADER + name})
    if unchanged := responses.get("304"):  # as the answer that the caller has (RFC 9110, 15.4.5)
        unchanged["headers"] = responses["200"]["headers"] | unchanged["headers"]
    operation["responses"] = dict(sorted(responses.items()))


def _take_null(schema: Json) -> None:
    """A parameter that may be left out is no parameter that may be null: nothing in an address or a header is."""
    values = [choice for choice in schema.get("anyOf", []) if choice != {"type": "null"}]
    if len(values) == 1:
        del schema["anyOf"]
        schema |= values[0]


def _any_other() -> Json:
    """What an operation does not list by name. With it, a generated client knows every answer's type."""
    [response] = problems(MethodNotAllowed).values()
    return response | {"description": "Any other refusal, one by the framework or by a gateway on the way say"}


def _summarise(operation: Json) -> None:
    """A route without a summary of its own is summarised by the first paragraph of its docstring."""
    made_of_name = to_snake(operation["operationId"]).replace("_", " ").title()
    first, _, rest = operation.get("description", "").partition("\n\n")
    if operation.get("summary") == made_of_name and first:
        operation["summary"] = " ".join(first.split())
        operation["description"] = rest or first


def _always_possible(operation: Json) -> list[type[DomainError]]:
    possible: list[type[DomainError]] = [Unavailable, InternalError]
    if "requestBody" in operation:
        possible += [MalformedRequest, InvalidInput, RequestTimeout, BodyTooLarge, UnsupportedMediaType]
    if "parameters" in operation:
        possible += [MalformedRequest, InvalidInput]
    return possible


def _headers(operation: Json, status: str, response: Json) -> Iterator[str]:
    """What an answer with this status carries, as far as it follows from the operation."""
    if status == "default":
        yield from ("Allow", "Content-Language")
        return
    sent = {parameter["name"] for parameter in operation.get("parameters", [])}
    codes = _codes(response)
    yield "nhn-event-id"
    if "content" in response:
        yield "Content-Language"
    if status == "415":
        yield from ("Accept", "Accept-Encoding")
    if status == "201" and "Idempotency-Key" in sent:
        yield "Location"
    if sent & {"If-Match", "If-None-Match"} and status in ("200", "304"):
        yield "ETag"
    if "Idempotency-Key" in sent and status in ("200", "201"):
        yield "Idempotency-Replayed"
    if status in ("429", "503") or "idempotency-in-progress" in codes:
        yield "Retry-After"
    if status in ("401", "403"):
        yield "WWW-Authenticate"
    if RateLimitExceeded.code in _codes(operation["responses"].get("429", {})):
        yield from ("RateLimit-Policy", "RateLimit")


def _codes(response: Json) -> Json:
    examples: Json = response.get("content", {}).get(PROBLEM_MEDIA_TYPE, {}).get("examples", {})
    return examples


def _share_problems(document: Json) -> None:
    """Examples are referred to, since most operations have most of them; the members they show join the schema."""
    components = document["components"]
    shared: Json = components.setdefault("examples", {})
    for operation in operations_of(document):
        for response in operation["responses"].values():
            examples = response.get("content", {}).get(PROBLEM_MEDIA_TYPE, {}).get("examples", {})
            for code, example in examples.items():
                for name, schema in example.pop(MEMBERS, {}).items():
                    components["schemas"]["Problem"]["properties"].setdefault(name, schema)
                if shared.setdefault(code, example) == example:
                    examples[code] = {"$ref": f"#/components/examples/{code}"}
    components["examples"] = dict(sorted(shared.items()))


def _share_headers(document: Json) -> None:
    responses = [response for operation in operations_of(document) for response in operation["responses"].values()]
    used = {header.get("$ref") for response in responses for header in response["headers"].values()}
    document["components"]["headers"] = {
        name: {"description": text, "schema": {"type": "string", "maxLength": 500}}
        for name, text in _HEADERS.items()
        if _HEADER + name in used
    }


def _describe_tags(document: Json, tags: Mapping[str, str]) -> None:
    used = dict.fromkeys(tag for operation in operations_of(document) for tag in operation.get("tags", []))
    texts = _COMMON_TAGS | dict(tags)
    document["tags"] = [{"name": tag} | ({"description": texts[tag]} if tag in texts else {}) for tag in used]


def _exemplify_page(schema: Json, schemas: Json) -> None:
    """A page without an example of its own shows those of its items, as the last page there is."""
    properties = schema.get("properties", {})
    if "examples" in schema or set(schema.get("required", [])) != {"items"} or "nextCursor" not in properties:
        return
    item = schemas.get(properties["items"].get("items", {}).get("$ref", "").rpartition("/")[2], {})
    if "examples" in item:
        schema["examples"] = [{"items": item["examples"], "nextCursor": None}]


def _take_object_defaults(schema: Json) -> None:
    """What stands in for an object that is left out is for words to say: generators of clients stumble over it."""
    for member in schema.get("properties", {}).values():
        if isinstance(member.get("default"), dict):
            del member["default"]


def _with_nulls(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _with_nulls(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    return None if node == NULL_IN_EXAMPLE else node
