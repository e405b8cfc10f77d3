"""How every API writes JSON: camelCase names, times in UTC; what is sent in is read strictly."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from shared.exact import exactly

LONGEST_TEXT: Final = 10_000
# FastAPI leaves out what is None, in examples too, where it is data: shared.openapi writes null for this
NULL_IN_EXAMPLE: Final = "(null)"


class Schema(BaseModel):
    """A response. Field names in Python are snake_case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        definition = handler.resolve_ref_schema(schema)
        if "examples" in definition:
            definition["examples"] = _mark_nulls(definition["examples"])
        return schema


class QuerySchema(Schema):
    """The parameters of a query, which are texts. Unknown ones are refused, so that a misspelt name is not silently
    ignored; texts without a limit of their own are at most LONGEST_TEXT long.
    """

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, str_max_length=LONGEST_TEXT)


class RequestSchema(QuerySchema):
    """A request body: the same for its members, and each has the type and the format that the contract says."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return exactly(handler(source))


def _mark_nulls(example: Any) -> Any:
    if isinstance(example, dict):
        return {name: _mark_nulls(value) for name, value in example.items()}
    if isinstance(example, list):
        return [_mark_nulls(item) for item in example]
    return NULL_IN_EXAMPLE if example is None else example


def growing(values: Any) -> WithJsonSchema:
    """For an answered Literal that more may be added to: a client generated from the contract takes what it does not
    know, and adding breaks nobody.
    """
    return WithJsonSchema({"type": "string", "maxLength": 100, "x-extensible-enum": list(get_args(values))})


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # an end of the calendar that UTC does not reach
        raise ValueError("out of range") from None


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: 2026-11-22T08:15:30.123Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[
    AwareDatetime,
    AfterValidator(_to_utc),
    PlainSerializer(rfc3339, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),  # the serializer alone would say string
]
