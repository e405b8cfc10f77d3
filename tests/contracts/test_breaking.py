"""What would break a caller is found, each kind of it; what would not is let by."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tools.contracts.breaking import broken

Json = dict[str, Any]

RELEASED: Json = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/things/{thingId}": {
            "put": {
                "operationId": "changeThing",
                "security": [{"HelseID": ["change", "admin"]}, {"Helsenorge": []}],
                "parameters": [
                    {"name": "thingId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}},
                    {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["new", "old"]}},
                ],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Change"}}}},
                "responses": {
                    "200": {
                        "headers": {"ETag": {}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                            "text/plain": {"schema": {"type": "string"}},
                        },
                    },
                    "409": {
                        "content": {
                            "application/problem+json": {
                                "schema": {"$ref": "#/components/schemas/Problem"},
                                "examples": {"thing-taken": {}, "thing-gone": {}},
                            }
                        }
                    },
                },
            }
        }
    },
    "components": {
        "schemas": {
            "Change": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "maxLength": 100},
                    "note": {"anyOf": [{"type": "string", "maxLength": 500}, {"type": "null"}]},
                    "tags": {"type": "array", "maxItems": 5, "items": {"type": "string"}},
                    "kind": {"type": "string"},
                    "amount": {"type": "number"},
                    "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Change"}},
                },
            },
            "Thing": {
                "type": "object",
                "required": ["thingId", "state"],
                "properties": {
                    "thingId": {"type": "string", "format": "uuid"},
                    "state": {"type": "string", "enum": ["new", "old"]},
                    "count": {"type": "integer", "maximum": 10},
                    "kind": {"type": "string", "x-extensible-enum": ["first", "second"]},
                    "owner": {"anyOf": [{"$ref": "#/components/schemas/Owner"}, {"type": "null"}]},
                },
            },
            "Owner": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
            "Problem": {"type": "object", "properties": {"code": {"type": "string"}}},
        }
    },
}


def operation(contract: Json) -> Json:
    found: Json = contract["paths"]["/v1/things/{thingId}"]["put"]
    return found


def sent(contract: Json) -> Json:
    found: Json = contract["components"]["schemas"]["Change"]
    return found


def answered(contract: Json) -> Json:
    found: Json = contract["components"]["schemas"]["Thing"]
    return found


def parameter(contract: Json, number: int) -> Json:
    found: Json = operation(contract)["parameters"][number]
    return found


def problem(contract: Json) -> Json:
    found: Json = operation(contract)["responses"]["409"]["content"]["application/problem+json"]
    return found


BREAKING: dict[str, tuple[Callable[[Json], Any], str]] = {
    "path": (lambda c: c["paths"].clear(), "PUT /v1/things/{thingId}: is gone"),
    "operation-id": (lambda c: operation(c).update(operationId="setThing"), "operationId is setThing"),
    "scope": (lambda c: operation(c)["security"][0]["HelseID"].remove("change"), "HelseID change no longer lets in"),
    "scheme": (lambda c: operation(c)["security"].pop(1), "Helsenorge no longer lets in"),
    "parameter": (lambda c: operation(c)["parameters"].pop(1), "parameter limit is gone"),
    "parameter-required": (lambda c: parameter(c, 1).update(required=True), "parameter limit is now required"),
    "parameter-added": (
        lambda c: operation(c)["parameters"].append({"name": "as", "in": "query", "required": True, "schema": {}}),
        "parameter as is now required",
    ),
    "parameter-limit": (lambda c: parameter(c, 1)["schema"].update(maximum=100), "maximum is narrower, 100"),
    "parameter-value": (lambda c: parameter(c, 2)["schema"]["enum"].remove("old"), "parameter state: the value `old`"),
    "body-required": (lambda c: operation(c)["requestBody"].update(required=True), "a request body is now required"),
    "body-media-type": (lambda c: operation(c)["requestBody"]["content"].clear(), "request application/json is gone"),
    "body": (lambda c: operation(c).pop("requestBody"), "the request body is gone"),
    "member-required": (lambda c: sent(c)["required"].append("kind"), "schema Change.kind: is now required"),
    "member-refused": (lambda c: sent(c)["properties"].pop("kind"), "schema Change.kind: is gone"),
    "members-closed": (lambda c: sent(c).update(additionalProperties=False), "are no longer accepted"),
    "length": (lambda c: sent(c)["properties"]["name"].update(maxLength=50), "schema Change.name: maxLength is narrow"),
    "length-of-choice": (lambda c: sent(c)["properties"]["note"]["anyOf"][0].update(maxLength=1), "Change.note: maxLe"),
    "null-refused": (lambda c: sent(c)["properties"]["note"]["anyOf"].pop(1), "schema Change.note: can no longer be n"),
    "items": (lambda c: sent(c)["properties"]["tags"].update(minItems=1), "schema Change.tags: minItems is narrower"),
    "item-pattern": (lambda c: sent(c)["properties"]["tags"]["items"].update(pattern="^a"), "Change.tags[]: pattern"),
    "values-named": (lambda c: sent(c)["properties"]["kind"].update(enum=["a"]), "only some values are accepted"),
    "type": (lambda c: sent(c)["properties"].update(amount={"type": "integer"}), "Change.amount: can no longer be num"),
    "status": (lambda c: operation(c)["responses"].pop("200"), "200 is gone"),
    "header": (lambda c: operation(c)["responses"]["200"]["headers"].clear(), "200 header ETag is gone"),
    "media-type": (lambda c: operation(c)["responses"]["200"]["content"].pop("text/plain"), "200 text/plain is gone"),
    "code": (lambda c: problem(c)["examples"].pop("thing-gone"), "409 thing-gone is gone"),
    "member-gone": (lambda c: answered(c)["properties"].pop("count"), "schema Thing.count: is gone"),
    "member-optional": (lambda c: answered(c)["required"].remove("state"), "schema Thing.state: may now be missing"),
    "member-deep": (lambda c: c["components"]["schemas"]["Owner"]["properties"].clear(), "schema Owner.name: is gone"),
    "null-answered": (
        lambda c: answered(c)["properties"].update(
            state={"anyOf": [answered(c)["properties"]["state"], {"type": "null"}]}
        ),
        "schema Thing.state: may now be null",
    ),
    "always-null": (
        lambda c: answered(c)["properties"].update(owner={"type": "null"}),
        "schema Thing.owner: is now only ever null",
    ),
    "value-gone": (lambda c: answered(c)["properties"]["state"]["enum"].remove("old"), "the value `old` is gone"),
    "value-added": (lambda c: answered(c)["properties"]["state"]["enum"].append("odd"), "the value `odd` is new"),
    "values-open": (lambda c: answered(c)["properties"]["state"].pop("enum"), "something else than the values"),
    "growing-value-gone": (
        lambda c: answered(c)["properties"]["kind"]["x-extensible-enum"].remove("first"),
        "schema Thing.kind: the value `first` is gone",
    ),
    "answer-limit": (lambda c: answered(c)["properties"]["count"].update(maximum=99), "Thing.count: maximum is wider"),
    "answer-format": (lambda c: answered(c)["properties"]["thingId"].pop("format"), "Thing.thingId: format is None"),
    "answer-type": (
        lambda c: answered(c)["properties"].update(count={"type": "string"}),
        "Thing.count: may now be str",
    ),
}


def open_up(contract: Json, security: list[Any]) -> Json:
    operation(contract)["security"] = security
    return contract


HARMLESS: dict[str, Callable[[Json], Any]] = {
    "nothing": lambda c: None,
    "operation": lambda c: c["paths"].update({"/v1/others": {"get": {"operationId": "listOthers", "responses": {}}}}),
    "parameter": lambda c: operation(c)["parameters"].append({"name": "as", "in": "query", "schema": {}}),
    "wider-limit": lambda c: parameter(c, 1)["schema"].update(maximum=500),
    "value-accepted": lambda c: parameter(c, 2)["schema"]["enum"].append("odd"),
    "scope": lambda c: operation(c)["security"][0]["HelseID"].append("more"),
    "nobody-need-log-in": lambda c: operation(c)["security"].append({}),
    "member-accepted": lambda c: sent(c)["properties"].update(colour={"type": "string"}),
    "member-no-longer-required": lambda c: sent(c)["required"].clear(),
    "null-accepted": lambda c: sent(c)["properties"].update(kind={"anyOf": [{"type": "string"}, {"type": "null"}]}),
    "wider-type": lambda c: sent(c)["properties"].update(amount={}),
    "member-answered": lambda c: answered(c)["properties"].update(colour={"type": "string"}),
    "growing-value": lambda c: answered(c)["properties"]["kind"]["x-extensible-enum"].append("third"),
    "member-always-there": lambda c: answered(c)["required"].append("count"),
    "never-null": lambda c: answered(c)["properties"]["owner"]["anyOf"].pop(1),
    "tighter-answer": lambda c: answered(c)["properties"]["count"].update(maximum=5),
    "status": lambda c: operation(c)["responses"].update({"404": {"content": {}}}),
    "code": lambda c: problem(c)["examples"].update({"thing-odd": {}}),
    "values-in-two-lists": lambda c: answered(c)["properties"].update(
        state={"anyOf": [{"type": "string", "const": "new"}, {"type": "string", "enum": ["old", "new"]}]}
    ),
    "renamed-schema": lambda c: rename_owner(c),
}


def rename_owner(contract: Json) -> None:
    schemas = contract["components"]["schemas"]
    schemas["Person"] = schemas.pop("Owner")
    answered(contract)["properties"]["owner"]["anyOf"][0]["$ref"] = "#/components/schemas/Person"


def test_no_requirement_and_an_empty_one_let_the_same_in() -> None:
    """Both are promises that nobody has to show who they are; a requirement added to either breaks callers."""
    empty, none = (open_up(copy.deepcopy(RELEASED), security) for security in ([{}], []))
    assert broken(empty, none) == broken(none, empty) == []
    assert [broken(one, RELEASED) for one in (empty, none)] == [
        ["PUT /v1/things/{thingId}: nobody logged in no longer lets in"]
    ] * 2


@pytest.mark.parametrize("kind", BREAKING)
def test_what_breaks_a_caller_is_said_once(kind: str) -> None:
    change, sentence = BREAKING[kind]
    current = copy.deepcopy(RELEASED)
    change(current)
    [said] = broken(RELEASED, current)
    assert sentence in said


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_breaks_nobody_is_let_by(kind: str) -> None:
    current = copy.deepcopy(RELEASED)
    HARMLESS[kind](current)
    assert broken(RELEASED, current) == []


EVENTS: Json = {
    "asyncapi": "3.0.0",
    "channels": {"thing.made.v1": {}},
    "components": {
        "messages": {
            "thing.made.v1": {
                "payload": {
                    "type": "object",
                    "required": ["id"],
                    "properties": {"id": {"type": "string"}, "data": {"type": "object", "properties": {"a": {}}}},
                }
            }
        }
    },
}


def payload(events: Json) -> Json:
    found: Json = events["components"]["messages"]["thing.made.v1"]["payload"]
    return found


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda e: e["channels"].clear(), "thing.made.v1: is no longer sent"),
        (lambda e: payload(e)["properties"]["data"]["properties"].clear(), "thing.made.v1.data.a: is gone"),
        (lambda e: payload(e)["required"].append("data"), "thing.made.v1.data: is now required"),
        (lambda e: payload(e)["required"].clear(), "thing.made.v1.id: may now be missing"),
    ],
)
def test_an_event_may_only_grow(change: Callable[[Json], Any], sentence: str) -> None:
    """Also what is new in it may be missing: events that were kept are sent again years later."""
    current = copy.deepcopy(EVENTS)
    change(current)
    assert broken(EVENTS, current) == [sentence]
    grown = copy.deepcopy(EVENTS)
    payload(grown)["properties"]["more"] = {"type": "string"}
    assert broken(EVENTS, grown) == []
