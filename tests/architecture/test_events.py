"""What events say has been looked through for what tells of somebody's health: events.csv has each field's class.

The classes are all there may be. An event about a citizen has none that could hold somebody's words. That they have a
tool, and since when, is what consumers need; why they have it is in no event.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args, get_origin
from uuid import UUID

import pytest
from pydantic import AwareDatetime, BaseModel

from shared.events import EVENTS, Event, LevelChanged, ToolPublished

# Class of a field to the types that it may have.
TYPES: Final[Mapping[str, tuple[Any, ...]]] = {
    "id": (UUID, str),
    "reference": (str,),  # to a citizen (docs/decisions/0006)
    "time": (datetime, date, AwareDatetime),
    "number": (int,),
    "flag": (bool,),
    "code": (str, Literal),  # of a list of codes that is ours or public
    "organisation": (str,),  # its number or its name
    "practitioner": (str,),  # who prescribed, by name
    "published": (str,),  # what the catalogue says of a tool, to everybody
}
ABOUT_A_CITIZEN: Final = frozenset(TYPES) - {"published"}
# However its row calls it, a field by such a name invites somebody's words, or a way to them.
INVITING: Final = re.compile(
    r"text|message|note|comment|remark|description|title|diagnos|journal|national|pid$|birth|phone|mail|address|url",
    re.I,
)
CITIZENS_NAME: Final = re.compile(r"name$", re.I)

Rows = Mapping[tuple[str, str], str]


@pytest.fixture(scope="module")
def rows() -> Rows:
    with Path(__file__).with_name("events.csv").open(encoding="utf-8") as file:
        return {(row["event"], row["field"]): row["holds"] for row in csv.DictReader(file)}


def fields(model: type[BaseModel], above: str = "") -> Iterator[tuple[str, set[Any]]]:
    """Each leaf, as it is named on the wire, with the types it may have."""
    for name, field in model.model_fields.items():
        path, leaves = f"{above}{field.alias or name}", set(_leaves(field.annotation))
        inner = [leaf for leaf in leaves if isinstance(leaf, type) and issubclass(leaf, BaseModel)]
        for part in inner:
            yield from fields(part, f"{path}.")
        if not inner:
            yield path, leaves


def _leaves(annotation: Any) -> Iterator[Any]:
    """A mapping's keys are codes, languages say, and passed over."""
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Literal or not inside:
        yield Literal if origin is Literal else annotation
        return
    for part in inside[1:] if origin is dict else inside:
        if part not in (type(None), ...):
            yield from _leaves(part)


def wrong(events: Mapping[str, type[Event]], rows: Rows) -> set[str]:
    """Fields without a row, and fields that are not what their row says or must not be there."""
    found = set()
    for event, kind in events.items():
        is_about_a_citizen = "citizen" in kind.model_fields
        for field, types in fields(kind):
            holds = rows.get((event, field), "nobody has looked at it")
            allowed = ABOUT_A_CITIZEN if is_about_a_citizen else frozenset(TYPES)
            if holds not in allowed or not types <= set(TYPES[holds]) or (is_about_a_citizen and invites(field, holds)):
                found.add(f"{event} {field}: {holds}")
    return found


def invites(field: str, holds: str) -> bool:
    is_somebody_elses_name = holds in ("organisation", "practitioner")
    return bool(INVITING.search(field) or (CITIZENS_NAME.search(field) and not is_somebody_elses_name))


def test_I1_every_field_of_every_event_has_been_looked_at(rows: Rows) -> None:
    assert wrong(EVENTS, rows) == set()
    there = {(event, field) for event, kind in EVENTS.items() for field, _ in fields(kind)}
    assert rows.keys() - there == set()


class WithDiary(LevelChanged):
    diary: str


class WithMessage(LevelChanged):
    message: str


class WithName(LevelChanged):
    citizen_name: str


class WithAnything(LevelChanged):
    more: dict[str, Any]


@pytest.mark.parametrize(
    ("kind", "field", "holds"),
    [
        (WithDiary, "diary", None),
        (WithDiary, "diary", "published"),
        (WithDiary, "diary", "free text"),
        (WithMessage, "message", "code"),
        (WithName, "citizenName", "reference"),
        (WithAnything, "more", "code"),
        (WithDiary, "diary", "number"),
    ],
)
def test_I1_a_field_that_nobody_has_looked_at_or_that_could_hold_words_is_found(
    rows: Rows, kind: type[Event], field: str, holds: str | None
) -> None:
    event = LevelChanged.name
    more = {} if holds is None else {(event, field): holds}
    [found] = wrong({event: kind}, {**rows, **more})
    assert found.startswith(f"{event} {field}: ")


def test_fields_are_found_at_every_depth() -> None:
    assert {"toolId", "tool.texts.longText", "tool.integration.appLinks.ios"} <= {
        field for field, _ in fields(ToolPublished)
    }
