"""Whatever is wrong with a request body, each pointer of the refusal leads into what was sent (RFC 6901)."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from copy import deepcopy
from typing import Any, Final

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from sandbox.services import SERVICES
from shared.errors import install_error_handlers
from tools.contracts import apps

Path = tuple[str | int, ...]

ODD: Final = (
    None,
    True,
    0,
    -7,
    1.5,
    10**40,
    "",
    "odd",
    "\u200b",
    "2026-02-30",
    "x" * 20_000,
    [],
    [None],
    {},
    {"odd": 1},
)
"""What most places are not: some of it breaks a type, some a rule that only a validator knows."""


@pytest.fixture(scope="module")
def services() -> dict[str, FastAPI]:
    return dict(apps())


def bodies(app: FastAPI) -> Iterator[tuple[str, Any, Any]]:
    """The name of each operation that takes JSON, the type of its body, and examples of it from the contract."""
    schemas, paths = app.openapi()["components"]["schemas"], app.openapi()["paths"]
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute) and route.include_in_schema and route.body_field:
            operation = paths[route.path_format][min(route.methods).lower()]
            schema = operation["requestBody"]["content"].get("application/json", {}).get("schema")
            if schema is not None:
                schema = schemas.get(schema.get("$ref", "").rpartition("/")[2], schema)
                yield operation["operationId"], route.body_field.field_info.annotation, schema["examples"]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    inner: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield from places(part, (*path, name))


def found_at(value: Any, path: Path) -> Any:
    for name in path:
        value = value[name]
    return value


def changed(sent: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    made = deepcopy(sent)
    found_at(made, path[:-1])[path[-1]] = value
    return made


def odd_documents(example: Any) -> Iterator[tuple[Any, Path]]:
    """What is sent, and where the oddness is."""
    for path in places(example):
        for value in ODD:
            yield changed(example, path, value), path
        here = found_at(example, path)
        if isinstance(here, dict):
            for name in here:
                yield changed(example, path, {known: part for known, part in here.items() if known != name}), path
            for name in ("odd/~", "str", "kind", "function-after", *(str(part) for part in path)):
                yield changed(example, path, {**here, name: {"odd": []}}), path
        if isinstance(here, list) and here:
            yield changed(example, path, [*here, here[0]]), path
        if isinstance(here, str) and path:
            for other in neighbours(example, path):
                yield changed(example, path, other), path


def neighbours(example: Any, path: Path) -> Iterator[str]:
    """Texts that stand beside it: the same twice, the last before the first."""
    beside = found_at(example, path[:-1])
    yield from (it for it in (beside.values() if isinstance(beside, dict) else beside) if isinstance(it, str))


def resolved(document: Any, pointer: str) -> Path:
    """As RFC 6901 has it. Raises LookupError where there is nothing."""
    names: Sequence[str] = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    path: Path = ()
    for name in names:
        key: str | int = int(name) if isinstance(document, list) else name
        if not isinstance(document, dict | list):
            raise LookupError(pointer)
        document, path = document[key], (*path, key)
    return path


def astray(sent: Any, odd: Path, refusal: dict[str, Any]) -> Iterator[str]:
    """Those of the pointers that lead nowhere, or elsewhere than to what is odd or what holds it."""
    for error in refusal["errors"]:
        pointer = error["pointer"]
        parent = pointer.rpartition("/")[0] if error["code"] == "missing" and pointer != "/body" else pointer
        try:
            path = resolved({"body": sent}, parent)[1:]
        except (LookupError, ValueError):
            yield pointer
            continue
        if path[: len(odd)] != odd[: len(path)]:
            yield f"{pointer}, not {odd}"


async def refusals(kind: Any, documents: Iterator[tuple[Any, Path]]) -> AsyncIterator[tuple[Any, Path, Any]]:
    """Of what is sent to a route that takes this: what was sent, where it is odd, and the refusal."""

    async def take(body: Any) -> None:
        pass

    take.__annotations__["body"] = kind
    app = FastAPI()
    install_error_handlers(app)
    app.add_api_route("/taken", take, methods=["POST"])
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as http:
        for sent, odd in documents:
            answer = await http.post("/taken", json=sent)
            if answer.status_code == 422:
                yield sent, odd, answer.json()


@pytest.mark.parametrize("service", [service.name for service in SERVICES])
async def test_each_pointer_leads_to_what_was_wrong_in_what_was_sent(
    service: str, services: dict[str, FastAPI]
) -> None:
    refused, wrong = Counter[str](), set()
    for operation, kind, examples in bodies(services[service]):
        documents = (it for example in examples for it in odd_documents(example))
        async for sent, odd, refusal in refusals(kind, documents):
            refused[operation] += 1
            wrong |= {(operation, pointer) for pointer in astray(sent, odd, refusal)}
    assert min(refused.values()) > 5
    assert sorted(wrong) == []
