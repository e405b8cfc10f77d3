"""How every API writes JSON: camelCase names, times in UTC; what is sent in is read strictly."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel


class Schema(BaseModel):
    """A response. Field names in Python are snake_case."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class RequestSchema(Schema):
    """A request body. Unknown members are refused, so that a misspelt name is not silently ignored."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


def _to_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # an end of the calendar that UTC does not reach
        raise ValueError("out of range") from None


def rfc3339(moment: datetime) -> str:
    """RFC 3339 in UTC with milliseconds: 2026-11-22T08:15:30.123Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Timestamp = Annotated[AwareDatetime, AfterValidator(_to_utc), PlainSerializer(rfc3339, when_used="json")]
