"""A request body is read as its contract is written, and no more generously."""

from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import pytest
from pydantic import Field, TypeAdapter, ValidationError

from shared.exact import AS_MOMENT, Id
from shared.paging import Limit
from shared.schemas import QuerySchema, RequestSchema, Timestamp

_ID = "0296a880-2aab-4e06-8968-eee2900e49ec"


class Part(RequestSchema):
    count: int = 0


class Sent(RequestSchema):
    """A member that is called as schemas call theirs is a member all the same."""

    type: bool = False
    parts: tuple[Part, ...] = ()
    by_name: dict[str, int] = Field(default_factory=dict)
    id: UUID | None = None
    day: date | None = None
    at: Timestamp | None = None


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        *(({"type": value}, "bool_type") for value in (0, 1, 1.0, "true", "0")),
        *(({"parts": [{"count": value}]}, "int_type") for value in ("1", " 1 ", True)),
        ({"byName": {"a": "1"}}, "int_type"),
        ({"id": _ID.replace("-", "")}, "uuid_parsing"),
        ({"id": f"urn:uuid:{_ID}"}, "uuid_parsing"),
        ({"id": 1}, "uuid_type"),
        ({"day": "0"}, "date_parsing"),
        ({"day": "2026-12-24T00:00:00"}, "date_parsing"),
        ({"day": 0}, "date_type"),
        ({"at": "1700000000"}, "datetime_parsing"),
        ({"at": "2026-12-24 10:00Z"}, "datetime_parsing"),
        ({"at": "2026-12-24T10:00:00+0100"}, "datetime_parsing"),
        ({"at": 1.5}, "datetime_type"),
    ],
)
def test_a_value_of_another_type_or_format_is_refused(sent: dict[str, Any], code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Sent.model_validate(sent)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_a_value_as_the_contract_says_is_read() -> None:
    read = Sent.model_validate(
        {
            "type": True,
            "parts": [{"count": 1.0}],
            "byName": {"a": 2},
            "id": _ID.upper(),
            "day": "2026-12-24",
            "at": "2026-12-24t10:00:00.5+01:00",
        }
    )
    assert (read.type, read.parts[0].count, read.by_name) == (True, 1, {"a": 2})
    assert (read.id, read.day) == (UUID(_ID), date(2026, 12, 24))
    assert read.at == datetime(2026, 12, 24, 9, 0, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        *((Limit, text, "int_parsing") for text in ("1_0", "1.0", " 5", "+5", "٥", "")),
        (Limit, "201", "less_than_equal"),
        *((Id, text, "uuid_parsing") for text in (_ID.replace("-", ""), f"{{{_ID}}}", "")),
        (Annotated[datetime, AS_MOMENT], "0", "datetime_parsing"),
    ],
)
def test_a_parameter_is_a_text_in_one_way(kind: Any, text: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(text)
    assert [error["type"] for error in refused.value.errors()] == [code]


def test_a_parameter_as_the_contract_says_is_read() -> None:
    assert TypeAdapter(Limit).validate_python("20") == 20
    assert TypeAdapter(Id).validate_python(_ID) == UUID(_ID)


def test_a_query_is_texts() -> None:
    class Asked(QuerySchema):
        limit: int
        all: bool

    assert Asked.model_validate({"limit": "20", "all": "true"}) == Asked(limit=20, all=True)


def test_the_contract_is_the_same() -> None:
    properties = Sent.model_json_schema()["properties"]
    assert properties["type"] == {"type": "boolean", "default": False, "title": "Type"}
    assert properties["day"]["anyOf"][0] == {"type": "string", "format": "date"}
